"""The renderer's movements: they end on the settled pixels, count exactly, leave cleanly and do not flash."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from makers import SIZE, plate, png, segment_request, shot
from readme2video.events import ignore
from readme2video.media.planes import views
from readme2video.model.film import CameraPath, Emphasis, Entrance, EntranceKind, Exit, Pose, SegmentRequest
from readme2video.model.record import Box
from readme2video.model.shot import Element, Numeral, Shot
from readme2video.render.compositor import Compositor
from readme2video.render.counter import Counter
from readme2video.store import Store

W, H = SIZE.width, SIZE.height
KINDS: tuple[EntranceKind, ...] = get_args(EntranceKind)
CELL = 20
BOX = Box(x=30, y=24, width=4 * CELL, height=40)


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


def still(drawn: Shot, **more: Any) -> SegmentRequest:
    pose = Pose(zoom=1.0, x=0.5, y=0.5)
    request = segment_request(drawn, frames=more.pop("frames", 40), entrances=more.pop("entrances", ()))
    return request.model_copy(update={"backdrop": CameraPath(start=pose, end=pose)} | more)


def bare(store: Store, drawn: Shot) -> Compositor:
    return Compositor(still(drawn.model_copy(update={"elements": (), "digits": None, "numerals": ()})), store.path)


def written(number: str, colour: tuple[int, int, int]) -> np.ndarray:
    """A sheet with one sign in each cell of ``BOX``."""
    sheet = np.zeros((H, W, 4), np.uint8)
    sheet[:, :, :3] = colour
    for place, sign in enumerate(number):
        cover = np.zeros((H, W), np.uint8)
        cv2.putText(cover, sign, (BOX.x + place * CELL + 2, 54), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
        sheet[:, :, 3] = np.maximum(sheet[:, :, 3], cover)
    return sheet


def digit_sheet() -> np.ndarray:
    sheet = np.zeros((BOX.height, 10 * 2 * CELL, 4), np.uint8)
    sheet[:, :, :3] = 255
    for digit in range(10):
        cover = np.zeros(sheet.shape[:2], np.uint8)
        at = (digit * 2 * CELL + CELL // 2 + 2, 54 - BOX.y)
        cv2.putText(cover, str(digit), at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
        sheet[:, :, 3] = np.maximum(sheet[:, :, 3], cover)
    return sheet


def numeral(text: str = "12.5") -> Numeral:
    return Numeral(
        element="value",
        text=text,
        cells=tuple(Box(x=BOX.x + n * CELL, y=BOX.y, width=CELL, height=BOX.height) for n in range(len(text))),
        glyphs=tuple(Box(x=n * 2 * CELL + CELL // 2, y=0, width=CELL, height=BOX.height) for n in range(10)),
    )


def counting(store: Store) -> Shot:
    sheet = written("12.5", (60, 220, 90))
    below = plate(3)
    return Shot(
        size_px=SIZE,
        full=store.keep_bytes(png(below), ".png"),
        plate=store.keep_bytes(png(below), ".png"),
        panels=None,
        ink=store.keep_bytes(png(sheet), ".png"),
        digits=store.keep_bytes(png(digit_sheet()), ".png"),
        numerals=(numeral(),),
        elements=(Element(id="value", role="value", sheet="ink", box=BOX, order=0, text="12.5"),),
    )


@pytest.mark.parametrize("edge", ["left", "right", "bottom"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_entrance_begins_with_nothing_and_ends_on_the_settled_pixels(store: Store, kind: EntranceKind, edge: Any):
    drawn = counting(store)
    if kind == "type":
        drawn = drawn.model_copy(update={"elements": (drawn.elements[0].model_copy(update={"glyphs": 4}),)})
    for curve in ("linear", "smooth", "cubic", "expo", "back", "steps"):
        entrance = Entrance(element="value", kind=kind, at=4, frames=12, curve=curve, distance=0.1, edge=edge)
        compositor = Compositor(still(drawn, entrances=(entrance,)), store.path)
        settled = Compositor(
            still(drawn, entrances=(entrance.model_copy(update={"at": 0, "frames": 0}),)), store.path
        ).frame(30)
        assert np.array_equal(compositor.frame(3), bare(store, drawn).frame(3))
        assert np.array_equal(compositor.frame(16), settled)
        if kind != "type" and curve not in ("linear", "steps"):
            near = np.abs(compositor.frame(15).astype(int) - settled).mean()
            assert near < 0.3 * np.abs(bare(store, drawn).frame(3).astype(int) - settled).mean() + 0.4


@pytest.mark.parametrize("edge", ["left", "right", "bottom"])
@pytest.mark.parametrize("kind", ["grow", "uncover"])
def test_what_grows_never_shrinks_and_stays_on_its_base(store: Store, kind: EntranceKind, edge: Any):
    sheet = np.zeros((H, W, 4), np.uint8)
    box = Box(x=31, y=21, width=91, height=42)
    sheet[box.y : box.bottom, box.x : box.right] = 255
    drawn = shot(store.keep_bytes).model_copy(
        update={
            "plate": store.keep_bytes(png(np.zeros((H, W, 3), np.uint8)), ".png"),
            "marks": store.keep_bytes(png(sheet), ".png"),
            "elements": (Element(id="bar", role="bar", sheet="marks", box=box, order=0, must_read=False),),
        }
    )
    entrance = Entrance(element="bar", kind=kind, at=0, frames=14, curve="expo", edge=edge)
    compositor, nothing = Compositor(still(drawn, entrances=(entrance,)), store.path), bare(store, drawn).frame(0)
    covered = []
    for index in range(16):
        light = views(compositor.frame(index), W, H).y.astype(int) - views(nothing, W, H).y
        differs = light > 2
        covered.append(int(light.sum()))
        inside = np.zeros_like(differs)
        inside[box.y - 1 : box.bottom + 1, box.x - 1 : box.right + 1] = True
        assert not (differs & ~inside).any(), "nothing shows outside its place"
    assert covered == sorted(covered)
    assert covered[0] > 0
    assert covered[-1] == covered[-2]


@pytest.mark.parametrize(("edge", "curve", "together"), [("bottom", "expo", True), ("left", "linear", False)])
def test_words_are_uncovered_line_by_line(store: Store, edge: Any, curve: Any, together: bool):
    sheet = np.zeros((H, W, 4), np.uint8)
    sheet[:, :, :3] = 255
    lines = (slice(20, 34), slice(48, 62))
    for rows in lines:
        sheet[rows, 20:120, 3] = 255
    box = Box(x=18, y=12, width=104, height=60)
    words = Element(id="words", role="item", sheet="ink", box=box, order=0, text="two lines")
    drawn = counting(store).model_copy(
        update={
            "plate": store.keep_bytes(png(np.zeros((H, W, 3), np.uint8)), ".png"),
            "ink": store.keep_bytes(png(sheet), ".png"),
            "digits": None,
            "numerals": (),
            "elements": (words,),
        }
    )
    entrance = Entrance(element="words", kind="uncover", at=0, frames=20, curve=curve, edge=edge)
    compositor = Compositor(still(drawn, entrances=(entrance,)), store.path)
    first, second = (
        [float((views(compositor.frame(n), W, H).y[rows].astype(int) - 16).sum()) for n in range(22)] for rows in lines
    )
    assert first == sorted(first)
    assert second == sorted(second)
    begins = next(n for n, light in enumerate(second) if light > 0)
    assert begins > next(n for n, light in enumerate(first) if light > 0)
    assert (first[begins] < 0.98 * first[-1]) == together


def test_a_count_shows_its_own_digits_where_they_stand(store: Store):
    """Drawn from the sheet of digits, the value itself is the shot's value; on the way other digits stand there."""
    ink, digits = written("12.5", (60, 220, 90)), digit_sheet()
    counter = Counter(ink, digits, BOX, numeral())
    own = counter.layer(1.0)
    assert np.abs(own.planes.y.astype(int) - Counter(ink, digits, BOX, numeral()).layer(1.0).planes.y).max() == 0
    cut = ink[BOX.y : BOX.bottom, BOX.x : BOX.right]
    assert np.abs((255 - own.below_y.astype(int)) - cut[:, :, 3]).max() <= 2
    half = counter.layer(0.66)  # 8.3 of 12.5
    assert not (255 - half.below_y[:, :CELL]).any(), "a digit that is not reached is not there"
    wanted = written(" 8.2", (60, 220, 90))[BOX.y : BOX.bottom, BOX.x : BOX.right, 3]
    assert np.abs((255 - half.below_y.astype(int)) - wanted).max() <= 2
    dot = slice(2 * CELL, 3 * CELL)
    assert np.array_equal(half.below_y[:, dot], own.below_y[:, dot]), "what parts the digits stays"


