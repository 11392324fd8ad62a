"""The paid animator against the stand-in: what goes wrong outside never buys twice, loses nothing and is said.

Test names carry the rows of the fault catalogue. Time runs a hundred times faster than the waits it is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from makers import plate, png
from readme2video.animators.kie import KieAnimator
from readme2video.errors import (
    ConsentError,
    CredentialsError,
    ModelOffError,
    PausedError,
    PaymentInDoubtError,
    Readme2VideoError,
    SceneRefusedError,
    UsageError,
)
from readme2video.events import Event, Spent
from readme2video.ledger import Ledger
from readme2video.model.film import BackdropRequest, Clip
from readme2video.model.order import Attempt, OrderPlan
from readme2video.model.record import Size
from readme2video.orders import PAY_AGAIN
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie, Settings
from readme2video.store import Store

PROJECT = "tidewatch"


@dataclass
class Shop:
    """A user's folder and an account at the stand-in."""

    box: Sandbox
    folder: Path
    flags: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, **flags: Any) -> AsyncIterator[tuple[KieAnimator, Store]]:
        account = Kie(base_url=self.box.url, upload_url=self.box.url, key=SecretStr("k"), pace=0.01)
        settings = Settings(**({"kie": account, "out": self.folder} | self.flags | flags))
        store = Store(self.folder, self.events.append)
        try:
            async with KieAnimator(settings, self.folder, self.events.append) as animator:
                yield animator, store
        finally:
            store.close()

    def scenes(self, store: Store, count: int) -> list[tuple[str, BackdropRequest]]:
        picture = store.keep_bytes(png(plate()), ".png")
        return [
            (
                f"scene-{number}",
                BackdropRequest(picture=picture, look=f"look-{number}", motion="push_in", variant=number, duration_s=4),
            )
            for number in range(count)
        ]

    async def buy(self, count: int = 1, **flags: Any) -> list[Clip | Readme2VideoError]:
        """Plan and buy some scenes side by side, as a run does: the clips, or why there is none."""
        async with self.open(**flags) as (animator, store):
            scenes = self.scenes(store, count)
            self.plan: OrderPlan = await animator.plan(PROJECT, scenes, [])
            asked = [store(animator, request, label=label) for label, request in scenes]
            got = await asyncio.gather(*asked, return_exceptions=True)
        for one in got:
            if not isinstance(one, (Clip, Readme2VideoError)):
                raise one
        return got

    def attempts(self) -> tuple[Attempt, ...]:
        ledger = Ledger(self.folder)
        try:
            return ledger.attempts(PROJECT)
        finally:
            ledger.close()


MakeShop = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path):
    boxes: list[Sandbox] = []

    def make(*faults: dict[str, Any], **box: Any) -> Shop:
        started = Sandbox(**({"job_s": 0.05, "faults": faults, "short_side_px": 90} | box))
        boxes.append(started)
        started.__enter__()
        return Shop(started, tmp_path / "store")

    yield make
    for one in boxes:
        one.__exit__(None, None, None)


async def test_a_clip_is_bought_once_and_kept(shop: MakeShop) -> None:
    here = shop()
    (first,) = await here.buy()
    assert isinstance(first, Clip)
    assert first.task_id == here.box.orders[0].task_id
    assert first.credits == here.box.orders[0].credits
    (second,) = await here.buy()
    assert second == first
    assert len(here.box.orders) == 1
    assert [attempt.state for attempt in here.attempts()] == ["done"]


async def test_the_same_look_drawn_with_other_bytes_is_not_bought_again(shop: MakeShop) -> None:
    here = shop()
    await here.buy()
    async with here.open() as (animator, store):
        ((label, request),) = here.scenes(store, 1)
        other = request.model_copy(update={"picture": store.keep_bytes(png(plate() ^ 1), ".png")})
        await animator.plan(PROJECT, [(label, other)], [])
        clip = await store(animator, other, label=label)
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


async def test_again_never_buys_what_is_bought(shop: MakeShop) -> None:
    here = shop()
    await here.buy()
    async with here.open() as (animator, _):
        store = Store(here.folder, here.events.append, again=("animate",))
        scenes = here.scenes(store, 1)
        plan = await animator.plan(PROJECT, scenes, [])
        await store(animator, scenes[0][1], label=scenes[0][0])
        store.close()
    assert plan.credits == 0
    assert len(here.box.orders) == 1


