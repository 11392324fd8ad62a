"""Random faults and real kills: money is never spent twice, nothing paid is forgotten, every state goes on.

A short seeded sample runs always; the long campaign is ``make torture``.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from readme2video.errors import Readme2VideoError
from readme2video.model.film import Clip
from readme2video.model.order import Attempt
from readme2video.sandbox import Sandbox
from test_kie_animator import Shop

SCENES = 3
_BODY = {"code": 500, "msg": "Internal Server Error", "data": None}
_FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "create": (
        {"do": "accept_rst"},
        {"do": "accept_fin"},
        {"do": "rst_before"},
        {"do": "body", "json": _BODY},
        {"do": "body", "json": {"code": 429, "msg": "call frequency is too high"}},
        {"do": "body", "json": {"code": 402, "msg": "credits are insufficient"}},
        {"do": "body", "json": {"code": 422, "msg": "prompt is required"}},
        {"do": "body", "json": {"code": 455, "msg": "maintenance"}},
        {"do": "body", "json": {"code": 200, "msg": "success", "data": None}},
        {"do": "status", "status": 502, "body": "bad gateway"},
        {"do": "status", "status": 307, "body": ""},
        {"do": "html", "text": "<html>proxy</html>"},
        {"do": "cut_body", "n": 20},
    ),
    "record": (
        {"do": "status", "status": 503, "body": "busy"},
        {"do": "body", "json": {"code": 429, "msg": "too many"}},
        {"do": "body", "json": {"code": 200, "msg": "success", "data": None}},
        {"do": "body", "json": {"code": 404, "msg": "task not found", "data": None}},
        {"do": "body", "json": {"code": 401, "msg": "Unauthorized", "data": None}},
        {"do": "body", "json": {"code": 200, "data": {"state": "success", "resultJson": "not json"}}},
        {"do": "body", "json": {"code": 200, "data": {"state": "fail", "failMsg": "moderation"}}},
        {"do": "rst_before"},
        {"do": "cut_body", "n": 12},
    ),
    "upload": (
        {"do": "accept_rst"},
        {"do": "status", "status": 500, "body": "?"},
        {"do": "body", "json": {"success": False, "code": 500, "msg": "no"}},
        {"do": "body", "json": {"success": True, "code": 200, "data": {}}},
    ),
    "result": (
        {"do": "status", "status": 403, "body": "denied"},
        {"do": "html", "text": "<html>denied</html>"},
        {"do": "cut_body", "n": 2000},
        {"do": "rst_before"},
    ),
}


def schedule(seed: int) -> list[dict[str, Any]]:
    """Some faults in some places, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    faults = []
    for _ in range(chance.randint(1, 6)):
        place = chance.choice(("create", "create", "record", "upload", "result"))
        faults.append({"on": place, "nth": chance.randint(1, 5), **chance.choice(_FAULTS[place])})
    return faults


def bought(shop: Shop) -> dict[str, list[Attempt | None]]:
    """By the file name that was ordered: the attempt in the ledger that each accepted order belongs to."""
    known = {attempt.id: attempt for attempt in shop.attempts()}
    rows: dict[str, list[Attempt | None]] = {}
    for order in shop.box.orders:
        text = str(order.body)
        attempt = next((known[name] for name in known if name in text), None)
        rows.setdefault(attempt.order.input_hash if attempt else "?", []).append(attempt)
    return rows


def check(shop: Shop) -> None:
    """I1 and I2: one accepted order per input unless the one before failed; none that the ledger does not know."""
    for key, attempts in bought(shop).items():
        assert key != "?", "an accepted order is not in the ledger"
        assert all(attempts)
        states = Counter(attempt.state for attempt in attempts if attempt is not None)
        assert sum(count for state, count in states.items() if state not in ("failed", "refused")) <= 1, states
        assert not set(states) & {"prepared", "sending", "refused"}, states
    tasks = {order.task_id for order in shop.box.orders}
    for attempt in shop.attempts():
        assert attempt.task_id is None or attempt.task_id in tasks


def one_schedule(seed: int, folder: Path) -> None:
    faults = schedule(seed)
    with Sandbox(job_s=0.03, faults=faults) as box:
        shop = Shop(box, folder, flags={"wait_s": 3000.0})
        for _ in range(2):
            tried(shop)
            check(shop)
        box.clear()
        before = len(box.orders)
        live = {
            attempt.order.input_hash for attempt in shop.attempts() if attempt.state in ("created", "done", "unknown")
        }
        got = tried(shop)
        check(shop)
        assert len(box.orders) - before == SCENES - len(live), "a live input was ordered again"
        doubt = sum(attempt.state == "unknown" for attempt in shop.attempts())
        assert sum(isinstance(one, Clip) for one in got) == SCENES - doubt


def tried(shop: Shop) -> list[Clip | Readme2VideoError]:
    try:
        return asyncio.run(shop.buy(SCENES))
    except Readme2VideoError as error:  # the plan itself could not be made
        return [error]


@pytest.mark.parametrize("seed", range(12))
def test_random_faults(seed: int, tmp_path: Path) -> None:
    one_schedule(seed, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize("block", range(40))
def test_a_thousand_random_faults(block: int, tmp_path: Path) -> None:
    for seed in range(1000 + block * 25, 1025 + block * 25):
        one_schedule(seed, tmp_path / str(seed))


_VICTIM = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_kie_animator import Shop
class Box: url = sys.argv[2]
asyncio.run(Shop(Box(), Path(sys.argv[3])).buy({scenes}))
"""


def killed(seed: int, folder: Path) -> None:
    """Kill -9 at a random moment, several times, then let it end."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    with Sandbox(job_s=0.1) as box:
        shop = Shop(box, folder)
        command = [
            sys.executable, "-c", _VICTIM.format(scenes=SCENES), str(Path(__file__).parent), box.url, str(folder),
        ]  # fmt: skip
        for _ in range(2):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seen, wait_s = len(box.requests), chance.uniform(0, 1.2)
            began = time.monotonic()
            while len(box.requests) == seen and process.poll() is None and time.monotonic() - began < 20:
                time.sleep(0.01)
            time.sleep(wait_s)
            process.kill()
            process.wait()
        got = tried(shop)
        check(shop)
        doubt = sum(attempt.state == "unknown" for attempt in shop.attempts())
        assert sum(isinstance(one, Clip) for one in got) == SCENES - doubt
        assert len(box.orders) <= SCENES


@pytest.mark.parametrize("seed", range(2))
def test_kill_9(seed: int, tmp_path: Path) -> None:
    killed(seed, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 300))
def test_two_hundred_kills(seed: int, tmp_path: Path) -> None:
    killed(seed, tmp_path)
