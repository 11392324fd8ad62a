"""A small raw-socket HTTP server that can misbehave in every way a network can, and a clock that does not wait."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Talk:
    """One connection: what an answer may do with it."""

    def __init__(self, connection: socket.socket, ended: threading.Event) -> None:
        self.connection = connection
        self.ended = ended

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Act = Callable[[Talk, Seen], None]


def answer(
    body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> Act:
    """An ordinary answer; anything but bytes and text is sent as JSON."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fields = {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}
    return raw(head(status, fields) + data)


def head(status: int, fields: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in fields.items()), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def html(body: str, status: int = 200) -> Act:
    return answer(body, status, kind="text/html")


def raw(data: bytes) -> Act:
    return lambda talk, _: talk.send(data)


def redirect(where: str, status: int = 302) -> Act:
    return answer(b"", status, {"Location": where})


def rst(talk: Talk, _: Seen) -> None:
    talk.reset()


def fin(talk: Talk, _: Seen) -> None:
    pass


def hang(talk: Talk, _: Seen) -> None:
    talk.ended.wait(20)


def cut_headers(talk: Talk, _: Seen) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


def cut_body(body: bytes, at: int, headers: Mapping[str, str] | None = None, status: int = 200) -> Act:
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    return raw(head(status, fields) + body[:at])


def chunk_noend(body: bytes) -> Act:
    return raw(head(200, {"Transfer-Encoding": "chunked"}) + f"{len(body):x}\r\n".encode() + body + b"\r\n")


def gzip_bomb(size_bytes: int = 200_000_000) -> Act:
    data = gzip.compress(b'{"code": 200, "data": "' + bytes(size_bytes) + b'"}')
    return answer(data, headers={"Content-Encoding": "gzip"})


def drip(data: bytes, pause_s: float, fields: Mapping[str, str] | None = None) -> Act:
    def act(talk: Talk, _: Seen) -> None:
        talk.send(head(200, fields or {"Content-Type": "application/json"}))
        for byte in data:
            if talk.ended.wait(pause_s):
                return
            talk.send(bytes([byte]))

    return act


def endless(first: bytes, piece: bytes = bytes(65536)) -> Act:
    def act(talk: Talk, _: Seen) -> None:
        talk.send(head(200, {"Content-Type": "video/mp4"}) + first)
        while not talk.ended.is_set():
            talk.send(piece)

    return act


class KieServer:
    """Answers on 127.0.0.1 by script: per path prefix a row of acts, the last of which stays."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Seen] = []
        self.dials = 0
        self.reset_unread = 0  # connections to reset before anything is read
        self._tls = tls
        self._rows: dict[str, list[Act]] = {}
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.1)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    def on(self, prefix: str, *acts: Act) -> None:
        with self._lock:
            self._rows[prefix] = list(acts)

    def seen(self, prefix: str) -> list[Seen]:
        return [request for request in self.requests if request.path.startswith(prefix)]

    def __enter__(self) -> Self:
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(OSError):  # some systems shut down connections only
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the acceptor
        self._acceptor.join(5)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.dials += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            talk = Talk(connection, self._ended)
            if self.reset_unread:
                self.reset_unread -= 1
                connection.recv(1, socket.MSG_PEEK)  # it came, and is not read
                talk.reset()
                return
            request = _read(connection)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                rows = [prefix for prefix in self._rows if request.path.startswith(prefix)]
                row = self._rows[max(rows, key=len)] if rows else [answer({"code": 404}, 404)]
                act = row[0] if len(row) == 1 else row.pop(0)
            act(talk, request)
        except OSError:
            pass
        finally:
            connection.close()


def _read(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        body += connection.recv(65536)
    method, path, _ = first.split(" ")
    return Seen(method, path, headers, body)


class FakeClock:
    """Time that passes only by sleeping, and by ``step_s`` at every look."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.time_s = 1000.0
        self.step_s = step_s
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.time_s += self.step_s
        return self.time_s

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC) + timedelta(seconds=self.time_s - 1000)

    async def sleep(self, seconds: float) -> None:
        import asyncio

        self.slept.append(seconds)
        self.time_s += max(seconds, 0.0)
        await asyncio.sleep(0)
