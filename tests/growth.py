"""How the cost of a text grows with its length: the same answer on a fast machine and on a slow or busy one."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

STEPS = (64, 16, 4, 1)
"""A form is tried at these parts of its whole size, each four times the one before."""
STEEPEST = 1.5
"""The greatest exponent of the length that passes: between proportional (1) and with the square (2)."""
TRIES = 3
MORE_TRIES = 9
ENOUGH_S = 1.0
"""What took so long is not tried again: a moment of another program's does not show in it."""
SURE_S = 5.0
"""What takes longer and has grown too fast is not given another chance."""
CEILING_S = 60.0
"""Only a net below the rule: on the slowest machine nothing that passes comes near it."""


class TooCostlyError(AssertionError):
    """The cost grows with the square of the length, or nearly."""


def assert_slow_growth(act: Callable[[str], object], form: Callable[[int], str], whole: int) -> None:
    """The processor's time for a text grows little faster than its length.

    Args:
        act: What is measured.
        form: A text of a given size; its length may grow in another way than its size.
        whole: The greatest size. Small ones come first, so that what grows with the square is told in moments.

    Raises:
        TooCostlyError: It grows faster between two sizes, however often they are tried.
    """
    before, cost_before = "", 0.0
    for part in STEPS:
        text = form(max(1, whole // part))
        cost = cost_s(act, text, TRIES if part > 1 else 1)  # with the last nothing is compared
        if before and len(text) > len(before):
            most = (len(text) / len(before)) ** STEEPEST
            for _ in range(MORE_TRIES):  # another program on the same core makes one of them look dear
                if cost <= cost_before * most or cost > SURE_S:
                    break
                cost_before = min(cost_before, cost_s(act, before, 1))
                cost = min(cost, cost_s(act, text, 1))
            told = f"{len(before)} characters took {cost_before:.4f} s, {len(text)} took {cost:.4f} s."
            if cost > cost_before * most:
                raise TooCostlyError(told)
        if cost > CEILING_S:
            raise TooCostlyError(f"{len(text)} characters took {cost:.0f} s.")
        before, cost_before = text, cost


def cost_s(act: Callable[[str], object], text: str, tries: int = TRIES) -> float:
    """Seconds of this thread's own time, the least of some tries."""
    costs: list[float] = []
    while len(costs) < tries and sum(costs) < ENOUGH_S:
        gc.disable()  # what it collects are other tests' objects
        try:
            began = time.thread_time()
            act(text)
            costs.append(time.thread_time() - began)
        finally:
            gc.enable()
    return min(costs)
