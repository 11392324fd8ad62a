"""Whether the sources of a storyboard can be true, and the schema that editors check it by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from readme2video.model.document import ReadmeDocument, RepositoryFacts
from readme2video.model.record import Finding
from readme2video.model.storyboard import Storyboard, strings

SCHEMA_FILE = Path(__file__).parents[1] / "storyboard.schema.json"


def check_sources(storyboard: Storyboard, document: ReadmeDocument, facts: RepositoryFacts) -> tuple[Finding, ...]:
    """Whether every source can be true: its lines lie in the README, its fact is known.

    Returns:
        Findings of level ``failure``; the message begins with the string's path, as ``scenes.3.headline``.
    """
    return tuple(_unsourced(storyboard, document, facts))


def _unsourced(storyboard: Storyboard, document: ReadmeDocument, facts: RepositoryFacts) -> Iterator[Finding]:
    for index, scene in enumerate(storyboard.scenes):
        for path, words in strings(scene):
            problem = _source_problem(words.source, document, facts)
            if problem is not None:
                rule, message = problem
                yield Finding(level="failure", rule=rule, message=f"scenes.{index}.{path} ({scene.id}): {message}")


def _source_problem(source: str, document: ReadmeDocument, facts: RepositoryFacts) -> tuple[str, str] | None:  # noqa: PLR0911 # one rule a line
    if source in ("copy", "author"):
        return None
    if source.startswith("fact:"):
        name = source.removeprefix("fact:")
        if name not in RepositoryFacts.model_fields:
            return "source-fact", f"there is no fact {name!r}{_nearest_fact(name)}"
        known = getattr(facts, name)
        if known is None or known in ("", (), {}):
            return "source-fact", f"the fact {name!r} is not known for this repository"
        return None
    file, _, span = source.rpartition(":")
    first, _, last = span.partition("-")
    begins, ends = int(first), int(last or first)
    if file != document.path:
        return "source-file", f"{source} is not in {document.path}, the README this film is made from"
    if begins > ends:
        return "source-lines", f"{source} ends before it begins"
    if ends > document.line_count:
        return "source-lines", f"{source} lies beyond the last line, {document.line_count}"
    return None


def _nearest_fact(name: str) -> str:
    near = get_close_matches(name, list(RepositoryFacts.model_fields), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def storyboard_schema() -> dict[str, Any]:
    """The JSON schema of a storyboard file, for editors that complete and check YAML."""
    schema = Storyboard.model_json_schema()
    for name in ("Words", "Headline", "Code"):
        definition = schema["$defs"][name]
        # The loader takes a bare string for words of the author's own.
        schema["$defs"][name] = {
            "description": definition.pop("description", ""),
            "anyOf": [{"type": "string", "minLength": 1}, definition],
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "readme2video storyboard",
        "description": "A film on paper: scenes in order, every string with its source.",
        **{key: value for key, value in schema.items() if key not in ("title", "description")},
    }


def schema_text() -> str:
    """The schema as it is checked in at ``SCHEMA_FILE``."""
    return json.dumps(storyboard_schema(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"
