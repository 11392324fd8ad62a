"""A scene's picture in one aspect, its type no smaller than its floor where saying less there helps."""

from __future__ import annotations

from contextlib import suppress

from readme2video.errors import ShotError
from readme2video.events import Notice
from readme2video.model.brief import GatheredPicture
from readme2video.model.record import Finding
from readme2video.model.shot import Aspect, Shot
from readme2video.model.storyboard import Storyboard
from readme2video.requests import shot
from readme2video.shortening import shortened
from readme2video.tools import Tools


async def legible_shot(
    storyboard: Storyboard,
    place: int,
    aspect: Aspect,
    pictures: tuple[GatheredPicture, ...],
    tools: Tools,
    *,
    whole: bool = False,
) -> tuple[Storyboard, Shot]:
    """Shoot a scene; one of our own that would be set under the type floor says less, in this aspect alone.

    It says less only where that brings its type up to the floor: else it stays as it is, with the finding.

    Args:
        whole: Whether it stays as it is in any case, as where a bought clip carries its words.

    Returns:
        The storyboard as this aspect shows it, and the picture.

    Raises:
        ShotError: The scene as it stands cannot be set legibly.
    """
    name = storyboard.scenes[place].id

    async def drawn(board: Storyboard) -> Shot:
        request = shot(board, place, aspect, tools.settings.scale, pictures)
        return await tools.store(tools.engines.shooter, request, label=tools.label(name, aspect))

    picture = await drawn(storyboard)
    first = small = _under_floor(picture)
    if first is None or whole or tools.settings.storyboard is not None:
        return storyboard, picture
    shorter = storyboard
    with suppress(ShotError):  # what is left may be laid out otherwise, and not fit so
        while small is not None:
            scene = shortened(shorter.scenes[place], small.path)
            if scene is None:
                break
            scenes = (*shorter.scenes[:place], scene, *shorter.scenes[place + 1 :])
            shorter = shorter.model_copy(update={"scenes": scenes})
            reset = await drawn(shorter)
            small = _under_floor(reset)
            if small is None:
                tools.emit(Notice("warning", f"Scene {name} says less in {aspect}: {first.message}"))
                return shorter, reset
    return storyboard, picture


def _under_floor(picture: Shot) -> Finding | None:
    return next((finding for finding in picture.findings if finding.rule == "type-size"), None)
