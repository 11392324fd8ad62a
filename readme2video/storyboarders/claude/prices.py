"""What Claude costs: a dated table, and sums of what was used."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib import resources

from pydantic import Field

from readme2video.model.manuscript import Usage
from readme2video.model.record import Record

_MILLION = 1_000_000


class _Price(Record):
    """US dollars per million tokens."""

    input: float = Field(gt=0)
    output: float = Field(gt=0)
    long_from_tokens: int | None = None
    long_input: float | None = None
    long_output: float | None = None


class _Table(Record):
    date: date
    cache_write: float
    cache_read: float
    models: dict[str, _Price]


@lru_cache
def _table() -> _Table:
    text = resources.files(__package__).joinpath("prices.toml").read_text("utf-8")
    return _Table.model_validate(tomllib.loads(text))


def priced(usage: Usage) -> Usage:
    """The same with its price and the date of the table; without a price when the table lacks the model."""
    table = _table()
    price = table.models.get(usage.model)
    if price is None:
        return usage.model_copy(update={"usd": None, "priced_on": table.date.isoformat()})
    taken = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    # Every request of a run is about as long as the others, so the mean tells the tier.
    long = price.long_from_tokens is not None and taken > price.long_from_tokens * max(1, usage.requests)
    into, out = (price.long_input, price.long_output) if long else (price.input, price.output)
    if into is None or out is None:
        into, out = price.input, price.output
    weighed = (
        usage.input_tokens + usage.cache_write_tokens * table.cache_write + usage.cache_read_tokens * table.cache_read
    )
    usd = (weighed * into + usage.output_tokens * out) / _MILLION
    return usage.model_copy(update={"usd": round(usd, 6), "priced_on": table.date.isoformat()})


def added(before: Usage | None, more: Usage) -> Usage:
    """Two usages of one model as one, priced."""
    if before is None:
        return priced(more)
    counts = ("requests", "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")
    return priced(more.model_copy(update={name: getattr(before, name) + getattr(more, name) for name in counts}))
