"""Which addresses the provider may send us to, and dialling exactly what was checked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from readme2video.errors import PausedError, SceneRefusedError
from readme2video.foreign_text import sanitised
from readme2video.kie.wire import USER_AGENT, failure, tls
from readme2video.public_hosts import MOVED, Resolve, dialled, is_public, may_be_public, system_resolve
from readme2video.settings import Kie

if TYPE_CHECKING:
    import httpx

_REDIRECTS = 3
_ADDRESSES = 3
_HINT = "Nothing was loaded from there. If Kie has moved its files to a new place, look for a newer readme2video."


def check_address(url: str, account: Kie) -> None:
    """Make sure that an address the provider names is https and not one of this machine or its network.

    Addresses with the scheme, host and port of the account are allowed as they are. Names are not resolved here;
    `open_public` does that, and dials what it checked.

    Raises:
        SceneRefusedError: It is not.
    """
    _parsed(url, account)


def _parsed(url: str, account: Kie) -> tuple[httpx.URL, bool]:
    """The address, and whether it is the account's own."""
    import httpx

    try:
        if not re.fullmatch(r"[!-\[\]-~]{8,4096}", url):  # printable ASCII, no backslash
            raise _refused("an unusable address")
        parsed = httpx.URL(url)
        own = any(_origin(parsed) == _origin(httpx.URL(base)) for base in (account.base_url, account.upload_url))
    except (httpx.InvalidURL, ValueError):
        raise _refused("an unusable address") from None
    host = parsed.raw_host.decode("ascii")
    if parsed.userinfo or not host or (parsed.port is not None and not 0 < parsed.port < 65536):
        raise _refused("an unusable address")
    if own:
        return parsed, True
    if parsed.scheme != "https":
        raise _refused(f"{parsed.scheme}://{parsed.netloc.decode('ascii')}, which is not https")
    if not may_be_public(host):
        raise _refused(f"{_shown(host)}, which is not a public address")
    return parsed, False


def _refused(what: str) -> SceneRefusedError:
    return SceneRefusedError(f"Kie named a file at {sanitised(what, 120)}.", hint=_HINT)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port or {"https": 443, "http": 80}.get(url.scheme)


@asynccontextmanager
async def open_public(
    url: str,
    account: Kie,
    *,
    headers: Mapping[str, str] | None = None,
    resolve: Resolve = system_resolve,
    read_s: float = 30.0,
) -> AsyncIterator[httpx.Response]:
    """GET an address without our key, over at most three redirects, each of which is checked like the first.

    Every name is resolved once, and what is dialled is an address that was checked.

    Args:
        headers: Added to the request.
        read_s: How long to wait for more, seconds.

    Raises:
        SceneRefusedError: An address that must not be dialled.
        PausedError: A name that does not resolve, nothing that answers, or too many redirects.
        httpx.TransportError: It broke while being read.
    """
    import httpx

    timeout = httpx.Timeout(read_s, connect=15.0)
    plain = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **(headers or {})}
    async with httpx.AsyncClient(verify=tls(), trust_env=False, follow_redirects=False, timeout=timeout) as http:
        for _ in range(_REDIRECTS + 1):
            response = await _asked(http, url, account, plain, resolve)
            try:
                if response.status_code not in MOVED:
                    yield response
                    return
                url = _next(url, response.headers.get("location", ""))
            finally:
                await response.aclose()
    raise PausedError("Kie's file host redirects too often.", hint="Run the same command later; nothing is lost.")


def _next(url: str, location: str) -> str:
    import httpx

    try:
        return str(httpx.URL(url).join(location))
    except (httpx.InvalidURL, ValueError):
        raise _refused("an unusable address") from None


async def _asked(
    http: httpx.AsyncClient, url: str, account: Kie, headers: Mapping[str, str], resolve: Resolve
) -> httpx.Response:
    import httpx

    parsed, own = _parsed(url, account)
    host = parsed.raw_host.decode("ascii")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError):
        addresses = ()
    if not own and not all(is_public(address) for address in addresses):
        raise _refused(f"{_shown(host)}, which is not on a public address")
    try:
        return await dialled(http, parsed, addresses[:_ADDRESSES], headers)
    except httpx.InvalidURL:  # even without following it, the library reads where a redirect leads
        raise _refused("an unusable address") from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        problem = failure(error) if addresses else "the name is not known"
        raise PausedError(
            f"{_shown(host)} cannot be reached: {problem}.", hint="Run the same command later; nothing is lost."
        ) from None
