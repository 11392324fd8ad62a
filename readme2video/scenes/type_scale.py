"""Sizes of type per aspect: from the largest wished for down to the floor, and below it to where a scene fails."""

from __future__ import annotations

from typing import TypedDict

from readme2video.model.shot import Aspect
from readme2video.model.vocabulary import Style

# group: (largest, smallest by design, most lines). What is smaller is still legible down to _FLOOR.
_SCALES: dict[Aspect, dict[str, tuple[int, int, int]]] = {
    "16:9": {
        "hero": (232, 84, 3),
        "statement": (156, 76, 4),
        "headline": (104, 56, 4),
        "lead": (54, 40, 3),
        "value": (190, 110, 1),
        "figure": (60, 44, 1),
        "name": (52, 40, 3),
        "body": (44, 36, 5),
        "label": (44, 36, 3),
        "code": (46, 32, 1),
        "command": (84, 40, 1),
    },
    "9:16": {
        "hero": (248, 84, 4),
        "statement": (150, 84, 7),
        "headline": (124, 68, 5),
        "lead": (66, 52, 5),
        "value": (190, 120, 1),
        "figure": (70, 54, 1),
        "name": (62, 50, 3),
        "body": (56, 48, 6),
        "label": (56, 48, 3),
        "code": (54, 42, 1),
        "command": (72, 46, 1),
    },
    "1:1": {
        "hero": (196, 72, 3),
        "statement": (122, 68, 6),
        "headline": (92, 54, 3),
        "lead": (52, 42, 4),
        "value": (150, 96, 1),
        "figure": (54, 42, 1),
        "name": (50, 42, 3),
        "body": (44, 40, 5),
        "label": (44, 40, 3),
        "code": (42, 32, 1),
        "command": (68, 36, 1),
    },
}
_STYLED: dict[tuple[Style, Aspect], dict[str, tuple[int, int, int]]] = {
    # A cell of a monospaced face is wide: lines of the same length want smaller type.
    ("terminal", "16:9"): {
        "hero": (196, 84, 3),
        "statement": (128, 68, 4),
        "headline": (92, 52, 3),
        "lead": (46, 38, 4),
        "value": (160, 84, 1),
        "figure": (72, 44, 1),
        "name": (50, 38, 3),
        "body": (46, 36, 5),
        "label": (46, 36, 3),
        "code": (52, 32, 1),
    },
    ("terminal", "9:16"): {
        "hero": (196, 76, 3),
        "statement": (116, 72, 8),
        "headline": (92, 62, 6),
        "lead": (56, 48, 7),
        "value": (150, 96, 1),
        "name": (54, 48, 4),
        "body": (52, 48, 7),
        "label": (52, 48, 4),
    },
    ("terminal", "1:1"): {
        "hero": (164, 64, 4),
        "statement": (100, 60, 7),
        "headline": (76, 48, 4),
        "lead": (46, 40, 5),
        "value": (120, 80, 1),
        "name": (46, 40, 4),
        "body": (42, 40, 6),
        "label": (42, 40, 4),
    },
    ("editorial", "16:9"): {
        "hero": (300, 96, 3),
        "statement": (196, 84, 4),
        "headline": (124, 64, 4),
        "lead": (60, 42, 4),
        "value": (280, 110, 1),
        "figure": (66, 46, 1),
        "name": (64, 42, 3),
        "body": (54, 38, 5),
        "label": (48, 38, 3),
        "code": (52, 32, 1),
    },
    ("editorial", "9:16"): {
        "hero": (260, 92, 4),
        "statement": (172, 92, 7),
        "headline": (140, 76, 5),
        "lead": (72, 54, 6),
        "value": (250, 120, 1),
        "name": (70, 52, 3),
        "body": (62, 50, 6),
        "label": (58, 48, 3),
    },
    ("editorial", "1:1"): {
        "hero": (212, 80, 3),
        "statement": (138, 74, 6),
        "headline": (104, 60, 3),
        "lead": (56, 43, 4),
        "value": (190, 96, 1),
        "name": (54, 43, 3),
        "body": (48, 40, 5),
        "label": (46, 40, 3),
    },
    ("poster", "16:9"): {
        "hero": (296, 100, 3),
        "statement": (230, 92, 4),
        "headline": (150, 68, 4),
        "lead": (58, 42, 3),
        "value": (240, 110, 1),
        "figure": (70, 46, 1),
        "name": (62, 42, 3),
        "body": (48, 38, 5),
        "label": (54, 38, 3),
        "code": (52, 32, 1),
    },
    ("poster", "9:16"): {
        "hero": (330, 92, 4),
        "statement": (220, 96, 6),
        "headline": (172, 80, 4),
        "lead": (70, 54, 5),
        "value": (230, 120, 1),
        "figure": (78, 54, 1),
        "name": (72, 52, 3),
        "body": (58, 50, 6),
        "label": (58, 48, 3),
    },
    ("poster", "1:1"): {
        "hero": (236, 80, 3),
        "statement": (180, 76, 5),
        "headline": (120, 62, 3),
        "lead": (54, 43, 4),
        "value": (180, 96, 1),
        "figure": (60, 42, 1),
        "name": (54, 43, 3),
        "body": (46, 40, 5),
        "label": (46, 40, 3),
    },
}
"""What a style sets in other sizes."""
_FLOOR: dict[Aspect, tuple[int, int]] = {"16:9": (36, 32), "9:16": (48, 42), "1:1": (40, 32)}
"""Words and code below these sizes are a warning."""
_HARD: dict[Aspect, tuple[int, int]] = {"16:9": (25, 25), "9:16": (42, 34), "1:1": (28, 28)}
"""Words and code below these sizes fail."""
_LEADING = ("hero", "statement", "headline")
_LEAST_LEADING = 0.72
"""How much smaller than designed a scene's main line may get: below that it would no longer lead."""

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


def groups(aspect: Aspect, scale: float, style: Style = "aurora") -> dict[str, Group]:
    """The steps of every type group.

    Args:
        style: Some styles set a group larger or smaller; the floors are the same for all.
        aspect: Which picture.
        scale: Picture pixels per layout pixel. Code steps are such that a cell is a whole number of picture pixels
            wide: a typed command is uncovered cell by cell.
    """
    found: dict[str, Group] = {}
    scale_of = _SCALES[aspect] | _STYLED.get((style, aspect), {})
    scale_of["address"] = (*scale_of["label"][:2], 1)
    for name, (largest, design, lines) in scale_of.items():
        mono = name in ("code", "command")
        floor, hard = _FLOOR[aspect][mono], _HARD[aspect][mono]
        if name in _LEADING:
            floor = hard = max(floor, round(design * _LEAST_LEADING))
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
