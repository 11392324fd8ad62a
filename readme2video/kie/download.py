"""Fetching a bought clip: without the key, within limits, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from readme2video.errors import OutputError, PausedError, SceneRefusedError
from readme2video.kie.answers import number_of, retry_after_s
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.kie.hosts import open_public
from readme2video.kie.wire import failure
from readme2video.public_hosts import Resolve, system_resolve
from readme2video.settings import Kie

if TYPE_CHECKING:
    import httpx

_TRIES = 4
_PAGES = 2
"""How often something that is no video is fetched, in case an outage page stood in for it."""
_PATIENCE_S = 20.0
_SLOW_S = 60.0
_SLOW_BYTES_PER_S = 10_000
_BOXES = 10_000
_HEAD_BYTES = 16
"""Enough to tell an MP4; less is no file, and not worth going on with."""
_GONE = {401, 403, 404, 410}
_LATER = "The clip is paid for and kept at Kie for a while; run the same command again soon."


class DownloadExpired(PausedError):  # noqa: N818 - what became of the link
    """The link is no longer served; a new one may be."""


class _AgainError(Exception):
    """Not this time. The text says why.

    Args:
        page: It was something else than a video.
        wait_s: As the host asked for.
    """

    def __init__(self, why: str, *, page: bool = False, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.page = page
        self.wait_s = wait_s


@dataclass
class _Part:
    """What is there of the file so far.

    Attributes:
        etag: Names the version; "" when it has no name that could be relied on.
        whole_bytes: Length of the whole file as declared; None when it was not.
    """

    path: Path
    most_bytes: int
    etag: str = ""
    whole_bytes: int | None = None

    @property
    def have_bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.etag, self.whole_bytes = "", None


async def download(
    url: str,
    target: Path,
    *,
    account: Kie,
    clock: Clock = SYSTEM_CLOCK,
    most_bytes: int = 500_000_000,
    resolve: Resolve = system_resolve,
) -> None:
    """Fetch a clip. ``target`` exists only when all of it is there and begins like an MP4; it is not decoded here.

    Args:
        url: As the provider gave it; loaded without our key.
        target: Replaced at the end; beside it lies ``.part`` meanwhile.
        most_bytes: Longer files are refused.

    Raises:
        DownloadExpired: The link is no longer served.
        PausedError: It broke off too often or was too slow.
        SceneRefusedError: An address that must not be dialled, a file too large, or something that is no video.
        OutputError: The disk is full or cannot be written.
    """
    part = _Part(target.with_name(target.name + ".part"), most_bytes)
    try:
        part.drop()
        await _fetch(url, part, account=account, clock=clock, resolve=resolve)
        await asyncio.to_thread(_settle, part.path, target)
    except OSError as error:
        needed = f" {part.whole_bytes} bytes are needed." if part.whole_bytes else ""
        raise OutputError(
            f"The clip could not be written to {target.parent}: {error.strerror or type(error).__name__}.{needed}",
            hint="Make room, then run the same command again; the clip is not bought twice.",
        ) from None
    finally:
        part.path.unlink(missing_ok=True)


async def _fetch(url: str, part: _Part, *, account: Kie, clock: Clock, resolve: Resolve) -> None:
    import httpx

    pages, problem = 0, "it could not be loaded"
    for attempt in range(1, _TRIES + 1):
        wait_s = None
        try:
            return await _once(url, part, account=account, clock=clock, resolve=resolve)
        except _AgainError as again:
            problem, wait_s, pages = str(again), again.wait_s, pages + again.page
            if pages == _PAGES:
                raise SceneRefusedError(f"What Kie serves as the clip is no video: {problem}.", hint=_LATER) from None
        except (httpx.HTTPError, TimeoutError) as error:
            problem = failure(error)
        except DownloadExpired:
            raise
        except PausedError as error:  # the host could not be reached
            problem = error.message
        if attempt < _TRIES:
            pause = random.uniform(0.5, 1.0) * 2.0 ** (attempt - 1)  # noqa: S311 - spreading load, no secret
            await clock.sleep(pause if wait_s is None else min(wait_s, _PATIENCE_S))
    raise PausedError(f"The clip could not be downloaded: {problem}.", hint=_LATER)


async def _once(url: str, part: _Part, *, account: Kie, clock: Clock, resolve: Resolve) -> None:
    """One request. What arrived stays in the part file, so that the next may go on there."""
    begun_at = part.have_bytes if part.etag and part.have_bytes >= _HEAD_BYTES else 0
    headers = {"Range": f"bytes={begun_at}-", "If-Range": part.etag} if begun_at else {}
    async with open_public(url, account, headers=headers, resolve=resolve) as response:
        if response.status_code == 416:  # there is nothing to go on with at that place
            part.drop()
        _check_status(response, clock)
        etag = response.headers.get("etag", "").strip()
        etag = etag if re.fullmatch(r'"[!-~]{1,200}"', etag) else ""  # a weak one promises no equal bytes
        if response.status_code == 206:
            if not begun_at or etag != part.etag or not _continues(response, begun_at, part.whole_bytes):
                part.drop()
                raise _AgainError("the host went on with another file than it began with")
        else:
            begun_at = 0
            part.drop()
            part.etag, part.whole_bytes = etag, _declared(response)
        _check_size(part.whole_bytes or 0, part.most_bytes)
        with part.path.open("ab" if begun_at else "wb") as file:
            await _receive(response, file, begun_at, part.most_bytes, clock)
    have = part.have_bytes
    if part.whole_bytes is not None and have != part.whole_bytes:
        raise _AgainError(f"{have} of {part.whole_bytes} bytes arrived")
    if have < _HEAD_BYTES:
        part.drop()
        raise _AgainError(f"it has only {have} bytes", page=True)
    if not await asyncio.to_thread(_is_whole, part.path, have):
        part.drop()
        raise _AgainError("the file ends too early")


def _check_status(response: httpx.Response, clock: Clock) -> None:
    status = response.status_code
    if status in _GONE:
        raise DownloadExpired(f"The link to the clip is no longer served ({status}).", hint=_LATER)
    if status not in (200, 206):
        wait_s = retry_after_s(response.headers.get("retry-after", ""), clock.now())
        raise _AgainError(f"the file host answers with {status}", wait_s=wait_s)
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise _AgainError("it came compressed", page=True)


def _declared(response: httpx.Response) -> int | None:
    length = number_of(response.headers.get("content-length"))
    return int(length) if length is not None and length >= 0 else None


def _continues(response: httpx.Response, begun_at: int, whole_bytes: int | None) -> bool:
    """Whether a partial answer goes on exactly where the part file ends, to the end of the same length."""
    match = re.fullmatch(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", response.headers.get("content-range", "").strip())
    if match is None:
        return False
    first, last, whole = (int(text) for text in match.groups())
    return first == begun_at and last == whole - 1 and whole_bytes in (None, whole)


def _check_size(size_bytes: int, most_bytes: int) -> None:
    if size_bytes > most_bytes:
        raise SceneRefusedError(
            f"What Kie serves as the clip is larger than {most_bytes // 1_000_000} MB.",
            hint="Nothing of it is kept. Look at the task on https://kie.ai/logs.",
        )


async def _receive(response: httpx.Response, file: BinaryIO, have: int, most_bytes: int, clock: Clock) -> None:
    """Write what comes, as long as it comes quickly enough and begins like an MP4."""
    head = b""
    window_at, window_bytes = clock.monotonic(), 0
    async for chunk in response.aiter_raw():
        if have < _HEAD_BYTES:
            head += chunk
            if len(head) >= 8 and head[4:8] != b"ftyp":
                raise _AgainError(f"it begins with {head[:8]!r}", page=True)
        have += len(chunk)
        window_bytes += len(chunk)
        _check_size(have, most_bytes)
        file.write(chunk)
        elapsed_s = clock.monotonic() - window_at
        if elapsed_s >= _SLOW_S:
            if window_bytes < _SLOW_BYTES_PER_S * elapsed_s:
                raise _AgainError("it comes too slowly")
            window_at, window_bytes = clock.monotonic(), 0


def _is_whole(path: Path, size_bytes: int) -> bool:
    """Whether the boxes an MP4 is made of end where the file ends; a file cut off on the way does not."""
    position, kinds = 0, set()
    with path.open("rb") as file:
        for _ in range(_BOXES):
            file.seek(position)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4]), header[4:8]
            if length == 1:
                length = int.from_bytes(header[8:16])
            if len(header) < 8 or length < 8:  # the end, a box up to the end, or padding after the last
                kinds.add(kind)
                break
            kinds.add(kind)
            position += length
            if position > size_bytes:
                return False
    return b"moov" in kinds


def _settle(part: Path, target: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
