"""What the stand-in answers when nothing is wrong: one function from request to answer."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from readme2video.model.order import USD_PER_CREDIT, Family
from readme2video.sandbox.account import UNAUTHORISED, Account
from readme2video.sandbox.catalogue import UNSUPPORTED, Product
from readme2video.sandbox.claude import COUNT, MESSAGES, SPOKEN, error
from readme2video.sandbox.exchange import Answer, Request
from readme2video.sandbox.faults import Fault
from readme2video.sandbox.page import account_page
from readme2video.sandbox.records import NOT_FOUND, record
from readme2video.sandbox.uploads import upload

CREATES: dict[str, Family] = {
    "/api/v1/jobs/createTask": "jobs",
    "/api/v1/veo/generate": "veo",
    "/api/v1/runway/generate": "runway",
    "/api/v1/aleph/generate": "aleph",
}
_RECORDS: dict[str, Family] = {
    "/api/v1/jobs/recordInfo": "jobs",
    "/api/v1/veo/record-info": "veo",
    "/api/v1/runway/record-detail": "runway",
    "/api/v1/aleph/record-info": "aleph",
}
_UPLOADS = {
    "/api/file-stream-upload": "upload_stream",
    "/api/file-base64-upload": "upload_base64",
    "/api/file-url-upload": "upload_url",
}
_CLAUDE = {MESSAGES: "claude", COUNT: "claude_count"}
_POINT_S = 600
_POINTS = 144


def names_of(method: str, path: str) -> tuple[str, ...]:  # noqa: PLR0911 # one rule a line
    """What the fault script calls a request."""
    if path in CREATES:
        return ("create", f"create_{CREATES[path]}") if method == "POST" else ()
    if path in _RECORDS:
        return ("record",)
    if path in _UPLOADS:
        return ("upload", _UPLOADS[path])
    if path.startswith("/files/results/"):
        return ("file", "result")
    if path.startswith("/files/"):
        return ("file", "picture")
    if path == "/api/v1/chat/credit":
        return ("credit",)
    if path == "/api/v1/common/download-url":
        return ("download_url",)
    if path == "/api/v1/models" or path.startswith("/api/v1/models/"):
        return ("models",)
    if path in _CLAUDE:
        return (_CLAUDE[path],)
    return ()


def answer(  # noqa: PLR0911, PLR0912 # one endpoint a line
    account: Account, request: Request, fate: Mapping[str, Any] | None, fault: Fault | None = None
) -> Answer:
    """The true answer.

    Args:
        fate: A ``job`` fault for the task this request may book.
        fault: What goes wrong; what is said may depend on it, how it is sent does not concern us here.
    """
    path, method = request.path, request.method
    if path.startswith("/v1/"):
        return _claude(account, request, fault)
    if path.startswith("/files/"):
        return _file(account, request)
    if path == "/" and method in ("GET", "HEAD"):
        return Answer.text(account_page(account), 200, "text/html")
    if path == "/orders.json":
        return _orders(account)
    if path.startswith("/client/v1/model-pricing/"):
        return _feed(account, request)
    if path in _UPLOADS:
        if not request.authorised:
            return Answer.of({"success": False, "code": 401, "msg": "Authentication failed: Invalid API Key"}, 401)
        if method != "POST":
            return Answer.of({"success": False, "code": 405, "msg": "Method not allowed"}, 405)
        simple = fault is not None and fault.do == "simple"
        told, status = upload(account, _UPLOADS[path], request.headers.get("content-type", ""), request.body, simple)
        return Answer.of(told, status)
    if path.startswith("/api/v1/") and not request.authorised:
        return Answer.of({"code": 401, "msg": UNAUTHORISED, "data": None})
    if path in CREATES and method == "POST":
        told, job = account.create(CREATES[path], _json(request), fate)
        return Answer.of(told, job=job)
    if method == "GET":
        found = _look_up(account, request)
        if found is not None:
            return Answer.of(found)
    if path == "/api/v1/common/download-url" and method == "POST":
        return Answer.of(_download_link(account, _json(request)))
    return Answer.of({"code": 404, "msg": "Not Found", "data": None}, 404)


def _claude(account: Account, request: Request, fault: Fault | None) -> Answer:
    if request.path not in _CLAUDE or request.method != "POST":
        told, status, request_id = error("not_found_error", "Not found")
    else:
        how = fault.table if fault is not None and fault.do in SPOKEN else None
        told, status, request_id = account.claude.answer(request.path, request.headers, request.body, how)
    plain = Answer.of(told, status)
    return Answer(plain.status, plain.body, {**plain.headers, "request-id": request_id})


def _look_up(account: Account, request: Request) -> dict[str, Any] | None:
    path = request.path
    if path in _RECORDS:
        return _record(account, request)
    if path == "/api/v1/chat/credit":
        account.settle()
        return {"code": 200, "msg": "success", "data": account.balance}
    if path == "/api/v1/models":
        return _models(account, request)
    if path.startswith("/api/v1/models/"):
        model, _, what = path.removeprefix("/api/v1/models/").rpartition("/")
        product = account.served.get(model)
        facts = {"schema": _schema, "price": _price, "success-rate": _success_rate}.get(what)
        if product is None or facts is None:
            return {"code": 404, "msg": UNSUPPORTED, "data": None}
        return {"code": 200, "msg": "success", "data": facts(product)}
    return None


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _record(account: Account, request: Request) -> dict[str, Any]:
    task_id = request.query("taskId")
    if not task_id:
        return {"code": 400, "msg": "taskId parameter is required", "data": None}
    job = account.jobs.get(task_id)
    if job is None or job.order.family != _RECORDS[request.path]:
        return NOT_FOUND
    return record(account, job)


def _download_link(account: Account, asked: Any) -> dict[str, Any]:
    url = asked.get("url") if isinstance(asked, dict) else None
    # As observed, a link is also made for a result that does not exist (any more).
    if not isinstance(url, str) or not url.startswith(f"{account.url}/files/results/"):
        return {"code": 422, "msg": "url is wrong", "data": None}
    plain, expires = url.split("?", maxsplit=1)[0], round(time.time()) + 1200
    return {"code": 200, "msg": "success", "data": f"{plain}?sig={secrets.token_hex(8)}&expires={expires}"}


def _models(account: Account, request: Request) -> dict[str, Any]:
    task, provider, words = request.query("taskType"), request.query("provider"), request.query("q").lower()
    rows = [
        {
            "model": product.id,
            "slug": product.id.replace("/", "-").replace(".", "-"),
            "title": product.id.replace("/", " ").replace("-", " ").title(),
            "provider": product.provider,
            "taskType": product.tasks,
            "description": "video model",
            "pricingDesc": _prices(product),
        }
        for product in account.served.values()
        if product.family == "jobs"
        and (not task or task in product.tasks)
        and (not provider or provider == product.provider)
        and words in product.id.lower()
    ]
    return {"code": 200, "msg": "success", "data": {"total": len(rows), "models": rows}}


def _prices(product: Product) -> str:
    unit = {"second": " credits per second", "video": " credits", "once": " credits per video"}[product.price.unit]
    told = []
    for key, entry in product.price.table.items():
        name = "" if key == "default" else f"{key.replace('|', ' with ')}: "
        if isinstance(entry, dict):
            told.append(name + ", ".join(f"{price:g}{unit} for {seconds} s" for seconds, price in entry.items()))
        else:
            told.append(f"{name}{entry:g}{unit}")
    return "; ".join(told)


def _price(product: Product) -> dict[str, Any]:
    return {"model": product.id, "pricingDesc": _prices(product)}


def _schema(product: Product) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, described in product.fields.items():
        fields[name] = {"type": described.type}
        length = described.type == "string"
        named = {
            "enum": list(described.one_of) or None,
            "maxLength" if length else "maximum": described.max,
            "minLength" if length else "minimum": described.min,
            "maxItems": described.most,
            "default": described.default,
        }
        fields[name] |= {key: value for key, value in named.items() if value is not None}
    required = [name for name, described in product.fields.items() if described.required]
    given = {"type": "object", "properties": fields, "required": required}
    model = {"type": "string", "enum": [product.id]}
    body = {"type": "object", "properties": {"model": model, "input": given}, "required": ["model", "input"]}
    content = {"application/json": {"schema": body}}
    paths = {"/api/v1/jobs/createTask": {"post": {"requestBody": {"content": content}}}}
    return {"model": product.id, "openapi": {"openapi": "3.0.1", "info": {"title": product.id}, "paths": paths}}


def _success_rate(product: Product) -> dict[str, Any]:
    end = int(time.time()) // _POINT_S * _POINT_S
    points = [
        {
            "start": (end - (_POINTS - index) * _POINT_S) * 1000,
            "end": (end - (_POINTS - index - 1) * _POINT_S) * 1000,
            "successRate": 98.0,
            "errorRate": 2.0,
            "isNormal": True,
        }
        for index in range(_POINTS)
    ]
    return {"model": product.id, "points": points}


def _feed(account: Account, request: Request) -> Answer:
    rows = []
    for product in account.served.values():
        for key, entry in product.price.table.items():
            lines = entry if isinstance(entry, dict) else {"": entry}
            for seconds, price in lines.items():
                unit = "per second" if product.price.unit == "second" else "per video"
                details = [key] * (key != "default") + [f"{seconds}s"] * bool(seconds)
                rows.append({
                    "modelDescription": ", ".join([product.id, "video", *details]),
                    "interfaceType": "video",
                    "provider": product.provider,
                    "creditPrice": f"{price}",
                    "creditUnit": unit,
                    "usdPrice": f"{price * USD_PER_CREDIT:g}",
                    "falPrice": None,
                    "discountRate": None,
                    "discountPrice": None,
                    "anchor": f"https://kie.ai/model?model={product.id}",
                })  # fmt: skip
    if request.path.endswith("/count"):
        return Answer.of({"code": 200, "msg": "success", "data": {"total": len(rows)}})
    sent = _json(request)
    asked: dict[str, Any] = sent if isinstance(sent, dict) else {}
    numbers = {name: value for name, value in asked.items() if type(value) is int}
    words = str(asked.get("modelDescription") or "").lower()
    rows = [row for row in rows if words in str(row["modelDescription"]).lower()]
    size, page = min(100, max(1, numbers.get("pageSize", 10))), max(1, numbers.get("pageNum", 1))
    data = {"records": rows[(page - 1) * size : page * size], "pages": math.ceil(len(rows) / size), "total": len(rows)}
    return Answer.of({"code": 200, "msg": "success", "data": data})


def _orders(account: Account) -> Answer:
    account.settle()
    rows = [
        {
            "task_id": job.order.task_id,
            "model": job.order.model,
            "family": job.order.family,
            "body": job.order.body,
            "credits": job.order.credits,
            "consumed": job.consumed,
            "state": job.state(account.clock()),
            "callback": job.order.callback,
            "answered": job.order.answered,
        }
        for job in account.jobs.values()
    ]
    return Answer.of({"balance": account.balance, "orders": rows})


def _file(account: Account, request: Request) -> Answer:
    stored = account.files.get(request.path)
    if request.method not in ("GET", "HEAD"):
        return Answer.text("Method Not Allowed", 405)
    if stored is None:
        return Answer.text("Not Found", 404)
    tag = f'"{hashlib.sha256(stored.data).hexdigest()[:32]}"'
    headers = {"Content-Type": stored.mime, "ETag": tag, "Accept-Ranges": "bytes"}
    if request.headers.get("if-none-match") == tag:
        return Answer(304, b"", headers)
    wanted = request.headers.get("range", "")
    if not wanted or request.headers.get("if-range", tag) != tag:
        return Answer(200, stored.data, headers)
    span = _span(wanted, len(stored.data))
    if span is None:
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(stored.data)}"})
    first, last = span
    headers["Content-Range"] = f"bytes {first}-{last}/{len(stored.data)}"
    return Answer(206, stored.data[first : last + 1], headers)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range`` header with one range; None if it cannot be served."""
    unit, _, span = wanted.partition("=")
    start, _, end = span.partition("-")
    if unit.strip() != "bytes" or not (start.strip().isdigit() or end.strip().isdigit()):
        return None
    if not start.strip():
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(size - 1, int(end) if end.strip() else size - 1)
    return (first, last) if first <= last and first < size else None