async def test_scenes_that_look_the_same_share_one_clip(shop: MakeShop) -> None:
    here = shop()
    async with here.open() as (animator, store):
        ((_, request),) = here.scenes(store, 1)
        both = [("one@16:9", request), ("one@1:1", request)]
        plan = await animator.plan(PROJECT, both, [])
        clips = await asyncio.gather(*(store(animator, one, label=label) for label, one in both))
    assert clips[0] == clips[1]
    assert len(here.box.orders) == 1
    assert plan.credits == here.box.orders[0].credits


@pytest.mark.parametrize("how", ["accept_rst", "accept_fin"])
async def test_f12_f13_a_lost_answer_is_in_doubt_and_never_sent_again(shop: MakeShop, how: str) -> None:
    here = shop({"on": "create", "nth": 1, "do": how})
    for _ in range(3):
        (lost,) = await here.buy()
        assert isinstance(lost, PaymentInDoubtError)
        assert len(here.box.orders) == 1
    (attempt,) = here.attempts()
    assert attempt.state == "unknown"
    assert attempt.id in lost.message + lost.hint
    assert here.plan.lines[0].state == "in doubt"


async def test_f15_a_reset_before_the_server_read_is_in_doubt_too(shop: MakeShop) -> None:
    here = shop({"on": "create", "nth": 1, "do": "rst_before"})
    (lost,) = await here.buy()
    assert isinstance(lost, PaymentInDoubtError)
    assert not here.box.orders


async def test_in_doubt_others_go_on_once_the_provider_answers(shop: MakeShop) -> None:
    here = shop({"on": "create", "nth": 1, "do": "accept_rst"})
    got = await here.buy(3)
    assert sum(isinstance(one, Clip) for one in got) == 2
    assert len(here.box.orders) == 3


async def test_f18_a_throttled_order_waits_and_is_sent_again(shop: MakeShop) -> None:
    busy = {"code": 429, "msg": "Your call frequency is too high. Please try again later.", "data": None}
    here = shop({"on": "create", "nth": 1, "do": "body", "json": busy})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert sorted(attempt.state for attempt in here.attempts()) == ["done", "refused"]


async def test_f19_throttled_for_a_day_pauses(shop: MakeShop) -> None:
    here = shop(
        {"on": "create", "nth": "always", "do": "status", "status": 429, "headers": {"Retry-After": "86400"},
         "body": {"code": 429, "msg": "slow down"}}
    )  # fmt: skip
    (paused,) = await here.buy()
    assert isinstance(paused, PausedError)
    assert not here.box.orders


@pytest.mark.parametrize(
    ("row", "code", "text", "kind"),
    [
        ("f21", 401, "Unauthorized", CredentialsError),
        ("f22", 402, "The current credits are insufficient. Please top up.", ConsentError),
        ("f22", 500, "Credits insufficient : Your current balance isn't enough", ConsentError),
        ("f23", 422, "prompt is required", SceneRefusedError),
        ("f24", 455, "service under maintenance", PausedError),
        ("f25", 500, "Internal Server Error", PaymentInDoubtError),
        ("f26", 500, "This interface is temporarily paused", ModelOffError),
        ("f26", 422, "The model name you specified is not supported.", ModelOffError),
        ("f27", 505, "feature disabled", PausedError),
        ("f27", 501, "generation failed", PaymentInDoubtError),
    ],
)
async def test_f21_to_f27_answers_to_an_order(shop: MakeShop, row: str, code: int, text: str, kind: type) -> None:
    here = shop({"on": "create", "nth": "always", "do": "body", "json": {"code": code, "msg": text, "data": None}})
    (error,) = await here.buy()
    assert type(error) is kind, row
    assert not here.box.orders
    creates = [seen for seen in here.box.requests if seen.path.endswith("createTask")]
    assert len(creates) == 1


async def test_f22_scenes_bought_before_the_credits_ran_out_are_collected(shop: MakeShop) -> None:
    broke = {"code": 402, "msg": "The current credits are insufficient. Please top up.", "data": None}
    here = shop(*({"on": "create", "nth": nth, "do": "body", "json": broke} for nth in (3, 4, 5)))
    got = await here.buy(5)
    assert sum(isinstance(one, Clip) for one in got) == 2
    assert sum(isinstance(one, ConsentError) for one in got) == 3
    creates = [seen for seen in here.box.requests if seen.path.endswith("createTask")]
    assert len(creates) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 408, 409, 502, 503, 504, 522, 524])
