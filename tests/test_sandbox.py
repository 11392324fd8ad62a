"""The stand-in against the provider: the same answers, real clips, honest books, and faults that do what they say."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import io
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import av
import cv2
import httpx
import numpy as np
import pytest

from kie_server import KieServer, answer
from makers import plate, png
from readme2video.errors import MachineError, UsageError
from readme2video.kie.models import load_models, order_body, price_credits
from readme2video.sandbox import Sandbox
from readme2video.sandbox import routes as provider
from readme2video.sandbox.account import Account, Job
from readme2video.sandbox.catalogue import catalogue
from readme2video.sandbox.faults import ACTIONS, FILE_KINDS, TARGETS, FaultScript
from readme2video.sandbox.records import callback_body
from readme2video.settings import load_settings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "kie"
CREATE = "/api/v1/jobs/createTask"
RECORD = "/api/v1/jobs/recordInfo"
PIXVERSE = "pixverse-v6/image-to-video"
PRICE = 4.0  # one second of it at 360p
SORA = "sora-2-image-to-video"
PICTURE = "https://files.example.com/a.png"
GATEWAY_PAGE = (FIXTURES / "gateway-502.html").read_text("utf-8").strip()
KEYS_TEXT = {"param", "resultJson", "paramJson", "promptJson"}
"""Fields whose text is JSON."""


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


PLAYABLE = sorted(file.stem for file in FIXTURES.glob("*.json") if file.stem != "registry-rows")


def pixverse(url: str = PICTURE, **given: Any) -> dict[str, Any]:
    """The smallest clip there is: one second of 640x360."""
    sent = {"prompt": "slow push in", "image_urls": [url], "duration": 1, "quality": "360p", **given}
    return {"model": PIXVERSE, "input": {name: value for name, value in sent.items() if value is not None}}


def sora(**given: Any) -> dict[str, Any]:
    sent = {"prompt": "slow push in", "image_urls": [PICTURE], "n_frames": "10", "aspect_ratio": "landscape", **given}
    return {"model": SORA, "input": {name: value for name, value in sent.items() if value is not None}}


def shape(value: Any, name: str = "") -> Any:
    """Keys and JSON types of an answer; JSON inside a text is looked into."""
    if isinstance(value, dict):
        return {key: shape(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    if isinstance(value, int | float):
        return "number"
    assert isinstance(value, str)
    return "JSON text" if name in KEYS_TEXT and value else "text"


def missing(told: Any, wanted: Any, path: str = "", *, blank: tuple[str, ...] = ()) -> list[str]:
    """What the provider's answer has and ours lacks or has in another type; at ``blank`` keys null and text are one."""
    if isinstance(wanted, dict):
        if not isinstance(told, dict):
            return [f"{path}: {told!r} is no object"]
        lost = [f"{path}.{key}" for key in wanted if key not in told]
        return lost + [
            found
            for key in wanted.keys() & told.keys()
            for found in missing(told[key], wanted[key], f"{path}.{key}", blank=blank)
        ]
    if isinstance(wanted, list):
        if not isinstance(told, list):
            return [f"{path}: {told!r} is no array"]
        return missing(told[0], wanted[0], f"{path}[]", blank=blank) if told and wanted else []
    name = path.rpartition(".")[2]
    if name in blank and {type(told), type(wanted)} <= {str, type(None), int, float}:
        return []
    same = shape(told, name) == shape(wanted, name)
    return [] if same else [f"{path}: {shape(told, name)} instead of {shape(wanted, name)}"]


@dataclass(frozen=True)
class Got:
    """An answer as it came over the wire, and how the connection ended: ``fin``, ``rst`` or ``silent``."""

    data: bytes
    end: str
    after_s: float

    @property
    def status(self) -> int:
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Counter:
    """A customer of the stand-in who sees every byte."""

    box: Sandbox

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.box.url)
        return parts.hostname or "", parts.port or 0

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        method: str = "",
        headers: Mapping[str, str] | None = None,
        key: str | None = "k",
        wait_s: float = 20.0,
        most: int = 200_000_000,
    ) -> Got:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {
            "Host": "127.0.0.1",
            "Connection": "close",
            **({"Authorization": f"Bearer {key}"} if key else {}),
            **({"Content-Length": str(len(data))} if body is not None else {}),
            **(headers or {}),
        }
        verb = method or ("GET" if body is None else "POST")
        top = f"{verb} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        received, begun = bytearray(), time.monotonic()
        with socket.create_connection(self.place, timeout=wait_s) as wire:
            end = "most"
            try:
                wire.sendall(top.encode() + b"\r\n" + data)
                while len(received) < most:
                    piece = wire.recv(1 << 20)
                    if not piece:
                        end = "fin"
                        break
                    received += piece
            except TimeoutError:
                end = "silent"
            except (ConnectionResetError, BrokenPipeError):
                end = "rst"
        return Got(bytes(received), end, time.monotonic() - begun)

    def told(self, path: str, body: Any = None, **how: Any) -> Any:
        """An answer's JSON."""
        got = self.ask(path, body, **how)
        assert got.end == "fin"
        return got.json

    def order(self, body: Any = None, path: str = CREATE) -> str:
        told = self.told(path, body or pixverse())
        assert told["code"] == 200, told
        task_id: str = told["data"]["taskId"]
        return task_id

    def record(self, task_id: str, path: str = RECORD) -> Any:
        return self.told(f"{path}?taskId={task_id}")

    def ended(self, task_id: str, path: str = RECORD) -> Any:
        """The record once the task has ended."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            told = self.record(task_id, path)
            if told["data"].get("state") in ("success", "fail") or told["data"].get("successFlag"):
                return told
            time.sleep(0.01)
        raise AssertionError(f"{task_id} did not end")

    def clip(self, body: Any = None) -> bytes:
        """Order, wait, download."""
        record = self.ended(self.order(body))
        assert record["data"]["state"] == "success", record
        (url,) = json.loads(record["data"]["resultJson"])["resultUrls"]
        return self.get(url)

    def get(self, url: str) -> bytes:
        assert url.startswith(self.box.url)
        got = self.ask(url.removeprefix(self.box.url), key=None)
        assert got.status == 200
        return got.body

    def upload(self, data: bytes, name: str = "a.png", mime: str = "image/png") -> str:
        with httpx.Client(trust_env=False, headers={"Authorization": "Bearer k"}) as http:
            told = http.post(
                f"{self.box.url}/api/file-stream-upload",
                data={"uploadPath": "images", "fileName": name},
                files={"file": (name, data, mime)},
            ).json()
        url: str = told["data"]["downloadUrl"]
        return url


@pytest.fixture
def open_shop() -> Iterator[Callable[..., Counter]]:
    boxes: list[Sandbox] = []

    def make(*faults: Mapping[str, Any], job_s: float = 0.0, **more: Any) -> Counter:
        box = Sandbox(job_s=job_s, faults=faults, **more)
        box.__enter__()
        boxes.append(box)
        return Counter(box)

    yield make
    for box in boxes:
        box.__exit__(None, None, None)


Shop = Callable[..., Counter]


@pytest.fixture
def shop(open_shop: Shop) -> Counter:
    return open_shop()


# What it answers, against the provider's recorded answers.


@dataclass
class Books:
    """The stand-in's answers without its server, at a time that the test sets."""

    now: float = 1000.0

    def __post_init__(self) -> None:
        self.account = Account(credits=1000, served=None, job_s=100, creates_per_10_s=None, clock=lambda: self.now)
        self.account.url = "http://127.0.0.1:9"

    def ask(self, target: str, body: Any = None, fate: Mapping[str, Any] | None = None) -> provider.Answer:
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": "Bearer k"}
        return provider.answer(
            self.account, provider.Request("GET" if body is None else "POST", target, headers, data), fate
        )

    def order(self, body: Any, path: str = CREATE, **fate: Any) -> Job:
        job = self.ask(path, body, fate).job
        assert job is not None
        return job

    def record(self, job: Job, path: str = RECORD) -> Any:
        return json.loads(self.ask(f"{path}?taskId={job.order.task_id}").body)

    def finish(self, job: Job) -> None:
        self.account.finished(job, b"clip")
        self.now += 200


@pytest.fixture
def books() -> Books:
    return Books()


WAN = {
    "model": "wan/2-7-image-to-video",
    "input": {"prompt": "slow push in", "first_frame_url": PICTURE, "duration": 5, "resolution": "720p"},
}


def test_an_accepted_order_is_answered_like_the_providers(shop: Counter) -> None:
    told = shop.told(CREATE, sora())
    assert shape(told) == shape(fixture("create-ok"))
    assert re.fullmatch(r"[0-9a-f]{32}", told["data"]["taskId"])
    assert told["data"]["recordId"] == told["data"]["taskId"]


@pytest.mark.parametrize(
    ("name", "body", "setting"),
    [
        ("create-402", sora(), {"credits": 29.9}),
        ("create-422-model", {"model": "sora-3", "input": {}}, {}),
        ("create-422-model", {"model": "veo3", "input": {"prompt": "x"}}, {}),  # it has an endpoint of its own
        ("create-500-paused", sora(), {"models": [PIXVERSE]}),
        ("create-500-required", sora(prompt=None), {}),
        ("create-500-required", sora(prompt=""), {}),
        ("create-500-required", sora(image_urls=[]), {}),
        ("create-500-range", sora(n_frames="12"), {}),
        ("create-500-range", sora(n_frames=10), {}),  # the right length in the wrong type
        ("create-429", sora(), {"creates_per_10_s": 0}),
    ],
)
def test_a_refused_order_is_refused_in_the_providers_words(
    open_shop: Shop, name: str, body: Any, setting: dict[str, Any]
) -> None:
    shop = open_shop(**setting)
    got = shop.ask(CREATE, body)
    assert (got.status, got.json) == (200, fixture(name))
    assert shop.box.orders == []
    assert shop.box.balance == setting.get("credits", 1000)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (pixverse(duration="5"), "duration is not within the range of allowed options"),
        (pixverse(duration=True), "duration is not within the range of allowed options"),
        (pixverse(duration=16), "duration exceeds the maximum value of 15"),
        (pixverse(duration=0), "duration is below the minimum value of 1"),
        (pixverse(quality="4k"), "quality is not within the range of allowed options"),
        (pixverse(prompt="ab"), "prompt is below the minimum length of 3"),
        (pixverse(prompt="a" * 5001), "prompt exceeds the maximum length of 5000"),
        (pixverse(image_urls=PICTURE), "image_urls is not within the range of allowed options"),
        (pixverse(image_urls=[PICTURE] * 3), "image_urls is not within the range of allowed options"),
        (pixverse(url="file:///etc/passwd"), "Input image URL is invalid."),
        (pixverse(url="not a url"), "Input image URL is invalid."),
        (pixverse(generate_audio_switch="no"), "generate_audio_switch is not within the range of allowed options"),
        ({"model": PIXVERSE}, "input is required"),
        ({"model": PIXVERSE, "input": "text"}, "input is required"),
        ({"input": {}}, "model is required"),
        ({"model": ["x"], "input": {}}, "model is required"),
        ([1], "Request body must be JSON"),
    ],
)
def test_bad_fields_are_named(shop: Counter, body: Any, text: str) -> None:
    told = shop.told(CREATE, body)
    assert shape(told) == shape(fixture("create-422-validation"))
    assert (told["msg"], told["data"]) == (text, None)
    assert shop.box.orders == []


