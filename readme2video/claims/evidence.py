"""What a film may say: the texts it may cite, the parsed README, the facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from readme2video.claims.claim import Fault
from readme2video.claims.clauses import Sentence, sentences
from readme2video.claims.normal import OPEN_BOX, begins_block, fold, plain
from readme2video.claims.vocabulary import PLANS
from readme2video.model.brief import Brief, SourceText
from readme2video.model.document import ReadmeDocument, Table
from readme2video.model.source import RepositoryFacts

_ENGLISH = frozenset(
    ["the", "and", "of", "to", "in", "is", "for", "with", "that", "it", "you", "your", "are", "this", "a", "an"]
)
LONGEST_SPAN = 40
"""Lines a string may cite. In a whole README there is a word for everything, and it says nothing of where."""

_UNCITABLE = ("private", "origins")


@dataclass(frozen=True)
class Passage:
    """A span as it is read, with the paragraph it was cut from.

    Attributes:
        source: As in the storyboard.
        text: The span in normal form.
        around: The whole paragraphs it stands in, in normal form; ``begin`` and ``end`` say where the span is.
        heading: The heading it stands below if that announces plans, else "".
        rows: The tables' rows among its lines.
    """

    source: str
    text: str
    around: str
    begin: int
    end: int
    heading: str = ""
    rows: tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A row of a table, and the table's header and first column, all in normal form."""

    cells: tuple[str, ...]
    header: tuple[str, ...]
    first_column: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What a film may say.

    Attributes:
        texts: The README first, then release notes and the changelog's section.
        project: The project's name as shown.
    """

    texts: tuple[SourceText, ...]
    document: ReadmeDocument
    facts: RepositoryFacts
    project: str

    @classmethod
    def of(cls, brief: Brief, project: str) -> Evidence:
        """The evidence a brief holds."""
        return cls(brief.texts, brief.document, brief.facts, project)

    def span(self, source: str) -> str | None:
        """The text a source points at: lines or a fact's value; None when it points nowhere."""
        if source.startswith("fact:"):
            return self.fact(source.removeprefix("fact:"))
        found = self.at(source)
        return "\n".join(found[0].lines[found[1] : found[2]]) if found else None

    def fact(self, name: str) -> str | None:
        """A fact's value as text; None when it is not known or no fact to be shown."""
        value = getattr(self.facts, name, None) if name in RepositoryFacts.model_fields else None
        if name in _UNCITABLE or value is None or value in ("", ()):
            return None
        if name == "release":
            return str(value.tag)
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def missing(self, source: str) -> Fault | None:  # noqa: PLR0911 # one rule a line
        """Why a source points nowhere, or everywhere; None when it points somewhere, or needs to point nowhere."""
        found = self.at(source)
        if found is not None and found[2] - found[1] > LONGEST_SPAN:
            return Fault(
                "source-lines", f"{source} is too much to cite; name the lines that say it, at most {LONGEST_SPAN}"
            )
        if source in ("copy", "author") or self.span(source) is not None:
            return None
        if source.startswith("fact:"):
            name = source.removeprefix("fact:")
            known = [field for field in RepositoryFacts.model_fields if field not in _UNCITABLE]
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                return Fault("source-fact", f"there is no fact {name!r}{hint}")
            return Fault("source-fact", f"the fact {name!r} is not known for this repository")
        file, _, span = source.rpartition(":")
        text = next((text for text in self.texts if text.name == file), None)
        if text is None:
            named = " or ".join(text.name for text in self.texts) or self.document.path
            return Fault("source-file", f"{source} is not in {named}, which this film is made from")
        first, _, last = span.partition("-")
        if int(last or first) < int(first):
            return Fault("source-lines", f"{source} ends before it begins")
        if int(first) < text.first:
            return Fault("source-lines", f"{source} lies before the first line that may be cited, {text.first}")
        end = text.first + len(text.lines) - 1
        return Fault("source-lines", f"{source} lies beyond the last line, {end}")

    def passage(self, source: str) -> Passage | None:
        """The span of a source as it is read; None when it points nowhere."""
        found = self.at(source)
        if found is None:
            value = self.span(source)
            if value is None:
                return None
            text = fold(value)
            return Passage(source, text, text, 0, len(text))
        cited, first, last = found
        lines = cited.lines
        start, stop = first, last
        while start > 0 and not begins_block(lines[start]) and lines[start - 1].strip():
            start -= 1
        while stop < len(lines) and lines[stop].strip() and not begins_block(lines[stop]):
            stop += 1
        around = plain("\n".join(lines[start:stop]))
        begin = len(plain("\n".join(lines[start:first])))
        return Passage(
            source=source,
            text=plain("\n".join(lines[first:last])),
            around=around,
            begin=begin,
            end=len(around) - len(plain("\n".join(lines[last:stop]))),
            heading=self._plans(cited, first),
            rows=self._rows(cited, first, last),
        )

    @cached_property
    def comma_is_decimal(self) -> bool:
        """Whether the texts write ``1,5`` where English writes ``1.5``."""
        whole = "\n".join("\n".join(text.lines) for text in self.texts)
        commas = len(re.findall(r"(?<![\d.,])\d+,\d{1,2}(?![\d,])", whole))
        return commas > len(re.findall(r"(?<![\d.,])\d+\.\d{1,2}(?![\d.])", whole))

    @cached_property
    def english(self) -> bool:
        """Whether the README is in English, told from its small words."""
        if self.document.language != "en" or not self.texts:
            return self.document.language == "en"
        told = re.findall(r"[^\W\d_]+", plain("\n".join(self.texts[0].lines)).lower())[:5000]
        return len(told) < 12 or sum(word in _ENGLISH for word in told) >= 0.08 * len(told)

    def speaks(self, language: str) -> bool:
        """Whether the README is written in this language, as far as its script and small words tell."""
        script = self.document.language
        if script not in ("en", "und"):
            return language.split("-", maxsplit=1)[0] == script
        return script == "und" or self.english == language.startswith("en")

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Words that mean the project itself, in lower case."""
        whole = {self.facts.name, self.document.title}
        shown = fold(self.project).lower()
        if any(shown in fold(line).lower() for text in self.texts for line in text.lines):
            whole.add(self.project)  # a storyboard may not call the project by another's name
        if self.facts.shown_name:
            whole.add(self.facts.shown_name)
        if self.facts.owner:
            whole.add(f"{self.facts.owner}/{self.facts.name}")
        found = {fold(name).lower() for name in whole if name.strip()}
        for name in whole - {self.document.title}:
            found.update(part for part in re.split(r"[\s/]+", fold(name).lower()) if len(part) > 2)
        return frozenset(found)

    @cached_property
    def everything(self) -> tuple[Sentence, ...]:
        """All sentences and facts an author may draw on; plans are none."""
        found: list[Sentence] = []
        for text in self.texts:
            kept = [
                line if OPEN_BOX not in plain(line) and not self._plans(text, number) else ""
                for number, line in enumerate(text.lines)
            ]
            found += sentences(plain("\n".join(kept)), comma_is_decimal=self.comma_is_decimal)
        for name in RepositoryFacts.model_fields:
            value = self.fact(name)
            if value:
                found += sentences(fold(f"{name} {value}"), comma_is_decimal=self.comma_is_decimal)
        return tuple(found)

    def at(self, source: str) -> tuple[SourceText, int, int] | None:
        """The text a source names, and its lines as a half-open range of that text; None when it points nowhere."""
        file, _, span = source.rpartition(":")
        text = next((text for text in self.texts if text.name == file), None)
        if text is None or not re.fullmatch(r"\d+(?:-\d+)?", span):
            return None
        first, _, last = span.partition("-")
        begin, end = int(first) - text.first, int(last or first) - text.first + 1
        return (text, begin, end) if 0 <= begin < end <= len(text.lines) else None

    def _plans(self, text: SourceText, line: int) -> str:
        """The heading above a line, of any level, that announces plans; "" when there is none or the task is done."""
        if re.match(r"\s*[-*+]\s+\[[xX]\]", text.lines[line]):
            return ""
        return next((title for title in self.headings(text, line) if is_plans(title)), "")

    def headings(self, text: SourceText, line: int) -> list[str]:
        """The headings a line stands below, the nearest first.

        Args:
            line: Its place in ``text.lines``.
        """
        if text.name == self.document.path:
            number, above, chain = line + text.first, 99, []
            for section in reversed(self.document.sections):
                if section.lines.first <= number and 0 < section.level < above:
                    chain.append(section.title)
                    above = section.level
            return chain
        chain, above = [], 99
        for raw in reversed(text.lines[: line + 1]):
            mark = re.match(r"\s{0,3}(#{1,6})\s+(.+)", raw)
            if mark is not None and len(mark[1]) < above:
                chain.append(mark[2])
                above = len(mark[1])
        return chain

    def _rows(self, text: SourceText, first: int, last: int) -> tuple[TableRow, ...]:
        if text.name != self.document.path:
            return ()
        wanted = range(first + text.first, last + text.first)
        return tuple(
            TableRow(tuple(map(fold, row)), tuple(map(fold, table.header)), tuple(fold(r[0]) for r in table.rows if r))
            for table in self._tables
            for row, number in zip(table.rows, table.row_lines, strict=False)
            if number in wanted
        )

    @cached_property
    def _tables(self) -> tuple[Table, ...]:
        return tuple(block for part in self.document.sections for block in part.blocks if isinstance(block, Table))


def is_plans(heading: str) -> bool:
    """Whether a heading announces what is not there yet; longer ones tell something else."""
    return len(heading.split()) <= 5 and PLANS.search(heading) is not None
