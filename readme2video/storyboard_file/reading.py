"""Reading a storyboard file strictly: its size, its encoding, its syntax; every problem with line and column."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from readme2video.errors import StoryboardError
from readme2video.model.storyboard import Storyboard
from readme2video.motion import CAMERA, camera
from readme2video.storyboard_file.validation import Place, dotted, lowered, validated

LIMIT_BYTES = 1_000_000

_DEEPEST = 12
_MOST_NODES = 10_000


def load_storyboard(path: Path) -> Storyboard:
    """Read a storyboard from a YAML or JSON file.

    Args:
        path: UTF-8, with or without byte order mark, any line ends, at most 1 MB. ``.json`` is read strictly.

    Raises:
        StoryboardError: The file cannot be read, is not well formed (with line and column) or is no storyboard
            (with the path inside it, as ``scenes.3.headline.text``).
    """
    text = _read(path)
    data, lines = _parse_json(text, path.name) if path.suffix.lower() == ".json" else _parse_yaml(text, path.name)
    if not isinstance(data, dict):
        raise StoryboardError(
            f"{path.name} holds no storyboard: it must be a mapping with project, theme and scenes.", hint=_HINT
        )
    _move(data.get("scenes"))
    return validated(data, lines)


def _move(scenes: object) -> None:
    """Give each scene that says no motion the one its kind wants."""
    before = None
    for scene in scenes if isinstance(scenes, list) else []:
        kind = scene.get("kind") if isinstance(scene, dict) else None
        if isinstance(kind, str) and kind in CAMERA:
            before = scene.setdefault("motion", camera(kind, before))


_HINT = "`readme2video plan SOURCE` writes a storyboard to begin with."


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise StoryboardError(f"There is no storyboard file {path}.", hint=_HINT) from None
    except OSError as error:
        raise StoryboardError(f"The storyboard file {path} cannot be read: {error.strerror or error}.") from None
    if len(raw) > LIMIT_BYTES:
        raise StoryboardError(f"{path.name} is larger than 1 MB; a storyboard has a few kilobytes.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:400]:
        raise StoryboardError(f"{path.name} is not UTF-8 (it looks like UTF-16).", hint="Save it as UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise StoryboardError(f"{path.name} is not UTF-8 (line {line}).", hint="Save it as UTF-8.") from None
    if not text.strip():
        raise StoryboardError(f"{path.name} is empty.", hint=_HINT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse_json(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise StoryboardError(f"{name}: the key {key!r} stands twice in one object.", path=key)
            found[key] = value
        return found

    def refuse(constant: str) -> Any:
        raise StoryboardError(f"{name}: {constant} is not a number that JSON or a storyboard knows.")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=refuse), {}
    except json.JSONDecodeError as error:
        raise StoryboardError(
            f"{name}, line {error.lineno}, column {error.colno}: this is not valid JSON: {lowered(error.msg)}."
        ) from None
    except (RecursionError, ValueError):
        raise StoryboardError(f"{name} is nested too deeply or holds a number out of all proportion.") from None


def _parse_yaml(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    import yaml

    try:
        root = _composed(text)
    except yaml.reader.ReaderError as error:
        line, column = _line_column(text, error.position)
        raise StoryboardError(
            f"{name}, line {line}, column {column}: the character U+{int(error.character):04X} is not allowed."
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise StoryboardError(
            f"{name}{where}: {_plain_problem(error.problem or error.context or 'this is not valid YAML')}.",
            hint="Words with a colon, #, quotes or brackets in them belong inside double quotes.",
        ) from None
    if root is None:
        raise StoryboardError(f"{name} is empty.", hint=_HINT)
    lines: dict[Place, int] = {}
    return _built(root, (), lines, name), lines


def _line_column(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


_PROBLEMS = (
    (
        r"mapping values are not allowed here",
        "a colon stands where none may be; is the text in quotes, the indentation right",
    ),
    (r"could not find expected ':'", "a key without its colon, or text that runs over its line"),
    (r"found character '\\t'.*", "a tab; indent with blanks"),
    (r"expected <block end>, but found .*", "the indentation does not match the lines before"),
    (r"expected ',' or '[]}]', but got .*", "a bracket is open, a comma is missing or a quote is not closed"),
    (r"expected the node content, but found '<stream end>'", "a bracket is never closed"),
    (r"found unexpected end of stream", "a quote or bracket is never closed"),
    (r"expected a single document.*", "more than one document; a storyboard file holds one"),
    (r"but found another document", "more than one document; a storyboard file holds one"),
)


def _plain_problem(problem: str) -> str:
    for pattern, words in _PROBLEMS:
        if re.fullmatch(pattern, problem):
            return words
    return lowered(problem)


def _composed(text: str) -> Any:
    """The node tree of a document; anchors, aliases, tags, deep nesting and huge trees are refused as they are met."""
    import yaml

    class Loader(yaml.SafeLoader):
        depth = 0
        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()  # type: ignore[no-untyped-call] # the stubs leave it bare
            mark = event.start_mark
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise yaml.composer.ComposerError(None, None, "anchors (&) and aliases (*) are not allowed here", mark)
            if getattr(event, "tag", None):
                raise yaml.composer.ComposerError(None, None, f"tags such as {event.tag} are not allowed here", mark)
            self.depth += 1
            self.nodes += 1
            if self.depth > _DEEPEST:
                raise yaml.composer.ComposerError(None, None, "this is nested too deeply", mark)
            if self.nodes > _MOST_NODES:
                raise yaml.composer.ComposerError(None, None, "this is far too much for a storyboard", mark)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    loader = Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _built(node: Any, place: Place, lines: dict[Place, int], name: str) -> Any:
    """Plain data from nodes. Scalars stay the text they are, so that ``1.10`` and ``no`` are words, not values."""
    import yaml

    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise StoryboardError(f"{name}, line {line}: a key must be a word.", path=dotted(place))
            key = key_node.value
            if key in found:
                column = key_node.start_mark.column + 1
                raise StoryboardError(
                    f"{name}, line {line}, column {column}: {dotted((*place, key))} stands twice.",
                    path=dotted((*place, key)),
                )
            found[key] = _built(value_node, (*place, key), lines, name)
            lines[*place, key] = line
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_built(inner, (*place, index), lines, name) for index, inner in enumerate(node.value)]
    return None if node.style is None and node.value in ("", "~", "null") else node.value
