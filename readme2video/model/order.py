"""What is bought: an order, the attempts to place it, and the plan of a film's orders."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from readme2video.model.record import Artifact, Record

USD_PER_CREDIT = 0.005
"""Kie's fixed rate (prices page, 2026-10-01)."""

Family = Literal["jobs", "veo", "runway", "aleph"]
"""Which of the provider's endpoints a model is served by."""

AttemptState = Literal["prepared", "sending", "created", "refused", "unknown", "done", "failed", "waived"]
"""``waived``: a person decided what became of an unknown attempt, so that it no longer blocks its input."""

LIVE_STATES: tuple[AttemptState, ...] = ("prepared", "sending", "created", "unknown", "done")
"""While an attempt is in one of these, no other may be made for the same input."""


class Order(Record):
    """A clip to buy, everything decided and priced before anything is sent.

    Attributes:
        project: The output folder's name.
        scenes: Labels of the scenes it is for.
        input_hash: Of all that decides the clip: what the picture was drawn from, prompt, model, seconds, settings.
            Not the picture's bytes, since two drawings of the same scene may differ by a bit.
        body: The request as sent, without the callback's address.
        seconds: Length of the clip that is bought.
        credits: Expected price.
        price_date: When the price was seen, as ``2026-10-01``.
    """

    project: str
    scenes: tuple[str, ...]
    input_hash: str
    model: str
    family: Family = "jobs"
    body: dict[str, Any]
    seconds: float = Field(gt=0)
    credits: float = Field(ge=0)
    price_date: str = ""

    @property
    def scene(self) -> str | None:
        """Label of the first scene it is for."""
        return next(iter(self.scenes), None)


class Attempt(Record):
    """One try to place an order, as the ledger knows it. Times are ISO 8601 in UTC, "" when not yet.

    Attributes:
        id: Twelve lower-case hex digits; also part of the uploaded file's name.
        task_id: The provider's, once known.
        credits_consumed: As the provider said; None when it did not.
        clip: The verified file; None before ``done``.
        reason: The provider's or our words for how it ended.
        decision: What a person decided about it, "" when nobody had to.
    """

    id: str
    order: Order
    state: AttemptState
    task_id: str | None = None
    credits_consumed: float | None = None
    clip: Artifact | None = None
    reason: str = ""
    decision: str = ""
    prepared_at: str = ""
    sent_at: str = ""
    settled_at: str = ""

    @property
    def spent_credits(self) -> float:
        """What it has to be counted with: what was consumed if known, else what was expected; nothing if refused."""
        if self.state in ("refused", "failed") and self.credits_consumed is None:
            return 0.0
        return self.order.credits if self.credits_consumed is None else self.credits_consumed


class PlannedOrder(Record):
    """A line of the plan."""

    scene: str
    model: str
    needed_s: float
    bought_s: float
    credits: float
    state: Literal["to buy", "bought", "running", "in doubt", "local"]
    note: str = ""


class OrderPlan(Record):
    """What a film would cost, shown before the first order.

    Attributes:
        balance_credits: The account's; None when it could not be asked.
        cap_credits: ``--max-cost``; None without one.
    """

    lines: tuple[PlannedOrder, ...]
    model: str
    price_date: str
    balance_credits: float | None = None
    cap_credits: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def credits(self) -> float:
        """Still to be spent."""
        return sum(line.credits for line in self.lines if line.state == "to buy")

    @property
    def usd(self) -> float:
        """The same in US dollars."""
        return self.credits * USD_PER_CREDIT
