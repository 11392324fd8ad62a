"""The machine around the paid road misbehaves: ffmpeg, terminals, proxies, limits, kills in mid-film; and edits.

One film of three short scenes is made for all; tests change copies of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import pty
import resource
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from children import Buying, child, until
from kie_server import KieServer, answer
from makers import ENCODING, SIZE
from readme2video.errors import EncoderError
from readme2video.media.ffmpeg import FrameWriter, x264_arguments
from readme2video.media.planes import frame_size
from readme2video.model.film import BackdropRequest, Clip
from readme2video.sandbox import Sandbox
from test_kie_animator import MakeShop, shop

__all__ = ["shop"]  # the fixture

PROGRAM = str(Path(sys.executable).with_name("readme2video"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits, terminals and programs as Linux has them")


class Film:
    """A project and the folder its film stands in."""

    def __init__(self, base: Path) -> None:
        self.base, self.home, self.out = base, base / "tinyproject", base / "out"
        self.promo = self.out / "tinyproject" / "promo.mp4"

    def command(self, *flags: str) -> list[str]:
        board = self.home / "board.yaml"
        return [
            PROGRAM, "make", str(self.home), "-o", str(self.out), "--quality", "draft", "--storyboard", str(board),
            *flags,
        ]  # fmt: skip

    def make(self, *flags: str, **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*flags), env=os.environ | environ, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr
        assert "has a bug" not in done.stderr
        return done

    def forget_film(self) -> None:
        """As if the run had ended before the last step."""
        (record,) = [
            file
            for file in (self.out / ".store" / "records" / "stitch").glob("*.json")
            if json.loads(file.read_bytes())["label"] == "film"
        ]
        record.unlink()
        self.promo.unlink()

    @property
    def scratch(self) -> list[Path]:
        """What no ended run leaves."""
        partial_files = list((self.out / "tinyproject").rglob(".partial-*"))
        return [*(self.out / ".store" / "work").iterdir(), *partial_files]


@pytest.fixture(scope="module")
def finished(tiny_film: tuple[Path, subprocess.CompletedProcess[str]]) -> Film:
    base, done = tiny_film
    assert done.returncode == 0, done.stderr
    return Film(base)


@pytest.fixture
def film(finished: Film, tmp_path: Path) -> Film:
    for name in ("tinyproject", "out"):
        shutil.copytree(finished.base / name, tmp_path / name)
    return Film(tmp_path)


# ---------------------------------------------------------------------------------------------------- ffmpeg


def stub(folder: Path, does: str) -> str:
    """An ffmpeg that does something else."""
    file = folder / "ffmpeg"
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o755)
    return str(file)


BAD_FFMPEGS = {
    "F91-killed": "kill -9 $$",
    "F91-missing": "",
}


@pytest.mark.parametrize("how", ["F91-killed", "F91-missing"])
def test_f91_a_film_without_a_working_ffmpeg_is_said_and_the_old_one_stays(film: Film, how: str) -> None:
    before = film.promo.read_bytes()
    program = stub(film.base, BAD_FFMPEGS[how]) if BAD_FFMPEGS[how] else str(film.base / "none")
    done = film.make("--again", "render:hook", IMAGEIO_FFMPEG_EXE=program)
    assert done.returncode == 9, done.stderr
    assert "ffmpeg" in done.stderr
    assert film.promo.read_bytes() == before
    assert not film.scratch


def set_environment(**values: str) -> None:
    os.environ.update(values)


@pytest.mark.parametrize(
    "how",
    [
        "F91-missing",
        pytest.param(
            "F91-killed",
        ),
    ],
)
def test_f91_a_clip_that_cannot_be_decoded_here_stays_paid_and_is_fetched_later(
    shop: MakeShop, tmp_path: Path, how: str
) -> None:
    here = shop()
    program = stub(tmp_path, BAD_FFMPEGS[how]) if BAD_FFMPEGS[how] else str(tmp_path / "none")
    spoil = partial(set_environment, IMAGEIO_FFMPEG_EXE=program)
    with child(Buying(here.box.url, here.folder, before=spoil), tmp_path / "log") as running:
        code, said = running.wait(), running.said
    assert not list(here.folder.rglob("*.mp4"))
    assert [attempt.state for attempt in here.attempts()] == ["created"]
    (clip,) = asyncio.run(here.buy())
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1
    assert code == 9, said


def test_f91_an_ffmpeg_that_hangs_can_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, "exec sleep 60"))
    stop, taken = threading.Event(), 0
    writer = FrameWriter(tmp_path / "a.mp4", ENCODING, x264_arguments(ENCODING), stop)
    frame = np.zeros(frame_size(SIZE.width, SIZE.height), np.uint8)

    def write() -> None:
        nonlocal taken
        with suppress(InterruptedError, EncoderError), writer:
            while True:  # until the pipe is full
                writer.write(frame)
                taken += 1

    def stuck() -> bool:
        before = taken
        time.sleep(0.2)
        return 0 < before == taken

    thread = threading.Thread(target=write)
    thread.start()
    until(stuck)
    stop.set()
    thread.join(1.5)
    left = not thread.is_alive()
    if not left and writer._process is not None:
        writer._process.kill()
        thread.join()
    assert left


# ---------------------------------------------------------------------------------------------------- terminals


def test_f92_a_reader_of_stdout_who_has_gone_is_no_crash(film: Film) -> None:
    with subprocess.Popen(film.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        said = run.stderr.read().decode()
    assert run.returncode in (0, 1)
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert film.promo.is_file()


@pytest.mark.parametrize(
    ("environ", "columns"),
    [
        pytest.param({"TERM": "xterm-256color"}, 20, id="F92-20_columns"),
        pytest.param({"TERM": "dumb"}, 80, id="F92-dumb"),
        pytest.param(
            {"TERM": "xterm", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
            80,
            id="F92-ascii",
        ),
    ],
)  # fmt: skip
def test_f92_any_terminal_will_do(film: Film, environ: dict[str, str], columns: int) -> None:
    film.out = film.out.rename(film.out.with_name("r\u00e9sum\u00e9"))
    ours, theirs = pty.openpty()
    try:
        run = subprocess.Popen(
            film.command(), stdin=theirs, stdout=theirs, stderr=theirs,
            env=os.environ | environ | {"COLUMNS": str(columns), "TMPDIR": str(film.base)},
        )  # fmt: skip
        os.close(theirs)
        told = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not piece:
                break
            told += piece
        assert run.wait(60) == 0, told
    finally:
        os.close(ours)
    assert b"Traceback" not in told
    assert b"promo.mp4" in told.replace(b"\r\n", b"")
    if environ["TERM"] == "dumb":
        assert b"\x1b" not in told


# ---------------------------------------------------------------------------------------------------- environment


def test_f93_proxies_and_netrc_are_off_on_purpose(shop: MakeShop, tmp_path: Path) -> None:
    here = shop()
    (tmp_path / "home").mkdir()
    netrc = tmp_path / "home" / ".netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    netrc.chmod(0o600)
    with KieServer() as trap:
        trap.on("/", answer({"code": 401}, 401))
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
        spoil = partial(
            set_environment, HOME=str(tmp_path / "home"), NETRC=str(netrc), SSL_CERT_FILE="/nonexistent", NO_PROXY="",
            **dict.fromkeys(names, trap.url),
        )  # fmt: skip
        with child(Buying(here.box.url, here.folder, before=spoil), tmp_path / "log") as running:
            assert running.wait() == 0, running.said
        assert trap.dials == 0
    assert len(here.box.orders) == 1
    files = [seen for seen in here.box.requests if "file" in seen.names]
    assert files
    assert not [seen for seen in files if seen.key], "neither the key nor a password goes to the file host"


def few_files(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.mark.parametrize("most", [64, 30], ids=["F94-64", "F94-30"])
def test_f94_few_open_files_leave_no_half_state(shop: MakeShop, tmp_path: Path, most: int) -> None:
    here = shop()
    buying = Buying(here.box.url, here.folder, scenes=4, before=partial(few_files, most))
    with child(buying, tmp_path / "log") as running:
        assert running.wait() in (0, 9), running.said
        assert "Traceback" not in running.said
    assert not [attempt for attempt in here.attempts() if attempt.state not in ("created", "done")]
    got = asyncio.run(here.buy(4))
    assert all(isinstance(one, Clip) for one in got)
    assert len(here.box.orders) == 4


def test_f94_a_browser_that_cannot_open_files_is_said(film: Film) -> None:
    before = film.promo.read_bytes()
    done = subprocess.run(
        film.command("--again", "shoot:hook"), preexec_fn=partial(few_files, 64), capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, 9), done.stderr
    assert "Traceback" not in done.stderr
    assert film.promo.read_bytes() == before
    assert not film.scratch
    assert film.make().returncode == 0


# ---------------------------------------------------------------------------------------------------- the film


DYING = """
import asyncio, os, sys
from pathlib import Path
from readme2video.events import WorkProgressed, WorkStarted
from readme2video.media import probe
from readme2video.pipeline import make_video
from readme2video.settings import Settings
from readme2video.sources import parse_source
from readme2video.stitch import stitcher
home, out = map(Path, sys.argv[1:])
join = stitcher._mux_until
def dies(film, packets, end_s):
    join(film, packets, end_s)
    os.kill(os.getpid(), 9)
