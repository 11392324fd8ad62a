"""Asking GitHub: GET only, with patience, limits and suspicion."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from readme2video import __version__
from readme2video.errors import CredentialsError, PausedError, SourceError
from readme2video.settings import GitHub
from readme2video.sources.address import origin_of

if TYPE_CHECKING:
    import httpx

JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"
JSON_LIMIT_BYTES = 1024 * 1024

_ATTEMPTS = 4
_TIMEOUT_S = 20.0
_PATIENCE_S = 60.0
_REDIRECTS = {301, 302, 307, 308}
_AGAIN = "Run the same command later; nothing was lost."


@dataclass(frozen=True)
class Answer:
    """What GitHub said.

    Attributes:
        body: At most the bytes that were asked for.
        cut: Whether there were more.
    """

    status: int
    headers: httpx.Headers
    body: bytes
    cut: bool


class Api:
    """One API host. The token goes to it and nowhere else.

    Args:
        http: The client; its own redirects are not used.
        settings: Address and token.
        sleep: Waits between attempts, seconds.
    """

    def __init__(self, http: httpx.AsyncClient, settings: GitHub, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.http = http
        self.base = settings.api_url.rstrip("/")
        self.token = settings.token
        self.sleep = sleep

    async def get(self, path: str, *, accept: str = JSON, limit_bytes: int = JSON_LIMIT_BYTES) -> Answer:
        """GET a path below the API's address.

        Returns:
            Any answer that is for the caller to judge: success, and 4xx other than 401 and 429.

        Raises:
            CredentialsError: 401.
            PausedError: Out of reach, failing, or a limit that ends in more than a minute.
            SourceError: It answered with a redirect that is not followed.
        """
        url, moved, waited = self.base + path, False, False
        attempt = 0
        while True:
            answer = await self._attempt(url, accept, limit_bytes)
            if answer is None or answer.status >= 500:  # HTTP
                attempt += 1
                if attempt == _ATTEMPTS:
                    what = f"answers with {answer.status}" if answer else "cannot be reached"
                    raise PausedError(f"GitHub {what}.", hint=_AGAIN)
                await self.sleep(_pause(attempt, answer))
            elif answer.status in _REDIRECTS:
                if moved:
                    raise SourceError("GitHub redirects more than once.", hint="Use the repository's new name.")
                url, moved = self._moved(url, answer), True
            elif answer.status == 401:  # HTTP
                raise CredentialsError(
                    "GitHub refused GITHUB_TOKEN.",
                    hint="Unset it for public repositories, or set one with contents:read.",
                )
            elif _is_limited(answer):
                wait_s = _wait(answer)
                if wait_s > _PATIENCE_S or waited:
                    raise PausedError(_limit_message(wait_s), hint=self._limit_hint())
                waited = True
                await self.sleep(wait_s)
            else:
                return answer

    def json(self, answer: Answer) -> Any:
        """The JSON of an answer.

        Raises:
            PausedError: It is no JSON; something between here and GitHub answered instead.
            SourceError: It is unreasonably long.
        """
        if answer.cut:
            raise SourceError("GitHub's answer is longer than any that is expected.")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise PausedError(
                "GitHub did not answer with JSON; perhaps a proxy or an outage page did.", hint=_AGAIN
            ) from None

    def mapping(self, answer: Answer) -> dict[str, Any]:
        """The JSON object of a successful answer.

        Raises:
            PausedError: It is something else.
            SourceError: The answer was a refusal.
        """
        if not 200 <= answer.status < 300:  # HTTP
            raise SourceError(f"GitHub answered with {answer.status}.", hint="Check the address; see githubstatus.com.")
        value = self.json(answer)
        if not isinstance(value, dict):
            raise PausedError("GitHub answered with something else than was asked for.", hint=_AGAIN)
        return value

    async def _attempt(self, url: str, accept: str, limit_bytes: int) -> Answer | None:
        import httpx

        headers = {
            "Accept": accept,
            "User-Agent": f"readme2video/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.get_secret_value()}"
        try:
            async with self.http.stream(
                "GET", url, headers=headers, follow_redirects=False, timeout=_TIMEOUT_S
            ) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > limit_bytes:
                        break
                return Answer(
                    response.status_code, response.headers, bytes(body[:limit_bytes]), len(body) > limit_bytes
                )
        except (httpx.TransportError, httpx.DecodingError):
            return None

    def _moved(self, url: str, answer: Answer) -> str:
        """Where a renamed repository is now, if that is the same host."""
        location: str = answer.headers.get("location", "")
        target = urljoin(url, location)
        if origin_of(target) != origin_of(self.base):
            raise SourceError("GitHub redirects to another host, which is not followed.", hint="Use the new address.")
        return target

    def _limit_hint(self) -> str:
        return _AGAIN if self.token is not None else f"Set GITHUB_TOKEN for a higher limit. {_AGAIN}"


def _pause(attempt: int, answer: Answer | None) -> float:
    """Seconds before the next attempt: what the server asks for up to a cap, else doubling with jitter."""
    asked = _number(answer, "retry-after") if answer else None
    if asked is not None:
        return min(asked, 20.0)
    return 0.5 * 2.0**attempt * (0.5 + random.random() / 2)  # noqa: S311 - spreading load, no secret


def _is_limited(answer: Answer) -> bool:
    if answer.status == 429:  # HTTP
        return True
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == 403 and exhausted  # HTTP


def _wait(answer: Answer) -> float:
    asked = _number(answer, "retry-after")
    if asked is not None:
        return asked
    reset = _number(answer, "x-ratelimit-reset")
    return max(reset - time.time(), 0) + 1 if reset is not None else _PATIENCE_S


def _number(answer: Answer, header: str) -> float | None:
    text: str = answer.headers.get(header, "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None  # seconds since 1970


def _limit_message(wait_s: float) -> str:
    try:
        when = datetime.fromtimestamp(time.time() + wait_s, tz=UTC).strftime("%H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return "GitHub's request limit is used up."
    return f"GitHub's request limit is used up until {when}."
