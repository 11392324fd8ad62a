"""The stand-in's books: balance, orders, tasks and files, and what the service would answer about them."""

from __future__ import annotations

import copy
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from readme2video.model.order import Family
from readme2video.sandbox.catalogue import PAUSED, UNSUPPORTED, Problem, Product, catalogue, unknown_product
from readme2video.sandbox.claude import Claude
from readme2video.sandbox.clips import picture_facts

UNAUTHORISED = (
    "Unauthorized \u2013 Authentication failed. Please check that your Authorization and Content-Type headers are "
    "correctly set."
)
NO_CREDITS = "The current credits are insufficient. Please top up."
THROTTLED = "Your call frequency is too high. Please try again later."
_THROTTLE_S = 10.0
_FAILED_UPSTREAM = "internal error, please try again later."


@dataclass(frozen=True)
class BoughtOrder:
    """An order the stand-in accepted; what is counted when nothing may be bought twice.

    Attributes:
        at: Monotonic seconds.
        body: As it was sent.
        credits: Reserved at once; given back if the task fails.
        callback: Where the end is reported to.
        answered: How the create was answered: "" truly, else the fault's name.
    """

    at: float
    model: str
    body: dict[str, Any]
    task_id: str
    credits: float
    callback: str | None
    family: Family = "jobs"
    answered: str = ""


@dataclass(frozen=True)
class SeenRequest:
    """A request that reached the stand-in.

    Attributes:
        at: Monotonic seconds when its head had been read.
        headers: By lower-case name; the key itself is not kept.
        key: Whether a key came along.
        body_bytes: Length of its body; 0 where the body was not read.
        connection: Number of the connection it came over, from 1.
        names: What the fault script calls it.
        fault: What went wrong with it on purpose, "" for nothing.
    """

    at: float
    method: str
    path: str
    query: str
    headers: dict[str, str]
    key: bool
    body_bytes: int
    connection: int
    names: tuple[str, ...]
    fault: str


@dataclass
class Job:
    """A task: what was ordered, when it will be ready, and the clip once it is made."""

    order: BoughtOrder
    product: Product
    given: dict[str, Any]
    created_ms: int
    ready_at: float
    picture: bytes | None = None
    stuck: bool = False
    fail: Problem | None = None
    fail_code: Any = "500"
    charged: bool = False
    clip: bytes | None = None
    ended_ms: int = 0
    consumed: float = 0.0
    settled: threading.Event = field(default_factory=threading.Event)

    def state(self, now: float) -> str:
        """``waiting``, ``queuing``, ``generating``, ``success`` or ``fail``."""
        if now >= self.ready_at and not self.stuck:
            if self.fail:
                return "fail"
            if self.clip is not None:
                return "success"
            return "generating"
        gone = (now - self.order.at) / max(1e-6, self.ready_at - self.order.at)
        return "waiting" if gone < 0.1 else "queuing" if gone < 0.2 else "generating"


@dataclass(frozen=True)
class StoredFile:
    """A file that can be read back."""

    data: bytes
    mime: str
    result: bool


