"""What every record is made of: strictness, artifacts and colours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Stage = Literal["read", "storyboard", "shoot", "animate", "render", "stitch", "check"]
STAGES: tuple[Stage, ...] = ("read", "storyboard", "shoot", "animate", "render", "stitch", "check")

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$", to_lower=True)]
"""An sRGB colour as ``#rrggbb``, lower case."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A stable id that is safe in file names: lower case letters, digits and dashes, at most 40."""


class Record(BaseModel):
    """A frozen record; unknown fields are errors, never silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Artifact(Record):
    """A file by its content. Where it lies is the store's business, so records stay valid anywhere.

    Attributes:
        sha256: Lower-case hex digest of the bytes.
        suffix: File name ending with its dot, as ``.png``.
        size_bytes: Length of the file.
    """

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    suffix: Annotated[str, StringConstraints(pattern=r"^\.[a-z0-9]{1,8}$")]
    size_bytes: int


class Box(Record):
    """A rectangle in pixels of the picture it belongs to; origin top left."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.y + self.height


class Size(Record):
    """Width and height in pixels."""

    width: int
    height: int


class Finding(Record):
    """Something a check noticed, worth showing to a person.

    Attributes:
        path: The string of a scene it is about, as in ``scene.strings``; "" where it is about none.
        fix: What to do about it; "" where nothing needs doing.
    """

    level: Literal["info", "warning", "failure"]
    rule: str
    message: str
    path: str = ""
    fix: str = ""