def test_a_count_ends_exactly(store: Store):
    drawn = counting(store)
    entrance = Entrance(element="value", kind="count", at=2, frames=20)
    compositor = Compositor(still(drawn, entrances=(entrance,)), store.path)
    whole = Compositor(still(drawn, entrances=(Entrance(element="value", kind="fade", at=0, frames=0),)), store.path)
    seen = [compositor.frame(n) for n in range(2, 30)]
    assert np.array_equal(seen[20], whole.frame(22))
    assert len({frame.tobytes() for frame in seen[:18]}) > 12, "it counts"


def test_leaving_words_are_gone_when_their_exit_ends(store: Store):
    drawn, nothing = counting(store), bare(store, counting(store)).frame(0)
    for kind in ("sink", "cover", "fade"):
        leaving = Exit(element="value", kind=kind, at=25, frames=10)
        entrance = Entrance(element="value", kind="fade", at=0, frames=0)
        compositor = Compositor(still(drawn, entrances=(entrance,), exits=(leaving,)), store.path)
        whole = compositor.frame(24)
        left = [np.abs(compositor.frame(n).astype(int) - nothing).sum() for n in range(24, 40)]
        assert np.array_equal(whole, compositor.frame(10))
        assert all(b < a * 1.02 for a, b in pairwise(left[:11]))
        assert not any(left[11:])


