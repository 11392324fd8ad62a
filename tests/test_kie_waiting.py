"""What happens while a paid clip is waited for: strange answers are told once or saved, calls leave nothing behind."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

from pydantic import SecretStr

from children import until
from readme2video.callbacks import callback_address, clear, sweep, woken
from readme2video.errors import PausedError
from readme2video.events import Notice
from readme2video.model.film import Clip
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie
from test_kie_animator import MakeShop, Shop, shop

__all__ = ["shop"]  # the fixture

KEY = "canary-51d2-never-saved"


def notices(here: Shop) -> list[str]:
    return [event.message for event in here.events if isinstance(event, Notice)]


async def test_f44_an_unknown_state_is_told_once_per_task_and_asked_about_as_before(shop: MakeShop) -> None:
    strange = {"do": "patch", "set": {"data.state": "processing2"}}
    here = shop({"on": "record", "do": "seq", "steps": [strange] * 8})
    got = await here.buy(2)
    assert all(isinstance(one, Clip) for one in got)
    told = [said for said in notices(here) if "processing2" in said]
    tasks = {order.task_id for order in here.box.orders}
    assert len(told) == len(tasks) == 2
    assert all(sum(task in said for said in told) == 1 for task in tasks)


async def test_f47_a_paid_result_that_cannot_be_read_is_saved_raw(shop: MakeShop) -> None:
    address = callback_address("https://hooks.example.com", "0123456789ab", b"any secret of thirty-two bytes...")
    said = {
        "code": 200,
        "data": {"state": "success", "resultJson": "cut {", "note": KEY, "param": {"callBackUrl": address}},
    }
    here = shop({"on": "record", "nth": "always", "do": "body", "json": said})
    account = Kie(base_url=here.box.url, upload_url=here.box.url, key=SecretStr(KEY), pace=0.01)
    (lost,) = await here.buy(kie=account)
    assert isinstance(lost, PausedError)
    file = Path(lost.message.partition("saved raw to ")[2].removesuffix("."))
    assert file.is_relative_to(here.folder)
    assert here.box.orders[0].task_id in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text()
    assert json.loads(kept)["data"]["resultJson"] == "cut {"
    assert KEY not in kept
    assert address.rpartition("/")[2] not in kept
    here.box.clear()
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


async def test_f47_what_is_saved_has_a_limit_and_a_full_disk_hides_nothing(shop: MakeShop) -> None:
    said = {"code": 200, "data": {"state": "success", "resultJson": "x" * 900_000}}
    here = shop({"on": "record", "nth": "always", "do": "body", "json": said})
    (lost,) = await here.buy()
    assert isinstance(lost, PausedError)
    (file,) = (here.folder / "unreadable").iterdir()
    assert 60_000 < file.stat().st_size <= 65_536
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("in the way")
    (lost,) = await here.buy()
    assert isinstance(lost, PausedError)
    assert "cannot be read" in lost.message
    assert "saved" not in lost.message


async def test_f62_calls_about_what_has_ended_are_forgotten_and_those_in_doubt_are_not(shop: MakeShop) -> None:
    here = shop({"on": "create", "nth": 2, "do": "accept_rst"})
    got = await here.buy(2)
    assert sum(isinstance(one, Clip) for one in got) == 1
    ids = {attempt.state: attempt.id for attempt in here.attempts()}
    marks = here.folder / "wake"
    marks.mkdir(exist_ok=True)
    for attempt_id in (ids["done"], ids["unknown"], "f" * 12):
        (marks / attempt_id).write_text("some-task")
    before = len(here.box.orders)
    await here.buy(2)
    assert set(woken(here.folder)) == {ids["unknown"]}
    assert len(here.box.orders) == before


async def test_f56_a_call_that_came_before_the_end_leaves_no_mark(tmp_path: Path) -> None:
    with Sandbox(job_s=0.4) as box:
        here = Shop(box, tmp_path / "store")
        buying = asyncio.create_task(here.buy())
        await asyncio.to_thread(until, lambda: box.orders and here.attempts()[0].task_id)
        (attempt,) = here.attempts()
        marks = here.folder / "wake"
        marks.mkdir()
        (marks / attempt.id).write_text(attempt.task_id or "")
        assert isinstance((await buying)[0], Clip)
    assert woken(here.folder) == {}
    (marks / attempt.id).write_text("late")
    sweep(here.folder, [attempt.id, "../../not-a-mark"])
    clear(here.folder, attempt.id)  # gone already: fine
    assert not list(marks.iterdir())
