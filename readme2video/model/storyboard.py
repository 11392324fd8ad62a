"""The storyboard: a film on paper, every string with its source. A person may edit it as YAML."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from readme2video.model.record import Colour, Record
from readme2video.model.scene import Scene
from readme2video.model.vocabulary import Style


class Theme(Record):
    """The film's colours; all text pairs are contrast-checked where the theme is made."""

    mode: Literal["dark", "light"] = "dark"
    background: Colour
    surface: Colour
    ink: Colour
    muted: Colour
    accent: Colour
    accent_2: Colour


class Storyboard(Record):
    """A film on paper."""

    format: Literal[1] = 1
    project: str = Field(min_length=1, max_length=100, description="the project's name as shown")
    language: str = Field(default="en", max_length=10)
    direction: Literal["ltr", "rtl"] = "ltr"
    style: Style = "aurora"
    theme: Theme
    logo: str | None = Field(
        default=None, max_length=500, description="the project's sign: a picture of the repository"
    )
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=12)

    @field_validator("scenes")
    @classmethod
    def _unique_ids(cls, scenes: tuple[Scene, ...]) -> tuple[Scene, ...]:
        seen: set[str] = set()
        for scene in scenes:
            if scene.id in seen:
                raise ValueError(f"two scenes have the id {scene.id!r}; ids must differ")
            seen.add(scene.id)
        return scenes
