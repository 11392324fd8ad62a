"""The client: orders once, asks often, and never says the key to anyone else."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from readme2video.errors import CredentialsError
from readme2video.kie.answers import (
    CreateOutcome,
    LiveModel,
    Refused,
    TaskState,
    Unavailable,
    Uploaded,
    decoded,
    number_of,
    read_models,
)
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.kie.flight import Flight
from readme2video.kie.limiter import Limiter
from readme2video.kie.tasks import CREATE_PATH, STATUS_PATH, read_data, read_task
from readme2video.kie.uploads import Uploads
from readme2video.kie.wire import USER_AGENT, Answer, UnreadableError, failure, read_answer, tls
from readme2video.model.order import Family
from readme2video.public_hosts import Resolve, system_resolve
from readme2video.settings import Kie

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 15.0
_WRITE_S = 30.0
_MOST_HOLD_S = 60.0
_WINDOW_S = 10.0
"""The provider counts orders over this long, and turns away what is too much; nothing is queued there."""
_TRIES = 3
_PATIENCE_S = 5.0


class KieClient:
    """The provider's API for one account; an async context manager.

    Args:
        account: Addresses and key; the key goes to these two hosts only.
        clock: Measures and waits for everything but the network itself.
        creates_per_10_s: The most orders in any ten seconds.
        create_gap_s: The least time between two orders, seconds.
        polls_per_s: The most questions a second, over all tasks.
        answer_s: How long an order's answer is waited for, seconds.
        question_s: How long any other answer may take as a whole, seconds.
        resolve: Finds the addresses of the host that serves an uploaded file.
    """

    def __init__(
        self,
        account: Kie,
        *,
        clock: Clock = SYSTEM_CLOCK,
        creates_per_10_s: int = 18,
        create_gap_s: float = 2.0,
        polls_per_s: float = 8.0,
        answer_s: float = 120.0,
        question_s: float = 30.0,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._account = account
        self._base = account.base_url.rstrip("/")
        self._clock = clock
        self._answer_s = answer_s
        self._question_s = question_s
        self._resolve = resolve
        self._one_order = asyncio.Lock()
        self._creates = Limiter(clock, most=creates_per_10_s, window_s=_WINDOW_S, gap_s=create_gap_s)
        self._polls = Limiter(clock, most=max(int(polls_per_s), 1), window_s=max(1.0, 1 / polls_per_s))
        self._lists = Limiter(clock, most=1, window_s=1.0)
        self._throttled = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        import httpx

        def client(limits: httpx.Limits, timeout: httpx.Timeout) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                verify=tls(),
                trust_env=False,
                http2=False,
                follow_redirects=False,
                limits=limits,
                timeout=timeout,
                headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
            )

        # A kept connection may be closed at the very moment of the order, and then nobody knows whether it was read.
        self._orders = await self._stack.enter_async_context(
            client(
                httpx.Limits(max_keepalive_connections=0),
                httpx.Timeout(self._answer_s, connect=_CONNECT_S, write=_WRITE_S),
            )
        )
        self._questions = await self._stack.enter_async_context(
            client(httpx.Limits(max_connections=40), httpx.Timeout(self._question_s, connect=_CONNECT_S))
        )
        self._uploads = Uploads(
            self._questions, self._account, self._clock, authorised=self._authorised, resolve=self._resolve
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def create(
        self, body: dict[str, Any], *, family: Family = "jobs", sending: Callable[[], Awaitable[None]]
    ) -> CreateOutcome:
        """Place one order. It is sent at most once, on a connection of its own, and never repeated or redirected.

        Cancelled before ``sending``, nothing was sent. Cancelled later, it still waits up to 30 s for the answer and
        returns the outcome; the cancellation then strikes at the caller's next ``await``, so write the outcome down
        before that. A second cancellation leaves at once, and the order is in doubt.

        Args:
            body: Sent as JSON, as it is.
            sending: Awaited when the connection stands, right before the first byte; what it raises comes out of here,
                and nothing is sent.

        Raises:
            CredentialsError: There is no key that can be sent.
        """
        content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        headers = {**self._authorised(), "Content-Type": "application/json"}
        async with self._one_order:
            await self._creates.turn()
            flight = Flight(self._orders, self._clock, sending, self._creates.started, within_s=2 * self._answer_s)
            outcome = await flight.land(
                self._base + CREATE_PATH[family], content=content, headers=headers, secret=self._account.bare_key
            )
            if isinstance(outcome, Refused) and outcome.kind == "rate":
                asked_s = min(outcome.retry_after_s or 0.0, _MOST_HOLD_S)
                self._creates.hold(max(asked_s, _WINDOW_S) + random.uniform(0, 3))  # noqa: S311 - no secret
            return outcome

    async def task(self, task_id: str, *, family: Family = "jobs") -> TaskState:
        """What became of an order.

        Raises:
            CredentialsError: The key was refused, or its own limit is used up.
            Unavailable: It cannot be asked just now; this says nothing about the task.
        """
        answer = await self._ask("GET", f"{STATUS_PATH[family]}?taskId={quote(task_id, safe='')}", self._polls)
        try:
            state = read_task(task_id, answer, self._clock.now())
        except Unavailable as error:
            self._slow_down(answer, error)
            raise
        self._throttled = 0
        return state

    async def balance(self) -> float:
        """Credits left on the account.

        Raises:
            CredentialsError: The key was refused, or its own limit is used up.
            Unavailable: It cannot be asked just now.
        """
        data, code, message = await self._data("GET", "/api/v1/chat/credit", self._polls)
        credits_left = number_of(data)
        if credits_left is None or code != 200:
            raise Unavailable(f"Kie did not tell the balance ({code}). {message}".strip())
        return credits_left

    async def models(self) -> tuple[LiveModel, ...]:
        """The models that can be ordered now.

        Raises:
            CredentialsError: The key was refused, or its own limit is used up.
            Unavailable: The list cannot be had, or is not whole.
        """
        data, code, message = await self._data("GET", "/api/v1/models", self._lists)
        listed = read_models(decoded(data) if isinstance(data, str) else data)
        if not listed or code != 200:
            raise Unavailable(f"Kie did not give its list of models ({code}). {message}".strip())
        return listed

    async def price(self, model: str) -> str:
        """The provider's sentence on a model's price; "" when there is none."""
        for name in dict.fromkeys((quote(model, safe="/"), quote(model, safe=""))):
            data, code, _ = await self._data("GET", f"/api/v1/models/{name}/price", self._lists)
            if code == 200 and isinstance(data, dict):
                text = data.get("pricingDesc")
                return text if isinstance(text, str) else ""
        return ""

    async def download_link(self, url: str) -> str:
        """A link of twenty minutes to a result whose own address is no longer served.

        Raises:
            CredentialsError: The key was refused, or its own limit is used up.
            Unavailable: There is none to be had.
        """
        data, code, message = await self._data("POST", "/api/v1/common/download-url", self._polls, {"url": url})
        link = data.get("url") if isinstance(data, dict) else data
        if code != 200 or not isinstance(link, str) or not link.strip().startswith(("https://", "http://")):
            raise Unavailable(f"Kie gives no new link to the file ({code}). {message}".strip())
        return link.strip()

    async def upload(self, data: bytes, *, name: str, mime: str) -> Uploaded:
        """Upload a file, and read it back to be sure that the provider will see the same bytes.

        Args:
            data: The file.
            name: Never used before: an old file of the same name may be served in its place for a while. Should that
                happen all the same, the file is uploaded again under ``name`` with a number.
            mime: As ``image/png``.

        Raises:
            CredentialsError: The upload host refused the key.
            SceneRefusedError: The file is too large for it, or its address is not one to load from.
            Unavailable: It could not be uploaded, or not be read back.
        """
        return await self._uploads.put(data, name=name, mime=mime)

    async def _data(
        self, method: str, path: str, limiter: Limiter, body: dict[str, Any] | None = None
    ) -> tuple[Any, int, str]:
        """Ask something that may be asked again, up to three times."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return read_data(await self._ask(method, path, limiter, body), self._clock.now())
            except Unavailable as error:
                if attempt == _TRIES or (error.retry_after_s or 0.0) > _PATIENCE_S:
                    raise
                pause = random.uniform(0.2, 0.5 * 2.0**attempt)  # noqa: S311 - spreading load, no secret
                await self._clock.sleep(max(pause, error.retry_after_s or 0.0))

    async def _ask(self, method: str, path: str, limiter: Limiter, body: dict[str, Any] | None = None) -> Answer:
        import httpx

        headers = self._authorised()
        await limiter.turn()
        try:
            async with asyncio.timeout(self._question_s):
                async with self._questions.stream(method, self._base + path, headers=headers, json=body) as response:
                    return await read_answer(response, secret=self._account.bare_key)
        except (httpx.HTTPError, httpx.InvalidURL, UnreadableError, TimeoutError) as error:
            raise Unavailable(f"Kie cannot be asked just now: {failure(error)}.") from None

    def _slow_down(self, answer: Answer, error: Unavailable) -> None:
        """After 429 nobody asks for a while, twice as long each time."""
        body = decoded(answer.body)
        if answer.status != 429 and not (isinstance(body, dict) and number_of(body.get("code")) == 429):
            return
        self._throttled = min(self._throttled + 1, 6)
        pause = random.uniform(0.5, 1.0) * 2.0**self._throttled  # noqa: S311 - spreading load, no secret
        self._polls.hold(min(max(pause, error.retry_after_s or 0.0), _MOST_HOLD_S))

    def _authorised(self) -> dict[str, str]:
        key = self._account.bare_key.strip()
        if not key:
            raise CredentialsError("There is no key for Kie.", hint="Set KIE_API_KEY; keys: https://kie.ai/api-key.")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise CredentialsError("KIE_API_KEY holds characters that no key has.", hint="Copy the key once more.")
        return {"Authorization": f"Bearer {key}"}
