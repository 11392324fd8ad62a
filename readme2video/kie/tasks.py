"""What the provider says about a task, whichever of its endpoints was asked."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from readme2video.errors import CredentialsError
from readme2video.foreign_text import sanitised
from readme2video.kie.answers import (
    TaskState,
    Unavailable,
    code_of,
    decoded,
    message_of,
    number_of,
    retry_after_s,
)
from readme2video.kie.wire import Answer
from readme2video.model.order import Family

CREATE_PATH: dict[Family, str] = {
    "jobs": "/api/v1/jobs/createTask",
    "veo": "/api/v1/veo/generate",
    "runway": "/api/v1/runway/generate",
    "aleph": "/api/v1/aleph/generate",
}
STATUS_PATH: dict[Family, str] = {
    "jobs": "/api/v1/jobs/recordInfo",
    "veo": "/api/v1/veo/record-info",
    "runway": "/api/v1/runway/record-detail",
    "aleph": "/api/v1/aleph/record-info",
}

_RUNNING = {"waiting", "wait", "queuing", "queueing", "generating"}
_FAILED = {"fail", "failed"}
_FLAGS = {0: "generating", 1: "success", 2: "fail", 3: "fail"}
_TERMINAL = {408, 501, 505}
"""Codes of the body that end a task although no state comes with them."""
_RAW_BYTES = 65536
_LINK = re.compile(r"https?://[!-~]{3,4000}", re.IGNORECASE)


def read_task(task_id: str, answer: Answer, now: datetime) -> TaskState:
    """The state of a task, going by the answer to the question for it.

    Args:
        now: Wall clock, for a ``Retry-After`` that is a date.

    Raises:
        CredentialsError: The key was refused, or its own limit is used up.
        Unavailable: An outage, a limit or a page of something on the way; it says nothing about the task.
    """
    body = _body(answer, now)
    code, message, data = code_of(body, answer.status), message_of(body), decoded(body.get("data"))
    state = _state(data)
    # A failed task may come under an error code, so the state is looked at first.
    if not state and (told := _without_state(task_id, body, answer, now)) is not None:
        return told
    named = data.get("taskId") or data.get("task_id")
    if isinstance(named, str) and _bare(named) != _bare(task_id):
        why = f"Kie's answer is about another task, {sanitised(named, 60)}"
        return _unreadable(why, answer, {"task_id": task_id})
    about: dict[str, Any] = {
        "task_id": task_id,
        "credits": _credits(data),
        "progress": _progress(data),
        "param": _param(data),
        "model": sanitised(data.get("model"), 100),
    }
    if state == "success":
        urls = result_urls(data)
        if not urls:
            return _unreadable("The task succeeded, but its answer names no file that can be loaded", answer, about)
        return TaskState(state="success", urls=urls, **about)
    if state in _FAILED:
        why = sanitised(data.get("failMsg")) or sanitised(data.get("errorMessage")) or (message if code != 200 else "")
        number = sanitised(data.get("failCode"), 60) or sanitised(data.get("errorCode"), 60)
        return TaskState(state="failed", code=number or (str(code) if code != 200 else ""), message=why, **about)
    strange = ""
    if state not in _RUNNING and (state or "state" in data):
        strange = f"unknown state {sanitised(state, 60)}" if state else "no state"
    return TaskState(state="running", message=strange, **about)


def _without_state(task_id: str, body: dict[str, Any], answer: Answer, now: datetime) -> TaskState | None:
    """What an answer without a state means; None when there is a task in it all the same."""
    code, message, data = code_of(body, answer.status), message_of(body), decoded(body.get("data"))
    if "code" in body and code in _TERMINAL:
        return TaskState(task_id=task_id, state="failed", code=str(code), message=message)
    _check(code, message, answer, now)
    if code in (404, 422):
        return TaskState(task_id=task_id, state="missing", code=str(code), message=message)
    if not isinstance(data, dict) or not data or code != 200:
        why = f"Kie's answer tells nothing about the task ({code}). {message}"
        return _unreadable(why.strip(), answer, {"task_id": task_id})
    return None


def read_data(answer: Answer, now: datetime) -> tuple[Any, int, str]:
    """The ``data`` of an answer to any other free question, with its code and message.

    Raises:
        CredentialsError: The key was refused, or its own limit is used up.
        Unavailable: An outage, a limit or a page of something on the way.
    """
    body = _body(answer, now)
    code, message = code_of(body, answer.status), message_of(body)
    _check(code, message, answer, now)
    return body.get("data"), code, message


def _body(answer: Answer, now: datetime) -> dict[str, Any]:
    if 300 <= answer.status < 400:  # HTTP
        raise Unavailable(f"Kie answers with a redirect ({answer.status}), which is not followed.")
    body = decoded(answer.body)
    if isinstance(body, dict):
        return body
    text = sanitised(answer.body, 80)
    if answer.status == 401 and not answer.body.lstrip().startswith(b"<"):
        raise refused_key(text)
    raise Unavailable(
        f"Kie did not answer with JSON ({answer.status}): {text or 'empty'}",
        retry_after_s=retry_after_s(answer.retry_after, now),
    )


def _check(code: int, message: str, answer: Answer, now: datetime) -> None:
    """Raise for codes that speak of the service or the key, not of what was asked for."""
    if code == 401:
        raise refused_key(message)
    if code == 433:
        raise CredentialsError(
            f"The Kie key's own limit is used up. {message}".strip(),
            hint="Raise the key's limit at https://kie.ai/api-key, then run the same command again.",
        )
    if code >= 500 or code in (403, 405, 408, 409, 429, 430, 455):
        raise Unavailable(
            f"Kie cannot be asked just now ({code}). {message}".strip(),
            retry_after_s=retry_after_s(answer.retry_after, now),
        )


def result_urls(data: dict[str, Any]) -> tuple[str, ...]:
    """Where the result lies, the best address first; those with a watermark only when there is no other."""
    places: list[dict[str, Any]] = []
    for name in ("resultJson", "response", "info", "videoInfo"):
        value = decoded(data.get(name))
        if isinstance(value, list):
            value = {"resultUrls": value}
        if isinstance(value, dict):
            places.append(value)
    places.append(data)
    for names in (
        ("resultUrls", "resultUrl", "resultVideoUrl", "videoUrl", "video_url", "url"),
        ("resultWaterMarkUrls",),
    ):
        found = [url for place in places for name in names for url in _links(place.get(name))]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _links(value: Any) -> list[str]:
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = decoded(value)
    values = value if isinstance(value, list) else [value]
    return [text.strip() for text in values[:20] if isinstance(text, str) and _LINK.fullmatch(text.strip())]


def _state(data: Any) -> str:
    """The state in lower case, "" when there is none."""
    if not isinstance(data, dict):
        return ""
    if isinstance(data.get("state"), str):
        return str(data["state"]).strip().lower()
    flag = number_of(data.get("successFlag"))
    return "" if flag is None else _FLAGS.get(int(flag), f"flag {int(flag)}")


def _credits(data: dict[str, Any]) -> float | None:
    for name in ("creditsConsumed", "consumeCredits"):
        value = number_of(data.get(name))
        if value is not None and value >= 0:
            return value
    return None


def _progress(data: dict[str, Any]) -> float | None:
    percent = number_of(data.get("progress"))
    return None if percent is None else min(max(percent / 100, 0.0), 1.0)


def _param(data: dict[str, Any]) -> dict[str, Any] | None:
    """The order as it was sent; its ``input`` is JSON in JSON in newer answers."""
    for name in ("param", "paramJson", "generateParam"):
        param = decoded(data.get(name))
        if isinstance(param, dict):
            inner = decoded(param.get("input"))
            return _storable({**param, "input": inner} if isinstance(inner, dict) else param)
    return None


def _storable(param: dict[str, Any]) -> dict[str, Any] | None:
    """None for what cannot be written down again: half characters, infinite numbers."""
    try:
        json.dumps(param, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return param


def _bare(task_id: str) -> str:
    return task_id.strip().replace("-", "").lower()


def _unreadable(why: str, answer: Answer, about: dict[str, Any]) -> TaskState:
    raw = answer.body[:_RAW_BYTES].decode("utf-8", "replace")
    return TaskState(state="unreadable", message=why, raw=raw, **about)


def refused_key(message: str = "", *, host: str = "") -> CredentialsError:
    """The error for a key that is not accepted."""
    where = f" at {host}" if host else ""
    return CredentialsError(
        f"Kie refused the key{where}{': ' + message if message else '.'}",
        hint="Check KIE_API_KEY against https://kie.ai/api-key; orders that were placed are kept.",
    )
