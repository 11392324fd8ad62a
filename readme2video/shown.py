"""Which of the README's pictures a scene shows, and how one that moves is played in it."""

from __future__ import annotations

from collections.abc import Sequence

from readme2video.model.brief import GatheredPicture
from readme2video.model.film import Entrance, SceneTiming
from readme2video.model.picture import PlayedFootage
from readme2video.model.scene import FeatureScene, ImageScene, Scene
from readme2video.model.shot import PICTURE
from readme2video.model.storyboard import Storyboard

_TELLING_S, _LEAST_ROUND = 2.0, 0.6
"""A loop of at least these seconds is not begun anew for less than this part of it."""


def shown_picture(scene: Scene) -> str | None:
    """The source of the README's picture that a scene shows; None when it shows none."""
    return scene.picture if isinstance(scene, (ImageScene, FeatureScene)) else None


def picture_of(scene: Scene, storyboard: Storyboard, pictures: Sequence[GatheredPicture]) -> GatheredPicture | None:
    """The picture a scene shows, in dark films its twin for dark pages where it has one; None when there is none."""
    return by_source(shown_picture(scene), storyboard, pictures)


def by_source(src: str | None, storyboard: Storyboard, pictures: Sequence[GatheredPicture]) -> GatheredPicture | None:
    """The picture of a source, in dark films its twin; None when it was not gathered."""
    known = {one.src: one for one in pictures}
    found = known.get(src or "")
    if found is None or storyboard.theme.mode == "light":
        return found
    return known.get(found.dark_src or "", found)


def played(picture: GatheredPicture | None, entering: Sequence[Entrance], timing: SceneTiming) -> PlayedFootage | None:
    """The footage of a scene, which begins to play once its picture has entered.

    A loop that is long enough to tell something ends with a whole round rather than shortly after one.
    """
    entrance = next((one for one in entering if one.element == PICTURE), None)
    if picture is None or picture.footage is None or entrance is None:
        return None
    moving, start = picture.footage, entrance.at + entrance.frames
    rounds, rest = divmod(max(1, timing.frames - start), moving.frames)
    tells = moving.frames >= _TELLING_S * moving.fps
    ends = not moving.loops or (tells and rounds > 0 and rest < _LEAST_ROUND * moving.frames)
    plays = moving.frames * (max(1, rounds) if moving.loops else 1) if ends else timing.frames
    return PlayedFootage(element=PICTURE, video=moving.video, frames=moving.frames, start=start, plays=plays)
