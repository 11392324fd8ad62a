"""Disks that refuse, processes that are killed: what was paid for is never lost, and never paid for again.

Children are starved by the kernel's own limit on the size of files, and killed exactly where the stand-in holds them:
it has done its work, or not, and says nothing until the child is gone.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from children import Buying, child, until
from readme2video.cli.adopt import adopt
from readme2video.cli.run import exit_code
from readme2video.errors import LockedError, MachineError, OutputError, PaymentInDoubtError
from readme2video.events import ignore
from readme2video.ledger import FILE
from readme2video.model.film import Clip
from readme2video.sandbox import Sandbox
from readme2video.store import Store
from test_kie_animator import MakeShop, Shop, shop
from test_kie_torture import check

__all__ = ["shop"]  # the fixture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and signals as Linux has them")

TINY = 150_000
"""Bytes a file may have: enough for the ledger and a picture, not for a clip."""


def starve(pid: int, most_bytes: int) -> None:
    """From now on no file of this process (0: ourselves) grows beyond this."""
    import resource

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


def buy(here: Shop, count: int = 1) -> list[Any]:
    return asyncio.run(here.buy(count))


def seen(box: Sandbox, name: str) -> int:
    return sum(name in request.names for request in box.requests)


def left_over(folder: Path) -> list[Path]:
    """Files that no finished run leaves."""
    return [path for path in folder.rglob("*") if path.suffix == ".part" or path.parent == folder / "work"]


# ---------------------------------------------------------------------------------------------------- a full disk


def test_f79_a_disk_full_during_the_download_keeps_the_task(shop: MakeShop, tmp_path: Path) -> None:
    here = shop(short_side_px=720)  # a clip larger than the disk
    with child(Buying(here.box.url, here.folder, before=partial(starve, 0, TINY)), tmp_path / "log") as program:
        assert program.wait() == 9
        assert "could not be written" in program.said
        size = here.box._account.files[f"/files/results/{here.box.orders[0].task_id}.mp4"]
        assert f"{len(size.data)} bytes are needed" in program.said
    assert not list(here.folder.rglob("*.mp4"))
    assert not left_over(here.folder)
    (clip,) = buy(here)
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


def test_f80_a_disk_full_before_the_order_sends_nothing(shop: MakeShop, tmp_path: Path) -> None:
    here = shop({"on": "upload", "nth": 1, "do": "drip", "per_s": 2000})
    with child(Buying(here.box.url, here.folder), tmp_path / "log") as program:
        until(lambda: seen(here.box, "upload"))
        starve(program.pid, 4096)
        assert program.wait() == 9
        assert "ledger" in program.said
    assert seen(here.box, "create") == 0
    assert here.attempts() == ()
    (clip,) = buy(here)
    assert isinstance(clip, Clip)


def test_f81_a_disk_full_when_the_answer_comes_still_tells_the_task(shop: MakeShop, tmp_path: Path) -> None:
    here = shop({"on": "create", "nth": 1, "do": "drip", "per_s": 200})
    here.folder = tmp_path / "out" / ".store"
    with child(Buying(here.box.url, here.folder), tmp_path / "log") as program:
        until(lambda: here.box.orders)
        starve(program.pid, 4096)
        assert program.wait() == 9
        (order,) = here.box.orders
        assert order.task_id in program.said
    (lost,) = buy(here)
    assert isinstance(lost, PaymentInDoubtError)
    assert order.task_id in lost.message
    assert len(here.box.orders) == 1


def test_f81_that_task_can_be_adopted(shop: MakeShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = shop({"on": "create", "nth": 1, "do": "drip", "per_s": 200})
    here.folder = tmp_path / "out" / ".store"
    with child(Buying(here.box.url, here.folder), tmp_path / "log") as program:
        until(lambda: here.box.orders)
        starve(program.pid, 0)  # not even the room that was reserved for it can be written
        assert program.wait() == 9
    (order,) = here.box.orders
    for name, value in here.box.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert adopt(tmp_path / "out", "scene-0", order.task_id) == 0
    (clip,) = buy(here)
    assert isinstance(clip, Clip)
    assert clip.task_id == order.task_id
    assert len(here.box.orders) == 1


@pytest.mark.parametrize(
    "number",
    [pytest.param(getattr(errno, name), id=f"F82-{name}") for name in ("EIO", "EROFS", "EDQUOT")],
)
def test_f82_a_disk_that_refuses_the_clip_is_said(shop: MakeShop, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    here = shop()
    sync = os.fsync

    def refuses(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().name == "clip.mp4.part":
            raise OSError(number, os.strerror(number))
        sync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuses)
        (refused,) = buy(here)
    assert isinstance(refused, OutputError)
    assert exit_code(refused) == 9
    assert os.strerror(number) in refused.message
    assert not list(here.folder.rglob("*.mp4"))
    assert not left_over(here.folder)
    (clip,) = buy(here)
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


# ---------------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("damage", ["F83-cut", "F83-noise", "F83-empty"])
def test_f83_by_a_damaged_ledger_nothing_is_bought(shop: MakeShop, damage: str) -> None:
    here = shop()
    (clip,) = buy(here)
    file = here.folder / FILE
    whole = file.read_bytes()
    file.write_bytes(
        {"F83-cut": whole[: len(whole) // 2], "F83-noise": whole[:4096] + os.urandom(8192) + whole[12288:]}.get(
            damage, b""
        )
    )
    with pytest.raises(MachineError, match="damaged") as refused:
        buy(here, 2)
    assert exit_code(refused.value) == 9
    assert "kie.ai/logs" in refused.value.hint
    assert seen(here.box, "create") == 1
    file.write_bytes(whole)
    kept, other = buy(here, 2)
    assert kept == clip
    assert isinstance(other, Clip)
    assert len(here.box.orders) == 2


# ---------------------------------------------------------------------------------------------------- the folder


def test_f84_a_folder_that_was_renamed_or_is_reached_by_a_link_is_the_same(shop: MakeShop, tmp_path: Path) -> None:
    here = shop()
    (clip,) = buy(here)
    here.folder = here.folder.rename(tmp_path / "renamed")
    assert buy(here) == [clip]
    (tmp_path / "link").symlink_to(here.folder, target_is_directory=True)
    here.folder = tmp_path / "link"
    assert buy(here) == [clip]
    assert len(here.box.orders) == 1


def test_f84_one_lock_however_the_folder_is_reached(tmp_path: Path) -> None:
    first = Store(tmp_path / "store", ignore)
    (tmp_path / "link").symlink_to(tmp_path / "store", target_is_directory=True)
    second = Store(tmp_path / "link", ignore)
    with first.holding("tidewatch"), pytest.raises(LockedError) as refused, second.holding("tidewatch"):
        pass
    assert exit_code(refused.value) == 10
    first.close()
    second.close()


def test_f88_two_folders_pay_each_for_themselves(shop: MakeShop, tmp_path: Path) -> None:
    here = shop()
    (first,) = buy(here)
    here.folder = tmp_path / "other"
    (second,) = buy(here)
    assert first.task_id != second.task_id
    assert len(here.box.orders) == 2


# ---------------------------------------------------------------------------------------------------- kills


BOUNDARIES = [
    ("models", 1), ("upload", 1), ("picture", 2), ("create", 1), ("create", 2),
    ("record", 1), ("result", 1), ("result", 2),
]  # fmt: skip
UNHEARD = [("upload", 1), ("create", 1), ("create", 2)]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox(job_s=0.05) as box:
        yield Shop(box, tmp_path / "store")


@pytest.mark.parametrize(
    ("kind", "nth", "held"),
    [
        *(pytest.param(kind, nth, "accept_hang", id=f"F86-{kind}_{nth}_done") for kind, nth in BOUNDARIES),
        *(pytest.param(kind, nth, "blackhole", id=f"F86-{kind}_{nth}_not_done") for kind, nth in UNHEARD),
    ],
)
def test_f86_killed_at_every_boundary_it_never_orders_twice(
    counter: Shop, tmp_path: Path, kind: str, nth: int, held: str
) -> None:
    box = counter.box
    box.script({"on": kind, "nth": nth, "do": held})
    with child(Buying(box.url, counter.folder, scenes=2), tmp_path / "log") as program:
        until(lambda: seen(box, kind) >= nth)
        if held == "accept_hang" and kind == "create":
            until(lambda: len(box.orders) >= nth)
        if kind == "result":  # the other order's answer is known by then
            until(lambda: sum(attempt.task_id is not None for attempt in counter.attempts()) == 2)
        program.kill()
    box.clear()
    got = buy(counter, 2)
    check(counter)
    in_doubt = int(kind == "create")
    assert [attempt.state for attempt in counter.attempts()].count("unknown") == in_doubt
    assert sum(isinstance(one, Clip) for one in got) == 2 - in_doubt
    assert len(box.orders) == 2 - (in_doubt and held == "blackhole")
    asked = len(box.requests)
    buy(counter, 2)
    assert not [one for one in box.requests[asked:] if "create" in one.names]
    assert not left_over(counter.folder)


def test_f85_what_a_killed_download_left_is_removed_at_the_next_start(counter: Shop, tmp_path: Path) -> None:
    counter.box.script({"on": "result", "nth": 1, "do": "drip", "per_s": 50_000})
    with child(Buying(counter.box.url, counter.folder), tmp_path / "log") as program:
        until(lambda: [path for path in left_over(counter.folder) if path.suffix == ".part" and path.stat().st_size])
        program.kill()
    assert [path for path in left_over(counter.folder) if path.suffix == ".part"], "the part file shows the kill"
    assert [path for path in left_over(counter.folder) if path.suffix == ".lock"]
    (clip,) = buy(counter)
    assert isinstance(clip, Clip)
    assert not left_over(counter.folder)
    assert len(counter.box.orders) == 1


# ---------------------------------------------------------------------------------------------------- signals


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="F39-second_ctrl_c"),
        pytest.param(signal.SIGTERM, 143, id="F39-second_sigterm"),
    ],
)
def test_f39_a_second_signal_leaves_at_once_and_the_order_is_in_doubt(
    counter: Shop, tmp_path: Path, number: int, code: int
) -> None:
    counter.box.script({"on": "create", "nth": 1, "do": "accept_hang"})
    with child(Buying(counter.box.url, counter.folder, pace=1.0), tmp_path / "log") as program:
        until(lambda: counter.box.orders)
        os.kill(program.pid, number)
        program.process.join(0.5)
        assert program.process.exitcode is None, "the first one waits for the answer"
        os.kill(program.pid, number)
        assert program.wait() == code
        assert "Traceback" not in program.said
    counter.box.clear()
    (lost,) = buy(counter)
    assert isinstance(lost, PaymentInDoubtError)
    assert [attempt.state for attempt in counter.attempts()] == ["unknown"]
    assert len(counter.box.orders) == 1
