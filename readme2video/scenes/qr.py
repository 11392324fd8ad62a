"""An address as a QR code."""

from __future__ import annotations


def qr_svg(address: str) -> str:
    """A QR code (ISO/IEC 18004, error level M) as an SVG of whole modules with its quiet zone of four."""
    import segno

    code = segno.make(address, error="m", micro=False, boost_error=False)
    matrix = [list(row) for row in code.matrix]
    side = len(matrix) + 8
    dark = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    )
    return (
        f'<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true">'
        f'<rect width="{side}" height="{side}" fill="#ffffff"/><path d="{dark}" fill="#111111"/></svg>'
    )
