"""What is wrong with an answer as a whole: another task, another file. How its bytes go wrong is ``wire.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from readme2video.sandbox.exchange import Answer, Request
from readme2video.sandbox.faults import Fault
from readme2video.sandbox.wire import Wire, replaced

_HTML = b"<html><body>Access denied</body></html>"
_PNG = b"\x89PNG\r\n\x1a\n"


async def misbehave(
    wire: Wire,
    fault: Fault,
    true: Answer,
    request: Request,
    *,
    earlier: str | None,
    count: int,
    odd: Callable[[str], Awaitable[bytes]],
) -> None:
    """Answer as a fault says.

    Args:
        earlier: The id of the order before.
        count: A number that grows from request to request.
        odd: Makes a valid file that is not the one that was ordered, by its kind.
    """
    if fault.do == "file":
        kind = str(fault.get("kind"))
        if kind in ("huge", "endless"):
            await wire.shaped(Fault("file_without_end", fault.table), true, request.method)
            return
        data = _wrong(kind, true.body, fault, count)
        if data is None:
            data = await odd(kind)
        # No ETag: this is not the file that was announced.
        mime = "text/html" if kind == "html" else true.headers.get("Content-Type", "video/mp4")
        await wire.answer(Answer(200, data, {"Content-Type": mime}), request.method)
    elif fault.do == "same_task" and true.job is not None:
        patch = {"data.taskId": earlier, "data.recordId": earlier} if earlier else {}
        await wire.answer(replaced(Fault("patch", {"set": patch}), true), request.method)
    elif fault.do == "loop":
        status = int(fault.get("status", 302))
        await wire.answer(Answer(status, b"", {"Location": request.target}), request.method)
    elif fault.do == "slow":
        await asyncio.sleep(float(fault.get("s", 10)))
        await wire.answer(true, request.method)
    else:
        await wire.shaped(fault, true, request.method)


def _wrong(kind: str, data: bytes, fault: Fault, count: int) -> bytes | None:
    """The bytes sent instead; None for kinds that have to be made."""
    return {
        "html": _HTML,
        "zero": b"",
        "one_byte": data[:1],
        "truncated": data[: int(len(data) * float(fault.get("percent", 50)) / 100)],
        "wrong_type": _PNG + bytes(1000),
        "other": b"other" + data,
        "changing": data + count.to_bytes(4, "big"),
    }.get(kind)