def test_a_body_that_is_no_json_and_fields_nobody_declared(shop: Counter) -> None:
    assert shop.told(CREATE, b"{no json")["code"] == 400
    assert shop.told(CREATE, pixverse(size="huge"))["code"] == 200  # passed over, as the service does


@pytest.mark.parametrize("path", [CREATE, RECORD + "?taskId=x", "/api/v1/chat/credit", "/api/v1/models"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic azpr"}])
def test_without_a_key_nothing_is_told(shop: Counter, path: str, headers: dict[str, str]) -> None:
    got = shop.ask(path, sora() if path == CREATE else None, key=None, headers=headers)
    assert (got.status, got.json) == (200, fixture("create-401"))
    assert shop.box.orders == []


def test_a_key_is_noticed_and_not_kept(shop: Counter) -> None:
    shop.ask("/api/v1/chat/credit", key="secret-0123456789")
    shop.ask("/", key=None)
    assert [seen.key for seen in shop.box.requests] == [True, False]
    assert "secret" not in repr(shop.box.requests)


def test_only_twenty_orders_in_ten_seconds(books: Books) -> None:
    account = Account(credits=1000, served=None, job_s=1, creates_per_10_s=20, clock=lambda: books.now)

    def code() -> int:
        told, _ = account.create("jobs", pixverse(), None)
        return int(told["code"])

    for _ in range(20):
        books.now += 0.4
        assert code() == 200
    assert account.create("jobs", pixverse(), None)[0] == fixture("create-429")
    books.now += 2.5  # the first is more than ten seconds ago
    assert code() == 200
    assert code() == 429


def test_a_task_waits_queues_generates_and_ends(books: Books) -> None:
    job = books.order(WAN)
    told = books.record(job)
    assert shape(told) == shape(fixture("record-waiting"))
    assert told["data"]["resultJson"] == ""
    param = json.loads(told["data"]["param"])
    assert (param["model"], json.loads(param["input"])) == (WAN["model"], WAN["input"])  # JSON inside JSON
    assert told["data"]["creditsConsumed"] == 80.0
    states = []
    for _ in range(12):
        states.append(books.record(job)["data"]["state"])
        books.now += 9
    assert states[:2] == ["waiting", "waiting"]
    assert states[2] == "queuing"
    assert set(states[3:]) == {"generating"}  # also when its time is over and the clip is not ready
    books.finish(job)
    assert books.record(job)["data"]["state"] == "success"


def test_a_queued_task_is_told_like_the_providers(books: Books) -> None:
    job = books.order(WAN)
    books.now += 15
    told = books.record(job)
    assert told["data"]["state"] == "queuing"
    assert not missing(told, fixture("record-queuing"), blank=("resultJson", "failCode", "failMsg"))


def test_sora_tells_its_progress_and_its_input_as_an_object(books: Books) -> None:
    job = books.order(sora())
    books.now += 45
    told = books.record(job)
    wanted = fixture("record-generating-progress")
    wanted["msg"] = wanted.pop("message")
    for documented in ("updateTime", "costTime", "completeTime"):  # absent, or null, in every recording
        del wanted["data"][documented]
    assert not missing(told, wanted, blank=("failCode", "failMsg"))
    assert told["data"]["progress"] == 45
    assert json.loads(told["data"]["param"])["input"] == sora()["input"]


def test_a_success_is_told_like_the_providers(books: Books) -> None:
    job = books.order(WAN)
    books.finish(job)
    told = books.record(job)
    assert shape(told) == shape(fixture("record-success")) | {"data": shape(told)["data"]}
    assert shape(told["data"]) == shape(fixture("record-success")["data"])
    assert list(json.loads(told["data"]["resultJson"])) == ["resultUrls"]
    assert told["data"]["completeTime"] >= told["data"]["createTime"]
    assert type(told["data"]["costTime"]) is int
    assert told["data"]["costTime"] < 1000  # seconds


def test_a_sora_success_has_both_links(books: Books) -> None:
    job = books.order(sora(remove_watermark=True))
    books.finish(job)
    told = books.record(job)["data"]
    wanted = json.loads(fixture("record-success-watermark")["data"]["resultJson"])
    assert shape(json.loads(told["resultJson"])) == shape(wanted)
    plain = books.order(sora(remove_watermark=False))
    books.finish(plain)
    assert list(json.loads(books.record(plain)["data"]["resultJson"])) == ["resultUrls"]


@pytest.mark.parametrize("name", ["record-fail-moderation", "record-fail-faces", "record-fail-empty-text"])
def test_a_failure_is_told_like_the_providers(books: Books, name: str) -> None:
    wanted = fixture(name)
    fate = {"do": "fail", "code": wanted["data"]["failCode"], "message": wanted["data"]["failMsg"]}
    job = books.order(sora(), **fate)
    books.now += 200
    told = books.record(job)
    assert shape(told["data"]) == shape(books.record(job)["data"]) | {}
    assert not missing(told, wanted, blank=("resultJson",))
    assert (told["data"]["failCode"], told["data"]["failMsg"]) == (
        wanted["data"]["failCode"],
        wanted["data"]["failMsg"],
    )
    assert told["data"]["creditsConsumed"] == 0
    assert books.account.balance == 1000
    if name == "record-fail-moderation":
        assert shape(told) == shape(wanted)


def test_unknown_tasks_and_missing_ids(shop: Counter) -> None:
    assert shop.record("9f0c2a5e7b1d4c3f8a6e5d4c3b2a1908") == fixture("record-422-null")
    assert shop.told(RECORD) == fixture("record-400")
    task_id = shop.order()
    assert shop.record(task_id, "/api/v1/veo/record-info") == fixture("record-422-null")  # another family's


def test_the_balance_is_a_number(shop: Counter) -> None:
    told = shop.told("/api/v1/chat/credit")
    assert shape(told) == shape(fixture("credit-ok"))
    assert told["data"] == 1000


def test_download_links_are_minted_for_results_only(shop: Counter) -> None:
    shop.order()
    task_id = shop.box.orders[0].task_id
    shop.ended(task_id)
    url = f"{shop.box.url}/files/results/{task_id}.mp4"
    told = shop.told("/api/v1/common/download-url", {"url": url})
    assert shape(told) == shape(fixture("download-url-ok"))
    assert told["data"].startswith(f"{url}?sig=")
    assert time.time() + 1000 < int(told["data"].rpartition("expires=")[2]) < time.time() + 1300
    assert shop.get(told["data"]) == shop.get(url)
    made_up = shop.told("/api/v1/common/download-url", {"url": f"{shop.box.url}/files/results/none.mp4"})
    assert made_up["code"] == 200  # as observed: a link proves nothing
    for foreign in ({"url": PICTURE}, {"url": shop.upload(b"x")}, {"url": 5}, {}, []):
        assert shop.told("/api/v1/common/download-url", foreign) == fixture("download-url-422")


def test_the_model_list_is_the_providers(shop: Counter) -> None:
    told = shop.told("/api/v1/models")
    row = shape(fixture("models-list")["data"]["models"][0])
    assert set(told["data"]) == {"total", "models"}
    assert all(shape(model) == row for model in told["data"]["models"])
    listed = {model["model"]: model for model in told["data"]["models"]}
    assert told["data"]["total"] == len(listed)
    assert {SORA, "kling-3.0/video", PIXVERSE} <= listed.keys()
    assert "veo3" not in listed  # an endpoint of its own
    assert listed["kling-3.0/video"]["taskType"] == ["image-to-video", "text-to-video"]

    def some(query: str) -> set[str]:
        return {model["model"] for model in shop.told(f"/api/v1/models?{query}")["data"]["models"]}

    assert some("provider=Kling") == {name for name in listed if listed[name]["provider"] == "Kling"} != set()
    assert some("q=PIXVERSE") == {PIXVERSE}
    assert some("taskType=text-to-video&provider=OpenAI") >= {"sora-2-text-to-video"}
    assert SORA not in some("taskType=text-to-video")


@pytest.mark.parametrize("model", ["kling-3.0/video", "kling-3.0%2Fvideo", quote(PIXVERSE, safe="")])
def test_a_model_is_described(shop: Counter, model: str) -> None:
    price = shop.told(f"/api/v1/models/{model}/price")
    assert shape(price) == {"code": "number", "msg": "text", "data": {"model": "text", "pricingDesc": "text"}}
    schema = shop.told(f"/api/v1/models/{model}/schema")["data"]
    assert set(schema) == {"model", "openapi"}
    body = schema["openapi"]["paths"][CREATE]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"prompt", "image_urls", "duration"} <= body["properties"]["input"]["properties"].keys()
    assert "duration" in body["properties"]["input"]["required"]
    points = shop.told(f"/api/v1/models/{model}/success-rate")["data"]["points"]
    assert len(points) == 144
    assert set(points[0]) == {"start", "end", "successRate", "errorRate", "isNormal"}
    assert all(point["end"] - point["start"] == 600_000 for point in points)
    assert all(one["end"] == two["start"] for one, two in itertools.pairwise(points))


@pytest.mark.parametrize("path", ["sora-3/price", "sora-3/schema", f"{PIXVERSE}/colour", PIXVERSE])
def test_unknown_models_are_not_described(shop: Counter, path: str) -> None:
    assert shop.told(f"/api/v1/models/{path}") == fixture("models-404")


def test_a_model_that_is_not_served_is_not_listed(open_shop: Shop) -> None:
    shop = open_shop(models=[PIXVERSE, "made-up/model"])
    assert [row["model"] for row in shop.told("/api/v1/models")["data"]["models"]] == [PIXVERSE, "made-up/model"]
    assert shop.told(f"/api/v1/models/{SORA}/price") == fixture("models-404")
    assert shop.told(CREATE, {"model": "made-up/model", "input": {"duration": 2}})["code"] == 200
    assert shop.box.balance == 980  # a model nobody knows costs ten credits a second


def test_the_price_feed_needs_no_key(shop: Counter) -> None:
    page = "/client/v1/model-pricing/page"
    told = shop.told(page, {"pageNum": 1, "pageSize": 100}, key=None)
    assert not missing(told, fixture("price-feed-page"), blank=("falPrice", "discountRate", "discountPrice"))
    assert set(told["data"]["records"][0]) == set(fixture("price-feed-page")["data"]["records"][0])
    total = told["data"]["total"]
    assert (
        shop.told("/client/v1/model-pricing/count", key=None)["data"]["total"] == total == len(told["data"]["records"])
    )
    pages = shop.told(page, {"pageNum": 2, "pageSize": 7}, key=None)["data"]
    assert pages["pages"] == -(-total // 7)
    assert pages["records"] == told["data"]["records"][7:14]
    kling = shop.told(page, {"pageSize": 100, "modelDescription": "Kling-3.0/video, video, std"}, key=None)["data"]
    assert [(float(row["creditPrice"]), row["usdPrice"]) for row in kling["records"]] == [(14, "0.07"), (20, "0.1")]
    for silly in ({"pageSize": -5, "pageNum": 0}, {"pageSize": "x"}, {"pageNum": [1]}, [], None):
        got = shop.ask(page, silly if silly is not None else b"{", key=None)
        assert got.status == 200
        assert got.json["data"]["records"]


def multipart(fields: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, dict[str, str]]:
    body = b""
    for head, data in fields.values():
        body += b"--edge\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


def test_the_three_uploads_answer_like_the_providers(shop: Counter) -> None:
    picture = png(plate())
    text = base64.b64encode(picture).decode()
    stream, kind = multipart({
        "file": ('name="file"; filename="a.png"\r\nContent-Type: image/png', picture),
        "path": ('name="uploadPath"', b"images/demo"),
    })  # fmt: skip
    told = [
        shop.told("/api/file-stream-upload", stream, headers=kind),
        shop.told("/api/file-base64-upload", {"base64Data": text, "uploadPath": "images/demo", "fileName": "raw.png"}),
        shop.told(
            "/api/file-base64-upload", {"base64Data": f"data:image/png;base64,{text}", "uploadPath": "/images/demo/"}
        ),
    ]
    own = {"fileUrl": told[0]["data"]["downloadUrl"], "uploadPath": "copies", "fileName": "copy.png"}
    told.append(shop.told("/api/file-url-upload", own))
    for one in told:
        assert shape(one) == shape(fixture("upload-ok"))
        assert one["data"]["mimeType"] == "image/png"
        assert one["data"]["fileSize"] == len(picture)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["data"]["uploadedAt"])
        assert one["data"]["filePath"].endswith("/" + one["data"]["fileName"])
        assert shop.get(one["data"]["downloadUrl"]) == picture
    named = [one["data"]["fileName"] for one in told]
    assert (named[1], named[3]) == ("raw.png", "copy.png")
    assert all(re.fullmatch(r"\d{13}-[0-9a-f]{6}\.png", name) for name in (named[0], named[2]))
    assert {one["data"]["filePath"].rpartition("/")[0] for one in told[:3]} == {"kieai/100001/images/demo"}
    assert shop.box.balance == 1000  # uploads are free


def test_refused_uploads_are_refused_in_the_providers_words(shop: Counter) -> None:
    text = base64.b64encode(b"data").decode()
    simple, stream = "/api/file-base64-upload", "/api/file-stream-upload"
    alone, kind = multipart({"file": ('name="file"; filename="a.png"', b"data")})
    nothing, _ = multipart({"path": ('name="uploadPath"', b"images")})
    cases: list[tuple[str, Any, dict[str, str], str | dict[str, Any]]] = [
        (simple, {"base64Data": text}, {}, "upload-400-path"),
        (simple, {"base64Data": text, "uploadPath": ""}, {}, "upload-400-path"),
        (simple, {"file": text, "filename": "a.png"}, {}, "upload-400-path"),  # the early form
        ("/api/file-url-upload", {"fileUrl": PICTURE}, {}, "upload-400-path"),
        (stream, alone, kind, "upload-400-path"),
        (simple, {"base64Data": "no base64!", "uploadPath": "x"}, {}, "upload-400-base64"),
        (simple, {"uploadPath": "x"}, {}, {"msg": "Missing required parameter: base64Data"}),
        (stream, nothing, kind, {"msg": "Missing required parameter: file"}),
        (stream, b"plain", {}, {"msg": "Request must be multipart/form-data"}),
        ("/api/file-url-upload", {"fileUrl": PICTURE, "uploadPath": "x"}, {}, {}),  # nothing is fetched from outside
        (simple, b"[", {}, {"msg": "Request body must be JSON"}),
    ]
    for path, body, headers, wanted in cases:
        got = shop.ask(path, body, headers=headers)
        assert got.status == 400
        if isinstance(wanted, str):
            assert got.json == fixture(wanted)
        else:
            assert got.json | wanted == got.json
            assert shape(got.json) == shape(fixture("upload-400-path"))
    got = shop.ask(simple, {"base64Data": text, "uploadPath": "x"}, key=None)
    assert (got.status, got.json) == (401, fixture("upload-401"))
    assert shop.ask(simple).status == 405


@pytest.mark.parametrize("name", ["a b.png", "ä€.png", "100%.png", "a?b#c.png", "../../etc/passwd", "a%2fb.png"])
def test_an_uploaded_file_is_read_back_under_whatever_name(shop: Counter, name: str) -> None:
    told = shop.told(
        "/api/file-base64-upload",
        {"base64Data": base64.b64encode(b"bytes").decode(), "uploadPath": "x", "fileName": name},
    )
    assert told["data"]["fileName"] == name
    assert shop.get(told["data"]["downloadUrl"]) == b"bytes"


def test_a_name_that_is_used_again_is_overwritten(shop: Counter) -> None:
    assert shop.upload(b"one", "a.png") == (url := shop.upload(b"two", "a.png"))
    assert shop.get(url) == b"two"


def test_files_are_served_in_parts_by_name_and_not_changed(shop: Counter) -> None:
    path = shop.upload(b"0123456789").removeprefix(shop.box.url)
    whole = shop.ask(path, key=None)
    tag = whole.headers["etag"]
    assert (whole.body, whole.headers["accept-ranges"], whole.headers["content-type"]) == (
        b"0123456789", "bytes", "image/png",
    )  # fmt: skip
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for wanted, span, body in [
        ("bytes=4-", "4-9", b"456789"), ("bytes=4-5", "4-5", b"45"), ("bytes=-3", "7-9", b"789"),
        ("bytes=0-99", "0-9", b"0123456789"),
    ]:  # fmt: skip
        part = shop.ask(path, headers={"Range": wanted, "If-Range": tag})
        assert (part.status, part.headers["content-range"], part.body) == (206, f"bytes {span}/10", body)
    assert shop.ask(path, headers={"Range": "bytes=4-", "If-Range": '"other"'}).body == b"0123456789"
    for silly in ("bytes=10-", "bytes=5-4", "bytes=x", "lines=1-2", "bytes=-"):
        part = shop.ask(path, headers={"Range": silly})
        assert (part.status, part.headers["content-range"]) == (416, "bytes */10")
    assert shop.ask(path, headers={"If-None-Match": tag}).status == 304
    head = shop.ask(path, method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, "10", b"")
    assert shop.ask(path, b"", method="DELETE").status == 405
    assert shop.ask("/files/none.png").status == 404


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1/jobs/createTask"])
def test_what_is_not_there_is_404(shop: Counter, path: str) -> None:
    got = shop.ask(path)
    assert (got.status, got.json["code"]) == (404, 404)


# Veo, Runway and Aleph.

VEO = {"prompt": "slow push in", "model": "veo3_fast", "imageUrls": [PICTURE], "duration": 4, "aspect_ratio": "16:9"}
RUNWAY = {"prompt": "slow push in", "imageUrl": PICTURE, "duration": 5, "quality": "720p"}
ALEPH = {"prompt": "make it night", "videoUrl": "https://files.example.com/a.mp4"}
LEGACY = {
    "veo": ("/api/v1/veo/generate", "/api/v1/veo/record-info", VEO, 60),
    "runway": ("/api/v1/runway/generate", "/api/v1/runway/record-detail", RUNWAY, 12),
    "aleph": ("/api/v1/aleph/generate", "/api/v1/aleph/record-info", ALEPH, 110),
}


@pytest.mark.parametrize("family", LEGACY)
def test_the_other_endpoints_tell_their_tasks_their_own_way(books: Books, family: str) -> None:
    create, status, body, price = LEGACY[family]
    job = books.order(body, create)
    assert (job.order.family, job.order.credits) == (family, price)
    books.now += 50
    running = books.record(job, status)
    books.finish(job)
    done = books.record(job, status)
    failed = books.order(body, create, do="fail", code=500, message="internal error, please try again later.")
    books.now += 200
    fail = books.record(failed, status)
    if family == "runway":
        assert running["data"]["state"] == "generating"
        assert not missing(done, fixture("runway-success"))
        assert done["data"]["state"] == "success"
        assert (fail["data"]["state"], fail["data"]["failMsg"]) == ("fail", "internal error, please try again later.")
    else:
        assert not missing(running, fixture("veo-running"), blank=("fallbackFlag",)) or family == "aleph"
        assert (running["data"]["successFlag"], running["data"]["response"]) == (0, None)
        assert done["data"]["successFlag"] == 1
        if family == "veo":
            assert not missing(done, fixture("veo-success"))
            assert done["data"]["response"]["resolution"] == "720p"
            assert not missing(fail, fixture("veo-fail"))
            assert fail["data"]["successFlag"] == 2
        else:
            assert set(done["data"]["response"]) == {"resultVideoUrl", "resultImageUrl"}
            assert not missing(fail, fixture("aleph-fail"))
            assert fail["data"]["successFlag"] == 3
    assert books.record(job) == fixture("record-422-null")  # not among the jobs


def test_runway_waits_in_its_own_words(books: Books) -> None:
    job = books.order(RUNWAY, LEGACY["runway"][0])
    assert books.record(job, LEGACY["runway"][1])["data"]["state"] == "wait"
    books.now += 15
    assert books.record(job, LEGACY["runway"][1])["data"]["state"] == "queueing"


@pytest.mark.parametrize(
    ("family", "body", "code"),
    [
        ("veo", VEO | {"duration": 5}, 500),
        ("veo", VEO | {"model": "veo9"}, 422),
        ("veo", VEO | {"prompt": ""}, 500),
        ("runway", RUNWAY | {"quality": "1080p", "duration": 10}, 500),  # not sold together
        ("runway", RUNWAY | {"prompt": "a" * 1801}, 422),
        ("aleph", {"prompt": "x"}, 500),
        ("aleph", ALEPH | {"videoUrl": "ftp://x/y"}, 422),
    ],
)
def test_the_other_endpoints_refuse_too(books: Books, family: str, body: Any, code: int) -> None:
    assert json.loads(books.ask(LEGACY[family][0], body).body)["code"] == code
    assert not books.account.jobs


# What callbacks say.


@pytest.mark.parametrize("end", ["success", "fail"])
def test_a_callback_has_the_shape_of_the_newer_pages(books: Books, end: str) -> None:
    job = books.order(WAN, **({"do": "fail", "message": "Inappropriate content"} if end == "fail" else {}))
    books.finish(job)
    told = callback_body(books.account, job)
    if end == "success":
        assert shape(told) == shape(fixture("callback-success-new"))
    else:
        assert not missing(told, fixture("callback-fail-new"))
    assert {key: told[key] for key in ("code", "msg")} == {
        key: fixture(f"callback-{end}-new")[key] for key in ("code", "msg")
    }
    assert told["data"]["taskId"] == job.order.task_id
    assert not missing(told["data"], {"state": "", "createTime": 1, "completeTime": 1, "updateTime": 1, "costTime": 1})


@pytest.mark.parametrize("family", LEGACY)
def test_the_other_callbacks_have_their_own_shape(books: Books, family: str) -> None:
    job = books.order(LEGACY[family][2], LEGACY[family][0])
    books.finish(job)
    told = callback_body(books.account, job)
    assert shape(told) == shape(fixture(f"callback-{family}"))
    ident = told["taskId"] if family == "aleph" else told["data"].get("taskId") or told["data"]["task_id"]
    assert ident == job.order.task_id
    assert ("-" in ident) == (family == "aleph")
    failed = books.order(LEGACY[family][2], LEGACY[family][0], do="fail")
    books.now += 200
    assert callback_body(books.account, failed)["code"] == 501


def test_a_callback_of_progress(books: Books) -> None:
    job = books.order(sora())
    books.now += 60
    told = callback_body(books.account, job)
    assert not missing(told, fixture("callback-progress-assumed"))
    assert told["data"]["progress"] == 60


# Prices and the balance.


def test_prices_and_fields_are_those_of_the_clients_table() -> None:
    """Both were written apart, from the same pages: each order the client can write is taken, at the same price."""
    assert {name for name, model in load_models().items() if model.price} <= catalogue().keys()
    tried = 0
    for model in load_models().values():
        if model.price is None:
            continue
        product = catalogue()[model.id]
        assert product.family == model.family
        share = "https://sora.chatgpt.com/p/s_0123" if model.video and model.video.hosts else ""
        for resolution in (None, *model.resolutions):
            for seconds in model.seconds(resolution) or (5,):
                for aspect in model.aspects:
                    for sound in (False, True) if model.sound else (False,):
                        body = order_body(
                            model, prompt="slow push in", image_url=PICTURE if model.image else "", seconds=seconds,
                            aspect=aspect, resolution=resolution, sound=sound, video_url=share,
                        )  # fmt: skip
                        given = body["input"] if model.family == "jobs" else body
                        assert product.problem(given) is None, (model.id, given)
                        price = price_credits(model, seconds, resolution, sound)
                        assert product.credits(given) == pytest.approx(price), (model.id, given)
                        tried += 1
    assert tried > 500


@pytest.mark.parametrize("row", fixture("registry-rows"), ids=lambda row: row["id"])
def test_prices_are_those_of_the_registry(row: dict[str, Any]) -> None:
    product = catalogue()[row["id"]]
    for key, price in row["price"]["table"].items():
        resolution, sound = key.removesuffix("|audio"), key.endswith("|audio")
        given: dict[str, Any] = {}
        if row["resolution"]:
            given[row["resolution"]["field"]] = row["resolution"]["map"][resolution]
        if row["sound"]:
            given[row["sound"]["field"]] = sound
        kind = {"string": str}.get(row["duration"]["type"], int)
        lengths = price if isinstance(price, dict) else {"6": 6 * price, "10": 10 * price}
        for seconds, credits_ in lengths.items():
            given[row["duration"]["field"]] = kind(seconds)
            assert product.credits(given) == pytest.approx(credits_)


@pytest.mark.parametrize(
    ("body", "price"),
    [
        (sora(), 30),
        (sora(n_frames="15"), 35),
        (pixverse(), PRICE),
        (pixverse(generate_audio_switch=True), 5.6),
        (WAN, 80),
    ],
)
def test_the_balance_falls_by_the_price(books: Books, body: Any, price: float) -> None:
    job = books.order(body)
    assert books.account.balance == pytest.approx(1000 - price)  # reserved at once
    assert job.order.credits == pytest.approx(price)
    books.finish(job)
    assert books.record(job)["data"]["creditsConsumed"] == pytest.approx(price)
    assert json.loads(books.ask("/api/v1/chat/credit").body)["data"] == pytest.approx(1000 - price)


def test_a_failed_task_is_given_back_once(books: Books) -> None:
    job = books.order(sora(), do="fail")
    assert books.account.balance == 970
    books.now += 200
    for _ in range(3):
        books.record(job)
    assert books.account.balance == 1000


def test_orders_are_taken_to_the_last_credit(open_shop: Shop) -> None:
    shop = open_shop(credits=2 * PRICE)
    assert [shop.told(CREATE, pixverse())["code"] for _ in range(3)] == [200, 200, 402]
    assert shop.box.balance == 0
    assert len(shop.box.orders) == 2
    assert shop.told("/orders.json")["balance"] == 0


def test_what_was_ordered_is_kept_word_for_word(shop: Counter) -> None:
    body = pixverse() | {"callBackUrl": "http://127.0.0.1:9/cb", "extra": {"any": [1]}}
    task_id = shop.order(body)
    (order,) = shop.box.orders
    assert (order.body, order.task_id, order.model, order.credits) == (body, task_id, PIXVERSE, PRICE)
    assert (order.callback, order.family, order.answered) == ("http://127.0.0.1:9/cb", "jobs", "")
    (row,) = shop.told("/orders.json")["orders"]
    assert (row["task_id"], row["body"], row["credits"]) == (task_id, body, PRICE)


# Clips.


@dataclass(frozen=True)
class Seen:
    """A clip, decoded."""

    frames: list[np.ndarray]
    rate: float
    sound_s: float
    pixel_format: str
    codec: str

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.frames[0].shape[:2]
        return width, height


def seen(data: bytes) -> Seen:
    with av.open(io.BytesIO(data)) as file:
        video = file.streams.video[0]
        frames = [frame.to_ndarray(format="bgr24") for frame in file.decode(video)]
        context = video.codec_context
        rate, pixel_format, codec = float(video.average_rate or 0), str(context.pix_fmt), context.name
    sound_s = 0.0
    with av.open(io.BytesIO(data)) as file:
        for stream in file.streams.audio[:1]:
            sound_s = sum(frame.samples / frame.sample_rate for frame in file.decode(stream))
    return Seen(frames, rate, sound_s, pixel_format, codec)


def apart(one: np.ndarray, two: np.ndarray) -> float:
    """Mean difference, of 255."""
    return float(np.abs(one.astype(np.float32) - two.astype(np.float32)).mean())


def drawn(width: int, height: int, seed: int = 1) -> np.ndarray:
    return cv2.resize(plate(seed), (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp"])
def test_a_clip_begins_with_the_uploaded_picture_and_moves(shop: Counter, suffix: str) -> None:
    picture = drawn(640, 360)
    _, data = cv2.imencode(f".{suffix}", picture)
    url = shop.upload(data.tobytes(), f"a.{suffix}", f"image/{suffix}")
    clip = seen(shop.clip(pixverse(url, generate_audio_switch=True)))
    assert seen(shop.clip(pixverse(url))).sound_s == 0, "sound is a choice here, and off when nothing is said"
    assert (len(clip.frames), clip.size, clip.rate) == (24, (640, 360), 24.0)
    assert (clip.codec, clip.pixel_format) == ("h264", "yuv420p")
    assert clip.sound_s == pytest.approx(1, abs=0.1)
    assert apart(clip.frames[0], picture) < 4
    assert apart(clip.frames[0], drawn(640, 360, 2)) > 20  # another picture is told apart
    middle = clip.frames[-1]
    grown = cv2.resize(picture, None, fx=1.04, fy=1.04)[7:367, 12:652]
    assert apart(middle, grown) < 4
    assert apart(middle, picture) > apart(middle, grown)


@pytest.mark.parametrize(
    ("body", "size", "frames"),
    [
        ({"quality": "360p", "duration": 2}, (640, 360), 48),
        ({"quality": "540p"}, (960, 540), 24),
    ],
)
def test_length_and_resolution_are_as_ordered(
    shop: Counter, body: dict[str, Any], size: tuple[int, int], frames: int
) -> None:
    clip = seen(shop.clip(pixverse(shop.upload(png(drawn(320, 180))), **body)))
    assert (clip.size, len(clip.frames)) == (size, frames)


@pytest.mark.parametrize(
    ("picture", "size"),
    [((320, 180), (640, 360)), ((180, 320), (360, 640)), ((200, 200), (480, 480)), ((240, 200), (480, 480))],
)
def test_without_an_aspect_the_picture_gives_the_shape(
    shop: Counter, picture: tuple[int, int], size: tuple[int, int]
) -> None:
    wanted = drawn(*picture)
    clip = seen(shop.clip(pixverse(shop.upload(png(wanted)))))
    assert clip.size == size
    if picture[0] * size[1] == picture[1] * size[0]:
        assert apart(cv2.resize(clip.frames[0], picture, interpolation=cv2.INTER_AREA), wanted) < 4


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("16:9", (854, 480)), ("9:16", (480, 854)), ("1:1", (640, 640)), ("4:3", (640, 480)), ("21:9", (1120, 480))],
)
def test_an_aspect_is_as_ordered_whatever_the_picture(shop: Counter, aspect: str, size: tuple[int, int]) -> None:
    given = {
        "prompt": "slow push in", "input_urls": [shop.upload(png(drawn(320, 180)))], "duration": 4,
        "aspect_ratio": aspect, "resolution": "480p",
    }  # fmt: skip
    with av.open(io.BytesIO(shop.clip({"model": "bytedance/seedance-1.5-pro", "input": given}))) as file:
        video = file.streams.video[0]
        assert (video.width, video.height, video.frames) == (*size, 96)


@pytest.mark.parametrize(("aspect", "size"), [("landscape", (1280, 720)), ("portrait", (720, 1280))])
def test_sora_sizes(aspect: str, size: tuple[int, int]) -> None:
    assert tuple(catalogue()[SORA].size(sora(aspect_ratio=aspect)["input"], None).model_dump().values()) == size


def test_clips_can_bend_the_picture(open_shop: Shop) -> None:
    picture = drawn(640, 360)
    lines = picture.copy()
    lines[::12] = 0
    shop = open_shop(distort=True, zoom=0.0)
    plain = open_shop(zoom=0.0)
    bent, straight = (seen(one.clip(pixverse(one.upload(png(lines))))) for one in (shop, plain))
    assert apart(straight.frames[-1], straight.frames[0]) < 2
    assert apart(bent.frames[-1], straight.frames[-1]) > 15


def test_a_clip_without_a_picture_is_a_plain_card_and_a_lost_picture_fails(shop: Counter) -> None:
    elsewhere = seen(shop.clip(pixverse(PICTURE)))  # nothing is fetched from outside
    assert (len(elsewhere.frames), elsewhere.size) == (24, (640, 360))
    lost = shop.ended(shop.order(pixverse(f"{shop.box.url}/files/none.png")))
    assert (lost["data"]["state"], lost["data"]["failMsg"]) == ("fail", "Input image URL is invalid.")


def test_the_same_order_gives_the_same_bytes(shop: Counter) -> None:
    url = shop.upload(png(drawn(320, 180, 3)))
    assert shop.clip(pixverse(url)) == shop.clip(pixverse(url))


@pytest.mark.parametrize(
    ("model", "data", "text"),
    [
        (
            "kling-2.6/image-to-video",
            cv2.imencode(".webp", plate())[1].tobytes(),
            "Input image file type is not supported",
        ),
        (SORA, b"GIF89a" + bytes(99), "Input image file type is not supported"),
        (SORA, png(plate()) + bytes(10_000_000), "Input image exceeds the maximum file size of 10 MB."),
    ],
)
def test_a_picture_the_model_does_not_take_is_refused(shop: Counter, model: str, data: bytes, text: str) -> None:
    url = shop.upload(data)
    given: dict[str, Any] = {"prompt": "slow push in", "image_urls": [url]}
    given |= {"duration": "5", "sound": False} if model != SORA else {"n_frames": "10"}
    told = shop.told(CREATE, {"model": model, "input": given})
    assert (told["code"], told["msg"]) == (422, text)
    assert shop.box.orders == []


# The fault script: every word does on the wire what it says.

Check = Callable[[Shop], None]
WORDS: dict[str, Check] = {}


def word(name: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        WORDS[name] = check
        return check

    return keep


@pytest.mark.parametrize("name", ACTIONS)
def test_a_word_of_the_script_does_what_it_says(open_shop: Shop, name: str) -> None:
    WORDS[name](open_shop)


def on_create(open_shop: Shop, do: str, **parameters: Any) -> tuple[Counter, Got]:
    """The answer to an order that goes wrong."""
    wait_s = parameters.pop("wait_s", 20.0)
    shop = open_shop({"on": "create", "do": do, **parameters})
    got = shop.ask(CREATE, pixverse(), wait_s=wait_s)
    assert [one.fault for one in shop.box.requests] == [do]
    return shop, got


@word("refuse")
def _(open_shop: Shop) -> None:
    shop = open_shop()
    place = shop.place
    shop.box.script({"on": "connect", "do": "refuse"})
    with pytest.raises(ConnectionRefusedError):
        shop.ask("/")
    shop.box.clear()
    assert shop.place == place
    assert shop.ask("/").status == 200
    shop.box.script({"on": "connect", "do": "refuse", "for_s": 0.05})
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            page = shop.ask("/")
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            break
    assert page.body.startswith(b"<!doctype html>")
    with pytest.raises(ConnectionRefusedError):
        open_shop({"on": "connect", "do": "refuse"}).ask("/")


@word("blackhole")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "blackhole", wait_s=0.3)
    assert (got.data, got.end, shop.box.orders) == (b"", "silent", [])
    shop.box.script({"on": "connect", "do": "blackhole", "nth": 1})
    assert shop.ask("/", wait_s=0.3).end == "silent"
    assert len(shop.box.requests) == 1  # it did not get as far as a request
    assert shop.ask("/").status == 200


@pytest.mark.parametrize(
    ("do", "data", "end"),
    [("rst_before", b"", "rst"), ("accept_rst", b"", "rst"), ("accept_fin", b"", "fin"), ("raw", b"hello", "fin")],
)
def test_a_connection_can_go_wrong_before_anything_is_asked(open_shop: Shop, do: str, data: bytes, end: str) -> None:
    shop = open_shop({"on": "connect", "do": do, **({"bytes": "hello"} if do == "raw" else {})})
    try:  # a reset may come while the connection is still being made
        with socket.create_connection(shop.place, timeout=20) as wire:  # and asks nothing
            assert wire.recv(100) == data
            assert end == "fin"
    except ConnectionResetError:
        assert end == "rst"
    assert shop.box.requests == []
    assert shop.ask("/").body.startswith(b"<!doctype html>")


@word("rst_before")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "rst_before")
    assert (got.data, got.end, shop.box.orders) == (b"", "rst", [])
    assert shop.box.requests[0].body_bytes == 0


