"""Scenes in a real Chromium: layers, legibility, fitting, and that nothing leaves the page."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw

import golden
import readme2video.scenes.shooter as drawing_room
from readme2video.colour import contrast, luminance
from readme2video.errors import BrowserError, ShotError
from readme2video.model.record import Artifact, Box
from readme2video.model.shot import LAYOUT_PX, Aspect, Shot, ShotRequest
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import SceneKind, Style
from readme2video.render.counter import Counter
from readme2video.render.layers import cut_layer, even_box, read_picture
from readme2video.scenes.browser import Browser, Say
from readme2video.scenes.darkroom import exposed
from readme2video.scenes.highlight import CODE_CONTRAST, code_colours, tokens
from readme2video.scenes.layers import colours
from readme2video.scenes.plates import plate_svg
from readme2video.scenes.plates.aurora import COMPOSITIONS
from readme2video.scenes.shooter import Shooter, zone_of
from readme2video.settings import Settings
from readme2video.theme import make_theme
from scene_samples import ASPECTS, DARK, KINDS, LIGHT, request
from works import FakeWork

SAFE: dict[Aspect, tuple[int, int, int, int]] = {
    # left, top, right, bottom of what words may use, in layout pixels
    "16:9": (96, 54, 1920 - 96, 1080 - 54),
    "9:16": (64, 220, 916, 1440),
    "1:1": (64, 64, 1016, 1016),
}
pytestmark = pytest.mark.asyncio(loop_scope="session")


def settings() -> Settings:
    browser = os.environ.get("README2VIDEO_BROWSER")
    return Settings(browser=Path(browser) if browser else None)


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> FakeWork:
    return FakeWork(tmp_path_factory.mktemp("work"))


def drawing() -> bytes:
    image = Image.new("RGB", (700, 430), "#f4f4f8")
    pen = ImageDraw.Draw(image)
    for step in range(6):
        pen.rounded_rectangle(
            (30, 30 + step * 64, 230 + step * 70, 76 + step * 64), 12, fill=(60 + step * 18, 120, 210)
        )
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def pixels(work: FakeWork, artifact: Artifact, mode: str = "RGB") -> np.ndarray:
    with Image.open(work.path(artifact)) as image:
        return np.asarray(image.convert(mode)).astype(np.float32)


def over(under: np.ndarray, sheet: np.ndarray) -> np.ndarray:
    alpha = sheet[..., 3:] / 255
    return under * (1 - alpha) + sheet[..., :3] * alpha


_shots: dict[tuple[SceneKind, Aspect, str], Shot] = {}


async def shot_of(
    shooter: Shooter, work: FakeWork, kind: SceneKind, aspect: Aspect, theme: Theme = DARK
) -> tuple[ShotRequest, Shot]:
    picture = work.keep_bytes(drawing(), ".png") if kind == "image" else None
    wanted = request(kind, aspect, theme=theme, picture=picture)
    key = (kind, aspect, theme.mode)
    if key not in _shots:
        _shots[key] = await shooter.perform(wanted, work)
    return wanted, _shots[key]


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("kind", KINDS)
async def test_layers_laid_over_each_other_give_the_full_picture(
    shooter: Shooter, work: FakeWork, kind: SceneKind, aspect: Aspect
) -> None:
    wanted, shot = await shot_of(shooter, work, kind, aspect, DARK if aspect != "1:1" else LIGHT)
    full, composed = pixels(work, shot.full), pixels(work, shot.plate)
    assert full.shape[:2] == (wanted.picture_px.height, wanted.picture_px.width)
    for sheet in (shot.shade, shot.panels, shot.marks, shot.ink):
        if sheet:
            composed = over(composed, pixels(work, sheet, "RGBA"))
    assert np.abs(full - np.round(composed)).max() <= 2
    assert "layers" not in [finding.rule for finding in shot.findings]


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("kind", KINDS)
async def test_elements_hold_all_pixels_of_their_sheet_and_never_overlap(
    shooter: Shooter, work: FakeWork, kind: SceneKind, aspect: Aspect
) -> None:
    wanted, shot = await shot_of(shooter, work, kind, aspect, DARK if aspect != "1:1" else LIGHT)
    ids = [element.id for element in shot.elements]
    assert len(ids) == len(set(ids))
    for sheet, artifact in (("panels", shot.panels), ("ink", shot.ink)):
        elements = [element for element in shot.elements if element.sheet == sheet]
        assert bool(elements) == (artifact is not None)
        for one, other in itertools.combinations(elements, 2):
            assert not overlap(one.box, other.box), f"{one.id} {one.box} and {other.id} {other.box}"
        if artifact:
            alpha = pixels(work, artifact, "RGBA")[..., 3].copy()
            for element in elements:
                box = element.box
                assert box.width > 0
                assert box.height > 0
                assert box.right <= wanted.picture_px.width
                assert box.bottom <= wanted.picture_px.height
                assert alpha[box.y : box.bottom, box.x : box.right].max() > 0, f"{element.id} shows nothing"
            for element in elements:
                alpha[element.box.y : element.box.bottom, element.box.x : element.box.right] = 0
            assert alpha.max() <= 1, f"{sheet} has pixels outside its elements"


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("kind", KINDS)
async def test_words_stand_in_the_safe_area_and_on_calm_ground(
    shooter: Shooter, work: FakeWork, kind: SceneKind, aspect: Aspect
) -> None:
    wanted, shot = await shot_of(shooter, work, kind, aspect, DARK if aspect != "1:1" else LIGHT)
    left, top, right, bottom = (value * wanted.scale for value in SAFE[aspect])
    under = pixels(work, shot.plate)
    if shot.shade:
        under = over(under, pixels(work, shot.shade, "RGBA"))
    if shot.panels:
        under = over(under, pixels(work, shot.panels, "RGBA"))
    paint = colours(wanted.theme)
    for element in shot.elements:
        if not element.must_read:
            continue
        box = element.box
        slack = 16 * wanted.scale  # boxes hold the letters' overhang
        assert box.x >= left - slack, element.id
        assert box.right <= right + slack, element.id
        assert box.y >= top - slack, element.id
        assert box.bottom <= bottom + slack, element.id
        ink = {"headline": "ink", "url": "accent-ink", "eyebrow": "accent-ink"}.get(element.role, "muted")
        ground = under[box.y : box.bottom, box.x : box.right].reshape(-1, 3)
        # The second percentile of the ground that is hardest to read on.
        order = np.argsort(ground @ [0.2126, 0.7152, 0.0722])
        hardest = ground[order[int(len(order) * (0.98 if wanted.theme.mode == "dark" else 0.02))]]
        hexed = "#" + "".join(f"{round(value):02x}" for value in hardest)
        assert contrast(paint[ink], hexed) >= 4.5, f"{element.id}: {paint[ink]} on {hexed}"


@pytest.mark.parametrize("scale", [2 / 3, 1.0])
async def test_a_command_is_exactly_its_cells_wide(shooter: Shooter, work: FakeWork, scale: float) -> None:
    shot = await shooter.perform(request("terminal", scale=scale), work)
    ink = pixels(work, shot.ink, "RGBA")[..., 3]
    commands = [element for element in shot.elements if element.role == "command"]
    assert [element.glyphs for element in commands] == [37, 20]
    assert len({element.box.x for element in commands}) == 1
    for element in commands:
        cell, rest = divmod(element.box.width, element.glyphs)
        assert rest == 0
        # "readme2video publish" has its blank in the thirteenth cell, whole
        x = element.box.x + 12 * cell
        assert ink[element.box.y : element.box.bottom, x : x + cell].max() < 40
        signs = next(one for one in shot.elements if one.id == f"{element.id}.prompt")
        assert signs.box.right <= element.box.x
        assert signs.order == element.order


async def test_a_wrapped_command_is_not_typed(shooter: Shooter, work: FakeWork) -> None:
    long = "docker run --rm --volume /var/lib/data:/data example.org/team/project:2.4.0 serve --port 8080 --workers 4"
    shot = await shooter.perform(request("terminal", "9:16", words={"headline": "Run it", "lines.0.text": long}), work)
    command = next(element for element in shot.elements if element.id == "lines.0")
    assert command.glyphs == 0
    assert command.text == long
    assert not shot.findings


async def test_reading_order(shooter: Shooter, work: FakeWork) -> None:
    _, shot = await shot_of(shooter, work, "features", "16:9")
    places = {element.id: element.order for element in shot.elements}
    assert places["headline"] < places["items.0"] < places["items.1"] < places["items.2"]
    assert places["items.1"] == places["items.1.panel"]
    card = next(element for element in shot.elements if element.id == "items.0")
    assert card.text == "Crisp words AI moves light and camera, never letters."
    assert card.must_read


async def test_words_that_cannot_fit_are_an_error_with_figures(shooter: Shooter, work: FakeWork) -> None:
    with pytest.raises(ShotError, match=r"\d+ px wide where \d+ px are free") as caught:
        await shooter.perform(request("title", "9:16", words={"headline": "W" * 90}), work)
    assert caught.value.path == "headline"
    code = "\n".join(f"a{'x' * 96} = {index}" for index in range(10, 24))
    with pytest.raises(ShotError, match=r"needs \d+ px of height where \d+ px are free") as caught:
        await shooter.perform(request("code", "9:16", words={"headline": "Much", "code": code}), work)
    assert caught.value.path == "code"
    assert caught.value.hint


async def test_the_largest_storyboard_words_fit_wide(shooter: Shooter, work: FakeWork) -> None:
    line = "The quick brown fox jumps over the lazy dog while the maintainers sleep until the release."
    words = {"headline": line[:90], "subline": line * 2}
    assert (await shooter.perform(request("title", words=words), work)).size_px.width == 1280
    words = {"headline": line[:60]} | {
        f"items.{index}.{part}": text for index in range(4) for part, text in (("title", line[:40]), ("detail", line))
    }
    assert (await shooter.perform(request("features", words=words), work)).elements


@pytest.mark.parametrize(
    ("locale", "headline", "direction"),
    [
        ("ja", "リリースの日に、READMEから映像を作る", "ltr"),
        ("zh", "从自述文件到发布影片", "ltr"),
        ("ar", "حوّل ملف README إلى فيلم", "rtl"),
        ("he", "הפכו את README לסרט", "rtl"),
        ("en", "Ship it 🚀 👩‍💻 🇩🇪", "ltr"),
    ],
)
async def test_other_scripts_have_no_empty_boxes(
    shooter: Shooter, work: FakeWork, locale: str, headline: str, direction: str
) -> None:
    words = {"headline": headline, "subline": headline}
    try:
        shot = await shooter.perform(request("title", words=words, locale=locale, direction=direction), work)
    except ShotError as error:
        assert "No installed font" in error.message  # noqa: PT017  # a machine without such fonts says so
        pytest.skip("no font for this script on this machine")
    box = next(element.box for element in shot.elements if element.id == "headline")
    if direction == "rtl":
        assert box.right > shot.size_px.width * 0.92  # set at the right edge
    else:
        assert box.x < shot.size_px.width * 0.08


async def test_a_letter_no_font_has_is_an_error_and_a_missing_sign_is_left_out(
    shooter: Shooter, work: FakeWork
) -> None:
    with pytest.raises(ShotError, match=r"U\+"):
        await shooter.perform(request("title", words={"headline": "A \U000130b8\U00018b00 B"}), work)
    shot = await shooter.perform(request("title", words={"headline": "Gone \U0001fbfa\ue0b0 sign"}), work)
    assert [finding.rule for finding in shot.findings] == ["glyphs"]


class Trap:
    """A server on loopback that counts whoever knocks."""

    def __init__(self) -> None:
        self.knocks: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(0.1)
        self.port = self.server.getsockname()[1]
        self.open = True
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while self.open:
            try:
                connection, _ = self.server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.5)
                try:
                    self.knocks.append(connection.recv(200))
                except OSError:
                    self.knocks.append(b"")

    def close(self) -> None:
        self.open = False
        self.thread.join()
        self.server.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


HOSTILE = (
    '<img src="http://{host}/a.png">',
    '"><script>fetch("http://{host}/b")</script>',
    "<style>@import url(http://{host}/c.css);body{{background:url(http://{host}/d)}}</style>",
    '<meta http-equiv="refresh" content="0;url=http://{host}/e">',
    '<link rel="prefetch" href="http://{host}/f"><link rel="icon" href="http://{host}/g">',
    '<iframe src="file:///etc/passwd"></iframe><object data="http://{host}/h"></object>',
    "<svg onload=\"new WebSocket('ws://{host}/i')\"><use href='http://{host}/j'/></svg>",
    '<base href="http://{host}/"><form action="http://{host}/k"><video src="http://{host}/l">',
)
HOSTILE_SVG = """<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<?xml-stylesheet href="http://{host}/style.css"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="400" height="300">
<style>@import url(http://{host}/m.css); @font-face {{ font-family: x; src: url(http://{host}/n.ttf) }}</style>
<script>fetch("http://{host}/o")</script>
<rect width="400" height="300" fill="#eee"/><rect x="40" y="40" width="200" height="90" fill="#36c"/>
<image href="http://{host}/p.png" width="10" height="10"/><use href="http://{host}/q.svg#a"/>
<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="http://{host}/r"/></foreignObject>
<text style="font-family: x">words</text></svg>"""


async def test_no_request_leaves_the_page(shooter: Shooter, work: FakeWork, trap: Trap) -> None:
    host = f"127.0.0.1:{trap.port}"
    texts = [text.format(host=host) for text in HOSTILE]
    requests = [request("problem", words={"headline": text[:89], "points.0": text}, scale=0.5) for text in texts] + [
        request("code", words={"headline": "x", "code": "\n".join(texts[:5])}, scale=0.5, language="html")
    ]
    svg = work.keep_bytes(HOSTILE_SVG.format(host=host).encode(), ".svg")
    requests.append(request("image", picture=svg, scale=0.5))
    for index, wanted in enumerate(requests):
        try:
            shot = await shooter.perform(wanted, work)
        except ShotError as error:
            assert "px" in error.message or "decoded" in error.message, index  # noqa: PT017  # too long is fine here
        else:
            assert all("<" in element.text for element in shot.elements if element.id == "points.0")
    await asyncio.sleep(0.3)
    assert trap.knocks == []


async def test_the_trap_would_have_heard(trap: Trap) -> None:
    with socket.create_connection(("127.0.0.1", trap.port)) as connection:
        connection.sendall(b"x")
    await asyncio.sleep(0.3)
    assert trap.knocks == [b"x"]


async def test_a_broken_picture_is_named(shooter: Shooter, work: FakeWork) -> None:
    broken = work.keep_bytes(b"\x89PNG\r\n\x1a\nnothing", ".png")
    with pytest.raises(ShotError, match="cannot be decoded") as caught:
        await shooter.perform(request("image", picture=broken), work)
    assert caught.value.path == "picture"
    vast = work.keep_bytes(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"><rect width="9" height="9"/></svg>',
        ".svg",
    )
    with pytest.raises(ShotError, match=r"40 million|cannot be decoded"):
        await shooter.perform(request("image", picture=vast), work)


async def test_plates_of_neighbours_differ_and_move_visibly(shooter: Shooter, work: FakeWork) -> None:
    plates = {plate_svg("aurora", DARK, LAYOUT_PX["16:9"], variant, "side") for variant in range(len(COMPOSITIONS))}
    assert len(plates) == len(COMPOSITIONS) >= 5
    for kind in KINDS:
        _, shot = await shot_of(shooter, work, kind, "16:9")
        with Image.open(work.path(shot.plate)) as image:
            plate = image.convert("RGB")
        width, height = plate.size
        closer = plate.resize(plate.size, box=(width * 0.03, height * 0.03, width * 0.97, height * 0.97))
        moved = np.abs(np.asarray(plate).astype(int) - np.asarray(closer).astype(int)).mean()
        assert moved > 1.0, f"{kind}: a zoom of 6 % changes {moved:.2f} levels"
        # No hard edge: neighbouring pixels differ by little, or a glide by half a pixel would flicker.
        values = np.asarray(plate.convert("L")).astype(int)
        assert np.abs(np.diff(values, axis=1)).max() <= 28
        assert np.abs(np.diff(values, axis=0)).max() <= 28


async def test_code_keeps_its_text_and_its_colours_are_readable() -> None:
    code = "def f(x):\n\treturn 'a' + x  # é\n\n@d\nclass A: pass"
    for language in ("python", "nonsense", "", "bash", "json"):
        assert ["".join(text for _, text in line) for line in tokens(code, language)] == code.split("\n")
    for accent in ("#3f7fbf", "#f1e05a", "#00add8", "#6e4c13"):
        for light in (False, True):
            theme = make_theme(accent, light=light)
            for name, colour in code_colours(theme).items():
                assert contrast(colour, theme.surface) >= CODE_CONTRAST, name
            assert (luminance(theme.background) > 0.5) == light


async def test_f90_a_dead_browser_is_replaced_once(work: FakeWork) -> None:
    async with Shooter(settings(), deadline_s=60) as shooter:
        await shooter.perform(request("title", scale=0.5), work)
        chromium = shooter._chromium
        assert chromium is not None
        pid = chromium.pid
        os.killpg(pid, signal.SIGKILL)
        assert (await shooter.perform(request("title", scale=0.5), work)).full
        assert shooter._chromium is not None
        assert shooter._chromium.pid != pid
        second = shooter._chromium.pid
    assert gone(pid)
    assert gone(second)


async def test_f90_a_scene_that_takes_too_long_ends_the_browser(work: FakeWork) -> None:
    shooter = Shooter(settings(), deadline_s=60)
    await shooter.perform(request("title", scale=0.5), work)
    assert shooter._chromium is not None
    pid = shooter._chromium.pid
    shooter._deadline_s = 0.01
    with pytest.raises(BrowserError, match="not drawn in"):
        await shooter.perform(request("title", scale=0.5), work)
    assert gone(pid)
    await shooter.aclose()


async def test_the_browser_goes_when_nothing_is_drawn_and_comes_back_when_needed(work: FakeWork) -> None:
    shooter, told = Shooter(settings(), deadline_s=60, idle_s=0.3), len(work.notices)
    await shooter.perform(request("title", scale=0.5), work)
    assert shooter._chromium is not None
    first = shooter._chromium.pid
    assert await asyncio.to_thread(gone, first)
    await shooter.fit(request("title", scale=0.5), work.path, work.notice)
    assert shooter._chromium is not None
    second = shooter._chromium.pid
    await asyncio.sleep(0.2)
    await shooter.perform(request("title", scale=0.5), work)  # in time: the same one
    assert shooter._chromium is not None
    assert shooter._chromium.pid == second
    await shooter.aclose()
    assert gone(second)
    assert len(set(work.notices[told:])) == len(work.notices[told:])  # also when it has no sandbox of its own


async def test_getting_a_browser_is_news_not_a_warning(
    work: FakeWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def install(_: Settings, say: Say) -> Browser:
        say("Getting Chromium")
        return Browser(tmp_path / "none", "nowhere")

    monkeypatch.setattr(drawing_room, "find_browsers", lambda _: ())
    monkeypatch.setattr(drawing_room, "install_browser", install)
    told: list[tuple[str, str]] = []
    async with Shooter(settings()) as shooter:
        with pytest.raises(BrowserError, match="No Chromium could be started"):
            await shooter.fit(request("title"), work.path, lambda said, level="warning": told.append((level, said)))
    assert told == [("info", "Getting Chromium")]


async def test_it_is_seen_without_pictures_whether_words_fit(shooter: Shooter, work: FakeWork) -> None:
    long, before = request("title", words={"headline": "M" * 90}), set(work.root.iterdir())
    await shooter.fit(request("title"), work.path, work.notice)
    with pytest.raises(ShotError) as seen:
        await shooter.fit(long, work.path, work.notice)
    with pytest.raises(ShotError) as shot:
        await shooter.perform(long, work)
    assert (seen.value.message, seen.value.path) == (shot.value.message, shot.value.path)
    assert set(work.root.iterdir()) == before


@pytest.mark.parametrize("kind", KINDS)
async def test_where_words_stand_is_known_before_they_are_drawn(
    shooter: Shooter, work: FakeWork, kind: SceneKind
) -> None:
    asked, shot = await shot_of(shooter, work, kind, "16:9")
    assert zone_of(asked) == shot.zone


async def test_f90_cancelling_leaves_no_browser(work: FakeWork) -> None:
    shooter = Shooter(settings())
    await shooter.perform(request("title", scale=0.5), work)
    assert shooter._chromium is not None
    pid = shooter._chromium.pid
    task = asyncio.create_task(shooter.perform(request("code", scale=0.5), work))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await shooter.perform(request("title", scale=0.5), work)).full  # its page is usable again
    await shooter.aclose()
    assert gone(pid)


def gone(pid: int) -> bool:
    """Whether no living process of the group is left; the init process may be slow to reap."""
    for _ in range(50):
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        states = [
            stat.read_text().rsplit(")", 1)[1].split() for stat in Path("/proc").glob("[0-9]*/stat") if stat.exists()
        ]
        if not any(fields[2] == str(pid) and fields[0] != "Z" for fields in states):
            return True
        time.sleep(0.1)
    return False


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize(
    ("kind", "aspect", "theme"),
    [
        ("title", "16:9", DARK),
        ("features", "9:16", DARK),
        ("code", "16:9", DARK),
        ("terminal", "9:16", DARK),
        ("stats", "1:1", LIGHT),
        ("call_to_action", "1:1", LIGHT),
    ],
)
async def test_scenes_look_as_they_did(
    shooter: Shooter,
    work: FakeWork,
    kind: SceneKind,
    aspect: Aspect,
    theme: Theme,
    pytestconfig: pytest.Config,
) -> None:
    _, shot = await shot_of(shooter, work, kind, aspect, theme)
    update = bool(pytestconfig.getoption("--update-golden", default=False))
    golden.compare(work.path(shot.full), f"{kind}-{aspect.replace(':', 'x')}-{theme.mode}", update=update)


@pytest.mark.parametrize("style", get_args(Style))
async def test_numbers_can_count_in_their_own_type(shooter: Shooter, work: FakeWork, style: Style):
    """The digits of a value drawn from the sheet of digits are those of the shot, where they stand in it."""
    shot = await shooter.perform(request("stats", style=style), work)
    assert {numeral.element: numeral.text for numeral in shot.numerals} == {
        "stats.0.value": "3.1",
        "stats.1.value": "42",
    }
    assert shot.digits
    ink, digits = (read_picture(work.path(sheet), 4) for sheet in (shot.ink, shot.digits))
    boxes = {element.id: element.box for element in shot.elements}
    for numeral in shot.numerals:
        box = even_box(boxes[numeral.element], shot.size_px.width, shot.size_px.height)
        drawn, own = Counter(ink, digits, box, numeral).layer(1.0), cut_layer([ink], box)
        differs = np.abs(drawn.below_y.astype(int) - own.below_y)
        assert own.below_y.min() == 0
        assert differs.mean() < 4, "at most a part of a pixel beside"
    assert not (await shooter.perform(request("quote", style=style), work)).digits


async def test_a_picture_of_one_colour_is_no_scene(work: FakeWork) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (640, 360), "#202020").save(stream, "PNG")
    with pytest.raises(BrowserError, match="empty picture"):
        exposed(stream.getvalue(), "full", work.keep_bytes)
    assert exposed(stream.getvalue(), "plate", work.keep_bytes).artifact is not None
