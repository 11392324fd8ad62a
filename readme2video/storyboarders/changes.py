"""What release notes or a CHANGELOG say has changed, item by item, each cut to a quote that can stand alone."""

# ruff: noqa: RUF001 # typographic punctuation is what is matched

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from readme2video.model.document import CodeBlock, Lines, ListBlock, ListItem, Paragraph, Quote, Section
from readme2video.storyboarders.material import Material, heading_text
from readme2video.storyboarders.words import bare, clean, folded, sentences, shortened, without_emoji, word_count

Kind = Literal["breaking", "added", "changed", "security", "fixed", "minor"]

STATEMENT_CELLS = 100
_LONGEST = 400  # characters of an item that are looked at
_SENTENCES = 3
_MOST = 120  # changes of one text that are looked at

_HEADINGS: tuple[tuple[Kind | None, re.Pattern[str]], ...] = (
    (
        None,  # says nothing of the project
        re.compile(
            r"contributors?\b|thanks|thank you|credits|acknowledg|sponsors?\b|checksums?|sha256|downloads?|assets"
            r"|artifacts|binaries|docker images|unreleased|full changelog|links|贡献者|致谢|コントリビュータ|感謝",
            re.IGNORECASE,
        ),
    ),
    (
        "breaking",
        re.compile(
            r"breaking|incompatib|backwards?.compat|💥|破壊的|破坏性|不兼容|инкомпат|несовместим", re.IGNORECASE
        ),
    ),
    (
        "minor",
        re.compile(
            r"^(?:\W*)(?:internal|dependenc|deps\b|maintenance|housekeeping|chores?\b|ci\b|build|tests?\b|testing|refactor|style"
            r"|docs?\b|documentation|misc|under the hood|development|dev\b|文档|ドキュメント|依赖|内部)",
            re.IGNORECASE,
        ),
    ),
    (
        "security",
        re.compile(r"security|vulnerab|\bcves?\b|🔒|安全|セキュリティ|sicherheit|sécurité|seguridad", re.IGNORECASE),
    ),
    (
        "fixed",
        re.compile(
            r"\bfix|bugs?\b|🐛|🐞|🩹|修复|修正|バグ|behoben|fehler|correc|corregid|исправл|버그|수정|إصلاح|תיקונ",
            re.IGNORECASE,
        ),
    ),
    (
        "added",
        re.compile(
            r"\badd(?:ed|itions?)\b|\bnew\b|features?|✨|🚀|🎉|新增|新功能|追加|新機能|hinzugefügt|\bneu|nouveau|ajout|añadid|novedad"
            r"|adicionad|novidad|добавлен|нов[оы]|추가|새로운|جديد|חדש",
            re.IGNORECASE,
        ),
    ),
    (
        "changed",
        re.compile(
            r"chang|improve|enhance|performance|optimi|deprecat|removed|removal|updated|⚡|变更|改进|优化|変更|改善|geändert"
            r"|verbesser|modifi|amélior|cambi|mejor|alterad|измен|улучш|변경|개선",
            re.IGNORECASE,
        ),
    ),
)
_PLAIN_HEADING = re.compile(
    r"\W*(?:new|new features?|features?|added|add|additions?|changed|changes|what'?s (?:new|changed)|fix(?:e[sd])?"
    r"|bug ?fix(?:es)?|bugs?|improvements?|enhancements?|improved|performance|security|breaking|breaking changes?|other"
    r"|other changes|misc\w*"
    r"|smaller things|notes?|release notes|highlights|upgrading|upgrade|upgrade notes|migration|migrating|installation"
    r"|install|summary|overview|changelog|removed|deprecated|deprecations?|updated?|known issues|examples?|usage)\W*",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(r"upgrad|migrat|install|usage|examples?|known issues|how to", re.IGNORECASE)
_NEUTRAL = re.compile(
    r"\W*(?:what'?s changed|changes|other(?: changes)?|changelog|all changes|commits)\W*", re.IGNORECASE
)
_COMMIT = re.compile(r"(?P<type>[a-z]{2,12})(?:\((?P<scope>[^()]{1,40})\))?(?P<bang>!)?:\s+")
_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("feat", "feature"), "added"),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), "fixed"),
    **dict.fromkeys(("perf", "improvement", "refactor", "revert"), "changed"),
    **dict.fromkeys(("chore", "ci", "build", "docs", "doc", "test", "tests", "style", "deps", "release"), "minor"),
}
_VERBS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "minor",
        re.compile(
            r"(?:bump|upgrade|update|pin|merge|release|prepare)s?d?\s+(?:\S+ from |dependenc|deps\b|the dependenc"
            r"|branch|version|(?:the )?readme|changelog|pull request|copyright|docs\b)"
            r"|(?:fix(?:es|ed)?\s+)?(?:a\s+)?typos?\b|\[?pre-commit|lint\b|ci\b",
            re.IGNORECASE,
        ),
    ),
    (
        "fixed",
        re.compile(
            r"(?:fix(?:e[sd]|ing)?|resolve[sd]?|correct(?:s|ed)?|prevent(?:s|ed)?|repair(?:s|ed)?|avoid(?:s|ed)?)\b"
            r"|.{0,60}\b(?:no longer (?:crash|fail|hang|raise|throw|leak|lose)\w*|was fixed|were fixed)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "added",
        re.compile(
            r"(?:add(?:s|ed|ing)?|new\b|introduc(?:e[sd]?|ing)|support(?:s|ed)?\b|implement(?:s|ed)?|allow(?:s|ed)?|enable[sd]?)\b",
            re.IGNORECASE,
        ),
    ),
)
_BREAKING = re.compile(r"[\W_]*(?:\[?\(?breaking(?:[- ]changes?)?\)?\]?)\s*[:!–—-]\s*", re.IGNORECASE)
_HASH = r"\b(?=[0-9a-f]{0,39}\d)(?=[0-9a-f]{0,39}[a-f])[0-9a-f]{7,40}\b"
_REFERENCE = rf"(?:(?:[\w.-]+/[\w.-]+)?#\d+|GH-\d+|!\d+|{_HASH}|https?://\S+)"
_PERSON = r"@[\w-]+(?:\[bot\])?"
_BEFORE = re.compile(
    rf"\s*(?:[\[(]?{_REFERENCE}[\])]?\s*[:,–—-]*\s+|[\[(]{_REFERENCE}[\])]\s*|thanks\s[^!]{{1,80}}!\s*[-–—]?\s*|[-–—*•·]\s+)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s*(?:[,;:–—-]\s*)?(?:\((?=[^()]*(?:{_REFERENCE}|{_PERSON}|thanks))[^()]{{0,200}}\)|\[{_REFERENCE}\]|\(\[?{_REFERENCE}\]?\)"
    rf"|\b(?:by|via|from|thanks(?:\s+to)?|courtesy of|and)\s+{_PERSON}|\bin\s+{_REFERENCE}"
    rf"|\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see|cc|issues?|pr|pull request)[:\s]\s*{_REFERENCE}"
    rf"|{_REFERENCE}|{_PERSON})[\s.,;!]*$",
    re.IGNORECASE,
)
_NOBODYS = re.compile(r"made (?:their|his|her) first contribution|^full changelog\b|\[redacted\]", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        text: What it says in one line, a quote.
        title: A short opening that may stand alone, or "".
        detail: What follows the title, or "".
    """

    kind: Kind
    text: str
    title: str
    detail: str
    lines: Lines
    source: str

    @property
    def told(self) -> bool:
        """Whether it begins with a verb of its own, as ``Fixes a crash``, so that it needs no label."""
        return any(pattern.match(self.text) for _, pattern in _VERBS)


def changes(material: Material) -> list[Change]:
    """All changes a text tells, in its order, each once. Minor ones only where there are no others.

    Args:
        material: Made ready from the text's own document.
    """
    found: list[Change] = []
    seen: set[str] = set()
    for change in islice(_changes(material), _MOST):
        if folded(change.text) not in seen:
            seen.add(folded(change.text))
            found.append(change)
    major = [change for change in found if change.kind != "minor"]
    return major or found


def kind_of_heading(title: str) -> tuple[bool, Kind | None]:
    """Whether a heading sorts what is below it, and into which kind; None for what is no change at all."""
    if not _NEUTRAL.fullmatch(title):
        for kind, pattern in _HEADINGS:
            if pattern.search(title):
                return True, kind
    return False, "changed"


def own_heading(section: Section) -> str:
    """A heading that tells something itself, or ""."""
    text = heading_text(section.title)
    return "" if not text or _PLAIN_HEADING.fullmatch(text) or re.search(r"\d+\.\d+", text) else text


def _changes(material: Material) -> Iterator[Change]:
    above: list[tuple[int, bool, Kind | None]] = []
    for section in material.brief.document.sections:
        above = [entry for entry in above if entry[0] < section.level]
        sorted_here, kind = kind_of_heading(section.title)
        if not sorted_here and above and not _NEUTRAL.fullmatch(section.title):
            sorted_here, kind = above[-1][1], above[-1][2]
        above.append((section.level, sorted_here, kind))
        if kind is None:
            continue
        lists = [block for block in section.blocks if isinstance(block, ListBlock)]
        for block in lists:
            for item in block.items:
                yield from _of_item(material, item, kind, sorted_here=sorted_here)
        if not lists:
            yield from _of_prose(material, section, kind, sorted_here=sorted_here)


def _of_item(material: Material, item: ListItem, kind: Kind, *, sorted_here: bool) -> Iterator[Change]:
    lead, rest = item.lead or "", item.rest
    if lead and (re.match(r"(?:the|an?)\s", lead, re.IGNORECASE) or _ready(lead)[0]):
        lead = ""
    if re.fullmatch(r"[a-z][a-z0-9_/.-]{0,19}(?:\([^()]*\))?!?", lead):
        lead = ""  # ``feat(cli)`` or a package: no title
        found, body = _ready(item.text)
        if not found and item.lead and re.fullmatch(r"[a-z][\w/.-]*", item.lead):
            body = _ready(rest)[1]
    else:
        found, body = _ready(item.text)
    yield from _change(
        material,
        body,
        found or (kind if sorted_here else _by_verb(body) or kind),
        item.lines,
        title=_trimmed(lead),
        detail=_trimmed(rest) if lead else "",
    )


def _of_prose(material: Material, section: Section, kind: Kind, *, sorted_here: bool) -> Iterator[Change]:
    """A section of prose: its heading is the change, or its first sentences are."""
    texts = [block for block in section.blocks if isinstance(block, (Paragraph, Quote))]
    heading = own_heading(section) if section.level else ""
    if heading and not (sorted_here and kind_of_heading(section.title)[0]):
        first = next((block for block in texts if not block.text.endswith((":", "："))), None)
        code = any(isinstance(block, CodeBlock) for block in section.blocks)
        if first is None and not code and not texts:
            return  # a heading over other headings
        lines = Lines(first=section.lines.first, last=first.lines.last if first is not None else section.lines.first)
        detail = _trimmed(sentences(clean(first.text))[0]) if first is not None and sentences(first.text) else ""
        yield from _change(material, _trimmed(heading), kind, lines, title=_trimmed(heading), detail=detail)
        return
    count, plain = 0, section.level > 1 and not heading
    if plain and _INSTRUCTS.search(section.title):
        return
    for block in texts:
        for sentence in sentences(clean(block.text)[:_LONGEST]):
            found, body = _ready(sentence)
            # An opening tells what the release is about; only what it says is a change is one.
            told = found or (kind if sorted_here or plain else None) or _by_verb(body)
            if told is not None and count < _SENTENCES:
                count += 1
                yield from _change(material, body, told, block.lines, title="", detail="")


def _change(material: Material, body: str, kind: Kind, lines: Lines, *, title: str, detail: str) -> Iterator[Change]:
    if _NOBODYS.search(body):
        return
    text = statement(material, body)
    if title and (text is None or folded(text) != folded(body)):
        text = statement(material, title)  # cut at its colon it tells less than its title
    if text is None:
        return
    yield Change(kind, text, title, "" if _NOBODYS.search(detail) else detail, lines, material.at(lines))


def statement(material: Material, text: str, width: int = STATEMENT_CELLS) -> str | None:
    """The beginning of a text as one line on screen, or None when it cannot be cut to one."""
    read_s = 9.0 if material.language in ("ja", "zh") else 6.5
    cut = shortened(text, material.language, width=width, read_s=read_s, least=3)
    wide = cut is not None and not cut.isascii() and len(cut) >= 4
    return material.capital(cut) if cut is not None and (wide or word_count(cut) >= 2) else None


def _ready(text: str) -> tuple[Kind | None, str]:
    """An item without its marks, and the kind that they tell."""
    text = without_emoji(clean(text)[:_LONGEST])
    kind: Kind | None = None
    for _ in range(4):  # several marks may stand before one item
        if match := _BREAKING.match(text):
            kind, text = "breaking", text[match.end() :]
        elif (match := _COMMIT.match(text)) and match["type"] in _TYPES:
            kind = "breaking" if match["bang"] or kind == "breaking" else _TYPES[match["type"]]
            text = text[match.end() :]
        elif match := _BEFORE.match(text):
            text = text[match.end() :]
        else:
            break
        text = without_emoji(text)
    return kind, _trimmed(text)


def _trimmed(text: str) -> str:
    """Without who did it and where it was discussed."""
    text = clean(text)[:_LONGEST]
    for _ in range(8):
        match = _AFTER.search(text)
        if match is None:
            break
        text = text[: match.start()]
    return without_emoji(bare(text) if not text.endswith((".", "!")) else text)


def _by_verb(text: str) -> Kind | None:
    return next((kind for kind, pattern in _VERBS if pattern.match(text)), None)
