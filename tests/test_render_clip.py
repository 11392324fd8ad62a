"""The renderer over bought clips: whatever the clip is, the film gets its own frames, and its words stay readable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest

import scene_samples
from makers import ENCODING, SIZE, ink, over, plate, png, segment_request, shot
from readme2video.errors import PausedError
from readme2video.media.clip import verify_clip
from readme2video.media.clip_frames import ClipFrames
from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.media.planes import from_bgr, views
from readme2video.media.probe import frames, probe
from readme2video.model.film import LEGIBLE, Clip, Segment, SegmentRequest
from readme2video.model.record import Artifact, Box
from readme2video.model.shot import Element, Shot
from readme2video.model.vocabulary import Style
from readme2video.render import Renderer
from readme2video.scenes.shooter import Shooter
from readme2video.settings import Settings
from works import FakeWork

W, H = SIZE.width, SIZE.height
FPS = ENCODING.fps
START, SLOPE = 40, 60
"""Luma of a clock clip: where it starts, and what it gains a second, so that a frame tells its time."""
TAGS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
CRISP = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-pix_fmt", "yuv420p", *TAGS)


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path / "store")


def made(file: Path, *arguments: str) -> Path:
    done = run_ffmpeg(["-loglevel", "error", "-y", *arguments, str(file)], 60)
    assert done.returncode == 0, done.stderr
    return file


def clock(
    file: Path, *, seconds: float = 2.0, rate: int = 30, size: str = "160x90", keep: str = "1", sound: bool = False
) -> Path:
    """A clip that grows brighter evenly: its luma is the time.

    Args:
        keep: Which frames stay, as an expression over their number ``n``; the rest makes the rate vary.
    """
    grey = f"nullsrc=s={size}:r={rate}:d={seconds},format=yuv420p,geq=lum='{START}+{SLOPE}*T':cb=128:cr=128"
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", "-c:a", "aac"] if sound else []
    return made(file, "-f", "lavfi", "-i", f"{grey},select='{keep}'", *tone, "-fps_mode", "vfr", *CRISP)


def of_picture(
    file: Path, picture: np.ndarray, filters: str = "null", *, seconds: float = 1.0, codec: tuple[str, ...] = CRISP
) -> Path:
    """A clip that shows a picture (BGR), bent by filters."""
    still = file.with_suffix(".png")
    still.write_bytes(png(picture))
    colours = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p"
    chain = filters if filters.startswith("as is") else f"{colours},{filters}"
    given = ["-loop", "1", "-framerate", str(FPS), "-t", f"{seconds}", "-i", str(still)]
    return made(file, *given, "-vf", chain.removeprefix("as is,"), *codec)


def bought(work: FakeWork, file: Path, covers: str = "plate", **changes: Any) -> Clip:
    """The record of a clip that was bought."""
    facts = verify_clip(file)
    return Clip(
        video=work.keep_bytes(file.read_bytes(), file.suffix),
        covers=covers,
        size_px=facts.size_px,
        fps=facts.fps,
        frames=facts.frames,
        duration_s=facts.duration_s,
        has_sound=facts.has_sound,
        model="sora-2-image-to-video",
        task_id="t1",
        credits=30,
        **changes,
    )


def scene(drawn: Shot, clip: Clip, **more: Any) -> SegmentRequest:
    return segment_request(drawn, **more).model_copy(update={"backdrop": clip})


async def render(work: FakeWork, request: SegmentRequest) -> Segment:
    return await Renderer(parallel=1).perform(request, work)


def played(work: FakeWork, clip: Clip, count: int) -> list[np.ndarray]:
    """The clip's frames as the film gets them."""
    stop = threading.Event()
    with ClipFrames(
        work.path(clip.video), SIZE, FPS, count, duration_s=clip.duration_s, start_s=clip.start_s, stop=stop
    ) as stream:
        return [frame.copy() for frame in stream]


def film(work: FakeWork, segment: Segment) -> list[np.ndarray]:
    """All frames of a segment, transitions included, flat I420."""
    parts = [part for part in (segment.head, segment.body, segment.tail) if part]
    return [frame for part in parts for _, frame in frames(work.path(part))]


