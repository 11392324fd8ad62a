"""One connection of the stand-in: requests in, answers out, and every way an answer can go wrong on its way."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Literal

import h11

from readme2video.sandbox.exchange import Answer
from readme2video.sandbox.faults import Fault

_MOST_BODY_BYTES = 64_000_000
_CHUNK = 65_536
_DECLARED_HUGE = 50_000_000_000
_FTYP = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


class Leave(Exception):  # noqa: N818 - not an error: the connection is over
    """The connection ends here; ``reset`` says whether by RST."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


Ending = Literal["close", "reset", "drop"]
"""By FIN when all is sent; by RST; at once, what was not sent is dropped."""

Head = tuple[str, str, dict[str, str]]
"""Method, target, headers by lower-case name."""


class Wire:
    """A connection with its parser."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_CHUNK)

    async def head(self) -> Head | None:
        """The next request's head, None when the client is done."""
        event = await self._next()
        if not isinstance(event, h11.Request):
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
        return event.method.decode("latin-1"), event.target.decode("latin-1"), headers

    async def body(self) -> bytes:
        """The rest of the request."""
        if self._parser.they_are_waiting_for_100_continue:
            await self._send(self._parser.send(h11.InformationalResponse(status_code=100, headers=[])))
        parts: list[bytes] = []
        size = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                size += len(event.data)
                if size > _MOST_BODY_BYTES:
                    await self.answer(Answer.text("Payload Too Large", 413), "POST")
                    raise Leave
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return b"".join(parts)
            else:
                raise Leave

    async def _next(self) -> object:
        while True:
            try:
                event = self._parser.next_event()
            except h11.RemoteProtocolError:
                await self._send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                raise Leave from None
            if event is not h11.NEED_DATA:
                return event
            try:
                self._parser.receive_data(await self._reader.read(_CHUNK))
            except OSError:
                raise Leave from None

    async def answer(self, answer: Answer, method: str) -> None:
        """Send a true answer, ready for the next request."""
        headers = [("Content-Length", str(len(answer.body))), *answer.headers.items()]
        reason = _reason(answer.status)
        response = h11.Response(status_code=answer.status, headers=headers, reason=reason)
        data = self._parser.send(response) or b""
        if method != "HEAD" and answer.status not in (204, 304):
            data += self._parser.send(h11.Data(data=answer.body)) or b""
        data += self._parser.send(h11.EndOfMessage()) or b""
        await self._send(data)
        if self._parser.our_state is not h11.DONE:
            raise Leave
        self._parser.start_next_cycle()

    async def silence(self, seconds: float | None = None) -> None:
        """Say nothing until the client leaves or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                with suppress(OSError):
                    while await self._reader.read(_CHUNK):
                        pass
        raise Leave

    async def shaped(self, fault: Fault, answer: Answer, method: str) -> None:
        """Send an answer the way a fault wants it; always the connection's last."""
        shape = _SHAPES.get(fault.do)
        if shape is None:
            await self.answer(replaced(fault, answer), method)
            return
        await shape(self, fault, answer)
        raise Leave

    async def raw(self, parts: AsyncIterator[bytes] | Iterable[bytes]) -> None:
        """Bytes as they are."""
        if isinstance(parts, AsyncIterator):
            async for part in parts:
                await self._send(part)
            return
        for part in parts:
            await self._send(part)

    async def _send(self, data: bytes | None) -> None:
        if not data:
            return
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            raise Leave from None

    async def close(self, how: Ending) -> None:
        """End the connection."""
        if how == "close":
            self._writer.close()
        else:
            self._abort(reset=how == "reset")
        try:
            await self._writer.wait_closed()
        except OSError:
            pass
        except asyncio.CancelledError:  # the stand-in stops and the client does not read
            self._abort(reset=False)
            raise

    def _abort(self, *, reset: bool) -> None:
        if reset:
            linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
            with suppress(OSError):
                self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # 520 and its like have no registered phrase
        return ""


