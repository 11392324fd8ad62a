"""The paid road's faults end to end: uploads, orders in doubt, clocks that jump, prices that change, callbacks.

The stand-in misbehaves, the animator buys; what counts is what the stand-in sold and what the ledger says of it.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from children import buy, until
from kie_server import FakeClock, KieServer
from readme2video.animators.kie.poller import Poller
from readme2video.callbacks import callback_address, callback_secret, make_server, receiver, woken
from readme2video.cli.adopt import adopt, decide
from readme2video.cli.inspect import status
from readme2video.errors import ConsentError, PausedError, PaymentInDoubtError
from readme2video.events import Notice
from readme2video.kie.answers import TaskState
from readme2video.kie.clock import Clock
from readme2video.model.film import Clip
from readme2video.sandbox import Sandbox
from test_kie_animator import MakeShop, Shop, shop

__all__ = ["shop"]  # the fixture

WEBHOOK_KEY = "example-hmac-key"
LOST = {"on": "create", "nth": 1, "do": "accept_rst"}


def asked(box: Sandbox, name: str) -> list[int]:
    """The places of one kind of request in the row of all."""
    return [place for place, seen in enumerate(box.requests) if name in seen.names]


def warnings(shop: Shop) -> str:
    return " ".join(event.message for event in shop.events if isinstance(event, Notice))


# ---------------------------------------------------------------------------------------------------- uploads


async def test_f2_an_upload_whose_answer_is_lost_is_repeated_under_its_own_name(shop: MakeShop) -> None:
    here = shop({"on": "upload", "nth": 1, "do": "accept_rst"})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(asked(here.box, "upload")) == 2
    pictures = [path for path, file in here.box._account.files.items() if not file.result]
    assert len(pictures) == 1, "the second upload took another name"
    (order,) = here.box.orders
    assert order.body["input"]["image_urls"][0].endswith(pictures[0])


async def test_f6_nothing_is_ordered_before_the_picture_can_be_read_back(shop: MakeShop) -> None:
    here = shop({"on": "picture", "do": "seq", "steps": [404, 404, 200]})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    reads, (create,) = asked(here.box, "picture"), asked(here.box, "create")
    assert len(reads) == 3
    assert max(reads) < create


async def test_f6_nothing_is_ordered_when_it_never_can(shop: MakeShop) -> None:
    here = shop({"on": "picture", "nth": "always", "do": "status", "status": 404, "body": ""})
    (paused,) = await here.buy()
    assert isinstance(paused, PausedError)
    assert not asked(here.box, "create")
    assert here.attempts() == ()


async def test_f10_a_day_later_the_picture_is_uploaded_anew(shop: MakeShop) -> None:
    busy = {"code": 455, "msg": "maintenance", "data": None}
    here = shop({"on": "create", "nth": 1, "do": "body", "json": busy})
    clock = JumpingClock()
    paused = await one(here, clock)
    assert isinstance(paused, PausedError)
    assert len(asked(here.box, "upload")) == 1
    clock.jump(90_000)
    clip = await one(here, clock)
    assert isinstance(clip, Clip)
    assert len(asked(here.box, "upload")) == 2
    first, second = (attempt.order.body["input"]["image_urls"][0] for attempt in here.attempts())
    assert first != second
    assert here.box.orders[0].body["input"]["image_urls"] == [second]


# ---------------------------------------------------------------------------------------------------- clocks


@dataclass
class JumpingClock:
    """The machine's clocks after a sleep: both are ahead at once."""

    ahead_s: float = 0.0
    asleep: Callable[[], bool] = lambda: False
    """When the machine falls asleep while the program does nothing but wait; once."""

    def jump(self, seconds: float) -> None:
        self.ahead_s += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s * 0.01  # the animator's clock runs a hundred times as fast

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
        if not self.ahead_s and self.asleep():
            self.jump(7200)


