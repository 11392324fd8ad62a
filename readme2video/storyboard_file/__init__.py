"""The storyboard as a file a person edits: written as YAML, read back strictly, every problem with its place."""

from readme2video.storyboard_file.reading import LIMIT_BYTES, load_storyboard
from readme2video.storyboard_file.schema import SCHEMA_FILE, schema_text, storyboard_schema
from readme2video.storyboard_file.writing import to_yaml

__all__ = [
    "LIMIT_BYTES",
    "SCHEMA_FILE",
    "load_storyboard",
    "schema_text",
    "storyboard_schema",
    "to_yaml",
]
