"""The plates of ``poster``: a wall of flat colour with large turned and stepped blocks.

Words never stand on it: they stand on blocks of their own, which the style's sheet lays on the shade, and on cards.
So the forms may be as loud as they like; edges are softened over about three pixels, because the camera moves by
parts of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from readme2video.colour import contrast, from_oklch, mix, oklch
from readme2video.model.record import Size
from readme2video.model.shot import Zone
from readme2video.model.storyboard import Theme
from readme2video.scenes.plates.canvas import Canvas, circle

_EDGE = 1.1
_WORDS = 6.2
"""Contrast of words on a block of colour."""


class Block(NamedTuple):
    """A flat colour and what is written on it."""

    ground: str
    ink: str


class Look(NamedTuple):
    """One way to lay the film's colours: the headline's block, the wall, its forms, and the cards."""

    block: Block
    wall: str
    forms: tuple[str, str, str]
    cards: tuple[Block, Block, Block]


def block(colour: str, dark: str, light: str) -> Block:
    """A colour made lighter or darker until dark or light words can be read on it, with those words.

    Warm colours and greens turn to mud in the dark, blues and purples fade in the light: each goes where it glows.

    Args:
        dark: The dark ink.
        light: The light one.
    """
    lightness, chroma, hue = oklch(colour)
    lifted = 25 < hue < 215
    for step in range(100):
        found = from_oklch(lightness + step / 100 if lifted else lightness - step / 100, chroma, hue)
        ink = dark if lifted else light
        if contrast(found, ink) >= _WORDS:
            return Block(found, ink)
    return Block(dark, light)


def look(theme: Theme, variant: int) -> Look:
    """The look of a scene: neighbours differ, and two films start at different ones."""
    start = hashlib.sha256(f"{theme.accent_2}{theme.accent}".encode()).digest()[2]
    turn = (start + variant) % 3
    is_dark = theme.mode == "dark"
    dark, light = (theme.background, theme.ink) if is_dark else (theme.ink, theme.surface)
    first, second = (_loud(colour) for colour in (theme.accent, theme.accent_2))
    one, other = block(first, dark, light), block(second, dark, light)
    night, paper = Block(dark, light), Block(light, dark)
    if is_dark:
        return (
            Look(night, other.ground, (one.ground, dark, light), (one, paper, other)),
            Look(one, theme.surface, (other.ground, light, one.ground), (other, paper, one)),
            Look(other, dark, (one.ground, theme.surface, other.ground), (one, paper, other)),
        )[turn]
    return (
        Look(paper, other.ground, (one.ground, dark, light), (one, paper, other)),
        Look(one, light, (other.ground, dark, one.ground), (other, paper, one)),
        Look(night, one.ground, (other.ground, light, dark), (other, paper, one)),
    )[turn]


def _loud(colour: str) -> str:
    """As full of colour as the screen can show near its own lightness."""
    lightness, chroma, hue = oklch(colour)
    return from_oklch(lightness, max(chroma * 1.15, 0.15), hue)


def colours(theme: Theme, variant: int) -> dict[str, str]:
    """Custom properties of ``styles/poster.css``: the headline's block and the cards, each with its ink."""
    found = look(theme, variant)
    properties = {
        "block": found.block.ground,
        "block-ink": found.block.ink,
        "block-soft": _softer(found.block),
        "wall": found.wall,
        "edge": theme.ink if theme.mode == "light" else mix(theme.background, "#000000", 0.6),
    }
    for index, card in enumerate(found.cards, 1):
        properties |= {f"card-{index}": card.ground, f"card-{index}-ink": card.ink, f"card-{index}-soft": _softer(card)}
    return properties


def _softer(on: Block) -> str:
    """The ink of lesser words: drawn towards its block as far as they stay readable."""
    softer = mix(on.ink, on.ground, 0.14)
    return softer if contrast(softer, on.ground) >= 4.8 else on.ink


def draw(theme: Theme, size: Size, variant: int, zone: Zone) -> str:
    """Draw a plate; see ``plates.plate_svg``."""
    canvas = Canvas(size, theme)
    found = look(theme, variant)
    start = hashlib.sha256(f"{theme.accent}{theme.accent_2}".encode()).digest()[3]
    canvas.shapes.append(f'<rect width="{size.width}" height="{size.height}" fill="{found.wall}"/>')
    x, y, radius = _anchor(size, zone)
    canvas.soft(COMPOSITIONS[(start + variant) % len(COMPOSITIONS)](found.forms, x, y, radius), _EDGE)
    return canvas.svg()