@word("accept_rst")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "accept_rst")
    assert (got.data, got.end, len(shop.box.orders)) == (b"", "rst", 1)
    assert shop.box.orders[0].answered == "accept_rst"
    assert shop.box.balance == 1000 - PRICE


@word("accept_fin")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "accept_fin")
    assert (got.data, got.end, len(shop.box.orders)) == (b"", "fin", 1)


@word("accept_hang")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "accept_hang", wait_s=0.3)
    assert (got.data, got.end, len(shop.box.orders)) == (b"", "silent", 1)
    shop, got = on_create(open_shop, "accept_hang", s=0.1)
    assert (got.data, got.end, len(shop.box.orders)) == (b"", "fin", 1)
    assert got.after_s >= 0.1


@word("status")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "status", status=503, body="busy", headers={"Retry-After": "7"})
    assert (got.status, got.body, got.headers["retry-after"], shop.box.orders) == (503, b"busy", "7", [])
    shop, got = on_create(open_shop, "status", status=524, body={"code": 1}, booked=True)
    assert (got.status, got.json, len(shop.box.orders)) == (524, {"code": 1}, 1)


@word("body")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "body", json=fixture("create-433"))
    assert (got.status, got.json, shop.box.orders) == (200, fixture("create-433"), [])
    shop, got = on_create(open_shop, "body", json=[None], status=429, headers={"X-A": "b"}, booked=True)
    assert (got.status, got.json, got.headers["x-a"], len(shop.box.orders)) == (429, [None], "b", 1)


