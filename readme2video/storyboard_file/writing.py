"""A storyboard as YAML that a person likes to edit."""

from __future__ import annotations

from typing import Any

from readme2video.model.storyboard import Storyboard

_ONE_LINE = 110  # a string and its source stay on one line up to this many characters
_HEADER = """\
# The storyboard of this film. Edit it, then make the film from it:
#   readme2video make SOURCE --storyboard storyboard.yaml
# Every string on screen has a source: README.md:12-14 (lines), fact:stars (a fact about the repository),
# copy (a connective word that claims nothing) or author (your own words).
# To write words of your own, give just the text: `headline: Plans that survive the tunnel`.
# Scenes play in this order; delete, reorder or copy them, but give each its own id: what an id has cost is kept by id.
# duration_s counts the transitions in; motion: push_in, pull_out, pan_left, pan_right, drift_up, drift_down or still;
# transition (from the scene before): cut, crossfade, slide or wipe.
# Only scenes that changed are made again.
"""


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Literal(str):
    """Text that is written as a block, line by line."""

    __slots__ = ()


def to_yaml(storyboard: Storyboard) -> str:
    """Write a storyboard as YAML to edit; ``load_storyboard`` reads the same storyboard back."""
    data = storyboard.model_dump(mode="json", exclude_none=True)
    scenes = data.pop("scenes")
    data["theme"] = _Flow(data["theme"])
    parts = [_HEADER, "\n", _dump(data), "scenes:\n"]
    for scene in scenes:
        ordered = {"id": scene.pop("id"), "kind": scene.pop("kind"), **scene}
        parts += ["\n", _dump([{key: _styled(value) for key, value in ordered.items() if value != []}])]
    return "".join(parts)


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