def _head(answer: Answer, extra: dict[str, str]) -> bytes:
    reason = _reason(answer.status)
    fields = {**answer.headers, **extra, "Connection": "close"}
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def replaced(fault: Fault, answer: Answer) -> Answer:
    """The answer given instead of the true one, as a whole."""
    do = fault.do
    headers = {str(name): str(value) for name, value in (fault.get("headers") or {}).items()}
    if do == "status":
        body = fault.get("body", "")
        told = Answer.of(body) if not isinstance(body, str) else Answer.text(body, 200, "text/html")
        return Answer(int(fault.get("status", 500)), told.body, {**told.headers, **headers})
    if do == "body":
        told = Answer.of(fault.get("json"), int(fault.get("status", 200)))
        return Answer(told.status, told.body, {**told.headers, **headers})
    if do == "html":
        page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
        return Answer.text(str(fault.get("text", page)), int(fault.get("status", 200)), "text/html")
    if do == "redirect":
        return Answer(int(fault.get("status", 302)), b"", {"Location": str(fault.get("url", "/"))})
    if do == "patch":
        told = json.loads(answer.body)
        for path, value in (fault.get("set") or {}).items():
            told = patched(told, path, value)
        return Answer(answer.status, json.dumps(told).encode(), answer.headers)
    return answer


def patched(told: Any, path: str, value: Any) -> Any:
    """JSON with the value at a dotted path changed; None removes it, "" as path changes the whole."""
    if not path:
        return value
    name, _, rest = path.partition(".")
    if not isinstance(told, dict):
        told = {}
    if not rest and value is None:
        return {key: old for key, old in told.items() if key != name}
    return {**told, name: patched(told.get(name), rest, value) if rest else value}


async def _hang(wire: Wire, fault: Fault, _: Answer) -> None:
    await wire.silence(fault.get("s"))


async def _reset(_: Wire, __: Fault, ___: Answer) -> None:
    raise Leave(reset=True)


async def _nothing(_: Wire, __: Fault, ___: Answer) -> None:
    raise Leave


async def _raw(wire: Wire, fault: Fault, _: Answer) -> None:
    await wire.raw([str(fault.get("bytes", "")).encode("latin-1", "replace")])


async def _cut_headers(wire: Wire, _: Fault, answer: Answer) -> None:
    head = _head(answer, {"Content-Length": str(len(answer.body))})
    await wire.raw([head[: len(head) // 2]])


async def _cut_body(wire: Wire, fault: Fault, answer: Answer) -> None:
    size = len(answer.body)
    kept = int(fault.get("n", size * float(fault.get("percent", 50)) / 100))
    lengths = {} if fault.get("length") is False else {"Content-Length": str(size)}
    await wire.raw([_head(answer, lengths), answer.body[: min(kept, max(0, size - 1))]])


async def _chunk_noend(wire: Wire, _: Fault, answer: Answer) -> None:
    await wire.raw([
        _head(answer, {"Transfer-Encoding": "chunked"}), f"{len(answer.body):x}\r\n".encode(), answer.body, b"\r\n",
    ])  # fmt: skip


async def _drip(wire: Wire, fault: Fault, answer: Answer) -> None:
    per_s = float(fault.get("per_s", 1))
    step = max(1, round(per_s / 10))
    await wire.raw([_head(answer, {"Content-Length": str(len(answer.body))})])
    for start in range(0, len(answer.body), step):
        await wire.raw([answer.body[start : start + step]])
        await asyncio.sleep(step / per_s)


async def _bomb(wire: Wire, fault: Fault, _: Answer) -> None:
    size = int(float(fault.get("size_mb", 200)) * 1_000_000)
    kind = {"Content-Type": "application/json"}
    if fault.do == "huge_json":
        await wire.raw([_head(Answer(200, b"", kind), {"Content-Length": str(size)})])
        await wire.raw(b" " * min(_CHUNK, size - start) for start in range(0, size, _CHUNK))
        return
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * _CHUNK) for _ in range(size // _CHUNK + 1)) + packer.flush()
    extra = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    await wire.raw([_head(Answer(200, b"", kind), extra), packed])


async def _huge(wire: Wire, fault: Fault, answer: Answer) -> None:
    """A file that never ends: declared with 50 GB, or with no length at all."""
    declared = fault.get("kind") == "huge"
    lengths = {"Content-Length": str(_DECLARED_HUGE)} if declared else {}
    await wire.raw([_head(answer, lengths), _FTYP])
    while True:
        await wire.raw([bytes(_CHUNK * 4)])


Shape = Callable[[Wire, Fault, Answer], Awaitable[None]]
_SHAPES: dict[str, Shape] = {
    "blackhole": _hang,
    "accept_hang": _hang,
    "accept_rst": _reset,
    "rst_before": _reset,
    "accept_fin": _nothing,
    "raw": _raw,
    "cut_headers": _cut_headers,
    "cut_body": _cut_body,
    "chunk_noend": _chunk_noend,
    "drip": _drip,
    "gzip_bomb": _bomb,
    "huge_json": _bomb,
    "file_without_end": _huge,
}
