"""Which sentences a film does without: praise, and what instructs or explains instead of telling."""

# ruff: noqa: RUF001 # the full-width colon is a colon

from __future__ import annotations

import re

from readme2video.claims import is_hype

__all__ = ["is_hype", "tells_nothing"]

_ASIDE = re.compile(
    r"^(?:(?:install|run|see|read|check(?: out)?|visit|download|clone|star|join|follow|use)"
    r" (?:it|us|the|our|this|these|also|more|below|docs|with|via)|note|click|please|warning|important|for more"
    r"|looking for|want to|requires?|licen[sc]ed?|copyright|documentation|built by|made (?:by|with)|if you)\b"
    r"|\b(?:pip|npm|brew|cargo|gem|apt) install\b|\b(?:derives from|pronounced|stands for|named after|is short for)\b"
    r"|\b(?:is|are) (?:deprecated|no longer)\b|\bwork in progress\b",
    re.IGNORECASE,
)


def tells_nothing(sentence: str) -> bool:
    """Whether a sentence instructs, points elsewhere or explains the name instead of saying what the project does."""
    return _ASIDE.search(sentence) is not None or sentence.rstrip().endswith((":", "："))
