"""The renderer: sub-pixel camera, entrances, crisp words, and segments that are what was asked for."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import ENCODING, SIZE, ink, plate, png, segment_request, shot
from readme2video.animators.local import camera_path
from readme2video.events import ignore
from readme2video.media.planes import from_bgr, views
from readme2video.media.probe import frames, probe
from readme2video.model.film import CameraPath, Entrance, Pose
from readme2video.model.record import Box
from readme2video.model.shot import Element
from readme2video.motion import ease_out, smooth
from readme2video.render import Renderer
from readme2video.render.camera import pose_at, view_of
from readme2video.render.compositor import Compositor
from readme2video.render.layers import clusters, cut_layer, even_box, lay, plate_planes
from readme2video.store import Store

W, H = SIZE.width, SIZE.height
MOTIONS = ("push_in", "pull_out", "pan_left", "pan_right", "drift_up", "drift_down", "still")


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


def still(request):
    """The same request with a camera that does not move."""
    pose = Pose(zoom=1.0, x=0.5, y=0.5)
    return request.model_copy(update={"backdrop": CameraPath(start=pose, end=pose)})


@pytest.mark.parametrize("motion", MOTIONS)
@given(variant=st.integers(0, 20), duration_s=st.floats(1, 20), t=st.floats(0, 1))
def test_the_view_always_lies_inside_the_plate(motion, variant: int, duration_s: float, t: float):
    pose = pose_at(camera_path(motion, variant, duration_s), t)
    scale, left, top = view_of(pose, 1920, 1080)
    for size, offset in ((1920, left), (1080, top)):
        # Pixel centres reach half a pixel over the edge at most, where the border is repeated.
        assert offset >= -0.51
        assert scale * (size - 1) + offset <= size - 1 + 0.51


@pytest.mark.parametrize("motion", MOTIONS)
def test_every_motion_moves_all_the_time_and_never_jumps(motion):
    path = camera_path(motion, 1, 5.0)
    views_ = [view_of(pose_at(path, n / 149), 1920, 1080) for n in range(150)]
    corners = [np.array([[s * x + left, s * y + top] for x in (0, 1919) for y in (0, 1079)]) for s, left, top in views_]
    steps = np.array([np.abs(b - a).max() for a, b in pairwise(corners)])
    assert steps.min() > 0.05, "a frozen stretch"
    assert steps.max() < 4, "a jump"
    assert np.abs(np.diff(steps)).max() < 0.1, "a jerk"


def test_motions_of_neighbours_differ_in_direction():
    ends = {motion: camera_path(motion, 0, 5.0) for motion in MOTIONS}
    assert len({path.model_dump_json() for path in ends.values()}) == len(MOTIONS)


@pytest.mark.parametrize("ease", [smooth, ease_out])
def test_easing_goes_from_0_to_1_without_turning_back(ease):
    values = [ease(n / 50) for n in range(51)]
    assert values[0] == 0
    assert values[-1] == 1
    assert all(b >= a for a, b in pairwise(values))


def test_the_camera_is_accurate_below_a_pixel(store: Store):
    """A soft spot's centre of mass moves evenly, also when it moves by a tenth of a pixel a frame."""
    picture = np.zeros((H, W, 3), np.uint8)
    cv2.circle(picture, (80, 45), 12, (255, 255, 255), -1, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), 4)
    drawn = shot(store.keep_bytes).model_copy(update={"plate": store.keep_bytes(png(picture), ".png")})
    empty = store.keep_bytes(png(np.zeros((H, W, 4), np.uint8)), ".png")
    drawn = drawn.model_copy(update={"ink": empty, "elements": ()})
    start, end = Pose(zoom=1.25, x=0.45, y=0.5), Pose(zoom=1.25, x=0.55, y=0.5)
    request = segment_request(drawn, frames=33, entrances=())
    request = request.model_copy(update={"backdrop": CameraPath(start=start, end=end, easing="linear")})
    compositor = Compositor(request, store.path)
    columns = np.arange(W)
    centres = []
    for index in range(33):
        luma = views(compositor.frame(index), W, H).y.astype(float) - 16
        centres.append((luma.sum(axis=0) * columns).sum() / luma.sum())
    steps = np.diff(centres)
    assert abs(steps.mean() + 0.1 * (W - W / 1.25) * 1.25 / 32) < 0.01
    assert steps.std() < 0.02


