"""The callback receiver. It only wakes whoever waits for a clip: state never comes from a callback.

An order may carry ``<base>/cb/<attempt id>/<mac>`` as its callback's address. A call there leaves a marker
``wake/<attempt id>`` in the store's folder, holding the task id the call named, if it looks like one: a candidate that
has to be proven by the provider's own record. Nothing else of a call is kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import OutputError, UsageError

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MOST_BODY_BYTES = 64 * 1024
TOLERANCE_S = 300.0
_BODY_DEADLINE_S = 5.0
_MAC_DIGITS = 32
_SECRET_BYTES = 32
_KEPT_IN = "callback.secret"
_WAKE_FOLDER = "wake"
_ATTEMPT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TASK = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def callback_secret(folder: Path) -> bytes:
    """The secret of a store's callback addresses; made at the first call, readable by its owner only.

    Raises:
        OutputError: It cannot be read or written, or is damaged.
    """
    file = folder / _KEPT_IN
    try:
        if not file.exists():
            _write_once(file, secrets.token_bytes(_SECRET_BYTES))
        found = file.read_bytes()
    except OSError as error:
        raise OutputError(f"{file} cannot be used: {error.strerror}.", hint="Check the folder's permissions.") from None
    if len(found) != _SECRET_BYTES:
        raise OutputError(f"{file} is damaged.", hint="Delete it; callbacks of clips that still run will be missed.")
    return found


def callback_address(base_url: str, attempt_id: str, secret: bytes) -> str:
    """Where the provider is to report an attempt's end; only who knows the secret can make it."""
    return f"{base_url.rstrip('/')}/cb/{attempt_id}/{_mac(attempt_id, secret)}"


def woken(folder: Path) -> dict[str, str]:
    """Attempts that were called about: their ids, each with the candidate task id, "" if the call named none."""
    found: dict[str, str] = {}
    with suppress(FileNotFoundError):
        for file in sorted((folder / _WAKE_FOLDER).iterdir()):
            if not _ATTEMPT.fullmatch(file.name):
                continue  # being written
            with suppress(OSError, UnicodeDecodeError):
                candidate = file.read_text("ascii")
                found[file.name] = candidate if _TASK.fullmatch(candidate) else ""
    return found


def clear(folder: Path, attempt_id: str) -> None:
    """Forget that an attempt was called about, once its record has been read."""
    if _ATTEMPT.fullmatch(attempt_id):
        (folder / _WAKE_FOLDER / attempt_id).unlink(missing_ok=True)


def sweep(folder: Path, attempts: Collection[str]) -> None:
    """Forget the calls about attempts that have ended; a call may come late, or more than once."""
    for attempt_id in attempts:
        with suppress(OSError):  # it is tried again at the next start
            clear(folder, attempt_id)


def signed(task_id: str, headers: Mapping[str, str], key: str, now_s: float, tolerance_s: float = TOLERANCE_S) -> bool:
    """Whether a call's signature is the provider's: HMAC-SHA256 over task id, full stop, timestamp. Not over the body.

    Args:
        headers: By lower-case name.
        key: The webhook key.
        now_s: Unix seconds.
        tolerance_s: How far the timestamp may be off, either way.
    """
    timestamp = headers.get("x-webhook-timestamp", "")
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now_s - int(timestamp)) > tolerance_s:
        return False
    try:
        given = base64.b64decode(headers.get("x-webhook-signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    wanted = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return hmac.compare_digest(given, wanted)


def task_of(body: bytes) -> str:
    """The task id a call names, "" if there is none that looks like one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    places = [told["data"], told] if isinstance(told.get("data"), dict) else [told]
    for place in places:
        for name in ("taskId", "task_id"):
            value = place.get(name)
            if isinstance(value, str) and _TASK.fullmatch(value):
                return value
    return ""


def receiver(
    folder: Path, *, webhook_key: str | None, now: Callable[[], float], tolerance_s: float = TOLERANCE_S
) -> Starlette:
    """The web application.

    Args:
        folder: The store's.
        webhook_key: With it, calls must be signed.
        now: Unix seconds.

    Raises:
        UsageError: The extra is not installed.
        OutputError: The folder cannot be written.
    """
    _need_extra()
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    secret = callback_secret(folder)

    async def called(request: Request) -> Response:
        attempt_id, mac = request.path_params["attempt"], request.path_params["mac"]
        known = _ATTEMPT.fullmatch(attempt_id) and hmac.compare_digest(mac.encode(), _mac(attempt_id, secret).encode())
        if not known:
            return JSONResponse({"code": 404, "msg": "not found"}, 404)
        body = await _body(request)
        if isinstance(body, int):
            return JSONResponse({"code": body, "msg": "not accepted"}, body)
        task_id = task_of(body)
        if webhook_key and not (task_id and signed(task_id, request.headers, webhook_key, now(), tolerance_s)):
            return JSONResponse({"code": 401, "msg": "not signed"}, 401)
        try:
            _wake(folder, attempt_id, task_id)
        except OSError:
            return JSONResponse({"code": 500, "msg": "not kept"}, 500)  # the provider tries again
        return JSONResponse({"code": 200, "msg": "success"})

    return Starlette(routes=[Route("/cb/{attempt}/{mac}", called, methods=["POST"])])


def make_server(app: Starlette) -> uvicorn.Server:
    """The receiver's web server: quiet (addresses hold MACs), with few and short connections.

    Raises:
        UsageError: The extra is not installed.
    """
    _need_extra()
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        limit_concurrency=100,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16 * 1024,
    )
    return uvicorn.Server(config)


async def _body(request: Request) -> bytes | int:
    """A call's body, or the HTTP status it is refused with."""
    import asyncio

    from starlette.requests import ClientDisconnect

    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MOST_BODY_BYTES:
        return 413
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_DEADLINE_S):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BODY_BYTES:
                    return 413
    except (TimeoutError, ClientDisconnect):
        return 408
    return bytes(body)


def _mac(attempt_id: str, secret: bytes) -> str:
    return hmac.new(secret, attempt_id.encode(), hashlib.sha256).hexdigest()[:_MAC_DIGITS]


def _wake(folder: Path, attempt_id: str, task_id: str) -> None:
    """Leave the marker. A call that names no task never hides the one an earlier call named."""
    marker = folder / _WAKE_FOLDER / attempt_id
    marker.parent.mkdir(mode=0o700, exist_ok=True)
    if marker.exists() and (not task_id or marker.read_bytes() == task_id.encode()):
        return
    with tempfile.NamedTemporaryFile(dir=marker.parent, prefix=".", delete=False) as file:
        file.write(task_id.encode("ascii"))
    Path(file.name).replace(marker)


def _write_once(file: Path, data: bytes) -> None:
    """Write a file that only its owner may read; the first of several writers wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # has mode 0600
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink(missing_ok=True)


def _need_extra() -> None:
    try:
        import starlette
        import uvicorn
    except ImportError:
        raise UsageError(
            "The callback receiver needs packages that are not installed.",
            hint="pip install 'readme2video[callbacks]'",
        ) from None
    del starlette, uvicorn
