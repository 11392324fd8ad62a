"""Fetching a README's pictures from where GitHub keeps them: few hosts, small files, little time, no key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from readme2video import __version__
from readme2video.engine import Work
from readme2video.errors import PausedError
from readme2video.model.picture import FetchedPicture, FetchRequest
from readme2video.model.record import Stage
from readme2video.public_hosts import MOVED, Resolve, dialled, is_public, may_be_public, system_resolve
from readme2video.settings import GitHub
from readme2video.sources.picture_files import picture_suffix
from readme2video.sources.picture_urls import is_own, picture_url
from readme2video.sources.pictures import PICTURE_LIMIT_BYTES

if TYPE_CHECKING:
    import httpx

_DEADLINE_S = 30.0
_REDIRECTS = 3
_ADDRESSES = 2


class _NoPictureError(Exception):
    """The address gives no picture that is used, and asking again would not help. The text says why."""


@dataclass(frozen=True)
class PictureFetcher:
    """Fetches pictures. GitHub's token stays here: whoever could be asked with it is asked through its API.

    Args:
        resolve: Gives the addresses of a host.
        deadline_s: For one picture, redirects included.
        limit_bytes: For one picture.
    """

    github: GitHub = field(default_factory=GitHub)
    resolve: Resolve = system_resolve
    deadline_s: float = _DEADLINE_S
    limit_bytes: int = PICTURE_LIMIT_BYTES
    stage: Stage = "read"
    fingerprint: str = "pictures/1"
    output: type[FetchedPicture] = FetchedPicture
    parallel: int = 3

    async def perform(self, request: FetchRequest, work: Work) -> FetchedPicture:
        """The picture's bytes by what they are, not by their name.

        Raises:
            PausedError: It could not be had now; another time it may.
        """
        import httpx

        try:
            async with asyncio.timeout(self.deadline_s):
                data = await self._fetched(request.url)
        except _NoPictureError as problem:
            return FetchedPicture(problem=str(problem))
        except TimeoutError:
            raise _later(request.url, f"it took longer than {self.deadline_s:g} s") from None
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise _later(request.url, type(error).__name__) from None
        suffix = picture_suffix(data)
        if suffix is None:
            return FetchedPicture(problem="what is there is no picture")
        return FetchedPicture(picture=await asyncio.to_thread(work.keep_bytes, data, suffix))

    async def _fetched(self, src: str) -> bytes:
        import httpx

        headers = {"User-Agent": f"readme2video/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=10.0, headers=headers) as http:
            for hop in range(_REDIRECTS + 1):
                url = picture_url(src, self.github, led=hop > 0)
                if url is None:
                    raise _NoPictureError(
                        "it redirects to a host that is not asked" if hop else "its host is not asked"
                    )
                response = await self._asked(http, url)
                try:
                    if response.status_code not in MOVED:
                        return await self._body(response)
                    src = str(url.join(response.headers.get("location", "")))
                except httpx.InvalidURL:
                    raise _NoPictureError("it redirects to an unusable address") from None
                finally:
                    await response.aclose()
        raise _NoPictureError("it redirects too often")

    async def _asked(self, http: httpx.AsyncClient, url: httpx.URL) -> httpx.Response:
        """Ask a host at the addresses that were checked."""
        host = url.raw_host.decode("ascii")
        own = is_own(url, self.github)
        if not own and not may_be_public(host):
            raise _NoPictureError("its host is not a public one")
        addresses = await self.resolve(host, url.port or (443 if url.scheme == "https" else 80))
        if not own and not all(is_public(address) for address in addresses):
            raise _NoPictureError("its host is not on a public address")
        return await dialled(http, url, addresses[:_ADDRESSES])

    async def _body(self, response: httpx.Response) -> bytes:
        import httpx

        if response.status_code in (429, *range(500, 600)):
            raise httpx.RemoteProtocolError(f"status {response.status_code}")
        if response.status_code != 200:  # HTTP
            raise _NoPictureError(f"its host answers with {response.status_code}")
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            raise _NoPictureError("it comes compressed")  # a small answer could become a large one
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self.limit_bytes:
                raise _NoPictureError(f"it is larger than {self.limit_bytes // (1024 * 1024)} MB")
        return bytes(body)


def _later(url: str, why: str) -> PausedError:
    return PausedError(f"The picture {url[:120]} could not be loaded: {why}.", hint="Run the same command later.")