@word("html")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "html", status=502)
    assert (got.status, got.body.decode(), shop.box.orders) == (502, GATEWAY_PAGE, [])
    assert got.headers["content-type"].startswith("text/html")
    shop, got = on_create(open_shop, "html", text="<p>proxy", booked=True)
    assert (got.status, got.body, len(shop.box.orders)) == (200, b"<p>proxy", 1)


@word("raw")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "raw", bytes="SSH-2.0\x00\xff")
    assert (got.data, got.end, shop.box.orders) == (b"SSH-2.0\x00\xff", "fin", [])


@word("cut_headers")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "cut_headers")
    assert got.data.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n" not in got.data
    assert (got.end, len(shop.box.orders)) == ("fin", 1)


@word("cut_body")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "cut_body", n=10)
    assert (got.body, got.end, len(shop.box.orders)) == (b'{"code": 2', "fin", 1)
    whole = int(got.headers["content-length"])
    assert whole > 100
    _, got = on_create(open_shop, "cut_body", percent=25)
    assert len(got.body) == whole // 4
    _, got = on_create(open_shop, "cut_body", n=10_000, length=False)
    assert len(got.body) == whole - 1  # never the whole
    assert "content-length" not in got.headers


@word("chunk_noend")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "chunk_noend")
    size, _, rest = got.body.partition(b"\r\n")
    assert got.headers["transfer-encoding"] == "chunked"
    assert json.loads(rest[: int(size, 16)])["code"] == 200
    assert rest[int(size, 16) :] == b"\r\n"  # and no last chunk
    assert (got.end, len(shop.box.orders)) == ("fin", 1)


