"""Sizes of type per aspect: from the largest wished for down to the floor, and below it to where a scene fails."""

from __future__ import annotations

from typing import TypedDict

from readme2video.model.shot import Aspect

# group: (largest, smallest by design, most lines). What is smaller is still legible down to _FLOOR.
_SCALES: dict[Aspect, dict[str, tuple[int, int, int]]] = {
    "16:9": {
        "hero": (232, 84, 3),
        "statement": (156, 76, 4),
        "headline": (104, 56, 4),
        "lead": (54, 40, 3),
        "value": (190, 110, 1),
        "name": (52, 40, 3),
        "body": (44, 36, 5),
        "label": (44, 36, 3),
        "code": (46, 32, 1),
    },
    "9:16": {
        "hero": (248, 84, 4),
        "statement": (150, 84, 7),
        "headline": (124, 68, 5),
        "lead": (66, 52, 5),
        "value": (190, 120, 1),
        "name": (62, 50, 3),
        "body": (56, 48, 6),
        "label": (56, 48, 3),
        "code": (54, 42, 1),
    },
    "1:1": {
        "hero": (196, 72, 3),
        "statement": (122, 68, 6),
        "headline": (92, 54, 3),
        "lead": (52, 42, 4),
        "value": (150, 96, 1),
        "name": (50, 42, 3),
        "body": (44, 40, 5),
        "label": (44, 40, 3),
        "code": (42, 32, 1),
    },
}
_FLOOR: dict[Aspect, tuple[int, int]] = {"16:9": (36, 32), "9:16": (48, 42), "1:1": (40, 32)}
"""Words and code below these sizes are a warning."""
_HARD: dict[Aspect, tuple[int, int]] = {"16:9": (25, 25), "9:16": (42, 34), "1:1": (28, 28)}
"""Words and code below these sizes fail."""

MONO_ADVANCE = 0.6
"""Width of a JetBrains Mono cell over the type size."""


class Group(TypedDict):
    """Steps of one type group, largest first.

    ``design`` and ``floor`` are indexes: of the smallest step that looks as designed, and of the smallest that needs
    no warning. ``lines`` is how many lines words may take before they are set smaller.
    """

    sizes: list[float]
    design: int
    floor: int
    lines: int
    mono: bool


def groups(aspect: Aspect, scale: float) -> dict[str, Group]:
    """The steps of every type group.

    Args:
        aspect: Which picture.
        scale: Picture pixels per layout pixel. Code steps are such that a cell is a whole number of picture pixels
            wide: a typed command is uncovered cell by cell.
    """
    found: dict[str, Group] = {}
    for name, (largest, design, lines) in _SCALES[aspect].items():
        mono = name == "code"
        floor, hard = _FLOOR[aspect][mono], _HARD[aspect][mono]
        if mono:
            cell = 1 / scale / MONO_ADVANCE
            sizes = [count * cell for count in range(int(largest / cell), 0, -1) if count * cell >= hard]
        else:
            sizes = _steps(largest, design, floor, hard)
        found[name] = Group(sizes=sizes, design=_last(sizes, design), floor=_last(sizes, floor), lines=lines, mono=mono)
    return found


def _steps(largest: int, *ends: int) -> list[float]:
    """Steps of about 5 % that touch every end."""
    sizes = [float(largest)]
    for end in ends:
        while sizes[-1] > end:
            sizes.append(max(float(end), float(round(sizes[-1] * 0.952))))
    return sizes


def _last(sizes: list[float], least: int) -> int:
    return max((index for index, size in enumerate(sizes) if size >= least - 0.01), default=len(sizes) - 1)
