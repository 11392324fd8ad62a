"""The scenes of a film: a strict union, a record for each kind, with what can be asked of any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from readme2video.model.record import Record, Slug
from readme2video.model.vocabulary import Bullet, Icon, Motion, Role, Transition
from readme2video.model.words import Code, Headline, Words


class _Scene(Record):
    id: Slug
    duration_s: float = Field(ge=1.0, le=20.0, description="length on screen, transitions included")
    motion: Motion = Field(
        default="push_in", description="how the camera moves over the backdrop; a file may leave it to the kind"
    )
    transition: Transition = Field(default="crossfade", description="how this scene takes over from the one before")
    look: int | None = Field(
        default=None, ge=0, le=99, description="which composition stands behind the words; by place when not given"
    )


class TitleScene(_Scene):
    """The hook: readable at a glance from the first frame."""

    kind: Literal["title"] = "title"
    eyebrow: Words | None = Field(default=None, description="a small line above, such as the version")
    headline: Headline
    subline: Words | None = None


class ProblemScene(_Scene):
    """What hurts, or the promise that answers it."""

    kind: Literal["problem"] = "problem"
    mark: Bullet = Field(default="cross", description="before each point: cross for a pain, check for a gain, dot else")
    headline: Headline
    points: tuple[Words, ...] = Field(default=(), max_length=3)


class Feature(Record):
    """One feature: a short name and, if there is room, what it does."""

    title: Words
    detail: Words | None = None
    icon: Icon | None = Field(default=None, description="its sign; without one a form is drawn")


class FeaturesScene(_Scene):
    """One to four features."""

    kind: Literal["features"] = "features"
    headline: Headline
    items: tuple[Feature, ...] = Field(min_length=1, max_length=4)


class Side(Record):
    """One half of a comparison: a name, and either up to three short lines or a piece of code."""

    title: Words
    points: tuple[Words, ...] = Field(default=(), max_length=3)
    code: Code | None = None
    cut: bool = Field(default=False, description="whether the code goes on after its last line: a mark says so")

    @model_validator(mode="after")
    def _one_of_both(self) -> Side:
        if bool(self.points) == (self.code is not None):
            raise ValueError("has either `points` or `code`")
        if self.cut and self.code is None:
            raise ValueError("has no `code` that could be `cut`")
        return self


class BeforeAfterScene(_Scene):
    """How it was and how it is: two halves of the same form."""

    kind: Literal["before_after"] = "before_after"
    headline: Headline
    language: str = Field(default="", max_length=30)
    before: Side
    after: Side

    @model_validator(mode="after")
    def _alike(self) -> BeforeAfterScene:
        if (self.before.code is None) != (self.after.code is None):
            raise ValueError("has code on one side only")
        return self


class FeatureScene(_Scene):
    """One feature with room: a sign or one of the README's pictures beside it."""

    kind: Literal["feature"] = "feature"
    headline: Headline
    detail: Words | None = None
    icon: Icon | None = None
    picture: str | None = Field(default=None, max_length=500, description="the picture's src as written in the README")


class Note(Record):
    """A few words beside a line of code; ``line`` counts from 1."""

    line: int = Field(ge=1, le=14)
    text: Words


class CodeScene(_Scene):
    """A piece of code from the repository."""

    kind: Literal["code"] = "code"
    headline: Headline
    language: str = Field(default="", max_length=30)
    code: Code
    focus: tuple[Annotated[int, Field(ge=1, le=14)], ...] = Field(
        default=(), max_length=6, description="the lines, counted from 1, that the eye shall rest on"
    )
    notes: tuple[Note, ...] = Field(default=(), max_length=2)
    cut: bool = Field(default=False, description="whether the source goes on after the last line: a mark says so")

    @model_validator(mode="after")
    def _lines_exist(self) -> CodeScene:
        count = len(self.code.text.split("\n"))
        for line in (*self.focus, *(note.line for note in self.notes)):
            if line > count:
                raise ValueError(f"points at line {line} of {count}")
        return self


class DiffScene(_Scene):
    """A change as the source shows it: every line begins with ``+``, ``-`` or a space."""

    kind: Literal["diff"] = "diff"
    headline: Headline
    language: str = Field(default="", max_length=30)
    diff: Code

    @field_validator("diff")
    @classmethod
    def _signed(cls, diff: Code) -> Code:
        lines = diff.text.split("\n")
        if any(line and line[0] not in "+- " for line in lines):
            raise ValueError("has a line that begins with none of + - and space")
        if not any(line[:1] in ("+", "-") for line in lines):
            raise ValueError("changes nothing")
        return diff


class TerminalLine(Record):
    """A line of a terminal: a command that is typed, or output that appears."""

    role: Literal["command", "output"]
    text: Words


class TerminalScene(_Scene):
    """Commands and, where the source shows it, their output."""

    kind: Literal["terminal"] = "terminal"
    headline: Headline
    lines: tuple[TerminalLine, ...] = Field(min_length=1, max_length=10)