@word("drip")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "drip", per_s=400)
    assert got.json["data"]["taskId"] == shop.box.orders[0].task_id
    assert got.after_s > 0.2  # at least 100 bytes


@word("gzip_bomb")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "gzip_bomb", size_mb=2)
    assert got.headers["content-encoding"] == "gzip"
    assert len(got.body) < 20_000
    assert len(gzip.decompress(got.body)) >= 2_000_000
    assert shop.box.orders == []


@word("huge_json")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "huge_json", size_mb=2)
    assert "content-encoding" not in got.headers
    assert got.body == b" " * 2_000_000
    assert int(got.headers["content-length"]) == 2_000_000
    assert shop.box.orders == []


@word("redirect")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "redirect", url="https://example.com/x")
    assert (got.status, got.headers["location"], shop.box.orders) == (302, "https://example.com/x", [])
    shop, got = on_create(open_shop, "redirect", url="/y", status=307, booked=True)
    assert (got.status, got.headers["location"], len(shop.box.orders)) == (307, "/y", 1)


@word("loop")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "loop", nth="always")
    assert (got.status, got.headers["location"], shop.box.orders) == (302, CREATE, [])
    shop, got = on_create(open_shop, "loop", status=308, booked=True)
    assert (got.status, len(shop.box.orders)) == (308, 1)


@word("patch")
def _(open_shop: Shop) -> None:
    shop, got = on_create(open_shop, "patch", set={"data.recordId": None, "msg": "ok", "data.a.b": [1]})
    assert got.json == {"code": 200, "msg": "ok", "data": {"taskId": shop.box.orders[0].task_id, "a": {"b": [1]}}}
    shop, got = on_create(open_shop, "patch", set={"": "what?"})
    assert (got.json, len(shop.box.orders)) == ("what?", 1)


