"""Which addresses of pictures may be asked, and where redirects may lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from readme2video.settings import GitHub
from readme2video.sources.address import origin_of

if TYPE_CHECKING:
    import httpx

_NAME = r"[A-Za-z0-9._-]{1,100}"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_REPOSITORY_FILE = re.compile(rf"/({_NAME})/({_NAME})/(?:raw|blob)/(?:refs/(?:heads|tags)/)?([^/]+)/(.+)")
_ATTACHMENT = re.compile(rf"/(?:user-attachments/assets/{_UUID}|{_NAME}/{_NAME}/assets/\d{{1,20}}/{_UUID})")
_RAW_FILE = re.compile(rf"/({_NAME})/({_NAME})/(?:refs/(?:heads|tags)/)?([^/]+)/(.+)")
_SERVED = {
    "github.com": _ATTACHMENT,
    "raw.githubusercontent.com": _RAW_FILE,
    "user-images.githubusercontent.com": re.compile(r"/\d{1,20}/.+"),
    "media.githubusercontent.com": re.compile(rf"/media/{_NAME}/{_NAME}/.+"),
}
"""Hosts of pictures, with what paths on them look like. Camo is another's picture under GitHub's name, and
private-user-images takes a signature that is somebody's."""
_LED_TO = {
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
    "github-production-user-asset-6210df.s3.amazonaws.com",
}
"""Where GitHub keeps what it redirects to; never asked first."""


def picture_url(src: str, github: GitHub, *, led: bool = False) -> httpx.URL | None:
    """The address to ask for a picture, or None where none is asked.

    Args:
        src: As written in the README, or as a redirect says.
        github: Its server is asked like github.com, also without https and on this machine.
        led: Whether an allowed host redirects here.
    """
    import httpx

    try:
        usable = re.fullmatch(r"[!-\[\]-~]{8,2000}", src)  # printable ASCII, no backslash
        url = httpx.URL(src) if usable else None
    except (httpx.InvalidURL, ValueError):
        url = None
    if url is None or url.userinfo or ".." in unquote(_path(url)).split("/"):
        return None
    own = is_own(url, github)
    if not own and (url.scheme != "https" or url.port is not None):  # httpx leaves out the port that https has anyway
        return None
    host = url.raw_host.decode("ascii", "replace").lower()
    return _served(url, "github.com" if own else host, led=led)


def _served(url: httpx.URL, host: str, *, led: bool) -> httpx.URL | None:
    """The address if pictures are served there, without what stands behind ``#``."""
    path = _path(url)
    if host == "github.com" and _REPOSITORY_FILE.fullmatch(path):
        parts = url.raw_path.split(b"/")
        parts[3] = b"raw"  # a blob's address is that of a page about it
        return url.copy_with(raw_path=b"/".join(parts), fragment=None)
    shape = _SERVED.get(host)
    served = (shape is not None and shape.fullmatch(path) is not None) or (led and host in _LED_TO)
    return url.copy_with(fragment=None) if served else None


def _path(url: httpx.URL) -> str:
    return url.raw_path.decode("ascii", "replace").split("?", 1)[0]


def is_own(url: httpx.URL, github: GitHub) -> bool:
    """Whether an address has the scheme, host and port of a server that the user configured."""
    here = origin_of(str(url))
    return any(here == origin_of(base) for base in (github.server_url, github.api_url))


def own_file(src: str, owner: str | None, name: str, github: GitHub) -> str | None:
    """The path of a file that is addressed by its URL in the very repository the README is of; None for others."""
    if owner is None or not src.lower().startswith(("http://", "https://")):
        return None
    parts = urlsplit(src)
    server = urlsplit(github.server_url)
    shape = (
        _RAW_FILE
        if parts.netloc.lower() == "raw.githubusercontent.com"
        else _REPOSITORY_FILE
        if parts.netloc.lower() in (server.netloc.lower(), "github.com")
        else None
    )
    found = shape.fullmatch(parts.path) if shape is not None else None
    if found is None or (found[1].lower(), found[2].lower()) != (owner.lower(), name.lower()):
        return None
    return unquote(found[4])
