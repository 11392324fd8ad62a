"""What is written about a release, cleaned like a README and parsed like one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from readme2video.errors import SourceError
from readme2video.model.brief import ReleaseNews, SourceText
from readme2video.model.document import CodeBlock, Lines, ListBlock, ReadmeDocument, Table
from readme2video.model.record import Artifact, Record
from readme2video.model.source import ChangelogSection, PinnedRelease
from readme2video.readme.reader import parse_readme
from readme2video.readme.text import cited_text

NOTES = "release"
"""The name of the release notes in sources, as in ``release:3``."""


def read_news(release: PinnedRelease, path: Callable[[Artifact], Path]) -> ReleaseNews:
    """Clean and parse the texts about a release. Takes milliseconds; nothing in the texts is run or fetched.

    Args:
        path: Where an artifact's bytes lie.
    """
    notes = changelog = None
    documents: list[ReadmeDocument] = []
    if release.notes is not None:
        notes = _cited(path(release.notes).read_bytes(), NOTES)
        documents += _parsed("\n".join(notes.lines), NOTES, ".md", 0)
    if release.changelog is not None:
        changelog, document = _section(release.changelog, path)
        documents += document
    documents.sort(key=_told, reverse=True)
    return ReleaseNews(
        tag=release.tag,
        published_on=release.published_on,
        previous_tag=release.previous_tag,
        notes=notes,
        changelog=changelog,
        documents=tuple(documents),
    )


def _cited(data: bytes, name: str) -> SourceText:
    try:
        return cited_text(data, name)
    except SourceError:
        what = "release notes are" if name == NOTES else f"part of {name} on this release is"
        raise SourceError(f"The {what} not text.", hint="Write them as Markdown.") from None


def _section(section: ChangelogSection, path: Callable[[Artifact], Path]) -> tuple[SourceText, list[ReadmeDocument]]:
    whole = _cited(path(section.text).read_bytes(), section.path)
    count = section.lines.last - section.lines.first + 1
    text = whole.model_copy(update={"lines": whole.lines[:count], "first": section.lines.first})
    suffix = PurePosixPath(section.path).suffix.lower()
    # Parsed with the definitions of its links; these are no lines of it and tell nothing.
    return text, _parsed("\n".join(whole.lines), section.path, suffix, section.lines.first - 1)


def _parsed(text: str, name: str, suffix: str, shift: int) -> list[ReadmeDocument]:
    """The text's structure with line numbers of the file it is from; nothing when it has no words."""
    try:
        document = parse_readme(text, f"release{suffix}")
    except SourceError:
        return []
    return [_shifted(document, shift).model_copy(update={"path": name, "findings": ()})]


def _shifted(document: ReadmeDocument, by: int) -> ReadmeDocument:
    moved = _moved(document, by)
    if not isinstance(moved, ReadmeDocument):
        raise TypeError(moved)
    return moved.model_copy(update={"line_count": document.line_count + by})


def _moved(value: object, by: int) -> object:
    """A record with all line numbers in it shifted."""
    if isinstance(value, Lines):
        return Lines(first=value.first + by, last=value.last + by)
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if not isinstance(value, Record):
        return value
    update = {name: _moved(getattr(value, name), by) for name in type(value).model_fields}
    if isinstance(value, Table):
        update["row_lines"] = tuple(line + by for line in value.row_lines)
    return value.model_copy(update=update)


def _told(document: ReadmeDocument) -> float:
    """How much people wrote: a list that a tool made of titles of pull requests tells less than sentences do."""
    items = [
        item.text
        for section in document.sections
        for block in section.blocks
        if isinstance(block, ListBlock)
        for item in block.items
    ]
    generated = sum(" by @" in text and " in " in text for text in items)
    words = sum(
        len(getattr(block, "text", "").split())
        for section in document.sections
        for block in section.blocks
        if not isinstance(block, CodeBlock)
    )
    own = [text for text in items if " by @" not in text]
    return words + sum(len(text.split()) for text in own) + 0.1 * generated
