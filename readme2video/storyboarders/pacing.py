"""From drafts to a film of the wanted length: which scenes, how rich, how long, and how they move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from readme2video.model.scene import Scene, strings, with_looks
from readme2video.model.vocabulary import Style, Transition
from readme2video.motion import camera, takeover
from readme2video.timeline import TRANSITION_S, needed_s

TOLERANCE_S = 0.5
"""How much longer than asked for a film may be if that makes it richer."""
LONGEST_SCENE_S = 13.0
"""No card stands longer, however much there is to read on it."""

_MOST_CUTS = 4
"""In a style that likes cuts; a film of nothing but hard cuts is a slide show."""


@dataclass(frozen=True)
class Take:
    """One way to tell a scene and what it is worth; richer takes are worth more and need longer."""

    scene: Scene
    worth: float


@dataclass(frozen=True)
class Draft:
    """A scene to be: its takes, richest first.

    Attributes:
        role: Its place in the story, also the scene's id.
        weight: Its share of time left over.
        needed: Whether the film cannot do without it.
        hold_s: Shortest length whatever its words need.
    """

    role: str
    takes: tuple[Take, ...]
    weight: float = 1.0
    needed: bool = False
    hold_s: float = 0.0

    def texts(self) -> Iterator[str]:
        """All words of its richest take."""
        for _, text in strings(self.takes[0].scene):
            yield text.text


@dataclass(frozen=True)
class _Chosen:
    draft: Draft
    scene: Scene
    least_s: float


def fit(
    drafts: Sequence[Draft],
    *,
    length_s: float,
    scene_limit: int,
    language: str,
    directed: bool = False,
    style: Style = "aurora",
) -> tuple[Scene, ...]:
    """Choose the takes worth most within the length, spread what time is left, and set motions and transitions.

    Args:
        directed: The scenes have motions and transitions of their own, which stay.
        style: The film's; it may prefer transitions of its own.
    """
    chosen: list[_Chosen] = []
    transitions: list[Transition] = []
    for cuts in range(len(drafts) + 1):
        # Scenes do not overlap at a cut; where that makes the film too long, it is chosen anew with less room.
        chosen = _choose(drafts, length_s=length_s - TRANSITION_S * cuts, scene_limit=scene_limit, language=language)
        scenes = [item.scene for item in chosen]
        transitions = [scene.transition for scene in scenes] if directed else _transitions(scenes, style)
        if transitions[1:].count("cut") <= cuts or _shortest_s(chosen, transitions) <= length_s + TOLERANCE_S:
            break
    # Scenes do not overlap at a cut, so what they would have shared comes out of the time left over.
    lengths = _lengths(chosen, length_s - TRANSITION_S * transitions[1:].count("cut"))
    if directed:
        timed = [scene.model_copy(update={"duration_s": length}) for scene, length in zip(scenes, lengths, strict=True)]
        return with_looks(timed)
    return with_looks(_moving(scenes, lengths, transitions))


def _least_s(draft: Draft, scene: Scene, language: str) -> float:
    return math.ceil(round(max(draft.hold_s, needed_s(scene, language)) * 10, 6)) / 10


def _choose(drafts: Sequence[Draft], *, length_s: float, scene_limit: int, language: str) -> list[_Chosen]:
    """The best choice by dynamic programming over tenths of seconds and the number of scenes."""
    options = [
        [
            (_Chosen(draft, take.scene, least_s), take.worth)
            for take in draft.takes
            if (least_s := _least_s(draft, take.scene, language))
            <= (20.0 if take is draft.takes[-1] else LONGEST_SCENE_S)
        ]
        for draft in drafts
    ]
    overlap = round(TRANSITION_S * 10)
    must = [
        min(round(item.least_s * 10) for item, _ in kept)
        for draft, kept in zip(drafts, options, strict=True)
        if draft.needed and kept
    ]
    capacity = max(round((length_s + TOLERANCE_S) * 10), sum(must) - overlap * (len(must) - 1))
    limit = max(scene_limit, len(must))
    best: dict[tuple[int, int], tuple[float, tuple[_Chosen, ...]]] = {(0, overlap): (0.0, ())}
    for draft, kept in zip(drafts, options, strict=True):
        after = {} if draft.needed and kept else dict(best)
        for (count, used), (worth, items) in best.items():
            for item, gain in kept:
                key = (count + 1, used + round(item.least_s * 10) - overlap)
                if key[0] > limit or key[1] > capacity:
                    continue
                if key not in after or worth + gain > after[key][0]:
                    after[key] = (worth + gain, (*items, item))
        best = after
    if not best:
        return []
    return list(max(best.items(), key=lambda entry: (entry[1][0], -entry[0][1], -entry[0][0]))[1][1])


def _lengths(chosen: Sequence[_Chosen], length_s: float) -> list[float]:
    """Give each scene what it needs and its share of the rest; a card read twice is a card too long."""
    tenths = [round(item.least_s * 10) for item in chosen]
    most = [max(length, min(round(LONGEST_SCENE_S * 10), length + max(10, length // 4))) for length in tenths]
    spare = round(length_s * 10) - (sum(tenths) - round(TRANSITION_S * 10) * (len(chosen) - 1))
    while spare > 0:
        # The scene that has got least of its share so far comes next; order breaks ties.
        open_scenes = [index for index in range(len(chosen)) if tenths[index] < most[index]]
        if not open_scenes:
            break
        index = min(
            open_scenes,
            key=lambda i: ((tenths[i] + 1 - chosen[i].least_s * 10) / (chosen[i].least_s * chosen[i].draft.weight), i),
        )
        tenths[index] += 1
        spare -= 1
    return [length / 10 for length in tenths]


def _shortest_s(chosen: Sequence[_Chosen], transitions: Sequence[Transition]) -> float:
    overlaps = sum(transition != "cut" for transition in transitions[1:])
    return round(sum(item.least_s for item in chosen) - TRANSITION_S * overlaps, 6)


def _moving(scenes: Sequence[Scene], lengths: Sequence[float], transitions: Sequence[Transition]) -> tuple[Scene, ...]:
    moved: list[Scene] = []
    for scene, length, transition in zip(scenes, lengths, transitions, strict=True):
        motion = camera(scene.kind, moved[-1].motion if moved else None)
        update: dict[str, Any] = {"duration_s": length, "motion": motion, "transition": transition}
        moved.append(scene.model_copy(update=update))
    return tuple(moved)


def _transitions(scenes: Sequence[Scene], style: Style) -> list[Transition]:
    found: list[Transition] = []
    for place, scene in enumerate(scenes):
        wanted = takeover(scenes[place - 1].kind if place else None, scene.kind, style)
        found.append("slide" if wanted == "cut" and found.count("cut") >= _MOST_CUTS else wanted)
    return found
