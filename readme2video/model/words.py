"""What is written on the screen: checked text, always with the place it comes from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from readme2video.model.record import Record

Source = Annotated[
    str, StringConstraints(pattern=r"^([^:\s][^:]*:[1-9]\d*(-[1-9]\d*)?|fact:[a-z_]+|copy|author)$", max_length=300)
]
"""Where a string comes from.

``README.md:12`` or ``README.md:12-14``: lines of a file; ``fact:stars``: a field of the repository facts;
``copy``: connective words of ours that state nothing; ``author``: written by hand in the storyboard.
"""

_CONTROL = {chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def _printable(text: str) -> str:
    bad = sorted({f"U+{ord(c):04X}" for c in text if c in _CONTROL and c not in "\n\t"})
    if bad:
        raise ValueError(f"has control characters ({', '.join(bad)})")
    if not text.strip():
        raise ValueError("is empty")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


Text = Annotated[str, AfterValidator(_printable)]


class _Sourced(Record):
    source: Source

    @model_validator(mode="before")
    @classmethod
    def _bare_string(cls, value: Any) -> Any:
        # A person who edits the YAML may write just the words; they are then the author's own.
        return {"text": value, "source": "author"} if isinstance(value, str) else value


class Words(_Sourced):
    """One line of text that will be on screen, and where it comes from."""

    text: Annotated[Text, AfterValidator(_one_line), Field(max_length=200)]


class Headline(_Sourced):
    """A scene's main line; short enough to be read at a glance."""

    text: Annotated[Text, AfterValidator(_one_line), Field(max_length=90)]


class Code(_Sourced):
    """Code exactly as it stands in the source: at most 14 lines of at most 100 characters."""

    text: Annotated[Text, Field(max_length=1500)]

    @field_validator("text")
    @classmethod
    def _bounded(cls, text: str) -> str:
        lines = text.split("\n")
        if len(lines) > 14:
            raise ValueError(f"has {len(lines)} lines; at most 14 fit")
        longest = max(map(len, lines))
        if longest > 100:
            raise ValueError(f"has a line of {longest} characters; at most 100 fit")
        return text
