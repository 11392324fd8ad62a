"""Small drawn glyphs for cards: bold shapes in the film's two accents.

A feature's sign is one file of ``templates/icons``.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from readme2video.model.vocabulary import Bullet, Icon
from readme2video.scenes.writer import TEMPLATES

_DISCS = (
    '<circle cx="22" cy="26" r="18" fill="url(#ia)"/><circle cx="42" cy="38" r="18" fill="url(#ib)" opacity=".88"/>'
)
_RING = (
    '<circle cx="32" cy="32" r="23" fill="none" stroke="url(#ia)" stroke-width="9"/>'
    '<circle cx="32" cy="32" r="9.500" fill="url(#ib)"/>'
)
_TILES = (
    '<rect x="6" y="6" width="23" height="23" rx="7" fill="url(#ia)"/>'
    '<rect x="35" y="6" width="23" height="23" rx="11.500" fill="url(#ib)"/>'
    '<rect x="6" y="35" width="23" height="23" rx="11.500" fill="url(#ib)"/>'
    '<rect x="35" y="35" width="23" height="23" rx="7" fill="url(#ia)"/>'
)
_STEPS = (
    '<rect x="6" y="40" width="52" height="17" rx="8.500" fill="url(#ia)"/>'
    '<rect x="17" y="19" width="41" height="17" rx="8.500" fill="url(#ib)"/>'
    '<circle cx="49" cy="9" r="6" fill="url(#ia)"/>'
)
_PETALS = (
    '<path d="M30 30H15A11 11 0 0 1 4 19V15A11 11 0 0 1 15 4h4a11 11 0 0 1 11 11Z" fill="url(#ia)"/>'
    '<path d="M34 30V15A11 11 0 0 1 45 4h4a11 11 0 0 1 11 11v4a11 11 0 0 1-11 11Z" fill="url(#ib)"/>'
    '<path d="M34 34h15a11 11 0 0 1 11 11v4a11 11 0 0 1-11 11h-4a11 11 0 0 1-11-11Z" fill="url(#ia)"/>'
    '<path d="M30 34v15a11 11 0 0 1-11 11h-4A11 11 0 0 1 4 49v-4a11 11 0 0 1 11-11Z" fill="url(#ib)"/>'
)
_ARCS = (
    '<path d="M8 56A48 48 0 0 1 56 8" fill="none" stroke="url(#ia)" stroke-width="10" stroke-linecap="round"/>'
    '<path d="M28 56a28 28 0 0 1 28-28" fill="none" stroke="url(#ib)" stroke-width="10" stroke-linecap="round"/>'
    '<circle cx="51" cy="51" r="8" fill="url(#ia)"/>'
)
_FORMS = (_DISCS, _RING, _TILES, _STEPS, _PETALS, _ARCS)
_CROSS = (
    '<rect x="4" y="4" width="56" height="56" rx="18" fill="url(#ia)" opacity=".24"/>'
    '<path d="M22 22 42 42M42 22 22 42" stroke="url(#ia)" stroke-width="7" stroke-linecap="round" fill="none"/>'
)
_CHECK = (
    '<rect x="4" y="4" width="56" height="56" rx="18" fill="url(#ia)" opacity=".24"/>'
    '<path d="M19 33.500 28.500 43 46 23" stroke="url(#ia)" stroke-width="7" stroke-linecap="round" '
    'stroke-linejoin="round" fill="none"/>'
)
_DOT = (
    '<rect x="4" y="4" width="56" height="56" rx="18" fill="url(#ia)" opacity=".24"/>'
    '<circle cx="32" cy="32" r="9" fill="url(#ia)"/>'
)
_BULLETS: dict[Bullet, str] = {"cross": _CROSS, "check": _CHECK, "dot": _DOT}


def bullet(kind: Bullet) -> str:
    """The mark before a line, an SVG of 64 by 64 units; the gradients it refers to are defined once in the page."""
    return _svg(_BULLETS[kind])


def sign(icon: Icon | Literal[""], index: int) -> str:
    """A feature's sign, of the same size; without an icon one of the film's own forms."""
    return _drawing(icon) if icon else _svg(_FORMS[index % len(_FORMS)])


@cache
def _drawing(icon: Icon) -> str:
    """A file of ``templates/icons/``; a style colours its two gradients, or makes them flat."""
    return (TEMPLATES / "icons" / f"{icon}.svg").read_text("utf-8").strip()


def _svg(shapes: str) -> str:
    return f'<svg class="icon" viewBox="0 0 64 64" aria-hidden="true">{shapes}</svg>'
