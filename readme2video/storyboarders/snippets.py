"""Choosing code to show: the block that shows most, and a window of whole lines if it is long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readme2video.claims.vocabulary import word_set
from readme2video.model.document import CodeBlock, Lines, ReadmeDocument, Section
from readme2video.storyboarders.commands import is_dependency
from readme2video.storyboarders.shell import SHELL_LANGUAGES, shell_lines
from readme2video.storyboarders.words import cells, folded

MOST_LINES = 12
LEAST_LINES = 4
WIDEST = 72

_CONFIGURATION = word_set(
    "yaml yml json json5 jsonc toml ini cfg conf properties env dotenv xml plist dockerfile docker "
    "makefile make nginx editorconfig gitignore diff patch hcl tf terraform"
)
_TEXT = word_set(
    "text txt plain plaintext none output log mermaid plantuml dot graphviz ascii math latex markdown md rst csv"
)
_OPENING = re.compile(
    r"^\s*(?:#(?!\[|include|define|pragma|if)|//|--\s|;;|%|\*|/\*|import\b|from\s+\S+\s+import\b|use\s|using\s|require\b|package\s|#include"
    r"|const\s+.*=\s*require\(|\"use strict\"|'use strict')"
)
_COMMENT = re.compile(r"^\s*(?:#(?!\[|include|define|pragma)|//|--\s|;;|/\*|\*)")
_SECTION_WORTH = {"usage": 5.0, "demo": 5.0, "intro": 4.0, "features": 3.0, "other": 2.0, "api": 1.5, "install": 1.0}


@dataclass(frozen=True)
class Snippet:
    """Code to show, exactly as it stands, and where."""

    code: str
    language: str
    lines: Lines
    section: Section
    block: CodeBlock
    score: float


def section_worth(table: dict[str, float], section: Section) -> float:
    """A section's worth by its kind, or a little less by what it lies under, the introduction excepted."""
    above = "" if section.parent in (None, "intro") else str(section.parent)
    return max(table.get(section.kind, 0.0), 0.8 * table.get(above, 0.0))


def snippets(document: ReadmeDocument, name: str, repository_language: str) -> list[Snippet]:
    """Code worth showing, best first."""
    found = list(_snippets(document, name, repository_language))
    return sorted(found, key=lambda snippet: -snippet.score)


def _snippets(document: ReadmeDocument, name: str, repository_language: str) -> Iterator[Snippet]:
    place = 0
    for section in document.sections:
        worth = section_worth(_SECTION_WORTH, section)
        if not worth:
            continue
        for block in section.blocks:
            if not isinstance(block, CodeBlock) or not _is_code(block):
                continue
            place += 1
            window = _window(block, name)
            if window is None:
                continue
            code, lines, fitness = window
            language = block.language or (repository_language if repository_language not in SHELL_LANGUAGES else "")
            score = worth + fitness - 0.4 * place
            if block.language == "":
                score -= 2.0
            elif block.language in _CONFIGURATION:
                score -= 6.0
            elif repository_language and folded(block.language)[:2] == folded(repository_language)[:2]:
                score += 1.0
            yield Snippet(code, language, lines, section, block, score)


def _is_code(block: CodeBlock) -> bool:
    if block.language in SHELL_LANGUAGES or block.language in _TEXT or is_dependency(block.code):
        return False
    if block.language == "":
        return (
            not shell_lines(block)
            and bool(re.search(r"[=(){};]|->|::", block.code))
            and not re.search(r"[│├└─┌]|\+--", block.code)
        )
    return True


