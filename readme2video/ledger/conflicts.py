"""Why the ledger refuses: an order stands already, the cap is reached, an answer contradicts another."""

from __future__ import annotations

from readme2video.errors import ConsentError, LockedError, PaymentInDoubtError
from readme2video.model.order import USD_PER_CREDIT, Attempt, Order


class IllegalTransitionError(AssertionError):
    """A bug: an attempt was asked to go where no attempt may go. Nothing was changed."""


class AlreadyOrderedError(LockedError):
    """Another run or worker has a live attempt for the same input.

    Args:
        attempt: The live one.
    """

    def __init__(self, attempt: Attempt) -> None:
        names = ", ".join(attempt.order.scenes)
        super().__init__(
            f"The clip of {names} is already ordered (attempt {attempt.id}, {attempt.state}).",
            hint="Run the same command again when the other run is done; nothing is paid twice.",
            scene=attempt.order.scene,
        )
        self.attempt = attempt


def standing_in_the_way(attempt: Attempt) -> AlreadyOrderedError | PaymentInDoubtError:
    """Why an input that has a live attempt cannot be ordered."""
    if attempt.state != "unknown":
        return AlreadyOrderedError(attempt)
    return PaymentInDoubtError(
        f"The clip of {', '.join(attempt.order.scenes)} may already be paid for (attempt {attempt.id}).",
        hint="`readme2video status` shows it; `readme2video adopt --help` says how to settle it.",
        scene=attempt.order.scene,
    )


def inconsistent(attempt: Attempt, task_id: str, other: Attempt) -> PaymentInDoubtError:
    """One task for two clips: at least one answer is not what it says."""
    return PaymentInDoubtError(
        f"Task {task_id} belongs to the clip of {', '.join(other.order.scenes)} (attempt {other.id}); it cannot be "
        f"that of {', '.join(attempt.order.scenes)} too.",
        hint="Look at https://kie.ai/logs for the task of this scene; nothing was sent again.",
        scene=attempt.order.scene,
    )


def over_cap(order: Order, spent: float, cap: float) -> ConsentError:
    """The order does not fit under the cap; all in credits."""
    return ConsentError(
        f"The clip of {', '.join(order.scenes)} costs {order.credits:g} credits "
        f"(${order.credits * USD_PER_CREDIT:.2f}), but {spent:g} of the {cap:g} credits "
        f"(${cap * USD_PER_CREDIT:.2f}) that --max-cost allows are spent or may be.",
        hint="Raise --max-cost to buy it too.",
        scene=order.scene,
    )
