"""The client over real sockets: one POST per order and nobody's word but the answer's, uploads read back, polls paced.

Test names carry the rows of the fault catalogue. Both hosts are raw sockets on this machine; waits pass on a clock that
does not wait.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import gzip
import inspect
import itertools
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from pydantic import SecretStr

from kie_server import (
    Act,
    FakeClock,
    KieServer,
    Seen,
    Talk,
    answer,
    chunk_noend,
    cut_body,
    cut_headers,
    drip,
    fin,
    gzip_bomb,
    hang,
    head,
    html,
    raw,
    redirect,
    rst,
)
from readme2video.animators.kie.poller import Poller
from readme2video.errors import CredentialsError, PausedError, PaymentInDoubtError, SceneRefusedError
from readme2video.images import prepare_upload
from readme2video.kie.answers import Created, CreateOutcome, NotSent, Refused, TaskState, Unavailable, Unknown, Uploaded
from readme2video.kie.client import KieClient
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.kie.flight import Flight
from readme2video.kie.limiter import Limiter
from readme2video.ledger import Ledger, new_attempt_id
from readme2video.model.order import Family
from readme2video.settings import Kie
from test_ledger import order

KEY = "canary-key-0123456789abcdef"
ID = "9f0c2a5e7b1d4c3f8a6e5d4c3b2a1908"
OTHER_ID = "0123456789abcdef0123456789abcdef"
ORDER = {"model": "sora-2-image-to-video", "input": {"prompt": "slow push in — ½", "n_frames": "10"}}
CREATE, RECORD, CREDIT = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo", "/api/v1/chat/credit"
STREAM, BASE64 = "/api/file-stream-upload", "/api/file-base64-upload"
TAKEN = {"code": 200, "msg": "success", "data": {"taskId": ID}}
RUNNING = {"code": 200, "msg": "success", "data": {"taskId": ID, "state": "generating"}}
FILE = "https://tempfile.example.com/clip.mp4"
PICTURE = bytes(range(256)) * 8
NAME = "r2v-tidewatch-s03-a1-9c1d.png"


def coded(code: int, message: str = "", **data: Any) -> Act:
    """The provider's way to say no: HTTP 200 with a code in the body."""
    return answer({"code": code, "msg": message, "data": data or None})


def done(result: Any = None, **fields: Any) -> dict[str, Any]:
    """A task that succeeded."""
    found = json.dumps({"resultUrls": [FILE]}) if result is None else result
    return {"code": 200, "msg": "success", "data": {"taskId": ID, "state": "success", "resultJson": found, **fields}}


async def until(held: Callable[[], bool]) -> None:
    """Wait for a server's thread."""
    for _ in range(1000):
        if held():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and nobody else can take."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


class Account:
    """An account whose two hosts are raw sockets."""

    def __init__(self, api: KieServer, files: KieServer) -> None:
        self.api = api
        self.files = files
        self.clock = FakeClock()
        self.settings = Kie(base_url=api.url, upload_url=files.url, key=SecretStr(KEY))
        self.marks: list[float] = []
        self.resolved: list[str] = []

    def use(self, **fields: Any) -> None:
        self.settings = self.settings.model_copy(update=fields)

    @asynccontextmanager
    async def open(self, *, clock: Clock | None = None, **limits: Any) -> AsyncIterator[KieClient]:
        limits = {"answer_s": 10.0, "question_s": 10.0, **limits}
        async with KieClient(self.settings, clock=clock or self.clock, resolve=self.resolve, **limits) as client:
            yield client

    async def resolve(self, host: str, _: int) -> Sequence[str]:
        self.resolved.append(host)
        return [{"localhost": "127.0.0.1"}.get(host, host)]

    async def mark(self) -> None:
        self.marks.append(self.clock.time_s)

    async def create(self, *acts: Act, **limits: Any) -> CreateOutcome:
        """Place one order that is answered like this; it reaches the server once, whatever the answer."""
        if acts:
            self.api.on(CREATE, *acts)
        async with self.open(**limits) as client:
            outcome = await client.create(ORDER, sending=self.mark)
        assert len(self.marks) == 1
        assert [(seen.method, seen.path) for seen in self.api.requests] == [("POST", CREATE)]
        assert self.api.dials == 1
        assert self.files.dials == 0
        return outcome

    async def ask(self, *acts: Act, family: Family = "jobs", **limits: Any) -> TaskState:
        self.api.on(RECORD, *acts)
        async with self.open(**limits) as client:
            return await client.task(ID, family=family)

    async def wait(
        self, *acts: Act, model: str = "", budget_s: float = 1800.0, clock: Clock | None = None
    ) -> TaskState:
        """Poll to the end, as a run does."""
        self.api.on(RECORD, *acts)
        async with self.open(clock=clock) as client:
            poller = Poller(client, clock or self.clock, budget_s=budget_s, spread=lambda: 1.0)
            return await poller.finished(ID, "jobs", lambda _: None, model=model)

    async def upload(self, data: bytes = PICTURE, name: str = NAME, **limits: Any) -> Uploaded:
        async with self.open(**limits) as client:
            return await client.upload(data, name=name, mime="image/png")

    @property
    def forms(self) -> list[str]:
        """The form of every upload, in order."""
        return [form_of(seen) for seen in self.files.requests if seen.method == "POST"]


@pytest.fixture
def account() -> Iterator[Account]:
    with KieServer() as api, KieServer() as files:
        yield Account(api, files)


def form_of(seen: Seen) -> str:
    if seen.path == STREAM:
        return "stream"
    return "base64" if "base64Data" in seen.json else "simple"


def unpacked(seen: Seen) -> tuple[str, bytes]:
    """Name and bytes of an uploaded file, whichever the form; what the documented ones require must be there."""
    from base64 import b64decode

    if form_of(seen) == "stream":
        top = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(top + seen.body, policy=email.policy.HTTP).iter_parts()
        fields = {part.get_param("name", header="content-disposition"): part for part in parts}
        assert set(fields) == {"file", "uploadPath", "fileName"}
        assert fields["uploadPath"].get_payload(decode=True) == b"readme2video"
        assert fields["file"].get_content_type() == "image/png"
        return fields["fileName"].get_payload(decode=True).decode(), fields["file"].get_payload(decode=True)
    body = seen.json
    if form_of(seen) == "base64":
        assert set(body) == {"base64Data", "uploadPath", "fileName"}
        assert body["uploadPath"] == "readme2video"
        kind, _, text = body["base64Data"].partition(",")
        assert kind == "data:image/png;base64"
        return body["fileName"], b64decode(text, validate=True)
    assert set(body) == {"file", "filename"}
    return body["filename"], b64decode(body["file"], validate=True)


class Drive:
    """The upload host as it should be."""

    def __init__(self, server: KieServer, url: str = "") -> None:
        self.url = url or server.url
        self.kept: dict[str, bytes] = {}
        server.on("/api/file-", self.take)
        server.on("/f/", self.serve)

    def keep(self, seen: Seen) -> str:
        name, data = unpacked(seen)
        self.kept[name] = data
        return f"{self.url}/f/{name}"

    def take(self, talk: Talk, seen: Seen) -> None:
        at = self.keep(seen)
        answer({"success": True, "code": 200, "msg": "ok", "data": {"success": True, "downloadUrl": at}})(talk, seen)

    def serve(self, talk: Talk, seen: Seen) -> None:
        answer(self.kept[seen.path.rpartition("/")[2]], kind="image/png")(talk, seen)


# ---------------------------------------------------------------------------------------------------- orders


async def test_an_order_is_taken(account: Account) -> None:
    assert await account.create(answer(TAKEN)) == Created(task_id=ID)
    (seen,) = account.api.requests
    assert seen.json == ORDER
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("readme2video/")


@pytest.mark.parametrize("family", ["jobs", "veo", "runway", "aleph"])
async def test_every_family_has_its_own_address(account: Account, family: Family) -> None:
    account.api.on("/", answer(TAKEN), answer(RUNNING))
    async with account.open() as client:
        assert await client.create(ORDER, family=family, sending=account.mark) == Created(task_id=ID)
        assert (await client.task(ID, family=family)).state == "running"
    order_path, record_path = (seen.path for seen in account.api.requests)
    assert (order_path, record_path.partition("?")[0]) == {
        "jobs": (CREATE, RECORD),
        "veo": ("/api/v1/veo/generate", "/api/v1/veo/record-info"),
        "runway": ("/api/v1/runway/generate", "/api/v1/runway/record-detail"),
        "aleph": ("/api/v1/aleph/generate", "/api/v1/aleph/record-info"),
    }[family]


