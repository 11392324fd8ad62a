"""What a picture's file is, by its bytes: its name is not believed, and nothing is decoded."""

from __future__ import annotations

import re

_SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?"
    rb"(?:<!--.{0,2000}?-->\s*|<!DOCTYPE svg[^>\[]{0,300}>\s*){0,9}<svg[\s>]",
    re.DOTALL,
)
_NO_VIDEO = (b"avif", b"avis", b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1", b"crx ", b"jxl ", b"M4A ", b"M4B ")
"""Brands of files that are built like an MP4 and hold a still or sound."""
_MAGIC = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF87a", ".gif"), (b"GIF89a", ".gif"))
VIDEO_SUFFIXES = (".mp4", ".mov", ".webm")


def picture_suffix(data: bytes) -> str | None:
    """The suffix of a picture or video by its first bytes; None for everything else."""
    if (known := next((suffix for magic, suffix in _MAGIC if data.startswith(magic)), None)) is not None:
        return known
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return None if brand in _NO_VIDEO else ".mov" if brand == b"qt  " else ".mp4"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm" if b"webm" in data[:64] else None
    return ".svg" if _SVG.match(data[:4096]) else None


def may_move(data: bytes, suffix: str) -> bool:
    """Whether a file can hold more than one frame, so that making footage of it is worth a try."""
    if suffix == ".png":
        end = data.find(b"IDAT")
        return b"acTL" in data[: max(end, 0)]
    if suffix == ".webp":
        return data[12:16] == b"VP8X" and len(data) > 20 and bool(data[20] & 2)
    return suffix == ".gif" or suffix in VIDEO_SUFFIXES