@word("same_task")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "create", "do": "same_task", "nth": "always"})
    first, second = shop.order(), shop.order()
    booked = [one.task_id for one in shop.box.orders]
    assert [first, second] == [booked[0], booked[0]]  # the first has none before it
    assert booked[1] != booked[0]


@word("simple")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "upload", "do": "simple", "nth": "always"})
    form, kind = multipart({"file": ('name="file"; filename="a"', b"x"), "path": ('name="uploadPath"', b"x")})
    assert shop.ask("/api/file-stream-upload", form, headers=kind).status == 404
    text = base64.b64encode(b"bytes").decode()
    documented = {"base64Data": text, "uploadPath": "x", "fileName": "a.png"}
    assert shop.ask("/api/file-base64-upload", documented).status == 400
    told = shop.told("/api/file-base64-upload", {"file": text, "filename": "a.png"})
    assert shape(told) == shape(fixture("upload-ok-seed"))
    assert shop.get(told["url"]) == b"bytes"


@word("seq")
def _(open_shop: Shop) -> None:
    steps = [503, None, {"do": "body", "json": fixture("create-429")}, {"do": "accept_fin"}, 200]
    shop = open_shop({"on": "create", "do": "seq", "steps": steps})
    assert shop.ask(CREATE, pixverse()).status == 503
    assert shop.told(CREATE, pixverse())["code"] == 200
    assert shop.told(CREATE, pixverse()) == fixture("create-429")
    assert shop.ask(CREATE, pixverse()).data == b""
    assert [shop.told(CREATE, pixverse())["code"] for _ in range(2)] == [200, 200]  # also when it is over
    assert len(shop.box.orders) == 4


@word("file")
def _(open_shop: Shop) -> None:
    """Each kind has a test of its own; here: the other files are left alone."""
    shop = open_shop({"on": "result", "do": "file", "kind": "zero", "nth": "always"})
    assert shop.get(shop.upload(b"picture")) == b"picture"
    assert shop.clip() == b""


@word("fail")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "job", "do": "fail", "code": "501", "message": "moderation_blocked"})
    told = shop.ended(shop.order())["data"]
    assert (told["state"], told["failCode"], told["failMsg"]) == ("fail", "501", "moderation_blocked")
    assert shop.box.balance == 1000
    shop.box.script({"on": "job", "do": "fail", "charged": True})
    assert shop.ended(shop.order())["data"]["creditsConsumed"] == PRICE
    assert shop.box.balance == 1000 - PRICE


@word("stuck")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "job", "do": "stuck"})
    stuck, other = shop.order(), shop.order()
    shop.ended(other)
    assert shop.record(stuck)["data"]["state"] == "generating"
    books = Books()
    job = books.order(WAN, do="stuck")
    assert books.record(job)["data"]["state"] == "waiting"
    books.finish(job)
    books.now += 1e6
    assert books.record(job)["data"]["state"] == "generating"
    assert books.record(job)["data"]["resultJson"] == ""


@word("slow")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "job", "do": "slow", "job_s": 1000})
    assert shop.record(shop.order())["data"]["state"] == "waiting"
    books = Books()
    slow, other = books.order(WAN, do="slow", job_s=500), books.order(WAN)
    for job in (slow, other):
        books.account.finished(job, b"clip")
    books.now += 499
    assert [books.record(job)["data"]["state"] for job in (slow, other)] == ["generating", "success"]
    books.now += 2
    assert books.record(slow)["data"]["state"] == "success"