stitcher._mux_until = dies  # after the first piece
asyncio.run(make_video(parse_source(str(home)), Settings(out=out, quality="draft", storyboard=home / "board.yaml")))
"""


def test_f95_killed_while_stitching_there_is_no_film_and_the_next_run_makes_it(film: Film) -> None:
    whole = film.promo.read_bytes()
    film.forget_film()
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(film.home), str(film.out)], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == -9, done.stderr
    assert not film.promo.exists()
    assert list((film.out / ".store" / "work").glob("*/*/film.mp4")), "it was killed in the middle"
    again = film.make("--json")
    assert again.returncode == 0, again.stderr
    assert film.promo.read_bytes() == whole
    assert not film.scratch


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        pytest.param([], 6, id="F96-local"),
        pytest.param(["--on-failure", "stop"], 6, id="F96-stop"),
    ],
)
def test_f96_one_scene_that_was_refused(film: Film, flags: list[str], code: int) -> None:
    before = film.promo.read_bytes()
    with Sandbox(
        job_s=0.1, short_side_px=180, faults=[{"on": "job", "nth": 1, "do": "fail", "message": "moderation"}]
    ) as box:
        done = film.make(
            "--storyboarder", "offline", "--animator", "kie", "--yes", "--json", *flags, README2VIDEO_PACE="0.02",
            **box.environment,
        )  # fmt: skip
        assert len(box.orders) <= 3
    assert done.returncode == code, done.stderr
    assert "moderation" in done.stdout
    said = json.loads(done.stdout)
    if flags:
        assert said["scene"] in ("hook", "features", "end")
        assert film.promo.read_bytes() == before, "no film is made, the old one stays"
    else:
        assert sorted(scene["animator"] for scene in said["scenes"]) == ["kie", "kie", "local"]
        (left,) = [scene for scene in said["scenes"] if scene["fallback"]]
        assert "moderation" in left["fallback"]
        assert left["id"] in done.stderr
    assert not film.scratch


def test_f97_a_film_that_cannot_take_its_name_is_said(film: Film) -> None:
    film.promo.unlink()
    film.promo.mkdir()
    (film.promo / "mine.txt").write_text("not to be lost")
    done = film.make()
    assert done.returncode == 9, done.stderr
    assert "tinyproject" in done.stderr
    assert "--out" in done.stderr
    assert (film.promo / "mine.txt").read_text() == "not to be lost"
    assert not film.scratch


def test_f97_what_stood_there_is_replaced_as_a_whole(film: Film) -> None:
    whole = film.promo.read_bytes()
    film.promo.write_bytes(whole[: len(whole) // 2])
    assert film.make().returncode == 0
    assert film.promo.read_bytes() == whole


# ---------------------------------------------------------------------------------------------------- edits


@pytest.mark.parametrize(
    ("flags", "changed"),
    [
        pytest.param({"model": "sora-2-pro-image-to-video"}, {}, id="F99-model"),
        pytest.param({}, {"duration_s": 12.0}, id="F99-duration"),
        pytest.param({}, {"motion": "pan_left"}, id="F99-prompt"),
        pytest.param({}, {"look": "another"}, id="F99-words"),
    ],
)
async def test_f99_an_edit_shows_its_price_and_keeps_the_old_clip(
    shop: MakeShop, flags: dict[str, Any], changed: dict[str, Any]
) -> None:
    here = shop()
    (old,) = await here.buy()
    assert isinstance(old, Clip)

    async def wanted(edited: dict[str, Any], **flags: Any) -> tuple[Any, Clip | None]:
        """The plan; and the clip, where nothing is left to buy."""
        async with here.open(**flags) as (animator, store):
            ((label, request),) = here.scenes(store, 1)
            request = BackdropRequest.model_validate(request.model_dump() | edited)
            kept = store.has(animator, request, label=label)
            rows = [(label, request)]
            plan = await animator.plan("tidewatch", [] if kept else rows, rows if kept else [])
            return plan, await store(animator, request, label=label) if kept else None

    plan, none = await wanted(changed, **flags)
    assert none is None
    assert [line.state for line in plan.lines] == ["to buy"]
    assert plan.credits > 0
    assert plan.price_date
    assert len(here.box.orders) == 1
    assert [attempt.state for attempt in here.attempts()] == ["done"]
    plan, clip = await wanted({})
    assert plan.credits == 0
    assert clip == old