def _anchor(size: Size, zone: Zone) -> tuple[float, float, float]:
    """Centre and radius of the forms, in the part of the picture that blocks and cards leave free."""
    width, height = size.width, size.height
    if width > height:
        return {
            "side": (width * 0.78, height * 0.34, height * 0.46),
            "top": (width * 0.74, height * 0.66, height * 0.56),
            "centre": (width * 0.72, height * 0.36, height * 0.5),
        }[zone]
    if height > width:
        return (width * 0.6, height * 0.82, width * 0.56)
    return {
        "side": (width * 0.68, height * 0.3, width * 0.42),
        "top": (width * 0.66, height * 0.74, width * 0.46),
        "centre": (width * 0.68, height * 0.3, width * 0.42),
    }[zone]


Colours = tuple[str, str, str]


def _turned(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    """Three blocks, each turned further."""
    return [
        _slab(x, y, radius * (2.6 - 0.72 * step), radius * (2.1 - 0.62 * step), 12 + 19 * step, colour)
        for step, colour in enumerate(colours)
    ]


def _stairs(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    """Steps that climb out of the picture."""
    side = radius * 0.56
    steps = [
        f'<rect x="{x + (step - 3) * side:.0f}" y="{y + radius * 0.9 - step * side * 0.72:.0f}" width="{side * 8:.0f}" '
        f'height="{radius * 4:.0f}" fill="{colours[step % 3]}"/>'
        for step in range(6)
    ]
    return [circle(x - radius * 0.55, y - radius * 0.55, radius * 0.5, colours[1]), *steps]


def _target(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    return [circle(x + radius * 0.16 * step, y, radius * (1.32 - 0.34 * step), colours[step % 3]) for step in range(4)]


def _bars(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    """Broad slanting bands."""
    return [
        _slab(x + (step - 1.6) * radius * 0.62, y, radius * 0.46, radius * 6, 32, colours[step % 3])
        for step in range(5)
    ]


def _quarters(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    """A field of four tiles with quarter discs."""
    side, shapes = radius * 1.02, []
    for index, (column, row, turn) in enumerate(
        ((0, 0, 0), (1, 0, 90), (1, 1, 180), (0, 1, 270), (2, 0, 270), (2, 1, 0))
    ):
        left, top = x + (column - 1.2) * side, y + (row - 1) * side
        shapes.append(
            f'<g transform="translate({left:.0f} {top:.0f}) rotate({turn} {side / 2:.0f} {side / 2:.0f})">'
            f'<rect x="-1" y="-1" width="{side + 2:.0f}" height="{side + 2:.0f}" fill="{colours[index % 3]}"/>'
            f'<path d="M0 0H{side:.0f}A{side:.0f} {side:.0f} 0 0 1 0 {side:.0f}Z" '
            f'fill="{colours[(index + 1) % 3]}"/></g>'
        )
    return shapes


def _burst(colours: Colours, x: float, y: float, radius: float) -> list[str]:
    """Wedges around one point."""
    wedges = [
        f'<path transform="rotate({step * 45 + 8} {x:.0f} {y:.0f})" d="M{x:.0f} {y:.0f}'
        f'l{radius * 3:.0f} {-radius * 0.62:.0f}v{radius * 1.24:.0f}Z" fill="{colours[step % 2]}"/>'
        for step in range(8)
    ]
    return [*wedges, circle(x, y, radius * 0.62, colours[2])]


def _slab(x: float, y: float, breadth: float, height: float, turn: float, colour: str) -> str:
    return (
        f'<rect transform="rotate({turn:.0f} {x:.0f} {y:.0f})" x="{x - breadth / 2:.0f}" y="{y - height / 2:.0f}" '
        f'width="{breadth:.0f}" height="{height:.0f}" fill="{colour}"/>'
    )


COMPOSITIONS: tuple[Callable[[Colours, float, float, float], list[str]], ...] = (
    _turned,
    _stairs,
    _target,
    _bars,
    _quarters,
    _burst,
)
