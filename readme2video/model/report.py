"""What a run reports: the film, every string with its source, what was done and what it cost."""

from __future__ import annotations

from typing import Literal

from readme2video.model.check import SeenElement, Verdict
from readme2video.model.manuscript import Usage
from readme2video.model.record import Finding, Record, Size, Stage
from readme2video.model.shot import Aspect
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Motion, SceneKind, Style, Transition
from readme2video.model.words import Headline


class ReportedVideo(Record):
    """A finished film; ``path`` is relative to the output folder."""

    aspect: Aspect
    path: str
    duration_s: float
    frames: int
    fps: int
    size_px: Size
    size_bytes: int


class ReportedString(Record):
    """A string on screen, its source, and what stands there.

    Attributes:
        path: Where in the scene, as ``items.0.title``.
        source: As in the storyboard.
        quote: The source lines or the fact's value as text; "" for our own or the author's words.
        claim: What kind of claim it is; derived, not declared.
        problem: What of it is not supported, in one sentence; "" when all of it is.
    """

    path: str
    text: str
    source: str
    quote: str
    claim: Literal["quote", "paraphrase", "copy", "author"] = "quote"
    problem: str = ""


class ReportedPicture(Record):
    """A scene in one aspect; paths are relative to the output folder.

    Attributes:
        image: The settled scene as shot.
        frame: A frame of the film; None in a plan.
        legibility: Worst similarity of must-read words after encoding, 0 to 1; None in a plan or without words.
        elements: The words that must be read, as they were set and as they enter; none in a plan.
    """

    aspect: Aspect
    image: str
    frame: str | None = None
    legibility: float | None = None
    findings: tuple[Finding, ...] = ()
    elements: tuple[SeenElement, ...] = ()


class Attribution(Record):
    """A picture of the README that a scene shows, and whose it is.

    Attributes:
        src: As written in the README.
        line: The README's line, as ``README.md:12``.
        licence: Of the repository, when its files are under one that is known.
        elsewhere: Whether it lies outside the repository, so that its licence is not the repository's.
        footage_s: Length of what moves in it, seconds; None for a still.
    """

    src: str
    line: str
    licence: str | None = None
    elsewhere: bool = False
    footage_s: float | None = None


class ReportedScene(Record):
    """A scene of the film.

    Attributes:
        shows: The README's picture in it.
        needed_s: The shortest length at which all of it can be read.
    """

    id: str
    kind: SceneKind
    headline: str
    start_s: float
    duration_s: float
    needed_s: float = 0.0
    motion: Motion
    transition: Transition
    animator: str
    model: str | None = None
    task_id: str | None = None
    credits: float = 0.0
    fallback: str | None = None
    shows: Attribution | None = None
    strings: tuple[ReportedString, ...]
    pictures: tuple[ReportedPicture, ...]

    @property
    def source_lines(self) -> tuple[str, ...]:
        """The distinct sources of its strings, in reading order."""
        return tuple(dict.fromkeys(string.source for string in self.strings))

    @property
    def legibility(self) -> float | None:
        """The worst over all aspects."""
        return min((p.legibility for p in self.pictures if p.legibility is not None), default=None)


class ReportedWork(Record):
    """One piece of work of the run: performed now, or reused from an earlier run."""

    stage: Stage
    label: str
    reused: bool
    took_s: float


class Cost(Record):
    """What the film cost; ``spent_usd`` is for the clips, ``claude_usd`` for the storyboard.

    Attributes:
        cap_usd: What it was allowed to cost in all; None without a limit.
    """

    spent_credits: float = 0.0
    in_doubt_credits: float = 0.0
    spent_usd: float = 0.0
    claude_usd: float = 0.0
    cap_usd: float | None = None


class Report(Record):
    """Everything worth knowing about a run, written as ``report.json``.

    Attributes:
        verb: ``plan`` when nothing was rendered.
        source: Where the README is read again: a path from the output folder, or a repository with the branch or tag
            that was asked for.
        release: Tag of the release the film is about; None for a film about the project.
        writing: What the model that wrote the storyboard was paid for.
        hooks: Other headlines for the first scene.
        checks: The rows of the film checks; none in a plan.
        engines: The chosen engine per role, and ``reasons`` in words.
        took_s: Wall time of the run.
    """

    format: Literal[1] = 1
    verb: Literal["make", "plan"]
    project: str
    source: str = ""
    release: str | None = None
    owner: str | None = None
    url: str | None = None
    commit: str | None = None
    tag: str | None = None
    readme_path: str
    language: str
    theme: Theme
    style: Style = "aurora"
    quality: str
    duration_s: float
    videos: tuple[ReportedVideo, ...] = ()
    poster: str | None = None
    storyboard: str = "storyboard.yaml"
    scenes: tuple[ReportedScene, ...]
    work: tuple[ReportedWork, ...]
    findings: tuple[Finding, ...] = ()
    cost: Cost = Cost()
    writing: Usage | None = None
    hooks: tuple[Headline, ...] = ()
    checks: tuple[Verdict, ...] = ()
    engines: dict[str, str]
    reasons: tuple[str, ...] = ()
    took_s: float
