"""The fault script: what the stand-in does wrong, where, and at which call.

A fault is a table, as ``{"on": "create", "nth": 2, "do": "accept_rst"}``:

``on``
    What it waits for: ``create`` (also ``create_jobs``, ``create_veo``, ``create_runway``, ``create_aleph``),
    ``record``, ``upload`` (also ``upload_stream``, ``upload_base64``, ``upload_url``), ``file`` (any file that is
    read; ``picture`` an uploaded one, ``result`` a clip), ``credit``, ``models``, ``download_url``, ``claude`` (a
    message that is asked for), ``claude_count`` (a count of tokens), ``any`` request, ``job`` (a task that is booked)
    or ``connect`` (a connection, before anything is asked).
``nth``
    The how-manieth match since the fault was added: a number (default 1), a list of numbers, ``"3+"`` for the third
    and all later ones, or ``"always"``.
``where``
    A text that the request's path, query or body must hold, to tell scenes apart.
``do``
    See ``ACTIONS``. The rest of the table are its parameters. ``booked: true`` lets an action that answers without
    doing the work (``status``, ``body``, ``html``, ``raw``, ``redirect``, ``loop``) do the work first.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from readme2video.errors import UsageError
from readme2video.sandbox.claude import SPOKEN

Group = Literal["port", "connect", "early", "answer", "job", "callback"]

TARGETS = frozenset({
    "create", "create_jobs", "create_veo", "create_runway", "create_aleph", "record", "upload", "upload_stream",
    "upload_base64", "upload_url", "file", "picture", "result", "credit", "models", "download_url", "claude",
    "claude_count", "any", "job", "connect",
})  # fmt: skip

# Action: its parameters and what it does.
_DESCRIBED = """
refuse for_s: on connect: the port is closed at once, for for_s seconds or until clear()
blackhole: never answers, nothing is done; on connect: not even to a request
rst_before: reset before the body is read, nothing is done
accept_rst: does the work, then resets the connection (SO_LINGER 0)
accept_fin: does the work, then closes without an answer
accept_hang s: does the work, then is silent for s seconds (default: for ever) and closes
status booked status body headers: answers with this HTTP status; body is text or JSON
body booked json status headers: answers with this JSON
html booked text status: answers with an HTML page
raw booked bytes: writes these bytes (Latin-1) instead of an HTTP answer, then closes
cut_headers: does the work, closes in the middle of the answer's head
cut_body n percent length: does the work, closes after n bytes or percent of the body; length false: undeclared
chunk_noend: does the work, sends the body in chunks, closes without the last one
drip per_s: does the work, sends the body at per_s bytes a second
gzip_bomb size_mb: answers with size_mb (default 200) megabytes of blanks, gzipped
huge_json size_mb: the same, not gzipped
redirect booked url status: answers with a redirect (default 302)
loop booked status: redirects to itself for ever
patch set: does the work, changes the JSON answer: dotted path to value, null removes
same_task: books the order but answers with the task before it
simple: the upload knows only the form {file, filename} and answers {url}
seq steps: one step per call: an HTTP status, a table with its own do, or null for the true answer
file kind percent: the file is not what it should be; see FILE_KINDS
fail code message charged: on job: the task ends in fail
stuck: on job: the task generates for ever
slow job_s s: on job: takes job_s seconds; on claude: answers after s seconds (default 10)
charge credits: on job: costs this
reply text json content file stop details: on claude: says this; file is a recorded reply, or a storyboard as JSON
truncated percent: on claude: the storyboard is cut, stop_reason max_tokens
refused category explanation text: on claude: stop_reason refusal
context percent: on claude: the storyboard is cut, stop_reason model_context_window_exceeded
injected words url command: on claude: the storyboard obeys a stranger's line: another headline, address and command
overloaded: on claude: 529 overloaded_error
cb delay_s copies order mutate sign timestamp url: on create: how the order's callbacks come
"""
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    words[0]: (frozenset(words[1:]), told)
    for line in _DESCRIBED.strip().splitlines()
    for head, _, told in [line.partition(": ")]
    for words in [head.split()]
}
"""Parameters and meaning of each action.

``cb``: ``delay_s`` after the end (negative: before the create answer), ``copies``, ``order`` (states to report, one
after the other), ``mutate`` (dotted path to value, changed after signing), ``sign`` (true, "no", "wrong", "old",
"future"), ``timestamp`` (the header as it is), ``url`` (sent there instead).
"""

FILE_KINDS = frozenset({
    "truncated", "zero", "one_byte", "html", "huge", "endless", "wrong_type", "other", "changing", "audio_only",
    "short", "hevc10", "vfr", "large",
})  # fmt: skip

_CONNECT = frozenset({"refuse", "blackhole", "rst_before", "accept_rst", "accept_fin", "accept_hang", "raw"})
"""What can be done before it is known what is asked."""
_JOB = frozenset({"fail", "stuck", "slow", "charge"})
_CLAUDE = frozenset({"claude", "claude_count"})
_UNBOOKED = frozenset({"status", "body", "html", "raw", "redirect", "loop", "gzip_bomb", "huge_json", "blackhole"})


@dataclass
class _Waiting:
    table: Mapping[str, Any]
    group: Group
    seen: int = 0
    steps: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Fault:
    """A fault that is due now."""

    do: str
    table: Mapping[str, Any]

    @property
    def booked(self) -> bool:
        """Whether the work is done before the answer goes wrong."""
        return self.do not in _UNBOOKED or bool(self.table.get("booked"))

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter."""
        return self.table.get(name, default)


