"""From what was made to what is reported: scenes with their strings, sources, frames and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readme2video.claims import Claim
from readme2video.model.brief import Brief
from readme2video.model.check import Examination, SeenScene
from readme2video.model.film import Backdrop, Clip, CompactFilm, Film, Segment, Timeline
from readme2video.model.manuscript import Usage
from readme2video.model.order import USD_PER_CREDIT
from readme2video.model.report import Attribution, Cost, ReportedPicture, ReportedScene, ReportedString
from readme2video.model.scene import Scene, strings
from readme2video.model.shot import Aspect, Shot
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.shown import shown_picture
from readme2video.timeline import needed_s


@dataclass(frozen=True)
class Take:
    """Everything made of a storyboard in one aspect; segments and film are missing in a plan."""

    aspect: Aspect
    timeline: Timeline
    shots: tuple[Shot, ...]
    segments: tuple[Segment, ...] = ()
    backdrops: tuple[Backdrop, ...] = ()
    film: Film | None = None
    compact: CompactFilm | None = None
    seen: tuple[SeenScene, ...] = ()
    examination: Examination | None = None


def reported_scenes(
    storyboard: Storyboard,
    takes: Sequence[Take],
    pictures: Sequence[tuple[ReportedPicture, ...]],
    quotes: Mapping[str, str],
    claims: Sequence[Claim],
    fallbacks: Mapping[str, str],
    wanted: Brief | None = None,
) -> tuple[ReportedScene, ...]:
    """The scenes as the report shows them.

    Args:
        quotes: What stands at each source the storyboard names.
        claims: What kind of claim each string is, and what is wrong with it.
        fallbacks: By label, why a scene was not bought.
        wanted: Tells where the README shows the pictures that scenes show.
    """
    timeline = takes[0].timeline
    judged = {(claim.scene, claim.path): claim for claim in claims}
    return tuple(
        ReportedScene(
            id=scene.id,
            kind=scene.kind,
            headline=scene.headline.text,
            start_s=round(timing.start / timeline.fps, 3),
            duration_s=round(timing.frames / timeline.fps, 3),
            needed_s=round(needed_s(scene, storyboard.language), 2),
            motion=scene.motion,
            transition=scene.transition,
            **_moved(takes, index, scene.id, fallbacks),
            shows=_attribution(scene, wanted) if wanted is not None else None,
            strings=tuple(
                ReportedString(
                    path=path,
                    text=text.text,
                    source=text.source,
                    quote=quotes.get(text.source, ""),
                    claim=judged[scene.id, path].kind,
                    problem=judged[scene.id, path].problem,
                )
                for path, text in strings(scene)
            ),
            pictures=row,
        )
        for index, (scene, timing, row) in enumerate(zip(storyboard.scenes, timeline.scenes, pictures, strict=True))
    )


def _attribution(scene: Scene, wanted: Brief) -> Attribution | None:
    """Whose the picture is that a scene shows."""
    src = shown_picture(scene)
    if src is None:
        return None
    document = wanted.document
    lines = next((one.lines for one in document.pictures if src in (one.src, one.dark_src)), None)
    footage = next((one.footage for one in wanted.pictures if one.src == src), None)
    elsewhere = src.lower().startswith(("http://", "https://"))
    return Attribution(
        src=src,
        line=f"{document.path}:{lines.first}" if lines is not None else document.path,
        licence=None if elsewhere else wanted.facts.licence,
        elsewhere=elsewhere,
        footage_s=round(footage.duration_s, 2) if footage is not None else None,
    )


def _moved(takes: Sequence[Take], index: int, scene: str, fallbacks: Mapping[str, str]) -> dict[str, Any]:
    """Who moved a scene, what it cost over all aspects, and why it was not bought."""
    clips = _clips([take.backdrops[index : index + 1] for take in takes])
    reasons = [why for label, why in fallbacks.items() if label.partition("@")[0] == scene]
    return {
        "animator": "kie" if clips else "local",
        "model": next((clip.model for clip in clips), None),
        "task_id": next((clip.task_id for clip in clips), None),
        "credits": sum(clip.credits for clip in clips),
        "fallback": reasons[0] if reasons else None,
    }


def _clips(rows: Sequence[Sequence[Backdrop]]) -> tuple[Clip, ...]:
    """The distinct bought clips; one may serve several scenes or aspects."""
    return tuple({one.task_id: one for row in rows for one in row if isinstance(one, Clip)}.values())


def cost(takes: Sequence[Take], in_doubt_credits: float, writing: Usage | None, cap_usd: float | None = None) -> Cost:
    """What the film's clips and its storyboard cost, whenever they were bought."""
    spent = sum(clip.credits for clip in _clips([take.backdrops for take in takes]))
    return Cost(
        spent_credits=spent,
        in_doubt_credits=in_doubt_credits,
        spent_usd=round(spent * USD_PER_CREDIT, 4),
        claude_usd=writing.usd or 0.0 if writing is not None else 0.0,
        cap_usd=cap_usd,
    )


def quotes(storyboard: Storyboard, wanted: Brief) -> dict[str, str]:
    """What stands at each source of a storyboard: the lines of a text, or a fact's value."""
    return {
        source: found for scene in storyboard.scenes for source in _sources(scene) if (found := _quote(source, wanted))
    }


def _sources(scene: Scene) -> Iterator[str]:
    for _, text in strings(scene):
        yield text.source


def _quote(source: str, wanted: Brief) -> str:
    if source.startswith("fact:"):
        return _fact(wanted.facts, source.removeprefix("fact:"))
    name, colon, span = source.rpartition(":")
    text = next((text for text in wanted.texts if text.name == name), None)
    if not colon or text is None:
        return ""
    first, _, last = span.partition("-")
    return "\n".join(text.lines[max(0, int(first) - text.first) : int(last or first) - text.first + 1])


def _fact(facts: RepositoryFacts, name: str) -> str:
    value = getattr(facts, name, None)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    shown = value.tag if name == "release" else str(value)
    origin = facts.origins.get(name)
    return f"{shown} ({origin})" if origin else shown