def test_the_settled_scene_is_the_screenshot(store: Store):
    """With a camera at rest, the composed luma equals the shot's; only chroma is coarser."""
    drawn = shot(store.keep_bytes)
    compositor = Compositor(still(segment_request(drawn)), store.path)
    seen = views(compositor.frame(19), W, H).y.astype(int)
    wanted, _, _ = from_bgr(cv2.imread(str(store.path(drawn.full))))
    assert np.abs(seen - wanted).max() <= 2


def test_entering_elements_are_absent_then_partial_then_exact(store: Store):
    drawn = shot(store.keep_bytes)
    compositor = Compositor(still(segment_request(drawn)), store.path)  # rises from frame 2 to 8
    bare = Compositor(still(segment_request(drawn.model_copy(update={"elements": ()}), entrances=())), store.path)
    assert np.array_equal(compositor.frame(0), bare.frame(0))
    shares = [np.abs(compositor.frame(n).astype(int) - bare.frame(n).astype(int)).sum() for n in range(2, 12)]
    assert all(b > a for a, b in pairwise(shares[:6]))
    assert shares[-1] == shares[-2]


@pytest.mark.parametrize("kind", ["rise", "slide", "fade", "type"])
def test_the_last_frame_of_an_entrance_meets_the_settled_one(store: Store, kind):
    drawn = shot(store.keep_bytes)
    element = drawn.elements[0].model_copy(update={"role": "command", "glyphs": 5})
    drawn = drawn.model_copy(update={"elements": (element,)})
    entrance = Entrance(element="headline", kind=kind, at=0, frames=12)
    compositor = Compositor(still(segment_request(drawn, entrances=(entrance,))), store.path)
    before, after = compositor.frame(11).astype(int), compositor.frame(12).astype(int)
    assert np.abs(after - before).mean() < 3


def test_typing_uncovers_whole_cells_behind_a_caret(store: Store):
    drawn = shot(store.keep_bytes)
    box = Box(x=20, y=30, width=100, height=30)
    element = Element(id="cmd", role="command", sheet="ink", box=box, order=0, text="hello", glyphs=5)
    drawn = drawn.model_copy(update={"elements": (element,)})
    entrance = Entrance(element="cmd", kind="type", at=0, frames=14)
    compositor = Compositor(still(segment_request(drawn, entrances=(entrance,))), store.path)
    bare = Compositor(still(segment_request(drawn.model_copy(update={"elements": ()}), entrances=())), store.path)
    changed = []
    for index in range(14):
        differs = np.abs(views(compositor.frame(index), W, H).y.astype(int) - views(bare.frame(index), W, H).y)
        changed.append(int(np.nonzero(differs.max(axis=0) > 8)[0].max()))
    assert changed == sorted(changed)
    assert changed[0] < 40
    assert changed[-1] <= 122


def test_frames_do_not_depend_on_the_order_they_are_asked_in(store: Store):
    request = segment_request(shot(store.keep_bytes))
    forth, back = Compositor(request, store.path), Compositor(request, store.path)
    first = [forth.frame(n).copy() for n in range(12)]
    for n in reversed(range(12)):
        assert np.array_equal(back.frame(n), first[n])