@pytest.mark.parametrize("kind", ["pulse", "sheen", "caret"])
def test_an_emphasis_comes_from_the_settled_pixels_and_goes_back_to_them(store: Store, kind: Any):
    drawn = counting(store)
    drawn = drawn.model_copy(update={"elements": (drawn.elements[0].model_copy(update={"glyphs": 4}),)})
    entrance = Entrance(element="value", kind="fade", at=0, frames=0)
    asks = Emphasis(element="value", kind=kind, at=6, frames=24)
    compositor = Compositor(still(drawn, entrances=(entrance,), emphasis=asks), store.path)
    rest = compositor.frame(5)
    assert np.array_equal(rest, compositor.frame(30))
    changes = [np.abs(compositor.frame(n).astype(int) - rest).mean() for n in range(6, 30)]
    assert max(changes) > 0.02
    if kind != "caret":
        assert changes[0] < 0.5 * max(changes)
        assert changes[-1] < 0.5 * max(changes)


def flashes(lights: list[float]) -> int:
    """General flashes: pairs of opposing changes of the picture's relative luminance by a tenth or more."""
    turns, low, high = [], lights[0], lights[0]
    for light in lights:
        low, high = min(low, light), max(high, light)
        if light - low >= 0.1 and (not turns or turns[-1] < 0):
            turns.append(1)
            high = light
        elif high - light >= 0.1 and (not turns or turns[-1] > 0):
            turns.append(-1)
            low = light
    return len(turns) // 2


def test_no_second_of_a_scene_flashes(store: Store):
    """A panel over the whole picture that switches on in steps, is pulsed with light and left: the worst case."""
    assert flashes([0, 0.5, 0, 0.5, 0]) == 2
    sheet = np.full((H, W, 4), 255, np.uint8)
    whole = Element(
        id="panel", role="panel", sheet="panels", box=Box(x=0, y=0, width=W, height=H), order=0, must_read=False
    )
    drawn = shot(store.keep_bytes).model_copy(
        update={"panels": store.keep_bytes(png(sheet), ".png"), "elements": (whole,)}
    )
    for kind, curve in (("fade", "steps"), ("pop", "back"), ("rise", "back")):
        request = still(
            drawn,
            entrances=(Entrance(element="panel", kind=kind, curve=curve, at=0, frames=10),),
            emphasis=Emphasis(element="panel", kind="pulse", at=10, frames=10),
            exits=(Exit(element="panel", kind="sink", at=22, frames=8),),
        )
        compositor = Compositor(request, store.path)
        lights = [float(((views(compositor.frame(n), W, H).y / 235.0) ** 2.2).mean()) for n in range(30)]
        assert flashes(lights) <= 3


def test_any_frame_is_the_same_in_any_order(store: Store):
    drawn = counting(store)
    request = still(
        drawn,
        entrances=(Entrance(element="value", kind="count", at=2, frames=12),),
        emphasis=Emphasis(element="value", kind="sheen", at=16, frames=10),
        exits=(Exit(element="value", kind="cover", at=30, frames=8),),
    )
    forth, back = Compositor(request, store.path), Compositor(request, store.path)
    seen = [forth.frame(n).copy() for n in range(40)]
    assert all(np.array_equal(back.frame(n), seen[n]) for n in reversed(range(40)))
