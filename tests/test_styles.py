"""Styles that lay a scene out in their own way: what holds for each of them, and that no two are one."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from readme2video.colour import contrast
from readme2video.model.record import Box
from readme2video.model.shot import LAYOUT_PX, Aspect, Element, Shot
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import SceneKind, Style
from readme2video.scenes.plates import plate_colours
from readme2video.scenes.plates.editorial import inks
from readme2video.scenes.shooter import Shooter
from readme2video.theme import LANGUAGE_COLOURS, make_theme
from scene_samples import ASPECTS, DARK, KINDS, LIGHT, request
from works import FakeWork

OWN: tuple[Style, ...] = ("editorial", "poster")
"""Styles that set words on grounds of their own."""
SCALE = 1 / 3
SAFE_PX: dict[Aspect, tuple[int, int, int, int]] = {
    "16:9": (96, 54, 1824, 1026),
    "9:16": (64, 220, 1016, 1500),
    "1:1": (64, 54, 1016, 1026),
}
"""Left, top, right and bottom of the box that words keep to, in layout pixels."""
_TRAVEL = 0.14
in_session = pytest.mark.asyncio(loop_scope="session")  # where the shooter is


# Every kind, aspect and mode comes up with each style; the whole product would take minutes.
ROWS = [
    pytest.param(style, kind, ASPECTS[(at + turn) % 3], (DARK, LIGHT)[(at + turn) % 2], id=f"{style}-{kind}-{turn}")
    for style in OWN
    for at, kind in enumerate(kind for kind in KINDS if kind != "image")
    for turn in range(1 + (kind in ("title", "features", "chart")))
]


@in_session
@pytest.mark.parametrize(("style", "kind", "aspect", "theme"), ROWS)
async def test_words_keep_to_the_safe_box_and_can_be_read(
    style: Style, kind: SceneKind, aspect: Aspect, theme: Theme, shooter: Shooter, tmp_path: Path
) -> None:
    work = FakeWork(tmp_path)
    shot = await shooter.perform(request(kind, aspect, theme=theme, style=style, scale=SCALE), work)

    assert not shot.findings
    assert_apart(shot)
    left, top, right, bottom = (edge * SCALE for edge in SAFE_PX[aspect])
    plate, over = layers(work, shot)
    grounds = [composed(view, over) for view in views(plate)]  # the camera moves over the plate, the words stand
    for element in shot.elements:
        if element.sheet != "ink" or not element.text:
            continue
        ink = inked(work, shot, element.box)
        assert ink.x >= math.floor(left), element.id
        assert ink.y >= math.floor(top), element.id
        assert ink.right <= math.ceil(right), element.id
        assert ink.bottom <= math.ceil(bottom), element.id
        least = 4.5 if element.must_read else 3.0
        for ground in grounds:
            assert measured_contrast(ground, work, shot, element.box) >= least, element.id


@in_session
@pytest.mark.parametrize("style", get_args(Style))
async def test_layers_of_every_style_give_the_full_picture(style: Style, shooter: Shooter, tmp_path: Path) -> None:
    work = FakeWork(tmp_path)
    for at, kind in enumerate(kind for kind in KINDS if kind != "image"):
        asked = request(kind, ASPECTS[at % 3], theme=(DARK, LIGHT)[at % 2], style=style, scale=SCALE)
        shot = await shooter.perform(asked, work)
        assert not [finding for finding in shot.findings if finding.rule == "layers"], kind
        below = np.asarray(Image.open(work.path(shot.plate)).convert("RGB")).astype(np.float64)
        for sheet in filter(None, (shot.shade, shot.panels, shot.marks, shot.ink)):
            over = np.asarray(Image.open(work.path(sheet)).convert("RGBA")).astype(np.float64)
            cover = over[..., 3:] / 255
            below = below * (1 - cover) + over[..., :3] * cover
        full = np.asarray(Image.open(work.path(shot.full)).convert("RGB")).astype(np.float64)
        assert np.abs(full - np.rint(below)).max() <= 2, kind


@in_session
@pytest.mark.parametrize("kind", ["features", "stats", "code", "quote"])
async def test_no_two_styles_share_a_layout(kind: SceneKind, shooter: Shooter, tmp_path: Path) -> None:
    work = FakeWork(tmp_path)
    found: dict[Style, dict[str, Box]] = {}
    for style in (*OWN, "aurora"):
        shot = await shooter.perform(request(kind, "16:9", theme=LIGHT, style=style, scale=SCALE), work)
        found[style] = {element.id: element.box for element in shot.elements if element.text}

    for style, boxes in found.items():
        for other, others in found.items():
            if style != other:
                moved = [distance(box, others[name]) for name, box in boxes.items()]
                assert max(moved) > 60 * SCALE, (style, other)


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("style", OWN)
def test_words_are_readable_on_the_colours_of_every_language(style: Style, light: bool) -> None:
    for colour in LANGUAGE_COLOURS.values():
        for turn in (-150.0, -48.0, 75.0, 110.0):
            theme = make_theme(colour, turn=turn, light=light)
            for variant in range(3):
                given = plate_colours(style, theme, variant)
                for words, ground in pairs(style, theme, given):
                    assert contrast(words, ground) >= 4.5, (colour, turn, words, ground)


def pairs(style: Style, theme: Theme, given: dict[str, str]) -> list[tuple[str, str]]:
    """Which colours stand on which."""
    if style == "poster":
        return [(given[f"{name}-ink"], given[name]) for name in ("block", "card-1", "card-2", "card-3")]
    words = (theme.ink, given["print-muted"], given["print-accent"])
    return [(word, ground) for word in words for ground in (theme.background, *inks(theme))]


def assert_apart(shot: Shot) -> None:
    """Elements of one sheet share no pixel; lines of a listing are marked without a gap and share what both fill."""
    for one, other in itertools.combinations(shot.elements, 2):
        if one.sheet == other.sheet:
            grounds = one.id.endswith(".ground") and other.id.endswith(".ground")
            assert shared_rows(one, other) <= grounds, (one.id, other.id)


def shared_rows(one: Element, other: Element) -> int:
    a, b = one.box, other.box
    if min(a.right, b.right) <= max(a.x, b.x):
        return 0
    return max(0, min(a.bottom, b.bottom) - max(a.y, b.y))


def inked(work: FakeWork, shot: Shot, box: Box) -> Box:
    """The part of a box that letters cover, if only faintly."""
    ink = Image.open(work.path(shot.ink)).getchannel("A")
    covered = ink.crop((box.x, box.y, box.right, box.bottom)).getbbox()
    assert covered is not None
    left, top, right, bottom = covered
    return Box(x=box.x + left, y=box.y + top, width=right - left, height=bottom - top)


def distance(one: Box, other: Box) -> float:
    return max(abs(one.x - other.x), abs(one.y - other.y), abs(one.x + one.width - other.x - other.width))


def layers(work: FakeWork, shot: Shot) -> tuple[Image.Image, list[Image.Image]]:
    """The plate, and what lies over it except the words, lowest first."""
    plate = Image.open(work.path(shot.plate)).convert("RGBA")
    sheets = [shot.shade, shot.panels, shot.marks]
    return plate, [Image.open(work.path(sheet)).convert("RGBA") for sheet in sheets if sheet]


def views(plate: Image.Image) -> list[Image.Image]:
    """The plate as it stands, and enlarged into two corners, as far as the camera goes."""
    width, height = plate.size
    across, along = round(width * _TRAVEL), round(height * _TRAVEL)
    boxes = ((0, 0, width - across, height - along), (across, along, width, height))
    return [plate, *(plate.resize(plate.size, Image.Resampling.BILINEAR, box) for box in boxes)]


def composed(plate: Image.Image, over: list[Image.Image]) -> Image.Image:
    ground = plate.copy()
    for sheet in over:
        ground.alpha_composite(sheet)
    return ground


def measured_contrast(ground: Image.Image, work: FakeWork, shot: Shot, box: Box) -> float:
    """The contrast of the words in a box against what lies around their strokes: the worst tenth of it."""
    area = (box.x, box.y, box.x + box.width, box.y + box.height)
    ink = Image.open(work.path(shot.ink)).convert("RGBA").crop(area)
    solid = np.asarray(ink)[..., 3] > 250
    near = np.asarray(ink.getchannel("A").filter(ImageFilter.MaxFilter(5))) > 0
    if solid.sum() < 8:
        solid = np.asarray(ink)[..., 3] >= np.quantile(np.asarray(ink)[..., 3], 0.99)
    word = luminances(np.asarray(ink)[..., :3][solid])
    behind = luminances(np.asarray(ground.crop(area).convert("RGB"))[near])
    # Words of one element may have two colours (a link, a token): each must stand; the median is the main one.
    middle = float(np.median(word))
    ratios = (np.maximum(behind, middle) + 0.05) / (np.minimum(behind, middle) + 0.05)
    return float(np.quantile(ratios, 0.02))


def luminances(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = pixels.astype(np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def test_the_layouts_are_of_the_pictures_that_are_judged() -> None:
    assert set(SAFE_PX) == set(LAYOUT_PX)