def times(shown: list[np.ndarray]) -> np.ndarray:
    """What time of a clock clip each frame shows, seconds; read off a corner without words."""
    return np.array([(views(frame, W, H).y[:20, :].mean() - START) / SLOPE for frame in shown])


def wordless(drawn: Shot) -> Shot:
    return drawn.model_copy(update={"elements": ()})


def luma(picture: np.ndarray) -> np.ndarray:
    return from_bgr(picture)[0]


# --- Elements over a plate, or a clip as it came


async def test_elements_enter_over_a_clip_of_the_plate(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4"))
    segment = await render(work, scene(shot(work.keep_bytes), clip, frames=36, head=12, tail=8))
    shown, bare = film(work, segment), played(work, clip, 36)
    assert len(shown) == 36
    for part in (slice(0, 20), slice(70, None)):
        assert all(np.array_equal(views(shown[n], W, H).y[part], views(bare[n], W, H).y[part]) for n in (0, 1))
    cover = ink()[:, :, 3]
    for place in (11, 28, 35):  # settled; head and tail are lossless
        seen, below = views(shown[place], W, H).y.astype(int), views(bare[place], W, H).y.astype(int)
        assert np.abs(seen[cover == 255] - 235).max() <= 2, "words are white"
        assert np.array_equal(seen[:20], below[:20])
        assert np.array_equal(seen[70:], below[70:])
    middle = views(shown[20], W, H).y.astype(int)
    assert np.abs(middle[cover == 255] - 235).mean() < 3
    assert segment.legibility
    assert segment.legibility.worst > LEGIBLE
    assert segment.findings == ()


async def test_a_clip_of_the_whole_picture_is_shown_as_it_came(work: FakeWork, tmp_path: Path) -> None:
    """No camera, no entrances and nothing laid over it: its words are its own."""
    drawn = shot(work.keep_bytes)
    bent = of_picture(tmp_path / "a.mp4", over(plate(), ink()), "scroll=vertical=0.0005")
    clip = bought(work, bent, "full")
    segment = await render(work, scene(drawn, clip, frames=24, head=6, tail=6))
    shown, bare = film(work, segment), played(work, clip, 24)
    for place in (*range(6), *range(18, 24)):
        assert np.array_equal(shown[place], bare[place])
    for place in range(6, 18):
        assert np.abs(shown[place].astype(int) - bare[place]).mean() < 2
    assert segment.findings == ()


async def test_a_clip_of_the_plate_is_never_touched_up(work: FakeWork, tmp_path: Path) -> None:
    """The words over it are ours: however wild it is, they are what was intended."""
    wild = made(tmp_path / "a.mp4", "-f", "lavfi", "-i", f"testsrc2=s=160x90:r={FPS}:d=1,noise=alls=40:allf=t", *CRISP)
    segment = await render(work, scene(shot(work.keep_bytes), bought(work, wild), frames=24))
    assert segment.legibility
    assert segment.legibility.worst > LEGIBLE
    assert segment.findings == ()


async def test_words_that_only_the_encoder_coarsened_are_not_the_clips_fault(work: FakeWork, tmp_path: Path) -> None:
    coarse = ENCODING.model_copy(update={"crf": 51})
    clip = bought(work, clock(tmp_path / "a.mp4"))
    segment = await render(work, scene(shot(work.keep_bytes), clip, frames=24, encoding=coarse))
    assert segment.legibility
    assert segment.legibility.worst < LEGIBLE, "else this shows nothing"
    assert segment.findings == ()


# --- Any clip


@pytest.mark.parametrize(
    ("given", "frames_"),
    [
        ({"rate": 24}, 45),
        ({"rate": 25}, 45),
        ({"rate": 60}, 45),
        ({"rate": 12}, 45),
        ({"rate": 60, "keep": "not(mod(n\\,2))+gt(n\\,60)"}, 45),
        ({"rate": 30, "keep": "lt(n\\,10)+not(mod(n\\,3))"}, 45),
        ({"size": "320x180", "sound": True}, 45),
        ({"size": "90x160"}, 45),
        ({"size": "178x98"}, 45),
        ({"seconds": 2.5}, 30),
    ],
    ids=["24", "25", "60", "12", "vfr-60-after-30", "vfr-10-after-30", "sound", "upright", "odd-shape", "longer"],
)
async def test_time_passes_as_in_the_clip(work: FakeWork, tmp_path: Path, given: dict[str, Any], frames_: int) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4", **given))
    assert clip.has_sound == bool(given.get("sound"))
    assert (abs(clip.fps - given.get("rate", FPS)) > 1) == ("keep" in given)
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), clip, frames=frames_, head=6, tail=9))
    shown = film(work, segment)
    assert len(shown) == frames_
    late = times(shown) - np.arange(frames_) / FPS
    coarsest = 1 / 10 if "keep" in given else 1 / min(given.get("rate", FPS), FPS)
    assert np.abs(late).max() < coarsest + 0.03
    assert np.diff(times(shown)).min() > -0.005, "nothing goes back"
    facts = probe(work.path(segment.body))
    assert (facts.frames, facts.size_px, facts.pixel_format, facts.audio) == (frames_ - 15, SIZE, "yuv420p", None)
    assert (facts.fps, facts.range_, facts.matrix, facts.primaries, facts.transfer) == (FPS, 1, 1, 1, 1)