class Account:
    """One account with its balance, orders and files. Used from the server's own thread; reading is safe anywhere.

    Args:
        url: The stand-in's address, for links.
        served: Ids that can be ordered; None for all that are known.
        job_s: Seconds a task takes.
        creates_per_10_s: More are refused with 429; None for no limit.
    """

    def __init__(
        self,
        *,
        credits: float,  # noqa: A002 - the field's term
        served: tuple[str, ...] | None,
        job_s: float,
        creates_per_10_s: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = ""
        self.balance = credits
        self.clock = clock
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, StoredFile] = {}
        self.claude = Claude()
        self._served = served
        self._job_s = job_s
        self._limit = creates_per_10_s
        self._recent: list[float] = []

    @property
    def served(self) -> dict[str, Product]:
        """What can be ordered now."""
        known = catalogue()
        if self._served is None:
            return known
        return {name: known.get(name) or unknown_product(name) for name in self._served}

    def price(self, model: str, given: dict[str, Any]) -> float | None:
        """Credits of an order."""
        product = self.served.get(model)
        return product.credits(given) if product else None

    def create(self, family: Family, body: Any, fate: Mapping[str, Any] | None) -> tuple[dict[str, Any], Job | None]:
        """Book an order.

        Args:
            body: The request's JSON.
            fate: A ``job`` fault, if one is due.

        Returns:
            The answer, and the task if one was booked.
        """
        refused, product, given = self._examined(family, body)
        if refused or product is None:
            return _refusal(refused or (500, "Internal Server Error")), None
        now = self.clock()
        self._recent = [at for at in self._recent if now - at < _THROTTLE_S]
        if self._limit is not None and len(self._recent) >= self._limit:
            return _refusal((429, THROTTLED)), None
        price = product.credits(given) or 0.0
        if price > self.balance:
            return _refusal((402, NO_CREDITS)), None
        self._recent.append(now)
        self.settle()
        self.balance -= price
        job = self._booked(family, body, product, given, price, now)
        _doom(job, fate or {})
        self.balance += price - job.consumed
        self.jobs[job.order.task_id] = job
        data: dict[str, Any] = {"taskId": job.order.task_id}
        if family == "jobs":
            data["recordId"] = job.order.task_id
        return {"code": 200, "msg": "success", "data": data}, job

    def _examined(self, family: Family, body: Any) -> tuple[Problem | None, Product | None, dict[str, Any]]:
        if not isinstance(body, dict):
            return (400, "Request body must be JSON"), None, {}
        if family == "jobs":
            model, given = body.get("model"), body.get("input")
        else:
            model = {"veo": body.get("model", "veo3"), "runway": "runway", "aleph": "runway/gen4-aleph"}[family]
            given = {name: value for name, value in body.items() if name not in ("model", "callBackUrl")}
        if not isinstance(model, str) or not model:
            return (422, "model is required"), None, {}
        product = self.served.get(model)
        if product is None or product.family != family:
            off = product is None and model in catalogue()
            return ((500, PAUSED) if off else (422, UNSUPPORTED)), None, {}
        if not isinstance(given, dict):
            return (422, "input is required"), None, {}
        return product.problem(given) or self._picture_problem(product, given), product, given

    def _picture_problem(self, product: Product, given: dict[str, Any]) -> Problem | None:
        stored = self.file_at(product.picture_url(given))
        if stored is None:
            return None
        facts = picture_facts(stored.data)
        if facts is None or facts[0] not in product.formats:
            return 422, "Input image file type is not supported"
        if len(stored.data) > product.max_mb * 1_000_000:
            return 422, f"Input image exceeds the maximum file size of {product.max_mb} MB."
        return None

    def file_at(self, url: str | None) -> StoredFile | None:
        """The file behind one of our own addresses."""
        if url is None or not url.startswith(f"{self.url}/files/"):
            return None
        return self.files.get(unquote(url.removeprefix(self.url).split("?")[0]))

    def _booked(
        self, family: Family, body: dict[str, Any], product: Product, given: dict[str, Any], price: float, now: float
    ) -> Job:
        task_id = str(uuid.uuid4()) if family == "aleph" else secrets.token_hex(16)
        callback = body.get("callBackUrl")
        order = BoughtOrder(
            at=now,
            model=product.id,
            body=copy.deepcopy(body),
            task_id=task_id,
            credits=price,
            callback=callback if isinstance(callback, str) and callback else None,
            family=family,
        )
        job = Job(
            order, product, given, created_ms=round(time.time() * 1000), ready_at=now + self._job_s, consumed=price
        )
        url = product.picture_url(given)
        stored = self.file_at(url)
        if stored is not None:
            job.picture = stored.data
        elif url is not None and url.startswith(f"{self.url}/"):
            job.fail = (500, "Input image URL is invalid.")
        return job

    def settle(self) -> None:
        """Close the tasks that have ended: note the time, give back what a failed one had reserved."""
        now = self.clock()
        for job in self.jobs.values():
            if not job.settled.is_set() and job.state(now) in ("success", "fail"):
                job.ended_ms = round(time.time() * 1000)
                if job.state(now) == "fail" and not job.charged:
                    self.balance += job.consumed
                    job.consumed = 0.0
                job.settled.set()

    def answered(self, task_id: str, how: str) -> None:
        """Note how a create was answered, where it was not answered truly."""
        job = self.jobs[task_id]
        job.order = replace(job.order, answered=how)

    def finished(self, job: Job, clip: bytes | None) -> None:
        """The clip is there; None when it could not be made."""
        if clip is None:
            job.fail = job.fail or (500, _FAILED_UPSTREAM)
        else:
            job.clip = clip
            self.files[f"/files/results/{job.order.task_id}.mp4"] = StoredFile(clip, "video/mp4", result=True)

    def result_url(self, job: Job) -> str:
        """Where the clip is read."""
        return f"{self.url}/files/results/{job.order.task_id}.mp4"

    def orders(self) -> list[BoughtOrder]:
        """Every accepted order, oldest first."""
        return [job.order for job in list(self.jobs.values())]


def _refusal(problem: Problem) -> dict[str, Any]:
    return {"code": problem[0], "msg": problem[1], "data": None}


def _doom(job: Job, fate: Mapping[str, Any]) -> None:
    """Apply a ``job`` fault."""
    do = fate.get("do")
    if do == "fail":
        job.fail = (500, fate.get("message", "Internal server error"))
        job.fail_code = fate.get("code", "500")
        job.charged = bool(fate.get("charged"))
    elif do == "stuck":
        job.stuck = True
    elif do == "slow":
        job.ready_at = job.order.at + float(fate.get("job_s", 60))
    elif do == "charge":
        job.consumed = float(fate["credits"])


def parameters(job: Job) -> str:
    """The order as a task's record repeats it: JSON text; newer models have their input as text inside it."""
    if job.order.family != "jobs":
        return json.dumps(job.order.body)
    given: Any = job.given if job.product.progress else json.dumps(job.given)
    callback = {"callBackUrl": job.order.callback} if job.order.callback else {}
    return json.dumps({**callback, "input": given, "model": job.order.model})
