"""A request that reached the stand-in, and an answer that leaves it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from readme2video.sandbox.account import Job, SeenRequest

_KEYS = {"authorization", "x-api-key"}


@dataclass(frozen=True)
class Request:
    """A request that was read whole. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Without the query, decoded."""
        return unquote(urlsplit(self.target).path)

    def query(self, name: str) -> str:
        """A query parameter, "" when absent."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]

    @property
    def authorised(self) -> bool:
        """Whether any key came along."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and bool(key.strip())

    def seen(self, *, at: float, connection: int, names: tuple[str, ...], fault: str) -> SeenRequest:
        """What is remembered of it, without its key."""
        return SeenRequest(
            at=at,
            method=self.method,
            path=self.path,
            query=urlsplit(self.target).query,
            headers={name: value for name, value in self.headers.items() if name not in _KEYS},
            key=not _KEYS.isdisjoint(self.headers),
            body_bytes=len(self.body),
            connection=connection,
            names=names,
            fault=fault,
        )


@dataclass(frozen=True)
class Answer:
    """An answer, and the task it booked if it did."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    job: Job | None = None

    @classmethod
    def of(cls, data: Any, status: int = 200, job: Job | None = None) -> Answer:
        """JSON."""
        return cls(status, json.dumps(data, ensure_ascii=False).encode(), {"Content-Type": "application/json"}, job)

    @classmethod
    def text(cls, text: str, status: int, kind: str = "text/plain") -> Answer:
        """Words for a person."""
        return cls(status, text.encode(), {"Content-Type": f"{kind}; charset=utf-8"})
