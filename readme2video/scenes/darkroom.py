"""What becomes of a scene's captures: looked at, corrected to agree with each other, measured and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from readme2video.errors import BrowserError
from readme2video.model.record import Artifact, Box, Finding, Size
from readme2video.model.shot import Element, Sheet, ShotRequest
from readme2video.scenes.readability import unreadable, words_box
from readme2video.scenes.sheets import (
    Agreement,
    Cut,
    agree,
    around,
    decoded,
    encoded,
    inked,
    laid,
    shade_sheet,
    strays,
)

if TYPE_CHECKING:
    from readme2video.scenes.sheets import U8

Keep = Callable[[bytes, str], Artifact]
Overlay = Sheet | Literal["shade"]
"""What lies over the plate; the shade is captured only where a style draws something on it."""
Layer = Overlay | Literal["plate", "full"]
SHEETS: tuple[Sheet, ...] = ("panels", "marks", "ink")
_MARGIN = 4
_BLANK_SPREAD = 4


def sheet_parts(elements: tuple[Element, ...], size: Size, scale: float, *, still: bool) -> dict[Overlay, Box]:
    """Which part of each sheet holds something, lowest sheet first; a sheet without elements is left out.

    Args:
        still: Whether the style draws something on the shade, which is then a sheet like the others.
        scale: Picture pixels per layout pixel: the sides of a part lie on whole pixels of both.
    """
    step = Fraction(scale).limit_denominator(24).numerator
    found: dict[Overlay, Box] = {}
    if still:
        found["shade"] = Box(x=0, y=0, width=size.width, height=size.height)
    for sheet in SHEETS:
        boxes = [element.box for element in elements if element.sheet == sheet]
        if boxes:
            found[sheet] = around(boxes, size, _MARGIN, step)
    return found


@dataclass(frozen=True)
class Exposure:
    """One capture, kept or waiting to be corrected: an opaque layer's artifact and pixels, or a sheet's part."""

    pixels: U8
    artifact: Artifact | None


def exposed(data: bytes, layer: str, keep: Keep) -> Exposure:
    """A capture decoded; those of opaque layers are kept as they are. Callers put it in a thread.

    Raises:
        BrowserError: It is no picture, or shows nothing.
    """
    if layer not in ("full", "plate"):
        return Exposure(decoded(data, 4), None)
    pixels = decoded(data, 3)
    if layer == "full":
        thin = pixels[::8, ::8]
        if max(int(thin[..., at].max()) - int(thin[..., at].min()) for at in range(3)) < _BLANK_SPREAD:
            raise BrowserError("Chromium drew an empty picture.", hint="`readme2video doctor`")
    return Exposure(pixels, keep(data, ".png"))


@dataclass(frozen=True)
class Developed:
    """A scene's layers by name, its elements with what they cover, and what is worth saying about them."""

    layers: dict[str, Artifact]
    elements: tuple[Element, ...]
    findings: tuple[Finding, ...]


def develop(
    request: ShotRequest,
    taken: Mapping[str, Exposure],
    parts: Mapping[Overlay, Box],
    report: Mapping[str, Any],
    elements: Sequence[Element],
    keep: Keep,
) -> Developed:
    """Turn captures into layers. Callers put it in a thread.

    Args:
        taken: By layer: ``full``, ``plate``, and of each sheet the part named in ``parts``.
        report: What the page said.
        keep: Puts bytes into the store.
    """
    size = request.picture_px
    cuts = _cuts(taken, parts, report, size)
    agreement = agree(taken["full"].pixels, taken["plate"].pixels, tuple(cuts.values()))

    def kept_sheet(cut: Cut) -> Artifact:
        return keep(encoded(cut, size), ".png")

    kept = {name: exposure.artifact for name, exposure in taken.items() if exposure.artifact is not None}
    with ThreadPoolExecutor(len(cuts)) as pool:  # OpenCV encodes without Python's lock
        encoding = {name: pool.submit(kept_sheet, cut) for name, cut in cuts.items()}
        ground = laid(taken["plate"].pixels, [cut for name, cut in cuts.items() if name != "ink"])
        findings = agreement_findings(agreement) + unreadable(request, report, elements, ground, cuts["ink"])
        kept |= {name: sheet.result() for name, sheet in encoding.items()}
        told = {entry["id"]: entry for entry in report["elements"]}

        def seen(element: Element) -> Element:
            if element.sheet != "ink":
                return element
            box = element.box
            if element.role == "item":  # its icon is no word
                box = words_box(told[element.id], report["scale"], cuts["ink"].box) or box
            return element.model_copy(update={"inked": inked(cuts["ink"], box)})

        drawn = tuple(seen(element) for element in elements)
    return Developed(kept, drawn, findings)


def _cuts(
    taken: Mapping[str, Exposure],
    parts: Mapping[Overlay, Box],
    report: Mapping[str, Any],
    size: Size,
) -> dict[str, Cut]:
    """The sheets over the plate, lowest first."""
    cuts: dict[str, Cut] = {}
    if report["shade"] and "shade" not in parts:
        cuts["shade"] = shade_sheet(report["shade"], size, report["scale"])
    return cuts | {name: Cut(part, taken[name].pixels) for name, part in parts.items()}


def strayed(
    taken: Mapping[str, Exposure],
    parts: Mapping[Overlay, Box],
    report: Mapping[str, Any],
    size: Size,
) -> bool:
    """Whether plate and full picture differ where no sheet lies; arguments as in ``develop``.

    Callers put it in a thread.
    """
    return strays(taken["full"].pixels, taken["plate"].pixels, tuple(_cuts(taken, parts, report, size).values())) > 0


def agreement_findings(agreement: Agreement) -> tuple[Finding, ...]:
    """A warning when the layers had to be bent to give the full picture: the fault of a style's drawing."""
    if not agreement.odd:
        return ()
    return (
        Finding(
            level="warning",
            rule="layers",
            message=f"{agreement.odd} pixels are drawn in no layer or blended with what is below, up to "
            f"{agreement.worst} levels off.",
        ),
    )
