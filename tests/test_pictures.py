"""The README's own pictures: which are fetched, how they are made footage of, and how they play in a film."""

from __future__ import annotations

import io
import json
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from makers import SIZE, THEME, plate, png, segment_request, shot
from played_github import COMMIT, TOKEN, content, playing, reply
from readme2video.errors import PausedError
from readme2video.events import Event, Notice
from readme2video.footage import FootageMaker
from readme2video.gathering import gathered
from readme2video.media.planes import views
from readme2video.media.probe import frames, probe
from readme2video.model.brief import GatheredPicture
from readme2video.model.document import Lines, Picture
from readme2video.model.film import CameraPath, Pose, SceneTiming
from readme2video.model.picture import FetchRequest, Footage, FootageRequest, PlayedFootage
from readme2video.model.record import Artifact, Box, Size
from readme2video.model.scene import ImageScene, TitleScene
from readme2video.model.shot import Element
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline
from readme2video.pipeline import make_video
from readme2video.readme.outline import is_badge
from readme2video.render import Renderer
from readme2video.requests import covered, segment
from readme2video.requests import shot as asked_shot
from readme2video.settings import GitHub, Settings
from readme2video.sources import PictureFetcher, gather_pictures, parse_source, pin
from readme2video.sources.files import LocalFiles
from readme2video.sources.picture_files import may_move, picture_suffix
from readme2video.sources.picture_urls import own_file, picture_url
from readme2video.sources.pictures import frame_of
from readme2video.storyboard_file import to_yaml
from readme2video.storyboarders.showing import footage_s
from readme2video.tools import open_tools
from test_readme import read
from works import FakeWork

UUID = "0b5c8e5e-1111-4222-8333-abcdefabcdef"
GREYS = (40, 110, 180, 240)


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path / "store")


def gif(durations_ms: tuple[int, ...] = (100, 500, 50, 300), size: tuple[int, int] = (160, 100)) -> bytes:
    """A GIF whose frames are plain greys."""
    pictures = [Image.new("L", size, GREYS[place % len(GREYS)]) for place in range(len(durations_ms))]
    stream = io.BytesIO()
    pictures[0].save(stream, "GIF", save_all=True, append_images=pictures[1:], duration=list(durations_ms), loop=0)
    return stream.getvalue()


def greys(flats: list[np.ndarray], size: Size) -> list[int]:
    return [round(float(views(flat, size.width, size.height).y.mean())) for flat in flats]


def starts(values: list[int]) -> list[int]:
    """Where a run of frames becomes another picture."""
    return [place for place, value in enumerate(values) if not place or abs(value - values[place - 1]) > 12]


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("src", "asked"),
    [
        ("https://raw.githubusercontent.com/a/b/main/docs/x.png", "same"),
        ("https://raw.githubusercontent.com/a/b/refs/heads/main/x.gif", "same"),
        ("https://user-images.githubusercontent.com/123/45-x.mp4", "same"),
        ("https://github.com/a/b/raw/main/x.png", "same"),
        ("https://github.com/a/b/blob/main/x.png?raw=true", "https://github.com/a/b/raw/main/x.png?raw=true"),
        ("https://github.com/a/b/blob/main/blob/x.png#dark", "https://github.com/a/b/raw/main/blob/x.png"),
        (f"https://github.com/user-attachments/assets/{UUID}", "same"),
        (f"https://github.com/a/b/assets/77/{UUID}", "same"),
        ("https://github.com:443/a/b/raw/main/x.png", "https://github.com/a/b/raw/main/x.png"),
        # not asked
        (f"https://private-user-images.githubusercontent.com/1/2-{UUID}.png?jwt=x", None),
        ("https://camo.githubusercontent.com/abc/def", None),
        ("https://avatars.githubusercontent.com/u/1", None),
        ("https://objects.githubusercontent.com/github-production/x", None),
        ("http://raw.githubusercontent.com/a/b/main/x.png", None),
        ("https://raw.githubusercontent.com:8443/a/b/main/x.png", None),
        ("https://user@raw.githubusercontent.com/a/b/main/x.png", None),
        ("https://raw.githubusercontent.com.evil.example/a/b/main/x.png", None),
        ("https://raw.githubusercontent.com/a/b/main/../../../x.png", None),
        ("https://raw.githubusercontent.com/a/b/main/%2e%2e/x.png", None),
        ("https://github.com/a/b/actions/workflows/ci.yml/badge.svg", None),
        ("https://github.com/a/b", None),
        ("https://github.com/sponsors/a", None),
        ("https://img.shields.io/badge/a-b-red", None),
        ("https://example.org/x.png", None),
        ("https://127.0.0.1/a/b/raw/main/x.png", None),
        ("http://169.254.169.254/latest/meta-data", None),
        ("https://[::1]/a/b/raw/main/x.png", None),
        ("file:///etc/passwd", None),
        ("data:image/png;base64,AAAA", None),
        ("https://github.com\\@127.0.0.1/a/b/raw/main/x.png", None),
        ("https://git hub.com/a/b/raw/main/x.png", None),
        ("docs/x.png", None),
    ],
)
def test_which_addresses_are_asked(src: str, asked: str | None) -> None:
    found = picture_url(src, GitHub())
    assert (str(found) if found is not None else None) == (src if asked == "same" else asked)


