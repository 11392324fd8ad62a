"""What each engine is asked for, made from the storyboard and the settings. Pure; nothing else builds requests.

A request holds only what its engine uses, because it is the key under which the result is kept: a changed duration
must not shoot a scene anew, a changed headline must not draw another scene.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from readme2video.errors import StoryboardError
from readme2video.model.document import Brief, GatheredPicture, PinnedSource, ReadmeDocument, ReleaseNews, SourceText
from readme2video.model.film import (
    Backdrop,
    BackdropNeed,
    BackdropRequest,
    Clip,
    Encoding,
    FilmRequest,
    SceneSound,
    SceneTiming,
    Segment,
    SegmentRequest,
    Timeline,
    TransitionClip,
    TransitionRequest,
)
from readme2video.model.shot import Aspect, Shot, ShotRequest, Slot, Zone
from readme2video.model.storyboard import CodeScene, ImageScene, Scene, Storyboard, roles, strings
from readme2video.settings import Settings
from readme2video.timeline import entrances

Saves = Callable[[float, float, float], bool]
"""Whether one clip of the third length in seconds is cheaper than two of the first and the second."""

_SPARSE = ("title", "problem", "call_to_action")
_FEW_STRINGS, _FEW_WORDS = 3, 16
"""A scene of these kinds with no more than this on it may be animated whole: large words bend least."""


def brief(
    document: ReadmeDocument,
    texts: Sequence[SourceText],
    pinned: PinnedSource,
    pictures: Sequence[GatheredPicture],
    settings: Settings,
    *,
    news: ReleaseNews | None = None,
    previous: Sequence[Scene] = (),
) -> Brief:
    """What a storyboarder may use.

    Args:
        news: The release the film is about; None for a film about the project.
        previous: The scenes of the film of the release before.
    """
    return Brief(
        document=document,
        texts=tuple(texts),
        facts=pinned.facts,
        news=news,
        previous=tuple(previous),
        language=settings.language,
        pictures=tuple(pictures),
        scene_limit=settings.scenes,
        length_s=settings.length_s,
    )


def shot(
    storyboard: Storyboard, place: int, aspect: Aspect, scale: float, pictures: Sequence[GatheredPicture]
) -> ShotRequest:
    """A scene's pixels in one aspect: its words without their sources, times or motions.

    Raises:
        StoryboardError: The scene shows a picture that was not found.
    """
    scene = storyboard.scenes[place]
    picture = None
    if isinstance(scene, ImageScene):
        picture = next((one.artifact for one in pictures if one.src == scene.picture), None)
    if isinstance(scene, ImageScene) and picture is None:
        raise StoryboardError(
            f"The picture {scene.picture!r} is not among the README's own pictures.",
            path=f"scenes.{place}.picture",
            hint="Use the path of an image that the README shows and the repository holds.",
            scene=scene.id,
        )
    return ShotRequest(
        kind=scene.kind,
        slots=tuple(Slot(path=path, text=text.text) for path, text in strings(scene)),
        roles=roles(scene),
        language=scene.language if isinstance(scene, CodeScene) else "",
        picture=picture,
        brand=storyboard.project,
        locale=storyboard.language,
        direction=storyboard.direction,
        theme=storyboard.theme,
        variant=_variant(scene, place),
        aspect=aspect,
        scale=scale,
    )


@dataclass(frozen=True)
class ClipUse:
    """Which clip a scene plays, and from which second of it on.

    Attributes:
        asked: The shot whose picture is animated: the scene's own, or that of the one before whose clip it shares.
    """

    asked: ShotRequest
    need: BackdropNeed
    start_s: float = 0.0


def backdrop(
    storyboard: Storyboard, place: int, asked: ShotRequest, drawn: Shot, covers: Literal["plate", "full"] = "plate"
) -> BackdropRequest:
    """What is animated, and how the storyboard wants it to move."""
    return pictured(needed(storyboard, place, asked, drawn.zone, covers), drawn)


def pictured(need: BackdropNeed, drawn: Shot) -> BackdropRequest:
    """A need with the picture that is animated."""
    return BackdropRequest(picture=drawn.plate if need.covers == "plate" else drawn.full, **dict(need))


def needed(
    storyboard: Storyboard, place: int, asked: ShotRequest, zone: Zone, covers: Literal["plate", "full"]
) -> BackdropNeed:
    """What a scene needs to move, before it is drawn.

    Args:
        zone: Where its words will stand.
    """
    scene = storyboard.scenes[place]
    return BackdropNeed(
        covers=covers,
        look=_look(asked, zone) if covers == "plate" else _look(asked),
        motion=scene.motion,
        variant=_variant(scene, place),
        duration_s=scene.duration_s,
        aspect=asked.aspect,
        kind=scene.kind,
    )


def covered(storyboard: Storyboard, place: int, settings: Settings, *, cropped: bool) -> Literal["plate", "full"]:
    """What a bought clip shows: the scene whole where it carries only a few large words, else its plate.

    Args:
        cropped: The clip is bought in another shape, so that words in it would be cut.
    """
    if cropped or settings.text_safe == "always":
        return "plate"
    if settings.text_safe == "never":
        return "full"
    scene = storyboard.scenes[place]
    said = [text.text for _, text in strings(scene)]
    few = len(said) <= _FEW_STRINGS and sum(len(text.split()) for text in said) <= _FEW_WORDS
    return "full" if scene.kind in _SPARSE and few else "plate"


def _variant(scene: Scene, place: int) -> int:
    return place if scene.look is None else scene.look


def _look(asked: ShotRequest, zone: Zone | None = None) -> str:
    """Hash of what a picture is drawn from.

    Args:
        zone: Of a plate: it is drawn without words, only where they will stand counts.
    """
    parts = {"theme", "variant", "direction", "aspect", "scale"}
    said = asked.model_dump(mode="json", include=None if zone is None else parts)
    return hashlib.sha256(json.dumps([said, zone], sort_keys=True).encode()).hexdigest()


def shared_clips(timeline: Timeline, alone: Sequence[ClipUse], zones: Sequence[Zone], saves: Saves) -> list[ClipUse]:
    """For each scene the clip it plays and from which second of it on, where neighbours share clips.

    A scene goes on with the clip of the one before it where both are sent without words, these stand at the same
    place, and one longer clip is cheaper than two. A clip serves two scenes at most.

    Args:
        alone: What would be bought for each scene by itself.
        zones: Where each scene's words stand.
    """
    found: list[ClipUse] = []
    for place, use in enumerate(alone):
        found.append(use)
        if not place or found[-2].start_s:
            continue
        before, here, timing = alone[place - 1].need, use.need, timeline.scenes[place]
        start_s = (timing.start - timeline.scenes[place - 1].start) / timeline.fps
        together_s = start_s + timing.frames / timeline.fps
        alike = before.covers == here.covers == "plate" and zones[place - 1] == zones[place]
        if alike and saves(before.duration_s, here.duration_s, together_s):
            both = replace(alone[place - 1], need=before.model_copy(update={"duration_s": together_s}))
            found[-2:] = [both, replace(both, start_s=start_s)]
    return found


def segment(
    storyboard: Storyboard, timing: SceneTiming, drawn: Shot, moving: Backdrop, aspect: Aspect, settings: Settings
) -> SegmentRequest:
    """A scene ready to be rendered. Where it lies in the film does not matter, only whether it opens it."""
    encoding, whole = settings.encoding(aspect), isinstance(moving, Clip) and moving.covers == "full"
    return SegmentRequest(
        shot=drawn,
        backdrop=moving,
        repair=not whole or settings.text_safe != "never",
        entrances=entrances(drawn.elements, timing, encoding.fps),
        frames=timing.frames,
        head_frames=timing.head_frames,
        tail_frames=timing.tail_frames,
        encoding=encoding,
        accent=storyboard.theme.accent,
    )


def transition(
    storyboard: Storyboard, timing: SceneTiming, left: Segment, right: Segment, encoding: Encoding
) -> TransitionRequest | None:
    """The stretch a scene shares with the one before it; None after a cut.

    Args:
        timing: The arriving scene's.
    """
    arriving = next(scene for scene in storyboard.scenes if scene.id == timing.scene)
    if left.tail is None or right.head is None or arriving.transition == "cut":
        return None
    return TransitionRequest(
        kind=arriving.transition,
        tail=left.tail,
        head=right.head,
        frames=timing.head_frames,
        direction=storyboard.direction,
        encoding=encoding,
    )


def sounds(timeline: Timeline, backdrops: Sequence[Backdrop]) -> tuple[SceneSound, ...]:
    """The sounds of all clips that have one, each under its own scene."""
    return tuple(
        SceneSound(
            scene=timing.scene,
            clip=moving.video,
            duration_s=moving.duration_s,
            start_s=moving.start_s,
            at=timing.start,
            frames=timing.frames,
            head_frames=timing.head_frames,
            tail_frames=timing.tail_frames,
        )
        for timing, moving in zip(timeline.scenes, backdrops, strict=True)
        if isinstance(moving, Clip) and moving.has_sound
    )


def film(
    storyboard: Storyboard,
    pieces: Sequence[Segment | TransitionClip | None],
    timeline: Timeline,
    encoding: Encoding,
    heard: tuple[SceneSound, ...] = (),
) -> FilmRequest:
    """All pieces in order; None where neighbours are cut hard."""
    return FilmRequest(
        pieces=tuple(piece.body for piece in pieces if piece is not None),
        sounds=heard,
        frames=timeline.frames,
        encoding=encoding,
        title=storyboard.project,
    )
