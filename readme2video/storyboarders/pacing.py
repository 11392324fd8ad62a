"""From drafts to a film of the wanted length: which scenes, how rich, how long, and how they move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from readme2video.model.storyboard import Motion, Scene, SceneKind, Transition, strings, with_looks
from readme2video.timeline import TRANSITION_S, needed_s

TOLERANCE_S = 0.5
"""How much longer than asked for a film may be if that makes it richer."""
LONGEST_SCENE_S = 13.0
"""No card stands longer, however much there is to read on it."""

_MOTIONS: dict[SceneKind, tuple[Motion, ...]] = {
    "title": ("push_in", "drift_up", "pull_out"),
    "problem": ("drift_up", "pan_right", "pull_out"),
    "image": ("pull_out", "push_in", "pan_left"),
    "terminal": ("push_in", "pan_right", "drift_down"),
    "code": ("pan_left", "drift_up", "push_in"),
    "features": ("pan_right", "drift_up", "pull_out"),
    "stats": ("pull_out", "push_in", "drift_down"),
    "call_to_action": ("still",),
}
_LISTS = frozenset(["features", "problem"])
_SHOWN = frozenset(["image", "terminal", "code"])


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
    drafts: Sequence[Draft], *, length_s: float, scene_limit: int, language: str, directed: bool = False
) -> tuple[Scene, ...]:
    """Choose the takes worth most within the length, spread what time is left, and set motions and transitions.

    Args:
        directed: The scenes have motions and transitions of their own, which stay.
    """
    chosen = _choose(drafts, length_s=length_s, scene_limit=scene_limit, language=language)
    lengths = _lengths(chosen, length_s)
    scenes = [item.scene for item in chosen]
    if directed:
        timed = [scene.model_copy(update={"duration_s": length}) for scene, length in zip(scenes, lengths, strict=True)]
        return with_looks(timed)
    return with_looks(_moving(scenes, lengths))


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


def _moving(scenes: Sequence[Scene], lengths: Sequence[float]) -> tuple[Scene, ...]:
    moved: list[Scene] = []
    for scene, length in zip(scenes, lengths, strict=True):
        before = moved[-1] if moved else None
        motions = _MOTIONS[scene.kind]
        motion = next((m for m in motions if before is None or m != before.motion), motions[0])
        update: dict[str, Any] = {"duration_s": length, "motion": motion, "transition": _transition(before, scene)}
        moved.append(scene.model_copy(update=update))
    return tuple(moved)


def _transition(before: Scene | None, scene: Scene) -> Transition:
    """How a scene takes over: a slide to what is shown, a wipe into numbers; never a hard cut."""
    if before is None:
        return "crossfade"
    if before.kind == scene.kind == "terminal":
        return "slide"
    if scene.kind == "stats":
        return "wipe"
    if scene.kind in _SHOWN and before.kind in ("problem", "title"):
        return "slide"
    if scene.kind in _LISTS and before.kind in _LISTS:
        return "slide"
    return "crossfade"