def _window(block: CodeBlock, name: str) -> tuple[str, Lines, float] | None:
    """The best run of whole lines: (code, its lines, how good it is)."""
    lines = block.code.expandtabs(4).split("\n")
    best: tuple[float, int, int] | None = None
    for first in range(len(lines)):
        if not lines[first].strip() or not _begins(lines, first):
            continue
        for last in range(min(first + MOST_LINES, len(lines)) - 1, first, -1):
            if not lines[last].strip() or not _ends(lines, last):
                continue
            fitness = _fitness(lines, first, last, name)
            if fitness is not None and (best is None or fitness > best[0]):
                best = (fitness, first, last)
    if best is None:
        return None
    fitness, first, last = best
    return (
        _dedented(lines[first : last + 1]),
        Lines(first=block.lines.first + first, last=block.lines.first + last),
        fitness,
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _begins(lines: list[str], first: int) -> bool:
    least = min(_indent(line) for line in lines if line.strip())
    return _indent(lines[first]) == least and not re.match(
        r"\s*(?:[)\]}]|else\b|elif\b|except\b|catch\b|finally\b|end\b)", lines[first]
    )


def _ends(lines: list[str], last: int) -> bool:
    """Whether a statement ends here: the block does, or what follows begins anew."""
    rest = [line for line in lines[last + 1 :] if line.strip()]
    if not rest:
        return True
    least = min(_indent(line) for line in lines if line.strip())
    return _indent(rest[0]) == least and not re.match(
        r"\s*(?:[)\]}]|else\b|elif\b|except\b|catch\b|finally\b|end\b|\.)", rest[0]
    )


def _fitness(lines: list[str], first: int, last: int, name: str) -> float | None:
    window = lines[first : last + 1]
    code = "\n".join(window)
    if max(map(len, window)) > WIDEST or max(map(cells, window)) > WIDEST or not _printable(code):
        return None
    if any(code.count(a) != code.count(b) for a, b in ("()", "[]", "{}")):
        return None
    told = [line for line in window if line.strip()]
    telling = [line for line in told if not _OPENING.match(line)]
    if not telling or len(told) < 2 or _COMMENT.match(told[-1]):
        return None
    session = any(line.startswith(">>>") for line in lines)
    if session and (not window[0].startswith(">>>") or (first and lines[first - 1].strip())):
        return None  # the middle of an interactive session leans on what came before
    fitness = 0.25 * len(telling)
    fitness -= 0.0 if len(window) >= LEAST_LINES else 2.5
    fitness -= 0.5 if max(map(len, window)) > 60 else 0.0
    fitness += 1.5 if len(window) == len(lines) else 0.0
    fitness += 0.8 if folded(name) and folded(name) in folded(code) else 0.0
    fitness -= 1.0 if _COMMENT.match(window[0]) and first else 0.0
    fitness -= 0.05 * first
    return fitness


def _printable(code: str) -> bool:
    return all(c == "\n" or c.isprintable() for c in code)


def _dedented(window: list[str]) -> str:
    least = min(_indent(line) for line in window if line.strip())
    return "\n".join(line[least:].rstrip() if line.strip() else "" for line in window)


_IMPORTS = re.compile(
    r"^\s*from\s+(?P<py>[\w.]+)\s+import\s+(?P<pynames>.+)$"
    r"|^\s*import\s+(?P<plain>[\w.]+)(?:\s+as\s+(?P<alias>\w+))?\s*$"
    r"|^\s*import\s+(?P<jsnames>.+?)\s+from\s+[\"'](?P<js>[^\"']+)[\"'];?\s*$"
    r"|^\s*(?:const|let|var)\s+(?P<reqnames>.+?)\s*=\s*require\(\s*[\"'](?P<req>[^\"']+)[\"']\s*\);?\s*$"
    r"|^\s*use\s+(?P<rust>\w+)(?:::(?P<rustnames>.+?))?;\s*$"
)


def focus_lines(code: str, names: Sequence[str]) -> tuple[int, ...]:
    """The line that calls what the code imports from the project, counted from 1; none where that is not one line.

    Args:
        names: The project's names.
    """
    lines = code.split("\n")
    own = {folded(name) for name in names if len(folded(name)) >= 3}
    imported: set[str] = set()
    for line in lines:
        found = _IMPORTS.match(line)
        if found is None:
            continue
        module = next(filter(None, (found["py"], found["plain"], found["js"], found["req"], found["rust"])), "")
        root = folded(re.split(r"[./:]", module.lstrip("@./"))[0])
        if not any(root.startswith(name) or (len(root) >= 4 and name.startswith(root)) for name in own):
            continue
        told = found["pynames"] or found["jsnames"] or found["reqnames"] or found["rustnames"] or ""
        imported.update(name for name in re.findall(r"\w+", re.sub(r"\w+\s+as\s+", "", told)) if len(name) > 1)
        imported.update(filter(None, [found["alias"] or (found["plain"] or "").split(".")[0]]))
    calls = [
        number
        for number, line in enumerate(lines, 1)
        if _IMPORTS.match(line) is None
        and not _COMMENT.match(line)
        and any(re.search(rf"(?<![\w.]){re.escape(name)}(?:\.\w+)*!?\(", line) for name in imported)
    ]
    return (calls[0],) if len(calls) == 1 and len(lines) >= LEAST_LINES else ()
