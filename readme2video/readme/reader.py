"""The engine of the first stage: README bytes in, document out."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath

from readme2video.engine import Work
from readme2video.errors import SourceError
from readme2video.model.document import ReadmeDocument
from readme2video.model.record import Finding, Stage
from readme2video.model.source import PinnedSource
from readme2video.readme.document import compose, tells_something
from readme2video.readme.limits import Cut, shorten, shorten_markdown, split_lines
from readme2video.readme.markdown import read_markdown
from readme2video.readme.outline import Outline
from readme2video.readme.restructured import read_restructured
from readme2video.readme.text import SIZE_LIMIT_BYTES, decode, normalise
from readme2video.readme.translate import asciidoc_to_markdown, org_to_markdown, plain_to_markdown
from readme2video.readme.unseen import MARKDOWN, RESTRUCTURED

_ASCIIDOC = {".adoc", ".asciidoc", ".asc"}
_PLAIN = {"", ".txt", ".text"}
_RESTRUCTURED_LINES = 5_000  # docutils takes longer over a line than the Markdown parser
_RESTRUCTURED_CHARACTERS = 4_000
_LARGE_FILE_POINTER = "version https://git-lfs.github.com/spec/"


class Reader:
    """Parses a pinned README; nothing in it is run, fetched or evaluated."""

    stage: Stage = "read"
    fingerprint = "readme/1"
    output = ReadmeDocument
    parallel = 2

    async def perform(self, request: PinnedSource, work: Work) -> ReadmeDocument:
        """Decode and parse in a thread.

        Raises:
            SourceError: The README is empty, not text or says nothing.
        """
        return await asyncio.to_thread(self._read, request, work)

    @staticmethod
    def _read(request: PinnedSource, work: Work) -> ReadmeDocument:
        with work.path(request.readme).open("rb") as file:
            text, findings = decode(file.read(SIZE_LIMIT_BYTES + 1))
        document = parse_readme(text, request.readme_path)
        if request.truncated and not any(finding.rule == "readme-size" for finding in findings):
            message = "The README is longer than 512 KiB; only the beginning is used."
            findings = (*findings, Finding(level="warning", rule="readme-size", message=message))
        return document.model_copy(update={"findings": (*findings, *document.findings)})


def parse_readme(text: str, path: str) -> ReadmeDocument:
    """Parse a README into sections, blocks, badges, pictures and links, each with its source lines.

    Args:
        text: The decoded file.
        path: Its path inside the repository; the suffix decides the format, unknown ones are read as plain text.

    Raises:
        SourceError: It is empty, a Git LFS pointer, or has no words to make a film from.
    """
    text, findings = normalise(text)
    if not text.strip():
        raise SourceError("The README is empty.", hint="Write a heading and a sentence, then run the command again.")
    if text.startswith(_LARGE_FILE_POINTER):
        raise SourceError(
            "The README is a Git LFS pointer, not the file itself.",
            hint="Run `git lfs pull`, or keep the README outside LFS.",
        )
    lines = split_lines(text)
    outline = Outline(last_line=len(lines), findings=findings)
    _fill(outline, lines, PurePosixPath(path).suffix.lower())
    if not tells_something(outline):
        first = outline.links[0].href if outline.links else ""
        raise SourceError(
            "There is nothing to tell: the README has no words beside badges, images and links.",
            hint=f"It links to {first}; point at that file." if first else "Write a heading and a sentence about it.",
        )
    return compose(outline, path)


def _fill(outline: Outline, lines: list[str], suffix: str) -> None:
    if suffix in RESTRUCTURED:
        cut = shorten(lines, _RESTRUCTURED_LINES, _RESTRUCTURED_CHARACTERS)
        if read_restructured(cut.lines, outline):
            outline.findings += cut.findings
            return
        outline.say("readme-format", "The reStructuredText could not be parsed; it was read as plain text.")
        suffix = ".txt"
    if suffix in MARKDOWN:
        cut = shorten_markdown(lines)
    else:
        shortened = shorten(lines)
        translated = _translate(shortened.lines, suffix)
        cut = shorten_markdown(translated)
        cut = Cut(cut.lines, cut.cut_rows, [*shortened.findings, *cut.findings])
        if suffix not in _PLAIN | _ASCIIDOC | {".org"}:
            message = f"{suffix} is not a format that is understood; it was read as plain text."
            cut.findings.append(Finding(level="info", rule="readme-format", message=message))
    outline.findings += cut.findings
    read_markdown(cut, outline)


def _translate(lines: list[str], suffix: str) -> list[str]:
    if suffix in _ASCIIDOC:
        return asciidoc_to_markdown(lines)
    if suffix == ".org":
        return org_to_markdown(lines)
    return plain_to_markdown(lines)
