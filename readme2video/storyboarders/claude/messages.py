"""One paid answer of Claude: sent once or, where it surely helps, again; every failure has a type of ours."""

from __future__ import annotations

import asyncio
import ipaddress
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from readme2video import __version__
from readme2video.errors import (
    ConsentError,
    CredentialsError,
    PausedError,
    Readme2VideoError,
    SceneRefusedError,
    UsageError,
)
from readme2video.foreign_text import sanitised
from readme2video.model.manuscript import Usage
from readme2video.settings import Claude

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic
    from anthropic.types import Message

MAX_TOKENS = 16_000
"""The longest answer; the SDK takes no longer ones without streaming."""

_TRIES = 3
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
"""A service that asks for a longer pause than this is left alone: the run ends, and the same command goes on later."""


@dataclass(frozen=True)
class Answer:
    """What came back and was paid for.

    Attributes:
        text: All text of it; may be empty, cut or not JSON.
        stop: Why it ended: ``end_turn``, ``max_tokens``, ``refusal``, ``model_context_window_exceeded``, …
        category: For a refusal, what kind of harm was seen, or "".
    """

    text: str
    stop: str
    category: str
    usage: Usage


class Messages:
    """Claude's messages API for one run. An async context manager; the connection is opened with the first request.

    The SDK's own retries are off: what is sent again, and for how long, is decided here. Its client reads no proxies
    and follows no redirects, so the key goes to one host only.

    Args:
        deadline_s: How long all requests of the run may take together, seconds.
        sleep: Waits between tries.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        settings: Claude,
        model: str,
        effort: str,
        *,
        deadline_s: float,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._model, self._effort = settings, model, effort
        self._deadline_s, self._sleep, self._clock = deadline_s, sleep, clock
        self._ends: float | None = None
        self._stack = AsyncExitStack()
        self._client: AsyncAnthropic | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._client = None

    async def count(self, system: str, turns: Sequence[tuple[str, str]], schema: dict[str, Any]) -> int | None:
        """How many tokens a request has; free. None when the service would not say.

        Raises:
            CredentialsError: The key was refused.
            PausedError: The service cannot be reached.
        """
        import anthropic

        client = await self._opened()
        try:
            async with asyncio.timeout(self._left()):
                told = await client.messages.count_tokens(**self._body(system, turns, schema))
        except anthropic.APIStatusError as error:
            if error.status_code in (401, 403):
                raise self._told(error) from None
            return None
        except (anthropic.APIConnectionError, anthropic.APIResponseValidationError, TimeoutError):
            return None  # the request itself will say what is wrong
        return told.input_tokens if isinstance(told.input_tokens, int) else None

    async def ask(self, system: str, turns: Sequence[tuple[str, str]], schema: dict[str, Any]) -> Answer:
        """Ask for one answer.

        Args:
            turns: Role and text of each turn, the user's first.
            schema: What the answer must look like; a wish, not a guarantee.

        Raises:
            CredentialsError: The key was refused.
            ConsentError: The account has no credits left, or its limit is reached.
            UsageError: The model is not known.
            SceneRefusedError: The request was not taken.
            PausedError: Claude is out of reach, overloaded, or asks for a pause.
        """
        import anthropic

        client = await self._opened()
        body = self._body(system, turns, schema)
        last: Readme2VideoError | None = None
        for attempt in range(_TRIES):
            if attempt:
                await self._pause(attempt, last)
            try:
                async with asyncio.timeout(self._left()):
                    message = await client.messages.create(max_tokens=MAX_TOKENS, **body)
            except anthropic.APIStatusError as error:
                last = self._told(error)
                if not isinstance(last, PausedError) or (wait := _asked_wait_s(error)) is None:
                    raise last from None
                if wait > _LONGEST_WAIT_S:
                    last.hint = f"It asks for a pause of {wait:.0f} s; the same command goes on after that."
                    raise last from None
                self._wish_s = wait
            except (anthropic.APIConnectionError, anthropic.APIResponseValidationError, TimeoutError) as error:
                last = self._unheard(error)
            else:
                if isinstance(message, anthropic.types.Message):
                    return self._answer(message)
                last = self._unheard(None)  # a page of somebody in between, for which the SDK gives its text
        raise last or PausedError("Claude gave no answer.")

    _wish_s = 0.0

    async def _opened(self) -> AsyncAnthropic:
        if self._client is None:
            import anthropic

            key = self._settings.key
            if key is None:
                raise CredentialsError(
                    "The claude storyboarder needs a key: ANTHROPIC_API_KEY is not set.",
                    hint="Set it, or take `--storyboarder offline`, which is free.",
                )
            http = anthropic.DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False)
            self._client = await self._stack.enter_async_context(
                anthropic.AsyncAnthropic(
                    api_key=key.get_secret_value(),
                    base_url=checked_base_url(self._settings.base_url),
                    max_retries=0,
                    open_telemetry=False,
                    default_headers={"User-Agent": f"readme2video/{__version__}"},
                    http_client=http,
                )
            )
        return self._client

    def _body(self, system: str, turns: Sequence[tuple[str, str]], schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "model": self._model,
            "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns],
            "output_config": {"effort": self._effort, "format": {"type": "json_schema", "schema": schema}},
        }

    def _left(self) -> float:
        """Seconds until the deadline, which begins with the first request."""
        now = self._clock()
        if self._ends is None:
            self._ends = now + self._deadline_s
        if now >= self._ends:
            raise PausedError(
                f"Claude did not finish within {self._deadline_s:.0f} s.", hint="The same command asks again."
            )
        return self._ends - now

    async def _pause(self, attempt: int, why: Readme2VideoError | None) -> None:
        wait = max(self._wish_s, _FIRST_WAIT_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311 # jitter
        self._wish_s = 0.0
        if wait > self._left():
            raise why or PausedError("Claude gave no answer.")
        await self._sleep(wait)

    def _answer(self, message: Message) -> Answer:
        """The parts of a message; an odd one gives an empty text rather than an error, since it was paid for."""
        blocks = message.content if isinstance(message.content, list) else []
        details = getattr(message, "stop_details", None)
        used = message.usage
        return Answer(
            text="".join(block.text for block in blocks if block.type == "text" and isinstance(block.text, str)),
            stop=str(message.stop_reason or ""),
            category=sanitised(str(getattr(details, "category", "") or "")),
            usage=Usage(
                model=self._model,
                requests=1,
                input_tokens=_count(used, "input_tokens"),
                output_tokens=_count(used, "output_tokens"),
                cache_write_tokens=_count(used, "cache_creation_input_tokens"),
                cache_read_tokens=_count(used, "cache_read_input_tokens"),
            ),
        )

    def _told(self, error: APIStatusError) -> Readme2VideoError:
        """A refusal in terms of what the user can do."""
        import anthropic

        said = _message(error)
        status = error.status_code
        if isinstance(error, (anthropic.AuthenticationError, anthropic.PermissionDeniedError)):
            return CredentialsError(f"Claude refused the key: {said}", hint="Check ANTHROPIC_API_KEY.")
        if status == 402:  # HTTP: payment required
            return ConsentError(f"The account at Anthropic cannot pay: {said}", hint="Add credits or raise its limit.")
        if isinstance(error, anthropic.NotFoundError):
            return UsageError(
                f"--claude-model: {sanitised(self._model)} is not served: {said}",
                hint="Choose another, or leave it out.",
            )
        if status in (408, 409, 429) or status >= 500:  # HTTP
            return PausedError(f"Claude is not available ({status}): {said}", hint="The same command asks again.")
        if 300 <= status < 400:  # HTTP
            return PausedError("Claude answered with a redirect, which is not followed.", hint="Check the base URL.")
        return SceneRefusedError(
            f"Claude did not take the request ({status}): {said}", hint="`--storyboarder offline` needs no model."
        )

    def _unheard(self, error: Exception | None) -> PausedError:
        import anthropic

        if isinstance(error, (TimeoutError, anthropic.APITimeoutError)):
            return PausedError("Claude gave no answer in time.", hint="The same command asks again.")
        if error is None or isinstance(error, anthropic.APIResponseValidationError):
            return PausedError("What answered was not Claude's API.", hint="Check ANTHROPIC_BASE_URL.")
        host = sanitised(urlsplit(self._settings.base_url).hostname or "")
        return PausedError(f"Claude cannot be reached at {host}.", hint="Check the connection; then run it again.")


def checked_base_url(url: str) -> str:
    """The address as it may be used: the key goes out over https, or stays on this machine.

    Raises:
        UsageError: It is anything else.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = parts.scheme == "http" and (host == "localhost" or _is_loopback(host))
    if not host or not (parts.scheme == "https" or plain) or parts.username or parts.query or parts.fragment:
        raise UsageError(
            "ANTHROPIC_BASE_URL must be an https address; http only on this machine.",
            hint="Unset it to ask Anthropic itself.",
        )
    return url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _asked_wait_s(error: APIStatusError) -> float | None:
    """How long the service wants to be left alone, 0 when it does not say; None when asking again is no use."""
    if error.status_code < 400 or error.status_code == 409:  # HTTP: a redirect, a conflict
        return None
    said = error.response.headers.get("retry-after", "")
    try:
        wait = float(said)
    except ValueError:
        return 0.0  # a date or junk: our own pace
    return max(0.0, wait) if wait == wait else 0.0  # noqa: PLR0124 # NaN


def _message(error: APIStatusError) -> str:
    body = error.body
    inner = body.get("error") if isinstance(body, dict) else None
    said = inner.get("message") if isinstance(inner, dict) else None
    return sanitised(said) or "no reason was given"


def _count(usage: object, name: str) -> int:
    value = getattr(usage, name, 0)
    return value if isinstance(value, int) and value >= 0 else 0
