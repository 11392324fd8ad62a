"""Numbers that count up: which do, and what they show on the way. Only digits change; all else keeps its place."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^\W{0,3}(?P<number>[0-9]+(?:[.,\u00a0\u202f '\u2019][0-9]{3})*(?:[.,][0-9]+)?)(?!\d)")
_YEAR = re.compile(r"(19|20)\d\d")
_MOST_SIGNS = 12


def number_in(text: str) -> tuple[int, int] | None:
    """Where the number that can count lies in a text, first and past the last sign; None when there is none.

    It begins the text but for a sign or a currency, and is the only number in it. Versions, dates, times, years and
    nought do not count.
    """
    found = _NUMBER.match(text)
    if found is None:
        return None
    number, (start, end) = found["number"], found.span("number")
    if re.search(r"\d", text[end:]) or _YEAR.fullmatch(number) or len(number) > _MOST_SIGNS or not int(_digits(number)):
        return None
    return start, end


def number_at(number: str, share: float) -> str:
    """What stands in a number's place after a share of the way, 0 to 1: a text of the same length.

    Digits that are not reached yet are blank, and so are the signs between them; the decimal places and the digit
    before them always stand.
    """
    digits = _digits(number)
    shown = str(round(int(digits) * min(1.0, max(0.0, share)))).zfill(len(digits))
    mark = _decimal_mark(number)
    kept = sum(1 for sign in number[mark:] if sign.isdigit()) + 1
    blank = min(len(shown) - len(shown.lstrip("0")), len(digits) - kept)
    signs = iter(shown)
    laid, seen = [], 0
    for sign in number:
        if sign.isdigit():
            digit = next(signs)
            laid.append(" " if seen < blank else digit)
            seen += 1
        else:
            laid.append(" " if seen <= blank and seen < len(digits) and blank else sign)
    return "".join(laid)


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _decimal_mark(number: str) -> int:
    """Where the decimal places begin, mark included; the number's length when it has none."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return len(number)
    after, before = number[last + 1 :], number[:last]
    groups = number.count(number[last]) > 1 or (number[last] == "," and len(after) == 3 and before.lstrip("0") != "")
    return len(number) if groups else last
