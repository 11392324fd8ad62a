"""A repository fixed in time: its README's bytes, the facts known about it, and what is written about a release."""

from __future__ import annotations

from pydantic import Field

from readme2video.model.document import Lines
from readme2video.model.record import Artifact, Record


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
