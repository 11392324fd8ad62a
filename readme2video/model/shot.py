"""A scene as pictures: what the shooter is asked for and the layers it gives back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from readme2video.model.picture import Frame
from readme2video.model.record import Artifact, Box, Finding, Record, Size
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Icon, Role, SceneKind, Style

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
    "mark",
    "bar",
    "item",
    "code_line",
    "command",
    "output",
    "value",
    "label",
    "note",
    "version",
    "by",
    "picture",
    "logo",
    "url",
    "qr",
    "brand",
]
"""What an element is to the viewer; decides how it enters.

A ``panel`` is a surface that others lie on, a ``mark`` what points at something on it (a line's ground, an underline),
a ``bar`` a value of a chart.
"""

PICTURE = "picture"
"""Id of the element that is one of the README's pictures; where that moves, it plays over it."""

Sheet = Literal["panels", "marks", "ink"]
"""The transparent sheets from the lowest to the highest: surfaces, what points at things on them, words."""


class SlotText(Record):
    """One string of a scene without its source: ``path`` is as in ``scene.strings``."""

    path: str
    text: str


class ShotRequest(Record):
    """Everything that decides a scene's pixels, and nothing else: no durations, motions or sources.

    Attributes:
        slots: The scene's strings in reading order.
        roles: For terminal scenes "command" or "output" of each line, for lists the mark before each point.
        language: For scenes with code, the code's language, else "".
        focus: For code scenes, the lines the eye shall rest on, from 1.
        cut: Paths of pieces of code below which a mark says that the source goes on.
        note_lines: For code scenes, the line each note points at, from 1.
        icons: For features, the sign of each, "" where a form is drawn.
        highlight: For charts, which bar is the project's own, from 0.
        shares: For charts, each bar's length as a part of the longest, 0 to 1.
        picture: For scenes that show one, the README picture's bytes.
        frame: What that picture is set in.
        logo: The project's sign.
        brand: The project's name, shown small.
        style: What the scene looks like beside its colours.
    """

    kind: SceneKind
    slots: tuple[SlotText, ...]
    roles: tuple[Role, ...] = ()
    language: str = ""
    focus: tuple[int, ...] = ()
    cut: tuple[str, ...] = ()
    note_lines: tuple[int, ...] = ()
    icons: tuple[Icon | Literal[""], ...] = ()
    highlight: int | None = None
    shares: tuple[float, ...] = ()
    picture: Artifact | None = None
    frame: Frame = "screen"
    logo: Artifact | None = None
    brand: str
    locale: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    style: Style = "aurora"
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
        sheet: Which of the shot's transparent sheets holds its pixels. Elements of one sheet never overlap.
        box: Where, in pixels of the sheet, shadows included.
        order: Reading order; smaller enters earlier. Equal orders enter together.
        must_read: Whether it carries words that must stay crisp.
        text: Its words, for reading time and legibility; "" for pictures and panels.
        glyphs: Number of character cells in the line if it is set in monospace, so that it can be typed; else 0.
        size_px: Type size in pixels of the sheet; 0 when it carries no words or it is not known.
        inked: The part of ``box`` its words really cover; None for other sheets, or when it is not known.
    """

    id: str
    role: ElementRole
    sheet: Sheet
    box: Box
    order: int = Field(ge=0)
    must_read: bool = True
    text: str = ""
    glyphs: int = Field(default=0, ge=0)
    size_px: float = Field(default=0.0, ge=0)
    inked: Box | None = None


class Numeral(Record):
    """The number in an element of words, sign by sign, so that it can count.

    Attributes:
        element: Whose words it stands in.
        text: The number as it stands there: digits and what parts them.
        cells: Where each sign of ``text`` stands, in pixels of the picture.
        glyphs: Where the digits 0 to 9 in the same type lie on the shot's sheet of digits; as wide as the cells.
    """

    element: str
    text: str
    cells: tuple[Box, ...]
    glyphs: tuple[Box, ...] = Field(min_length=10, max_length=10)


CODE_ROLES: tuple[ElementRole, ...] = ("code_line", "command", "output")
"""What is set in monospace, line by line."""
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
        marks: RGBA sheet of what points at things on the panels (the ground of a line of code, a chart's bars); None
            when there is none.
        ink: RGBA sheet of words, code, logos and pictures.
        digits: RGBA sheet of the ten digits in the type of each numeral, white; None when no number can count.
        zone: Where the words stand: the plate is calm there.
    """

    size_px: Size
    full: Artifact
    plate: Artifact
    shade: Artifact | None = None
    panels: Artifact | None
    marks: Artifact | None = None
    ink: Artifact
    digits: Artifact | None = None
    numerals: tuple[Numeral, ...] = ()
    elements: tuple[Element, ...]
    zone: Zone = "top"
    findings: tuple[Finding, ...] = ()
