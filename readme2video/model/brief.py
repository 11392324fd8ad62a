"""What a storyboarder is told: the README, the facts, the texts it may cite, the pictures at hand and what is new."""

from __future__ import annotations

from pydantic import Field

from readme2video.model.document import ReadmeDocument
from readme2video.model.picture import Footage, Frame
from readme2video.model.record import Artifact, Record
from readme2video.model.scene import Scene
from readme2video.model.source import RepositoryFacts
from readme2video.model.vocabulary import Style


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