def patches() -> np.ndarray:
    """Four colours, BGR, as large as a clip; smooth enough for any subsampling."""
    corners = np.array([[[40, 60, 200], [60, 180, 70]], [[190, 80, 50], [128, 128, 128]]], np.uint8)
    return np.kron(corners, np.ones((90, 160, 1), np.uint8))


TO = "scale=out_color_matrix={}:out_range={}:flags=accurate_rnd+full_chroma_int+full_chroma_inp,format={}"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "4")


def tags(matrix: str, range_: str) -> tuple[str, ...]:
    return ("-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix, "-color_range", range_)


@pytest.mark.parametrize(
    ("suffix", "chain", "codec"),
    [
        (".mp4", TO.format("bt709", "tv", "yuv420p"), (*X264, *tags("bt709", "tv"))),
        (".mp4", TO.format("smpte170m", "tv", "yuv420p"), (*X264, *tags("smpte170m", "tv"))),
        (".mp4", TO.format("bt709", "pc", "yuv420p"), (*X264, *tags("bt709", "pc"))),
        (".mp4", TO.format("bt709", "pc", "yuv420p10le"), (*X264, *tags("bt709", "pc"))),
        (".mp4", TO.format("bt709", "tv", "yuv444p"), (*X264, *tags("bt709", "tv"))),
        (".mp4", TO.format("bt709", "tv", "yuv422p"), (*X264, *tags("bt709", "tv"))),
        (".mp4", TO.format("bt709", "tv", "yuv420p10le"), (*X264, *tags("bt709", "tv"))),
        (".mp4", "format=gbrp", ("-c:v", "libx264rgb", "-preset", "ultrafast", "-crf", "4")),
        (".mkv", "format=bgr0", ("-c:v", "ffv1")),
    ],
    ids=["yuv420p", "bt601", "full-range", "full-range-10-bit", "yuv444p", "yuv422p", "10-bit", "rgb", "rgb-ffv1"],
)
async def test_colours_are_the_clips_in_any_pixel_format(
    work: FakeWork, tmp_path: Path, suffix: str, chain: str, codec: tuple[str, ...]
) -> None:
    clip = bought(work, of_picture(tmp_path / f"a{suffix}", patches(), f"as is,{chain}", seconds=0.7, codec=codec))
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), clip, frames=18, head=4))
    wanted = from_bgr(cv2.resize(patches(), SIZE_PX, interpolation=cv2.INTER_AREA))
    for frame in film(work, segment):
        seen = views(frame, W, H)
        for plane, want, part in zip((seen.y, seen.u, seen.v), wanted, (1, 2, 2), strict=True):
            for row, column in ((22, 40), (22, 120), (67, 40), (67, 120)):
                found = float(plane[row // part - 4 : row // part + 4, column // part - 4 : column // part + 4].mean())
                assert abs(found - float(want[row, column])) < 2.5


SIZE_PX = (W, H)


@pytest.mark.parametrize(
    ("width", "height", "stretch"),
    [(90, 160, 1), (200, 200, 1), (48, 27, 1), (640, 90, 1), (320, 180, 2), (80, 180, 2)],
)
async def test_a_clip_of_another_shape_fills_the_frame(
    work: FakeWork, tmp_path: Path, width: int, height: int, stretch: int
) -> None:
    """Cut at the edges, never barred or stretched: a disc stays a disc, also where pixels are not square."""
    picture = np.full((height, width * stretch, 3), 60, np.uint8)
    middle, radius = (8 * (width * stretch - 1), 8 * (height - 1)), 16 * max(4, min(width, height) // 6)  # 16ths of px
    cv2.circle(picture, middle, radius, (230, 230, 230), -1, cv2.LINE_AA, shift=4)
    picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-pix_fmt", "yuv444p", *TAGS)
    chain = f"as is,{TO.format('bt709', 'tv', 'yuv444p')},setsar={stretch}"
    file = of_picture(tmp_path / "a.mp4", picture, chain, codec=codec)
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), bought(work, file), frames=15, head=2))
    seen = views(film(work, segment)[0], W, H).y.astype(float)
    ground = float(luma(np.full((2, 2, 3), 60, np.uint8)).mean())
    edge = np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])
    assert np.abs(edge - ground).max() < 4, "there are no bars"
    bright = seen > (ground + 209) / 2
    rows, columns = np.nonzero(bright)
    # What is cut off is even on all sides, so that colours line up: that may cost a pixel.
    assert abs(rows.mean() - (H - 1) / 2) < 1.3
    assert abs(columns.mean() - (W - 1) / 2) < 1.3
    assert abs(np.ptp(rows) - np.ptp(columns)) <= max(2, 0.1 * np.ptp(rows))


