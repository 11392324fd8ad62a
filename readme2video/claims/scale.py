"""Measured values on one scale, so that they can be drawn beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from readme2video.claims.numbers import numbers

_UNIT_SIZES = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "day": Decimal(86400),
    "B": Decimal(1),
    "KB": Decimal("1e3"),
    "MB": Decimal("1e6"),
    "GB": Decimal("1e9"),
    "TB": Decimal("1e12"),
    "KiB": Decimal(2**10),
    "MiB": Decimal(2**20),
    "GiB": Decimal(2**30),
    "TiB": Decimal(2**40),
}
_TIME = frozenset(["ns", "us", "ms", "s", "min", "h", "day"])


def shares_of_longest(values: Sequence[str]) -> tuple[float, ...] | None:
    """Each value as a part of the largest, 0 to 1; None where they are no single numbers of one dimension.

    Args:
        values: As written, such as ``120 ms`` and ``1.4 s``; times and amounts of data are converted, other units
            have to be the same.
    """
    sizes: list[Decimal] = []
    kinds: set[tuple[str, str]] = set()
    for value in values:
        found = numbers(value)
        if len(found) != 1 or found[0].value is None or found[0].value < 0:
            return None
        number = found[0]
        known = _UNIT_SIZES.get(number.unit)
        kind = number.unit if known is None else "time" if number.unit in _TIME else "data"
        kinds.add((kind, number.rate))
        sizes.append(found[0].value * (known or 1))
    longest = max(sizes, default=Decimal(0))
    if len(kinds) != 1 or longest <= 0:
        return None
    return tuple(float(size / longest) for size in sizes)