async def test_the_mark_is_made_when_the_connection_stands_and_before_the_first_byte(account: Account) -> None:
    account.api.on(CREATE, answer(TAKEN))

    async def mark() -> None:
        await until(lambda: account.api.dials == 1)
        await account.mark()
        assert not account.api.requests

    async with account.open() as client:
        assert await client.create(ORDER, sending=mark) == Created(task_id=ID)
    assert len(account.marks) == 1


@pytest.mark.parametrize("kind", [OSError, TimeoutError, PausedError, httpx.ReadError])
async def test_a_mark_that_cannot_be_made_sends_nothing(account: Account, kind: type[Exception]) -> None:
    async def full() -> None:
        raise kind("no space")

    async with account.open() as client:
        with pytest.raises(kind, match="no space"):
            await client.create(ORDER, sending=full)
        account.api.on(CREATE, answer(TAKEN))
        assert await client.create(ORDER, sending=account.mark) == Created(task_id=ID)
    assert len(account.api.requests) == 1


async def test_a_mark_that_takes_long_is_not_taken_for_a_lost_answer(account: Account) -> None:
    account.api.on(CREATE, answer(TAKEN))

    async def slow_disk() -> None:
        await asyncio.sleep(0.6)

    async with httpx.AsyncClient(trust_env=False) as http:
        flight = Flight(http, SYSTEM_CLOCK, slow_disk, lambda: None, within_s=0.5)
        content = json.dumps(ORDER).encode()
        outcome = await flight.land(account.api.url + CREATE, content=content, headers={}, secret=KEY)
    assert outcome == Created(task_id=ID)


async def test_every_order_has_a_connection_of_its_own(account: Account) -> None:
    extra: list[bytes] = []

    def kept_open(talk: Talk, _: Seen) -> None:
        body = json.dumps(TAKEN).encode()
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        extra.append(talk.connection.recv(1))

    account.api.on(CREATE, kept_open)
    async with account.open() as client:
        for number in range(1, 4):
            assert await client.create(ORDER, sending=account.mark) == Created(task_id=ID)
            assert account.api.dials == number
        await until(lambda: len(extra) == 3)
    assert extra == [b""] * 3  # closed by us, and nothing more was sent


def test_an_orders_answer_is_waited_for_two_minutes() -> None:
    defaults = {name: one.default for name, one in inspect.signature(KieClient).parameters.items()}
    assert defaults["answer_s"] >= 120
    assert defaults["question_s"] == 30
    assert (defaults["creates_per_10_s"], defaults["create_gap_s"], defaults["polls_per_s"]) == (18, 2.0, 8.0)


async def test_what_is_no_json_is_not_sent(account: Account) -> None:
    async with account.open() as client:
        with pytest.raises(ValueError, match="JSON"):
            await client.create({"n": float("nan")}, sending=account.mark)
    assert account.api.dials == 0
    assert not account.marks


async def not_sent(account: Account) -> NotSent:
    """Order twice, which is free: nothing was marked, nothing was sent."""
    async with account.open() as client:
        for _ in range(2):
            outcome = await client.create(ORDER, sending=account.mark)
            assert isinstance(outcome, NotSent)
        with pytest.raises(Unavailable):
            await client.task(ID)
    assert not account.marks
    assert not account.api.requests
    return outcome


async def test_f11_a_refused_connection_is_not_sent(account: Account, closed_port: int) -> None:
    account.use(base_url=f"http://127.0.0.1:{closed_port}")
    assert (await not_sent(account)).reason == "no connection"


async def test_f11_a_name_that_does_not_resolve_is_not_sent(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    account.use(base_url="https://api.kie.example")
    assert (await not_sent(account)).reason == "no connection"


@pytest.fixture(scope="module")
def bad_certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that nobody but itself vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl program")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_f11_a_certificate_nobody_vouches_for_is_not_sent(
    account: Account, bad_certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")  # nor does the environment choose who vouches
    with KieServer(tls=bad_certificate) as impostor:
        impostor.on("/", answer(TAKEN))
        account.use(base_url=impostor.url)
        await not_sent(account)
        assert impostor.dials == 3
        assert not impostor.requests


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 200 OK\r\n\r\n", b"", b"\x15\x03\x01\x00\x02\x02\x28"])
async def test_f11_no_handshake_is_not_sent(account: Account, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dials: list[bytes] = []

        def greet() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    dials.append(connection.recv(65536))
                    connection.sendall(greeting)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        account.use(base_url=f"https://127.0.0.1:{listener.getsockname()[1]}")
        await not_sent(account)
        thread.join(10)
    assert len(dials) == 3
    assert not any(b"createTask" in hello or KEY.encode() in hello for hello in dials)


@pytest.mark.parametrize("act", [pytest.param(rst, id="F12-accept_rst"), pytest.param(fin, id="F13-accept_fin")])
async def test_f12_f13_a_connection_that_ends_without_an_answer_is_in_doubt(account: Account, act: Act) -> None:
    outcome = await account.create(act, answer(TAKEN))
    assert isinstance(outcome, Unknown)
    assert "connection" in outcome.reason


async def test_f14_an_order_that_is_not_answered_is_in_doubt(account: Account) -> None:
    outcome = await account.create(hang, answer(TAKEN), answer_s=0.3)
    assert outcome == Unknown(reason="no answer in time")


async def test_f14_an_answer_that_never_ends_is_in_doubt(account: Account) -> None:
    slow = drip(json.dumps(TAKEN).encode() + b" " * 400, 0.02)
    outcome = await account.create(slow, answer(TAKEN), answer_s=0.3)
    assert outcome == Unknown(reason="no whole answer in time")


async def test_f14_others_go_on(account: Account) -> None:
    account.api.on(CREATE, hang, answer(TAKEN))
    async with account.open(answer_s=0.3) as client:
        lost = await client.create(ORDER, sending=account.mark)
        taken = await client.create(ORDER, sending=account.mark)
    assert isinstance(lost, Unknown)
    assert taken == Created(task_id=ID)
    assert len(account.api.requests) == 2


async def test_f15_a_reset_before_anything_was_read_looks_the_same(account: Account) -> None:
    account.api.reset_unread = 1
    account.api.on(CREATE, answer(TAKEN))
    async with account.open() as client:
        outcome = await client.create(ORDER, sending=account.mark)
    assert isinstance(outcome, Unknown)  # falsely in doubt: nobody took it, and nothing shows that
    assert len(account.marks) == account.api.dials == 1
    assert not account.api.requests


WHOLE = json.dumps(TAKEN).encode()
ZIPPED = gzip.compress(WHOLE)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(cut_headers, id="F16-cut_headers"),
        pytest.param(cut_body(WHOLE, 0), id="F16-cut_body_0"),
        pytest.param(cut_body(WHOLE, 30), id="F16-cut_body_30"),
        pytest.param(cut_body(WHOLE, len(WHOLE) - 1), id="F16-cut_body_last_byte"),
        pytest.param(cut_body(b'{"code": 402}  ', 13, status=402), id="F16-cut_refusal"),
        pytest.param(chunk_noend(WHOLE), id="F16-chunk_noend"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), id="F16-no_http"),
        pytest.param(answer(b"\x1f\x8b\x08garbage", headers={"Content-Encoding": "gzip"}), id="F16-damaged_gzip"),
        pytest.param(answer(ZIPPED[:-8], headers={"Content-Encoding": "gzip"}), id="F16-cut_gzip"),
        pytest.param(answer(ZIPPED, headers={"Content-Encoding": "br"}), id="F16-other_compression"),
        pytest.param(gzip_bomb(8_000_000), id="F16-gzip_bomb"),
    ],
)
async def test_f16_an_answer_that_is_not_whole_is_in_doubt(account: Account, act: Act) -> None:
    assert isinstance(await account.create(act, answer(TAKEN)), Unknown)


