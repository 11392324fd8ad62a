"""Other people's words, made safe for a terminal, a log and a report."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-z!?][^<>]{0,500}>", re.IGNORECASE | re.DOTALL)
_URL = re.compile(
    r"\b([a-z][a-z0-9+.-]{1,10}://)(?:[^\s/?#\"'<>@]*@)?([^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?", re.IGNORECASE
)
_TOKEN = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_SENSE = 40
"""How many times longer than what is shown the looked-at beginning may be."""


def sanitised(text: Any, most: int = 200) -> str:
    """Somebody else's text on one line: no control or direction characters, no tags, no addresses with tokens.

    Args:
        text: A string or bytes; numbers are written out, anything else is "".
        most: Length of the result in characters; longer texts end in an ellipsis.
    """
    if isinstance(text, bytes):
        text = text[: _SENSE * most * 4].decode("utf-8", "replace")
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(text)
    if not isinstance(text, str):
        return ""
    plain = html.unescape(_TAG.sub(" ", text[: _SENSE * most]))
    plain = _TAG.sub(" ", plain)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in plain)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    plain = _TOKEN.sub(r"\1 …", _URL.sub(r"\1\2", plain))
    # A line that begins with two colons is a command to some build services.
    plain = " ".join(plain.split()).lstrip(": ")
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