# --- Shorter, longer, shared


async def test_a_clip_a_little_too_short_is_slowed(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4", seconds=1.4))
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), clip, frames=48, head=6, tail=6))
    shown = times(film(work, segment))
    assert len(shown) == 48
    assert shown[-1] == pytest.approx(1.4, abs=0.08), "its end is reached, and only there"
    assert np.abs(shown - np.arange(48) / FPS * 1.4 / 1.6).max() < 0.06
    assert np.diff(shown[2:-2]).max() < 0.09


async def test_a_clip_much_too_short_swings_at_its_end(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4", seconds=1.0))
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), clip, frames=120, head=6, tail=6))
    shown = times(film(work, segment))
    assert len(shown) == 120
    assert np.abs(shown[:15] - np.arange(15) / FPS).max() < 0.06, "it begins at its own pace"
    steps = np.diff(shown)
    assert np.abs(steps).max() < 0.06, "nothing jumps"
    assert (steps[30:85] < -0.01).sum() > 20, "it goes back"
    assert (steps[85:] > 0.01).sum() > 15, "and forth again"
    still = np.abs(steps) < 0.002
    longest = max((len(run) for run in "".join("x" if s else " " for s in still).split()), default=0)
    assert longest < 12, "and never freezes"


async def test_two_scenes_may_share_a_clip(work: FakeWork, tmp_path: Path) -> None:
    """The second goes on where the first one ended."""
    clip = bought(work, clock(tmp_path / "a.mp4", seconds=2.2, rate=24))
    drawn = wordless(shot(work.keep_bytes))
    first = await render(work, scene(drawn, clip, frames=30, tail=6))
    second = await render(work, scene(drawn, clip.model_copy(update={"start_s": 1.0}), frames=30, head=6))
    shown = times([*film(work, first), *film(work, second)])
    assert np.abs(shown - np.arange(60) / FPS).max() < 1 / 24 + 0.03
    assert first.body != second.body


@pytest.mark.parametrize("start_s", [1.6, 1.99, 5.0])
async def test_a_start_near_the_end_leaves_something_to_show(work: FakeWork, tmp_path: Path, start_s: float) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4"), start_s=start_s)
    segment = await render(work, scene(wordless(shot(work.keep_bytes)), clip, frames=30, head=6))
    shown = times(film(work, segment))
    assert len(shown) == 30
    assert shown[0] == pytest.approx(1.5, abs=0.15)
    assert shown.max() - shown.min() > 0.2
    assert np.abs(np.diff(shown)).max() < 0.08


