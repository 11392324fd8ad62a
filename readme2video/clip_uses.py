"""Which clips a film needs, known before anything is drawn; and that everything can be drawn, before any is bought."""

from __future__ import annotations

from readme2video.errors import ShotError
from readme2video.events import Notice
from readme2video.model.brief import GatheredPicture
from readme2video.model.shot import Aspect, ShotRequest
from readme2video.model.storyboard import Storyboard
from readme2video.requests import ClipUse, covered, needed, shared_clips, shot
from readme2video.scenes import zone_of
from readme2video.settings import FPS
from readme2video.timeline import arrange
from readme2video.tools import Tools


def clip_uses(
    storyboard: Storyboard, aspect: Aspect, pictures: tuple[GatheredPicture, ...], tools: Tools
) -> list[ClipUse]:
    """Which clip each scene plays where clips are bought; known before anything is drawn.

    A shape the model lacks is cropped from another one's plate, bought once for both.
    """
    buyer, settings = tools.engines.buyer, tools.settings
    if buyer is None:
        return []
    shapes = {one: buyer.serves(one, settings.encoding(one).size_px) for one in settings.aspects}
    sold = shapes[aspect]
    # A plate that another aspect needs anyway is bought once for both.
    shared = settings.text_safe != "never" and any(shape == sold != one for one, shape in shapes.items())
    asked = [shot(storyboard, place, sold, settings.scale, pictures) for place in range(len(storyboard.scenes))]
    zones = [zone_of(one) for one in asked]
    cropped = sold != aspect or shared
    covers = [covered(storyboard, place, settings, cropped=cropped, pictures=pictures) for place in range(len(asked))]
    alone = [
        ClipUse(one, needed(storyboard, place, one, zones[place], covers[place])) for place, one in enumerate(asked)
    ]
    return shared_clips(arrange(storyboard, FPS), alone, zones, buyer.saves) if settings.share_clips else alone


async def laid_out(storyboard: Storyboard, aspect: Aspect, pictures: tuple[GatheredPicture, ...], tools: Tools) -> None:
    """See that every scene can be drawn, in the film's shape and in the one its clip is bought in; draws nothing.

    Raises:
        ShotError: One cannot; the error names it.
    """
    run, shooter, settings = tools.store, tools.engines.shooter, tools.settings
    own = [shot(storyboard, place, aspect, settings.scale, pictures) for place in range(len(storyboard.scenes))]
    bought = [use.asked for use in clip_uses(storyboard, aspect, pictures, tools)]

    async def fits(asked: tuple[str, ShotRequest]) -> None:
        scene, request = asked
        if run.has(shooter, request, label=tools.label(scene, aspect)):
            return
        try:
            await shooter.fit(request, run.path, lambda said, level="warning": tools.emit(Notice(level, said)))
        except ShotError as error:
            error.scene = scene
            raise

    ids = [scene.id for scene in storyboard.scenes]
    rows = [*zip(ids, own, strict=True), *(row for row in zip(ids, bought, strict=False) if row[1] not in own)]
    await run.each(rows, fits)
