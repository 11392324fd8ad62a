"""Numbers as they are meant: value, unit, rate and bound, however they are spelt."""

# ruff: noqa: RUF001 # units and numerals of many scripts

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from readme2video.claims.measures import CASED_UNITS, DIMENSIONS, NUMBER_WORDS, SCALES, UNITS
from readme2video.claims.vocabulary import AFTER, BEFORE, CJK, SIGNS

_ADDRESS = re.compile(r"(?:https?|ssh|git|mailto|ftp)://?\S+|(?<![\w@])(?:[\w-]+\.)+[a-z]{2,}/\S+|\S+@[\w-]+\.\w+")
_DATE = re.compile(r"(?<![\d.])\d{4}-\d{2}-\d{2}(?!\d)")
_VERSION = re.compile(
    r"(?<![\w.])v\d+(?:\.\d+)*(?:[-+.]?(?:alpha|beta|rc|dev|post|pre|a|b)\.?\d*)?(?![\w])"
    r"|(?<![\w.,])\d+\.\d+(?:\.\d+)+(?:[-+.]?(?:alpha|beta|rc|dev|post|pre|a|b)\.?\d*)?(?!\w)",
    re.IGNORECASE,
)
_DIGITS = r"\d{1,3}(?P<mark>[.,'_])\d{3}(?!\d)(?:(?P=mark)\d{3}(?!\d))*(?:[.,]\d+)?|\d+[.,]\d+(?![.,]?\d)|\d+"
_NUMBER = re.compile(rf"(?<![A-Za-z\d_.])(?P<digits>{_DIGITS})(?:\^(?P<power>-?\d+))?")
_NAMED_NUMBER = re.compile(
    rf"(?<![^\W{CJK}])(?<!-)(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
_HAN_NUMBER = re.compile(
    r"[零〇二两三四五六七八九十百千万亿億]+(?=[个個种種款项項倍秒分小步行条條次天年月台把篇つ人件本枚回])"
)
_SPELT_SCALES = sorted((scale for scale in SCALES if scale not in ("k", "K", "M")), key=len, reverse=True)
_SCALE = re.compile(
    rf"^(?:(?P<joined>[kKM])(?![A-Za-z])|\s*(?P<apart>{'|'.join(_SPELT_SCALES)})(?![A-Za-z]))", re.IGNORECASE
)
_SPELT_UNITS = sorted((unit for unit in UNITS if unit not in ("$", "€")), key=len, reverse=True)
_UNIT = re.compile(
    rf"^(?:[ -]?)(?P<unit>{'|'.join(map(re.escape, _SPELT_UNITS))})(?:(?![\w])|(?=[{CJK}])|(?<=[{CJK}%×]))",
    re.IGNORECASE,
)
_PER = r"(?:/|per|a|an|each|every|pro|par|por|al|в|في)"
_RATE = re.compile(
    rf"^(?:\s?[^\W\d]+){{0,4}}?\s*(?:{_PER})\s?(?P<rate>second|minute|hour|day|week|month|year|sec|min|s|h|Sekunde|Minute|Stunde"
    r"|Tag|seconde|heure|jour|segundo|minuto|hora|día|dia|секунду|минуту|час|день|الثانية)(?!\w)",
    re.IGNORECASE,
)
_RATE_BEFORE = re.compile(
    r"(?:每|毎)(?P<rate>秒|分钟|分|小时|時間?|天|日|月|年)\D{0,6}$|(?P<rate2>초|분|시간)당\D{0,6}$"
)
_NOUN = re.compile(rf"^[ -]?(?P<noun>(?:(?![{CJK}])[^\W\d_])[\w'-]*)")


@dataclass(frozen=True)
class Number:
    """A number in a text.

    Attributes:
        literal: Its digits as written, without a version's ``v``; versions, dates and bare decimals compare by it.
        value: What it comes to, scale included; None for versions and dates.
        unit: ``ms``, ``MB``, ``%``, ``x`` …, or "".
        rate: ``s`` of ``a second``, or "".
        bound: ``at most``, ``about`` …, or "" for the number itself.
        noun: The word right after it, as ``icons``, in lower case.
        written: As it stands in the text, unit included.
        spelt: Whether it was written as a word.
    """

    literal: str
    value: Decimal | None
    unit: str
    rate: str
    bound: str
    noun: str
    start: int
    end: int
    written: str
    spelt: bool = False

    @property
    def exact(self) -> bool:
        """Whether only the same digits are the same: a version, a date, a decimal that measures nothing."""
        return self.value is None or (not self.unit and not self.spelt and "." in self.literal)

    @property
    def measures(self) -> str:
        """What its unit measures: time and data have many units."""
        return next((kind for kind, units in DIMENSIONS.items() if self.unit in units), self.unit)

    def equals(self, other: Number) -> bool:
        """Whether both are the same number, units and bounds aside."""
        if self.exact or other.exact:
            return self.literal == other.literal
        return self.value == other.value


def numbers(text: str, *, comma_is_decimal: bool = False) -> tuple[Number, ...]:
    """The numbers of a folded text in order; those inside addresses and names are none.

    Args:
        comma_is_decimal: How ``1.247`` and ``1,247`` are read: other spellings tell by themselves.
    """
    hidden = _ADDRESS.sub(lambda found: " " * len(found[0]), text)
    found = list(_written(hidden, comma_is_decimal))
    taken = [range(number.start, number.end) for number in found]
    for match in (*_NAMED_NUMBER.finditer(hidden), *_HAN_NUMBER.finditer(hidden)):
        if not any(match.start() in place for place in taken):
            word = match[0].lower()
            value = NUMBER_WORDS[word] if word in NUMBER_WORDS else _han(word)
            found.append(_measured(hidden, match.start(), match.end(), str(value), Decimal(value), spelt=True))
    found.sort(key=lambda number: number.start)
    return tuple(_ranges(text, found))


def _written(text: str, comma_is_decimal: bool) -> Iterator[Number]:
    blank = text
    for pattern in (_DATE, _VERSION):
        for match in pattern.finditer(blank):
            literal = match[0].lower().removeprefix("v")
            yield _measured(text, match.start(), match.end(), literal, None)
        blank = pattern.sub(lambda found: " " * len(found[0]), blank)
    for match in _NUMBER.finditer(blank):
        rest = text[match.end() :]
        attached = _UNIT.match(rest)
        if re.match(r"[A-Za-z_]", rest) and not (attached and _unit(attached["unit"])) and not _SCALE.match(rest):
            continue  # 2FA, 3D
        literal, value = _valued(match["digits"], comma_is_decimal)
        if value is None:
            continue
        if match["power"] and abs(int(match["power"])) < 60:
            literal, value = match[0], value ** int(match["power"])
        yield _measured(text, match.start(), match.end(), literal, value)


def _valued(digits: str, comma_is_decimal: bool) -> tuple[str, Decimal | None]:
    decimal = "," if comma_is_decimal else "."
    if "." in digits and "," in digits:
        decimal = max(".,", key=digits.rindex)
    elif re.fullmatch(r"\d+[.,]\d+", digits) and not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        decimal = "," if "," in digits else "."
    elif len(re.findall(r"[.,]", digits)) > 1:
        decimal = ""
    plain = "".join("." if c == decimal and decimal else c for c in digits if c.isdigit() or c == decimal)
    try:
        return plain, Decimal(plain)
    except InvalidOperation:
        return plain, None


def _measured(text: str, start: int, end: int, literal: str, value: Decimal | None, *, spelt: bool = False) -> Number:
    before, rest = text[:start], text[end:]
    scale = _SCALE.match(rest) if value is not None else None
    if scale is not None and value is not None:
        name = scale["joined"] or scale["apart"].lower()
        value *= SCALES[name]
        literal = format(value.normalize(), "f")
        end += scale.end()
        rest = text[end:]
    unit = ""
    measured = _UNIT.match(rest) if value is not None else None
    if measured is not None:
        unit = _unit(measured["unit"])
        if unit:
            end += measured.end()
            rest = text[end:]
    money = re.search(r"[$€]\s?$", before)
    if money and not unit:
        unit = money[0].strip()
    elif re.search(r"百分之\s?$", before):
        unit = "%"
    sign = re.search(r"([<>≤≥~≈])=?\s?$", before)
    bound = SIGNS[sign[1]] if sign else ""
    bare = re.sub(r"[<>≤≥~≈]=?\s?$", "", before)
    bound = bound or next((name for name, pattern in BEFORE.items() if pattern.search(bare)), "")
    bound = bound or next((name for name, pattern in AFTER.items() if pattern.match(rest)), "")
    noun = _NOUN.match(rest)
    if not bound and noun is not None:
        late = rest[noun.end() :]
        bound = next((name for name, pattern in AFTER.items() if name != "at least" and pattern.match(late)), "")
    rate = _RATE.match(rest)
    rate_before = _RATE_BEFORE.search(before)
    per = rate["rate"] if rate else ((rate_before["rate"] or rate_before["rate2"]) if rate_before else "")
    return Number(
        literal=literal,
        value=value,
        unit=unit,
        rate=UNITS.get(per.lower(), per.lower()) if per else "",
        bound=bound,
        noun=noun["noun"].lower() if noun else "",
        start=start,
        end=end,
        written=text[start:end],
        spelt=spelt,
    )


def _unit(spelling: str) -> str:
    if spelling in UNITS:
        return UNITS[spelling]
    lower = spelling.lower()
    return "" if any(lower == cased.lower() for cased in CASED_UNITS) else UNITS.get(lower, "")


def _ranges(text: str, found: list[Number]) -> Iterator[Number]:
    """``10-20 ms``: both ends have the unit."""
    for number, after in zip_longest(found, found[1:]):
        joined = after is not None and re.fullmatch(r"\s?(?:-|to|bis|à|a|~|至|到)\s?", text[number.end : after.start])
        yield replace(number, unit=after.unit) if after is not None and joined and not number.unit else number


_HAN = {"零": 0, "〇": 0, **{sign: value for value, sign in enumerate("一二三四五六七八九", 1)}, "两": 2}


def _han(text: str) -> int:
    total = part = digit = 0
    for sign in text:
        if sign in _HAN:
            digit = _HAN[sign]
        elif sign in "十百千":
            part += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            total += (part + digit or 1) * (10**4 if sign == "万" else 10**8)
            part = digit = 0
    return total + part + digit
