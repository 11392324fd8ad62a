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

from readme2video.choreography import emphasis, entrances, exits
from readme2video.claims.scale import shares_of_longest
from readme2video.errors import StoryboardError
from readme2video.model.brief import Brief, GatheredPicture, ReleaseNews, SourceText
from readme2video.model.document import ReadmeDocument
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
from readme2video.model.scene import (
    BeforeAfterScene,
    ChartScene,
    CodeScene,
    DiffScene,
    Scene,
    cuts,
    icons,
    roles,
    strings,
)
from readme2video.model.shot import Aspect, Shot, ShotRequest, SlotText, Zone
from readme2video.model.source import PinnedSource
from readme2video.model.storyboard import Storyboard
from readme2video.settings import Settings
from readme2video.shown import by_source, picture_of, played, shown_picture

Saves = Callable[[float, float, float], bool]
"""Whether one clip of the third length in seconds is cheaper than two of the first and the second."""

_SPARSE = ("title", "problem", "quote", "call_to_action")
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
    facts, shown = pinned.facts, settings.brand.name
    if shown is not None:
        origins = {**facts.origins, "shown_name": "the settings file"}
        facts = facts.model_copy(update={"shown_name": shown, "origins": origins})
    return Brief(
        document=document,
        texts=tuple(texts),
        facts=facts,
        news=news,
        previous=tuple(previous),
        language=settings.language,
        pictures=tuple(pictures),
        style=None if settings.style == "auto" else settings.style,
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
    shown, src = picture_of(scene, storyboard, pictures), shown_picture(scene)
    logo = by_source(storyboard.logo, storyboard, pictures)
    if src is not None and shown is None:
        raise StoryboardError(
            f"The picture {src!r} is not among the README's own pictures.",
            path=f"scenes.{place}.picture",
            hint="Use the path of an image that the README shows and the repository holds.",
            scene=scene.id,
        )
    return ShotRequest(
        kind=scene.kind,
        slots=tuple(SlotText(path=path, text=text.text) for path, text in strings(scene)),
        roles=roles(scene),
        language=scene.language if isinstance(scene, (CodeScene, DiffScene, BeforeAfterScene)) else "",
        focus=scene.focus if isinstance(scene, CodeScene) else (),
        cut=cuts(scene),
        note_lines=tuple(note.line for note in scene.notes) if isinstance(scene, CodeScene) else (),
        icons=icons(scene),
        highlight=scene.highlight if isinstance(scene, ChartScene) else None,
        shares=_shares(scene, place) if isinstance(scene, ChartScene) else (),
        picture=shown.artifact if shown is not None else None,
        frame=shown.frame if shown is not None else "screen",
        logo=logo.artifact if logo is not None else None,
        brand=storyboard.project,
        locale=storyboard.language,
        direction=storyboard.direction,
        style=storyboard.style,
        theme=storyboard.theme,
        variant=_variant(scene, place),
        aspect=aspect,
        scale=scale,
    )


def _shares(scene: ChartScene, place: int) -> tuple[float, ...]:
    shares = shares_of_longest([bar.value.text for bar in scene.bars])
    if shares is None:
        raise StoryboardError(
            "The bars' values are not numbers of one unit, so they cannot be drawn on one scale.",
            path=f"scenes.{place}.bars",
            hint="Take the values from one column of one table, each with its unit.",
            scene=scene.id,
        )
    return shares


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
        zone=zone,
        direction=storyboard.direction,
    )


def covered(
    storyboard: Storyboard,
    place: int,
    settings: Settings,
    *,
    cropped: bool,
    pictures: Sequence[GatheredPicture] = (),
) -> Literal["plate", "full"]:
    """What a bought clip shows: the scene whole where it carries only a few large words, else its plate.

    The README's pictures are not uploaded unless that is allowed, and footage plays over its plate always.

    Args:
        cropped: The clip is bought in another shape, so that words in it would be cut.
        pictures: As gathered.
    """
    if cropped or settings.text_safe == "always":
        return "plate"
    src = shown_picture(storyboard.scenes[place])
    shown, logo = (by_source(one, storyboard, pictures) for one in (src, storyboard.logo))
    if shown is not None and shown.footage is not None:
        return "plate"
    if not settings.upload_pictures and (src is not None or (logo is not None and logo.private)):
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
    parts = {"style", "theme", "variant", "direction", "aspect", "scale"}
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
    storyboard: Storyboard,
    timing: SceneTiming,
    drawn: Shot,
    moving: Backdrop,
    aspect: Aspect,
    settings: Settings,
    pictures: Sequence[GatheredPicture] = (),
) -> SegmentRequest:
    """A scene ready to be rendered. Where it lies in the film does not matter, only whether it opens it.

    Args:
        pictures: As gathered; one that moves plays in its scene.
    """
    encoding, whole = settings.encoding(aspect), isinstance(moving, Clip) and moving.covers == "full"
    fps, style, direction = encoding.fps, storyboard.style, storyboard.direction
    place = next(index for index, scene in enumerate(storyboard.scenes) if scene.id == timing.scene)
    scene, after = storyboard.scenes[place], storyboard.scenes[place + 1 : place + 2]
    entering = entrances(drawn.elements, timing, fps, style=style, direction=direction, scene=scene)
    return SegmentRequest(
        shot=drawn,
        backdrop=moving,
        repair=not whole or settings.text_safe != "never",
        entrances=entering,
        emphasis=None if whole else emphasis(drawn.elements, entering, timing, fps, style=style, scene=scene),
        exits=()
        if whole
        else exits(
            drawn.elements,
            entering,
            timing,
            fps,
            style=style,
            direction=direction,
            scene=scene,
            before=after[0].transition if after else None,
            language=storyboard.language,
        ),
        frames=timing.frames,
        head_frames=timing.head_frames,
        tail_frames=timing.tail_frames,
        encoding=encoding,
        accent=storyboard.theme.accent,
        footage=played(picture_of(scene, storyboard, pictures), entering, timing),
    )


def _scene(storyboard: Storyboard, timing: SceneTiming) -> Scene:
    return next(scene for scene in storyboard.scenes if scene.id == timing.scene)


def transition(
    storyboard: Storyboard, timing: SceneTiming, left: Segment, right: Segment, encoding: Encoding
) -> TransitionRequest | None:
    """The stretch a scene shares with the one before it; None after a cut.

    Args:
        timing: The arriving scene's.
    """
    arriving = _scene(storyboard, timing)
    if left.tail is None or right.head is None or arriving.transition == "cut":
        return None
    return TransitionRequest(
        kind=arriving.transition,
        tail=left.tail,
        head=right.head,
        frames=timing.head_frames,
        direction=storyboard.direction,
        colour=storyboard.theme.accent if arriving.transition == "block" else None,
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
