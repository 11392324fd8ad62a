"""Buys clips: one live attempt per input, three durable marks around every paid request, nothing sent twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self, TypeVar

from readme2video.animators.kie.claim import claimed
from readme2video.animators.kie.pace import paced
from readme2video.animators.kie.poller import Poller
from readme2video.animators.kie.wish import Wish, wish_for
from readme2video.engine import Work
from readme2video.errors import (
    ConsentError,
    CredentialsError,
    ModelOffError,
    PausedError,
    Readme2VideoError,
    SceneRefusedError,
    UsageError,
)
from readme2video.events import Emit, Notice, Spent
from readme2video.images import prepare_upload
from readme2video.kie.answers import Created, CreateOutcome, NotSent, Refused, TaskState, Unavailable, Unknown
from readme2video.kie.client import KieClient
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.kie.download import DownloadExpired, download
from readme2video.kie.models import (
    Model,
    bought_aspect,
    find_model,
    load_models,
    price_credits,
    seconds_for,
    substitutes_hint,
    validate,
)
from readme2video.ledger import Ledger, new_attempt_id
from readme2video.media.clip import ClipFacts, verify_clip
from readme2video.model.film import BackdropRequest, Clip
from readme2video.model.order import LIVE_STATES, USD_PER_CREDIT, Attempt, OrderPlan, PlannedOrder
from readme2video.model.record import Artifact, Size, Stage
from readme2video.model.shot import Aspect
from readme2video.orders import (
    KEPT_S,
    Standing,
    age_s,
    balance_evidence,
    doubt,
    gone,
    in_doubt,
    plan_orders,
    standing,
)
from readme2video.settings import Settings

T = TypeVar("T")

_RATE_TRIES, _SEND_TRIES, _DOWNLOAD_TRIES = 5, 3, 3
_RATE_WAIT_S, _RATE_WAIT_MOST_S = 10.0, 90.0
_ANSWER_GRACE_S = 30.0
"""How long a stopped run still waits for the answer of a paid request in flight."""


class _Off(Exception):  # noqa: N818 - a turn of the road, not an error
    """The provider does not serve the model that was tried."""


class KieAnimator:
    """Buys the motion of scenes as clips.

    Args:
        settings: Account, model, cap and waits.
        store: The store's folder; the ledger lies there.
        emit: Gets what was spent.

    Raises:
        CredentialsError: There is no key.
        UsageError: The model is not known.
    """

    stage: Stage = "animate"
    output = Clip
    parallel = 64

    def __init__(self, settings: Settings, store: Path, emit: Emit, *, clock: Clock = SYSTEM_CLOCK) -> None:
        if settings.kie.key is None:
            raise CredentialsError(
                "The kie animator needs a key: KIE_API_KEY is not set.",
                hint="Get one at kie.ai/api-key and export it, or use `--animator local`, which is free.",
            )
        self._settings, self._folder, self._emit = settings, store, emit
        self._clock = paced(clock, settings.kie)
        self._models = load_models(settings.models)
        self._chain = [find_model(self._models, name) for name in (settings.model, *settings.fallback_models)]
        self._off: set[str] = set()
        self._listed: frozenset[str] | None = None
        self._stack = AsyncExitStack()
        self._client: KieClient | None = None
        self._poller: Poller | None = None
        self._ledger: Ledger | None = None
        self._opening = asyncio.Lock()
        self._sending = asyncio.Lock()
        self._preparing = asyncio.Semaphore(2)  # orders go out one by one: better one picture soon than all late
        self._project = ""
        self._counted: frozenset[str] = frozenset()
        self._stopped: Readme2VideoError | None = None
        self._doubtful = False
        self._balance_left: float | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        if self._ledger is not None:
            self._ledger.close()

    @property
    def fingerprint(self) -> str:
        """Names the model: another one would be another clip."""
        return f"kie/1:{self._chain[0].id}:{self._settings.resolution or 'default'}"

    def serves(self, aspect: Aspect, output_px: Size) -> Aspect:
        """The aspect to buy for a film's aspect: the same, or one that is cropped to it.

        Raises:
            UsageError: The model has neither.
        """
        found = bought_aspect(self._chain[0], aspect, output_px)
        if found is None:
            raise UsageError(
                f"{self._chain[0].id} makes no {aspect} clips, and none of its shapes can be cropped to it sharply.",
                hint="Choose another --aspect, --quality draft, or another --model (`readme2video models`).",
            )
        return found

    def saves(self, first_s: float, second_s: float, together_s: float) -> bool:
        """Whether one clip of the third length is cheaper than two; never where no clip is that long."""
        model, resolution = self._chain[0], self._settings.resolution
        if max(model.seconds(resolution)) < together_s:
            return False

        def price(needed_s: float) -> float:
            return price_credits(model, seconds_for(model, needed_s, resolution), resolution)

        return price(together_s) < price(first_s) + price(second_s)

    # ------------------------------------------------------------------------------------------------ before

    async def plan(
        self, project: str, wanted: Sequence[tuple[str, BackdropRequest]], kept: Sequence[tuple[str, BackdropRequest]]
    ) -> OrderPlan:
        """What the film's clips would cost, with the live list of models and the balance asked. Buys nothing.

        Args:
            project: The output folder's name.
            wanted: Scenes whose clips are not in the store, with their labels.
            kept: Those whose clips are.

        Raises:
            ModelOffError: The model is not served, and no fallback is.
            CredentialsError: The key is refused.
            ConsentError: The balance does not reach for what is to buy, and no cap was set.
        """
        await self._open(project)
        await self._find_model()
        model, resolution = self._model(), self._settings.resolution
        wishes = [(label, wish_for(request, model, resolution)) for label, request in wanted]
        had = [(label, wish_for(request, model, resolution)) for label, request in kept]
        for _, wish in wishes:
            self._checked(wish)
        self._counted = frozenset(wish.input_hash for _, wish in (*wishes, *had))
        self._balance_left = balance = await self._balance()
        lines: list[PlannedOrder] = []
        seen: set[str] = set()
        for label, wish in wishes:
            last = await self._last(wish)
            shared = wish.input_hash in seen
            seen.add(wish.input_hash)
            lines.append(_line(label, wish, "bought" if shared else standing(last), last, shared=shared))
        for label, wish in had:
            lines.append(_line(label, wish, "bought", await self._last(wish), shared=wish.input_hash in seen))
            seen.add(wish.input_hash)
        plan = plan_orders(
            lines,
            model=model.id,
            price_date=model.price_date,
            balance_credits=balance,
            max_cost_usd=self._settings.max_cost,
            today=self._clock.now().date(),
        )
        await self._tell_spent()
        if balance is not None and self._cap is None and balance < plan.credits:
            raise ConsentError(
                f"The clips would cost {plan.credits:g} credits (${plan.usd:.2f}); the account has {balance:g}.",
                hint="Top up at kie.ai/pricing, or set `--max-cost USD` and let the other scenes move locally.",
            )
        return plan

    def _checked(self, wish: Wish) -> None:
        validate(
            wish.model,
            prompt=wish.prompt,
            image_bytes=0,
            image_format="png",
            image_size=Size(width=1920, height=1080),
            seconds=wish.seconds,
            aspect=wish.request.aspect,
            resolution=wish.resolution,
        )

    async def _find_model(self) -> None:
        """Ask the live list once; without an answer go on with the model that was asked for."""
        client, _ = self._tools
        try:
            listed = frozenset(one.id for one in await client.models())
        except Unavailable:
            self._emit(Notice("warning", "Kie's list of models cannot be had now; going on without it."))
            return
        if listed:
            self._listed = listed
            self._off |= {model.id for model in self._chain if not model.in_list(listed)}
        self._model()

    async def _balance(self) -> float | None:
        client, _ = self._tools
        try:
            return await client.balance()
        except Unavailable:
            return None

    # ------------------------------------------------------------------------------------------------ buying

    async def perform(self, request: BackdropRequest, work: Work) -> Clip:
        """The scene's clip: the one already bought, or a new one.

        Raises:
            SceneRefusedError: The provider will not make it.
            PaymentInDoubtError: A paid request's answer was lost; nothing is sent again.
            ConsentError: The cap or the credits do not reach for it.
            PausedError: It takes longer than the budget, or the provider is down.
            ModelOffError: The model is not served, and no fallback is.
        """
        if not self._project:
            raise ConsentError("Nothing is bought without a plan.", hint="Run `readme2video make`.")
        while True:
            wish = wish_for(request, self._model(), self._settings.resolution)
            try:
                return await self._bought(wish, work)
            except _Off:
                self._off.add(wish.model.id)
                self._emit(Notice("warning", f"{wish.model.id} is not served now."))

    async def _bought(self, wish: Wish, work: Work) -> Clip:
        last = await self._last(wish)
        if standing(last) == "local":
            raise SceneRefusedError(f"{work.label} is skipped, as you decided.")
        attempt = last if last is not None and last.state in LIVE_STATES else await self._ordered(wish, work)
        if attempt.state == "done" and attempt.clip is not None:
            file = work.path(attempt.clip)
            if file.exists():
                return _clip(wish, attempt, attempt.clip, await asyncio.to_thread(verify_clip, file))
        if attempt.state == "unknown":
            attempt = await self._claimed(attempt)
        if attempt.state in ("created", "done"):
            return await self._collected(wish, attempt, work)
        raise in_doubt(attempt, self._settings.out)

    async def _ordered(self, wish: Wish, work: Work) -> Attempt:
        """Place the order; on return it is created or unknown. Refusals that may pass are tried again, nothing else."""
        async with self._preparing:
            picture = await asyncio.to_thread(prepare_upload, work.path(wish.request.picture), wish.request.aspect)
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
            if self._stopped is not None:
                raise _again(self._stopped)
            # The name carries the attempt, so that a task whose number was lost can be proven to be this one.
            attempt_id = new_attempt_id()
            name = f"r2v-{self._project}-{_plain(work.label)}-{attempt_id}-{wish.input_hash[:8]}{picture.suffix}"
            uploaded = await self._tools[0].upload(picture.data, name=name, mime=f"image/{form}")
            outcome = await self._placed(wish, work.label, attempt_id, uploaded.url)
            match outcome:
                case Attempt():
                    return outcome
                case NotSent():
                    not_sent += 1
                    if not_sent >= _SEND_TRIES:
                        raise self._stop(_unreachable(outcome.reason))
                    await self._clock.sleep(2.0**not_sent * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                case Refused(kind="rate"):
                    throttled += 1
                    wait = outcome.retry_after_s or _RATE_WAIT_S * 2 ** (throttled - 1)
                    if throttled >= _RATE_TRIES or wait > _RATE_WAIT_MOST_S:
                        raise self._stop(_throttled(outcome))
                    await self._clock.sleep(wait * random.uniform(1.0, 1.3))  # noqa: S311 - jitter
                case Refused():
                    raise self._refusal(outcome, wish)

    async def _placed(self, wish: Wish, label: str, attempt_id: str, url: str) -> Attempt | NotSent | Refused:
        """Send the paid request, one at a time, and record what came back, also when the run is stopped meanwhile."""
        async with self._sending:
            if self._stopped is not None:
                raise _again(self._stopped)
            if self._doubtful:
                await self._trusted()
            task = asyncio.ensure_future(self._send(wish, label, attempt_id, url))
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                # Stopping: no new orders, but this answer may be worth money.
                self._stopped = PausedError("The run was stopped.")
                await asyncio.wait({task}, timeout=_ANSWER_GRACE_S)
                task.cancel()
                raise

    async def _send(self, wish: Wish, label: str, attempt_id: str, url: str) -> Attempt | NotSent | Refused:
        book, order = self._book_of(), wish.order(self._project, label, url)
        attempt = await self._book(
            lambda: book.prepare(order, attempt_id=attempt_id, cap_credits=self._cap, counted=self._counted)
        )

        async def sending() -> None:
            await self._book(lambda: book.sending(attempt.id))

        body = order.body | self._callback(attempt)
        try:
            outcome: CreateOutcome = await self._tools[0].create(body, family=wish.model.family, sending=sending)
        except BaseException:
            await self._freed(attempt, proven=False)
            raise
        match outcome:
            case Created():
                created = await self._book(lambda: book.created(attempt.id, outcome.task_id))
                if self._balance_left is not None:
                    self._balance_left -= wish.credits
                await self._tell_spent()
                return created
            case Refused():
                await self._book(lambda: book.refused(attempt.id, outcome.message, outcome.code))
            case NotSent():
                await self._freed(attempt, proven=True)
            case Unknown():
                self._doubtful = True
                lost = await self._book(lambda: book.unknown(attempt.id, outcome.reason))
                await self._tell_spent()
                await self._tell_evidence(label, wish)
                return lost
        return outcome

    def _callback(self, attempt: Attempt) -> dict[str, str]:
        if self._settings.callback_url is None:
            return {}
        from readme2video.callbacks import callback_address, callback_secret

        return {"callBackUrl": callback_address(self._settings.callback_url, attempt.id, callback_secret(self._folder))}

    async def _trusted(self) -> None:
        """After a lost answer: order on only when the provider answers a free question."""
        try:
            await self._tools[0].balance()
        except Unavailable as error:
            raise self._stop(_unreachable(error.message)) from None
        self._doubtful = False

    async def _tell_evidence(self, label: str, wish: Wish) -> None:
        """What the balance says about a lost answer: a hint for the person who decides."""
        try:
            now = await self._tools[0].balance()
        except (Unavailable, CredentialsError):
            return
        self._emit(Notice("warning", f"{label}: {balance_evidence(self._balance_left, now, wish.credits)}"))

    async def _claimed(self, attempt: Attempt) -> Attempt:
        """An attempt whose answer was lost, found again if callbacks are on and one names its task."""
        if self._settings.callback_url is None:
            return attempt  # only a person can find the task
        return await claimed(attempt, self._tools[0], self._book_of(), self._folder, self._clock, self._emit)

    def _called(self, attempt: Attempt) -> bool:
        """Whether a callback about an attempt came; asked once per call."""
        if self._settings.callback_url is None:
            return False
        from readme2video.callbacks import clear, woken

        came = attempt.id in woken(self._folder)
        if came:
            clear(self._folder, attempt.id)
        return came

    async def _freed(self, attempt: Attempt, *, proven: bool) -> None:
        """Free the money of an order that was surely not sent: never begun, or proven by the connection's failure."""

        def drop() -> None:
            book = self._book_of()
            now = book.last(attempt.order.input_hash, self._project)
            if (
                now is not None
                and now.id == attempt.id
                and now.state in ("prepared", *(("sending",) if proven else ()))
            ):
                book.not_sent(attempt.id)
                book.drop(attempt.id)

        await asyncio.shield(asyncio.ensure_future(self._book(drop)))

    def _refusal(self, refused: Refused, wish: Wish) -> Exception:
        scene_hint = "Nothing was charged. Nothing is ordered again by itself."
        match refused.kind:
            case "model":
                return _Off()
            case "key":
                return self._stop(
                    CredentialsError(f"Kie refused the key: {refused.message}", hint="Check KIE_API_KEY.")
                )
            case "credits" | "quota":
                return self._stop(
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
                return self._stop(
                    PausedError(
                        f"Kie takes no orders now: {refused.message}",
                        hint=f"{scene_hint} Run the same command later.",
                    )
                )

    # ------------------------------------------------------------------------------------------------ collecting

    async def _collected(self, wish: Wish, attempt: Attempt, work: Work) -> Clip:
        """Wait for a task that is paid, and bring its clip home."""
        book, task_id = self._book_of(), attempt.task_id or ""
        state = await self._poller_of().finished(
            task_id, wish.model.family, work.progress, model=wish.model.id, called=lambda: self._called(attempt)
        )
        if state.state == "failed":
            reason = state.message or f"no reason given (code {state.code or 'none'})"
            await self._book(lambda: book.failed(attempt.id, reason, state.credits or 0.0))
            await self._tell_spent()
            raise SceneRefusedError(
                f"Kie could not make the clip of {work.label}: {reason}",
                hint="Change the scene, or take another --model. Nothing is ordered again by itself.",
            )
        try:
            file, facts = await self._fetched(state, work)
        except DownloadExpired:
            if age_s(attempt, self._clock.now()) < KEPT_S:
                raise
            raise gone(attempt, self._settings.out) from None
        clip = await asyncio.to_thread(work.keep, file, ".mp4")
        done = await self._book(lambda: book.done(attempt.id, clip, state.credits))
        if state.credits is not None and state.credits > wish.credits:
            work.notice(f"{work.label} cost {state.credits:g} credits; {wish.credits:g} were expected.")
        await self._tell_spent()
        return _clip(wish, done, clip, facts)

    async def _fetched(self, state: TaskState, work: Work) -> tuple[Path, ClipFacts]:
        """Download and decode it; links that ran out are minted anew, a damaged file is fetched again."""
        url, target = state.urls[0], work.folder / "clip.mp4"
        for tries in range(1, _DOWNLOAD_TRIES + 1):
            try:
                await download(url, target, account=self._settings.kie, clock=self._clock)
                facts = await asyncio.to_thread(verify_clip, target)
            except DownloadExpired:
                if tries == _DOWNLOAD_TRIES:
                    raise
                url = await self._tools[0].download_link(state.urls[0])
            except PausedError:
                if tries == _DOWNLOAD_TRIES:
                    raise
                await self._clock.sleep(2.0 * tries)
            else:
                return target, facts
        raise AssertionError("unreachable")  # the last try returns or raises

    # ------------------------------------------------------------------------------------------------ inside

    @property
    def _cap(self) -> float | None:
        return None if self._settings.max_cost is None else self._settings.max_cost / USD_PER_CREDIT

    @property
    def _tools(self) -> tuple[KieClient, Poller]:
        if self._client is None or self._poller is None:
            raise AssertionError("plan comes first")  # pipeline's order; a bug if not
        return self._client, self._poller

    def _poller_of(self) -> Poller:
        return self._tools[1]

    def _book_of(self) -> Ledger:
        if self._ledger is None:
            raise AssertionError("plan comes first")
        return self._ledger

    async def _book(self, act: Callable[[], T]) -> T:
        """The ledger writes durably, which may take a while on a slow disk."""
        return await asyncio.to_thread(act)

    async def _last(self, wish: Wish) -> Attempt | None:
        """The newest attempt for a clip."""
        return await self._book(lambda: self._book_of().last(wish.input_hash, self._project))

    async def _open(self, project: str) -> None:
        async with self._opening:
            if self._ledger is None:
                self._ledger = await asyncio.to_thread(Ledger, self._folder)
                self._client = await self._stack.enter_async_context(KieClient(self._settings.kie, clock=self._clock))
                self._poller = Poller(self._client, self._clock, budget_s=self._settings.wait_s)
            if self._project != project:
                self._project = project
                for left in await self._book(lambda: self._book_of().settle_left(project)):
                    self._emit(Notice("warning", doubt(left)))

    def _model(self) -> Model:
        """The first of the wanted models that is served.

        Raises:
            ModelOffError: None is.
        """
        for model in self._chain:
            if model.id not in self._off:
                return model
        wanted = self._chain[0]
        hint = substitutes_hint(self._models, wanted, 10, live=self._listed)
        raise ModelOffError(
            f"Kie does not serve {wanted.id} now. Nothing was ordered with it.",
            hint=f"{hint} Or `--animator local`, which is free.".strip(),
        )

    def _stop(self, error: Readme2VideoError) -> Readme2VideoError:
        """No further orders in this run, for this reason; what is ordered already is still collected."""
        self._stopped = self._stopped or error
        return error

    async def _tell_spent(self) -> None:
        mine = [
            one
            for one in await self._book(lambda: self._book_of().attempts(self._project))
            if one.order.input_hash in self._counted or one.state == "unknown"
        ]
        doubt = sum(one.spent_credits for one in mine if one.state == "unknown")
        spent = sum(one.spent_credits for one in mine if one.state in ("created", "done", "failed"))
        self._emit(Spent(spent, doubt))


def _clip(wish: Wish, attempt: Attempt, video: Artifact, facts: ClipFacts) -> Clip:
    """A bought clip as the renderer gets it."""
    return Clip(
        video=video,
        covers=wish.request.covers,
        size_px=facts.size_px,
        fps=facts.fps,
        frames=facts.frames,
        duration_s=facts.duration_s,
        has_sound=facts.has_sound,
        model=attempt.order.model,
        task_id=attempt.task_id or "",
        credits=attempt.spent_credits,
    )


def _line(label: str, wish: Wish, now: Standing, last: Attempt | None, *, shared: bool) -> PlannedOrder:
    """A scene's line of the plan; a clip that another line pays for costs nothing here."""
    spent = last.spent_credits if last is not None and now not in ("to buy", "local") else wish.credits
    return PlannedOrder(
        scene=label,
        model=wish.model.id,
        needed_s=wish.request.duration_s,
        bought_s=wish.seconds,
        credits=0.0 if shared else spent,
        state=now,
        note="shared" if shared else "",
    )


def _again(error: Readme2VideoError) -> Readme2VideoError:
    """The same error for another scene."""
    return type(error)(error.message, hint=error.hint)


def _unreachable(reason: str) -> PausedError:
    return PausedError(f"Kie cannot be reached: {reason}", hint="Nothing was charged. Run the same command later.")


def _throttled(refused: Refused) -> PausedError:
    return PausedError(
        f"Kie asks to order more slowly: {refused.message}", hint="Nothing was charged. Run the same command later."
    )


def _plain(label: str) -> str:
    """A label as part of a file name."""
    return "".join(c if c.isalnum() else "-" for c in label)
