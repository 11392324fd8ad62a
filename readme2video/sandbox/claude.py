"""The stand-in as Claude: it checks a message as the service does, answers it, and counts what it would have cost.

Tokens are counted as four bytes each, which is near enough for prices. A text with ``cache_control`` is kept whatever
its length; the service keeps none below about a thousand tokens.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readme2video.sandbox.author import obedient, storyboard
from readme2video.sandbox.message_rules import problem

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
SPOKEN = frozenset({"reply", "truncated", "refused", "context", "injected", "overloaded"})
"""Faults that are about what is said, not about how it is sent."""

STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}
_NOT_ASKED = "The stand-in writes storyboards only; no README stands between markers."
_REFUSED = "This request was declined because it may relate to harmful content."

Told = tuple[dict[str, Any], int, str]
"""An answer's JSON, its status, and the request's id."""


@dataclass(frozen=True)
class AskedClaude:
    """A message that was asked for and answered.

    Attributes:
        at: Monotonic seconds.
        body: As it was sent.
        text: The reply.
        answered: The fault that shaped the reply, "" for none.
    """

    at: float
    body: dict[str, Any]
    text: str
    stop_reason: str
    usage: dict[str, Any]
    request_id: str
    answered: str = ""

    @property
    def prompt(self) -> str:
        """All that was said to the model, the system's words first."""
        return "\n".join(text for text, _ in _blocks(self.body))

    @property
    def turn(self) -> int:
        """1 for the first request of a conversation, 2 for the first repair."""
        return sum(message["role"] == "user" for message in self.body["messages"])


@dataclass(frozen=True)
class _Said:
    """What a reply is made of."""

    content: list[dict[str, Any]]
    stop: str = "end_turn"
    details: dict[str, Any] | None = None
    output_tokens: int | None = None

    @property
    def text(self) -> str:
        return "".join(str(block.get("text", "")) for block in self.content if isinstance(block, dict))


@dataclass
class Claude:
    """What Claude remembers: what was asked, and which beginnings of prompts are cached."""

    asked: list[AskedClaude] = field(default_factory=list)
    _cached: set[str] = field(default_factory=set)

    def answer(
        self, path: str, headers: Mapping[str, str], data: bytes, fault: Mapping[str, Any] | None = None
    ) -> Told:
        """The answer to a POST.

        Args:
            headers: Names in lower case.
            fault: A fault of ``SPOKEN``, if one is due.
        """
        refused = _refusal(headers)
        if refused is not None:
            return refused
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            body = None
        wrong = problem(body, counting=path == COUNT)
        if wrong is not None:
            return error(*wrong)
        if path == COUNT:
            return {"input_tokens": sum(tokens(text) for text, _ in _blocks(body))}, 200, _new_id("req")
        if fault is not None and fault["do"] == "overloaded":
            return error("overloaded_error", "Overloaded")
        said = _cut_at(_said(body, fault), body["max_tokens"])
        usage = self._usage(body, said)
        told = {
            "id": _new_id("msg"),
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": said.content,
            "stop_reason": said.stop,
            "stop_sequence": None,
            "stop_details": said.details,
            "usage": usage,
        }
        request_id, how = _new_id("req"), str(fault["do"]) if fault else ""
        self.asked.append(AskedClaude(time.monotonic(), body, said.text, said.stop, usage, request_id, how))
        return told, 200, request_id

    def _usage(self, body: Mapping[str, Any], said: _Said) -> dict[str, Any]:
        read = written = rest = 0
        digest, pending = hashlib.sha256(str(body["model"]).encode()), 0
        for text, kept in _blocks(body):
            digest.update(text.encode("utf-8", "replace") + b"\0")
            pending += tokens(text)
            if kept:
                known = digest.hexdigest() in self._cached
                self._cached.add(digest.hexdigest())
                read, written = (read + written + pending, 0) if known else (read, written + pending)
                pending = 0
        rest = pending
        return {
            "input_tokens": rest,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": tokens(said.text) if said.output_tokens is None else said.output_tokens,
            "output_tokens_details": {"thinking_tokens": 0},
            "server_tool_use": None,
            "service_tier": "standard",
            "inference_geo": "global",
        }


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"


def error(kind: str, message: str) -> Told:
    """An error as the service tells it."""
    request_id = _new_id("req")
    return (
        {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id},
        STATUS[kind],
        request_id,
    )


def _refusal(headers: Mapping[str, str]) -> Told | None:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    key = bearer if scheme.lower() == "bearer" else headers.get("x-api-key", "")
    if not key.strip():
        return error("authentication_error", "invalid x-api-key" if key else "x-api-key header is required")
    if not headers.get("anthropic-version"):
        return error("invalid_request_error", "anthropic-version: header is required")
    return None


def _blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each text of a request, and whether the prompt up to it is to be cached."""
    contents = [body.get("system") or [], *(message["content"] for message in body["messages"])]
    for content in contents:
        for block in [{"text": content}] if isinstance(content, str) else content:
            yield block["text"], bool(block.get("cache_control"))


def _said(body: Mapping[str, Any], fault: Mapping[str, Any] | None) -> _Said:
    how = dict(fault or {})
    do = how.get("do")
    if do == "reply":
        text = json.dumps(how["json"], ensure_ascii=False) if "json" in how else str(how.get("text", ""))
        content = how["content"] if "content" in how else _text(text)
        return _Said(content, str(how.get("stop", "end_turn")), how.get("details"))
    if do == "refused":
        details = {
            "type": "refusal",
            "category": how.get("category", "general_harms"),
            "explanation": how.get("explanation", _REFUSED),
        }
        return _Said(_text(str(how["text"])) if how.get("text") else [], "refusal", details)
    prompt = "\n".join(text for message in body["messages"] for text, _ in _blocks({"messages": [message]}))
    written = storyboard(prompt)
    if do == "injected" and written is not None:
        written = obedient(written, how)
    text = _NOT_ASKED if written is None else json.dumps(written, ensure_ascii=False)
    if do in ("truncated", "context"):
        cut = text[: max(1, int(len(text) * float(how.get("percent", 50)) / 100))]
        stop, spent = ("max_tokens", body["max_tokens"]) if do == "truncated" else _FULL
        return _Said(_text(cut), stop, output_tokens=spent)
    return _Said(_text(text))


_FULL: tuple[str, int | None] = ("model_context_window_exceeded", None)


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text, "citations": None}]


def _cut_at(said: _Said, limit: int) -> _Said:
    """A reply is never longer than what was allowed."""
    if said.stop != "end_turn" or tokens(said.text) <= limit or len(said.content) != 1:
        return said
    cut = said.text.encode("utf-8", "replace")[: limit * 4].decode("utf-8", "ignore")
    return _Said(_text(cut), "max_tokens", output_tokens=limit)
