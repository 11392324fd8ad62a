"""A README as structure, every node with the lines it came from, and the facts known about its repository."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from readme2video.model.picture import Footage, Frame
from readme2video.model.record import Artifact, Finding, Record
from readme2video.model.scene import Scene
from readme2video.model.vocabulary import Style

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


class Release(Record):
    """A published release."""

    tag: str
    name: str = ""
    published_on: str = ""
    """Date as ``YYYY-MM-DD``."""


class RepositoryFacts(Record):
    """What is known about a repository beside its README. A string on screen may cite ``fact:<field name>``.

    Attributes:
        release: The newest release, or the one the film is about.
        release_name: Name of the release the film is about, if it says more than the tag.
        released_on: Date of that release exactly as published.
        released: Its tag and date as one line, as ``v1.2.0 · 2026-01-02``.
        shown_name: The project's name as its settings file wants it shown.
        origins: For each known field, where it was read: a file name or "GitHub".
    """

    owner: str | None = None
    name: str
    description: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    licence: str | None = None
    stars: int | None = None
    homepage: str | None = None
    url: str | None = None
    default_branch: str | None = None
    version: str | None = None
    tag: str | None = None
    release: Release | None = None
    release_name: str | None = None
    released_on: str | None = None
    released: str | None = None
    private: bool = False
    shown_name: str | None = None
    origins: dict[str, str] = Field(default_factory=dict)


class SourceText(Record):
    """A text that strings on screen may cite by its lines, cleaned and with secrets blacked out.

    Attributes:
        name: As in sources: the README's path, ``CHANGELOG.md``, or ``release`` for the release notes.
        lines: Its lines without line breaks.
        first: Number of ``lines[0]``, for a section of a longer file; sources name lines of the whole file.
    """

    name: str
    lines: tuple[str, ...]
    first: int = Field(default=1, ge=1)


class ReleaseNews(Record):
    """What a release changed, for a film about it.

    Attributes:
        tag: Exactly as tagged.
        published_on: Its date exactly as published, ``YYYY-MM-DD`` on GitHub, or "".
        previous_tag: The release before it, or None when it is the first.
        notes: The release notes, named ``release``.
        changelog: The section on this version, with its lines' numbers in the file.
        documents: The same texts parsed, the one that tells more first; their paths are the texts' names.
    """

    tag: str
    published_on: str = ""
    previous_tag: str | None = None
    notes: SourceText | None = None
    changelog: SourceText | None = None
    documents: tuple[ReadmeDocument, ...] = ()


class ChangelogSection(Record):
    """A version's section of a CHANGELOG as it stands there, not cleaned yet.

    Attributes:
        text: The section's lines; below them the definitions of links from elsewhere in the file.
        path: The file's path inside the repository.
        lines: Where the section stands in the file; what ``text`` has beyond it are the definitions.
    """

    text: Artifact
    path: str
    lines: Lines


class PinnedRelease(Record):
    """A release fixed in time, its texts not cleaned yet.

    Attributes:
        tag: Exactly as tagged.
        published_on: Its date exactly as published, or "".
        previous_tag: The release before it, or None.
        notes: The release notes, Markdown.
    """

    tag: str
    published_on: str = ""
    previous_tag: str | None = None
    notes: Artifact | None = None
    changelog: ChangelogSection | None = None


class PinnedSource(Record):
    """A source fixed in time: a new push or an edited README is another record and so another key.

    Attributes:
        readme: The README's bytes, at most 512 KiB.
        readme_path: Its path inside the repository; the suffix decides the parser.
        commit: Full commit id, or None outside version control or when the tree has no commits.
        truncated: Whether the README was longer than what was read.
        release: The release the film is about; None for a film about the project.
    """

    readme: Artifact
    readme_path: str
    commit: str | None = None
    truncated: bool = False
    facts: RepositoryFacts
    release: PinnedRelease | None = None


class GatheredPicture(Record):
    """A picture of the README whose bytes were fetched.

    Attributes:
        artifact: Its bytes; of footage the poster.
        footage: How it moves; None for a still.
        frame: What it is set in.
        dark_src: Its twin for dark pages, gathered as well; dark films show that one.
        private: Whether it comes from a private repository.
    """

    src: str
    artifact: Artifact
    footage: Footage | None = None
    frame: Frame = "screen"
    dark_src: str | None = None
    private: bool = False


class Brief(Record):
    """All a storyboarder may use: what it does not hold cannot come onto the screen.

    Attributes:
        texts: What strings may cite by lines, the README first.
        news: The release the film is about; None for a film about the project.
        previous: The scenes of the film of the release before, so that what stayed the same stays the same.
        language: The film's language when it is not the README's, as ``de``.
        style: How the film shall look; None for what suits the repository.
    """

    document: ReadmeDocument
    texts: tuple[SourceText, ...] = ()
    facts: RepositoryFacts
    news: ReleaseNews | None = None
    previous: tuple[Scene, ...] = ()
    language: str | None = None
    pictures: tuple[GatheredPicture, ...] = ()
    style: Style | None = None
    scene_limit: int = Field(default=7, ge=1, le=12)
    length_s: float = Field(default=30.0, ge=5, le=120)