async def test_an_answer_may_be_compressed(account: Account) -> None:
    assert await account.create(answer(ZIPPED, headers={"Content-Encoding": "gzip"})) == Created(task_id=ID)


async def test_f17_a_page_instead_of_an_answer_is_in_doubt_and_shown_safely(account: Account) -> None:
    page = "<html><script>steal()</script><h1>Sign \x1b[31min to the proxy</h1>" + "words " * 100
    outcome = await account.create(html(page))
    assert isinstance(outcome, Unknown)
    told, _, shown = outcome.reason.partition(": ")
    assert told == "the answer (200) was not JSON"
    assert shown.startswith("Sign [31min to the proxy words words")
    assert len(shown) <= 80


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(coded(429, "Your call frequency is too high."), id="F18-body"),
        pytest.param(answer({"code": 429, "msg": "slow"}, 429), id="F18-status"),
        pytest.param(answer(b"", 429), id="F18-bare_status"),
    ],
)
async def test_f18_a_throttled_order_is_refused_and_the_next_one_waits_a_window(account: Account, act: Act) -> None:
    outcome = await account.create(act)
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code, outcome.retry_after_s) == ("rate", 429, None)
    account.marks.clear()
    account.api.on(CREATE, act, answer(TAKEN))
    async with account.open() as client:
        assert isinstance(await client.create(ORDER, sending=account.mark), Refused)
        assert await client.create(ORDER, sending=account.mark) == Created(task_id=ID)
    assert 10 <= account.marks[1] - account.marks[0] <= 13


async def test_f18_the_wait_is_jittered(account: Account) -> None:
    account.api.on(CREATE, coded(429))
    async with account.open() as client:
        for _ in range(8):
            await client.create(ORDER, sending=account.mark)
    waits = [round(after - before, 6) for before, after in itertools.pairwise(account.marks)]
    assert len(set(waits)) > 1
    assert min(waits) >= 10


async def test_f19_a_wait_of_a_day_is_told_and_not_slept(account: Account) -> None:
    day = answer({"code": 429, "msg": "slow down"}, 429, {"Retry-After": "86400"})
    account.api.on(CREATE, day, answer(TAKEN))
    async with account.open() as client:
        outcome = await client.create(ORDER, sending=account.mark)
        assert isinstance(outcome, Refused)
        assert outcome.retry_after_s == 86400  # the caller pauses the run
        await client.create(ORDER, sending=account.mark)
    assert 60 <= account.marks[1] - account.marks[0] <= 90


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("Mon, 23 Nov 2026 12:00:45 GMT", 45.0),
        ("Mon, 23 Nov 2020 12:00:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("٣", None),
        ("nan", None),
    ],
)
async def test_f20_retry_after_in_any_spelling(account: Account, header: str, seconds: float | None) -> None:
    account.api.on(CREATE, answer({"code": 429}, 429, {"Retry-After": header}), answer(TAKEN))
    async with account.open() as client:
        outcome = await client.create(ORDER, sending=account.mark)
        assert isinstance(outcome, Refused)
        assert (outcome.kind, outcome.retry_after_s) == ("rate", seconds)
        await client.create(ORDER, sending=account.mark)
    wait_s = account.marks[1] - account.marks[0]
    assert max(seconds or 0, 10) <= wait_s <= max(seconds or 0, 10) + 3


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        pytest.param(401, "You do not have access permissions", "key", id="F21"),
        pytest.param(402, "The current credits are insufficient.", "credits", id="F22"),
        pytest.param(500, "Credits insufficient", "credits", id="F22-as_500"),
        pytest.param(422, "prompt is required", "validation", id="F23"),
        pytest.param(500, "n_frames is not within the range of allowed options", "validation", id="F23-as_500"),
        pytest.param(433, "sub-key usage limit reached", "quota", id="F22-433"),
        pytest.param(455, "service under maintenance", "maintenance", id="F24"),
        pytest.param(500, "This interface is temporarily paused", "model", id="F26"),
        pytest.param(422, "The model name you specified is not supported.", "model", id="F26-not_supported"),
        pytest.param(505, "feature disabled", "disabled", id="F27-505"),
    ],
)
async def test_f21_to_f27_what_is_plainly_refused(account: Account, code: int, message: str, kind: str) -> None:
    outcome = await account.create(coded(code, message), answer(TAKEN))
    assert outcome == Refused(kind=kind, code=code, message=message)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param(500, "Internal Server Error", id="F25"),
        pytest.param(500, "", id="F25-silent"),
        pytest.param(501, "Generation failed", id="F27-501"),
        pytest.param(531, "?", id="F25-531"),
    ],
)
async def test_f25_f27_what_may_have_been_taken_all_the_same(account: Account, code: int, message: str) -> None:
    outcome = await account.create(coded(code, message), answer(TAKEN))
    assert isinstance(outcome, Unknown)
    assert str(code) in outcome.reason
    assert message in outcome.reason


@pytest.mark.parametrize("body", [b"", b"<html><h1>Bad Gateway</h1></html>", WHOLE], ids=["empty", "page", "success"])
@pytest.mark.parametrize(
    "status",
    [
        *(pytest.param(status, id=f"F28-{status}") for status in (500, 502, 503, 504, 520, 522, 524)),
        *(pytest.param(status, id=f"F33-{status}") for status in (408, 409)),
    ],
)
async def test_f28_f33_other_statuses_are_in_doubt(account: Account, status: int, body: bytes) -> None:
    outcome = await account.create(answer(body, status, kind="text/html"), answer(TAKEN))
    assert isinstance(outcome, Unknown)
    assert "<" not in outcome.reason


@pytest.mark.parametrize("body", ["error code: 1010", "<html><body>Error code: 1010 Access denied</body></html>"])
async def test_f29_turned_away_at_the_edge_is_no_bad_key(account: Account, body: str) -> None:
    outcome = await account.create(html(body, 403), answer(TAKEN))
    assert isinstance(outcome, Refused)
    assert outcome.kind == "edge"
    assert "1010" in outcome.message


@pytest.mark.parametrize(
    ("data", "task_id"),
    [
        pytest.param({"taskId": None}, "", id="F30-null"),
        pytest.param({"taskId": ""}, "", id="F30-empty"),
        pytest.param({"taskId": "x" * 10_240}, "", id="F30-10_KB"),
        pytest.param({"taskId": "../../etc"}, "", id="F30-path"),
        pytest.param({"taskId": [ID]}, "", id="F30-list"),
        pytest.param(None, "", id="F30-no_data"),
        pytest.param({"taskId": 123456}, "123456", id="F30-number"),
        pytest.param({"task_id": ID}, ID, id="F30-task_id"),
        pytest.param({"taskId": None, "recordId": ID}, ID, id="F30-recordId"),
    ],
)
async def test_f30_only_a_usable_task_id_is_one(account: Account, data: Any, task_id: str) -> None:
    outcome = await account.create(answer({"code": 200, "msg": "success", "data": data}))
    if task_id:
        assert outcome == Created(task_id=task_id)
    else:
        assert isinstance(outcome, Unknown)
        assert "task id" in outcome.reason


async def test_f31_one_task_id_for_two_orders_belongs_to_the_first(account: Account, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "store")
    account.api.on(CREATE, answer(TAKEN))
    attempts = [new_attempt_id(), new_attempt_id()]
    for scene, attempt in zip(("title", "outro"), attempts, strict=True):
        ledger.prepare(order(scene), attempt_id=attempt)
        ledger.sending(attempt)
    async with account.open() as client:
        outcomes = [await client.create(ORDER, sending=account.mark) for _ in attempts]
    assert outcomes == [Created(task_id=ID)] * 2
    ledger.created(attempts[0], ID)
    with pytest.raises(PaymentInDoubtError):
        ledger.created(attempts[1], ID)
    states = [(one.id, one.state, one.task_id) for one in ledger.attempts()]
    ledger.close()
    assert sorted(states) == sorted([(attempts[0], "created", ID), (attempts[1], "unknown", None)])


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_f32_a_redirect_of_an_order_is_never_followed(account: Account, status: int, elsewhere: bool) -> None:
    where = (account.files.url if elsewhere else account.api.url) + "/api/v1/jobs/next"
    account.api.on("/api/v1/jobs/next", answer(TAKEN))
    account.files.on("/", answer(TAKEN))
    outcome = await account.create(redirect(where, status))  # which also sees that nothing else was asked
    assert isinstance(outcome, Unknown)
    assert str(status) in outcome.reason


