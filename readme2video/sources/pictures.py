"""The pictures of a README as files: from its repository, and where GitHub keeps them; nothing is decoded here."""

from __future__ import annotations

import asyncio
import posixpath
import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from readme2video.model.brief import GatheredPicture
from readme2video.model.document import Picture, ReadmeDocument
from readme2video.model.picture import Frame
from readme2video.model.record import Artifact
from readme2video.model.source import RepositoryFacts
from readme2video.settings import GitHub
from readme2video.sources.files import RepositoryFiles, is_inside
from readme2video.sources.picture_files import picture_suffix
from readme2video.sources.picture_urls import own_file

PICTURES = 6
PICTURE_LIMIT_BYTES = 12 * 1024 * 1024
ALL_LIMIT_BYTES = 40 * 1024 * 1024

Fetch = Callable[[str], Awaitable[Artifact | None]]
"""Gives the picture at an address, or None when there is none to be had."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_APART = ("credits", "contributing", "licence")
"""Sections whose pictures are of people and sponsors."""
_FACES = re.compile(
    r"contributors?|backers?|sponsors?|avatars?|star.?history|contrib\.rocks|opencollective", re.IGNORECASE
)
_SHOWS = re.compile(
    r"screen|shot|demo|preview|example|usage|capture|recording|tui|gui|ui\b|dashboard|window|interface|overview|\.gif"
    r"|截图|演示|预览|界面|スクリーン|デモ|画面|스크린샷|데모",
    re.IGNORECASE,
)
_CONSOLE = re.compile(
    r"terminal|console|shell|\bcli\b|\btui\b|\btty\b|asciinema|\bvhs\b|command.?line|prompt", re.IGNORECASE
)
_DRAWN = re.compile(
    r"diagram|architecture|flow|chart|graph|schema|benchmark|pipeline|topology|sequence|plot|logo|figure|illustration"
    r"|structure|overview\.svg|架构|流程|構成|구조",
    re.IGNORECASE,
)


async def gather_pictures(
    document: ReadmeDocument,
    files: RepositoryFiles,
    keep: Callable[[bytes, str], Artifact],
    fetch: Fetch | None = None,
    *,
    facts: RepositoryFacts | None = None,
    github: GitHub | None = None,
) -> tuple[GatheredPicture, ...]:
    """Fetch up to six pictures of the README, those first that seem to show the thing at work.

    A picture for dark pages counts together with its twin for light ones.

    Args:
        document: The parsed README; its path is what relative sources start from.
        files: The repository.
        keep: Stores bytes with a suffix.
        fetch: For pictures elsewhere; without it they are left out.
        facts: Tell which repository it is, so that files of it are read from it however they are addressed.
        github: Where repositories are.

    Returns:
        Pictures and videos of at most 12 MB, 40 MB together, in the order of the README; others are left out.
    """
    owner, name = (facts.owner, facts.name) if facts is not None else (None, "")
    private = facts is not None and facts.private
    found: dict[str, Artifact | None] = {}
    weight_bytes = shown = tried = 0

    async def file(src: str) -> Artifact | None:
        own = own_file(src, owner, name, github or GitHub())
        path = own if own is not None else repository_path(src, document.path)
        if path is not None and is_inside(path):
            data = await files.read(path, PICTURE_LIMIT_BYTES)
            suffix = picture_suffix(data) if data else None
            if data and suffix:
                return await asyncio.to_thread(keep, data, suffix)
        is_url = src.lower().startswith(("https://", "http://"))
        return await fetch(src) if fetch is not None and is_url else None

    for picture in _ranked(document):
        any_there = False
        for src in filter(None, (picture.src, picture.dark_src)):
            if src in found:  # shown at another place as well: it counts once
                continue
            tried += 1
            found[src] = None
            artifact = await file(src)
            known = {one.sha256 for one in found.values() if one}  # the same picture by another name
            if (
                artifact is not None
                and artifact.sha256 not in known
                and weight_bytes + artifact.size_bytes <= ALL_LIMIT_BYTES
            ):
                found[src], any_there = artifact, True
                weight_bytes += artifact.size_bytes
        shown += any_there
        if shown == PICTURES or tried >= 4 * PICTURES:
            break
    gathered: dict[str, GatheredPicture] = {}
    for picture in document.pictures:
        twin = picture.dark_src if picture.dark_src is not None and found.get(picture.dark_src) else None
        for src, dark_src in ((picture.src, twin), (picture.dark_src or "", None)):
            artifact = found.get(src)
            if artifact is not None and src not in gathered:
                frame = frame_of(picture, artifact)
                gathered[src] = GatheredPicture(
                    src=src, artifact=artifact, frame=frame, dark_src=dark_src, private=private
                )
    return tuple(gathered.values())


def _ranked(document: ReadmeDocument) -> list[Picture]:
    """Which pictures to try, the best first; those of people and sponsors are none."""
    apart = [section.lines for section in document.sections if section.kind in _APART]
    candidates = [
        picture
        for picture in document.pictures
        if not any(lines.first <= picture.lines.first <= lines.last for lines in apart)
        and not _FACES.search(picture.src)
        and not _FACES.search(picture.alt)
    ]

    def rank(entry: tuple[int, Picture]) -> tuple[int, int]:
        place, picture = entry
        shows = place == 0 or picture.video or _SHOWS.search(picture.src) or _SHOWS.search(picture.alt)
        return 0 if shows else 1, place

    return [picture for _, picture in sorted(enumerate(candidates), key=rank)]


def frame_of(picture: Picture, artifact: Artifact) -> Frame:
    """What a picture is set in, by what the README calls it and what kind of file it is."""
    said = f"{picture.src.rsplit('/', 1)[-1]} {picture.alt}".replace("_", " ").replace("-", " ")
    if _CONSOLE.search(said):
        return "window"
    return "mat" if artifact.suffix == ".svg" or _DRAWN.search(said) else "screen"


def repository_path(src: str, readme_path: str) -> str | None:
    """The path inside the repository that a picture's source means, or None for a URL or what leads outside."""
    if _SCHEME.match(src) or src.startswith(("//", "\\")):
        return None
    path = unquote(src.split("#", 1)[0].split("?", 1)[0])
    base = "" if path.startswith("/") else posixpath.dirname(readme_path)
    joined = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path.strip("/.") else ""
    return joined if is_inside(joined) else None
