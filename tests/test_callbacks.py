"""Callbacks: only the provider's are heard, and all they do is bring the next question forward."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from readme2video.animators.kie.poller import Poller
from readme2video.callbacks import callback_address, callback_secret, clear, make_server, receiver, signed, woken
from readme2video.kie.answers import TaskState

KEY = "example-hmac-key"
NOW_S = 1_790_000_000.0
TASK = "9f0c2a5e7b1d4c3f8a6e5d4c3b2a1908"
SIGNATURE = "WbfkoHyTnCkSBqn7lSkhIUQk/ZRsbhHfAV7244celbw="  # the provider's pages, computed by hand
ATTEMPT = "0123456789ab"
BODY = json.dumps({"code": 200, "data": {"taskId": TASK, "state": "success", "resultJson": "{}"}}).encode()


@contextmanager
def listening(folder: Path, webhook_key: str | None) -> Iterator[str]:
    """The receiver on a free port; its address."""
    import socket

    server = make_server(receiver(folder, webhook_key=webhook_key, now=lambda: NOW_S))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def post(url: str, body: bytes, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(trust_env=False, timeout=10) as http:
        return http.post(url, content=body, headers={"Content-Type": "application/json", **named}).status_code


def test_the_providers_test_vector() -> None:
    headers = {"x-webhook-timestamp": "1790000000", "x-webhook-signature": SIGNATURE}
    assert signed(TASK, headers, KEY, NOW_S)
    assert not signed("another", headers, KEY, NOW_S)
    assert not signed(TASK, headers, "another-key", NOW_S)
    assert not signed(TASK, {}, KEY, NOW_S)


@pytest.mark.parametrize("late_s", [-3600, 3600])
def test_f59_old_and_early_stamps_are_refused(late_s: int) -> None:
    headers = {"x-webhook-timestamp": "1790000000", "x-webhook-signature": SIGNATURE}
    assert not signed(TASK, headers, KEY, NOW_S + late_s)


def test_f56_f57_only_a_true_call_wakes_and_five_are_one(tmp_path: Path) -> None:
    with listening(tmp_path, KEY) as base:
        true = callback_address(base, ATTEMPT, callback_secret(tmp_path))
        stamp = {"X_Webhook_Timestamp": "1790000000", "X_Webhook_Signature": SIGNATURE}
        assert post(true, BODY) == 401
        assert post(callback_address(base, ATTEMPT, b"guessed"), BODY, **stamp) == 404
        assert post(true, b"x" * 70_000, **stamp) == 413
        assert woken(tmp_path) == {}
        assert [post(true, BODY, **stamp) for _ in range(5)] == [200] * 5
    assert woken(tmp_path) == {ATTEMPT: TASK}
    clear(tmp_path, ATTEMPT)
    assert woken(tmp_path) == {}


class _Clock:
    def __init__(self) -> None:
        self.time_s = 0.0

    def monotonic(self) -> float:
        return self.time_s

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        self.time_s += seconds
        await asyncio.sleep(0)


class _Client:
    """Answers as recordInfo would: running until told otherwise."""

    def __init__(self, clock: _Clock, done_at_s: float) -> None:
        self.clock, self.done_at_s = clock, done_at_s
        self.asked_at_s: list[float] = []

    async def task(self, task_id: str, *, family: str = "jobs") -> TaskState:  # noqa: ARG002 - as the client has it
        self.asked_at_s.append(self.clock.time_s)
        done = self.clock.time_s >= self.done_at_s
        return TaskState(task_id=task_id, state="success" if done else "running", urls=("u",) if done else ())


async def test_f60_a_callback_brings_the_question_forward_and_decides_nothing() -> None:
    clock = _Clock()
    client = _Client(clock, done_at_s=401)
    poller = Poller(client, clock, budget_s=1800, spread=lambda: 1.0)  # type: ignore[arg-type]
    due = 402.0

    def called() -> bool:
        nonlocal due
        if clock.time_s >= due:
            due = float("inf")
            return True
        return False

    await poller.finished("t", "jobs", lambda _: None, called=called)
    assert 402 <= client.asked_at_s[-1] < 404
    without = _Clock()
    alone = _Client(without, done_at_s=401)
    await Poller(alone, without, budget_s=1800, spread=lambda: 1.0).finished("t", "jobs", lambda _: None)  # type: ignore[arg-type]
    assert client.asked_at_s[:-1] == alone.asked_at_s[: len(client.asked_at_s) - 1]


async def test_a_lying_callback_changes_nothing() -> None:
    clock = _Clock()
    client = _Client(clock, done_at_s=100)
    told = iter([True, *[False] * 1000])
    await Poller(client, clock, budget_s=1800, spread=lambda: 1.0).finished(  # type: ignore[arg-type]
        "t", "jobs", lambda _: None, called=lambda: next(told)
    )
    assert client.asked_at_s[:2] == [0.0, 5.0]
    assert client.asked_at_s[-1] >= 100


async def test_once_a_task_has_ended_the_others_are_asked_about_more_often() -> None:
    clock = _Clock()
    client = _Client(clock, done_at_s=100)
    poller = Poller(client, clock, budget_s=1800, spread=lambda: 1.0)  # type: ignore[arg-type]
    await poller.finished("first", "jobs", lambda _: None)
    assert [later - now for now, later in pairwise(client.asked_at_s[-3:])] == [10, 10]
    client.done_at_s = clock.time_s + 200
    began = len(client.asked_at_s)
    await poller.finished("second", "jobs", lambda _: None)
    assert {later - now for now, later in pairwise(client.asked_at_s[began:])} == {5}
