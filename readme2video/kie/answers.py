"""What the provider's answers mean: read liberally, judged by the body first, and believed only as far as it goes.

The job endpoints report errors inside HTTP 200, say ``msg`` or ``message``, and put JSON into JSON strings. What an
answer to an order does not plainly say is `Unknown`: it may have been taken and charged.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from pydantic import Field

from readme2video.errors import PausedError
from readme2video.foreign_text import sanitised
from readme2video.kie.wire import Answer
from readme2video.model.record import Record

__all__ = [
    "CreateOutcome",
    "Created",
    "LiveModel",
    "NotSent",
    "RefusalKind",
    "Refused",
    "TaskState",
    "Unavailable",
    "Unknown",
    "Uploaded",
    "code_of",
    "decoded",
    "message_of",
    "number_of",
    "read_create",
    "read_models",
    "read_upload",
    "retry_after_s",
    "sanitised",
]

RefusalKind = Literal["key", "credits", "model", "validation", "rate", "quota", "maintenance", "disabled", "edge"]


class Created(Record):
    """The order was taken."""

    task_id: str


class Refused(Record):
    """The order was surely not taken, and costs nothing.

    Attributes:
        code: The body's code, else the HTTP status.
        message: The provider's words, safe to show.
        retry_after_s: As asked for, uncapped; None when it was not.
    """

    kind: RefusalKind
    code: int
    message: str
    retry_after_s: float | None = None


class Unknown(Record):
    """The order was sent, and nothing proves that it was not taken."""

    reason: str


class NotSent(Record):
    """Not one byte of the order was sent."""

    reason: str


CreateOutcome = Created | Refused | Unknown | NotSent


class TaskState(Record):
    """What the provider says about a task.

    Attributes:
        state: ``running`` also for states that are not known here; ``missing`` when the task is not known there, as in
            the first seconds after its creation; ``unreadable`` when the answer makes no sense, which proves nothing.
        urls: Of the result, the best one first.
        code: Of the failure; "" without one.
        message: Why it failed, why it cannot be read, or what is strange about its state; safe to show.
        credits: What it cost or will cost.
        progress: 0 to 1.
        param: The order as the provider keeps it, decoded; proof that a task is ours.
        model: As the provider names it.
        raw: The answer as it came, when it is unreadable.
    """

    task_id: str
    state: Literal["running", "success", "failed", "missing", "unreadable"]
    urls: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    credits: float | None = None
    progress: float | None = None
    param: dict[str, Any] | None = None
    model: str = ""
    raw: str = Field(default="", repr=False)


class LiveModel(Record):
    """A model of the live list; ``pricing`` is the provider's sentence, "" without one."""

    id: str
    title: str = ""
    provider: str = ""
    task_types: tuple[str, ...] = ()
    pricing: str = ""


class Uploaded(Record):
    """A file at the provider's, read back and found equal; ``at`` is when, ISO 8601 in UTC."""

    url: str
    at: str


class Unavailable(PausedError):  # noqa: N818 - what the service is, and what callers say about it
    """The provider cannot be asked just now; nothing is known about the task.

    Args:
        retry_after_s: As asked for, uncapped.
    """

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, hint: str = "", scene: str | None = None
    ) -> None:
        super().__init__(message, hint=hint or "Run the same command later; nothing is bought twice.", scene=scene)
        self.retry_after_s = retry_after_s


# Fragments of real messages (reference/kie-api.md 5.3 and 12.1).
_CREDITS = re.compile(
    r"credits?\s+(?:are\s+|is\s+)?insufficient|insufficient credits?|balance isn.t enough", re.IGNORECASE
)
_VALIDATION = re.compile(
    r"^\s*[\w .'\[\]-]{1,80} is required\b|not within the range of allowed options|file type is not supported"
    r"|exceeds the maximum file size|image url is invalid",
    re.IGNORECASE,
)
_MODEL = re.compile(r"temporarily paused|\bmodel\b.{0,80}\bnot (?:supported|found)\b", re.IGNORECASE)
_KEY = re.compile(r"authentication failed|unauthorized|access permissions", re.IGNORECASE)
_EDGE = re.compile(r"\b1010\b")
_HTML = re.compile(rb"\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--|<title)", re.IGNORECASE)
_TASK_ID = re.compile(r"(?!\.+$)[\w.:~@=+-]{1,200}", re.ASCII)

_BY_TEXT: tuple[tuple[re.Pattern[str], RefusalKind], ...] = (
    (_CREDITS, "credits"),
    (_VALIDATION, "validation"),
    (_MODEL, "model"),
)
_BY_CODE: dict[int, RefusalKind] = {
    400: "validation",
    401: "key",
    402: "credits",
    404: "model",
    413: "validation",
    422: "validation",
    429: "rate",
    430: "rate",
    433: "quota",
    451: "validation",
    455: "maintenance",
    505: "disabled",
}
_BY_STATUS_ALONE = {401, 402, 404, 422, 429, 455}
"""HTTP statuses that refuse also without a JSON body; others may have been made by anything on the way."""
_BY_MESSAGE = {400, 402, 404, 422, 500}
"""Codes whose message says more than the number; the provider answers its own validation with 500."""


