"""Logos for tests, made by code: square, wide, dark on nothing, on paper, and ones that are no good."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}">'


def svg(body: str, width: int = 128, height: int = 128) -> bytes:
    return f"{_HEAD.format(width, height)}{body}</svg>".encode()


SQUARE = svg(
    '<rect width="128" height="128" rx="28" fill="#e4572e"/>'
    '<path d="M34 92V36h24c18 0 28 8 28 22 0 10-5 17-14 20l17 14" stroke="#fff" stroke-width="13" fill="none"/>'
    '<circle cx="98" cy="34" r="14" fill="#17bebb"/>'
)
_LETTERS = (
    "M0 0v60M0 36l34-36M12 26l26 34",
    "M0 0v60h36M0 0h36M0 29h28",
    "M0 60V0h22c26 0 26 32 0 32H0M20 32l22 28",
    "M36 8C20-8-4 4 4 20c8 14 34 8 32 26-4 22-32 16-40 4",
    "M0 0h44M22 0v60",
)


def wordmark(ink: str, sign: str = "#7c3aed") -> bytes:
    """A sign and five letters beside it, clear between them."""
    letters = "".join(
        f'<path transform="translate({110 + 66 * place} 20)" d="{line}" stroke="{ink}" stroke-width="12" fill="none"/>'
        for place, line in enumerate(_LETTERS)
    )
    return svg(f'<path d="M50 4l44 26v44L50 100 6 74V30z" fill="{sign}"/>{letters}', 440, 104)


WIDE = wordmark("#f5f5f7")
DARK_ON_CLEAR = wordmark("#16161d", sign="#16161d")


def png(draw: str, size: tuple[int, int] = (240, 240)) -> bytes:
    """``paper``: a blue ring on white; ``far``: a small green disc on much clear ground; ``grey``: no colour."""
    image = Image.new("RGBA", size, {"paper": "#ffffff"}.get(draw, (0, 0, 0, 0)))
    pen = ImageDraw.Draw(image)
    width, height = size
    if draw == "paper":
        pen.ellipse((width * 0.2, height * 0.2, width * 0.8, height * 0.8), outline="#1456d9", width=width // 8)
    elif draw == "far":
        pen.ellipse((width * 0.45, height * 0.45, width * 0.55, height * 0.55), fill="#16a34a")
    else:
        pen.rectangle((width * 0.2, height * 0.2, width * 0.8, height * 0.8), fill="#8a8a8a")
    stream = io.BytesIO()
    image.convert("RGB" if draw == "paper" else "RGBA").save(stream, "PNG")
    return stream.getvalue()


SCRIPTED = svg(
    "<script>document.documentElement.remove(); fetch('https://evil.invalid/')</script>"
    '<image href="https://evil.invalid/x.png" width="128" height="128"/>'
    '<style>@import url("https://evil.invalid/x.css");</style>'
    '<rect width="128" height="128" fill="#0ea5e9" onload="location=\'https://evil.invalid/\'"/>'
)
BROKEN_PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
BROKEN_SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><rect"
EMPTY_SVG = svg("")
HUGE_SVG = svg('<rect width="90000" height="90000" fill="#f00"/>', 90000, 90000)
