"""What Claude answered, judged string by string: the scenes that may be filmed, and what is wrong with the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from readme2video.claims import Claim, Evidence, check_scene, is_hype
from readme2video.model.record import Record
from readme2video.model.scene import (
    ChartScene,
    FeatureScene,
    ImageScene,
    QuoteScene,
    Scene,
    TerminalScene,
    TitleScene,
    strings,
)
from readme2video.model.slots import SLOTS, slot
from readme2video.model.words import Headline
from readme2video.storyboarders.pacing import LONGEST_SCENE_S
from readme2video.storyboarders.words import cells
from readme2video.timeline import needed_s

MOST_SCENES = 12
"""More are not looked at, whatever an answer holds."""
HOOKS = 3

_SCENE: TypeAdapter[Scene] = TypeAdapter(Scene)
_MOST_PROBLEMS = 24


class Reply(Record):
    """The answer's form: the scenes of a storyboard, and three other headlines for the first."""

    hooks: tuple[Headline, ...] = Field(min_length=HOOKS, max_length=HOOKS)
    scenes: tuple[Scene, ...] = Field(min_length=2, max_length=MOST_SCENES)


@lru_cache
def reply_schema() -> dict[str, Any]:
    """The form as JSON schema, without what is ours to decide: how long a scene lasts, and what stands behind it."""
    from anthropic import transform_schema

    schema = transform_schema(Reply)
    for definition in schema["$defs"].values():
        properties = definition.get("properties", {})
        properties.pop("look", None)
        if properties.pop("duration_s", None) is not None:
            definition["required"] = [name for name in definition["required"] if name != "duration_s"]
        if "kind" in properties and "kind" not in definition["required"]:
            definition["required"] = ["kind", *definition["required"]]
    return schema


@dataclass(frozen=True)
class Problem:
    """Something that must be mended: where, as ``scenes.2.items.0.title``, and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass
class Judged:
    """An answer after the checks.

    Attributes:
        scenes: What may be filmed, in order; strings that failed are gone from them where the scene can do without.
        hooks: Headlines for the first scene that may be chosen.
        whole: How many scenes the answer had.
        problems: What is wrong, for another turn.
    """

    scenes: list[Scene] = field(default_factory=list)
    hooks: list[Headline] = field(default_factory=list)
    whole: int = 0
    problems: list[Problem] = field(default_factory=list)


def judge(
    text: str,
    evidence: Evidence,
    *,
    pictures: frozenset[str],
    language: str,
    translated: bool,
) -> Judged:
    """Read an answer and keep what holds.

    Args:
        pictures: The pictures a scene may show.
        language: The film's language, for reading times.
        translated: The words are translations of their sources.
    """
    judged = Judged()
    data = _object(text)
    if data is None:
        judged.problems.append(Problem("", "the answer is not one JSON object with `hooks` and `scenes`"))
        return judged
    rows = data.get("scenes")
    if not isinstance(rows, list) or not rows:
        judged.problems.append(Problem("scenes", "there are no scenes"))
        rows = []
    judged.whole = len(rows)
    if len(rows) > MOST_SCENES:  # a few too many cost no further turn: the film's length leaves out the last
        judged.problems.append(Problem("scenes", f"there are {len(rows)}; at most {MOST_SCENES} are looked at"))
    said: set[tuple[str, ...]] = set()
    used: set[str] = set()
    for place, row in enumerate(rows[:MOST_SCENES]):
        for scene in _scene(row, place, judged, evidence, pictures, language, translated=translated):
            words = tuple(text.text for _, text in strings(scene))
            if words in said:
                judged.problems.append(Problem(f"scenes.{place}", "says the same as a scene before"))
                continue
            said.add(words)
            judged.scenes.append(_named(scene, used))
    judged.hooks = list(_hooks(data.get("hooks"), judged.scenes, evidence, translated=translated))
    del judged.problems[_MOST_PROBLEMS:]
    return judged


def _object(text: str) -> dict[str, Any] | None:
    """The one JSON object of an answer, also within a fence or after a sentence; None when there is none, whole."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        data, _ = json.JSONDecoder(parse_constant=lambda _: None).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _scene(
    row: object,
    place: int,
    judged: Judged,
    evidence: Evidence,
    pictures: frozenset[str],
    language: str,
    *,
    translated: bool,
) -> Iterator[Scene]:
    """The scene if it may be filmed, perhaps with fewer strings; what is wrong with it is noted."""
    path = f"scenes.{place}"
    if not isinstance(row, dict):
        judged.problems.append(Problem(path, "is not a scene"))
        return
    try:  # what lasts how long is ours to say; fields nobody knows say nothing
        scene = _SCENE.validate_python(
            _without_nulls(row) | {"duration_s": 1.0, "look": None, "id": _slug(row, place)}, extra="ignore"
        )
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False)[:4]:
            where = ".".join(str(part) for part in problem["loc"] if part != row.get("kind"))
            judged.problems.append(Problem(f"{path}.{where}".rstrip("."), problem["msg"].removeprefix("Value error, ")))
        return
    wrong: dict[str, str] = {}
    for claim in check_scene(scene, place, evidence, translated=translated):
        if message := _wrong(claim, scene):
            wrong[claim.path] = message
    if isinstance(scene, (ImageScene, FeatureScene)) and scene.picture not in (None, *pictures):
        wrong["picture"] = "is not among the listed pictures"
    judged.problems += [Problem(f"{path}.{where}", message) for where, message in wrong.items()]
    mended = _without(scene, wrong, None if translated else evidence) if wrong else scene
    if mended is None:
        return
    if (needed := needed_s(mended, language)) > LONGEST_SCENE_S:
        judged.problems.append(Problem(path, f"takes {needed:.0f} s to read; at most {LONGEST_SCENE_S:.0f} s are good"))
        return
    yield mended