@pytest.mark.parametrize("body", [TAKEN, {"code": 402, "msg": "credits insufficient"}], ids=["taken", "refused"])
async def test_f32_what_a_redirect_says_is_not_believed(account: Account, body: dict[str, Any]) -> None:
    outcome = await account.create(answer(body, 307, {"Location": "/elsewhere"}))
    assert outcome == Unknown(reason="the answer was a redirect (307), which is not followed")


# ------------------------------------------------------------------------------------------ an interrupted order


class Buyer:
    """Someone who orders, writes the outcome down, and goes on."""

    def __init__(self, account: Account, client: KieClient) -> None:
        self.outcomes: list[CreateOutcome] = []
        self.went_on = False
        self._account = account
        self._client = client

    async def buy(self, sending: Callable[[], Awaitable[None]] | None = None) -> None:
        self.outcomes.append(await self._client.create(ORDER, sending=sending or self._account.mark))
        await asyncio.sleep(0)
        self.went_on = True


async def test_f38_an_interrupted_order_still_brings_its_answer_home(account: Account) -> None:
    release = threading.Event()

    def later(talk: Talk, seen: Seen) -> None:
        release.wait(20)
        answer(TAKEN)(talk, seen)

    account.api.on(CREATE, later)
    async with account.open(clock=SYSTEM_CLOCK) as client:
        buyer = Buyer(account, client)
        task = asyncio.create_task(buyer.buy())
        await until(lambda: len(account.api.requests) == 1)
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert buyer.outcomes == [Created(task_id=ID)]
    assert not buyer.went_on
    assert len(account.api.requests) == 1


async def test_f38_an_interrupted_order_without_an_answer_is_in_doubt_after_thirty_seconds(account: Account) -> None:
    account.api.on(CREATE, hang)
    async with account.open() as client:
        buyer = Buyer(account, client)
        task = asyncio.create_task(buyer.buy())
        await until(lambda: len(account.api.requests) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (outcome,) = buyer.outcomes
    assert isinstance(outcome, Unknown)
    assert account.clock.slept == [30.0]
    assert not buyer.went_on


async def test_f39_a_second_interruption_leaves_at_once(account: Account) -> None:
    account.api.on(CREATE, hang)
    async with account.open(clock=SYSTEM_CLOCK) as client:
        buyer = Buyer(account, client)
        task = asyncio.create_task(buyer.buy())
        await until(lambda: len(account.api.requests) == 1)
        task.cancel()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.shield(task), 10)
    assert not buyer.outcomes
    assert len(account.api.requests) == len(account.marks) == 1


async def test_interrupted_while_the_mark_is_made_nothing_is_sent(account: Account) -> None:
    marking, marked = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        marking.set()
        await marked.wait()
        await account.mark()

    async with account.open(clock=SYSTEM_CLOCK) as client:
        buyer = Buyer(account, client)
        task = asyncio.create_task(buyer.buy(slowly))
        await marking.wait()
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()  # a mark that is being written is not abandoned
        marked.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert buyer.outcomes == [NotSent(reason="interrupted")]
    assert len(account.marks) == 1
    assert not account.api.requests


async def test_interrupted_in_the_queue_nothing_is_marked_or_sent(account: Account) -> None:
    account.api.on(CREATE, answer(TAKEN))
    async with account.open(clock=SYSTEM_CLOCK) as client:
        buyer = Buyer(account, client)
        await client.create(ORDER, sending=account.mark)
        task = asyncio.create_task(buyer.buy())  # two seconds after the first
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not buyer.outcomes
    assert len(account.marks) == len(account.api.requests) == 1


# ------------------------------------------------------------------------------------------------------ the pace


def most_within(starts: Sequence[float], window_s: float) -> int:
    """The most starts in any window of that length, its end not included."""
    return max(sum(begin <= one < begin + window_s - 1e-6 for one in starts) for begin in starts)


async def test_orders_are_two_seconds_apart(account: Account) -> None:
    account.api.on(CREATE, answer(TAKEN))
    async with account.open() as client:
        await asyncio.gather(*(client.create(ORDER, sending=account.mark) for _ in range(5)))
    gaps = [after - before for before, after in itertools.pairwise(account.marks)]
    assert gaps == pytest.approx([2.0] * 4)
    assert len(account.api.requests) == 5


async def test_no_more_than_eighteen_orders_in_any_ten_seconds(account: Account) -> None:
    account.api.on(CREATE, answer(TAKEN))
    async with account.open(create_gap_s=0.1) as client:
        await asyncio.gather(*(client.create(ORDER, sending=account.mark) for _ in range(40)))
    assert len(account.marks) == len(account.api.requests) == 40
    assert most_within(account.marks, 10) == 18
    assert account.marks[-1] - account.marks[0] <= 24


async def test_a_slow_mark_does_not_shorten_the_gap_to_the_next_order(account: Account) -> None:
    begun: list[float] = []
    account.api.on(CREATE, answer(TAKEN))

    async def slow() -> None:
        begun.append(account.clock.time_s)
        await account.clock.sleep(5)
        await account.mark()

    async with account.open() as client:
        await client.create(ORDER, sending=slow)
        await client.create(ORDER, sending=slow)
    assert begun[1] - account.marks[0] == pytest.approx(2.0)


async def test_orders_go_one_at_a_time(account: Account) -> None:
    together: list[int] = []
    inside = 0

    def watched(talk: Talk, seen: Seen) -> None:
        nonlocal inside
        inside += 1
        together.append(inside)
        time.sleep(0.02)
        inside -= 1
        answer(TAKEN)(talk, seen)

    account.api.on(CREATE, watched)
    async with account.open() as client:
        await asyncio.gather(*(client.create(ORDER, sending=account.mark) for _ in range(4)))
    assert together == [1, 1, 1, 1]


async def test_no_more_than_eight_questions_a_second_over_all_tasks() -> None:
    clock, starts = FakeClock(), []
    polls = Limiter(clock, most=8, window_s=1.0)

    async def scene() -> None:
        for _ in range(5):
            await polls.turn()
            starts.append(clock.time_s)

    await asyncio.gather(*(scene() for _ in range(20)))
    assert len(starts) == 100
    assert starts == sorted(starts)
    assert most_within(starts, 1.0) == 8
    assert starts[-1] - starts[0] == pytest.approx(12.0)


async def test_held_nobody_starts() -> None:
    clock, starts = FakeClock(), []
    polls = Limiter(clock, most=8, window_s=1.0)

    async def scene(number: int) -> None:
        await polls.turn()
        starts.append(clock.time_s)
        if number == 4:
            polls.hold(30)
            polls.hold(5)  # the longer one counts

    await asyncio.gather(*(scene(number) for number in range(20)))
    assert starts[:5] == [1000.0] * 5
    assert min(starts[5:]) == pytest.approx(1030.0)


async def test_questions_over_the_wire_keep_the_pace(account: Account) -> None:
    account.api.on(RECORD, answer(RUNNING))
    account.api.on(CREDIT, answer({"code": 200, "data": 5}))
    async with account.open() as client:
        await asyncio.gather(*(client.task(ID) for _ in range(30)), *(client.balance() for _ in range(11)))
    assert len(account.api.requests) == 41
    assert account.clock.time_s - 1000 == pytest.approx(5.0)  # 8 a second, those for the balance among them


# ------------------------------------------------------------------------------------------------------ polling


@pytest.mark.parametrize(
    "lag", [coded(404, "Task not found"), coded(422, "recordInfo is null"), answer({"code": 404}, 404)]
)
async def test_f42_a_task_that_is_not_visible_yet_is_asked_for_again(account: Account, lag: Act) -> None:
    assert (await account.ask(lag)).state == "missing"
    state = await account.wait(lag, lag, answer(RUNNING), answer(done()))
    assert (state.state, state.urls) == ("success", (FILE,))
    assert {seen.method for seen in account.api.requests} == {"GET"}  # and never ordered anew


