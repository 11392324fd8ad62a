"""What a storyboarder hands in: the storyboard, other openings to choose from, and what writing it cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from readme2video.model.record import Finding, Record
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline


class Usage(Record):
    """What a language model was paid for.

    Attributes:
        requests: How many answers were paid for, repairs included.
        input_tokens: Fresh input, without what was read from or written to the cache.
        usd: Price of all of it by our table; None when the table lacks the model.
        priced_on: Date of the table, ``YYYY-MM-DD``.
    """

    model: str
    requests: int = Field(ge=0)
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cache_write_tokens: int = Field(default=0, ge=0)
    cache_read_tokens: int = Field(default=0, ge=0)
    usd: float | None = None
    priced_on: str = ""


class Manuscript(Record):
    """A storyboard as written.

    Attributes:
        author: Which storyboarder's scenes these are.
        hooks: Other headlines for the first scene, best first; a person may choose one of them.
        usage: What was paid for; None when nothing was.
        notes: What had to be mended or left out, for the report.
    """

    storyboard: Storyboard
    author: Literal["offline", "claude", "person"] = "offline"
    hooks: tuple[Headline, ...] = ()
    usage: Usage | None = None
    notes: tuple[Finding, ...] = ()
