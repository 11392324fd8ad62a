"""Small drawn glyphs for cards: bold abstract shapes in the film's two accents."""

from __future__ import annotations

from typing import Literal

from readme2video.model.storyboard import Bullet

_DISCS = (
    '<circle cx="22" cy="26" r="18" fill="url(#ia)"/><circle cx="42" cy="38" r="18" fill="url(#ib)" opacity=".88"/>'
)
_BARS = (
    '<rect x="6" y="34" width="14" height="24" rx="6" fill="url(#ib)"/>'
    '<rect x="25" y="20" width="14" height="38" rx="6" fill="url(#ia)" opacity=".9"/>'
    '<rect x="44" y="6" width="14" height="52" rx="6" fill="url(#ia)"/>'
)
_BOLT = (
    '<path d="M36 4 10 36a3 3 0 0 0 2.4 5H28l-4.6 17c-.8 3 2.8 4.8 4.8 2.4L54 28a3 3 0 0 0-2.4-5H37l4.2-16'
    'c.8-3-3-5-5.2-3Z" fill="url(#ia)"/>'
)
_LAYERS = (
    '<path d="M29 34 8 44.500a3 3 0 0 0 0 5L29 60a7 7 0 0 0 6 0l21-10.500a3 3 0 0 0 0-5L35 34a7 7 0 0 0-6 0Z" '
    'fill="url(#ib)" opacity=".9"/>'
    '<path d="M29 5 8 15.500a3 3 0 0 0 0 5L29 31a7 7 0 0 0 6 0l21-10.500a3 3 0 0 0 0-5L35 5a7 7 0 0 0-6 0Z" '
    'transform="translate(0 8)" fill="url(#ia)"/>'
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
_FEATURE = (_DISCS, _BARS, _BOLT, _LAYERS, _RING, _TILES)
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


def icon(kind: Literal["feature"] | Bullet, index: int) -> str:
    """An SVG of 64 by 64 units; the gradients it refers to are defined once in the page."""
    shapes = _FEATURE[index % len(_FEATURE)] if kind == "feature" else _BULLETS[kind]
    return f'<svg class="icon" viewBox="0 0 64 64" aria-hidden="true">{shapes}</svg>'
