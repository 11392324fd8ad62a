"""What the commands do that serve: ``sandbox`` and ``callbacks``. They run until Ctrl-C or SIGTERM."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from readme2video.cli.run import guarded
from readme2video.cli.terminal import clean


def sandbox(
    *,
    port: int = 0,
    job_s: float = 6.0,
    balance: float = 1000.0,
    faults: Path | None = None,
    models: tuple[str, ...] | None = None,
    webhook_key: str | None = None,
    distort: bool = False,
) -> int:
    """``sandbox``: the stand-in, until it is stopped.

    Args:
        job_s: Seconds a clip takes.
        balance: Credits at the start.
        faults: A JSON file with a list of faults, as ``readme2video/sandbox/faults.py`` describes them.
        models: Ids that are served; all by default.
    """

    def work() -> int:
        from readme2video.errors import UsageError
        from readme2video.sandbox import Sandbox

        if not 0 <= port <= 65535:
            raise UsageError(f"--port: {port} is not a port.", hint="0 takes any free one.")
        if job_s < 0 or balance < 0:
            raise UsageError("--job-seconds and --credits cannot be negative.")
        script = _script(faults) if faults is not None else []
        with (
            _stopped() as wait,
            Sandbox(
                port=port,
                job_s=job_s,
                credits=balance,
                models=models,
                faults=script,
                webhook_key=webhook_key,
                distort=distort,
            ) as box,
        ):
            for name, value in box.environment.items():
                print(f"export {name}={shlex.quote(value)}")
            print("# In another terminal, with the lines above: readme2video make .")
            print(f"# Balance, orders and messages: {box.url}/   Stop with Ctrl-C.", flush=True)
            wait()
        return 0

    return guarded(work)


def callbacks(out: Path | None, *, listen: str, tolerance_s: float | None = None) -> int:
    """``callbacks``: the receiver, until it is stopped.

    Args:
        listen: ``HOST:PORT``.
        tolerance_s: How far a signature's timestamp may be off; five minutes by default.
    """

    def work() -> int:
        from readme2video.callbacks import TOLERANCE_S, make_server, receiver
        from readme2video.settings import load_settings

        host, port = _address(listen)
        settings = load_settings({"out": out}, os.environ, Path.cwd())
        key = settings.kie.webhook_key
        app = receiver(
            settings.out / ".store",
            webhook_key=key.get_secret_value() if key else None,
            now=time.time,
            tolerance_s=TOLERANCE_S if tolerance_s is None else tolerance_s,
        )
        with _stopped() as wait, _listening(host, port) as listener:
            server = make_server(app)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="callbacks")
            thread.start()
            shown = f"[{host}]" if ":" in host else host
            print(f"Receiving on http://{shown}:{listener.getsockname()[1]}/cb/… for {clean(str(settings.out))}.")
            print(
                "Make it reachable from outside by https, and run `readme2video make … --callback-url URL`.", flush=True
            )
            if key is None:
                print("KIE_WEBHOOK_KEY is not set: signatures are not checked.", file=sys.stderr, flush=True)
            try:
                wait(thread.is_alive)
            finally:
                server.should_exit = True
                thread.join()
        return 0

    return guarded(work)


def _listening(host: str, port: int) -> socket.socket:
    from readme2video.errors import MachineError

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise MachineError(
            f"Nothing can listen on {clean(host)}:{port}: {os.strerror(error.errno or 0)}.",
            hint="Choose another with --listen.",
        ) from None


def _address(listen: str) -> tuple[str, int]:
    from readme2video.errors import UsageError

    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"--listen: {clean(listen)!r} is no address.", hint="For instance 127.0.0.1:8787.")
    return host, int(port)


def _script(file: Path) -> list[Mapping[str, Any]]:
    from readme2video.errors import UsageError

    try:
        faults = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"--faults: {file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--faults: {file} is not valid JSON: {error}.") from None
    if not isinstance(faults, list):
        raise UsageError(
            f"--faults: {file} must hold a list.", hint='As in [{"on": "create", "nth": 2, "do": "accept_rst"}].'
        )
    return faults


@contextmanager
def _stopped() -> Iterator[Callable[..., None]]:
    """Gives a function that waits for Ctrl-C or SIGTERM, or until what it is given says no."""
    stop = threading.Event()
    wanted = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}

    def wait(alive: Callable[[], bool] = lambda: True) -> None:
        while alive() and not stop.wait(0.2):  # in slices: some systems do not interrupt a wait
            pass

    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
