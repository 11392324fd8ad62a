"""Sends the callbacks: when a task ends, as the provider does; or early, late, twice, forged, as a fault says."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from readme2video.sandbox.account import Account, Job
from readme2video.sandbox.records import callback_body
from readme2video.sandbox.wire import patched

if TYPE_CHECKING:
    import httpx

_TRIES = 3
_TIMEOUT_S = 15.0
_PAUSE_S = 0.2
_OLD_S = 3600


def signature(task_id: str, timestamp: str, key: str) -> str:
    """Base64 of HMAC-SHA256 over task id, full stop and timestamp. The body is not covered, as with the provider."""
    digest = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


class Hooks:
    """The sender of one stand-in.

    Args:
        key: Signs; without it there are no signature headers.
    """

    def __init__(self, account: Account, key: str | None) -> None:
        self._account = account
        self._key = key
        self._client: httpx.AsyncClient | None = None
        self.sent: list[tuple[str, int]] = []

    async def deliver(self, job: Job, how: Mapping[str, Any]) -> None:
        """Send what is to be sent about a task whose end (or whose ``delay_s`` before it) has come.

        Args:
            how: A ``cb`` fault's table; empty for the true callback.
        """
        url = how.get("url") or job.order.callback
        if not url:
            return
        early = float(how.get("delay_s", 0)) < 0
        states = how.get("order") or (["success"] if early else [None])
        for state in states:
            body: Any = callback_body(self._account, job, state)
            for path, value in (how.get("mutate") or {}).items():
                body = patched(body, path, value)
            headers = self._headers(job.order.task_id, how)
            for _ in range(int(how.get("copies", 1))):
                await self._post(str(url), json.dumps(body).encode(), headers)

    def _headers(self, task_id: str, how: Mapping[str, Any]) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        sign = how.get("sign", True)
        if self._key is None or sign == "no" or sign is False:
            return headers
        shift = {"old": -_OLD_S, "future": _OLD_S}.get(str(sign), 0)
        timestamp = str(how.get("timestamp", int(time.time()) + shift))
        key = self._key if sign != "wrong" else f"not {self._key}"
        return {
            **headers,
            "X-Webhook-Timestamp": timestamp,
            "X-Webhook-Signature": signature(task_id, timestamp, key),
        }

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S)
        for attempt in range(_TRIES):
            try:
                status = (await self._client.post(url, content=body, headers=headers)).status_code
            except (httpx.HTTPError, httpx.InvalidURL):
                status = 0
            self.sent.append((url, status))
            if status < 500 and status not in (0, 408, 429):
                return
            await asyncio.sleep(_PAUSE_S * (attempt + 1))

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