async def test_a_clip_that_was_damaged_since_is_said(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, clock(tmp_path / "a.mp4"))
    path = work.path(clip.video)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(PausedError, match="incomplete"):
        await render(work, scene(shot(work.keep_bytes), clip, frames=30))


# --- Words in a clip of the whole picture

BENT = {
    "shifted": "scroll=hpos=0.03",
    "wandering": "scroll=horizontal=0.004",
    "blurred": "gblur=sigma=4",
    "mirrored": "hflip",
    "turned": "rotate=6*PI/180:c=gray",
    "wavy": "geq=lum='lum(X,Y+3*sin(X/6+8*T))':cb='cb(X,Y)':cr='cr(X,Y)'",
    "grown": "scale=184:104,crop=160:90",
    "gone": "drawbox=x=10:y=20:w=130:h=50:color=gray:t=fill",
}


@pytest.mark.parametrize("how", BENT)
async def test_words_a_clip_bent_are_laid_over_it(work: FakeWork, tmp_path: Path, how: str) -> None:
    picture = over(plate(), ink())
    drawn = shot(work.keep_bytes)
    clip = bought(work, of_picture(tmp_path / "a.mp4", picture, BENT[how]), "full")
    segment = await render(work, scene(drawn, clip, frames=30, head=6, tail=6))
    assert segment.legibility
    assert segment.legibility.worst >= LEGIBLE
    (finding,) = segment.findings
    assert (finding.level, finding.rule) == ("info", "words-bent")
    assert "at headline" in finding.message
    before = float(finding.message.partition("likeness ")[2].split(" ")[0])
    assert before < LEGIBLE
    assert f"now {segment.legibility.worst:.3f}" in finding.message
    shown, bare = film(work, segment), played(work, clip, 30)
    box = drawn.elements[0].box
    inside = (slice(box.y, box.bottom), slice(box.x, box.right))
    for place in (*range(6), *range(24, 30)):  # from the first frame to the last, transitions too
        seen = views(shown[place], W, H).y.astype(int)
        assert np.abs(seen[inside] - luma(picture)[inside]).max() <= 3
        far = np.ones((H, W), bool)
        far[box.y - 10 : box.bottom + 10, box.x - 10 : box.right + 10] = False
        assert np.array_equal(seen[far], views(bare[place], W, H).y[far]), "the rest stays the clip's"
    likeness = np.corrcoef(views(shown[14], W, H).y[inside].ravel(), luma(picture)[inside].ravel())[0, 1]
    assert likeness >= LEGIBLE


@pytest.mark.parametrize("how", ["null", "lutyuv=y=val*0.8", "drawbox=x=0:y=0:w=160:h=15:color=red:t=fill"])
async def test_a_clip_that_keeps_the_words_is_not_touched(work: FakeWork, tmp_path: Path, how: str) -> None:
    """Light may change, and what is not words."""
    clip = bought(work, of_picture(tmp_path / "a.mp4", over(plate(), ink()), how), "full")
    segment = await render(work, scene(shot(work.keep_bytes), clip, frames=24, head=6))
    assert segment.legibility
    assert segment.legibility.worst >= LEGIBLE
    assert segment.findings == ()
    bare = played(work, clip, 24)
    assert all(np.array_equal(one, other) for one, other in zip(film(work, segment)[:6], bare, strict=False))


def two_lines(keep: Callable[[bytes, str], Artifact]) -> tuple[Shot, np.ndarray]:
    """A shot with a headline above and a small line below, and its whole picture."""
    sheet = ink()
    cover = np.zeros((H, W), np.uint8)
    cv2.putText(cover, "pip install it", (24, 82), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1, cv2.LINE_AA)
    sheet[:, :, 3] = np.maximum(sheet[:, :, 3], cover)
    picture = over(plate(), sheet)
    drawn = shot(keep)
    small = Element(
        id="command", role="command", sheet="ink", box=Box(x=20, y=70, width=110, height=18), order=1, text="pip"
    )
    update = {
        "full": keep(png(picture), ".png"),
        "ink": keep(png(sheet), ".png"),
        "elements": (*drawn.elements, small),
    }
    return drawn.model_copy(update=update), picture