async def one(here: Shop, clock: Clock, meanwhile: Callable[[], None] = lambda: None) -> Clip | Exception:
    """One scene bought by a clock of its own, and something that happens from a thread meanwhile."""
    happening = asyncio.ensure_future(asyncio.to_thread(meanwhile))
    (got,) = await buy(here, clock=clock)
    await happening
    return got


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        pytest.param({"do": "drip", "per_s": 400}, "created", id="F40-the_answer_comes_after_all"),
        pytest.param({"do": "accept_hang", "s": 0.3}, "unknown", id="F40-the_answer_is_lost"),
    ],
)
async def test_f40_a_machine_that_slept_two_hours_in_mid_order_sends_nothing_again(
    shop: MakeShop, fault: dict[str, Any], ends: str
) -> None:
    here, clock = shop({"on": "create", "nth": 1, **fault}), JumpingClock()

    def sleep() -> None:
        until(lambda: asked(here.box, "create"))
        clock.jump(7200)

    got = await one(here, clock, sleep)
    assert len(asked(here.box, "create")) == 1
    (attempt,) = here.attempts()
    if ends == "created":
        assert isinstance(got, Clip)
        assert attempt.task_id == here.box.orders[0].task_id
    else:
        assert isinstance(got, PaymentInDoubtError)
        assert attempt.state == "unknown"


async def test_f40_a_clip_that_was_made_while_the_machine_slept_is_fetched(shop: MakeShop) -> None:
    """The wait's budget has passed at the wake, but the provider is asked once more before it counts."""
    here = shop()

    def made() -> bool:
        """It is asleep from its first wait after the order until the clip is there."""
        books = here.box._account
        for job in list(books.jobs.values()):
            until(lambda: job.state(books.clock()) == "success")  # noqa: B023 - used at once
        return bool(books.jobs)

    clock = JumpingClock(asleep=made)
    clip = await one(here, clock)
    assert clock.ahead_s == 7200
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


class Sleepy:
    """A provider during whose first answer the machine sleeps; then the clip is ready."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.questions = clock, 0

    async def task(self, task_id: str, *, family: str = "jobs") -> TaskState:  # noqa: ARG002 - as the client has it
        self.questions += 1
        if self.questions == 1:
            self.clock.time_s += 7200
            return TaskState(task_id=task_id, state="running")
        return TaskState(task_id=task_id, state="success", urls=("u",))


async def test_f40_asleep_in_the_middle_of_a_question() -> None:
    clock = FakeClock()
    waiting = Poller(Sleepy(clock), clock, budget_s=1800).finished("t", "jobs", lambda _: None)  # type: ignore[arg-type]
    assert (await waiting).state == "success"


# ---------------------------------------------------------------------------------------------------- prices


async def test_f41_a_clip_that_cost_more_is_told_and_counted(shop: MakeShop) -> None:
    here = shop({"on": "job", "nth": 1, "do": "charge", "credits": 75})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert clip.credits == 75
    assert "scene-0 cost 75 credits; 30 were expected" in warnings(here)
    got = await here.buy(3, max_cost=0.45)  # 90 credits: two more at the expected price, none at this one
    assert [type(one) for one in got] == [Clip, ConsentError, ConsentError]
    assert len(here.box.orders) == 1


# ---------------------------------------------------------------------------------------------------- in doubt


@dataclass
class Counter:
    """A user's output folder whose one scene's answer was lost, and the commands that settle it."""

    here: Shop
    out: Path
    buys: list[Any] = field(default_factory=list)

    def buy(self, count: int = 1) -> list[Any]:
        self.buys = asyncio.run(self.here.buy(count))
        return self.buys

    @property
    def states(self) -> list[tuple[str, str | None]]:
        return [(attempt.state, attempt.task_id) for attempt in self.here.attempts()]


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.chdir(tmp_path)
    with Sandbox(job_s=0.05, faults=[LOST]) as box:
        for name, value in box.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("README2VIDEO_PACE", "0.01")
        counter = Counter(Shop(box, tmp_path / "out" / ".store"), tmp_path / "out")
        (lost,) = counter.buy()
        assert isinstance(lost, PaymentInDoubtError)
        yield counter


def test_f36_adopting_the_right_task_ends_with_its_clip(counter: Counter) -> None:
    (order,) = counter.here.box.orders
    assert adopt(counter.out, "scene-0", order.task_id) == 0
    (clip,) = counter.buy()
    assert isinstance(clip, Clip)
    assert clip.task_id == order.task_id
    assert len(counter.here.box.orders) == 1


def test_f36_a_task_of_another_scene_is_refused(counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    _, other = counter.buy(2)
    assert isinstance(other, Clip)
    before = counter.states
    assert adopt(counter.out, "scene-0", other.task_id) == 2
    assert "in the ledger already, for scene-1" in capsys.readouterr().err
    assert counter.states == before


@pytest.mark.parametrize("known", [True, False])
def test_f36_a_foreign_task_is_refused(counter: Counter, capsys: pytest.CaptureFixture[str], known: bool) -> None:
    """Somebody else's order on the same account, alike but for its picture; and a task that nobody ordered."""
    box, task = counter.here.box, "f" * 32
    if known:
        body = box.orders[0].body
        name = body["input"]["image_urls"][0].rpartition("/")[2]
        other = json.loads(json.dumps(body).replace(name, "holiday.png"))
        with httpx.Client(trust_env=False, headers={"Authorization": "Bearer k"}) as http:
            task = http.post(f"{box.url}/api/v1/jobs/createTask", json=other).json()["data"]["taskId"]
    before = counter.states
    assert adopt(counter.out, "scene-0", task) == 2
    said = capsys.readouterr().err
    assert ("its picture is not the one" if known else "Kie knows no such task") in said
    assert "Nothing was changed" in said
    assert counter.states == before