class FaultScript:
    """Faults that wait for their call. Safe to add to while the stand-in runs."""

    def __init__(self, faults: Iterable[Mapping[str, Any]] = ()) -> None:
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()
        self.add(faults)

    def add(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Append faults; the first one that is due wins.

        Raises:
            UsageError: An unknown target, action or parameter.
        """
        checked = [_Waiting(group=_checked(table), table=_loaded(table)) for table in faults]
        with self._lock:
            self._waiting.extend(checked)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, names: Iterable[str], text: str, group: Group) -> Fault | None:
        """The fault that is due at this call, if there is one. Every fault that matches counts the call."""
        targets = {*names, "any"} if group in ("early", "answer") else set(names)
        due: Fault | None = None
        with self._lock:
            for waiting in self._waiting:
                table = waiting.table
                if waiting.group != group or table["on"] not in targets or str(table.get("where", "")) not in text:
                    continue
                waiting.seen += 1
                if due is None and _is_due(table, waiting.seen):
                    due = _step(waiting) if table["do"] == "seq" else Fault(table["do"], table)
        return due


def _step(waiting: _Waiting) -> Fault | None:
    steps = waiting.table["steps"]
    index = waiting.steps
    waiting.steps += 1
    step = steps[index] if index < len(steps) else None
    if step is None or step == 200:
        return None
    if isinstance(step, int):
        return Fault("status", {"status": step})
    return Fault(step["do"], step)


def _is_due(table: Mapping[str, Any], seen: int) -> bool:
    nth = table.get("nth", "always" if table["do"] == "seq" else 1)
    if nth == "always":
        return True
    if isinstance(nth, list | tuple):
        return seen in nth
    if isinstance(nth, str):
        return seen >= int(nth.removesuffix("+"))
    return bool(seen == nth)


def _checked(table: Mapping[str, Any]) -> Group:
    if not isinstance(table, Mapping):
        raise UsageError("A fault must be a table such as {on: create, nth: 2, do: accept_rst}.")
    on, do = table.get("on"), table.get("do")
    if on not in TARGETS:
        raise UsageError(f"Fault on {on!r} is unknown.", hint=f"Targets: {', '.join(sorted(TARGETS))}.")
    if do not in ACTIONS:
        raise UsageError(f"Fault {do!r} is unknown.", hint=f"Actions: {', '.join(ACTIONS)}.")
    _check_parameters(table, do, {"on", "nth", "where", "do"})
    nth = table.get("nth", 1)
    counts = nth if isinstance(nth, list | tuple) else [nth]
    for count in counts:
        number = isinstance(count, int) and not isinstance(count, bool) and count > 0
        if not number and not (isinstance(count, str) and re.fullmatch(r"always|[1-9][0-9]*\+", count)):
            raise UsageError(f"Fault {do}: nth is {nth!r}.", hint='A number, a list of numbers, "3+" or "always".')
    if do == "seq":
        _check_steps(table.get("steps"), str(on))
    group = _group(on, do)
    if (do in SPOKEN and on != "claude") or (
        (group == "job") != (on == "job")
        or (do == "refuse" and on != "connect")
        or (on == "connect" and do not in _CONNECT)
    ):
        raise UsageError(
            f"Fault {do} cannot be on {on}.",
            hint="A port is closed before it is known what would have been asked: refuse goes with connect; fail, "
            "stuck, slow and charge go with job; what Claude says goes with claude.",
        )
    if do == "cb" and not str(on).startswith("create"):
        raise UsageError("Fault cb must be on create.")
    return group


def _check_steps(steps: Any, on: str) -> None:
    if not isinstance(steps, list | tuple):
        raise UsageError("Fault seq: steps must be a list.")
    for step in steps:
        if isinstance(step, Mapping):
            spoken = step.get("do") in SPOKEN and on != "claude"
            if spoken or step.get("do") not in ACTIONS.keys() - {"seq"} or _group(on, step["do"]) != "answer":
                raise UsageError(f"Fault seq: a step cannot do {step.get('do')!r}.")
            _check_parameters(step, step["do"], {"do"})
        elif step is not None and not isinstance(step, int):
            raise UsageError(f"Fault seq: {step!r} is neither a status nor a table nor null.")


def _check_parameters(table: Mapping[str, Any], do: str, common: set[str]) -> None:
    extra = set(table) - common - ACTIONS[do][0]
    if extra:
        known = ", ".join(sorted(ACTIONS[do][0])) or "none"
        raise UsageError(f"Fault {do}: unknown parameter {', '.join(sorted(extra))}.", hint=f"Known: {known}.")
    if do == "charge" and not isinstance(table.get("credits"), int | float):
        raise UsageError("Fault charge: credits must be a number.")
    if do == "file" and table.get("kind") not in FILE_KINDS:
        raise UsageError(f"Fault file: kind {table.get('kind')!r}.", hint=f"Kinds: {', '.join(sorted(FILE_KINDS))}.")


def _loaded(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with what it takes from a file: a recorded reply's parameters, or a storyboard as the reply."""
    loaded = dict(table)
    if table["do"] == "seq":
        loaded["steps"] = [_loaded(step) if isinstance(step, Mapping) else step for step in table["steps"]]
    if table["do"] != "reply" or "file" not in table:
        return loaded
    file = Path(str(table["file"]))
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"Fault reply: {file} cannot be read: {error}.") from None
    reply = told.get("reply") if isinstance(told, Mapping) else None
    return {**loaded, **(reply if isinstance(reply, Mapping) else {"json": told})}


def _group(on: str, do: str) -> Group:
    if on == "connect":
        return "port" if do == "refuse" else "connect"
    if do == "slow" and on in _CLAUDE:
        return "answer"
    if do in _JOB:
        return "job"
    if do == "cb":
        return "callback"
    return "early" if do == "rst_before" else "answer"