class Stat(Record):
    """A number with a source and what it counts."""

    value: Words
    label: Words


class StatsScene(_Scene):
    """One to four numbers or facts."""

    kind: Literal["stats"] = "stats"
    headline: Headline
    stats: tuple[Stat, ...] = Field(min_length=1, max_length=4)


class Bar(Record):
    """A row of a table as a bar: what was measured and the number with its unit, as they stand in the source."""

    label: Words
    value: Words


class ChartScene(_Scene):
    """Two to six measured values as bars, drawn from one table or list."""

    kind: Literal["chart"] = "chart"
    headline: Headline
    bars: tuple[Bar, ...] = Field(min_length=2, max_length=6)
    highlight: int | None = Field(default=None, ge=0, le=5, description="which bar is the project's own, from 0")
    better: Literal["less", "more"] | None = Field(default=None, description="which end of the scale is the good one")

    @model_validator(mode="after")
    def _comparable(self) -> ChartScene:
        if self.highlight is not None and self.highlight >= len(self.bars):
            raise ValueError(f"highlights bar {self.highlight} of {len(self.bars)}")
        return self


class QuoteScene(_Scene):
    """What somebody said, in their words; the headline is the quotation."""

    kind: Literal["quote"] = "quote"
    headline: Headline
    by: Words | None = Field(default=None, description="who said it, as the source has it")


class ReleaseScene(_Scene):
    """What is new: the version large, and one to five changes."""

    kind: Literal["release"] = "release"
    headline: Headline
    version: Words | None = None
    items: tuple[Words, ...] = Field(min_length=1, max_length=5)


class InstallScene(_Scene):
    """How to get it: one command large, and up to two other ways."""

    kind: Literal["install"] = "install"
    headline: Headline
    command: Words
    others: tuple[Words, ...] = Field(default=(), max_length=2)


class ImageScene(_Scene):
    """A picture of the README, framed; moving pictures play at their own pace."""

    kind: Literal["image"] = "image"
    headline: Headline
    picture: str = Field(max_length=500, description="the picture's src as written in the README")
    alt: Words | None = None


class CallToActionScene(_Scene):
    """The end card: name, one line of value, how to get it."""

    kind: Literal["call_to_action"] = "call_to_action"
    headline: Headline
    subline: Words | None = None
    command: Words | None = None
    url: Words | None = None


Scene = Annotated[
    TitleScene
    | ProblemScene
    | BeforeAfterScene
    | FeatureScene
    | FeaturesScene
    | CodeScene
    | DiffScene
    | TerminalScene
    | ImageScene
    | ChartScene
    | StatsScene
    | QuoteScene
    | ReleaseScene
    | InstallScene
    | CallToActionScene,
    Field(discriminator="kind"),
]


def with_looks(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """Give each scene that has no look one that no other has, the lowest first.

    A look is kept by its scene, wherever it moves: pictures and clips that were made for it stay its own.
    """
    taken = {scene.look for scene in scenes}
    free = (look for look in range(100) if look not in taken)
    return tuple(scene if scene.look is not None else scene.model_copy(update={"look": next(free)}) for scene in scenes)


def roles(scene: Scene) -> tuple[Role, ...]:
    """What is drawn of a scene beside its words: each terminal line's role, or the mark before its points.

    A cross is what such a list has always had; it goes unsaid.
    """
    if isinstance(scene, TerminalScene):
        return tuple(line.role for line in scene.lines)
    return (scene.mark,) if isinstance(scene, ProblemScene) and scene.points and scene.mark != "cross" else ()


def icons(scene: Scene) -> tuple[Icon | Literal[""], ...]:
    """The sign of each feature of a scene, "" where a form is drawn; nothing for other scenes."""
    if isinstance(scene, FeaturesScene):
        return tuple(item.icon or "" for item in scene.items)
    return (scene.icon or "",) if isinstance(scene, FeatureScene) else ()


def cuts(scene: Scene) -> tuple[str, ...]:
    """Paths of the pieces of code of a scene whose source goes on after their last line."""
    match scene:
        case CodeScene():
            return ("code",) if scene.cut else ()
        case BeforeAfterScene():
            sides = {"before.code": scene.before, "after.code": scene.after}
            return tuple(path for path, side in sides.items() if side.cut)
    return ()


def strings(scene: Scene) -> Iterator[tuple[str, Words | Headline | Code]]:
    """All on-screen strings of a scene with their path inside it, in reading order.

    Yields:
        Pairs such as ``("items.0.title", Words(...))``.
    """

    def walk(value: object, path: str) -> Iterator[tuple[str, Words | Headline | Code]]:
        if isinstance(value, (Words, Headline, Code)):
            yield path, value
        elif isinstance(value, Record):
            for name in type(value).model_fields:
                yield from walk(getattr(value, name), f"{path}.{name}" if path else name)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                yield from walk(item, f"{path}.{index}")

    yield from walk(scene, "")
