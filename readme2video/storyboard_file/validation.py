"""From plain data to a storyboard; what does not fit is told in plain words, with its path and line."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from readme2video.errors import StoryboardError
from readme2video.model.storyboard import Storyboard
from readme2video.model.vocabulary import SceneKind

FORMAT = 1

Place = tuple[str | int, ...]
"""Where something stands inside the data, as ``("scenes", 3, "headline")``."""


def dotted(place: Place) -> str:
    """A place as it is shown: ``scenes.3.headline``."""
    return ".".join(map(str, place))


def lowered(text: str) -> str:
    """A message as part of a sentence."""
    return text[:1].lower() + text[1:]


def validated(data: dict[str, Any], lines: Mapping[Place, int]) -> Storyboard:
    """Make a storyboard of plain data.

    Raises:
        StoryboardError: The first thing that does not fit, with its path; the hint lists further ones.
    """
    version = data.get("format", FORMAT)
    if str(version) != str(FORMAT):
        raise StoryboardError(
            f"format: is {version}; this readme2video reads format {FORMAT}.",
            path="format",
            hint="Write the storyboard anew with `readme2video plan SOURCE`, or use the readme2video that wrote it.",
        )
    scenes = data.get("scenes")
    if isinstance(scenes, list) and not scenes:
        raise StoryboardError("scenes: is empty; a film needs at least 1 scene", path="scenes")
    try:
        return Storyboard.model_validate({**data, "format": FORMAT})
    except ValidationError as error:
        problems = [_told(detail, lines) for detail in error.errors(include_url=False)]
    place, message = problems[0]
    more = [f"{dotted(at)}: {text}" for at, text in problems[1:6]]
    hint = f"Further: {'; '.join(more)}" if more else ""
    raise StoryboardError(
        f"{dotted(place)}: {message}" if place else message,
        path=dotted(place),
        hint=hint,
        scene=_scene_id(data, place),
    ) from None


def _scene_id(data: Mapping[str, Any], place: Place) -> str | None:
    match place:
        case ("scenes", int(index), *_):
            scene = data["scenes"][index]
            found = scene.get("id") if isinstance(scene, dict) else None
            return found if isinstance(found, str) else None
    return None


def _told(detail: ErrorDetails, lines: Mapping[Place, int]) -> tuple[Place, str]:
    """A problem as its place in the file and plain words."""
    place: Place = detail["loc"]
    if len(place) > 2 and place[0] == "scenes" and place[2] in get_args(SceneKind):
        place = (*place[:2], *place[3:])  # the union's tag is no part of the file
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        place = (*place, "kind")
    message = _message(detail, place)
    known = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
    return place, f"{message} (line {known})" if known else message


_FIELD_PATTERNS = {
    "source": "is not a source; write README.md:12, README.md:12-14, fact:stars, copy or author",
    "id": "must be lower-case letters, digits and dashes, at most 40, beginning with a letter or digit",
}


def _message(detail: ErrorDetails, place: Place) -> str:  # noqa: PLR0911, PLR0912 # a table of cases  # a table of cases reads best as one
    context: dict[str, Any] = detail.get("ctx", {})
    given = detail["input"]
    field = str(place[-1]) if place else ""
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"is not known here{_nearest(field)}"
        case "string_too_long":
            return f"has {len(given)} characters; at most {context['max_length']} fit"
        case "string_too_short":
            return "is empty"
        case "too_long":
            things = "characters" if isinstance(given, str) else "entries"
            return f"has {len(given)} {things}; at most {context['max_length']} fit"
        case "too_short":
            return f"has {len(given)} entries; at least {context['min_length']} needed"
        case "string_pattern_mismatch":
            return f"{_quoted(given)} {_FIELD_PATTERNS.get(field, 'must be a colour such as #1a2b3c')}"
        case "greater_than_equal":
            return f"is {given}; must be at least {context['ge']:g}"
        case "less_than_equal":
            return f"is {given}; must be at most {context['le']:g}"
        case "float_parsing" | "float_type" | "finite_number" | "int_parsing":
            return f"is {_quoted(given)}; must be a number"
        case "literal_error":
            return f"is {_quoted(given)}; choose {context['expected']}"
        case "union_tag_invalid":
            return f"is {_quoted(context['tag'])}; choose one of {', '.join(get_args(SceneKind))}"
        case "union_tag_not_found" if isinstance(given, dict):
            return f"is missing; choose one of {', '.join(get_args(SceneKind))}"
        case "string_type" | "model_type" | "model_attributes_type" | "tuple_type" | "union_tag_not_found":
            return _wrong_shape(detail["type"], given)
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
    return lowered(str(detail["msg"]))


def _wrong_shape(kind: str, given: Any) -> str:
    if given is None:
        return "is empty"
    if kind == "string_type":
        return "must be text"
    return "must be a list" if kind == "tuple_type" else "must be a mapping of keys and values"


def _quoted(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


def _nearest(field: str) -> str:
    near = get_close_matches(field, _known_keys(), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _known_keys() -> list[str]:
    found: dict[str, None] = {}

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            found.update(dict.fromkeys(node.get("properties", {})))
            for inner in node.values():
                collect(inner)

    collect(Storyboard.model_json_schema())
    return list(found)