def test_f37_paid_again_and_the_first_one_finishes_too(counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide(counter.out, "scene-0", "pay again") == 0
    (clip,) = counter.buy()
    assert isinstance(clip, Clip)
    first, second = (order.task_id for order in counter.here.box.orders)
    assert clip.task_id == second
    assert counter.states == [("waived", None), ("done", second)]
    assert adopt(counter.out, "scene-0", first) == 0
    assert "paid for twice" in capsys.readouterr().out
    assert counter.states == [("waived", first), ("done", second)]
    assert counter.buy() == [clip]
    assert len(counter.here.box.orders) == 2
    (counter.out / "tidewatch").mkdir()
    (counter.out / "tidewatch" / "report.json").write_text(
        json.dumps({"project": "tidewatch", "verb": "make", "videos": [], "scenes": [], "cost": {"spent_usd": 0.3}})
    )
    assert status(counter.out, as_json=False) == 0
    told = "".join(capsys.readouterr().out.split())  # ids are folded in narrow columns
    assert "twice" in told
    told_json = (status(counter.out, as_json=True), json.loads(capsys.readouterr().out))[1]
    assert [row["task_id"] for row in told_json["orders"]] == [first, second]


# ---------------------------------------------------------------------------------------------------- callbacks


@contextmanager
def receiving(folder: Path, key: str | None = WEBHOOK_KEY) -> Iterator[str]:
    """The receiver as ``readme2video callbacks`` runs it; its address."""
    import socket

    server = make_server(receiver(folder, webhook_key=key, now=time.time))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class Called:
    """A shop whose orders carry a callback address, and the account that calls it."""

    def __init__(self, folder: Path, base: str, *faults: dict[str, Any], job_s: float = 0.05) -> None:
        self.box = Sandbox(job_s=job_s, faults=faults, webhook_key=WEBHOOK_KEY)
        self.here = Shop(self.box, folder, {"callback_url": base})

    async def buy(self) -> Clip:
        """The clip, once every callback about it was answered; whatever they said, it is bought once."""
        with self.box:
            (clip,) = await self.here.buy()
            assert isinstance(clip, Clip), clip
            await asyncio.to_thread(until, lambda: self.box.callbacks)
            await asyncio.sleep(0.05)
            self.answers = [answer for _, answer in self.box.callbacks]
        (order,) = self.box.orders
        (attempt,) = self.here.attempts()
        assert (attempt.state, attempt.task_id) == ("done", order.task_id)
        assert order.task_id == clip.task_id
        return clip


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        pytest.param({"copies": 5}, [200] * 5, id="F56-five_times"),
        pytest.param({"sign": "no", "copies": 2}, [401] * 2, id="F57-unsigned"),
        pytest.param({"sign": "wrong"}, [401], id="F57-signed_by_another"),
        pytest.param({"sign": "old"}, [401], id="F59-an_hour_old"),
        pytest.param({"timestamp": ""}, [401], id="F59-no_time"),
        pytest.param({"timestamp": f"{time.time():.1f}"}, [401], id="F59-a_fraction"),
        pytest.param({"timestamp": "9" * 40}, [401], id="F59-a_huge_time"),
        pytest.param({"delay_s": -0.01, "order": ["success"]}, [200], id="F60-too_early"),
        pytest.param({"order": ["fail"]}, [200], id="F61-says_it_failed"),
        pytest.param({"order": ["fail", "generating", "success"]}, [200] * 3, id="F61-says_everything"),
        pytest.param({"mutate": {"code": 501, "msg": None, "message": "failed"}}, [200], id="F65-code_501"),
        pytest.param({"mutate": {"data.taskId": None}}, [401], id="F65-no_task"),
    ],
)
async def test_whatever_a_callback_says_the_record_decides(
    tmp_path: Path, fault: dict[str, Any], answers: list[int]
) -> None:
    with receiving(tmp_path / "store") as base:
        called = Called(tmp_path / "store", base, {"on": "create", "do": "cb", **fault})
        await called.buy()
    assert called.answers == answers


