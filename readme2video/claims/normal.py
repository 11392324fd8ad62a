"""The normal form: source lines as they are read on a page, typography folded so that like is compared with like."""

# ruff: noqa: RUF001 # typographic characters are what is folded

from __future__ import annotations

import html
import re
import unicodedata

BLOCK = "\n"
"""Stands between blocks; within a block all white space is a single blank."""

CELL = " | "
"""Stands between the cells of a table row."""

OPEN_BOX = "☐"
"""Marks a task that is not done."""

_QUOTES = str.maketrans("“”„‟«»‘’‚‛‹›`´–—―−‐‑‒", '""""""' + "''''" + "''" + "''" + "-" * 7)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_ARABIC_MARKS = {"٬": ",", "٫": "."}
"""Of thousands and of decimals."""

_KEPT_SIGNS = "❌✗✘🚧☐✅✓✔"
SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]*:(?![\w:])")


def fold(text: str) -> str:
    """One spelling for what looks the same: widths, digits of all scripts, quotes, dashes, blanks; emoji dropped."""
    text = SHORTCODE.sub(" ", text)
    text = re.sub(r"[⁻⁰¹²³⁴-⁹]+", lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    text = re.sub(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))", ",", text)
    text = re.sub(r"——|(?<=\w)—(?=\w)", " - ", text)
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return " ".join("".join(map(_folded, text)).split())


def _folded(character: str) -> str:
    if character.isascii():
        return character
    if character in _ARABIC_MARKS:
        return _ARABIC_MARKS[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Cf", "Cc", "Co") or character in "\ufe0e\ufe0f":
        return ""
    if category in ("So", "Sk") and character not in _KEPT_SIGNS:
        return " "
    return character


def plain(source: str) -> str:
    """Lines of a README or of release notes as a reader sees them, without markup, one block a line.

    Markdown, HTML within it and reStructuredText are read; link targets, badges and comments are gone.
    """
    source = re.sub(r"<!--.*?-->|[\ue000\ue001]", " ", source, flags=re.DOTALL)
    blocks: list[str] = []
    fresh = True  # whether the next line begins a block
    for raw in source.split("\n"):
        line = _line(raw)
        if line is None:
            fresh = True
            continue
        text, begins, ends = line
        if fresh or begins or not blocks:
            blocks.append(text)
        else:
            blocks[-1] += " " + text
        fresh = ends
    found = (fold(part) for block in blocks for part in inline(block).split(BLOCK))
    return BLOCK.join(part for part in found if part)


_RULE = re.compile(r"^\s*([-=~^\"'*_+#`:.])\1{2,}\s*$|^\s*(?:=+\s+)+=+\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?\s*)?$")
_FENCE = re.compile(r"^\s*(?:>\s*)*(?:```|~~~)")
_DIRECTIVE = re.compile(r"^\s*\.\.\s+(?:\||[\w-]+::|_)|^\s*:[a-z-]+:(?:\s|$)|^\s*\[[^\]]+\]:\s+\S+")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
QUOTED = re.compile(r"^\s{0,3}(?:>\s?)+")
_ALERT = re.compile(r"^\s*\[!\w+\]\s*")


def _line(raw: str) -> tuple[str, bool, bool] | None:
    """A line without its block marks, whether it begins a block and whether it ends one; None when nothing is read."""
    line = _ALERT.sub("", QUOTED.sub("", raw))
    if not line.strip() or _FENCE.match(line) or _TABLE_RULE.match(line) or _RULE.match(line) or _DIRECTIVE.match(line):
        return None
    if _HEADING.match(line):
        return re.sub(r"\s+#+\s*$", "", _HEADING.sub("", line)), True, True
    if line.lstrip().startswith("|"):
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return CELL.join(cell.strip() for cell in cells), True, True
    item = _ITEM.match(line)
    if item is not None:
        text = line[item.end() :]
        text = re.sub(r"^\[ \]\s+", f"{OPEN_BOX} ", text)
        return re.sub(r"^\[[xX]\]\s+", "", text), True, False
    return line.strip(), False, False


def begins_block(raw: str) -> bool:
    """Whether a line is no continuation of the line above it."""
    line = _line(raw)
    return line is None or line[1]


_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\](?:\((?P<src>[^()\s]*)[^()]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])")
_RST_LINK = re.compile(r"`(?P<text>[^`<]+?)\s*<[^`>]+>`__?")
_RST_ROLE = re.compile(r":[a-z:-]+:(?=`)")
_RST_SUBSTITUTION = re.compile(r"(?<!\w)\|(?! )[\w -]+(?<! )\|(?!\w)")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^>\s]+)>")
_HTML_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|tr|table|div|br|summary|details|blockquote|dd|dt)\b[^>]*>", re.IGNORECASE)
_CELL_TAG = re.compile(r"</(?:td|th)>\s*<(?:td|th)\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")
_STRONG = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|~~")
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BADGE = re.compile(r"shields\.io|/badges?\b|badge\.|/workflows/|/actions/|codecov|coveralls", re.IGNORECASE)


def inline(text: str) -> str:
    """Text of a block without inline markup; what stands in code ticks is left as it is."""
    text = _RST_ROLE.sub("", _RST_LINK.sub(lambda link: link["text"], text))
    kept: list[str] = []

    def keep(code: re.Match[str]) -> str:
        kept.append(code[2].strip())
        return f"\ue000{len(kept) - 1}\ue001"

    text = _CODE.sub(keep, text)
    text = _PICTURE.sub(lambda found: "" if _BADGE.search(found["src"] or "") else found["alt"], text)
    for _ in range(2):  # a picture inside a link, a link inside brackets
        text = _LINK.sub(lambda link: link["text"], text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _HTML_PICTURE.sub(_alternative, text)
    text = TAG.sub("", _BREAK.sub(BLOCK, _CELL_TAG.sub(CELL, text)))
    text = _RST_SUBSTITUTION.sub("", text)
    text = _EMPHASIS.sub("", _STRONG.sub("", _ESCAPE.sub(r"\1", text)))
    text = re.sub(r"::\s*$", ":", text)
    text = html.unescape(text)
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], text)


def _alternative(tag: re.Match[str]) -> str:
    alt = re.search(r"\balt=[\"']([^\"']*)", tag[0])
    return alt[1] if alt and not _BADGE.search(tag[0]) else ""
