"""A scene as pictures: what the shooter is asked for and the layers it gives back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from readme2video.model.record import Artifact, Box, Finding, Record, Size
from readme2video.model.storyboard import Role, SceneKind, Theme

Aspect = Literal["16:9", "9:16", "1:1"]
LAYOUT_PX: dict[Aspect, Size] = {
    "16:9": Size(width=1920, height=1080),
    "9:16": Size(width=1080, height=1920),
    "1:1": Size(width=1080, height=1080),
}
"""The size each aspect is laid out at; the output may be smaller by a scale."""

ElementRole = Literal[
    "eyebrow",
    "headline",
    "subline",
    "panel",
    "item",
    "code_line",
    "command",
    "output",
    "value",
    "label",
    "picture",
    "url",
    "brand",
]
"""What an element is to the viewer; decides how it enters. A ``panel`` is a surface that others lie on."""


class Slot(Record):
    """One string of a scene without its source: ``path`` is as in ``storyboard.strings``."""

    path: str
    text: str


class ShotRequest(Record):
    """Everything that decides a scene's pixels, and nothing else: no durations, motions or sources.

    Attributes:
        slots: The scene's strings in reading order.
        roles: For terminal scenes "command" or "output" of each line, for lists the mark before each point.
        language: For code scenes, the code's language, else "".
        picture: For image scenes, the README picture's bytes.
        brand: The project's name, shown small.
        position: 0 for the first scene of the film, 1 for the last, between otherwise; templates may
            vary the plate's composition by ``variant``.
        size_px: Layout size; ``scale`` times it is the size of the pictures, always even.
    """

    kind: SceneKind
    slots: tuple[Slot, ...]
    roles: tuple[Role, ...] = ()
    language: str = ""
    picture: Artifact | None = None
    brand: str
    locale: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    theme: Theme
    variant: int = Field(ge=0, description="the scene's look; plates of different looks are composed differently")
    aspect: Aspect
    scale: float = Field(gt=0, le=2)

    @property
    def picture_px(self) -> Size:
        """Size of every picture of this shot; both sides even."""
        layout = LAYOUT_PX[self.aspect]
        return Size(
            width=round(layout.width * self.scale / 2) * 2,
            height=round(layout.height * self.scale / 2) * 2,
        )


class Element(Record):
    """A part of the picture that enters on its own.

    Attributes:
        id: Unique in the shot, as ``headline`` or ``items.0``.
        sheet: Which of the shot's two transparent sheets holds its pixels. Elements of one sheet never overlap.
        box: Where, in pixels of the sheet, shadows included.
        order: Reading order; smaller enters earlier. Equal orders enter together.
        must_read: Whether it carries words that must stay crisp.
        text: Its words, for reading time and legibility; "" for pictures and panels.
        glyphs: Number of character cells in the line if it is set in monospace, so that it can be typed; else 0.
    """

    id: str
    role: ElementRole
    sheet: Literal["panels", "ink"]
    box: Box
    order: int = Field(ge=0)
    must_read: bool = True
    text: str = ""
    glyphs: int = Field(default=0, ge=0)


Zone = Literal["side", "top", "centre"]
"""Where on a scene its words stand."""


class Shot(Record):
    """A scene's layers, all PNG of the same size, from the same page.

    Attributes:
        full: Opaque: everything, as the viewer shall see it settled.
        plate: Opaque: everything without elements; a picture in its own right. It does not depend on the words, so
            that changed words keep what was made of it.
        shade: RGBA sheet that calms the plate behind bare words, from the first frame on; None when all words lie on
            panels.
        panels: RGBA sheet of the surfaces elements lie on (cards, windows), without words; None when there are none.
        ink: RGBA sheet of words, code, logos and pictures.
        zone: Where the words stand: the plate is calm there.
    """

    size_px: Size
    full: Artifact
    plate: Artifact
    shade: Artifact | None = None
    panels: Artifact | None
    ink: Artifact
    elements: tuple[Element, ...]
    zone: Zone = "top"
    findings: tuple[Finding, ...] = ()
