"""Placing orders: one at a time, three durable marks around each, nothing sent twice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from readme2video.animators.kie.counter import Counter, unreachable
from readme2video.animators.kie.wish import Wish
from readme2video.callbacks import callback_address, callback_secret
from readme2video.errors import ConsentError, CredentialsError, PausedError, SceneRefusedError
from readme2video.events import Notice
from readme2video.images import prepare_upload
from readme2video.kie.answers import Created, CreateOutcome, NotSent, Refused, Unavailable, Unknown
from readme2video.kie.models import validate
from readme2video.ledger import new_attempt_id
from readme2video.model.order import Attempt
from readme2video.orders import balance_evidence

_RATE_TRIES, _SEND_TRIES = 5, 3
_RATE_WAIT_S, _RATE_WAIT_MOST_S = 10.0, 90.0
_ANSWER_GRACE_S = 30.0
"""How long a stopped run still waits for the answer of a paid request in flight."""


class ModelOff(Exception):  # noqa: N818 - a turn of the road, not an error
    """The provider does not serve the model that was tried."""


class Ordering:
    """Sends paid requests, and writes down what became of each.

    Args:
        counter: Open by the first order.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._clock = counter.clock
        self._sending = asyncio.Lock()
        self._preparing = asyncio.Semaphore(2)  # orders go out one by one: better one picture soon than all late
        self._doubtful = False

    async def ordered(self, wish: Wish, picture_file: Path, label: str) -> Attempt:
        """Place the order; on return it is created or unknown. Refusals that may pass are tried again, nothing else.

        Args:
            picture_file: What is animated.
            label: The scene's.

        Raises:
            ModelOff: The model is not served.
            SceneRefusedError: The provider will not make it.
            ConsentError: The cap or the credits do not reach for it.
            CredentialsError: The key is refused.
            PausedError: The provider is down or asks to wait too long.
        """
        async with self._preparing:
            picture = await asyncio.to_thread(prepare_upload, picture_file, wish.request.aspect)
        form = picture.suffix.removeprefix(".").replace("jpg", "jpeg")
        validate(
            wish.model,
            prompt=wish.prompt,
            image_bytes=len(picture.data),
            image_format=form,
            image_size=picture.size_px,
            seconds=wish.seconds,
            aspect=wish.request.aspect,
            resolution=wish.resolution,
        )
        not_sent = throttled = 0
        while True:
            self._counter.check_open()
            # The name carries the attempt, so that a task whose number was lost can be proven to be this one.
            attempt_id = new_attempt_id()
            scene = _plain(label)
            name = f"r2v-{self._counter.project}-{scene}-{attempt_id}-{wish.input_hash[:8]}{picture.suffix}"
            uploaded = await self._counter.client.upload(picture.data, name=name, mime=f"image/{form}")
            outcome = await self._placed(wish, label, attempt_id, uploaded.url)
            match outcome:
                case Attempt():
                    return outcome
                case NotSent():
                    not_sent += 1
                    if not_sent >= _SEND_TRIES:
                        raise self._counter.stop(unreachable(outcome.reason))
                    await self._clock.sleep(2.0**not_sent * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                case Refused(kind="rate"):
                    throttled += 1
                    wait = outcome.retry_after_s or _RATE_WAIT_S * 2 ** (throttled - 1)
                    if throttled >= _RATE_TRIES or wait > _RATE_WAIT_MOST_S:
                        raise self._counter.stop(_throttled(outcome))
                    await self._clock.sleep(wait * random.uniform(1.0, 1.3))  # noqa: S311 - jitter
                case Refused():
                    raise self._refusal(outcome, wish)

    async def _placed(self, wish: Wish, label: str, attempt_id: str, url: str) -> Attempt | NotSent | Refused:
        """Send the paid request, one at a time, and record what came back, also when the run is stopped meanwhile."""
        async with self._sending:
            self._counter.check_open()
            if self._doubtful:
                await self._trusted()
            task = asyncio.ensure_future(self._send(wish, label, attempt_id, url))
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                # Stopping: no new orders, but this answer may be worth money.
                self._counter.stopped = PausedError("The run was stopped.")
                await asyncio.wait({task}, timeout=_ANSWER_GRACE_S)
                task.cancel()
                raise

    async def _send(self, wish: Wish, label: str, attempt_id: str, url: str) -> Attempt | NotSent | Refused:
        counter, book = self._counter, self._counter.ledger
        order = wish.order(counter.project, label, url)
        attempt = await counter.book(
            lambda: book.prepare(order, attempt_id=attempt_id, cap_credits=counter.cap_credits, counted=counter.counted)
        )

        async def sending() -> None:
            await counter.book(lambda: book.sending(attempt.id))

        body = order.body | self._callback(attempt)
        try:
            outcome: CreateOutcome = await counter.client.create(body, family=wish.model.family, sending=sending)
        except BaseException:
            await self._freed(attempt, proven=False)
            raise
        match outcome:
            case Created():
                created = await counter.book(lambda: book.created(attempt.id, outcome.task_id))
                if counter.balance_left is not None:
                    counter.balance_left -= wish.credits
                await counter.tell_spent()
                return created
            case Refused():
                await counter.book(lambda: book.refused(attempt.id, outcome.message, outcome.code))
            case NotSent():
                await self._freed(attempt, proven=True)
            case Unknown():
                self._doubtful = True
                lost = await counter.book(lambda: book.unknown(attempt.id, outcome.reason))
                await counter.tell_spent()
                await self._tell_evidence(label, wish)
                return lost
        return outcome

    def _callback(self, attempt: Attempt) -> dict[str, str]:
        base = self._counter.settings.callback_url
        if base is None:
            return {}
        return {"callBackUrl": callback_address(base, attempt.id, callback_secret(self._counter.folder))}

    async def _trusted(self) -> None:
        """After a lost answer: order on only when the provider answers a free question."""
        try:
            await self._counter.client.balance()
        except Unavailable as error:
            raise self._counter.stop(unreachable(error.message)) from None
        self._doubtful = False

    async def _tell_evidence(self, label: str, wish: Wish) -> None:
        """What the balance says about a lost answer: a hint for the person who decides."""
        try:
            now = await self._counter.client.balance()
        except (Unavailable, CredentialsError):
            return
        said = balance_evidence(self._counter.balance_left, now, wish.credits)
        self._counter.emit(Notice("warning", f"{label}: {said}"))

    async def _freed(self, attempt: Attempt, *, proven: bool) -> None:
        """Free the money of an order that was surely not sent: never begun, or proven by the connection's failure."""
        counter = self._counter

        def drop() -> None:
            book = counter.ledger
            now = book.last(attempt.order.input_hash, counter.project)
            if (
                now is not None
                and now.id == attempt.id
                and now.state in ("prepared", *(("sending",) if proven else ()))
            ):
                book.not_sent(attempt.id)
                book.drop(attempt.id)

        await asyncio.shield(asyncio.ensure_future(counter.book(drop)))

    def _refusal(self, refused: Refused, wish: Wish) -> Exception:
        scene_hint = "Nothing was charged. Nothing is ordered again by itself."
        match refused.kind:
            case "model":
                return ModelOff()
            case "key":
                return self._counter.stop(
                    CredentialsError(f"Kie refused the key: {refused.message}", hint="Check KIE_API_KEY.")
                )
            case "credits" | "quota":
                return self._counter.stop(
                    ConsentError(
                        f"Kie says that the credits do not reach: {refused.message}",
                        hint="Top up at kie.ai/pricing; the same command then buys the scenes that are missing.",
                    )
                )
            case "validation":
                return SceneRefusedError(
                    f"Kie refused the request to {wish.model.id}: {refused.message}", hint=scene_hint
                )
            case _:
                return self._counter.stop(
                    PausedError(
                        f"Kie takes no orders now: {refused.message}",
                        hint=f"{scene_hint} Run the same command later.",
                    )
                )


def _throttled(refused: Refused) -> PausedError:
    return PausedError(
        f"Kie asks to order more slowly: {refused.message}", hint="Nothing was charged. Run the same command later."
    )


def _plain(label: str) -> str:
    """A label as part of a file name."""
    return "".join(c if c.isalnum() else "-" for c in label)