async def test_the_worst_words_are_named_and_all_words_are_laid_over(work: FakeWork, tmp_path: Path) -> None:
    drawn, picture = two_lines(work.keep_bytes)
    lower = "split[a][b];[b]crop=160:24:0:66,hflip[c];[a][c]overlay=0:66"
    clip = bought(work, of_picture(tmp_path / "a.mp4", picture, lower), "full")
    segment = await render(work, scene(drawn, clip, frames=24, head=4))
    (finding,) = segment.findings
    assert "at command" in finding.message
    assert segment.legibility
    assert segment.legibility.worst >= LEGIBLE
    seen = views(film(work, segment)[0], W, H).y.astype(int)
    for element in drawn.elements:
        box = element.box
        inside = (slice(box.y, box.bottom), slice(box.x, box.right))
        assert np.abs(seen[inside] - luma(picture)[inside]).max() <= 3


async def test_what_need_not_be_read_may_bend(work: FakeWork, tmp_path: Path) -> None:
    drawn = shot(work.keep_bytes)
    for update in ({"must_read": False}, {"text": ""}):
        element = drawn.elements[0].model_copy(update=update)
        clip = bought(work, of_picture(tmp_path / "a.mp4", over(plate(), ink()), "hflip"), "full")
        segment = await render(work, scene(drawn.model_copy(update={"elements": (element,)}), clip, frames=24))
        assert segment.legibility is None
        assert segment.findings == ()


async def test_never_leaves_the_clip_and_says_that_words_bent(work: FakeWork, tmp_path: Path) -> None:
    """With ``--text-safe never`` the clip is used as it comes (DESIGN 3); a finding says so."""
    clip = bought(work, of_picture(tmp_path / "a.mp4", over(plate(), ink()), BENT["mirrored"]), "full")
    asked = scene(shot(work.keep_bytes), clip, frames=24, head=4)
    segment = await render(work, asked.model_copy(update={"repair": False}))
    bare = played(work, clip, 24)
    assert all(np.array_equal(one, other) for one, other in zip(film(work, segment)[:4], bare, strict=False))
    assert segment.legibility
    assert segment.legibility.worst < LEGIBLE
    (finding,) = segment.findings
    assert (finding.level, finding.rule) == ("warning", "words-bent")


# --- Again


@pytest.mark.parametrize(("covers", "how"), [("plate", "null"), ("full", "null"), ("full", "hflip")])
async def test_the_same_request_makes_the_same_bytes(tmp_path: Path, covers: str, how: str) -> None:
    file = of_picture(tmp_path / "a.mp4", over(plate(), ink()), how)
    segments = []
    for folder in ("one", "two"):
        work = FakeWork(tmp_path / folder)
        request = scene(shot(work.keep_bytes), bought(work, file, covers), frames=48, head=6, tail=6)
        segments.append(await render(work, request))
    assert segments[0] == segments[1]
    assert len({part.sha256 for part in (segments[0].body, segments[0].head, segments[0].tail) if part}) == 3


# --- Any style over any clip


@pytest.mark.parametrize("style", get_args(Style))
async def test_words_of_every_style_are_crisp_over_a_wild_clip(work: FakeWork, tmp_path: Path, style: Style) -> None:
    """The plate may become anything: what is laid over it is what was drawn, through the encoder."""
    wild = made(
        tmp_path / "a.mp4", "-f", "lavfi", "-i", f"testsrc2=s=640x360:r={FPS}:d=1,scroll=horizontal=0.02", *CRISP
    )
    clip = bought(work, wild)
    async with Shooter(Settings()) as shooter:
        for kind in ("title", "code", "chart"):
            asked = scene_samples.request(kind, scale=1 / 2, style=style)
            drawn = await shooter.perform(asked, work)
            encoding = ENCODING.model_copy(update={"size_px": drawn.size_px})
            segment = await render(work, scene(drawn, clip, frames=12, encoding=encoding))
            assert segment.legibility
            assert segment.legibility.worst > LEGIBLE, (kind, segment.legibility)
