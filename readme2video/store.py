"""The store: every result once, by the content of its request; records last, writes atomic, safe under kill -9.

Layout below the folder::

    objects/ab/abcd….png     files by the SHA-256 of their bytes, never changed
    records/<stage>/<key>.json   results by the hash of stage, fingerprint and request
    work/<run>/               scratch of a running process, under its own lock; left-overs are removed at the next start
    locks/<name>.lock         one holder per output folder
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from readme2video.engine import Engine, Level
from readme2video.errors import LockedError, OutputError, Readme2VideoError
from readme2video.events import Emit, Notice, WorkDone, WorkFailed, WorkProgressed, WorkStarted
from readme2video.model.record import Artifact, Record

RequestT = TypeVar("RequestT", bound=Record)
ResultT = TypeVar("ResultT", bound=Record)
Item = TypeVar("Item")
Value = TypeVar("Value")
OtherValue = TypeVar("OtherValue")

_CHUNK = 1 << 20


class Store:
    """Runs engines and remembers their results.

    Args:
        folder: Where the store lies; made when missing.
        emit: Gets an event at every start, progress and end.
        again: ``STAGE`` or ``STAGE:LABEL`` whose kept results are not used.
        clock: Monotonic seconds.

    Raises:
        OutputError: The folder cannot be made or written.
    """

    def __init__(
        self,
        folder: Path,
        emit: Emit,
        *,
        again: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._emit = emit
        self._again = frozenset(again)
        self._clock = clock
        self._flying: dict[str, asyncio.Future[Any]] = {}
        self._limits: dict[str, asyncio.Semaphore] = {}
        with disk(folder):
            self.new = not (folder / "records").exists()
            for name in ("objects", "records", "work", "locks"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            self._sweep()
            # Locked before it exists, so that no other process can take it for a left-over.
            self._scratch = folder / "work" / f"run-{uuid.uuid4().hex}"
            self._alive = FileLock(self._scratch.with_suffix(".lock"))
            self._alive.acquire(blocking=False)
            self._scratch.mkdir()

    def close(self) -> None:
        """Remove this process's scratch."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._alive.release()
        with suppress(OSError):
            self._scratch.with_suffix(".lock").unlink()

    async def __call__(self, engine: Engine[RequestT, ResultT], request: RequestT, *, label: str = "") -> ResultT:
        """The engine's result for this request: the kept one if there is one, else performed now and kept.

        Args:
            label: The scene it is for, in events and for ``again``; not part of the key.

        Raises:
            Readme2VideoError: Whatever the engine raised.
        """
        key = self._key(engine, request)
        if key in self._flying:
            return await asyncio.shield(self._flying[key])
        flying = self._flying[key] = asyncio.get_running_loop().create_future()
        try:
            result = await self._once(engine, request, key, label)
        except BaseException as error:
            flying.set_exception(
                error if isinstance(error, Exception) else Readme2VideoError("The run was interrupted.")
            )
            flying.exception()  # seen: nobody may be waiting for it
            raise
        else:
            flying.set_result(result)
            return result
        finally:
            del self._flying[key]

    def kept(self, engine: Engine[RequestT, ResultT], request: RequestT, *, label: str = "") -> ResultT | None:
        """The result that is kept and would be used; None when it would have to be made. Says nothing."""
        return None if self._anew(engine, label) else self._kept(engine, self._key(engine, request))

    def has(self, engine: Engine[RequestT, ResultT], request: RequestT, *, label: str = "") -> bool:
        """Whether a result is kept that would be used."""
        return self.kept(engine, request, label=label) is not None

    async def each(self, items: Iterable[Item], function: Callable[[Item], Awaitable[Value]]) -> list[Value]:
        """Run a function over all items side by side and return the results in their order.

        When one fails, the others are cancelled (an engine in the middle of an order shields itself), all are
        waited for, and the first failure is raised.
        """

        async def one(item: Item) -> Value:
            return await function(item)

        tasks = [asyncio.ensure_future(one(item)) for item in items]
        await _all_or_first_failure(tasks)
        return [task.result() for task in tasks]

    async def both(
        self, one: Coroutine[Any, Any, Value], other: Coroutine[Any, Any, OtherValue]
    ) -> tuple[Value, OtherValue]:
        """Two works of different kinds side by side; failures as in ``each``."""
        first, second = asyncio.ensure_future(one), asyncio.ensure_future(other)
        await _all_or_first_failure((first, second))
        return first.result(), second.result()

    @staticmethod
    def once(function: Callable[[int], Coroutine[Any, Any, Value]]) -> Callable[[int], Awaitable[Value]]:
        """Let several callers await the same work: it starts with the first call for a place."""
        tasks: dict[int, asyncio.Task[Value]] = {}

        async def shared(place: int) -> Value:
            if place not in tasks:
                tasks[place] = asyncio.ensure_future(function(place))
            return await tasks[place]

        return shared

    def path(self, artifact: Artifact) -> Path:
        """Where an artifact's bytes lie. Read-only: the bytes belong to every record that names them."""
        return self._folder / "objects" / artifact.sha256[:2] / f"{artifact.sha256}{artifact.suffix}"

    def keep(self, file: Path, suffix: str) -> Artifact:
        """Move a finished file into the store, durably.

        Raises:
            OutputError: The disk refused it.
        """
        with disk(self._folder):
            digest = hashlib.sha256()
            with file.open("rb+") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                os.fsync(stream.fileno())
            artifact = Artifact(sha256=digest.hexdigest(), suffix=suffix, size_bytes=file.stat().st_size)
            target = self.path(artifact)
            target.parent.mkdir(exist_ok=True)
            file.chmod(0o444)
            file.replace(target)
            _sync_folder(target.parent)
        return artifact

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        """Put bytes into the store, durably."""
        with disk(self._folder):
            handle, name = tempfile.mkstemp(dir=self._scratch)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
        return self.keep(Path(name), suffix)

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Hold an output folder for this run.

        Raises:
            LockedError: Another run holds it; the message names its process and start.
        """
        lock = FileLock(self._folder / "locks" / f"{name}.lock")
        about = self._folder / "locks" / f"{name}.json"
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise LockedError(
                f"Another run holds {name}: {_holder(about)}.",
                hint="Wait until it is done, stop it, or choose another folder with --out.",
            ) from None
        except OSError as error:
            raise OutputError(f"{self._folder} cannot be locked: {error.strerror or error}.") from None
        try:
            with disk(self._folder):
                about.write_text(
                    json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")})
                )
            yield
        finally:
            with suppress(OSError):
                about.unlink()
            lock.release()

    # ------------------------------------------------------------------------------------------------ inside

    def _key(self, engine: Engine[Any, Any], request: Record) -> str:
        said = {"stage": engine.stage, "fingerprint": engine.fingerprint, "request": request.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    async def _once(self, engine: Engine[RequestT, ResultT], request: RequestT, key: str, label: str) -> ResultT:
        stage = engine.stage
        if not self._anew(engine, label):
            kept = self._kept(engine, key)
            if kept is not None:
                self._emit(WorkDone(stage, label, reused=True, took_s=0.0))
                return kept
        limit = self._limits.setdefault(engine.fingerprint, asyncio.Semaphore(engine.parallel))
        async with limit:
            self._emit(WorkStarted(stage, label))
            began = self._clock()
            work = _Work(self, Path(tempfile.mkdtemp(dir=self._scratch)), stage, label, self._emit)
            try:
                with disk(self._folder):
                    result = await engine.perform(request, work)
                self._remember(engine, key, label, result)
            except Readme2VideoError as error:
                error.scene = error.scene or (label.split("@", maxsplit=1)[0] or None)
                self._emit(WorkFailed(stage, label, error.message))
                raise
            finally:
                shutil.rmtree(work.folder, ignore_errors=True)
            self._emit(WorkDone(stage, label, reused=False, took_s=self._clock() - began))
            return result

    def _anew(self, engine: Engine[Any, Any], label: str) -> bool:
        stage, scene = engine.stage, label.split("@", maxsplit=1)[0]
        return bool(self._again & {stage, f"{stage}:{label}", f"{stage}:{scene}"})

    def _record_path(self, engine: Engine[Any, Any], key: str) -> Path:
        return self._folder / "records" / engine.stage / f"{key}.json"

    def _kept(self, engine: Engine[Any, ResultT], key: str) -> ResultT | None:
        """The kept result, if its record reads back and all its files are there in full length."""
        try:
            record = json.loads(self._record_path(engine, key).read_bytes())
            result = engine.output.model_validate_json(json.dumps(record["result"]))
            if all(self.path(a).stat().st_size == a.size_bytes for a in artifacts(result)):
                return result
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            pass
        return None

    def _remember(self, engine: Engine[Any, Any], key: str, label: str, result: Record) -> None:
        with disk(self._folder):
            target = self._record_path(engine, key)
            target.parent.mkdir(parents=True, exist_ok=True)
            record = {
                "fingerprint": engine.fingerprint,
                "label": label,
                "result": result.model_dump(mode="json"),
            }
            handle, name = tempfile.mkstemp(dir=self._scratch)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(record, stream, ensure_ascii=False)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(target)
            _sync_folder(target.parent)

    def _sweep(self) -> None:
        """Remove the scratch of processes that are gone: their lock can be taken."""
        for left in (self._folder / "work").glob("run-*"):
            if not left.is_dir():
                continue
            lock = FileLock(left.with_suffix(".lock"))
            try:
                lock.acquire(blocking=False)
            except (Timeout, OSError):
                continue
            shutil.rmtree(left, ignore_errors=True)
            lock.release()
            with suppress(OSError):
                left.with_suffix(".lock").unlink()


async def _all_or_first_failure(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Wait for all; when one fails, the others are cancelled and waited for, and the first failure is raised."""
    tasks = tuple(tasks)
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Work:
    """What the store lends an engine for one performance; see ``engine.Work``."""

    def __init__(self, store: Store, folder: Path, stage: Any, label: str, emit: Emit) -> None:
        self._store, self.folder, self._stage, self.label, self._emit = store, folder, stage, label, emit

    def path(self, artifact: Artifact) -> Path:
        return self._store.path(artifact)

    def keep(self, file: Path, suffix: str) -> Artifact:
        return self._store.keep(file, suffix)

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        return self._store.keep_bytes(data, suffix)

    def progress(self, fraction: float) -> None:
        self._emit(WorkProgressed(self._stage, self.label, fraction))

    def notice(self, message: str, level: Level = "warning") -> None:
        self._emit(Notice(level, message))


def artifacts(value: object) -> Iterator[Artifact]:
    """All artifacts a record names, at any depth."""
    if isinstance(value, Artifact):
        yield value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from artifacts(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from artifacts(item)


@contextmanager
def disk(folder: Path) -> Iterator[None]:
    """Turn the disk's refusals into an error a person can act on.

    Raises:
        OutputError: The folder cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be used: {error.strerror or error}.",
            hint="Free some space or choose a writable folder with --out.",
        ) from error


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open folders; its rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def holder(store: Path, name: str) -> str | None:
    """Who holds an output folder now, in words; None when nobody does.

    Args:
        store: The store's folder.
        name: The output folder's name.
    """
    lock = FileLock(store / "locks" / f"{name}.lock")
    if not Path(lock.lock_file).exists():
        return None
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return _holder(store / "locks" / f"{name}.json")
    lock.release()
    return None


def _holder(about: Path) -> str:
    try:
        said = json.loads(about.read_text())
        return f"process {int(said['pid'])}, started {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that is just starting or ending"