async def test_f42_a_task_that_is_never_visible_pauses_with_its_id(account: Account) -> None:
    with pytest.raises(PausedError, match=ID):
        await account.wait(coded(404, "Task not found"))
    assert 60 <= account.clock.time_s - 1000 <= 180
    assert {seen.method for seen in account.api.requests} == {"GET"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"code": 200, "data": None}, id="F43-null"),
        pytest.param({"code": 200, "data": {}}, id="F43-empty"),
        pytest.param({"code": 200, "data": [1, 2]}, id="F43-list"),
        pytest.param({"code": 200, "data": "soon"}, id="F43-string"),
        pytest.param({"code": 200}, id="F43-missing"),
    ],
)
async def test_f43_an_answer_that_says_nothing_is_no_news(account: Account, body: dict[str, Any]) -> None:
    state = await account.ask(answer(body))
    assert (state.task_id, state.state, state.urls) == (ID, "unreadable", ())
    assert state.raw == json.dumps(body)
    assert (await account.wait(answer(body), answer(body), answer(done()))).state == "success"
    with pytest.raises(PausedError, match=ID):
        await account.wait(answer(body))


async def test_f43_an_answer_that_says_nothing_is_not_told_as_a_finished_task(account: Account) -> None:
    with pytest.raises(PausedError, match=ID) as caught:
        await account.wait(answer({"code": 200, "data": None}))
    assert "is done" not in caught.value.message


async def test_f53_stray_news_now_and_then_does_not_end_the_wait(account: Account) -> None:
    stray = answer(done(taskId=OTHER_ID))
    rows = [act for _ in range(5) for act in (stray, answer(RUNNING))]
    assert (await account.wait(*rows, answer(done()))).urls == (FILE,)


@pytest.mark.parametrize(
    ("state", "meaning", "message"),
    [
        pytest.param("processing2", "running", "unknown state processing2", id="F44-unknown"),
        pytest.param("", "running", "no state", id="F44-empty"),
        pytest.param(None, "running", "no state", id="F44-null"),
        pytest.param(" GENERATING ", "running", "", id="F44-upper_case"),
        pytest.param("SUCCESS", "success", "", id="F44-upper_case_success"),
        pytest.param("<b>\x1b[31mnew", "running", "unknown state [31mnew", id="F44-hostile"),
    ],
)
async def test_f44_other_states(account: Account, state: str | None, meaning: str, message: str) -> None:
    act = answer(done(state=state))
    told = await account.ask(act)
    assert (told.state, told.message) == (meaning, message)
    if meaning == "running":
        assert (await account.wait(act, act, act, act, act, answer(done()))).state == "success"


async def test_f46_a_success_is_final(account: Account) -> None:
    state = await account.wait(answer(RUNNING), answer(done()), answer(RUNNING))
    assert (state.state, state.urls) == ("success", (FILE,))
    assert len(account.api.requests) == 2


UNREADABLE = [
    pytest.param('{"resultUrls":["https://tempf', id="F47-broken"),
    pytest.param(5, id="F47-number"),
    pytest.param("soon", id="F47-text"),
    pytest.param('"\\"\\"', id="F47-nested_nothing"),
    pytest.param({"resultUrls": []}, id="F48-no_url"),
    pytest.param({"resultUrls": None}, id="F48-null"),
    pytest.param({}, id="F48-missing"),
    pytest.param({"resultUrls": ["https://tempfile.example.com/a b.mp4"]}, id="F48-spaces"),
]


@pytest.mark.parametrize("result", UNREADABLE)
async def test_f47_f48_a_result_that_cannot_be_read_is_asked_for_thrice_more(account: Account, result: Any) -> None:
    body = done(result)
    state = await account.ask(answer(body))
    assert (state.state, state.urls) == ("unreadable", ())
    assert state.raw == json.dumps(body)
    account.api.requests.clear()
    with pytest.raises(PausedError, match=f"{ID}.*paid"):
        await account.wait(answer(body))
    assert len(account.api.requests) == 4
    assert (await account.wait(answer(body), answer(body), answer(done()))).urls == (FILE,)


async def test_f47_a_result_in_a_string_in_a_string_is_read(account: Account) -> None:
    assert (await account.ask(answer(done(json.dumps(json.dumps({"resultUrls": [FILE]})))))).urls == (FILE,)


async def test_f48_of_several_results_the_first_comes_first(account: Account) -> None:
    urls = [f"https://tempfile.example.com/{number}.mp4" for number in range(3)]
    assert (await account.ask(answer(done({"resultUrls": urls})))).urls == tuple(urls)


async def test_f51_in_a_storm_of_429_all_scenes_back_off_together(account: Account) -> None:
    storm = 30
    account.api.on(RECORD, *[coded(429, "Rate limit exceeded")] * storm, answer(RUNNING))
    states: list[TaskState] = []

    async def scene(client: KieClient) -> None:
        while True:
            try:
                states.append(await client.task(ID))
            except Unavailable:
                continue
            return

    async with account.open() as client:
        await asyncio.gather(*(scene(client) for _ in range(12)))
    asked, took_s = len(account.api.requests), account.clock.time_s - 1000
    assert [state.state for state in states] == ["running"] * 12
    assert asked == storm + 12  # no question beyond what its scene had to ask
    assert asked <= 8 * took_s


async def test_f51_the_pauses_grow_up_to_a_minute_and_end_with_the_storm(account: Account) -> None:
    busy = coded(429, "Rate limit exceeded")
    account.api.on(RECORD, *[busy] * 9, answer(RUNNING), busy, answer(RUNNING))
    at: list[float] = []
    async with account.open() as client:
        for throttled in (*[True] * 9, False, True, False):
            with pytest.raises(Unavailable, match="429") if throttled else nullcontext():
                await client.task(ID)
            at.append(account.clock.time_s)
    pauses = [after - before for before, after in itertools.pairwise(at)]
    for number, pause in enumerate(pauses[:9], start=1):
        most = min(2.0 ** min(number, 6), 60)
        assert most / 2 - 1e-6 <= pause <= most + 1e-6 or pause == pytest.approx(60)
    assert pauses[9] == 0
    assert 1 - 1e-6 <= pauses[10] <= 2 + 1e-6  # it begins from the bottom


@pytest.mark.parametrize(("header", "least", "most"), [("20", 20, 20), ("86400", 60, 60), ("junk", 1, 2)])
async def test_f51_retry_after_is_heard_up_to_a_minute(account: Account, header: str, least: int, most: int) -> None:
    account.api.on(RECORD, answer(b"", 429, {"Retry-After": header}), answer(RUNNING))
    async with account.open() as client:
        with pytest.raises(Unavailable):
            await client.task(ID)
        await client.task(ID)
    assert least - 1e-6 <= account.clock.time_s - 1000 <= most + 1e-6


async def test_f53_news_of_another_task_is_never_taken_for_ours(account: Account) -> None:
    failed = answer(done(taskId=OTHER_ID, state="fail", failMsg="not yours"))
    other = answer(done({"resultUrls": ["https://tempfile.example.com/other.mp4"]}, taskId=OTHER_ID))
    for act in (failed, other):
        state = await account.ask(act)
        assert (state.task_id, state.state, state.urls) == (ID, "unreadable", ())
        assert OTHER_ID in state.message
    assert (await account.wait(other, failed, answer(done()))).urls == (FILE,)


async def test_f53_news_of_another_model_is_no_news(account: Account) -> None:
    other = answer(done({"resultUrls": ["https://tempfile.example.com/other.mp4"]}, model="kling-3.0/video"))
    state = await account.wait(other, answer(done(model="sora-2")), model="sora-2")
    assert state.urls == (FILE,)


def flood(megabytes: int, sent: list[int], fields: dict[str, str]) -> Act:
    """An answer of so many megabytes, counting what could be sent of it."""

    def act(talk: Talk, _: Seen) -> None:
        talk.send(head(200, fields) + b'{"code": 200, "data": "')
        for _ in range(megabytes):
            talk.send(b" " * 1_000_000)
            sent.append(1_000_000)

    return act


