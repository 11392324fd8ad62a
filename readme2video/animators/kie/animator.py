"""Buys clips: one live attempt per input, three durable marks around every paid request, nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from readme2video.animators.kie.claim import claimed
from readme2video.animators.kie.collecting import Collector, clip_of
from readme2video.animators.kie.counter import Counter
from readme2video.animators.kie.ordering import ModelOff, Ordering
from readme2video.animators.kie.wish import Wish, wish_for
from readme2video.engine import Work
from readme2video.errors import ConsentError, CredentialsError, ModelOffError, SceneRefusedError, UsageError
from readme2video.events import Emit, Notice
from readme2video.kie.answers import Unavailable
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
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
from readme2video.media.clip import verify_clip
from readme2video.model.film import BackdropNeed, BackdropRequest, Clip
from readme2video.model.order import LIVE_STATES, Attempt, OrderPlan, PlannedOrder
from readme2video.model.record import Size, Stage
from readme2video.model.shot import Aspect
from readme2video.orders import Standing, in_doubt, plan_orders, standing
from readme2video.settings import Settings
from readme2video.settling import Ask, Wait, settled

_WAIT_S = 60.0
"""How long a person who wants to wait about a payment in doubt is left alone, seconds."""


class KieAnimator:
    """Buys the motion of scenes as clips.

    Args:
        settings: Account, model, cap and waits.
        store: The store's folder; the ledger lies there.
        emit: Gets what was spent.
        ask: Asks a person about a payment in doubt; without it, it stays in doubt.

    Raises:
        CredentialsError: There is no key.
        UsageError: The model is not known.
    """

    stage: Stage = "animate"
    output = Clip
    parallel = 64

    def __init__(
        self, settings: Settings, store: Path, emit: Emit, *, ask: Ask | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        if settings.kie.key is None:
            raise CredentialsError(
                "The kie animator needs a key: KIE_API_KEY is not set.",
                hint="Get one at kie.ai/api-key and export it, or use `--animator local`, which is free.",
            )
        self._settings, self._emit, self._ask = settings, emit, ask
        self._counter = Counter(settings, store, emit, clock)
        self._ordering, self._collector = Ordering(self._counter), Collector(self._counter)
        self._models = load_models(settings.models)
        self._chain = [find_model(self._models, name) for name in (settings.model, *settings.fallback_models)]
        self._off: set[str] = set()
        self._listed: frozenset[str] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._counter.close()

    @property
    def fingerprint(self) -> str:
        """Names the model, and sound where it is asked for: another one would be another clip."""
        heard = ":sound" if self._sound and any(model.sound for model in self._chain) else ""
        return f"kie/1:{self._chain[0].id}:{self._settings.resolution or 'default'}{heard}"

    def serves(self, aspect: Aspect, output_px: Size) -> Aspect:
        """The aspect to buy for a film's aspect: the same, or one that is cropped to it.

        Raises:
            UsageError: The model has neither.
        """
        found = bought_aspect(self._chain[0], aspect, output_px, self._settings.resolution)
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
            sound = self._sound and model.sound is not None
            return price_credits(model, seconds_for(model, needed_s, resolution), resolution, sound)

        return price(together_s) < price(first_s) + price(second_s)

    # ------------------------------------------------------------------------------------------------ before

    def paid_elsewhere(self, usd: float) -> None:
        """Take what the film cost beside its clips into account; comes before ``plan``."""
        self._counter.elsewhere_usd = usd

    async def plan(
        self, project: str, wanted: Sequence[tuple[str, BackdropNeed]], kept: Sequence[tuple[str, BackdropNeed]]
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
        counter = self._counter
        await counter.open(project)
        await self._find_model()
        model = self._model()
        wishes = [(label, self._wish(request, model)) for label, request in wanted]
        had = [(label, self._wish(request, model)) for label, request in kept]
        for _, wish in wishes:
            self._checked(wish)
        counter.counted = frozenset(wish.input_hash for _, wish in (*wishes, *had))
        counter.balance_left = balance = await self._balance()
        lines: list[PlannedOrder] = []
        seen: set[str] = set()
        for label, wish in wishes:
            last = await counter.last(wish)
            shared = wish.input_hash in seen
            seen.add(wish.input_hash)
            lines.append(_line(label, wish, "bought" if shared else standing(last), last, shared=shared))
        for label, wish in had:
            lines.append(_line(label, wish, "bought", await counter.last(wish), shared=wish.input_hash in seen))
            seen.add(wish.input_hash)
        plan = plan_orders(
            lines,
            model=model.id,
            price_date=model.price_date,
            balance_credits=balance,
            max_cost_usd=counter.cap_usd,
            lost_credits=await counter.lost_credits(),
            today=counter.clock.now().date(),
        )
        await counter.tell_spent()
        if balance is not None and counter.cap_credits is None and balance < plan.credits:
            raise ConsentError(
                f"The clips would cost {plan.credits:g} credits (${plan.usd:.2f}); the account has {balance:g}.",
                hint="Top up at kie.ai/pricing, or set `--max-cost USD` and let the other scenes move locally.",
            )
        return plan

    def _wish(self, request: BackdropNeed, model: Model) -> Wish:
        return wish_for(request, model, self._settings.resolution, sound=self._sound)

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
        try:
            listed = frozenset(one.id for one in await self._counter.client.models())
        except Unavailable:
            self._emit(Notice("warning", "Kie's list of models cannot be had now; going on without it."))
            return
        if listed:
            self._listed = listed
            self._off |= {model.id for model in self._chain if not model.in_list(listed)}
        self._model()

    async def _balance(self) -> float | None:
        try:
            return await self._counter.client.balance()
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
        if not self._counter.project:
            raise ConsentError("Nothing is bought without a plan.", hint="Run `readme2video make`.")
        while True:
            wish = self._wish(request, self._model())
            try:
                return await self._bought(wish, work.path(request.picture), work)
            except ModelOff:
                self._off.add(wish.model.id)
                self._emit(Notice("warning", f"{wish.model.id} is not served now."))

    async def _bought(self, wish: Wish, picture: Path, work: Work) -> Clip:
        said = ""
        while True:
            last = await self._counter.last(wish)
            if standing(last) == "local":
                raise SceneRefusedError(f"{work.label} is skipped, as you decided.")
            attempt = last
            if attempt is None or attempt.state not in LIVE_STATES:
                attempt = await self._ordering.ordered(wish, picture, work.label)
            if attempt.state == "done" and attempt.clip is not None:
                file = work.path(attempt.clip)
                if file.exists():
                    return clip_of(wish, attempt, attempt.clip, await asyncio.to_thread(verify_clip, file))
            if attempt.state == "unknown":
                attempt = await self._claimed(attempt)
            if attempt.state in ("created", "done"):
                return await self._collector.collected(wish, attempt, work)
            settling = None if attempt.state != "unknown" else await self._settling(attempt, said)
            if settling is None:
                raise in_doubt(attempt, self._settings.out)
            said = settling

    async def _claimed(self, attempt: Attempt) -> Attempt:
        """An attempt whose answer was lost, found again if callbacks are on and one names its task."""
        if self._settings.callback_url is None:
            return attempt  # only a person can find the task
        counter = self._counter
        return await claimed(attempt, counter.client, counter.ledger, counter.folder, counter.clock, self._emit)

    async def _settling(self, attempt: Attempt, said: str) -> str | None:
        """Ask a person and do as they say.

        Args:
            said: Why the last answer changed nothing.

        Returns:
            None when it is to stay in doubt, else "" or why the answer changed nothing.
        """
        answer = None if self._ask is None else await self._ask(attempt, said)
        counter = self._counter
        if answer is None:
            return None
        if isinstance(answer, Wait):
            await counter.clock.sleep(_WAIT_S)
            return ""
        why = await settled(attempt, answer, counter.ledger, self._settings.kie, counter.clock)
        await counter.tell_spent()
        return why

    # ------------------------------------------------------------------------------------------------ inside

    @property
    def _sound(self) -> bool:
        """Whether clips shall have sound, where the model lets one choose."""
        return self._settings.music == "clip"

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