def _wrong(claim: Claim, scene: Scene) -> str:
    """Why a string may not be shown, or ""."""
    if claim.source == "author":
        return "has the source author, which is for people; name the lines it comes from"
    if claim.problem:
        return f"{claim.problem} {claim.fix}".strip()
    place = slot(scene.kind, claim.path)
    width = max(map(cells, claim.text.split("\n")))
    if place is not None and width > place.cells:
        return f"is {width} characters wide; at most {place.cells} can be read at a glance"
    return ""


def _without(scene: Scene, wrong: dict[str, str], evidence: Evidence | None) -> Scene | None:
    """The scene without the strings that failed; None when it cannot do without one of them.

    A headline that failed is replaced by the quote it points at, when that is short enough to be one and the evidence
    is in the film's language.
    """
    if isinstance(scene, TerminalScene) and any(
        line.role == "command" and f"lines.{index}.text" in wrong for index, line in enumerate(scene.lines)
    ):
        return None  # what is left would be the output of nothing
    data: dict[str, Any] = scene.model_dump(mode="python")
    if "headline" in wrong:
        # A quotation is somebody's own words: there is no other headline for it.
        quote = _quoted(scene, evidence) if evidence is not None and not isinstance(scene, QuoteScene) else None
        if quote is None:
            return None
        data["headline"] = quote.model_dump()
    gone: set[str] = set()  # the last of a list goes first, so that the others keep their place
    for path in sorted(wrong, key=_order, reverse=True):
        row = _row(path)
        if path == "headline" or any(f"{path}.".startswith(f"{one}.") for one in gone):
            continue
        if not _take_out(data, path.split(".")):
            return None
        gone.update([row] if row else [])
    if len(data.get("stats", (0, 0))) < 2:
        return None
    if isinstance(scene, ChartScene):
        _renumber(data, scene, wrong)
    try:
        return _SCENE.validate_python(data)
    except ValidationError:
        return None


