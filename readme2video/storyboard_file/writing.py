"""A storyboard as YAML that a person likes to edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from readme2video.model.scene import Scene
from readme2video.model.slots import SCENES, SLOTS
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline

_INNER_LINE = re.compile(r"\n(?=[^\n])")
_QUOTED = 100
"""How much of a source line a comment shows, characters."""
_ONE_LINE = 110  # a string and its source stay on one line up to this many characters
_HEADER = """\
# The storyboard of this film. Edit it, then make the film from it:
#   readme2video make SOURCE --storyboard storyboard.yaml
# Every string on screen has a source: README.md:12-14 (lines), fact:stars (a fact about the repository),
# copy (a connective word that claims nothing) or author (your own words).
# To write words of your own, give just the text: `headline: Plans that survive the tunnel`.
# Scenes play in this order; delete, reorder or copy them, but give each its own id: what an id has cost is kept by id.
# duration_s counts the transitions in; motion: push_in, pull_out, pan_left, pan_right, drift_up, drift_down or still;
# transition (from the scene before): cut, crossfade, slide, wipe or block. look (0 to 99) is drawn behind the words;
# it is kept by its scene wherever it moves, so that a clip bought for it stays its own.
# Only scenes that changed are made again.
"""


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Literal(str):
    """Text that is written as a block, line by line."""

    __slots__ = ()


def to_yaml(storyboard: Storyboard, *, quotes: Mapping[str, str] | None = None, hooks: Sequence[Headline] = ()) -> str:
    """Write a storyboard as YAML to edit, with comments that teach; ``load_storyboard`` reads the same storyboard back.

    Args:
        quotes: What stands at each source; shown beside the strings that were made from it.
        hooks: Other headlines for the first scene, to choose from.
    """
    data = storyboard.model_dump(mode="json", exclude_none=True)
    scenes = data.pop("scenes")
    data["theme"] = _Flow(data["theme"])
    parts = [_HEADER, "\n", _dump(data), "scenes:\n"]
    for place, (scene, values) in enumerate(zip(storyboard.scenes, scenes, strict=True)):
        parts += ["\n", *_scene(scene, values, quotes or {}, hooks if place == 0 else ())]
    return "".join(parts)


def _scene(scene: Scene, values: dict[str, Any], quotes: Mapping[str, str], hooks: Sequence[Headline]) -> Iterator[str]:
    """A scene slot by slot, each below a comment on what it is for and where its words come from."""
    ordered = {"id": values.pop("id"), "kind": values.pop("kind"), **values}
    slots = SLOTS[scene.kind]
    unused = [name for name in dict.fromkeys(path.partition(".")[0] for path in slots) if not ordered.get(name)]
    more = f" It may also have: {', '.join(unused)}." if unused else ""
    yield _comment(f"{scene.id}: {SCENES[scene.kind]}.{more}", indent=0)
    for name, value in ordered.items():
        if value == []:
            continue
        told = [(path.partition(".")[2], one) for path, one in slots.items() if path.partition(".")[0] == name]
        for inner, one in told:
            yield _comment(f"{inner or name}: {one.says}; reads best up to {one.cells} characters")
        items = value if isinstance(value, list) else [value]
        said = dict.fromkeys(source for item in items for source in _sources(item))
        for source in said:
            if quote := " ".join(quotes.get(source, "").split()):
                yield _comment(f"{source} says: {quote if len(quote) <= _QUOTED else quote[:_QUOTED] + '…'}")
        yield ("- " if name == "id" else "  ") + _INNER_LINE.sub("\n  ", _dump({name: _styled(value)}))
        if name == "headline" and hooks:
            yield _comment("Other hooks; put one in the headline's place if you like it better:")
            for hook in hooks:
                yield _comment(_dump({"headline": _styled(hook.model_dump())}).strip())


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("source"), str):
            yield value["source"]
        for inner in value.values():
            yield from _sources(inner)


def _comment(text: str, indent: int = 2) -> str:
    """A comment on one line; what a comment may not hold is taken out."""
    plain = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return f"{' ' * indent}# {plain}\n"


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"text", "source"}:
            text = value["text"]
            # Text that begins or ends with white space is safer in quotes.
            if "\n" in text and text == text.strip():
                return {"source": value["source"], "text": _Literal(text)}
            words = {"text": text, "source": value["source"]}
            return _Flow(words) if len(text) + len(value["source"]) <= _ONE_LINE else words
        return {key: _styled(inner) for key, inner in value.items()}
    return [_styled(inner) for inner in value] if isinstance(value, list) else value


def _dump(data: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 # the loader refuses aliases: write none
            return True

    def flow(dumper: yaml.SafeDumper, value: _Flow) -> yaml.Node:
        return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)

    def literal(dumper: yaml.SafeDumper, value: _Literal) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")

    Dumper.add_representer(_Flow, flow)
    Dumper.add_representer(_Literal, literal)
    text: str = yaml.dump(
        data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=False
    )
    return text
