"""The pictures of a README that lie in its repository: their bytes, not decoded here; URLs are never followed."""

from __future__ import annotations

import asyncio
import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from readme2video.model.document import GatheredPicture, ReadmeDocument
from readme2video.model.record import Artifact
from readme2video.sources.files import RepositoryFiles, is_inside

PICTURES = 6
PICTURE_LIMIT_BYTES = 8 * 1024 * 1024

_SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?"
    rb"(?:<!--.{0,2000}?-->\s*|<!DOCTYPE svg[^>\[]{0,300}>\s*){0,9}<svg[\s>]",
    re.DOTALL,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


async def gather_pictures(
    document: ReadmeDocument, files: RepositoryFiles, keep: Callable[[bytes, str], Artifact]
) -> tuple[GatheredPicture, ...]:
    """Fetch up to six pictures of the README that are files of its own repository.

    Args:
        document: The parsed README; its path is what relative sources start from.
        files: The repository.
        keep: Stores bytes with a suffix.

    Returns:
        PNG, JPEG, WebP, GIF and SVG pictures of at most 8 MB, in the order of the README; others are left out.
    """
    gathered: list[GatheredPicture] = []
    seen: set[str] = set()
    for picture in document.pictures:
        path = repository_path(picture.src, document.path)
        if path is None or path in seen:
            continue
        seen.add(path)
        data = await files.read(path, PICTURE_LIMIT_BYTES)
        suffix = picture_suffix(data) if data else None
        if data and suffix:
            artifact = await asyncio.to_thread(keep, data, suffix)
            gathered.append(GatheredPicture(src=picture.src, artifact=artifact))
        if len(gathered) == PICTURES or len(seen) == 4 * PICTURES:
            break
    return tuple(gathered)


def repository_path(src: str, readme_path: str) -> str | None:
    """The path inside the repository that a picture's source means, or None for a URL or what leads outside."""
    if _SCHEME.match(src) or src.startswith(("//", "\\")):
        return None
    path = unquote(src.split("#", 1)[0].split("?", 1)[0])
    base = "" if path.startswith("/") else posixpath.dirname(readme_path)
    joined = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path.strip("/.") else ""
    return joined if is_inside(joined) else None


def picture_suffix(data: bytes) -> str | None:
    """The suffix by a picture's first bytes; its name is not believed."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if data.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return ".svg" if _SVG.match(data[:4096]) else None