def test_odd_boxes_and_edges_do_not_shift_words(store: Store):
    sheet = ink(x=0)
    for box in (Box(x=-3, y=31, width=60, height=33), Box(x=101, y=1, width=80, height=99)):
        even = even_box(box, W, H)
        assert even.x % 2 == even.y % 2 == even.width % 2 == even.height % 2 == 0
        assert even.x >= 0
        assert even.right <= W
        assert even.bottom <= H
        layer = cut_layer([sheet], even).moved(0.4, -7.3).inside(W, H)
        assert layer.planes.y.shape == (layer.box.height, layer.box.width)
        assert layer.planes.u.shape == (layer.box.height // 2, layer.box.width // 2)
        assert layer.box.x >= 0
        assert layer.box.bottom <= H


def test_sheets_cut_together_look_like_one_over_the_other():
    """What lies over a frame once settled equals laying the sheets one by one."""
    below, above = ink("panel", 5), ink("words", 30)
    below[:, :, :3] = (200, 40, 10)
    whole = Box(x=0, y=0, width=W, height=H)
    one_by_one, together = plate_planes(plate(1)), plate_planes(plate(1))
    for sheet in (below, above):
        lay(one_by_one, cut_layer([sheet], whole))
    lay(together, cut_layer([below, above], whole))
    for one, both in zip((one_by_one.y, one_by_one.u, one_by_one.v), (together.y, together.u, together.v), strict=True):
        differs = np.abs(one.astype(int) - both.astype(int))
        # Chroma is averaged before or after laying, so it may differ on the edges where both sheets are half clear.
        assert differs.max() <= 2 if one.shape == (H, W) else differs.mean() < 0.5


def test_touching_boxes_become_one_area():
    boxes = [Box(x=0, y=0, width=10, height=10), Box(x=30, y=0, width=10, height=10), Box(x=8, y=8, width=24, height=4)]
    assert clusters(boxes) == [Box(x=0, y=0, width=40, height=12)]
    apart = [Box(x=0, y=0, width=10, height=10), Box(x=10, y=0, width=10, height=10)]
    assert clusters(apart) == apart


async def test_a_segment_has_head_body_and_tail(store: Store):
    request = segment_request(shot(store.keep_bytes), frames=40, head=6, tail=8)
    segment = await store(Renderer(parallel=1), request)
    assert segment.head
    assert segment.tail
    assert probe(store.path(segment.body)).frames == segment.body_frames == 26
    counts = [sum(1 for _ in frames(store.path(part))) for part in (segment.head, segment.tail)]
    assert counts == [6, 8]
    compositor = Compositor(request, store.path)
    assert np.array_equal(next(frames(store.path(segment.head)))[1], compositor.frame(0))
    assert np.array_equal(next(frames(store.path(segment.tail)))[1], compositor.frame(32))
    assert store.path(segment.poster).read_bytes()[:2] == b"\xff\xd8"


async def test_words_that_settle_with_the_last_frame_still_give_a_poster(store: Store):
    """A short scene's words may stand for a single frame."""
    late = (Entrance(element="headline", kind="rise", at=2, frames=30),)
    segment = await store(Renderer(parallel=1), segment_request(shot(store.keep_bytes), entrances=late))
    assert segment.body_frames == 20
    assert cv2.imread(str(store.path(segment.poster))) is not None


async def test_legibility_is_near_one_and_falls_when_words_suffer(store: Store):
    drawn = shot(store.keep_bytes)
    good = await store(Renderer(parallel=1), segment_request(drawn))
    coarse = ENCODING.model_copy(update={"crf": 51})
    bad = await store(Renderer(parallel=1), segment_request(drawn, encoding=coarse))
    assert good.legibility
    assert bad.legibility
    assert good.legibility.worst > 0.98
    assert bad.legibility.worst < good.legibility.worst - 0.01


async def test_cancelling_leaves_no_encoder(store: Store):
    request = segment_request(shot(store.keep_bytes), frames=30_000)
    task = asyncio.create_task(store(Renderer(parallel=1), request))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    own = Path("/proc/self/task")
    children = [pid for thread in own.iterdir() for pid in (thread / "children").read_text().split()]
    assert not [pid for pid in children if "ffmpeg" in Path(f"/proc/{pid}/cmdline").read_text()]