def _order(path: str) -> list[tuple[int, str]]:
    """Paths in the order of the scene: ``points.10`` after ``points.9``."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in path.split(".")]


def _row(path: str) -> str:
    """The row of a list that goes with a string, as ``bars.1`` with ``bars.1.value``; "" where it goes alone."""
    parts = path.split(".")
    place = next((at for at, part in enumerate(parts) if part.isdigit()), len(parts))
    return "" if parts[-1] in _SPARE or place == len(parts) else ".".join(parts[: place + 1])


_SPARE = (
    "eyebrow", "subline", "command", "url", "alt", "detail", "icon", "picture", "version", "highlight", "better"
)  # fmt: skip
"""Slots that a scene, or an item of one, can do without; the form decides whether this one can."""


def _take_out(data: dict[str, Any], path: list[str]) -> bool:
    """Take a string out of a scene: a spare one alone, one of a list with its whole row. False when neither will do."""
    if len(path) == 1:
        if path[0] not in _SPARE:
            return False
        data[path[0]] = None
        return True
    name, inner = path[0], path[1:]
    held = data.get(name)
    if isinstance(held, dict):  # ``before.points.0``
        return _take_out(held, inner)
    if not isinstance(held, (list, tuple)) or not inner[0].isdigit():
        return False
    rows, index = list(held), int(inner[0])
    if index < len(rows):
        if len(inner) == 2 and inner[1] in _SPARE and isinstance(rows[index], dict):
            rows[index] = {**rows[index], inner[1]: None}
        else:
            del rows[index]
    data[name] = tuple(rows)
    return True


def _renumber(data: dict[str, Any], scene: ChartScene, wrong: Mapping[str, str]) -> None:
    """The highlighted bar keeps its highlight when bars before it are gone, and none has it when it is gone itself."""
    gone = {int(path.split(".")[1]) for path in wrong if path.startswith("bars.")}
    if data["highlight"] is not None and scene.highlight is not None:
        before = sum(index < scene.highlight for index in gone)
        data["highlight"] = None if scene.highlight in gone else scene.highlight - before


def _quoted(scene: Scene, evidence: Evidence) -> Headline | None:
    source = scene.headline.source
    limit = SLOTS[scene.kind]["headline"].cells
    for line in (evidence.span(source) or "").split("\n"):
        text = line.strip().strip("#*_>- ").strip()
        if text and cells(text) <= limit:
            quote = Headline(text=text, source=source)
            claims = check_scene(scene.model_copy(update={"headline": quote}), 0, evidence)
            if not any(claim.problem for claim in claims if claim.path == "headline"):
                return quote
    return None


def _hooks(data: object, scenes: list[Scene], evidence: Evidence, *, translated: bool) -> Iterator[Headline]:
    """The alternatives that hold and are not said already."""
    said = {scene.headline.text for scene in scenes[:1]}
    for row in data[: 2 * HOOKS] if isinstance(data, list) else []:
        try:
            hook = Headline.model_validate(row)
            trial = TitleScene(id="hook", duration_s=1, headline=hook)
        except ValidationError:
            continue
        (claim,) = check_scene(trial, 0, evidence, translated=translated)
        if hook.text not in said and not _wrong(claim, trial) and not is_hype(hook.text):
            said.add(hook.text)
            yield hook


def _without_nulls(row: dict[Any, Any]) -> dict[Any, Any]:
    """A slot that is null says the same as one that is not there."""
    return {name: value for name, value in row.items() if value is not None}


def _slug(row: dict[Any, Any], place: int) -> str:
    text = re.sub(r"[^a-z0-9]+", "-", str(row.get("id") or "").lower()).strip("-")[:40].strip("-")
    return text or f"scene-{place + 1}"


def _named(scene: Scene, used: set[str]) -> Scene:
    """The scene with an id no other has."""
    name, number = scene.id, 1
    while name in used:
        number += 1
        name = f"{scene.id[:36]}-{number}"
    used.add(name)
    return scene.model_copy(update={"id": name})
