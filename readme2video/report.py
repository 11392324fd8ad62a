"""From what was made to what is reported: scenes with their strings, sources, frames and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from readme2video.model.document import PinnedSource, RepositoryFacts
from readme2video.model.film import Film, Segment, Timeline
from readme2video.model.report import ReportedPicture, ReportedScene, ReportedString
from readme2video.model.shot import Aspect, Shot
from readme2video.model.storyboard import Scene, Storyboard, strings


@dataclass(frozen=True)
class Take:
    """Everything made of a storyboard in one aspect; segments and film are missing in a plan."""

    aspect: Aspect
    timeline: Timeline
    shots: tuple[Shot, ...]
    segments: tuple[Segment, ...] = ()
    film: Film | None = None


def reported_scenes(
    storyboard: Storyboard,
    takes: Sequence[Take],
    pictures: Sequence[tuple[ReportedPicture, ...]],
    quotes: Mapping[str, str],
    animator: str,
) -> tuple[ReportedScene, ...]:
    """The scenes as the report shows them.

    Args:
        quotes: What stands at each source the storyboard names.
    """
    timeline = takes[0].timeline
    return tuple(
        ReportedScene(
            id=scene.id,
            kind=scene.kind,
            headline=scene.headline.text,
            start_s=round(timing.start / timeline.fps, 3),
            duration_s=round(timing.frames / timeline.fps, 3),
            motion=scene.motion,
            transition=scene.transition,
            animator=animator,
            strings=tuple(
                ReportedString(path=path, text=text.text, source=text.source, quote=quotes.get(text.source, ""))
                for path, text in strings(scene)
            ),
            pictures=row,
        )
        for scene, timing, row in zip(storyboard.scenes, timeline.scenes, pictures, strict=True)
    )


def quotes(storyboard: Storyboard, pinned: PinnedSource, readme_lines: Sequence[str]) -> dict[str, str]:
    """What stands at each source of a storyboard: the README's lines, or a fact's value."""
    return {
        source: found
        for scene in storyboard.scenes
        for source in _sources(scene)
        if (found := _quote(source, pinned, readme_lines))
    }


def _sources(scene: Scene) -> Iterator[str]:
    for _, text in strings(scene):
        yield text.source


def _quote(source: str, pinned: PinnedSource, readme_lines: Sequence[str]) -> str:
    if source.startswith("fact:"):
        return _fact(pinned.facts, source.removeprefix("fact:"))
    path, colon, span = source.rpartition(":")
    if not colon or path != pinned.readme_path:
        return ""
    first, _, last = span.partition("-")
    return "\n".join(readme_lines[int(first) - 1 : int(last or first)])


def _fact(facts: RepositoryFacts, name: str) -> str:
    value = getattr(facts, name, None)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    shown = value.tag if name == "release" else str(value)
    origin = facts.origins.get(name)
    return f"{shown} ({origin})" if origin else shown