@pytest.mark.parametrize("declared", [True, False])
async def test_f54_two_hundred_megabytes_of_json_are_not_read(account: Account, declared: bool) -> None:
    sent: list[int] = []
    length = {"Content-Length": str(200_000_023)} if declared else {}
    with pytest.raises(Unavailable, match="longer than 1 MiB"):
        await account.ask(flood(200, sent, {"Content-Type": "application/json", **length}))
    await asyncio.sleep(0.1)
    assert sum(sent) < 50_000_000  # what fits the sockets' buffers


@pytest.mark.parametrize("layers", [1, 2])
async def test_f54_a_gzip_bomb_is_not_unpacked(account: Account, layers: int) -> None:
    act = gzip_bomb() if layers == 1 else answer(b"x", headers={"Content-Encoding": "gzip, gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(Unavailable):
            await account.ask(act)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


async def test_f54_an_answer_that_drips_has_one_deadline_for_all_of_it(account: Account) -> None:
    with pytest.raises(Unavailable, match="no whole answer in time"):
        await account.ask(drip(json.dumps(RUNNING).encode() + b" " * 400, 0.02), question_s=0.4)
    assert len(account.api.requests) == 1


async def test_f54_exactly_a_mebibyte_is_read(account: Account) -> None:
    text = json.dumps(RUNNING).encode()
    limit = 1 << 20
    assert (await account.ask(answer(text + b" " * (limit - len(text))))).state == "running"
    with pytest.raises(Unavailable, match="longer"):
        await account.ask(answer(text + b" " * (limit - len(text) + 1)))


class Setback(FakeClock):
    """The wall clock goes back a day at every look, and the monotonic one does not."""

    looks = 0

    def now(self) -> datetime:
        self.looks += 1
        return super().now() - timedelta(days=self.looks)


async def test_f55_a_wall_clock_that_goes_back_changes_no_wait(account: Account) -> None:
    waits: list[list[float]] = []
    for clock in (FakeClock(), Setback()):
        account.api.requests.clear()
        with pytest.raises(PausedError, match=ID):
            await account.wait(answer(RUNNING), budget_s=1200.0, clock=clock)
        assert len(account.api.requests) > 60
        assert 1200 <= clock.time_s - 1000 <= 1230
        waits.append(clock.slept)
    assert waits[0] == waits[1]


async def test_f55_nor_does_it_change_the_pace_of_orders_or_the_patience_with_an_upload(account: Account) -> None:
    waits: list[list[float]] = []
    Drive(account.files)
    account.files.on("/f/", answer(b"", 404))
    for clock in (FakeClock(), Setback()):
        account.api.on(CREATE, answer(TAKEN))
        async with account.open(clock=clock) as client:
            for _ in range(3):
                await client.create(ORDER, sending=account.mark)
            with pytest.raises(Unavailable):
                await client.upload(PICTURE, name=NAME, mime="image/png")
        waits.append(clock.slept)
    assert waits[0] == waits[1]


async def test_outages_are_no_news_of_a_task(account: Account) -> None:
    for act in (rst, fin, cut_headers, html("<h1>down</h1>", 502), redirect("/elsewhere"), coded(455), coded(500)):
        account.api.requests.clear()
        with pytest.raises(Unavailable):
            await account.ask(act)
        assert len(account.api.requests) == 1  # asked again by its poller, at its pace
    with pytest.raises(Unavailable, match="in time"):
        await account.ask(hang, question_s=0.3)


async def test_a_task_id_cannot_change_the_question(account: Account) -> None:
    account.api.on(RECORD, coded(404))
    async with account.open() as client:
        await client.task("a/b?x=1&y #é")
    assert account.api.requests[0].path == f"{RECORD}?taskId=a%2Fb%3Fx%3D1%26y%20%23%C3%A9"


# ---------------------------------------------------------------------------------------------- other questions


async def test_balance_and_lists_are_asked_for(account: Account) -> None:
    models = {
        "total": 1,
        "models": [{"model": "kling-3.0/video", "title": "Kling 3.0", "taskType": ["image-to-video"]}],
    }
    about = "/api/v1/models/kling-3.0/video"
    api = account.api
    api.on(CREDIT, answer({"code": 200, "msg": "success", "data": 5916.25}))
    api.on("/api/v1/models", answer({"code": 200, "data": models}))
    api.on(f"{about}/price", answer({"code": 200, "data": {"pricingDesc": "14 credits per second"}}))
    async with account.open() as client:
        assert await client.balance() == 5916.25
        assert [(one.id, one.task_types) for one in await client.models()] == [("kling-3.0/video", ("image-to-video",))]
        for _ in range(3):
            assert await client.price("kling-3.0/video") == "14 credits per second"
    assert account.clock.time_s - 1000 >= 3  # one question a second to the lists


async def test_a_slash_in_a_models_name_is_encoded_where_it_must_be(account: Account) -> None:
    account.api.on("/api/v1/models/", coded(404, "not supported"))
    account.api.on("/api/v1/models/a%2Fb/price", answer({"code": 200, "data": {"pricingDesc": "3 credits"}}))
    async with account.open() as client:
        assert await client.price("a/b") == "3 credits"
        assert await client.price("c/d") == ""


@pytest.mark.parametrize("lost", [rst, fin, html("down", 503), coded(429)])
async def test_free_questions_are_asked_up_to_three_times(account: Account, lost: Act) -> None:
    account.api.on(CREDIT, lost, lost, answer({"code": 200, "data": "12.5"}))
    async with account.open() as client:
        assert await client.balance() == 12.5
        account.api.on(CREDIT, lost)
        with pytest.raises(Unavailable):
            await client.balance()
    assert len(account.api.requests) == 6


async def test_a_long_retry_after_is_told_and_not_waited_for(account: Account) -> None:
    account.api.on(CREDIT, answer(b"", 503, {"Retry-After": "3600"}))
    async with account.open() as client:
        with pytest.raises(Unavailable) as caught:
            await client.balance()
    assert caught.value.retry_after_s == 3600
    assert len(account.api.requests) == 1
    assert account.clock.slept == []


@pytest.mark.parametrize("data", [None, "many", {}, [], True])
async def test_a_balance_that_is_no_number_is_none(account: Account, data: Any) -> None:
    account.api.on(CREDIT, answer({"code": 200, "data": data}))
    async with account.open() as client:
        with pytest.raises(Unavailable, match="balance"):
            await client.balance()


@pytest.mark.parametrize("data", ["https://tempfile.example.com/new", {"url": " https://tempfile.example.com/new "}])
async def test_a_new_link_to_a_result(account: Account, data: Any) -> None:
    account.api.on("/api/v1/common/download-url", answer({"code": 200, "data": data}))
    async with account.open() as client:
        assert await client.download_link(FILE) == "https://tempfile.example.com/new"
    (seen,) = account.api.requests
    assert (seen.method, seen.json) == ("POST", {"url": FILE})


@pytest.mark.parametrize("act", [coded(422, "url is wrong"), answer({"code": 200, "data": "file:///etc/passwd"})])
async def test_a_link_that_is_none_is_not_given(account: Account, act: Act) -> None:
    account.api.on("/api/v1/common/download-url", act)
    async with account.open() as client:
        with pytest.raises(Unavailable, match="no new link"):
            await client.download_link(FILE)


# ------------------------------------------------------------------------------------------------------ uploads


async def test_a_file_is_uploaded_and_read_back(account: Account) -> None:
    drive = Drive(account.files)
    uploaded = await account.upload()
    assert uploaded == Uploaded(url=f"{account.files.url}/f/{NAME}", at="2026-11-23T12:00:00+00:00")
    assert drive.kept == {NAME: PICTURE}
    assert [(seen.method, seen.path) for seen in account.files.requests] == [("POST", STREAM), ("GET", f"/f/{NAME}")]
    assert account.api.dials == 0


@pytest.mark.parametrize("status", [404, 405, 400, 422])
@pytest.mark.parametrize("in_body", [False, True])
async def test_a_form_that_is_not_known_there_is_followed_by_the_next(
    account: Account, status: int, in_body: bool
) -> None:
    no = {"success": False, "code": status, "msg": "Missing required parameter: uploadPath"}
    refusal = answer(no) if in_body else answer(no, status)
    drive = Drive(account.files)
    account.files.on(STREAM, refusal)
    async with account.open() as client:
        first = await client.upload(PICTURE, name="a.png", mime="image/png")
        await client.upload(PICTURE, name="b.png", mime="image/png")
    assert first.url.endswith("/f/a.png")
    assert account.forms == ["stream", "base64", "base64"]  # the form that was taken is kept to
    assert drive.kept == {"a.png": PICTURE, "b.png": PICTURE}


async def test_the_simple_form_comes_last(account: Account) -> None:
    drive = Drive(account.files)
    account.files.on(STREAM, html("<h1>Not Found</h1>", 404))
    account.files.on(BASE64, answer({"success": False, "code": 400, "msg": "?"}, 400), drive.take)
    async with account.open() as client:
        await client.upload(PICTURE, name="a.png", mime="image/png")
        await client.upload(PICTURE, name="b.png", mime="image/png")
    assert account.forms == ["stream", "base64", "simple", "simple"]
    assert drive.kept == {"a.png": PICTURE, "b.png": PICTURE}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_other_refusals_do_not_change_the_form(account: Account, status: int) -> None:
    drive = Drive(account.files)
    account.files.on(STREAM, answer(b"", status), drive.take)
    await account.upload()
    assert account.forms == ["stream", "stream"]


async def test_refused_in_every_form_it_is_tried_thrice_and_the_first_refusal_is_told(account: Account) -> None:
    account.files.on(STREAM, answer({"code": 422, "msg": "picture is empty"}))
    account.files.on(BASE64, answer(b"", 404))
    with pytest.raises(Unavailable, match="422, picture is empty"):
        await account.upload()
    assert account.forms == ["stream", "base64", "simple"] * 3


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"fileUrl": "U"}},
        {"data": {"url": "U"}},
        {"data": "U"},
        {"downloadUrl": "U"},
        {"url": "U"},
        {"code": 200, "message": "ok", "data": {"fileUrl": "https://files.example.com/worse", "downloadUrl": "U"}},
    ],
)
async def test_the_address_of_a_file_in_other_shapes(account: Account, body: dict[str, Any]) -> None:
    url = f"{account.files.url}/f/{NAME}"
    account.files.on(STREAM, answer(json.dumps(body).replace('"U"', json.dumps(url))))
    account.files.on("/f/", answer(PICTURE))
    assert (await account.upload()).url == url