async def test_f34_a_callback_before_the_answer_is_kept_and_decides_nothing(tmp_path: Path) -> None:
    """It names a task that no attempt has yet, and says that it is done while it is being made."""
    with receiving(tmp_path / "store") as base:
        early = {"on": "create", "do": "cb", "delay_s": -1, "order": ["success"]}
        called = Called(tmp_path / "store", base, early, job_s=0.4)
        clip = await called.buy()
    assert called.answers == [200]
    records = [seen for seen in called.box.requests if "record" in seen.names]
    assert len(records) > 1, "the first answer said that it was not done"
    assert woken(tmp_path / "store") == {}
    assert clip.task_id == called.box.orders[0].task_id


async def test_f57_a_guessed_address_is_not_found(tmp_path: Path) -> None:
    with receiving(tmp_path / "store") as base:
        guessed = {"on": "create", "do": "cb", "url": f"{base}/cb/{'a' * 12}/{'0' * 32}"}
        called = Called(tmp_path / "store", base, guessed)
        await called.buy()
    assert called.answers == [404]
    assert woken(tmp_path / "store") == {}


async def test_f58_a_signed_callback_with_another_address_is_never_followed(tmp_path: Path) -> None:
    with KieServer() as trap, receiving(tmp_path / "store") as base:
        forged = json.dumps({"resultUrls": [f"{trap.url}/evil.mp4"]})
        called = Called(
            tmp_path / "store", base, {"on": "create", "do": "cb", "mutate": {"data.resultJson": forged}}, job_s=0.2
        )
        await called.buy()
        assert called.answers == [200]
        assert trap.dials == 0


async def test_f62_callbacks_about_what_is_over_or_of_others_have_no_effect(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with receiving(folder, key=None) as base:
        called = Called(folder, base)
        clip = await called.buy()
        asked_before, (attempt,) = len(called.box.requests), called.here.attempts()
        async with httpx.AsyncClient(trust_env=False) as http:
            for attempt_id in (attempt.id, "f" * 12):
                body = {"code": 200, "data": {"taskId": "e" * 32, "state": "success", "resultJson": "{}"}}
                known = callback_address(base, attempt_id, callback_secret(folder))
                assert (await http.post(known, json=body)).status_code == 200
    assert await called.here.buy(callback_url=base) == [clip]
    assert len(called.box.requests) == asked_before
    assert called.here.attempts() == (attempt,)


async def test_f63_f64_polling_alone_is_enough_while_the_receiver_is_away(tmp_path: Path) -> None:
    with receiving(tmp_path / "store") as base:
        pass
    called = Called(tmp_path / "store", base)
    await called.buy()
    assert set(called.answers) == {0}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"code": 501, "msg": "failed", "data": {"taskId": "t-1", "failMsg": "x"}}, id="F65-msg"),
        pytest.param({"code": 501, "message": "failed", "data": {"task_id": "t-1"}}, id="F65-message_task_id"),
        pytest.param({"code": 200, "taskId": "t-1", "data": {"result_video_url": "u"}}, id="F65-task_beside_data"),
        pytest.param({"code": 501, "data": None, "task_id": "t-1"}, id="F65-data_null"),
    ],
)
def test_f65_every_spelling_of_a_callback_names_its_task(tmp_path: Path, body: dict[str, Any]) -> None:
    with receiving(tmp_path, key=None) as base, httpx.Client(trust_env=False) as http:
        assert http.post(callback_address(base, "a" * 12, callback_secret(tmp_path)), json=body).status_code == 200
    assert woken(tmp_path) == {"a" * 12: "t-1"}