def test_a_redirect_may_lead_where_nobody_is_asked_first() -> None:
    kept = "https://github-production-user-asset-6210df.s3.amazonaws.com/1/2?X-Amz-Signature=x"
    assert picture_url(kept, GitHub()) is None
    assert picture_url(kept, GitHub(), led=True) is not None
    assert picture_url("https://s3.amazonaws.com/1/2", GitHub(), led=True) is None
    assert picture_url("https://private-user-images.githubusercontent.com/1/2", GitHub(), led=True) is None


def test_files_of_the_repository_itself_are_read_from_it() -> None:
    github = GitHub()
    assert own_file("https://raw.githubusercontent.com/Acme/quill/main/docs/a%20b.png", "acme", "Quill", github) == (
        "docs/a b.png"
    )
    assert own_file("https://github.com/acme/quill/blob/main/x.gif?raw=true", "acme", "quill", github) == "x.gif"
    assert own_file("https://github.com/other/quill/raw/main/x.gif", "acme", "quill", github) is None
    assert own_file("https://example.org/acme/quill/raw/main/x.gif", "acme", "quill", github) is None
    assert own_file("x.gif", "acme", "quill", github) is None


# --- a host of pictures -------------------------------------------------------------------------------------------


class Host:
    """Serves pictures by path: a status, headers and bytes."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.hold = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append((self.path, {name.lower(): text for name, text in self.headers.items()}))
                status, headers, body = host.pages.get(self.path, (404, {}, b""))
                if status == 0:
                    host.hold.wait(10)
                    return
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def on(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        self.pages[path] = (status, headers, body)
        return self.url + path


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    thread = threading.Thread(target=lambda: made.server.serve_forever(0.01), daemon=True)
    thread.start()
    yield made
    made.hold.set()
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def fetcher(host: Host, **more: Any) -> PictureFetcher:
    return PictureFetcher(GitHub(server_url=host.url, token="ghp_secret"), **more)  # noqa: S106 - made up


async def fetched(engine: PictureFetcher, url: str, work: FakeWork) -> tuple[bytes | None, str]:
    answer = await engine.perform(FetchRequest(url=url, at="c"), work)
    return (work.path(answer.picture).read_bytes() if answer.picture else None), answer.problem


async def test_a_picture_is_fetched_without_the_key_and_told_by_its_bytes(host: Host, work: FakeWork) -> None:
    url = host.on("/a/b/raw/main/x.png", gif())
    answer = await fetcher(host).perform(FetchRequest(url=url, at="c"), work)
    assert answer.picture is not None
    assert answer.picture.suffix == ".gif"
    assert "authorization" not in host.asked[0][1]
    assert host.asked[0][1]["host"] == host.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("status", "headers", "body", "problem"),
    [
        (404, {}, b"", "answers with 404"),
        (200, {}, b"<html>no</html>", "is no picture"),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b", "comes compressed"),
        (200, {}, b"\x89PNG\r\n\x1a\n" + bytes(70_000), "larger than"),
        (302, {"Location": "http://169.254.169.254/latest"}, b"", "redirects to a host that is not asked"),
        (302, {"Location": "https://evil.example/x.png"}, b"", "redirects to a host that is not asked"),
        (302, {"Location": "file:///etc/passwd"}, b"", "redirects to a host that is not asked"),
        (302, {"Location": "/a/b/raw/main/x"}, b"", "redirects too often"),
    ],
)
async def test_what_is_not_used(
    host: Host, work: FakeWork, status: int, headers: dict[str, str], body: bytes, problem: str
) -> None:
    url = host.on("/a/b/raw/main/x", body, status, **headers)
    data, said = await fetched(fetcher(host, limit_bytes=65_536), url, work)
    assert data is None
    assert problem in said


async def test_a_redirect_on_the_same_server_is_followed(host: Host, work: FakeWork) -> None:
    host.on("/a/b/raw/main/y.gif", gif())
    url = host.on("/a/b/raw/main/x", status=302, Location="/a/b/raw/main/y.gif")
    data, _ = await fetched(fetcher(host), url, work)
    assert data == gif()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:10.0.0.7"])
async def test_a_public_name_on_a_private_address_is_not_dialled(work: FakeWork, address: str) -> None:
    async def resolve(name: str, port: int) -> list[str]:
        return ["185.199.108.133", address]

    engine = PictureFetcher(GitHub(), resolve=resolve)
    _, said = await fetched(engine, "https://raw.githubusercontent.com/a/b/main/x.png", work)
    assert said == "its host is not on a public address"


async def test_what_fails_now_may_go_another_time(host: Host, work: FakeWork) -> None:
    for url in (host.on("/a/b/raw/main/x", status=503), host.on("/a/b/raw/main/slow", status=0)):
        with pytest.raises(PausedError, match="could not be loaded"):
            await fetched(fetcher(host, deadline_s=0.5), url, work)


# --- which pictures of a README -----------------------------------------------------------------------------------

README = f"""\
# quill