def paused_between_tries(clock: FakeClock) -> bool:
    """Three tries lie two pauses apart, of full jitter."""
    assert len(clock.slept) == 2
    return 0 <= clock.slept[0] <= 2 and 0 <= clock.slept[1] <= 4


async def test_f1_an_upload_host_that_refuses_is_tried_thrice(account: Account, closed_port: int) -> None:
    account.use(upload_url=f"http://127.0.0.1:{closed_port}")
    with pytest.raises(Unavailable, match="no connection"):
        await account.upload()
    assert paused_between_tries(account.clock)
    assert account.api.dials == 0  # nothing paid


async def test_f1_the_jitter_is_full(account: Account, closed_port: int) -> None:
    account.use(upload_url=f"http://127.0.0.1:{closed_port}")
    first: list[float] = []
    for _ in range(24):
        with pytest.raises(Unavailable):
            await account.upload()
        first.append(account.clock.slept[0])
        account.clock.slept.clear()
    assert min(first) < 1 < max(first)  # each half of the range is missed once in 2^23


@pytest.mark.parametrize("act", [rst, fin, cut_headers, html("busy", 503)])
async def test_f1_a_host_that_never_answers_well_is_tried_thrice(account: Account, act: Act) -> None:
    account.files.on(STREAM, act)
    with pytest.raises(Unavailable, match="could not be uploaded"):
        await account.upload()
    assert account.forms == ["stream"] * 3
    assert paused_between_tries(account.clock)


async def test_f2_a_lost_answer_is_repeated_under_the_same_name(account: Account) -> None:
    drive = Drive(account.files)

    def keep_and_reset(talk: Talk, seen: Seen) -> None:
        drive.keep(seen)
        talk.reset()

    account.files.on(STREAM, keep_and_reset, drive.take)
    uploaded = await account.upload()
    assert uploaded.url.endswith(f"/f/{NAME}")
    assert drive.kept == {NAME: PICTURE}  # one file, used once
    posts = [seen for seen in account.files.requests if seen.method == "POST"]
    assert [unpacked(seen) for seen in posts] == [(NAME, PICTURE)] * 2


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "code": 500, "msg": "<b>disk</b> \x1b[31mfull"},
        {"success": True, "code": 500, "msg": "<b>disk</b> \x1b[31mfull"},
        {
            "success": False,
            "message": "<b>disk</b> \x1b[31mfull",
            "data": {"downloadUrl": "https://files.example.com/a"},
        },
    ],
)
async def test_f3_a_failure_inside_a_success_is_one(account: Account, body: dict[str, Any]) -> None:
    account.files.on(STREAM, answer(body))
    with pytest.raises(Unavailable) as caught:
        await account.upload()
    assert account.forms == ["stream"] * 3
    assert not {"<", "\x1b"} & set(caught.value.message)
    if "code" in body:
        assert "disk [31mfull" in caught.value.message


async def test_f3_a_failure_that_passes_is_no_failure(account: Account) -> None:
    drive = Drive(account.files)
    account.files.on(STREAM, answer({"success": False, "code": 500, "msg": "busy"}), drive.take)
    assert (await account.upload()).url.endswith(NAME)


@pytest.mark.parametrize(
    "data",
    [
        {"fileName": "a.png"},
        {"downloadUrl": ""},
        {"downloadUrl": None},
        {"downloadUrl": "file:///etc/passwd"},
        "",
        None,
    ],
)
async def test_f4_an_upload_without_an_address_has_failed(account: Account, data: Any) -> None:
    account.files.on(STREAM, answer({"success": True, "code": 200, "msg": "ok", "data": data}))
    with pytest.raises(Unavailable, match="names no address"):
        await account.upload()
    assert account.forms == ["stream"] * 3


@pytest.mark.parametrize("act", [answer({"code": 401, "msg": "Invalid API Key"}), answer({"code": 401}, 401)])
async def test_f5_a_key_refused_here_names_the_host_that_did(account: Account, act: Act) -> None:
    account.use(upload_url=account.files.url.replace("127.0.0.1", "localhost"))
    account.files.on(STREAM, act)
    account.api.on(CREDIT, answer({"code": 200, "data": 7}))
    async with account.open() as client:
        with pytest.raises(CredentialsError, match="localhost"):
            await client.upload(PICTURE, name=NAME, mime="image/png")
        assert await client.balance() == 7  # fine on the other host
    assert account.forms == ["stream"]


@pytest.mark.parametrize("early", [answer(b"", 404), answer(b"", 403), rst, fin])
async def test_f6_a_file_that_is_not_there_yet_is_waited_for(account: Account, early: Act) -> None:
    drive = Drive(account.files)
    account.files.on("/f/", early, early, drive.serve)
    assert (await account.upload()).url.endswith(f"/f/{NAME}")
    assert account.clock.slept == [0.5, 1.0]
    assert account.forms == ["stream"]


async def test_f6_a_file_that_is_never_there_is_given_up_after_a_minute(account: Account) -> None:
    Drive(account.files)
    account.files.on("/f/", answer(b"", 404))
    with pytest.raises(Unavailable, match=r"cannot be read back.*404"):
        await account.upload()
    assert 50 <= account.clock.time_s - 1000 <= 60
    assert account.forms == ["stream"]


def longer_later(talk: Talk, _: Seen) -> None:
    """The file, and then one byte more."""
    talk.send(head(200, {"Content-Length": str(len(PICTURE) + 1)}) + PICTURE)
    talk.ended.wait(0.1)
    talk.send(b"x")


