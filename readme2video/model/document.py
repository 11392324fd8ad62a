"""A README as structure, every node with the lines it came from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from readme2video.model.record import Finding, Record

SectionKind = Literal[
    "intro",
    "problem",
    "features",
    "demo",
    "usage",
    "install",
    "benchmark",
    "api",
    "configuration",
    "faq",
    "contributing",
    "licence",
    "credits",
    "other",
]
"""What a section is for, told from its heading; ``intro`` is everything before the first sub-heading."""


class Lines(Record):
    """A span of source lines: 1-based, both ends included."""

    first: int = Field(ge=1)
    last: int = Field(ge=1)


class Link(Record):
    """A link as written; ``href`` is text and is never followed."""

    text: str
    href: str
    lines: Lines


class Picture(Record):
    """An image of the README, or a video that its page plays.

    Attributes:
        src: As written: a path inside the repository or a URL.
        dark_src: The source for dark mode from a ``<picture>``, or None.
        alt: Alternative text, possibly empty.
        video: Whether it was given as a video. Whether it moves is told by its bytes.
    """

    kind: Literal["image"] = "image"
    src: str
    dark_src: str | None = None
    alt: str = ""
    href: str | None = None
    video: bool = False
    lines: Lines


class Badge(Record):
    """A status image set apart from the content."""

    src: str
    alt: str
    href: str | None
    lines: Lines


class Paragraph(Record):
    """Plain text with markup removed, white space folded to single blanks."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    lines: Lines


class Quote(Record):
    """A block quote; ``alert`` is GitHub's alert type (note, tip, important, warning, caution) if it is one."""

    kind: Literal["quote"] = "quote"
    text: str
    alert: str | None = None
    lines: Lines


class ListItem(Record):
    """One list item, nested items folded away.

    Attributes:
        text: The whole first paragraph, plain.
        lead: The bold or linked opening, or the part before a colon or dash; None when there is none.
        rest: What follows the lead, without the separator; equals ``text`` when there is no lead.
        checked: For task list items, whether the box is ticked.
    """

    text: str
    lead: str | None = None
    rest: str
    checked: bool | None = None
    lines: Lines


class ListBlock(Record):
    """A bullet or numbered list."""

    kind: Literal["list"] = "list"
    ordered: bool
    items: tuple[ListItem, ...]
    lines: Lines


class CodeBlock(Record):
    """A code block, text exactly as written, without the closing line break.

    Attributes:
        language: The first word of the info string in lower case, or "".
        lines: The lines of the code itself, fences excluded.
    """

    kind: Literal["code"] = "code"
    language: str
    code: str
    lines: Lines


class Table(Record):
    """A table cut to at most 20 rows and 8 columns; ``truncated`` says that more stood there.

    Attributes:
        row_lines: The source line of each kept row.
    """

    kind: Literal["table"] = "table"
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_lines: tuple[int, ...]
    truncated: bool = False
    lines: Lines


Block = Annotated[Paragraph | Quote | ListBlock | CodeBlock | Table | Picture, Field(discriminator="kind")]


class Section(Record):
    """A heading and the blocks up to the next heading of any level.

    Attributes:
        level: 1 to 6; 0 for the text before the first heading.
        title: Plain heading text; "" for level 0.
        parent: Kind of the nearest enclosing section of a higher level, so that ``### macOS`` below
            ``## Installation`` still counts as install.
    """

    level: int = Field(ge=0, le=6)
    title: str
    kind: SectionKind
    parent: SectionKind | None = None
    blocks: tuple[Block, ...]
    lines: Lines


class ReadmeDocument(Record):
    """A parsed README.

    Attributes:
        path: Path inside the repository, as ``README.md``; line numbers refer to it.
        title: The project's name as set in the README, or "" if it gives none.
        title_lines: Where the title stands; None when ``title`` is "".
        tagline: The first sentence or two that say what it is, or None.
        language: Main script of the text: ``en`` (Latin), ``zh``, ``ja``, ``ko``, ``ar``, ``he`` or ``und``.
        line_count: Lines of the file as read.
        findings: What was cut, cleaned or odd.
    """

    path: str
    title: str
    title_lines: Lines | None
    tagline: Paragraph | None
    sections: tuple[Section, ...]
    badges: tuple[Badge, ...]
    pictures: tuple[Picture, ...]
    links: tuple[Link, ...]
    language: str
    line_count: int
    findings: tuple[Finding, ...] = ()
