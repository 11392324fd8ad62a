"""A paid request whose answer was lost: a callback brings its task back, but only one that is proven to be its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from readme2video import settling
from readme2video.animators.kie import claim
from readme2video.cli.adopt import decide
from readme2video.errors import PaymentInDoubtError
from readme2video.events import Notice
from readme2video.model.film import Clip
from readme2video.orders import PAY_AGAIN
from readme2video.sandbox import Sandbox
from test_callbacks import listening
from test_kie_animator import Shop

LOST = {"on": "create", "do": "accept_rst"}


def notices(shop: Shop) -> str:
    return " ".join(event.message for event in shop.events if isinstance(event, Notice))


def wake(shop: Shop, task_id: str) -> None:
    """A call about the first attempt, as the receiver leaves it."""
    (shop.folder / "wake").mkdir(exist_ok=True)
    (shop.folder / "wake" / shop.attempts()[0].id).write_text(task_id)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Waits for callbacks end at once, or after some seconds of the hurried clock."""

    def end(seconds: float) -> None:
        monkeypatch.setattr(claim, "_DOUBT_S", seconds)

    return end


async def test_f35_the_lost_task_is_adopted_when_its_callback_comes(tmp_path: Path) -> None:
    with listening(tmp_path / "store", None) as address, Sandbox(job_s=0.3, faults=[LOST]) as box:
        shop = Shop(box, tmp_path / "store", {"callback_url": address})
        (clip,) = await shop.buy()
        assert isinstance(clip, Clip)
        assert clip.task_id == box.orders[0].task_id
    assert len(box.orders) == 1
    assert [one.state for one in shop.attempts()] == ["done"]
    assert box.orders[0].task_id in notices(shop)


async def test_f35_in_a_later_run_too(tmp_path: Path, soon: Callable[[float], None]) -> None:
    soon(0)
    with Sandbox(job_s=0.05, faults=[LOST]) as box:
        shop = Shop(box, tmp_path / "store")
        (lost,) = await shop.buy()
        assert isinstance(lost, PaymentInDoubtError)
        wake(shop, box.orders[0].task_id)
        (clip,) = await shop.buy(callback_url="http://127.0.0.1:9")
        assert isinstance(clip, Clip)
        assert len(box.orders) == 1


async def test_f35_the_name_of_another_task_changes_nothing(tmp_path: Path, soon: Callable[[float], None]) -> None:
    soon(20)
    with Sandbox(job_s=0.05, faults=[LOST]) as box:
        shop = Shop(box, tmp_path / "store")
        await shop.buy()
        (other,) = await Shop(box, tmp_path / "other").buy()
        assert isinstance(other, Clip)
        wake(shop, other.task_id)
        (lost,) = await shop.buy(callback_url="http://127.0.0.1:9")
        assert isinstance(lost, PaymentInDoubtError)
        assert "picture is not the one" in notices(shop)
        assert not list((shop.folder / "wake").iterdir())
        assert [one.state for one in shop.attempts()] == ["unknown"]
        assert len(box.orders) == 2


async def test_a_task_the_provider_does_not_know_yet_is_asked_about_again(
    tmp_path: Path, soon: Callable[[float], None]
) -> None:
    soon(60)
    with Sandbox(
        job_s=0.05, faults=[LOST, {"on": "record", "do": "body", "json": {"code": 404, "msg": "not found"}, "nth": 1}]
    ) as box:
        shop = Shop(box, tmp_path / "store")
        await shop.buy()
        wake(shop, box.orders[0].task_id)
        (clip,) = await shop.buy(callback_url="http://127.0.0.1:9")
        assert isinstance(clip, Clip)


async def test_without_callbacks_nobody_waits(tmp_path: Path) -> None:
    with Sandbox(job_s=0.05, faults=[LOST]) as box:
        shop = Shop(box, tmp_path / "store")
        (lost,) = await shop.buy()
        assert isinstance(lost, PaymentInDoubtError)
        assert not [seen for seen in box.requests if "recordInfo" in seen.path]


async def test_the_balance_is_told_as_evidence(tmp_path: Path) -> None:
    with Sandbox(job_s=0.05, faults=[LOST]) as box:
        shop = Shop(box, tmp_path / "store")
        await shop.buy()
        assert "probably charged" in notices(shop)
    with Sandbox(job_s=0.05, faults=[{"on": "create", "do": "rst_before"}]) as box:
        shop = Shop(box, tmp_path / "store-2")
        await shop.buy()
        assert "probably not charged" in notices(shop)


async def test_f67_a_paid_clip_that_is_gone_can_be_bought_anew_and_only_on_a_persons_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox(job_s=0.05, faults=[{"on": "result", "nth": "always", "do": "status", "status": 404}]) as box:
        out = tmp_path / "out"
        shop = Shop(box, out / ".store", {"out": out})
        await shop.buy()
        assert await asyncio.to_thread(decide, out, "scene-0", PAY_AGAIN) == 2  # it may still be had
        assert "No payment of scene-0 is in doubt" in capsys.readouterr().err
        monkeypatch.setattr(settling, "KEPT_S", 0)
        assert await asyncio.to_thread(decide, out, "scene-0", PAY_AGAIN) == 0
        assert "$0.15" in capsys.readouterr().out
        box.clear()
        (clip,) = await shop.buy()
        assert isinstance(clip, Clip)
        assert [one.state for one in shop.attempts()] == ["waived", "done"]
        assert len(box.orders) == 2
