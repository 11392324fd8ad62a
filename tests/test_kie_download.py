"""Fetching a bought clip: whole or not at all, without the key, and only from where it may come from.

Test names carry the rows of the fault catalogue. The hosts are raw sockets on this machine, told to the client as the
account's own; whatever else it dials is noted and refused.
"""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
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
    endless,
    fin,
    hang,
    head,
    html,
    redirect,
    rst,
)
from readme2video.animators.kie import KieAnimator
from readme2video.errors import OutputError, PausedError, SceneRefusedError
from readme2video.kie.clock import SYSTEM_CLOCK
from readme2video.kie.download import DownloadExpired, download
from readme2video.kie.hosts import check_address, open_public
from readme2video.model.film import Clip
from readme2video.public_hosts import system_resolve
from readme2video.settings import Kie, Settings
from readme2video.store import Store
from test_kie_animator import PROJECT, MakeShop, shop  # noqa: F401 - a fixture

KEY = "canary-key-0123456789abcdef"
PUBLIC = "https://files.example.com"
TRIES = 4
Servers = tuple[KieServer, KieServer, KieServer]
"""The API host, the file host, and one that must never be dialled."""


def box(kind: bytes, size_bytes: int, fill: bytes = b"x") -> bytes:
    body = (fill * (size_bytes // len(fill) + 1))[:size_bytes]
    return (8 + len(body)).to_bytes(4, "big") + kind + body


FTYP = box(b"ftyp", 24, b"isom")
MOVIE = FTYP + box(b"moov", 500) + box(b"mdat", 40_000, bytes(range(256)))
LATE_MOVIE = FTYP + box(b"mdat", 40_000, bytes(range(256))) + box(b"moov", 500)
OTHER = FTYP + box(b"moov", 500) + box(b"mdat", 40_000, bytes(range(255, -1, -1)))
"""As long as MOVIE, with other content."""


def mp4(data: bytes = MOVIE, etag: str = "", status: int = 200, **headers: str) -> Act:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(data, status, {**({"ETag": etag} if etag else {}), **named}, kind="video/mp4")


def cut(at: int, data: bytes = MOVIE, etag: str = "") -> Act:
    """Closed in the middle, with the whole length declared."""
    return cut_body(data, at, {"Content-Type": "video/mp4", **({"ETag": etag} if etag else {})})


def unmeasured(data: bytes) -> Act:
    """No length: the end of the connection is the end of the file."""
    return lambda talk, _: talk.send(head(200, {"Content-Type": "video/mp4"}) + data)


def rest(begin: int, data: bytes = MOVIE, etag: str = '"one"', span: str | None = None) -> Act:
    """A partial answer."""
    named = f"bytes {begin}-{len(data) - 1}/{len(data)}" if span is None else span
    fields = {"ETag": etag, **({"Content-Range": named} if named else {})}
    return answer(data[begin:], 206, fields, kind="video/mp4")


class Fetching:
    """A user's folder, an account whose hosts are two raw sockets, and what was dialled besides."""

    def __init__(self, folder: Path, server: KieServer, cdn: KieServer, refused: list[tuple[str, int]]) -> None:
        self.server = server
        self.cdn = cdn
        self.refused = refused
        self.target = folder / "clip.mp4"
        self.clock = FakeClock()
        self.account = Kie(base_url=server.url, upload_url=cdn.url, key=SecretStr(KEY))
        self.early: list[str] = []

    def serve(self, *acts: Act) -> None:
        """Script the file, noting whether its final name was there while it was being served."""

        def watched(act: Act) -> Act:
            def watch(talk: Talk, seen: Seen) -> None:
                if self.target.exists():
                    self.early.append(seen.path)
                act(talk, seen)

            return watch

        self.server.on("/clip", *map(watched, acts))

    async def fetch(self, url: str | None = None, **limits: Any) -> bytes:
        await download(
            url or f"{self.server.url}/clip.mp4", self.target, account=self.account, clock=self.clock, **limits
        )
        return self.target.read_bytes()

    @property
    def asked(self) -> list[str]:
        """The Range of every request for the file, "" for the whole."""
        return [seen.headers.get("range", "") for seen in self.server.seen("/clip")]

    @property
    def left(self) -> list[str]:
        return sorted(file.name for file in self.target.parent.iterdir())


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Dials to anywhere but this machine: noted, and refused as an unplugged network would."""
    dials: list[tuple[str, int]] = []
    connect = socket.socket.connect

    def plugged(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] != "127.0.0.1":
            dials.append(tuple(address[:2]))
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", plugged)
    return dials


@pytest.fixture(scope="module")
def servers():
    with KieServer() as server, KieServer() as cdn, KieServer() as trap:
        yield server, cdn, trap


@pytest.fixture
def here(servers: Servers, tmp_path: Path, refused: list[tuple[str, int]]):
    """In every test: the key goes nowhere, no name stands for a file that is not whole, no part is left."""
    folder = tmp_path / "clips"
    folder.mkdir()
    server, cdn, trap = servers
    for one in servers:
        one.requests.clear()
        one.dials = 0
        one._rows.clear()
    fetching = Fetching(folder, server, cdn, refused)
    yield fetching
    for seen in (*server.requests, *cdn.requests):
        assert seen.method == "GET"
        assert not {"authorization", "x-api-key", "cookie", "proxy-authorization"} & seen.headers.keys()
        assert KEY not in f"{seen.path} {seen.headers} {seen.body!r}"
    assert trap.dials == 0
    assert not fetching.early
    assert fetching.left in ([], ["clip.mp4"])


async def test_a_clip_is_fetched_whole(here: Fetching) -> None:
    here.serve(mp4())
    assert await here.fetch() == MOVIE
    assert here.asked == [""]
    (seen,) = here.server.requests
    assert seen.headers["user-agent"].startswith("readme2video/")
    assert seen.headers["accept-encoding"] == "identity"


async def test_a_new_clip_replaces_an_old_one_only_when_it_is_whole(here: Fetching) -> None:
    here.target.write_bytes(b"old")
    here.server.on("/clip", cut(999))
    with pytest.raises(PausedError):
        await here.fetch()
    assert here.target.read_bytes() == b"old"
    here.server.on("/clip", mp4())
    assert await here.fetch() == MOVIE


async def test_t9_the_key_is_never_sent_for_a_file_not_even_to_its_own_hosts(here: Fetching) -> None:
    """The account's API host, its upload host, over redirects between the two, and on a resumed request."""
    here.server.on("/clip.mp4", redirect(f"{here.cdn.url}/hop"))
    here.cdn.on("/hop", redirect(f"{here.server.url}/clip-final.mp4", 307))
    here.server.on("/clip-final.mp4", cut(5_000, etag='"one"'), rest(5_000))
    assert await here.fetch() == MOVIE
    seen = [*here.server.requests, *here.cdn.requests]
    assert len(seen) == 6  # two tries over three hops
    for request in seen:
        assert request.headers.keys() <= {
            "user-agent", "accept", "accept-encoding", "host", "connection", "range", "if-range",
        }  # fmt: skip
        assert not request.body


async def test_a_key_in_the_environment_or_in_netrc_is_not_picked_up(
    here: Fetching, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", here.cdn.url)
    monkeypatch.setenv("ALL_PROXY", here.cdn.url)
    here.serve(mp4())
    assert await here.fetch() == MOVIE  # the fixture looks for authorization
    assert not here.cdn.dials


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_f66_a_link_that_is_no_longer_served_is_said_at_once(here: Fetching, status: int) -> None:
    here.serve(html("<Error><Code>AccessDenied</Code></Error>", status))
    with pytest.raises(DownloadExpired, match=str(status)):
        await here.fetch()
    assert len(here.asked) == 1  # asking again is no use, a new link may be
    assert here.clock.slept == []


async def test_f66_a_link_that_expires_between_tries_is_said_too(here: Fetching) -> None:
    here.serve(cut(5_000, etag='"one"'), html("expired", 403))
    with pytest.raises(DownloadExpired):
        await here.fetch()
    assert here.left == []


async def test_f66_a_new_link_is_asked_for_and_the_clip_is_kept(shop: MakeShop) -> None:  # noqa: F811 - the fixture
    here = shop({"on": "result", "nth": [1, 2], "do": "status", "status": 403, "body": "denied"})
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    minted = [seen for seen in here.box.requests if "download_url" in seen.names]
    assert len(minted) == 2
    assert [bool(seen.query) for seen in here.box.requests if "result" in seen.names] == [False, True, True]
    assert len(here.box.orders) == 1


async def test_f67_a_link_that_is_gone_for_good_pauses_and_buys_nothing(shop: MakeShop) -> None:  # noqa: F811
    here = shop({"on": "result", "nth": "always", "do": "status", "status": 404, "body": "gone"})
    for runs in (1, 2):
        (gone,) = await here.buy()
        assert isinstance(gone, (PausedError, SceneRefusedError)), runs
        assert len(here.box.orders) == 1
    (attempt,) = here.attempts()
    assert attempt.task_id == here.box.orders[0].task_id
    assert attempt.state == "created"  # it stays paid, whoever asks
    here.box.clear()
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    assert len(here.box.orders) == 1


class Later:
    """The system's clock with the date moved on."""

    def __init__(self, **by: float) -> None:
        self.by = timedelta(**by)

    def monotonic(self) -> float:
        return SYSTEM_CLOCK.monotonic()

    def now(self) -> datetime:
        return SYSTEM_CLOCK.now() + self.by

    async def sleep(self, seconds: float) -> None:
        await SYSTEM_CLOCK.sleep(seconds)


async def test_f67_after_two_weeks_it_says_that_the_clip_is_gone_and_what_another_costs(shop: MakeShop) -> None:  # noqa: F811
    here = shop({"on": "result", "nth": "always", "do": "status", "status": 404, "body": "gone"})
    await here.buy()
    account = Kie(base_url=here.box.url, upload_url=here.box.url, key=SecretStr("k"), pace=0.01)
    store = Store(here.folder, here.events.append)
    settings = Settings(kie=account, out=here.folder)
    try:
        async with KieAnimator(settings, here.folder, here.events.append, clock=Later(days=15)) as animator:
            ((label, request),) = here.scenes(store, 1)
            await animator.plan(PROJECT, [(label, request)], [])
            with pytest.raises(SceneRefusedError, match="no longer available") as caught:
                await store(animator, request, label=label)
    finally:
        store.close()
    assert "$0.15" in caught.value.hint
    assert len(here.box.orders) == 1


FORBIDDEN = [
    "http://127.0.0.1:{trap}/x",
    "https://127.0.0.1:{trap}/x",
    "http://localhost:{trap}/x",
    "https://localhost:{trap}/x",
    "//127.0.0.1:{trap}/x",
    "http://[::1]:{trap}/x",
    "https://[::ffff:127.0.0.1]:{trap}/x",
    "https://2130706433:{trap}/x",
    "https://0x7f.1:{trap}/x",
    "https://127.1:{trap}/x",
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://10.0.0.1/x",
    "http://files.example.com/x",
    "https://user:word@files.example.com/x",
    "file:///etc/passwd",
    "ftp://files.example.com/x",
    "gopher://127.0.0.1:{trap}/_x",
    "data:video/mp4,x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://127.0.0.1:{trap}/x", "http://169.254.169.254/x", "file:///etc/passwd"])
async def test_f68_no_kind_of_redirect_leads_inside(here: Fetching, servers: Servers, where: str, status: int) -> None:
    await _redirected(here, servers[2], where, status)


@pytest.mark.parametrize("where", FORBIDDEN)
async def test_f68_a_redirect_to_where_nothing_may_be_loaded_from_is_refused(
    here: Fetching, servers: Servers, where: str
) -> None:
    await _redirected(here, servers[2], where, 302)


async def _redirected(here: Fetching, trap: KieServer, where: str, status: int) -> None:
    here.serve(redirect(where.format(trap=trap.port), status))
    with pytest.raises(SceneRefusedError, match="Kie named a file at"):
        await here.fetch()
    assert trap.dials == 0
    assert here.refused == []
    assert here.asked == [""]  # a refusal is not tried again
    assert here.left == []


async def test_f68_the_second_hop_is_checked_like_the_first(here: Fetching, servers: Servers) -> None:
    here.server.on("/clip.mp4", redirect("/next"))
    here.server.on("/next", redirect(f"http://127.0.0.1:{servers[2].port}/x"))
    with pytest.raises(SceneRefusedError):
        await here.fetch()
    assert [seen.path for seen in here.server.requests] == ["/clip.mp4", "/next"]


async def test_f69_three_hops_are_followed(here: Fetching) -> None:
    here.server.on("/clip.mp4", redirect("/a"))
    here.server.on("/a", redirect("b?x=1", 301))  # as seen from /a
    here.server.on("/b", redirect(f"{here.cdn.url}/c", 308))
    here.cdn.on("/c", mp4())
    assert await here.fetch() == MOVIE
    assert [seen.path for seen in here.server.requests] == ["/clip.mp4", "/a", "/b?x=1"]


@pytest.mark.parametrize(
    "where",
    [
        pytest.param("/clip.mp4", id="F69-loop"),
        pytest.param("", id="F69-nowhere"),
        pytest.param("/clip2", id="F69-long"),
    ],
)
async def test_f69_more_than_three_hops_are_too_many(here: Fetching, where: str) -> None:
    here.server.on("/clip", redirect(where))
    with pytest.raises(PausedError, match="redirects too often"):
        await here.fetch()
    assert len(here.server.requests) == TRIES * (1 + 3)
    assert here.left == []


@pytest.mark.parametrize("at", [0, 1, 7, 15, 16, 100, 20_000, len(MOVIE) - 1])
async def test_f70_a_truncated_file_is_gone_on_with(here: Fetching, at: int) -> None:
    here.serve(cut(at, etag='"one"'), rest(at) if at >= 16 else mp4(etag='"one"'))
    assert await here.fetch() == MOVIE
    assert here.asked == ["", f"bytes={at}-" if at >= 16 else ""]
    assert here.server.requests[1].headers.get("if-range") == ('"one"' if at >= 16 else None)


@pytest.mark.parametrize("etag", ["", 'W/"one"', "one", '""', '"a b"'])
async def test_f70_without_a_name_to_rely_on_it_begins_anew(here: Fetching, etag: str) -> None:
    here.serve(cut(20_000, etag=etag), mp4(etag=etag))
    assert await here.fetch() == MOVIE
    assert here.asked == ["", ""]


async def test_f70_a_rest_that_is_shorter_than_it_said_is_not_the_end(here: Fetching) -> None:
    """It ends where a box ends, so that only the length tells."""
    long = MOVIE + box(b"free", 2_000)
    fields = {"ETag": '"one"', "Content-Range": f"bytes 20000-{len(long) - 1}/{len(long)}"}
    here.serve(
        cut(20_000, long, '"one"'),
        answer(long[20_000 : len(MOVIE)], 206, fields, kind="video/mp4"),
        rest(len(MOVIE), long),
    )
    assert await here.fetch() == long
    assert here.asked == ["", "bytes=20000-", f"bytes={len(MOVIE)}-"]


async def test_f70_it_goes_on_as_often_as_it_is_cut(here: Fetching) -> None:
    def partly(begin: int, end: int) -> Act:
        fields = {"ETag": '"one"', "Content-Range": f"bytes {begin}-{len(MOVIE) - 1}/{len(MOVIE)}"}
        return cut_body(MOVIE[begin:], end - begin, fields, status=206)

    here.serve(cut(10_000, etag='"one"'), partly(10_000, 15_000), partly(15_000, 15_001), rest(15_001))
    assert await here.fetch() == MOVIE
    assert here.asked == ["", "bytes=10000-", "bytes=15000-", "bytes=15001-"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(cut(20_000), id="F70-length"),
        pytest.param(cut(0), id="F70-nothing"),
        pytest.param(cut_headers, id="F70-head"),
        pytest.param(chunk_noend(MOVIE), id="F70-chunks"),
        pytest.param(rst, id="F70-reset"),
        pytest.param(fin, id="F70-closed"),
        pytest.param(unmeasured(MOVIE[:20_000]), id="F71-no_length"),
        pytest.param(unmeasured(LATE_MOVIE[:-1]), id="F71-index_cut"),
        pytest.param(unmeasured(LATE_MOVIE[: -len(box(b"moov", 500))]), id="F71-index_missing"),
        pytest.param(unmeasured(MOVIE[: len(FTYP)]), id="F71-head_only"),
    ],
)
async def test_f70_f71_what_is_never_whole_never_gets_its_name(here: Fetching, act: Act) -> None:
    here.serve(act)
    with pytest.raises(PausedError) as caught:
        await here.fetch()
    assert type(caught.value) is PausedError
    assert "same command" in caught.value.hint
    assert len(here.asked) == TRIES
    assert here.left == []


@pytest.mark.parametrize("data", [MOVIE, LATE_MOVIE])
async def test_f71_truncated_without_a_length_is_noticed_by_its_boxes(here: Fetching, data: bytes) -> None:
    cuts = [len(data) * part // 7 for part in range(1, 4)]
    here.serve(*(unmeasured(data[:at]) for at in cuts), unmeasured(data))
    assert await here.fetch() == data
    assert here.asked == ["", "", "", ""]


async def test_f71_padding_behind_the_last_box_is_no_damage(here: Fetching) -> None:
    padded = MOVIE + bytes(5)
    here.serve(unmeasured(padded))
    assert await here.fetch() == padded


async def test_a_cut_in_each_hundredth_is_noticed(here: Fetching) -> None:
    for percent in range(1, 100):
        here.server.on("/clip", unmeasured(MOVIE[: len(MOVIE) * percent // 100]))
        with pytest.raises((PausedError, SceneRefusedError)):
            await here.fetch()
        assert here.left == [], percent


GZIPPED = answer(MOVIE, headers={"Content-Encoding": "gzip"}, kind="video/mp4")


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(html("<html><body>Access denied</body></html>"), id="F72-html"),
        pytest.param(mp4(b"<html><body>Access denied</body></html>"), id="F72-html_called_mp4"),
        pytest.param(mp4(b"#EXTM3U\n#EXT-X-TARGETDURATION:10\nfile:///etc/passwd\n"), id="F72-playlist"),
        pytest.param(mp4(b"\x89PNG\r\n\x1a\n" + bytes(999)), id="F72-picture"),
        pytest.param(mp4(b"\x1aE\xdf\xa3" + bytes(999)), id="F72-webm"),
        pytest.param(GZIPPED, id="F72-compressed"),
        pytest.param(mp4(b""), id="F73-zero"),
        pytest.param(unmeasured(b""), id="F73-zero_without_length"),
        pytest.param(mp4(MOVIE[:1]), id="F73-one_byte"),
        pytest.param(mp4(MOVIE[:8]), id="F73-eight_bytes"),
    ],
)
async def test_f72_f73_what_is_no_video_is_refused(here: Fetching, act: Act) -> None:
    here.serve(act)
    with pytest.raises(SceneRefusedError, match="no video"):
        await here.fetch()
    assert len(here.asked) == 2  # a page may stand in for a file once
    assert here.left == []


@pytest.mark.parametrize("act", [html("<html>one moment</html>"), mp4(b""), GZIPPED])
async def test_f72_f73_one_bad_page_is_forgiven(here: Fetching, act: Act) -> None:
    here.serve(act, mp4())
    assert await here.fetch() == MOVIE


async def test_f72_a_page_is_noticed_when_it_comes_byte_by_byte(here: Fetching) -> None:
    here.serve(drip(b"<html>", 0.01))
    with pytest.raises(SceneRefusedError, match="no video"):
        await here.fetch()


@pytest.mark.parametrize("status", [204, 300, 304, 400, 429, 500, 502, 503, 520])
async def test_other_answers_are_tried_again(here: Fetching, status: int) -> None:
    here.serve(answer(b"" if status in (204, 304) else b"busy", status), mp4())
    assert await here.fetch() == MOVIE
    (pause,) = here.clock.slept
    assert 0 < pause <= 1


@pytest.mark.parametrize(
    ("wanted", "least", "most"),
    [("7", 7, 7), ("86400", 20, 20), ("Mon, 23 Nov 2026 12:00:09 GMT", 8, 9), ("-5", 0, 1), ("soon", 0, 1)],
)
async def test_retry_after_is_heard_up_to_twenty_seconds(
    here: Fetching, wanted: str, least: float, most: float
) -> None:
    here.serve(answer(b"busy", 503, {"Retry-After": wanted}), mp4())
    await here.fetch()
    (pause,) = here.clock.slept
    assert least <= pause <= most


async def test_f74_fifty_gigabytes_are_refused_by_their_header(here: Fetching) -> None:
    sent = threading.Event()

    def huge(talk: Talk, _: Seen) -> None:
        talk.send(head(200, {"Content-Type": "video/mp4", "Content-Length": "50000000000"}))
        if talk.connection.recv(1) == b"":  # the client left before anything was sent
            sent.set()

    here.serve(huge)
    with pytest.raises(SceneRefusedError, match="larger than 500 MB"):
        await here.fetch()
    assert sent.wait(10)
    assert len(here.asked) == 1
    assert here.left == []


async def test_f74_an_endless_file_is_stopped_at_the_cap(here: Fetching) -> None:
    here.serve(endless(FTYP, bytes(16_384)))
    with pytest.raises(SceneRefusedError, match="larger than 3 MB"):
        await here.fetch(most_bytes=3_000_000)
    assert len(here.asked) == 1
    assert here.left == []


async def test_f74_the_cap_counts_what_was_there_before(here: Fetching) -> None:
    def going_on(talk: Talk, seen: Seen) -> None:
        begin = int(seen.headers["range"].removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {begin}-{len(MOVIE) - 1}/{len(MOVIE)}"
        talk.send(head(206, {"ETag": '"one"', "Content-Range": span}) + MOVIE[begin:] + bytes(200_000))

    here.serve(cut(20_000, etag='"one"'), going_on)
    with pytest.raises(SceneRefusedError, match="larger"):
        await here.fetch(most_bytes=50_000)
    assert here.left == []


@pytest.mark.parametrize("act", [mp4(), unmeasured(MOVIE)])
async def test_f74_exactly_the_cap_is_allowed_one_byte_more_is_not(here: Fetching, act: Act) -> None:
    here.serve(act)
    assert await here.fetch(most_bytes=len(MOVIE)) == MOVIE
    here.target.unlink()
    with pytest.raises(SceneRefusedError, match="larger"):
        await here.fetch(most_bytes=len(MOVIE) - 1)


@pytest.mark.parametrize("length", ["-1", "1e9", "0x10", "many", "5, 6"])
async def test_a_length_that_is_none_ends_in_a_pause(here: Fetching, length: str) -> None:
    here.serve(lambda talk, _: talk.send(head(200, {"Content-Length": length}) + MOVIE))
    with pytest.raises(PausedError):
        await here.fetch()
    assert here.left == []


async def test_f75_a_byte_a_second_is_given_up_after_a_minute(here: Fetching) -> None:
    """A second passes at each look; the real drops come faster."""
    here.clock.step_s = 1.0
    here.serve(drip(MOVIE[:3_000], 0.0005, {"Content-Type": "video/mp4", "Content-Length": str(len(MOVIE))}))
    with pytest.raises(PausedError, match="too slowly"):
        await here.fetch()
    assert len(here.asked) == TRIES
    assert here.left == []


async def test_f75_a_slow_try_may_be_followed_by_a_quick_one(here: Fetching) -> None:
    here.clock.step_s = 1.0
    fields = {"Content-Type": "video/mp4", "Content-Length": str(len(MOVIE)), "ETag": '"one"'}

    def quick(talk: Talk, seen: Seen) -> None:
        rest(int(seen.headers["range"].removeprefix("bytes=").removesuffix("-")))(talk, seen)

    here.serve(drip(MOVIE[:3_000], 0.0005, fields), quick)
    assert await here.fetch() == MOVIE
    assert len(here.asked) == 2


async def test_f75_what_comes_quickly_enough_may_take_long(here: Fetching) -> None:
    """More than a minute at over ten kilobytes a second."""
    here.clock.step_s = 1.0
    long = FTYP + box(b"moov", 500) + box(b"mdat", 6_000_000)
    here.serve(mp4(long))
    assert await here.fetch() == long
    assert len(here.asked) == 1
    assert here.clock.time_s > 1060


async def test_f75_silence_ends_by_its_own_deadline(here: Fetching) -> None:
    import httpx

    here.serve(hang)
    with pytest.raises(httpx.ReadTimeout):
        async with open_public(f"{here.server.url}/clip.mp4", here.account, read_s=0.2):
            pass


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(mp4(OTHER, etag='"two"'), id="F76-whole_other"),
        pytest.param(mp4(OTHER), id="F76-whole_unnamed"),
        pytest.param(mp4(OTHER, etag='"one"'), id="F76-whole_same_name"),
    ],
)
async def test_f76_a_whole_answer_to_a_resumed_request_begins_from_zero(here: Fetching, second: Act) -> None:
    here.serve(cut(20_000, etag='"one"'), second)
    assert await here.fetch() == OTHER
    assert here.asked == ["", "bytes=20000-"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(rest(20_000, OTHER, '"two"'), id="F76-other_name"),
        pytest.param(rest(20_000, OTHER, ""), id="F76-no_name"),
        pytest.param(rest(20_000, OTHER, 'W/"one"'), id="F76-weak_name"),
        pytest.param(rest(19_999, OTHER), id="F76-earlier"),
        pytest.param(rest(20_001, OTHER), id="F76-later"),
        pytest.param(rest(20_000, OTHER, span=""), id="F76-no_span"),
        pytest.param(rest(20_000, OTHER, span="bytes */40540"), id="F76-no_place"),
        pytest.param(rest(20_000, OTHER, span=f"bytes 20000-{len(OTHER) - 2}/{len(OTHER)}"), id="F76-not_to_the_end"),
        pytest.param(rest(20_000, OTHER, span=f"bytes 20000-{len(OTHER)}/{len(OTHER) + 1}"), id="F76-other_length"),
        pytest.param(rest(20_000, OTHER, span=f"bytes 20000-{len(OTHER) - 1}/*"), id="F76-unknown_length"),
        pytest.param(answer(b"", 416, {"Content-Range": "bytes */5"}), id="F76-nothing_there"),
    ],
)
async def test_f76_parts_that_do_not_belong_together_are_never_glued(here: Fetching, second: Act) -> None:
    here.serve(cut(20_000, etag='"one"'), second, mp4(OTHER, etag='"two"'))
    assert await here.fetch() == OTHER
    assert here.asked == ["", "bytes=20000-", ""]


async def test_f76_a_part_of_a_file_nobody_asked_for_is_not_a_file(here: Fetching) -> None:
    here.serve(rest(0))
    with pytest.raises(PausedError):
        await here.fetch()
    assert here.asked == [""] * TRIES


async def test_f76_a_part_file_left_by_a_killed_run_is_not_gone_on_with(here: Fetching) -> None:
    here.target.with_name("clip.mp4.part").write_bytes(OTHER[:20_000])
    here.serve(mp4(etag='"one"'))
    assert await here.fetch() == MOVIE
    assert here.asked == [""]


@pytest.mark.parametrize("etag", ["", '"one"'])
async def test_f77_content_that_changes_between_tries_is_one_or_the_other(here: Fetching, etag: str) -> None:
    """A host that honours If-Range, as it should."""
    tries = 0

    def changing(talk: Talk, seen: Seen) -> None:
        nonlocal tries
        tries += 1
        now = (MOVIE, OTHER)[tries % 2]
        name = f'"{hashlib.sha256(now).hexdigest()}"' if etag else ""
        if tries < 3:
            cut(20_000, now, name)(talk, seen)
        elif seen.headers.get("if-range") == name and etag:
            rest(20_000, now, name)(talk, seen)
        else:
            mp4(now, name)(talk, seen)

    here.serve(changing)
    assert await here.fetch() == OTHER
    assert here.asked == (["", "bytes=20000-", "bytes=20000-"] if etag else ["", "", ""])


async def test_f77_the_hash_of_a_clip_is_that_of_the_file_that_was_verified(shop: MakeShop) -> None:  # noqa: F811
    here = shop(
        {"on": "result", "nth": 1, "do": "cut_body", "percent": 60},
        {"on": "result", "nth": "2+", "do": "file", "kind": "changing"},
    )
    (clip,) = await here.buy()
    assert isinstance(clip, Clip)
    (kept,) = here.folder.glob("objects/*/*.mp4")
    data = kept.read_bytes()
    assert hashlib.sha256(data).hexdigest() == clip.video.sha256
    assert len(data) == clip.video.size_bytes
    assert len([seen for seen in here.box.requests if "result" in seen.names]) == 2
    (again,) = await here.buy()
    assert again == clip


async def test_f79_f82_a_folder_that_cannot_be_written_is_said_with_the_bytes_needed(here: Fetching) -> None:
    here.serve(mp4())
    here.target = here.target.parent / "missing" / "clip.mp4"
    try:
        with pytest.raises(OutputError, match=f"{len(MOVIE)} bytes are needed"):
            await here.fetch()
        assert not here.target.exists()
    finally:
        here.target = here.target.parent.parent / "clip.mp4"


ALLOWED = [
    "https://files.example.com/a.mp4",
    "https://files.example.com/a.mp4?sig=x&expires=1",
    "HTTPS://FILES.EXAMPLE.COM/a.mp4",
    "https://files.example.com./a.mp4",
    "https://files.example.com:8443/a.mp4",
    "https://8.8.8.8/a.mp4",
    "https://[2606:4700::1111]/a.mp4",
    "https://[::ffff:8.8.8.8]/a.mp4",
    "https://127.0.0.1.files.example.com/a.mp4",  # a name; where it leads is seen when it is resolved
]
OWN = [
    "http://127.0.0.1:9/a.mp4",
    "http://127.0.0.1:9/",
    "https://kieai.redpandaai.co/a.mp4",
    "https://kieai.redpandaai.co:443/a.mp4",
]
REFUSED = [
    # not https
    "http://files.example.com/a.mp4", "ftp://files.example.com/a", "file:///etc/passwd", "file://files.example.com/a",
    "data:video/mp4;base64,AAAA", "javascript:alert(1)", "//files.example.com/a", "files.example.com/a.mp4",
    "ws://files.example.com/a", "", "https", "https://", "https:///a", "https:/files.example.com/a",
    # nearly the account's own
    "http://127.0.0.1:10/a", "https://127.0.0.1:9/a", "http://localhost:9/a", "http://127.0.0.1/a",
    "http://kieai.redpandaai.co/a", "http://127.0.0.1:9@files.example.com/a", "http://me@127.0.0.1:9/a",
    # this machine and its network, in every spelling
    "https://127.0.0.1/a", "https://127.0.0.1./a", "https://127.1/a", "https://2130706433/a", "https://0x7f000001/a",
    "https://0x7f.1/a", "https://0x7f.0x0.0x0.0x1/a", "https://0177.0.0.1/a", "https://017700000001/a",
    "https://0/a", "https://0.0.0.0/a", "https://localhost/a", "https://LOCALHOST./a", "https://a.localhost/a",
    "https://10.0.0.1/a", "https://172.16.0.1/a", "https://192.168.1.1/a", "https://3232235777/a",
    "https://169.254.169.254/latest", "https://2852039166/latest", "https://100.64.0.1/a", "https://198.18.0.1/a",
    "https://192.0.2.1/a", "https://224.0.0.1/a", "https://240.0.0.1/a", "https://255.255.255.255/a",
    "https://printer/a", "https://nas.local/a", "https://metadata.google.internal/a", "https://router.lan/a",
    "https://[::1]/a", "https://[::]/a", "https://[::ffff:127.0.0.1]/a", "https://[::ffff:7f00:1]/a",
    "https://[::ffff:169.254.169.254]/a", "https://[::127.0.0.1]/a", "https://[fe80::1]/a", "https://[fe80::1%25eth0]/a",
    "https://[fc00::1]/a", "https://[fd00:ec2::254]/a", "https://[ff02::1]/a", "https://[2001:db8::1]/a",
    "https://[64:ff9b::7f00:1]/a", "https://[64:ff9b:1::7f00:1]/a", "https://[2002:7f00:1::]/a",
    "https://[2002:a00:1::1]/a", "https://[2001:0:0:0:0:0:80ff:fffe]/a",
    # addresses that read differently to different readers
    "https://user@files.example.com/a", "https://user:word@files.example.com/a", "https://files.example.com@127.0.0.1/a",
    "https://files.example.com\\@127.0.0.1/a", "https://files.example.com/a b", "https://files.example.com/a\r\nX: y",
    "https://files.example.com/\x00", " https://files.example.com/a", "https://①②⑦.⓪.⓪.①/a", "https://127。0。0。1/a",
    "https://%31%32%37.0.0.1/a", "https://127.0.0.1%2f.example.com/a", "https://1.2.3.4.5/a", "https://0x/a",
    "https://[::1/a", "https://[files.example.com]/a", "https://files.example.com:0/a",
    "https://files.example.com:65536/a", "https://files.example.com:99999/a", "https://files.example.com:-1/a",
    "https://files.example.com:x/a", f"https://files.example.com/{'a' * 5000}",
]  # fmt: skip
ACCOUNT = Kie(base_url="http://127.0.0.1:9", key=SecretStr(KEY))


@pytest.mark.parametrize("url", ALLOWED + OWN)
def test_the_host_rule_allows_public_https_and_the_account_itself(url: str) -> None:
    check_address(url, ACCOUNT)


@pytest.mark.parametrize("url", REFUSED)
def test_the_host_rule_refuses(url: str) -> None:
    with pytest.raises(SceneRefusedError, match="Kie named a file at ") as caught:
        check_address(url, ACCOUNT)
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()
    assert "word" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("url", REFUSED)
async def test_t8_what_the_host_rule_refuses_is_not_even_resolved(here: Fetching, url: str) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    own = here.account.base_url.rpartition(":")[2]
    with pytest.raises(SceneRefusedError):
        await here.fetch(url.replace(":9/", f":{int(own) - 1}/") or " ", resolve=resolve)
    assert asked == here.refused == here.server.requests == []
    assert here.server.dials == here.cdn.dials == 0


def test_a_refused_address_is_named_as_it_was_read() -> None:
    with pytest.raises(SceneRefusedError, match=r"at \[::1\], which is not a public address"):
        check_address("https://[::1]/a", ACCOUNT)
    with pytest.raises(SceneRefusedError, match=r"at http://127\.0\.0\.1:10, which is not https"):
        check_address("http://127.0.0.1:10/a", ACCOUNT)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["192.168.0.5"], ["169.254.169.254"], ["100.64.1.1"], ["0.0.0.0"], ["224.0.0.1"],
        ["::1"], ["fe80::1"], ["fe80::1%eth0"], ["fd00::1"], ["::ffff:127.0.0.1"], ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"], ["2002:7f00:1::"], ["nonsense"], [""],
        ["8.8.8.8", "127.0.0.1"], ["2606:4700::1111", "::1"], ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "10.0.0.1"],
    ],
)  # fmt: skip
async def test_t8_a_name_that_leads_inside_is_refused_and_not_dialled(here: Fetching, addresses: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    with pytest.raises(SceneRefusedError, match=r"files\.example\.com, which is not on a public address"):
        await here.fetch(f"{PUBLIC}:{here.server.port}/clip.mp4", resolve=resolve)
    assert here.refused == []
    assert here.server.dials == here.cdn.dials == 0


async def test_t8_what_is_dialled_is_the_very_address_that_was_checked(here: Fetching) -> None:
    """A name that leads outside at the first look and inside at the second."""
    looks: list[tuple[str, int]] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        looks.append((host, port))
        return ["8.8.8.8", "2606:4700::1111"] if len(looks) % 2 else ["127.0.0.1"]

    with pytest.raises(SceneRefusedError, match="not on a public address"):
        await here.fetch(f"{PUBLIC}:{here.server.port}/clip.mp4", resolve=rebinding)
    assert here.refused == [("8.8.8.8", here.server.port), ("2606:4700::1111", here.server.port)]
    assert looks == [("files.example.com", here.server.port)] * 2  # once for each try
    assert here.server.dials == 0


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
async def test_the_port_of_the_address_is_dialled(here: Fetching, port: str) -> None:
    async def resolve(host: str, number: int) -> Sequence[str]:
        assert number == (8443 if "8" in port else 443)
        return ["8.8.8.8"]

    with pytest.raises(PausedError, match=r"files\.example\.com cannot be reached: no connection"):
        await here.fetch(f"{PUBLIC}{port}/clip.mp4", resolve=resolve)
    assert here.refused == [("8.8.8.8", 8443 if "8" in port else 443)] * TRIES


async def test_at_most_three_addresses_of_a_name_are_tried(here: Fetching) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return [f"8.8.8.{number}" for number in range(1, 9)]

    with pytest.raises(PausedError):
        async with open_public(f"{PUBLIC}/clip.mp4", here.account, resolve=resolve):
            pass
    assert [address for address, _ in here.refused] == ["8.8.8.1", "8.8.8.2", "8.8.8.3"]


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_is_not_known_is_a_pause(here: Fetching, error: Exception) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(PausedError, match="the name is not known"):
        await here.fetch(f"{PUBLIC}/clip.mp4", resolve=resolve)
    assert len(here.clock.slept) == TRIES - 1


async def test_the_accounts_own_name_may_lead_to_this_machine_and_keeps_its_host_header(here: Fetching) -> None:
    looks: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        looks.append(host)
        return ["127.0.0.1"]

    here.account = Kie(base_url=f"http://kie.example.com:{here.server.port}", key=SecretStr(KEY))
    here.server.on("/clip.mp4", redirect("/clip2"))
    here.server.on("/clip2", mp4())
    assert await here.fetch(f"http://kie.example.com:{here.server.port}/clip.mp4", resolve=resolve) == MOVIE
    assert [seen.headers["host"] for seen in here.server.requests] == [f"kie.example.com:{here.server.port}"] * 2
    assert looks == ["kie.example.com"] * 2


async def test_the_system_finds_addresses() -> None:
    assert await system_resolve("127.0.0.1", 80) == ["127.0.0.1"]
    found: Callable[[str], bool] = {"127.0.0.1", "::1"}.__contains__
    assert all(found(address) for address in await system_resolve("localhost", 80))