@pytest.mark.parametrize(
    "stale",
    [
        pytest.param(answer(bytes(len(PICTURE))), id="F7-same_length"),
        pytest.param(answer(PICTURE[:-1]), id="F7-shorter"),
        pytest.param(answer(PICTURE + b"x"), id="F7-longer"),
        pytest.param(longer_later, id="F7-longer_later"),
        pytest.param(answer(b""), id="F7-nothing"),
    ],
)
async def test_f7_other_bytes_than_were_sent_mean_a_new_name(account: Account, stale: Act) -> None:
    drive = Drive(account.files)
    account.files.on(f"/f/{NAME}", stale)
    uploaded = await account.upload()
    second = NAME.replace(".png", "-2.png")
    assert uploaded.url.endswith(f"/f/{second}")
    assert drive.kept == {NAME: PICTURE, second: PICTURE}


async def test_f7_three_names_are_enough(account: Account) -> None:
    drive = Drive(account.files)
    account.files.on("/f/", answer(b"something else"))
    with pytest.raises(Unavailable, match="other bytes"):
        await account.upload()
    assert [*drive.kept] == [NAME, NAME.replace(".png", "-2.png"), NAME.replace(".png", "-3.png")]


async def test_f7_a_file_that_comes_cut_is_read_again(account: Account) -> None:
    drive = Drive(account.files)
    account.files.on("/f/", cut_body(PICTURE, 100), drive.serve)
    assert (await account.upload()).url.endswith(f"/f/{NAME}")
    assert account.forms == ["stream"]


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a.png",
        "https://127.0.0.1/a.png",
        "https://2130706433/a.png",
        "https://[::1]/a.png",
        "https://10.0.0.8/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/a.png",
        "https://nas.local/a.png",
        "https://user:secret@files.example.com/a.png",
    ],
)
async def test_f8_an_address_nothing_may_be_loaded_from_is_refused(account: Account, url: str) -> None:
    account.files.on(STREAM, answer({"success": True, "code": 200, "data": {"downloadUrl": url}}))
    with pytest.raises(SceneRefusedError):
        await account.upload()
    assert account.forms == ["stream"]
    assert not account.resolved


async def test_f8_a_name_that_leads_inside_is_refused_before_it_is_dialled(account: Account) -> None:
    with KieServer() as trap:
        url = f"https://files.example.com:{trap.port}/a.png"
        account.files.on(STREAM, answer({"code": 200, "data": {"downloadUrl": url}}))

        async def inside(host: str, _: int) -> Sequence[str]:
            account.resolved.append(host)
            return ["127.0.0.1"]

        account.resolve = inside
        with pytest.raises(SceneRefusedError, match=r"files\.example\.com"):
            await account.upload()
        assert account.resolved == ["files.example.com"]
        assert trap.dials == 0


async def test_f9_a_picture_above_ten_megabytes_is_made_smaller_before_it_is_sent(
    account: Account, tmp_path: Path
) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (1080, 1920, 3), dtype=np.uint8)
    file = tmp_path / "noise.png"
    Image.fromarray(noise).save(file, compress_level=0)
    with file.open("ab") as end:
        end.write(bytes(10 * 1024 * 1024 + 1 - file.stat().st_size))
    assert file.stat().st_size == 10 * 1024 * 1024 + 1
    ready = prepare_upload(file, "16:9")
    assert len(ready.data) <= 9_500_000
    drive = Drive(account.files)
    await account.upload(ready.data)
    assert drive.kept == {NAME: ready.data}


@pytest.mark.parametrize("act", [answer(b"", 413), answer({"code": 413, "msg": "too large"})])
async def test_f9_a_host_that_takes_less_refuses_the_scene(account: Account, act: Act) -> None:
    account.files.on(STREAM, act)
    with pytest.raises(SceneRefusedError, match=f"{len(PICTURE)} bytes"):
        await account.upload()
    assert account.forms == ["stream"]


async def test_f10_a_day_later_the_same_picture_is_uploaded_anew(account: Account) -> None:
    drive = Drive(account.files)
    async with account.open() as client:
        first = await client.upload(PICTURE, name="scene-a1.png", mime="image/png")
        account.clock.time_s += 25 * 3600
        second = await client.upload(PICTURE, name="scene-a2.png", mime="image/png")
    assert first.url != second.url
    assert datetime.fromisoformat(second.at) - datetime.fromisoformat(first.at) == timedelta(hours=25)
    assert [*drive.kept] == ["scene-a1.png", "scene-a2.png"]


@pytest.mark.parametrize(("header", "wait_s"), [("5", 5.0), ("86400", 20.0), ("0.25", 0.25)])
async def test_an_upload_hears_retry_after_up_to_twenty_seconds(account: Account, header: str, wait_s: float) -> None:
    drive = Drive(account.files)
    account.files.on(STREAM, answer(b"", 429, {"Retry-After": header}), drive.take)
    await account.upload()
    assert account.clock.slept == [wait_s]


# -------------------------------------------------------------------------------------------------------- the key


async def tour(account: Account, client: KieClient) -> list[Any]:
    """Everything a client can be asked."""
    asked = (
        client.create(ORDER, sending=account.mark),
        client.task(ID),
        client.balance(),
        client.models(),
        client.price("a/b"),
        client.download_link(FILE),
        client.upload(PICTURE, name=NAME, mime="image/png"),
    )
    return [(await asyncio.gather(one, return_exceptions=True))[0] for one in asked]


async def test_the_key_goes_to_the_two_hosts_and_not_with_the_file(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Drive(account.files)
    account.api.on("/", answer(TAKEN))
    (tmp_path / ".netrc").write_text("default login someone password hidden\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with KieServer() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with account.open() as client:
            await tour(account, client)
        assert proxy.dials == 0
    sent = {(seen.path, seen.headers.get("authorization")) for seen in account.api.requests + account.files.requests}
    assert {path for path, key in sent if key == f"Bearer {KEY}"} >= {CREATE, STREAM, CREDIT, f"{RECORD}?taskId={ID}"}
    assert {path for path, key in sent if key is None} == {f"/f/{NAME}"}
    assert {key for _, key in sent} == {f"Bearer {KEY}", None}
    for seen in account.api.requests + account.files.requests:
        assert KEY.encode() not in seen.body
        assert KEY not in seen.path
        assert "hidden" not in repr(seen.headers)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_the_key_away(account: Account, status: int) -> None:
    with KieServer() as elsewhere:
        elsewhere.on("/", answer(TAKEN))
        account.api.on("/", redirect(elsewhere.url + "/x", status))
        account.files.on("/", redirect(elsewhere.url + "/x", status))
        async with account.open() as client:
            told = await tour(account, client)
            drive = Drive(account.files)
            drive.serve = redirect(elsewhere.url + "/x", status)
            account.files.on("/f/", redirect(elsewhere.url + "/x", status))
            with pytest.raises(SceneRefusedError):
                await client.upload(PICTURE, name=NAME, mime="image/png")
        assert elsewhere.dials == 0
    assert isinstance(told[0], Unknown)
    assert all(isinstance(one, Unavailable) for one in told[1:])


@pytest.mark.parametrize("key", [None, "", "   ", "two words", "line\nbreak", "schlüssel-0123456789"])
async def test_a_key_that_is_none_is_not_sent(account: Account, key: str | None) -> None:
    account.use(key=None if key is None else SecretStr(key))
    async with account.open() as client:
        told = await tour(account, client)
    assert all(isinstance(one, CredentialsError) for one in told)
    assert not any(key in str(one) for one in told if key and key.strip())
    assert account.api.dials == account.files.dials == 0
    assert not account.marks


async def test_a_quoted_key_is_blotted_out(account: Account) -> None:
    echo = f"Authorization: Bearer {KEY} ({KEY}) has no access permissions"
    account.api.on("/", coded(401, echo))
    account.files.on("/", coded(401, echo))
    async with account.open() as client:
        told = await tour(account, client)
    refused = told[0]
    assert isinstance(refused, Refused)
    assert refused.kind == "key"
    assert all(isinstance(one, CredentialsError) for one in told[1:])
    assert not any(KEY in repr(one) for one in told)
    account.api.on(CREATE, answer({"code": 500, "msg": echo}))
    account.api.on(RECORD, answer({"code": 200, "data": [echo]}))
    async with account.open() as client:
        told = await tour(account, client)
    assert isinstance(told[0], Unknown)
    assert isinstance(told[1], TaskState)
    assert told[1].raw
    assert not any(KEY in repr(one) + getattr(one, "raw", "") for one in told)
