"""The schema that editors check a storyboard file by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from readme2video.model.storyboard import Storyboard

SCHEMA_FILE = Path(__file__).parents[1] / "storyboard.schema.json"


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