def read_create(answer: Answer, now: datetime) -> CreateOutcome:
    """What became of an order, going by the answer to it.

    Args:
        now: Wall clock, for a ``Retry-After`` that is a date.
    """
    wait_s = retry_after_s(answer.retry_after, now)
    if 300 <= answer.status < 400:  # HTTP
        return Unknown(reason=f"the answer was a redirect ({answer.status}), which is not followed")
    if answer.status == 403 and _EDGE.search(sanitised(answer.body, 4000)):
        return Refused(kind="edge", code=403, message=sanitised(answer.body, 80))
    body = decoded(answer.body)
    if not isinstance(body, dict):
        return _without_json(answer, wait_s)
    return _with_json(body, answer, wait_s)


def _with_json(body: dict[str, Any], answer: Answer, wait_s: float | None) -> CreateOutcome:
    message, code = message_of(body), code_of(body, answer.status)
    task_id = _task_id(decoded(body.get("data"))) or _task_id(body)
    if code == 200:
        if task_id:
            return Created(task_id=task_id)
        return Unknown(reason=f"the answer was a success without a usable task id: {sanitised(answer.body, 80)}")
    if task_id:
        return Unknown(reason=f"the answer had code {code} and yet named the task {task_id}")
    kind = _refusal(code, message, answer.status)
    if kind is None:
        return Unknown(reason=f"the answer was {code}: {message or 'no message'}")
    return Refused(kind=kind, code=code, message=message, retry_after_s=wait_s if kind == "rate" else None)


def _without_json(answer: Answer, wait_s: float | None) -> CreateOutcome:
    text = sanitised(answer.body, 80)
    if answer.status == 429:  # whoever says so did not pass it on
        return Refused(kind="rate", code=429, message=text, retry_after_s=wait_s)
    if answer.status in _BY_STATUS_ALONE and not _HTML.match(answer.body):
        return Refused(kind=_BY_CODE[answer.status], code=answer.status, message=text)
    return Unknown(reason=f"the answer ({answer.status}) was not JSON: {text or 'empty'}")


def _refusal(code: int, message: str, status: int) -> RefusalKind | None:
    if code in _BY_MESSAGE:
        for pattern, kind in _BY_TEXT:
            if pattern.search(message):
                return kind
    if code == 403:
        return "key" if _KEY.search(message) else None
    if code == 505 and status == 505 and not message:  # HTTP's own meaning of 505
        return None
    return _BY_CODE.get(code)


def _task_id(data: Any) -> str:
    """The id in whichever spelling, "" when there is none that is fit for an address and a file name."""
    if not isinstance(data, dict):
        return ""
    for name in ("taskId", "task_id", "recordId"):
        value = data.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            value = str(value)
        if isinstance(value, str) and _TASK_ID.fullmatch(value.strip()):
            return value.strip()
    return ""


def decoded(value: Any) -> Any:
    """JSON out of bytes or text, through up to three layers of it; anything else as it is, None when it is broken."""
    for _ in range(3):
        if not isinstance(value, str | bytes):
            return value
        if not value.strip():
            return None
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return None if isinstance(value, str) else value


def message_of(body: dict[str, Any]) -> str:
    """What the provider says in words, safe to show."""
    for name in ("msg", "message", "error"):
        if isinstance(body.get(name), str) and body[name].strip():
            return sanitised(body[name])
    return ""


def code_of(body: dict[str, Any], status: int) -> int:
    """The code that counts: the body's unless it is 200 or absent, else the HTTP status, 200 for all that is well."""
    code = body.get("code")
    if isinstance(code, str) and re.fullmatch(r"\s*\d{1,6}\s*", code, re.ASCII):
        code = int(code)
    if isinstance(code, int | float) and not isinstance(code, bool) and math.isfinite(code) and code != 200:
        return int(code)
    return 200 if 200 <= status < 300 else status  # HTTP


def number_of(value: Any) -> float | None:
    """A number from a number or its text; None for anything else and for what is not finite."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def retry_after_s(header: str, now: datetime) -> float | None:
    """Seconds to wait, from a number or a date; None for nothing, the past and nonsense."""
    text = header.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", text, re.ASCII):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return seconds.total_seconds() if seconds.total_seconds() > 0 else None


def read_upload(answer: Answer) -> str:
    """The address of an uploaded file; "" when the answer is not a success or names none."""
    body = decoded(answer.body)
    if not isinstance(body, dict) or code_of(body, answer.status) != 200 or body.get("success") is False:
        return ""
    data = body.get("data")
    if isinstance(data, dict) and data.get("success") is False:
        return ""
    inside = data if isinstance(data, dict) else {"url": data}
    for place in (inside, body):
        for name in ("downloadUrl", "fileUrl", "url"):
            url = place.get(name)
            if isinstance(url, str) and re.fullmatch(r"https?://[^\s/\\]{1,300}(?:[/?][!-~]{0,4000})?", url.strip()):
                return url.strip()
    return ""


def read_models(data: Any) -> tuple[LiveModel, ...]:
    """The live list; empty when it is not one, or not whole, so that no model is taken for gone by mistake."""
    entries = data.get("models") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return ()
    total = number_of(data.get("total"))
    if total is not None and total > len(entries):
        return ()
    return tuple(
        LiveModel(
            id=entry["model"].strip(),
            title=sanitised(entry.get("title")),
            provider=sanitised(entry.get("provider")),
            task_types=tuple(sanitised(kind, 60) for kind in entry.get("taskType") or () if isinstance(kind, str)),
            pricing=sanitised(entry.get("pricingDesc")),
        )
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("model"), str) and entry["model"].strip().isascii()
    )