def on_claude(open_shop: Shop, do: str, **parameters: Any) -> tuple[Counter, Got]:
    """The reply to a message that goes wrong; what is said in each has tests of its own."""
    shop = open_shop({"on": "claude", "do": do, **parameters})
    body = {"model": "claude-sonnet-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
    got = shop.ask("/v1/messages", body, headers={"anthropic-version": "2026-10-21"})
    assert [one.fault for one in shop.box.requests] == [do]
    return shop, got


@word("reply")
def _(open_shop: Shop) -> None:
    _, got = on_claude(open_shop, "reply", text="Hi")
    assert got.json["content"][0]["text"] == "Hi"


@word("truncated")
def _(open_shop: Shop) -> None:
    assert on_claude(open_shop, "truncated")[1].json["stop_reason"] == "max_tokens"


@word("refused")
def _(open_shop: Shop) -> None:
    assert on_claude(open_shop, "refused")[1].json["stop_reason"] == "refusal"


@word("context")
def _(open_shop: Shop) -> None:
    assert on_claude(open_shop, "context")[1].json["stop_reason"] == "model_context_window_exceeded"


@word("injected")
def _(open_shop: Shop) -> None:
    """Without a README there is nothing to obey with."""
    assert on_claude(open_shop, "injected")[1].status == 200


@word("overloaded")
def _(open_shop: Shop) -> None:
    shop, got = on_claude(open_shop, "overloaded")
    assert (got.status, got.json["error"]["type"]) == (529, "overloaded_error")
    assert shop.box.claude == []


@word("charge")
def _(open_shop: Shop) -> None:
    shop = open_shop({"on": "job", "do": "charge", "credits": 7.5})
    told = shop.ended(shop.order())
    assert told["data"]["creditsConsumed"] == 7.5
    assert shop.box.balance == 992.5
    assert shop.box.orders[0].credits == PRICE  # as the price list has it


@word("cb")
def _(open_shop: Shop) -> None:
    """How the end is told has tests of its own; here: only that it comes where it is sent."""
    with KieServer() as mine, KieServer() as theirs:
        for one in (mine, theirs):
            one.on("/", answer({"code": 200}))
        shop = open_shop({"on": "create", "do": "cb", "url": f"{theirs.url}/cb"})
        shop.order(pixverse() | {"callBackUrl": f"{mine.url}/cb"})
        assert len(arrived(theirs, 1)) == 1
        assert mine.requests == []


def test_every_word_has_a_check() -> None:
    assert WORDS.keys() == ACTIONS.keys()


@pytest.mark.parametrize("name", PLAYABLE)
def test_every_recorded_answer_can_be_played(shared: Counter, name: str) -> None:
    shared.box.clear()
    shared.box.script({"on": "any", "do": "body", "json": fixture(name)})
    got = shared.ask(f"{RECORD}?taskId=x")
    assert (got.status, got.json) == (200, fixture(name))


@pytest.fixture(scope="module")
def shared() -> Iterator[Counter]:
    with Sandbox(job_s=0.0) as box:
        yield Counter(box)


REQUESTS: dict[str, tuple[str, Any]] = {
    "create_jobs": (CREATE, pixverse()),
    "create_veo": (LEGACY["veo"][0], VEO),
    "create_runway": (LEGACY["runway"][0], RUNWAY),
    "create_aleph": (LEGACY["aleph"][0], ALEPH),
    "record": (f"{RECORD}?taskId=x", None),
    "upload_stream": ("/api/file-stream-upload", b""),
    "upload_base64": ("/api/file-base64-upload", {}),
    "upload_url": ("/api/file-url-upload", {}),
    "picture": ("/files/kieai/a.png", None),
    "result": ("/files/results/a.mp4", None),
    "credit": ("/api/v1/chat/credit", None),
    "models": ("/api/v1/models", None),
    "download_url": ("/api/v1/common/download-url", {"url": "x"}),
    "claude": ("/v1/messages", {}),
    "claude_count": ("/v1/messages/count_tokens", {}),
}
GROUPS = {
    "create": {"create_jobs", "create_veo", "create_runway", "create_aleph"},
    "upload": {"upload_stream", "upload_base64", "upload_url"},
    "file": {"picture", "result"},
    "any": set(REQUESTS),
}


@pytest.mark.parametrize("target", sorted(TARGETS - {"job", "connect"}))
def test_a_target_catches_its_own_requests_and_no_others(shared: Counter, target: str) -> None:
    shared.box.clear()
    shared.box.script({"on": target, "do": "body", "json": "caught", "nth": "always"})
    caught = {name for name, (path, body) in REQUESTS.items() if shared.ask(path, body).body == b'"caught"'}
    assert caught == GROUPS.get(target, {target})
    for family in ("veo", "runway", "aleph"):
        assert (shared.ask(LEGACY[family][1]).body == b'"caught"') == (target in ("record", "any"))


@pytest.mark.parametrize(
    ("nth", "due"), [(None, [1]), (2, [2]), ([1, 3], [1, 3]), ("3+", [3, 4, 5]), ("always", [1, 2, 3, 4, 5])]
)
def test_nth_counts_from_when_the_fault_was_added(nth: Any, due: list[int]) -> None:
    script = FaultScript()
    assert script.take(("create",), "", "answer") is None
    script.add([{"on": "create", "do": "accept_rst", **({"nth": nth} if nth else {})}])
    taken = [script.take(("create",), "", "answer") for _ in range(5)]
    assert [number for number, fault in enumerate(taken, 1) if fault] == due
    assert script.take(("record",), "", "answer") is None


def test_where_tells_scenes_apart_and_the_first_that_is_due_wins() -> None:
    script = FaultScript([
        {"on": "create", "do": "accept_rst", "where": "s02", "nth": 2},
        {"on": "create", "do": "accept_fin", "nth": "always"},
    ])  # fmt: skip
    taken = [script.take(("create",), text, "answer") for text in ("s02", "s01", "s02", "s02")]
    assert [fault.do if fault else "" for fault in taken] == ["accept_fin", "accept_fin", "accept_rst", "accept_fin"]
    script.clear()
    assert script.take(("create",), "s02", "answer") is None


def test_where_looks_at_path_and_body(open_shop: Shop) -> None:
    shop = open_shop(
        {"on": "create", "do": "accept_fin", "where": "scene two"}, {"on": "record", "do": "html", "where": "taskId=b"}
    )
    assert shop.ask(CREATE, pixverse(prompt="scene one")).data
    assert not shop.ask(CREATE, pixverse(prompt="scene two")).data
    assert shop.told(f"{RECORD}?taskId=a")["code"] == 422
    assert shop.ask(f"{RECORD}?taskId=b").body.startswith(b"<html>")


@pytest.mark.parametrize(
    "fault",
    [
        {}, {"on": "create"}, {"do": "html"}, {"on": "nowhere", "do": "html"}, {"on": "create", "do": "explode"},
        {"on": "create", "do": "html", "colour": "red"}, {"on": "create", "do": "file", "kind": "zero", "size": 1},
        {"on": "result", "do": "file"}, {"on": "result", "do": "file", "kind": "novel"},
        {"on": "create", "do": "html", "nth": 0}, {"on": "create", "do": "html", "nth": "two"},
        {"on": "create", "do": "html", "nth": True}, {"on": "create", "do": "html", "nth": [1, 0]},
        {"on": "create", "do": "refuse"}, {"on": "connect", "do": "html"},
        {"on": "connect", "do": "file", "kind": "zero"},
        {"on": "create", "do": "fail"}, {"on": "job", "do": "html"}, {"on": "record", "do": "cb"},
        {"on": "create", "do": "seq"}, {"on": "create", "do": "seq", "steps": 5}, {"on": "job", "do": "charge"},
        {"on": "create", "do": "seq", "steps": ["soon"]}, {"on": "create", "do": "seq", "steps": [{"do": "cb"}]},
        {"on": "create", "do": "seq", "steps": [{"do": "rst_before"}]},
        {"on": "create", "do": "seq", "steps": [{"do": "html", "colour": "red"}]},
        {"on": "create", "do": "seq", "steps": [{"do": "seq", "steps": []}]},
        "create", None, 5,
    ],
)  # fmt: skip
def test_a_script_with_a_mistake_is_refused(fault: Any) -> None:
    script = FaultScript()
    with pytest.raises(UsageError):
        script.add([{"on": "create", "do": "html"}, fault])
    assert script.take(("create",), "", "answer") is None  # all or nothing


def test_faults_that_are_due_before_the_answer_leave_the_books_alone(open_shop: Shop) -> None:
    shop = open_shop({"on": "create", "do": "rst_before"}, {"on": "create", "do": "accept_rst", "nth": 2})
    ends = [shop.ask(CREATE, pixverse()).end for _ in range(3)]
    assert ends[0] == "rst"
    assert len(shop.box.orders) == ends.count("fin") + 1


# Wrong files.


@pytest.fixture(scope="module")
def bought() -> Iterator[tuple[Counter, str, bytes]]:
    """A clip that is ready, where it is served, and its bytes."""
    with Sandbox(job_s=0.0) as box:
        shop = Counter(box)
        whole = shop.clip(pixverse(shop.upload(png(drawn(320, 180)))))
        yield shop, f"/files/results/{box.orders[0].task_id}.mp4", whole


FILES: dict[str, Callable[[Got, bytes], bool]] = {
    "truncated": lambda got, whole: got.body == whole[: len(whole) // 4] and got.end == "fin",
    "zero": lambda got, _: got.body == b"" and got.headers["content-length"] == "0",
    "one_byte": lambda got, whole: got.body == whole[:1],
    "html": lambda got, _: b"Access denied" in got.body and got.headers["content-type"] == "text/html",
    "huge": lambda got, _: got.headers["content-length"] == "50000000000" and got.body[4:8] == b"ftyp",
    "endless": lambda got, _: "content-length" not in got.headers and got.body[4:8] == b"ftyp" and got.end == "most",
    "wrong_type": lambda got, _: got.body.startswith(b"\x89PNG"),
    "other": lambda got, whole: got.body == b"other" + whole,
    "changing": lambda got, whole: got.body[:-4] == whole,
    "audio_only": lambda got, _: streams(got.body) == (0, 1),
    "short": lambda got, _: 0 < len(seen(got.body).frames) < 12,
    "hevc10": lambda got, _: (seen(got.body).codec, seen(got.body).pixel_format) == ("hevc", "yuv420p10le"),
    "vfr": lambda got, _: len(gaps(got.body)) == 2,
    "large": lambda got, _: seen(got.body).size == (7680, 4320),
}


def streams(data: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(data)) as file:
        return len(file.streams.video), len(file.streams.audio)


def gaps(data: bytes) -> set[float]:
    """The times between frames that occur more than once."""
    with av.open(io.BytesIO(data)) as file:
        times = [frame.time or 0.0 for frame in file.decode(video=0)]
    steps = [round(two - one, 3) for one, two in itertools.pairwise(times)]
    return {step for step in steps if steps.count(step) > 1}


@pytest.mark.parametrize("kind", sorted(FILE_KINDS))
def test_a_wrong_file_is_wrong_in_its_own_way(bought: tuple[Counter, str, bytes], kind: str) -> None:
    shop, path, whole = bought
    shop.box.clear()
    more = {"percent": 25} if kind == "truncated" else {}
    shop.box.script({"on": "result", "do": "file", "kind": kind, **more})
    got = shop.ask(path, key=None, most=3_000_000 if kind in ("huge", "endless") else 200_000_000)
    assert got.status == 200
    assert FILES[kind](got, whole)
    assert kind in ("huge", "endless") or "etag" not in got.headers  # it is not the file that was announced
    assert shop.ask(path, key=None).body == whole  # once


def test_a_wrong_file_is_served_whole_also_to_who_wants_to_go_on(bought: tuple[Counter, str, bytes]) -> None:
    shop, path, whole = bought
    shop.box.clear()
    tag = shop.ask(path).headers["etag"]
    shop.box.script({"on": "result", "do": "file", "kind": "changing", "nth": "always"})
    one, two = (shop.ask(path, headers={"Range": "bytes=100-", "If-Range": tag}) for _ in range(2))
    assert (one.status, one.body[:-4]) == (200, whole)
    assert one.body != two.body  # it changes from try to try
    shop.box.clear()
    assert shop.ask(path, headers={"Range": "bytes=100-", "If-Range": tag}).body == whole[100:]


@pytest.mark.parametrize("cut", [{"n": 1000}, {"percent": 60}, {"n": 1000, "length": False}])
def test_a_cut_file_keeps_its_name_so_that_it_can_be_gone_on_with(
    bought: tuple[Counter, str, bytes], cut: dict[str, Any]
) -> None:
    shop, path, whole = bought
    shop.box.clear()
    shop.box.script({"on": "result", "do": "cut_body", **cut})
    part = shop.ask(path)
    rest = shop.ask(path, headers={"Range": f"bytes={len(part.body)}-", "If-Range": part.headers["etag"]})
    assert 0 < len(part.body) < len(whole)
    assert part.body + rest.body == whole


# Callbacks as they are sent.

HOOK_KEY = "example-hmac-key"


def signed(task_id: str, timestamp: str, key: str = HOOK_KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()).decode()


def test_the_test_vector_of_the_pages() -> None:
    assert signed("9f0c2a5e7b1d4c3f8a6e5d4c3b2a1908", "1790000000") == "WbfkoHyTnCkSBqn7lSkhIUQk/ZRsbhHfAV7244celbw="


def arrived(server: KieServer, count: int) -> list[Any]:
    """Waits for callbacks."""
    deadline = time.monotonic() + 30
    while len(server.requests) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(server.requests) >= count
    return list(server.requests)


@pytest.fixture(scope="module")
def hook() -> Iterator[KieServer]:
    with KieServer() as server:
        yield server


@pytest.fixture
def listener(hook: KieServer) -> KieServer:
    hook.requests.clear()
    hook.on("/cb", answer({"code": 200, "msg": "success"}))
    return hook


def called(open_shop: Shop, listener: KieServer, count: int = 1, **how: Any) -> tuple[Counter, list[Any]]:
    """Order something with a callback, and wait for what comes."""
    faults = [{"on": "create", "do": "cb", **how}] if how else []
    shop = open_shop(*faults, webhook_key=HOOK_KEY)
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb/attempt"})
    return shop, arrived(listener, count)


def stamp(request: Any) -> str:
    text: str = request.headers["x-webhook-timestamp"]
    return text


def test_the_end_is_told_once_and_signed(open_shop: Shop, listener: KieServer) -> None:
    shop, (request,) = called(open_shop, listener)
    task_id = shop.box.orders[0].task_id
    assert (request.method, request.path, request.headers["content-type"]) == (
        "POST",
        "/cb/attempt",
        "application/json",
    )
    assert request.json == callback_body_of(shop, task_id)
    assert request.headers["x-webhook-signature"] == signed(task_id, stamp(request))
    assert abs(int(stamp(request)) - time.time()) < 60
    assert "authorization" not in request.headers
    deadline = time.monotonic() + 20
    while not shop.box.callbacks and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shop.box.callbacks == [(f"{listener.url}/cb/attempt", 200)]


def callback_body_of(shop: Counter, task_id: str) -> Any:
    told = shop.record(task_id)["data"]
    return {
        "code": 200, "msg": "Playground task completed successfully.",
        "data": told | {"updateTime": told["completeTime"]},
    }  # fmt: skip


def test_without_a_webhook_key_nothing_is_signed(open_shop: Shop, listener: KieServer) -> None:
    shop = open_shop()
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb"})
    (request,) = arrived(listener, 1)
    assert not [name for name in request.headers if name.startswith("x-webhook")]


def test_without_an_address_nothing_is_sent(open_shop: Shop, listener: KieServer) -> None:
    shop = open_shop()
    shop.ended(shop.order())
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb"})
    arrived(listener, 1)
    assert [urlsplit(url).path for url, _ in shop.box.callbacks] in ([], ["/cb"])


def test_a_failure_is_told_too_and_aleph_is_signed_with_its_own_id(open_shop: Shop, listener: KieServer) -> None:
    shop = open_shop({"on": "job", "do": "fail"}, webhook_key=HOOK_KEY)
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb"})
    (request,) = arrived(listener, 1)
    assert (request.json["code"], request.json["data"]["state"]) == (501, "fail")
    shop.order(ALEPH | {"callBackUrl": f"{listener.url}/cb"}, LEGACY["aleph"][0])
    request = arrived(listener, 2)[1]
    assert request.headers["x-webhook-signature"] == signed(request.json["taskId"], stamp(request))


@pytest.mark.parametrize("sign", ["no", False, "wrong", "old", "future"])
def test_a_callback_can_be_signed_badly(open_shop: Shop, listener: KieServer, sign: Any) -> None:
    shop, (request,) = called(open_shop, listener, sign=sign)
    task_id = shop.box.orders[0].task_id
    if sign in ("no", False):
        assert not [name for name in request.headers if name.startswith("x-webhook")]
        return
    right = signed(task_id, stamp(request))
    assert (request.headers["x-webhook-signature"] == right) == (sign != "wrong")
    late_s = {"wrong": 0, "old": -3600, "future": 3600}[sign]
    assert abs(int(stamp(request)) - time.time() - late_s) < 60


def test_a_callback_can_come_with_any_stamp(open_shop: Shop, listener: KieServer) -> None:
    shop, (request,) = called(open_shop, listener, timestamp="1790000000.5")
    assert stamp(request) == "1790000000.5"
    assert request.headers["x-webhook-signature"] == signed(shop.box.orders[0].task_id, "1790000000.5")


def test_a_callback_can_be_changed_after_signing(open_shop: Shop, listener: KieServer) -> None:
    change = {"data.resultJson": '{"resultUrls": ["http://127.0.0.1:9/x"]}', "data.state": "fail", "data.model": None}
    shop, (request,) = called(open_shop, listener, mutate=change)
    data = request.json["data"]
    assert (data["state"], data["resultJson"]) == ("fail", change["data.resultJson"])
    assert "model" not in data
    assert request.headers["x-webhook-signature"] == signed(shop.box.orders[0].task_id, stamp(request))
    assert shop.record(shop.box.orders[0].task_id)["data"]["state"] == "success"  # the books are not changed


def test_a_callback_can_come_in_copies_and_in_any_order(open_shop: Shop, listener: KieServer) -> None:
    _, requests = called(open_shop, listener, count=6, copies=2, order=["success", "fail", "generating"])
    assert [one.json["data"]["state"] for one in requests] == ["success"] * 2 + ["fail"] * 2 + ["generating"] * 2
    assert [one.json["msg"] for one in requests[::2]] == [
        "Playground task completed successfully.", "Playground task failed.", "progress",
    ]  # fmt: skip


def test_a_callback_can_come_before_the_order_is_answered(open_shop: Shop, listener: KieServer) -> None:
    shop = open_shop({"on": "create", "do": "cb", "delay_s": -1}, webhook_key=HOOK_KEY)
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb"})
    (request,) = listener.requests  # without waiting
    assert request.json["data"]["state"] == "success"


def test_a_callback_can_come_late(open_shop: Shop, listener: KieServer) -> None:
    shop = open_shop({"on": "create", "do": "cb", "delay_s": 1000}, webhook_key=HOOK_KEY)
    shop.ended(shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb/late"}))
    shop.ended(shop.order(pixverse() | {"callBackUrl": f"{listener.url}/cb/prompt"}))
    assert [one.path for one in arrived(listener, 1)] == ["/cb/prompt"]


@pytest.mark.parametrize(("status", "tries"), [(200, 1), (404, 1), (500, 3), (429, 3)])
def test_a_callback_that_is_not_taken_is_sent_three_times(
    open_shop: Shop, listener: KieServer, status: int, tries: int
) -> None:
    listener.on("/cb", answer({}, status))
    shop, _ = called(open_shop, listener, tries)
    deadline = time.monotonic() + 20
    while len(shop.box.callbacks) < tries and time.monotonic() < deadline:
        time.sleep(0.01)
    shop.order(pixverse() | {"callBackUrl": f"{listener.url}/later"})
    listener.on("/later", answer({}))
    arrived(listener, tries + 1)
    assert [one.path for one in listener.requests] == ["/cb/attempt"] * tries + ["/later"]
    assert shop.box.callbacks[:tries] == [(f"{listener.url}/cb/attempt", status)] * tries


# The page.


class Page(HTMLParser):
    """Elements and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_shows_the_account(open_shop: Shop) -> None:
    shop = open_shop({"on": "create", "nth": 2, "do": "accept_rst"})
    empty = Page(shop.ask("/", key=None).body.decode())
    assert "No orders yet." in empty.words
    done = shop.order()
    shop.ask(CREATE, pixverse())
    shop.ended(done)
    got = shop.ask("/", key=None)
    page = Page(got.body.decode())
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert got.body.startswith(b"<!doctype html>")
    assert f"{1000 - 2 * PRICE:g}" in page.words
    assert "$0.04" in page.words
    assert all(one.task_id in page.words for one in shop.box.orders)
    assert "answered with accept_rst" in page.words
    assert f"{shop.box.url}/files/results/{done}.mp4" in page.links


def test_the_page_escapes_what_came_with_an_order(open_shop: Shop) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(2)">&amp;</td></table>'
    shop = open_shop({"on": "job", "do": "fail", "nth": 2, "message": f"no {attack}"}, models=[PIXVERSE, attack])
    shop.order(pixverse(prompt=attack))
    shop.ended(shop.order(pixverse(prompt="plain")))
    shop.order({"model": attack, "input": {"duration": 1}})
    page = Page(shop.ask("/").body.decode())
    assert not {"script", "img"} & set(page.tags)
    assert page.tags.count("table") == 1
    assert page.words.count(attack) == 3  # as words: the prompt, the reason, the model
    assert all(link.startswith(f"{shop.box.url}/files/results/") for link in page.links)


# Beginning and end.


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("sandbox")}


def test_it_stops_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while a clip is being made, a client waits for an answer, and another has only just come."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = threads()
    box = Sandbox(
        job_s=0.0, faults=[{"on": "credit", "do": "accept_hang"}, {"on": "models", "do": "drip", "per_s": 10}]
    )
    with box:
        shop = Counter(box)
        place = shop.place
        assert list(tmp_path.iterdir())
        assert threads() - before
        shop.order(sora(n_frames="15"))
        waiting = [socket.create_connection(place, timeout=20) for _ in range(3)]
        for wire, path in zip(waiting, ("/api/v1/chat/credit", "/api/v1/models", "/"), strict=True):
            wire.sendall(
                f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n".encode() + b"\r\n" * (path != "/")
            )
        deadline = time.monotonic() + 20
        while len(box.requests) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not threads() - before
    assert list(tmp_path.iterdir()) == []
    for wire in waiting:
        with wire:
            try:
                while wire.recv(65536):
                    pass
            except ConnectionResetError:
                pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection(place, timeout=5):
        pass
    box.__exit__()  # once more does no harm


def test_a_folder_of_ones_own_is_kept_and_a_port_can_be_used_again(tmp_path: Path) -> None:
    with Sandbox(folder=tmp_path / "scratch", job_s=0.0) as box:
        port = Counter(box).place[1]
        Counter(box).clip()
    assert list((tmp_path / "scratch").iterdir()) == []  # what it wrote there is gone
    with Sandbox(port=port) as again:
        assert again.url == f"http://127.0.0.1:{port}"
        assert Counter(again).ask("/").status == 200


def test_a_port_that_is_taken_is_said() -> None:
    before = threads()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"cannot listen on 127.0.0.1:{port}"), Sandbox(port=port):
            pass
    assert not threads() - before


def test_it_listens_on_this_machine_only(shop: Counter) -> None:
    assert shop.place[0] == "127.0.0.1"
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("the system does not list its sockets")
    ends = [line.split()[1] for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    mine = {end.partition(":")[0] for end in ends if end.endswith(f":{shop.place[1]:04X}")}
    assert mine == {"0100007F"}


def test_bad_requests_are_answered_and_do_no_harm(shop: Counter) -> None:
    for junk in (b"\x16\x03\x01\x00\xa5", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n"):
        with socket.create_connection(shop.place, timeout=20) as wire:
            try:
                wire.sendall(junk + b"\r\n\r\n")
                assert wire.recv(100).startswith(b"HTTP/1.1 400")
            except (ConnectionResetError, BrokenPipeError):
                pass
    nested = b"[" * 200_000
    for path in (CREATE, "/api/file-base64-upload", "/api/v1/common/download-url", "/client/v1/model-pricing/page"):
        assert shop.ask(path, nested).status in (200, 400)
    assert shop.order()


def test_a_connection_serves_many_requests(shop: Counter) -> None:
    with httpx.Client(trust_env=False, headers={"Authorization": "Bearer k"}, base_url=shop.box.url) as http:
        for _ in range(5):
            assert http.get("/api/v1/chat/credit").json()["data"] == 1000
    assert {seen_.connection for seen_ in shop.box.requests} == {1}


def test_the_environment_it_names_is_what_the_settings_read(open_shop: Shop, tmp_path: Path) -> None:
    shop = open_shop(webhook_key=HOOK_KEY)
    account = load_settings({}, shop.box.environment, tmp_path).kie
    assert account.base_url == account.upload_url == shop.box.url
    assert account.key is not None
    assert account.webhook_key is not None
    assert account.webhook_key.get_secret_value() == HOOK_KEY
    assert "KIE_WEBHOOK_KEY" not in open_shop().box.environment


# The command.

COMMAND = str(Path(sys.executable).with_name("readme2video"))


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, "sandbox", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_what_to_set_serves_and_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"on": "models", "do": "html", "status": 502}]))
    process = start("--job-seconds", "0", "--credits", "12.5", "--faults", str(faults))
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "Stop with" not in lines[-1]:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            lines.append(line.strip())
        shell = [line for line in lines if not line.startswith("#")]
        named = dict(line.removeprefix("export ").split("=", 1) for line in shell)
        assert all(line.startswith("export ") for line in shell)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", named["KIE_BASE_URL"])
        assert named["ANTHROPIC_BASE_URL"] == named["KIE_BASE_URL"]
        assert named["ANTHROPIC_API_KEY"]
        headers = {"Authorization": f"Bearer {named['KIE_API_KEY']}"}
        with httpx.Client(trust_env=False, base_url=named["KIE_BASE_URL"], headers=headers, timeout=30) as http:
            assert http.get("/api/v1/chat/credit").json()["data"] == 12.5
            assert http.get("/api/v1/models").status_code == 502
            assert http.get("/api/v1/models").status_code == 200
            assert http.post(CREATE, json=pixverse()).json()["code"] == 200
        assert any(f"{named['KIE_BASE_URL']}/ " in line for line in lines if line.startswith("#"))
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert errors == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(named["KIE_BASE_URL"], trust_env=False)


@pytest.mark.parametrize(
    ("arguments", "script", "code", "said"),
    [
        (["--port", "70000"], None, 2, "70000 is not a port"),
        (["--credits", "-1"], None, 2, "cannot be negative"),
        (["--faults", "FILE"], '[{"on": "create", "do": "explode"}]', 2, "explode"),
        (["--faults", "FILE"], "{", 2, "not valid JSON"),
        (["--faults", "FILE"], "{}", 2, "must hold a list"),
        (["--faults", "FILE"], "[5]", 2, "must be a table"),
        (["--faults", "nowhere.json"], None, 2, "cannot be read"),
        (["--port", "TAKEN"], None, 9, "cannot listen"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, arguments: list[str], script: str | None, code: int, said: str
) -> None:
    file = tmp_path / "faults.json"
    if script is not None:
        file.write_text(script)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        names = {"FILE": str(file), "TAKEN": str(taken.getsockname()[1])}
        process = start(*(names.get(argument, argument) for argument in arguments))
        output, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert said in errors
    assert "Traceback" not in errors
    assert output == ""
