"""What a user may name as source, told apart strictly: anything that is not plainly one thing is refused."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from readme2video.errors import SourceError, UsageError
from readme2video.sources.announced import Announced

_HINT = "Give a folder, a README file, owner/repo, owner/repo@tag or a GitHub repository URL."
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_REF = re.compile(r"(?![-/.])[^\x00-\x20\x7f~^:?*\[\\]{1,250}(?<![/.])")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?[^#]*)?(?:#.*)?")
_SSH_SHORT = re.compile(r"git@([^:/@\s]+):([^:@\s]+)")
_TRANSPORT = re.compile(r"[A-Za-z0-9+.-]+::")
_SHORTHAND = re.compile(r"([^/@\s]+)/([^/@\s]+?)/?(?:@(\S+))?")
_LOCAL_LOOKS = re.compile(r"(?:\.{1,2}(?:[/\\]|$)|[/~]|[A-Za-z]:[/\\])")
_README_SUFFIXES = (".md", ".markdown", ".rst", ".txt", ".adoc", ".org")
_DEFAULT_PORTS = {"https": "443", "http": "80", "ssh": "22"}
_OTHER_FORGES = ("gitlab.com", "bitbucket.org", "codeberg.org", "git.sr.ht", "gitee.com")
_NO_OWNERS = {
    "orgs",
    "users",
    "topics",
    "settings",
    "marketplace",
    "sponsors",
    "features",
    "explore",
    "search",
    "login",
}
_NO_REPOSITORY_PAGES = {
    *("issues", "pull", "pulls", "wiki", "actions", "projects", "discussions", "security", "raw", "archive"),
    *("releases", "commit", "commits", "tags", "branches", "compare", "graphs", "network", "packages", "settings"),
}


@dataclass(frozen=True)
class LocalSource:
    """A folder or a README file on this machine.

    Attributes:
        release: What is known of the release the film is about, when something outside announced it.
    """

    path: Path
    release: Announced | None = None


@dataclass(frozen=True)
class GitHubSource:
    """A repository on GitHub.

    Attributes:
        ref: A branch, tag or commit; None for the default branch.
        subpath: A folder or a README file inside the repository.
        ref_path: What followed ``/tree/`` or ``/blob/`` when only the API can say where the branch name ends.
        released: Whether ``ref`` was named as a release, so that the film must be about it.
    """

    owner: str
    name: str
    ref: str | None = None
    subpath: str | None = None
    ref_path: str | None = None
    released: bool = False


Source = LocalSource | GitHubSource


def parse_source(text: str, *, server_url: str = "https://github.com") -> Source:
    """Tell what a source argument names. Nothing is contacted; only whether a path exists is looked at.

    Args:
        text: The argument as typed.
        server_url: The GitHub server whose URLs are accepted.

    Raises:
        UsageError: It is no source that is understood, or one that is refused.
        SourceError: It names a local path that does not exist.
    """
    text = text.strip()
    if not text:
        raise UsageError("No source was given.", hint=_HINT)
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text):
        raise UsageError("The source has control characters.", hint=_HINT)
    if text.startswith("-"):
        raise UsageError(f"{_shown(text)} is not a source.", hint=_HINT)
    if "://" not in text and _exists(text):
        return LocalSource(Path(text))
    if _TRANSPORT.match(text):
        raise UsageError(f"{_shown(text)} names a transport, which is never used.", hint=_HINT)
    server = _server(server_url)
    if match := _SSH_SHORT.fullmatch(text):
        _check_host(match[1].lower(), server)
        return _from_path(match[2])
    if "://" in text:
        return _from_url(text, server)
    if text.lower().startswith((f"{server}/", f"www.{server}/")):
        return _from_url(f"https://{text}", server)
    return _from_words(text)


def _from_words(text: str) -> Source:
    shorthand = _SHORTHAND.fullmatch(text)
    if _LOCAL_LOOKS.match(text) or "/" not in text or text.lower().endswith(_README_SUFFIXES):
        if "@" in text and "/" not in text:
            raise UsageError(f"{_shown(text)} is not a source.", hint=_HINT)
        raise SourceError(f"There is no file or folder {_shown(text)}.", hint=_HINT)
    if shorthand is None:
        if re.fullmatch(r"[\w .-]+(?:/[\w .-]+)+", text) and ".." not in text:
            raise SourceError(f"There is no file or folder {_shown(text)}.", hint=_HINT)
        raise UsageError(f"{_shown(text)} is not a source.", hint=_HINT)
    owner, name = _repository(shorthand[1], shorthand[2])
    return GitHubSource(owner, name, ref=_ref(shorthand[3]) if shorthand[3] else None)


def _from_url(text: str, server: str) -> Source:
    match = _URL.fullmatch(text)
    if match is None or "\\" in text or " " in text:
        raise UsageError(f"{_shown(text)} is not a repository URL.", hint=_HINT)
    scheme, host = match[1].lower(), match[2].lower()
    if scheme == "file":
        raise UsageError("file:// URLs are not read.", hint="Give the path itself, as in `readme2video ./folder`.")
    if scheme not in ("https", "http", "ssh", "git+ssh"):
        raise UsageError(f"{scheme}:// is not a way to name a repository.", hint=_HINT)
    if scheme.endswith("ssh"):
        host = host.removeprefix("git@")
    _check_host(host.removesuffix(f":{_DEFAULT_PORTS.get(scheme, '')}"), server)
    return _from_path(match[3].removeprefix("/"))


def _from_path(path: str) -> GitHubSource:
    raw = path.removesuffix("/").split("/")
    if raw[2:4] == ["releases", "tag"] and len(raw) > 4:  # owner, name, releases, tag, and the tag with its slashes
        return replace(_from_path("/".join(raw[:2])), ref=_tag("/".join(raw[4:])), released=True)
    segments = [_segment(part) for part in raw]
    if len(segments) < 2 or segments[0].lower() in _NO_OWNERS:  # owner and name
        raise UsageError(f"{_shown(path)} is no repository but a user, organisation or other page.", hint=_HINT)
    owner, name = _repository(segments[0], segments[1])
    if len(segments) == 2:  # owner and name
        return GitHubSource(owner, name)
    page, rest = segments[2], segments[3:]
    if page in ("tree", "blob") and rest:
        if len(rest) == 1:
            return GitHubSource(owner, name, ref=_ref(rest[0]))
        return GitHubSource(owner, name, ref_path=_ref("/".join(rest)))
    offer = f"{owner}/{name}"
    if page == "commit" and rest:
        offer += f"@{rest[0]}"
    kind = "page" if page in _NO_REPOSITORY_PAGES else "address"
    raise UsageError(f"{_shown(path)} is a {kind} of a repository, not the repository.", hint=f"Use {offer}.")


def _segment(part: str) -> str:
    text = unquote(part, errors="strict") if "%" in part and _decodable(part) else part
    plain = unicodedata.normalize("NFKC", text)
    hostile = any(character in text for character in "/\\") or any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in text
    )
    if not text or plain.strip(".") == "" or ".." in plain or hostile:
        raise UsageError("The URL has empty, hidden or climbing path segments.", hint=_HINT)
    return text


def _tag(path: str) -> str:
    """A tag out of a release page's address, where a slash of the tag's own may be encoded."""
    tag = unquote(path, errors="strict") if _decodable(path) else path
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in tag):
        raise UsageError("The URL has hidden characters.", hint=_HINT)
    return _ref(tag)


def _decodable(part: str) -> bool:
    try:
        unquote(part, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _repository(owner: str, name: str) -> tuple[str, str]:
    name = name[:-4] if name.lower().endswith(".git") else name
    if not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name) or not name.strip(".") or ".." in name:
        raise UsageError(f"{_shown(f'{owner}/{name}')} is not a repository name.", hint=_HINT)
    return owner, name


def _ref(ref: str) -> str:
    if not _REF.fullmatch(ref) or ".." in ref or "//" in ref or "@{" in ref or "%" in ref:
        raise UsageError(f"{_shown(ref)} is not the name of a branch, tag or commit.", hint=_HINT)
    return ref


def _server(server_url: str) -> str:
    match = _URL.fullmatch(server_url)
    if match is None or "@" in match[2]:
        raise UsageError("GITHUB_SERVER_URL is not a URL.", hint="Use https://github.com or your own server's address.")
    return match[2].lower().removesuffix(f":{_DEFAULT_PORTS.get(match[1].lower(), '')}")


def _check_host(host: str, server: str) -> None:
    if host in (server, f"www.{server}"):
        return
    if host == f"gist.{server}" or host.startswith(("raw.", "api.", "codeload.")):
        raise UsageError(f"{_shown(host)} holds no repositories.", hint="Use owner/repo.")
    if host in _OTHER_FORGES:
        raise UsageError(
            f"Repositories on {host} are not read.", hint="Clone it and give the folder, as in `readme2video ./folder`."
        )
    raise UsageError(
        f"The host {_shown(host)} is not {server}.",
        hint="For GitHub Enterprise set GITHUB_SERVER_URL and GITHUB_API_URL.",
    )


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long for a path, or otherwise none
        return False


def _shown(text: str) -> str:
    """A user's words in a message: short, and without a password that stood in a URL."""
    text = re.sub(r"[^/@\s]{0,99}:[^/@\s]{0,99}(?=@)", "…", text[:300])
    return repr(text if len(text) <= 100 else text[:99] + "…")  # a line of a terminal


def origin_of(url: str) -> tuple[str, str, int | None]:
    """A web address's scheme, host and port: where a request to it goes."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname or "", port or {"https": 443, "http": 80}.get(parts.scheme)
