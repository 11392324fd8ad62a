"""Where a project's logo may be: in its README, among the files of its repository, at its owner. Nothing is decoded."""

from __future__ import annotations

import asyncio
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from readme2video.model.brief import GatheredPicture
from readme2video.model.document import Picture, ReadmeDocument
from readme2video.model.record import Artifact
from readme2video.model.source import RepositoryFacts
from readme2video.settings import GitHub
from readme2video.sources.files import RepositoryFiles, is_inside
from readme2video.sources.picture_files import VIDEO_SUFFIXES, picture_suffix
from readme2video.sources.pictures import repository_path

if TYPE_CHECKING:
    import httpx

LOGO_LIMIT_BYTES = 2 * 1024 * 1024
CANDIDATES = 4
_AVATAR_HOST = "avatars.githubusercontent.com"
_TIMEOUT_S = 15.0

FOLDERS = (
    *("", ".github", "assets", "docs", "public", "static", "images", "img", "media", "logo", "logos", "brand"),
    *("branding", "art", "resources", "icons", "share", ".github/assets", ".github/images", "assets/images"),
    *("assets/img", "assets/logo", "docs/assets", "docs/images", "docs/img", "docs/static", "docs/_static"),
    *("docs/public", "docs/logo", "docs/source/_static", "docs/assets/images", "docs/static/img", "static/img"),
    *("static/images", "website/static", "website/static/img", "website/public", "site/public", "web/public"),
    *("src/assets", "app/public", "docs/stylesheets", "docs/src/css", "website/src/css", "docs/css", "docs/.vitepress"),
)
"""Folders in which projects keep their signs, and the files that state their colours."""

_NAMED = re.compile(
    r"(?<![^\W_])(?:logo(?:s|type|mark)?|icon|wordmark|brand(?:ing)?|emblem|mascot)(?![^\W_])", re.IGNORECASE
)
_FOREIGN = re.compile(
    r"(?<![^\W_])(?:sponsors?|backers?|contributors?|donate|coffee|patreon|badge|button|shield|partners?|powered|built"
    r"|deploy|star.?history|screen.?shots?|demo|preview|used.?by)(?![^\W_])",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?P<stem>logo(?:type|mark)?|wordmark|brand(?:mark)?|icon|app-?icon|emblem|favicon)"
    r"(?P<rest>(?:[-_. ]?(?:full|horizontal|colou?r|main|primary|default|text|light|dark|white|black|small|large|square"
    r"|transparent|rounded|\d{2,4}(?:x\d{2,4})?))*)"
)
_WORTH = {"logo": 0, "logotype": 0, "logomark": 0, "brand": 1, "brandmark": 1, "wordmark": 1, "emblem": 1, "icon": 2}
_FORMATS = (".svg", ".png", ".webp", ".jpg", ".jpeg", ".gif")
_STATING = re.compile(
    r"(?:manifest\.(?:json|webmanifest)|site\.webmanifest|mkdocs\.ya?ml|_config\.ya?ml|docusaurus\.config\.[jt]s"
    r"|(?:custom|extra|style|styles|main|index|theme|brand|variables|global)\.(?:css|scss)|index\.html)",
    re.IGNORECASE,
)
_STATING_FILES, STATING_LIMIT_BYTES = 4, 128 * 1024


@dataclass(frozen=True)
class Candidate:
    """A picture that may be the project's logo.

    Attributes:
        src: As a storyboard names it; see ``Brand.logo``.
        path: Where it lies in the repository; None when it is elsewhere.
        dark: The same of the README's other picture for dark ground.
        named: Whether somebody called it a logo.
    """

    src: str
    path: str | None
    named: bool
    dark: Candidate | None = None

    @property
    def origin(self) -> str:
        """Where it is, in words."""
        return self.path or self.src


def readme_logos(document: ReadmeDocument, facts: RepositoryFacts) -> list[Candidate]:
    """The pictures of a README's head that may be its logo: those called one first, then the only one at its title."""
    end = min((section.lines.first for section in document.sections if section.level > 1), default=10**9)
    head = [picture for picture in document.pictures if picture.lines.first < end]
    named = [picture for picture in head if _is_named(picture, facts.name)]
    title = document.title_lines.last if document.title_lines is not None else 0
    above = [picture for picture in head if picture.lines.first <= title and not _foreign(picture)]
    chosen = named + [picture for picture in above if len(above) == 1 and picture not in named]
    found = []
    for picture in chosen[:CANDIDATES]:
        path = own_path(picture.src, document.path, facts)
        dark = picture.dark_src
        found.append(
            Candidate(
                src=picture.src,
                path=path,
                named=picture in named,
                dark=Candidate(dark, own_path(dark, document.path, facts), named=True) if dark else None,
            )
        )
    return found


def _is_named(picture: Picture, project: str) -> bool:
    if _foreign(picture):
        return False
    stem = _stem(picture.src)
    own = bool(stem) and _folded(stem) == _folded(project)
    return own or bool(_NAMED.search(stem) or _NAMED.search(picture.alt))


