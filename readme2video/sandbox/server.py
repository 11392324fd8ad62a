"""The stand-in as a whole: a server in a thread of its own, with its books, fault script and clip makers."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from readme2video.errors import MachineError, Readme2VideoError
from readme2video.sandbox.account import Account, BoughtOrder, Job, SeenRequest
from readme2video.sandbox.claude import AskedClaude
from readme2video.sandbox.clips import ClipPlan, make_clip, odd_clip, picture_facts, reduced
from readme2video.sandbox.exchange import Answer, Request
from readme2video.sandbox.faults import Fault, FaultScript
from readme2video.sandbox.hooks import Hooks
from readme2video.sandbox.misdeeds import misbehave
from readme2video.sandbox.routes import answer, names_of
from readme2video.sandbox.wire import Ending, Leave, Wire

_HOST = "127.0.0.1"
_START_S = 30.0
_STOP_S = 10.0
_MAKERS = 2


class Sandbox:
    """A local stand-in of Kie and Claude: the whole paid road, free. A context manager.

    Orders cost play money, results are real clips made from the uploaded pictures, storyboards are quotes of the
    README that was sent, and a fault script makes it misbehave; see ``faults.py``. It listens on 127.0.0.1 only, takes
    any key, and reads nothing from outside.

    Args:
        port: 0 for any free one.
        folder: Scratch; a temporary one by default, removed at the end.
        job_s: Seconds a task takes (at least as long as its clip takes to be made).
        credits: The balance at the start.
        models: Ids that are served; all known ones by default, the retired Sora among them.
        faults: The fault script.
        webhook_key: Signs callbacks.
        distort: Clips bend their picture, as models bend small words.
        zoom: How much a clip enlarges its picture up to its end.
        creates_per_10_s: More orders are refused with 429, as the provider does; None for no limit.
        short_side_px: Clips are made no larger than this, where their sharpness is not looked at; None for the
            model's own size.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        folder: Path | None = None,
        job_s: float = 2.0,
        credits: float = 1000.0,  # noqa: A002 - the field's term
        models: Sequence[str] | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
        webhook_key: str | None = None,
        distort: bool = False,
        zoom: float = 0.04,
        creates_per_10_s: int | None = 20,
        short_side_px: int | None = None,
    ) -> None:
        self._port = port
        self._own_folder = folder is None
        self._folder = folder
        self._webhook_key = webhook_key
        self._distort = distort
        self._zoom = zoom
        self._short_side_px = short_side_px
        served = tuple(models) if models is not None else None
        self._account = Account(credits=credits, served=served, job_s=job_s, creates_per_10_s=creates_per_10_s)
        self._first_faults = tuple(faults)
        self._faults = FaultScript(faults)
        self._hooks = Hooks(self._account, webhook_key)
        self._requests: list[SeenRequest] = []
        self._connections = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Event | None = None
        self._stop_clips = threading.Event()
        self._makers: ThreadPoolExecutor | None = None
        self._start_error: OSError | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return self._account.url

    @property
    def environment(self) -> dict[str, str]:
        """What to set so that a run talks to it."""
        signing = {"KIE_WEBHOOK_KEY": self._webhook_key} if self._webhook_key else {}
        keys = {"KIE_API_KEY": "sandbox", "ANTHROPIC_API_KEY": "sandbox"}
        return {"KIE_BASE_URL": self.url, "ANTHROPIC_BASE_URL": self.url, **keys, **signing}

    @property
    def orders(self) -> list[BoughtOrder]:
        """Every accepted order, oldest first."""
        return self._account.orders()

    @property
    def claude(self) -> list[AskedClaude]:
        """Every message that was asked for and answered, oldest first."""
        return list(self._account.claude.asked)

    @property
    def requests(self) -> list[SeenRequest]:
        """Every request, oldest first."""
        return list(self._requests)

    @property
    def balance(self) -> float:
        """Credits left."""
        return self._account.balance

    @property
    def callbacks(self) -> list[tuple[str, int]]:
        """Address and HTTP status (0: unreachable) of every callback that was sent."""
        return list(self._hooks.sent)

    def script(self, *faults: Mapping[str, Any]) -> None:
        """Add faults to the script.

        Raises:
            UsageError: An unknown target, action or parameter.
        """
        self._faults.add(faults)
        self._refuse(faults)

    def clear(self) -> None:
        """Forget all faults and open the port again."""
        self._faults.clear()
        self._run(self._listen())

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="readme2video-sandbox-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        self._makers = ThreadPoolExecutor(_MAKERS, thread_name_prefix="sandbox-clip")
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="sandbox", daemon=True)
        self._thread.start()
        ready.wait(_START_S)
        if self._start_error is not None or not self.url:
            self.__exit__()
            reason = self._start_error.strerror if self._start_error else "it did not start in time"
            raise MachineError(
                f"The stand-in cannot listen on {_HOST}:{self._port}: {reason}.",
                hint="Choose another port, or 0 for any free one.",
            )
        self._refuse(self._first_faults)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_clips.set()
        if self._loop is not None and self._ended is not None and not self._loop.is_closed():
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._ended.set)
        if self._thread is not None:
            self._thread.join(_STOP_S)
        if self._makers is not None:
            self._makers.shutdown(wait=True, cancel_futures=True)
        if self._own_folder and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _refuse(self, faults: Sequence[Mapping[str, Any]]) -> None:
        for fault in faults:
            if fault["do"] == "refuse":
                self._run(self._shut(fault.get("for_s")))

    # Inside its own thread.

    def _serve(self, ready: threading.Event) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._main(ready))

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        try:
            await self._listen()
        except OSError as error:
            self._start_error = error
            ready.set()
            return
        self._account.url = f"http://{_HOST}:{self._port}"
        ready.set()
        await self._ended.wait()
        if self._server is not None:
            self._server.close()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._hooks.close()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, _HOST, self._port, backlog=256)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _shut(self, for_s: float | None) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if for_s is not None:
            self._begin(self._open_after(float(for_s)))

    async def _open_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._listen()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None or self._loop.is_closed():
            work.close()
            return
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_S)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(self._talk(reader, writer))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        wire = Wire(reader, writer)
        end: Ending = "drop"  # when the stand-in stops
        try:
            fault = self._faults.take(("connect",), "", "connect")
            if fault is not None:
                await wire.shaped(fault, Answer(), "GET")
            while (head := await wire.head()) is not None:
                await self._exchange(wire, number, *head)
            end = "close"
        except Leave as leave:
            end = "reset" if leave.reset else "close"
        finally:
            await wire.close(end)

    async def _exchange(self, wire: Wire, number: int, method: str, target: str, headers: dict[str, str]) -> None:
        at = time.monotonic()
        names = names_of(method, unquote(urlsplit(target).path))
        early = self._faults.take(names, target, "early")
        request = Request(method, target, headers, b"" if early else await wire.body())
        text = f"{target}\n{request.body.decode('utf-8', 'replace')}" if len(request.body) < 1_000_000 else target
        fault = early or self._faults.take(names, text, "answer")
        self._requests.append(request.seen(at=at, connection=number, names=names, fault=fault.do if fault else ""))
        if early is not None:
            await wire.shaped(early, Answer(), method)
        true = Answer()
        if fault is None or fault.booked:
            fate = self._faults.take(("job",), text, "job") if "create" in names else None
            true = answer(
                self._account,
                # What is not the file that was announced is not a part of it either.
                replace(request, headers={}) if fault is not None and fault.do == "file" else request,
                fate.table if fate else None,
                fault,
            )
            if true.job is not None:
                await self._begin_job(true.job, fault, self._faults.take(names, text, "callback"))
        if fault is None or fault.do == "simple":
            await wire.answer(true, method)
        else:
            await self._misbehave(wire, fault, true, request)

    async def _misbehave(self, wire: Wire, fault: Fault, true: Answer, request: Request) -> None:
        own = true.job.order.task_id if true.job else None
        earlier = [order.task_id for order in self.orders if order.task_id != own]
        await misbehave(
            wire,
            fault,
            true,
            request,
            earlier=earlier[-1] if earlier else None,
            count=len(self._requests),
            odd=lambda kind: self._made(odd_clip, kind, self._scratch),
        )

    async def _made(self, make: Callable[..., bytes], *arguments: object) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._makers, make, *arguments)

    @property
    def _scratch(self) -> Path:
        assert self._folder is not None  # noqa: S101 - while it runs
        return self._folder

    async def _begin_job(self, job: Job, fault: Fault | None, hook: Fault | None) -> None:
        if fault is not None:
            self._account.answered(job.order.task_id, fault.do)
        how = hook.table if hook else {}
        if float(how.get("delay_s", 0)) < 0:
            await self._hooks.deliver(job, how)
            self._begin(self._make(job))
        else:
            self._begin(self._make_and_tell(job, how))

    async def _make_and_tell(self, job: Job, how: Mapping[str, Any]) -> None:
        await self._make(job)
        if job.stuck:
            return
        while job.state(self._account.clock()) not in ("success", "fail"):
            left = job.ready_at - self._account.clock()
            await asyncio.sleep(min(3600.0, max(0.01, left)))
        self._account.settle()
        await asyncio.sleep(float(how.get("delay_s", 0)))
        await self._hooks.deliver(job, how)

    async def _make(self, job: Job) -> None:
        if job.fail is not None:
            return
        facts = picture_facts(job.picture) if job.picture else None
        size = job.product.size(job.given, facts[1] if facts else None)
        plan = ClipPlan(
            picture=job.picture,
            size_px=size if self._short_side_px is None else reduced(size, self._short_side_px),
            seconds=job.product.length_s(job.given),
            zoom=self._zoom,
            distort=self._distort,
            sound=job.product.has_sound(job.given),
        )
        clip: bytes | None = None
        with suppress(Readme2VideoError, InterruptedError):
            clip = await self._made(make_clip, plan, self._scratch, self._stop_clips)
        self._account.finished(job, clip)
