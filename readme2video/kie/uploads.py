"""Putting a picture where the provider can fetch it, and making sure that it serves exactly that picture."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from readme2video.errors import PausedError, SceneRefusedError
from readme2video.foreign_text import sanitised
from readme2video.kie.answers import Unavailable, Uploaded, code_of, decoded, message_of, read_upload, retry_after_s
from readme2video.kie.clock import Clock
from readme2video.kie.hosts import check_address, open_public
from readme2video.kie.tasks import refused_key
from readme2video.kie.wire import UnreadableError, failure, read_answer
from readme2video.public_hosts import Resolve
from readme2video.settings import Kie

if TYPE_CHECKING:
    import httpx

_STREAM, _BASE64 = "/api/file-stream-upload", "/api/file-base64-upload"
_FORMS = ("stream", "base64", "simple")
"""As documented, best first; the last is what the service took in its early days."""
_UNKNOWN_FORM = {400, 404, 405, 422}
_FOLDER = "readme2video"
_TRIES = 3
_NAMES = 3
_TRY_S = 120.0
_PATIENCE_S = 20.0
_VISIBLE_S = 60.0


class Uploads:
    """The upload host of an account.

    Args:
        http: A client for that host.
        authorised: Gives the headers that carry the key.
        resolve: Finds the addresses of the host that serves the file.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        account: Kie,
        clock: Clock,
        *,
        authorised: Callable[[], dict[str, str]],
        resolve: Resolve,
    ) -> None:
        self._http = http
        self._account = account
        self._clock = clock
        self._authorised = authorised
        self._resolve = resolve
        self._host = urlsplit(account.upload_url).hostname or account.upload_url
        self._form = 0  # the first that is not known to be refused as unknown

    async def put(self, data: bytes, *, name: str, mime: str) -> Uploaded:
        """Upload a file and read it back; see `KieClient.upload`."""
        for number in range(1, _NAMES + 1):
            url = await self._posted(data, _numbered(name, number), mime)
            check_address(url, self._account)
            at = self._clock.now()
            if await self._serves(url, data):
                return Uploaded(url=url, at=at.isoformat())
        raise Unavailable(f"Kie's file host serves other bytes than were uploaded to it as {name}.")

    async def _posted(self, data: bytes, name: str, mime: str) -> str:
        """Upload under one name, which is safe to repeat, and give its address."""
        problem, wait_s = "", None
        for attempt in range(_TRIES):
            if attempt:
                pause = random.uniform(0, 2.0**attempt)  # noqa: S311 - spreading load, no secret
                await self._clock.sleep(pause if wait_s is None else min(wait_s, _PATIENCE_S))
            url, problem, wait_s = await self._attempt(data, name, mime)
            if url:
                return url
        raise Unavailable(f"{name} could not be uploaded to {self._host}: {problem}.", retry_after_s=wait_s)

    async def _attempt(self, data: bytes, name: str, mime: str) -> tuple[str, str, float | None]:
        """Try the forms from the one that is known to be taken: an address, or a problem and how long to wait."""
        import httpx

        first_refusal = ""
        for form in range(self._form, len(_FORMS)):
            try:
                async with asyncio.timeout(_TRY_S):
                    async with self._http.stream(
                        "POST",
                        headers=self._authorised(),
                        timeout=httpx.Timeout(_TRY_S / 2, connect=15.0),
                        **self._request(_FORMS[form], data, name, mime),
                    ) as response:
                        answer = await read_answer(response, secret=self._account.bare_key)
            except (httpx.HTTPError, httpx.InvalidURL, UnreadableError, TimeoutError) as error:
                return "", failure(error), None
            url = read_upload(answer)
            if url:
                self._form = form
                return url, "", None
            body = decoded(answer.body)
            body = body if isinstance(body, dict) else {}
            code = code_of(body, answer.status)
            problem = f"{code}, {message_of(body) or sanitised(answer.body, 80) or 'no message'}"
            if code == 401:
                raise refused_key(message_of(body), host=self._host)
            if code == 413:
                raise SceneRefusedError(
                    f"{self._host} does not take {name}: {len(data)} bytes are too many.", hint="Use a smaller picture."
                )
            if code == 200:
                problem = "the answer names no address of the file"
            if code not in _UNKNOWN_FORM:
                return "", problem, retry_after_s(answer.retry_after, self._clock.now())
            first_refusal = first_refusal or problem
        return "", first_refusal, None

    def _request(self, form: str, data: bytes, name: str, mime: str) -> dict[str, Any]:
        base = self._account.upload_url.rstrip("/")
        if form == "stream":
            fields = {"uploadPath": _FOLDER, "fileName": name}
            return {"url": base + _STREAM, "data": fields, "files": {"file": (name, data, mime)}}
        text = base64.b64encode(data).decode("ascii")
        if form == "base64":
            body = {"base64Data": f"data:{mime};base64,{text}", "uploadPath": _FOLDER, "fileName": name}
            return {"url": base + _BASE64, "json": body}
        return {"url": base + _BASE64, "json": {"file": text, "filename": name}}

    async def _serves(self, url: str, data: bytes) -> bool:
        """Whether the address serves the very bytes; waits up to a minute for it to serve any.

        Raises:
            SceneRefusedError: It leads where nothing may be loaded from.
            Unavailable: It never served the file.
        """
        begun, delay, problem = self._clock.monotonic(), 0.5, ""
        while True:
            try:
                served = await self._served(url, len(data))
            except PausedError as error:
                problem = error.message
            else:
                if isinstance(served, str):
                    return served == hashlib.sha256(data).hexdigest()
                problem = f"it answers with {served}" if served else "the connection broke"
            if self._clock.monotonic() - begun + delay > _VISIBLE_S:
                break
            await self._clock.sleep(delay)
            delay = min(delay * 2, 10.0)
        raise Unavailable(f"What was uploaded to {self._host} cannot be read back: {problem}.")

    async def _served(self, url: str, size_bytes: int) -> str | int:
        """The SHA-256 of what the address serves, else the HTTP status, 0 for a broken connection."""
        import httpx

        digest, received = hashlib.sha256(), 0
        try:
            async with (
                asyncio.timeout(_VISIBLE_S),
                open_public(url, self._account, resolve=self._resolve) as response,
            ):
                if response.status_code != 200:
                    return response.status_code
                async for chunk in response.aiter_raw():
                    digest.update(chunk)
                    received += len(chunk)
                    if received > size_bytes:
                        break
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return 0
        return digest.hexdigest()


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return name if number == 1 else f"{path.stem}-{number}{path.suffix}"
