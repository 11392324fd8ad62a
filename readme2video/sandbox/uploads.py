"""The three uploads: read liberally where the service does, refused in its words where it refuses."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from readme2video.sandbox.account import Account, StoredFile

Told = tuple[dict[str, Any], int]
"""Answer and HTTP status."""

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(r'\bname="([^"]*)"')
_FILE_NAME = re.compile(r'\bfilename="([^"]*)"')
_ACCOUNT = "100001"


def upload(  # noqa: PLR0911 # one refusal a line
    account: Account, form: str, content_type: str, body: bytes, simple: bool
) -> Told:
    """Keep an uploaded file and tell where it is read.

    Args:
        form: ``upload_stream``, ``upload_base64`` or ``upload_url``.
        simple: Only ``{file, filename}`` is known, as an early note has it.
    """
    if form == "upload_stream":
        if simple:
            return _refused(404, "Not Found")
        return _stream(account, content_type, body)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return _refused(400, "Request body must be JSON")
    if simple:
        return _simple(account, given)
    source = given.get("base64Data" if form == "upload_base64" else "fileUrl")
    if not isinstance(given.get("uploadPath"), str) or not given["uploadPath"]:
        return _missing("uploadPath")
    if not isinstance(source, str) or not source:
        return _missing("base64Data" if form == "upload_base64" else "fileUrl")
    if form == "upload_base64":
        data, mime = _decoded(source)
        if data is None:
            return _refused(400, "Base64 decoding failed: Invalid Base64 format")
    else:
        # The stand-in reads nothing from outside; its own files it has at hand.
        own = account.file_at(source)
        if own is None:
            return _refused(400, "File download failed: the stand-in fetches only its own files")
        data, mime = own.data, own.mime
    return _kept(account, data, str(given["uploadPath"]), given.get("fileName"), mime)


def _stream(account: Account, content_type: str, body: bytes) -> Told:
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/form-data") or not found:
        return _refused(400, "Request must be multipart/form-data")
    parts = _parts(body, found[1].encode("latin-1"))
    if "file" not in parts:
        return _missing("file")
    path = parts.get("uploadPath", (b"", "", ""))[0].decode("utf-8", "replace")
    if not path:
        return _missing("uploadPath")
    data, sent_name, mime = parts["file"]
    name = parts.get("fileName", (b"", "", ""))[0].decode("utf-8", "replace")
    return _kept(account, data, path, name or None, mime, sent_name)


def _parts(body: bytes, boundary: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Fields of a multipart body: content, file name, type."""
    parts: dict[str, tuple[bytes, str, str]] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if piece.startswith(b"--"):
            break
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        fields = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in lines}
        disposition = fields.get("content-disposition", "")
        name, file_name = _NAME.search(disposition), _FILE_NAME.search(disposition)
        if name:
            parts[name[1]] = (content, file_name[1] if file_name else "", fields.get("content-type", ""))
    return parts


def _decoded(text: str) -> tuple[bytes | None, str]:
    mime = ""
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        mime = head.removeprefix("data:").split(";")[0]
    try:
        return base64.b64decode(text, validate=True), mime
    except (binascii.Error, ValueError):
        return None, mime


def _simple(account: Account, given: dict[str, Any]) -> Told:
    data, mime = _decoded(str(given.get("file") or ""))
    if not data or not given.get("filename"):
        return _refused(400, "Missing required parameter: file")
    told, status = _kept(account, data, "images", str(given["filename"]), mime)
    return {"url": told["data"]["downloadUrl"]}, status


def _kept(account: Account, data: bytes, path: str, name: Any, mime: str, sent_name: str = "") -> Told:
    now = datetime.now(UTC)
    if not isinstance(name, str) or not name:
        suffix = mimetypes.guess_extension(mime) or (f".{sent_name.rpartition('.')[2]}" if "." in sent_name else ".bin")
        name = f"{round(time.time() * 1000)}-{secrets.token_hex(3)}{suffix}"
    mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
    where = f"kieai/{_ACCOUNT}/{path.strip('/')}/{name}"
    account.files[f"/files/{where}"] = StoredFile(data, mime, result=False)
    told = {
        "success": True,
        "fileName": name,
        "filePath": where,
        "downloadUrl": f"{account.url}/files/{quote(where)}",
        "fileSize": len(data),
        "mimeType": mime,
        "uploadedAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return {"success": True, "code": 200, "msg": "File uploaded successfully", "data": told}, 200


def _refused(code: int, message: str) -> Told:
    return {"success": False, "code": code, "msg": message}, code


def _missing(name: str) -> Told:
    return _refused(400, f"Missing required parameter: {name}")