async def test_f28_f32_f33_other_answers_are_in_doubt(shop: MakeShop, status: int) -> None:
    here = shop({"on": "create", "nth": 1, "do": "status", "status": status, "body": "?"})
    (lost,) = await here.buy()
    assert isinstance(lost, PaymentInDoubtError)
    creates = [seen for seen in here.box.requests if seen.path.endswith("createTask")]
    assert len(creates) == 1


async def test_f31_one_task_id_for_two_scenes_is_used_once(shop: MakeShop) -> None:
    same = {"code": 200, "msg": "success", "data": {"taskId": "0123456789abcdef0123456789abcdef"}}
    here = shop(*({"on": "create", "nth": nth, "do": "body", "json": same} for nth in (1, 2)))
    async with here.open(wait_s=1.0) as (animator, store):
        scenes = here.scenes(store, 2)
        await animator.plan(PROJECT, scenes, [])
        got = await asyncio.gather(
            *(store(animator, request, label=label) for label, request in scenes), return_exceptions=True
        )
    assert sum(isinstance(one, PaymentInDoubtError) for one in got) == 1


async def test_f1_nothing_is_ordered_when_the_upload_fails(shop: MakeShop) -> None:
    here = shop({"on": "upload", "nth": "always", "do": "status", "status": 503, "body": "busy"})
    (paused,) = await here.buy()
    assert isinstance(paused, PausedError)
    assert not [seen for seen in here.box.requests if seen.path.endswith("createTask")]
    assert not [attempt for attempt in here.attempts() if attempt.state in ("prepared", "sending", "unknown")]


async def test_f5_a_key_refused_by_the_upload_host(shop: MakeShop) -> None:
    here = shop({"on": "upload", "nth": "always", "do": "status", "status": 401, "body": {"code": 401, "msg": "no"}})
    (refused,) = await here.buy()
    assert isinstance(refused, CredentialsError)
    assert not here.box.orders


async def test_f45_a_task_that_does_not_end_is_kept_and_collected_later(shop: MakeShop) -> None:
    running = {"code": 200, "msg": "success", "data": {"state": "generating"}}
    here = shop({"on": "record", "nth": "always", "do": "body", "json": running})
    (paused,) = await here.buy(wait_s=30.0)
    assert isinstance(paused, PausedError)
    assert here.box.orders[0].task_id in paused.message
    here.box.clear()
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


async def test_f49_a_failed_task_is_told_and_not_bought_again(shop: MakeShop) -> None:
    here = shop({"on": "job", "nth": 1, "do": "fail", "message": "<b>too</b> odd"})
    (refused,) = await here.buy()
    assert isinstance(refused, SceneRefusedError)
    assert "odd" in refused.message
    assert "<b>" not in refused.message
    assert len(here.box.orders) == 1


async def test_f50_a_key_revoked_while_waiting_loses_nothing(shop: MakeShop) -> None:
    here = shop({"on": "record", "nth": 1, "do": "body", "json": {"code": 401, "msg": "Unauthorized", "data": None}})
    (refused,) = await here.buy()
    assert isinstance(refused, CredentialsError)
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


async def test_f51_f52_answers_that_are_no_answers_are_waited_out(shop: MakeShop) -> None:
    storm = [{"on": "record", "nth": nth, "do": "status", "status": 503, "body": "busy"} for nth in range(1, 7)]
    here = shop(*storm)
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)


async def test_f53_news_of_another_task_is_no_news(shop: MakeShop) -> None:
    other = {"code": 200, "msg": "success", "data": {"taskId": "f" * 32, "state": "fail", "failMsg": "not yours"}}
    here = shop({"on": "record", "nth": 1, "do": "body", "json": other})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_f66_a_link_that_ran_out_is_minted_anew(shop: MakeShop, status: int) -> None:
    here = shop({"on": "result", "nth": 1, "do": "status", "status": status, "body": "gone"})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert [seen for seen in here.box.requests if "download-url" in seen.path]


async def test_f72_a_page_instead_of_a_clip_is_not_a_clip(shop: MakeShop) -> None:
    here = shop({"on": "result", "nth": "always", "do": "html", "text": "Access denied"})
    (error,) = await here.buy()
    assert isinstance(error, (SceneRefusedError, PausedError))
    assert not list(here.folder.glob("objects/*/*.mp4"))
    here.box.clear()
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