def _foreign(picture: Picture) -> bool:
    return bool(_FOREIGN.search(_stem(picture.src)) or _FOREIGN.search(picture.alt))


def _stem(src: str) -> str:
    return posixpath.splitext(posixpath.basename(unquote(src.split("#", 1)[0].split("?", 1)[0])))[0]


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def own_path(src: str, readme_path: str, facts: RepositoryFacts) -> str | None:
    """The path in the repository that a source means: written as a path, or as an address of this repository."""
    path = repository_path(src, readme_path)
    if path is not None or not facts.owner or not src.startswith("https://"):
        return path
    parts = urlsplit(src)
    steps = [unquote(step) for step in parts.path.strip("/").split("/")]
    if parts.hostname == "raw.githubusercontent.com":
        steps[2:2] = ["raw"]
    elif parts.hostname != "github.com":
        return None
    if [step.lower() for step in steps[:2]] != [facts.owner.lower(), facts.name.lower()] or len(steps) < 5:
        return None
    if steps[2] not in ("raw", "blob"):
        return None
    rest = steps[6:] if steps[3] == "refs" else steps[4:]  # refs/heads/main, or main
    joined = "/".join(rest)
    return joined if is_inside(joined) else None


def repository_logos(paths: Iterable[str], project: str) -> list[Candidate]:
    """Well-known files that hold a logo, the likeliest first."""
    ranked = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        stem, suffix = posixpath.splitext(name.lower())
        if suffix not in _FORMATS:
            continue
        rank = _file_rank(stem, suffix, folder, project)
        if rank is not None:
            ranked.append((rank, len(path), path))
    return [Candidate(src=f"/{path}", path=path, named=True) for _, _, path in sorted(ranked)[:CANDIDATES]]


def _file_rank(stem: str, suffix: str, folder: str, project: str) -> tuple[int, int, int] | None:
    """What the name says, what the format is worth, how near the folder; None for another file."""
    own = _folded(project)
    rest = (
        re.sub(rf"^{re.escape(project.lower())}[-_.]?|[-_.]?{re.escape(project.lower())}$", "", stem) if own else stem
    )
    match = _FILE.fullmatch(rest)
    if match is None:
        if not own or _folded(stem) != own or not folder:
            return None
        worth = 3  # kestrel.svg in a folder for pictures
    elif match["stem"] == "favicon":
        if suffix not in (".svg", ".png"):
            return None
        worth = 4
    else:
        worth = _WORTH.get(match["stem"], 2)
    aside = 1 if match is not None and re.search(r"light|dark|white|black|small", match["rest"]) else 0
    return 2 * worth + aside, _FORMATS.index(suffix), FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


async def stated_files(paths: Iterable[str], files: RepositoryFiles) -> list[tuple[str, str]]:
    """Paths and texts of the few files that may state the project's colour."""
    found = []
    for path in [path for path in paths if _STATING.fullmatch(path.rpartition("/")[2])][:_STATING_FILES]:
        data = await files.read(path, STATING_LIMIT_BYTES)
        if data:
            found.append((path, data.decode("utf-8", "replace")))
    return found


async def gather_logo(
    candidate: Candidate,
    files: RepositoryFiles,
    known: Sequence[GatheredPicture],
    keep: Callable[[bytes, str], Artifact],
) -> GatheredPicture | None:
    """A candidate's bytes: those already fetched as a picture of the README, else the file of the repository."""
    for picture in known:
        if picture.src == candidate.src:
            return picture
    data = await files.read(candidate.path, LOGO_LIMIT_BYTES) if candidate.path else None
    return await kept_logo(data, candidate.src, keep)


async def kept_logo(data: bytes | None, src: str, keep: Callable[[bytes, str], Artifact]) -> GatheredPicture | None:
    """Bytes as a picture, if they are one of at most 2 MB."""
    suffix = picture_suffix(data) if data and len(data) <= LOGO_LIMIT_BYTES else None
    if not data or not suffix or suffix in VIDEO_SUFFIXES:
        return None
    return GatheredPicture(src=src, artifact=await asyncio.to_thread(keep, data, suffix))


async def fetch_avatar(url: str, http: httpx.AsyncClient, settings: GitHub) -> bytes | None:
    """An owner's avatar, from GitHub's host of avatars only, without the token; None when it cannot be had."""
    import httpx

    if not may_be_fetched(url, settings):
        return None
    try:
        async with http.stream("GET", url, follow_redirects=False, timeout=_TIMEOUT_S) as response:
            if response.status_code != 200:  # HTTP
                return None
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LOGO_LIMIT_BYTES:
                    return None
            return bytes(body)
    except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL):
        return None


def may_be_fetched(url: str, settings: GitHub) -> bool:
    """Whether an avatar's address is GitHub's, or that of the GitHub that was configured."""
    try:
        parts, own = urlsplit(url), urlsplit(settings.api_url)
        port, own_port = parts.port, own.port
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if parts.scheme == "https" and parts.hostname == _AVATAR_HOST and port in (None, 443):
        return True
    same = (parts.scheme, parts.hostname, port) == (own.scheme, own.hostname, own_port)
    return same and own.hostname != "api.github.com"