![logo](logo.svg)

[![build](https://img.shields.io/badge/build-ok-green)](x) [![w](https://github.com/a/b/workflows/CI/badge.svg)](x)

<video src="https://user-images.githubusercontent.com/1/2-demo.mp4" controls></video>

https://github.com/user-attachments/assets/{UUID}

Watch [the recording](docs/recording.webm).

<picture><source media="(prefers-color-scheme: light)" srcset="light.png"><img src="dark.png" alt="screen"></picture>

## Sponsors

![Acme](docs/acme.png)
"""


def test_videos_are_read_as_github_shows_them() -> None:
    document = read(README)
    assert [(p.src, p.video, p.lines.first) for p in document.pictures if p.video] == [
        ("https://user-images.githubusercontent.com/1/2-demo.mp4", True, 7),
        (f"https://github.com/user-attachments/assets/{UUID}", True, 9),
        ("docs/recording.webm", True, 11),
    ]
    texts = [block.text for section in document.sections for block in section.blocks if block.kind == "paragraph"]
    assert texts == ["Watch the recording."]
    twin = next(p for p in document.pictures if p.src == "light.png")
    assert twin.dark_src == "dark.png"


def test_what_a_video_says_where_it_does_not_play_is_no_text() -> None:
    document = read('# q\n\n<video><source src="a.mp4">Your browser\nis old</video>\n\nWords here.\n\n![x](y.png)\n')
    assert [(p.src, p.lines.first) for p in document.pictures] == [("a.mp4", 3), ("y.png", 8)]
    assert document.tagline is None or document.tagline.text == "Words here."


@pytest.mark.parametrize(
    "src",
    [
        "https://img.shields.io/npm/v/x.svg",
        "https://badge.fury.io/py/x.svg",
        "https://opencollective.com/x/backers.svg",
        "https://contrib.rocks/image?repo=a/b",
        "https://api.star-history.com/svg?repos=a/b",
        "https://github.com/a/b/actions/workflows/ci.yml/badge.svg",
        "https://raw.githubusercontent.com/a/b/main/.github/badges/coverage.svg",
        "https://codecov.io/gh/a/b/graph/badge.svg",
        "docs/badge.svg",
    ],
)
async def test_badges_are_never_gathered(src: str, tmp_path: Path, work: FakeWork) -> None:
    assert is_badge(src)
    assert not read(f"# q\n\nWords.\n\n![some]({src})\n").pictures


async def test_pictures_of_sponsors_and_people_are_never_gathered(tmp_path: Path, work: FakeWork) -> None:
    still = png(plate())
    for name in ("acme.png", "contributors.png", "star-history.png", "shot.png"):
        (tmp_path / name).write_bytes(still)
    text = "# q\n\nWords.\n\n![a](shot.png)\n![b](contributors.png)\n![c](star-history.png)\n\n"
    text += "## Sponsors\n\n![A](acme.png)\n"
    found = await gather_pictures(read(text), LocalFiles(tmp_path), work.keep_bytes)
    assert [one.src for one in found] == ["shot.png"]


async def test_both_twins_are_there_and_the_best_come_first(tmp_path: Path, work: FakeWork) -> None:
    for place in range(9):
        (tmp_path / f"p{place}.png").write_bytes(png(plate(place)))
    (tmp_path / "demo-light.png").write_bytes(png(plate(20)))
    (tmp_path / "demo-dark.png").write_bytes(png(plate(21)))
    lines = "".join(f"![]( p{place}.png)\n\n" for place in range(9)).replace("( ", "(")
    twin = '<picture><source media="(prefers-color-scheme: dark)" srcset="demo-dark.png"><img src="demo-light.png">'
    found = await gather_pictures(
        read(f"# q\n\nWords.\n\n{lines}{twin}</picture>\n"), LocalFiles(tmp_path), work.keep_bytes
    )
    assert [one.src for one in found] == [*(f"p{n}.png" for n in range(5)), "demo-light.png", "demo-dark.png"]


async def test_a_picture_shown_twice_counts_once(tmp_path: Path, work: FakeWork) -> None:
    for place in range(7):
        (tmp_path / f"p{place}.png").write_bytes(png(plate(place)))
    shown = "".join(f"![](p{place}.png)\n\n" for place in (0, 0, 1, 1, 2, 3, 4, 5, 6))
    found = await gather_pictures(read(f"# q\n\nWords.\n\n{shown}"), LocalFiles(tmp_path), work.keep_bytes)
    assert [one.src for one in found] == [f"p{n}.png" for n in range(6)]


async def test_files_of_the_own_repository_need_no_network(tmp_path: Path, work: FakeWork) -> None:
    (tmp_path / "x.gif").write_bytes(gif())
    text = "# q\n\nWords.\n\n![demo](https://raw.githubusercontent.com/acme/quill/main/x.gif)\n"
    facts = RepositoryFacts(owner="acme", name="quill", private=True)
    (found,) = await gather_pictures(read(text), LocalFiles(tmp_path), work.keep_bytes, facts=facts)
    assert found.private
    assert found.artifact.suffix == ".gif"


@pytest.mark.parametrize(
    ("src", "alt", "suffix", "frame"),
    [
        ("docs/app.png", "The dashboard", ".png", "screen"),
        ("docs/demo.gif", "Terminal demo", ".gif", "window"),
        ("docs/architecture.png", "", ".png", "mat"),
        ("docs/picture.svg", "", ".svg", "mat"),
        ("docs/cli_demo.gif", "", ".gif", "window"),
    ],
)
def test_frames_by_what_a_picture_is_called(src: str, alt: str, suffix: str, frame: str) -> None:
    picture = Picture(src=src, alt=alt, lines=Lines(first=1, last=1))
    assert frame_of(picture, Artifact(sha256="0" * 64, suffix=suffix, size_bytes=1)) == frame


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"\x00\x00\x00\x18ftypisom0000", ".mp4"),
        (b"\x00\x00\x00\x14ftypqt  0000", ".mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", ".webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", None),
        (b"\x00\x00\x00\x18ftypheic0000", None),
        (b"\x00\x00\x00\x18ftypavif0000", None),
        (b"#EXTM3U\n#EXT-X-VERSION:3", None),
        (b"%PDF-1.7 0000", None),
    ],
)
def test_videos_are_told_by_their_bytes(data: bytes, suffix: str | None) -> None:
    assert picture_suffix(data) == suffix


# --- footage ------------------------------------------------------------------------------------------------------


async def footage_of(data: bytes, suffix: str, work: FakeWork) -> tuple[Footage | None, str]:
    made = await FootageMaker().perform(FootageRequest(source=work.keep_bytes(data, suffix)), work)
    return made.footage, made.problem


async def test_uneven_frame_times_become_frames_of_the_film(work: FakeWork) -> None:
    footage, _ = await footage_of(gif(), ".gif", work)
    assert footage is not None
    assert footage.loops
    assert footage.size_px == Size(width=160, height=100)
    values = greys([flat for _, flat in frames(work.path(footage.video))], footage.size_px)
    assert starts(values) == [0, 3, 18, 20]  # 0, 0.1, 0.6 and 0.65 s at 30 frames a second
    assert len(values) == footage.frames == 29  # until 0.95 s


async def test_large_and_long_videos_are_bounded(tmp_path: Path, work: FakeWork) -> None:
    file = tmp_path / "v.mp4"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"mp4v"), 5, (1601, 300))
    for place in range(5 * 22):
        writer.write(np.full((300, 1601, 3), place * 2, np.uint8))
    writer.release()
    footage, problem = await footage_of(file.read_bytes(), ".mp4", work)
    assert footage is not None, problem
    assert not footage.loops
    assert footage.size_px.width == 1280
    assert footage.duration_s == 20
    found = probe(work.path(footage.video))
    assert (found.pixel_format, found.audio, found.matrix) == ("yuv420p", None, 1)


def bomb() -> bytes:
    return b"GIF89a" + struct.pack("<HH", 65535, 65535) + gif()[10:]


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"GIF89a" + b"\xff" * 400, ".gif"),
        (bomb(), ".gif"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(400), ".mp4"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", ".mp4"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", ".webm"),
    ],
)
async def test_what_cannot_be_decoded_is_an_answer_not_a_crash(data: bytes, suffix: str, work: FakeWork) -> None:
    footage, problem = await footage_of(data, suffix, work)
    assert footage is None
    assert problem


async def test_a_still_gif_is_no_footage(work: FakeWork) -> None:
    assert await footage_of(gif((100,)), ".gif", work) == (None, "")
    assert may_move(gif((100,)), ".gif")
    assert not may_move(png(plate()), ".png")


def test_scenes_last_as_long_as_their_footage(work: FakeWork) -> None:
    one = work.keep_bytes(b"x", ".mp4")
    footage = Footage(video=one, poster=one, size_px=SIZE, frames=60, fps=30, loops=True)
    lengths = [footage_s(footage.model_copy(update={"frames": count})) for count in (30, 75, 240, 600)]
    assert lengths == [4.0, pytest.approx(6.4), pytest.approx(9.4), 12.0]


# --- playing ------------------------------------------------------------------------------------------------------


def framed(keep: Any) -> Any:
    """A shot with a grey picture with round corners at (40, 20), 80x50."""
    drawn = shot(keep)
    ink = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
    cover = np.zeros(ink.shape[:2], np.uint8)
    cv2.rectangle(cover, (48, 20), (111, 69), 255, -1)
    cv2.rectangle(cover, (40, 28), (119, 61), 255, -1)
    for x, y in ((48, 28), (111, 28), (48, 61), (111, 61)):
        cv2.circle(cover, (x, y), 8, 255, -1)
    ink[:, :, :3], ink[:, :, 3] = 200, cover
    picture = Element(
        id="picture", role="picture", sheet="ink", box=Box(x=39, y=19, width=82, height=52), order=1, must_read=False
    )
    return drawn.model_copy(update={"ink": keep(png(ink), ".png"), "elements": (picture,)})


async def test_footage_plays_at_native_timing_inside_its_frame(work: FakeWork) -> None:
    footage, _ = await footage_of(gif(), ".gif", work)
    assert footage is not None
    drawn = framed(work.keep_bytes)
    played = PlayedFootage(element="picture", video=footage.video, frames=footage.frames, start=8, plays=70)
    request = segment_request(drawn, frames=70).model_copy(update={"footage": played})
    segment = await Renderer(parallel=1).perform(request, work)
    bare = await Renderer(parallel=1).perform(segment_request(drawn, frames=70), work)
    seen = [views(flat, SIZE.width, SIZE.height).y for _, flat in frames(work.path(segment.body))]
    still = [views(flat, SIZE.width, SIZE.height).y for _, flat in frames(work.path(bare.body))]
    inner = [round(float(luma[35:55, 60:100].mean())) for luma in seen]
    # It enters with its first frame, begins to play on frame 8, and begins anew after 29 frames.
    assert starts(inner[8:]) == [0, 3, 18, 20, 29, 32, 47, 49, 58, 61]
    assert abs(inner[8] - inner[7]) <= 6  # by its last frame it is all but opaque
    assert inner[8] == pytest.approx(16 + 40 * 219 / 255, abs=4)
    # Its corners and what lies around it are those of the shot.
    for index in (20, 40, 60):
        outside = np.abs(seen[index].astype(int) - still[index])[[10, 80, 21], [20, 140, 41]]
        assert outside.max() <= 6


async def test_a_video_holds_its_last_frame_and_renders_the_same_twice(work: FakeWork) -> None:
    footage, _ = await footage_of(gif(), ".gif", work)
    assert footage is not None
    played = PlayedFootage(element="picture", video=footage.video, frames=footage.frames, start=2, plays=footage.frames)
    request = segment_request(framed(work.keep_bytes), frames=60).model_copy(update={"footage": played})
    once, again = [await Renderer(parallel=1).perform(request, work) for _ in range(2)]
    assert once.body == again.body
    values = [
        round(float(views(flat, SIZE.width, SIZE.height).y[35:55, 60:100].mean()))
        for _, flat in frames(work.path(once.body))
    ]
    assert values[-1] == pytest.approx(16 + 240 * 219 / 255, abs=4)
    assert starts(values[9:])[-1] < 20


def timing(frames: int) -> SceneTiming:
    return SceneTiming(scene="demo", start=0, frames=frames, head_frames=0, tail_frames=0)


@pytest.mark.parametrize(
    ("loops", "round_", "scene", "plays"),
    [
        (False, 90, 300, 90),  # a video plays once
        (True, 90, 130, 90),  # a second round would begin for nothing
        (True, 90, 290, 270),
        (True, 90, 170, 170),  # most of a second round
        (True, 20, 190, 190),  # a spinner just goes on
        (True, 400, 190, 190),
    ],
)
def test_loops_end_with_a_whole_round(work: FakeWork, loops: bool, round_: int, scene: int, plays: int) -> None:
    one = work.keep_bytes(b"x", ".png")
    footage = Footage(video=one, poster=one, size_px=SIZE, frames=round_, fps=30, loops=loops)
    board, drawn = image_board(), framed(work.keep_bytes)
    moving = CameraPath(start=Pose(zoom=1, x=0.5, y=0.5), end=Pose(zoom=1, x=0.5, y=0.5))
    pictures = [GatheredPicture(src="a.png", artifact=one, footage=footage)]
    asked = segment(board, timing(scene), drawn, moving, "16:9", Settings(), pictures)
    assert asked.footage is not None
    assert min(asked.footage.plays, scene - asked.footage.start) == min(plays, scene - asked.footage.start)


def test_dark_films_show_the_twin_for_dark_pages(work: FakeWork) -> None:
    light, dark = (work.keep_bytes(data, ".png") for data in (b"light", b"dark"))
    pictures = [
        GatheredPicture(src="a.png", artifact=light, dark_src="b.png"),
        GatheredPicture(src="b.png", artifact=dark),
    ]
    board = image_board()
    assert board.theme.mode == "dark"
    assert asked_shot(board, 0, "16:9", 1.0, pictures).picture == dark
    bright = board.model_copy(update={"theme": THEME.model_copy(update={"mode": "light"})})
    assert asked_shot(bright, 0, "16:9", 1.0, pictures).picture == light
    assert asked_shot(board, 0, "16:9", 1.0, pictures[:1]).picture == light


def image_board() -> Storyboard:
    scene = ImageScene(id="demo", duration_s=4, headline=Headline(text="See it", source="copy"), picture="a.png")
    return Storyboard(project="q", theme=THEME, scenes=(scene,))


# --- what is uploaded ---------------------------------------------------------------------------------------------


def test_pictures_are_not_uploaded_unless_that_is_allowed(work: FakeWork) -> None:
    one = work.keep_bytes(b"x", ".png")
    footage = Footage(video=one, poster=one, size_px=SIZE, frames=60, fps=30, loops=True)
    still = GatheredPicture(src="a.png", artifact=one)
    words = Headline(text="See it", source="copy")
    scene = ImageScene(id="demo", duration_s=4, headline=words, picture="a.png")
    title = TitleScene(id="hook", duration_s=4, headline=words)
    board = Storyboard(project="q", theme=THEME, scenes=(scene, title), logo="a.png")

    def sent(place: int, picture: GatheredPicture, **settings: Any) -> str:
        return covered(board, place, Settings(**settings), cropped=False, pictures=(picture,))

    assert sent(0, still, text_safe="never") == "plate"
    assert sent(0, still, text_safe="never", upload_pictures=True) == "full"
    moving = still.model_copy(update={"footage": footage})
    assert sent(0, moving, text_safe="never", upload_pictures=True) == "plate"
    assert sent(1, still) == "full"
    assert sent(1, still.model_copy(update={"private": True})) == "plate"  # its sign is its own too
    assert sent(1, still.model_copy(update={"private": True}), upload_pictures=True) == "full"


# --- from GitHub --------------------------------------------------------------------------------------------------


async def test_pictures_elsewhere_on_github_are_fetched_once(host: Host, tmp_path: Path) -> None:
    with playing() as github:
        text = (
            f"# Quill\n\nA pen.\n\n![own]({github.url}/acme/quill/blob/main/own.gif)\n\n"
            f"![demo]({github.url}/other/place/raw/main/demo.gif)\n\n![gone]({github.url}/other/place/raw/main/no.gif)\n"
        )
        github.on(f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(text.encode())))
        github.on(f"raw /repos/acme/quill/contents/own.gif?ref={COMMIT}", reply(gif((200, 200))))
        github.on("/other/place/raw/main/demo.gif", reply(gif()))
        settings = Settings(
            out=tmp_path / "out",
            github=GitHub(api_url=github.url, server_url=github.url, token=TOKEN),
            storyboarder="offline",
            animator="local",
        )
        source = parse_source("acme/quill", server_url=github.url)
        said: list[Event] = []
        for _ in range(2):
            async with open_tools(source, settings, said.append) as tools:
                pinned = await pin(source, http=tools.http, keep=tools.store.keep_bytes, settings=settings.github)
                readme = await tools.store(tools.engines.reader, pinned.pinned)
                pictures = await gathered(readme, pinned, source, tools)
                assert [one.src.rsplit("/", 1)[-1] for one in pictures] == ["own.gif", "demo.gif"]
                assert all(one.footage is not None for one in pictures)
        fetches = [(path, headers) for path, headers in github.asked if path.startswith("/other/")]
        assert [path for path, _ in fetches] == ["/other/place/raw/main/demo.gif", "/other/place/raw/main/no.gif"]
        assert not any("authorization" in headers for _, headers in fetches)
        assert any("authorization" in headers for path, headers in github.asked if "contents/own.gif" in path)
        assert [one.message for one in said if isinstance(one, Notice) and "no.gif" in one.message]
        assert not [one for one in said if isinstance(one, Notice) and one.level == "warning" and "gif" in one.message]


# --- a film -------------------------------------------------------------------------------------------------------


def recording(folder: Path, readme: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "README.md").write_text(readme)
    words = Headline(text="See it at work", source="copy")
    board = Storyboard(
        project="quill",
        theme=THEME,
        scenes=(ImageScene(id="demo", duration_s=2.0, headline=words, picture="demo.gif"),),
    )
    (folder / "board.yaml").write_text(to_yaml(board))
    return folder


async def filmed(folder: Path, out: Path) -> tuple[Any, list[Event]]:
    events: list[Event] = []
    settings = Settings(
        out=out, quality="draft", storyboarder="offline", animator="local", storyboard=folder / "board.yaml"
    )
    result = await make_video(parse_source(str(folder)), settings, emit=events.append)
    return result, events


async def test_a_film_with_footage_is_made_and_made_again_from_what_is_kept(tmp_path: Path) -> None:
    folder = recording(tmp_path / "quill", "# quill\n\nA pen for pages.\n\n![Terminal demo](demo.gif)\n")
    (folder / "demo.gif").write_bytes(gif((300, 700), (640, 400)))
    result, _ = await filmed(folder, tmp_path / "out")
    (shows,) = [scene.shows for scene in result.report.scenes]
    assert shows is not None
    assert (shows.src, shows.line, shows.footage_s, shows.elsewhere) == ("demo.gif", "README.md:5", 1.0, False)
    size = probe(result.films[0]).size_px
    lumas = [views(flat, size.width, size.height).y for _, flat in frames(result.films[0])]
    middle = [round(float(luma[size.height // 2 :, size.width // 2 :][100:140, 60:200].mean())) for luma in lumas]
    assert len(set(starts(middle[-40:]))) >= 2, "nothing moves in the frame"
    assert "demo.gif (README.md:5" in (result.folder / "report.html").read_text()
    again, _ = await filmed(folder, tmp_path / "out")
    assert all(work.reused for work in again.report.work)
    assert json.loads((again.folder / "report.json").read_text())["scenes"][0]["shows"]["footage_s"] == 1.0


async def test_a_broken_animation_leaves_a_film_or_a_notice(tmp_path: Path) -> None:
    folder = recording(tmp_path / "quill", "# quill\n\nA pen for pages.\n\n![Terminal demo](demo.gif)\n")
    # Its second frame is cut off: what there is stands still.
    (folder / "demo.gif").write_bytes(gif((300, 700), (640, 400))[:-400] + b"\x00" * 20)
    result, events = await filmed(folder, tmp_path / "out")
    assert result.films
    assert not [event for event in events if isinstance(event, Notice) and "Traceback" in event.message]