async def test_the_cap_holds_with_eight_scenes_ready_at_once(shop: MakeShop) -> None:
    here = shop()
    got = await here.buy(8, max_cost=0.30)
    assert len(here.box.orders) == 2
    assert sum(isinstance(one, Clip) for one in got) == 2
    assert sum(isinstance(one, ConsentError) for one in got) == 6
    again = await here.buy(8, max_cost=0.30)
    assert len(here.box.orders) == 2
    assert [type(one) for one in again] == [type(one) for one in got]


async def test_doubt_counts_as_spent_under_the_cap(shop: MakeShop) -> None:
    here = shop({"on": "create", "nth": 1, "do": "accept_rst"})
    got = await here.buy(4, max_cost=0.30)
    assert len(here.box.orders) == 2
    assert sum(isinstance(one, PaymentInDoubtError) for one in got) == 1
    assert sum(isinstance(one, ConsentError) for one in got) == 2
    last = [event for event in here.events if isinstance(event, Spent)][-1]
    assert last.in_doubt_credits > 0


async def test_the_plan_counts_what_the_cap_counts(shop: MakeShop) -> None:
    """What of the project is in doubt for another clip, or was given up, is not promised to a new clip."""
    here = shop({"on": "create", "nth": 1, "do": "accept_rst"})
    await here.buy(1)
    async with here.open(max_cost=0.20) as (animator, store):
        _, other = here.scenes(store, 2)
        plan = await animator.plan(PROJECT, [other], [])
    assert [line.state for line in plan.lines] == ["local"]
    assert "30 credits ($0.15) of other orders" in plan.warnings[0]
    ledger = Ledger(here.folder)
    ledger.waive(here.attempts()[0].id, PAY_AGAIN)
    ledger.close()
    async with here.open(max_cost=0.20) as (animator, store):
        again = await animator.plan(PROJECT, here.scenes(store, 1), [])
    assert [line.state for line in again.lines] == ["local"]


async def test_a_square_is_cut_from_clips_of_the_resolution_that_is_asked_for(shop: MakeShop) -> None:
    here = shop()
    square = Size(width=1440, height=1440)
    async with here.open(model="veo3_lite", resolution="1080p") as (animator, _):
        assert animator.serves("1:1", square) == "16:9"
    async with here.open(model="veo3_lite") as (animator, _):
        with pytest.raises(UsageError, match="cropped"):
            animator.serves("1:1", square)


async def test_a_balance_that_does_not_reach_stops_before_the_first_order(shop: MakeShop) -> None:
    here = shop(credits=40)
    with pytest.raises(ConsentError, match="40"):
        await here.buy(3)
    assert not here.box.orders


async def test_a_model_that_is_off_goes_on_with_a_standing_substitute(shop: MakeShop) -> None:
    here = shop(models=["bytedance/seedance-1.5-pro"])
    with pytest.raises(ModelOffError, match="sora-2-image-to-video"):
        await here.buy()
    assert not here.box.orders
    (clip,) = await here.buy(fallback_models=("bytedance/seedance-1.5-pro",))
    assert isinstance(clip, Clip)
    assert clip.model == "bytedance/seedance-1.5-pro"


async def test_an_unknown_model_and_a_missing_key_are_said_first(tmp_path: Path) -> None:
    key = Kie(key=SecretStr("k"))
    with pytest.raises(UsageError, match="no-such"):
        KieAnimator(Settings(kie=key, model="no-such"), tmp_path, lambda _: None)
    with pytest.raises(CredentialsError, match="KIE_API_KEY"):
        KieAnimator(Settings(), tmp_path, lambda _: None)


async def test_f38_stopping_while_an_order_is_in_flight_keeps_its_answer(shop: MakeShop) -> None:
    here = shop({"on": "create", "nth": 1, "do": "drip", "per_s": 60})
    async with here.open() as (animator, store):
        scenes = here.scenes(store, 1)
        await animator.plan(PROJECT, scenes, [])
        task = asyncio.ensure_future(store(animator, scenes[0][1], label=scenes[0][0]))
        while not [seen for seen in here.box.requests if seen.path.endswith("createTask")]:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (attempt,) = here.attempts()
    assert attempt.state == "created"
    assert attempt.task_id == here.box.orders[0].task_id
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1
