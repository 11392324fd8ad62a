"""From a shot request to the body of its page."""

from __future__ import annotations

from readme2video.model.shot import LAYOUT_PX, ShotRequest
from readme2video.scenes.kinds import KINDS
from readme2video.scenes.plates import plate_svg
from readme2video.scenes.signs import brand_mark
from readme2video.scenes.writer import Markup, SceneWriter


def build(request: ShotRequest) -> Markup:
    """Write the body of a scene's page."""
    scene = SceneWriter(request)
    inner = KINDS[request.kind](scene)
    if request.kind not in ("title", "call_to_action"):
        brand = scene.text("brand", "brand", request.brand, fit="", must_read=False, before=brand_mark(scene))
    else:
        brand = ""
    scene.markup.zone = scene.zone
    arrangement = "split" if scene.split else "stack"
    art = plate_svg(request.style, request.theme, LAYOUT_PX[request.aspect], request.variant, scene.zone)
    if request.direction == "rtl":
        art = _mirrored(art, LAYOUT_PX[request.aspect].width)
    scene.markup.html = (
        f'<div class="plate">{art}</div><div class="grain"></div><div class="scrim"></div><div class="still"></div>'
        f"{brand}"
        f'<main class="stage {request.kind} {arrangement}"><div class="content">{inner}</div></main>'
    )
    return scene.markup


def _mirrored(svg: str, width: int) -> str:
    """A drawing turned left to right. A style sheet could do it, but then the browser makes a layer of its own of it.

    Such a layer is rounded apart from what lies on it, and edges would shift between the sheets.
    """
    opening, inner = svg.split(">", 1)
    return f'{opening}><g transform="matrix(-1 0 0 1 {width} 0)">{inner.removesuffix("</svg>")}</g></svg>'
