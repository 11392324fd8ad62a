"""``adopt``: a task is taken only when the provider's own record proves that it is ours; else nothing changes."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console

from readme2video.cli.adopt import adopt, decide, ledger_table
from readme2video.events import ignore
from readme2video.ledger import Ledger
from readme2video.model.order import Attempt, Order
from readme2video.model.record import Artifact
from readme2video.orders import mismatch
from readme2video.store import Store

MODEL = "sora-2-image-to-video"
PROMPT = "Slow push in, soft light."
ID = "0123456789ab"
OTHER_ID = "ba9876543210"


def picture(attempt: str = ID) -> str:
    return f"https://files.example.com/r2v/r2v-demo-title-{attempt}-77aa.png?token=secret"


def body(attempt: str = ID, *, prompt: str = PROMPT, model: str = MODEL) -> dict[str, Any]:
    return {"model": model, "input": {"prompt": prompt, "image_urls": [picture(attempt)], "n_frames": "10"}}


def order(scene: str = "title", *, attempt: str = ID, project: str = "demo") -> Order:
    return Order(
        project=project,
        scenes=(scene,),
        input_hash=f"hash of {scene}",
        model=MODEL,
        body=body(attempt),
        seconds=10,
        credits=30,
    )


def lose(out: Path, scene: str = "title", *, attempt: str = ID, project: str = "demo", settled: bool = True) -> None:
    """A paid request of this scene went out and its answer was lost."""
    ledger = Ledger(out / ".store")
    ledger.prepare(order(scene, attempt=attempt, project=project), attempt_id=attempt)
    ledger.sending(attempt)
    if settled:
        ledger.unknown(attempt, "the connection was reset")
    ledger.close()


def kept(out: Path) -> tuple[Attempt, ...]:
    ledger = Ledger(out / ".store")
    attempts = ledger.attempts()
    ledger.close()
    return attempts


class Provider:
    """Answers for tasks over real HTTP, and remembers every request."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.seen: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.seen.append(f"GET {self.path}")
                task = parse_qs(urlsplit(self.path).query).get("taskId", [""])[0]
                found = provider.tasks.get(task)
                said = {"code": 200, "msg": "success", "data": found} if found else {"code": 404, "msg": "not found"}
                data = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                provider.seen.append(f"POST {self.path}")
                self.send_error(500)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def knows(self, task: str, param: Any, *, state: str = "generating", model: str = MODEL) -> None:
        result = json.dumps({"resultUrls": ["https://files.example.com/a.mp4"]}) if state == "success" else ""
        self.tasks[task] = {"taskId": task, "model": model, "state": state, "param": param, "resultJson": result}

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Provider]:
    running = Provider()
    monkeypatch.setenv("KIE_BASE_URL", running.url)
    monkeypatch.setenv("KIE_API_KEY", "canary-key")
    monkeypatch.chdir(tmp_path)
    yield running
    running.close()
    assert not [line for line in running.seen if line.startswith("POST")]


# ---------------------------------------------------------------------------------------------------- adopt


def in_text(said: dict[str, Any]) -> str:
    """As in 2026: JSON text inside JSON text."""
    return json.dumps({**said, "input": json.dumps(said["input"])})


@pytest.mark.parametrize("shape", [json.dumps, in_text, dict])
@pytest.mark.parametrize("state", ["generating", "success", "fail"])
def test_f36_the_right_task_is_taken(
    provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str], shape: Any, state: str
):
    lose(tmp_path)
    provider.knows("task-1", shape(body()), state=state)
    assert adopt(tmp_path, "title", "task-1") == 0
    (one,) = kept(tmp_path)
    assert (one.id, one.state, one.task_id) == (ID, "created", "task-1")
    said = capsys.readouterr().out
    assert "Nothing was bought" in said
    assert {"generating": "still being made", "success": "ready", "fail": "failed"}[state] in said


@pytest.mark.parametrize(
    ("param", "why"),
    [
        (body(OTHER_ID), "its picture is not the one"),
        (body(prompt="Something else."), "its prompt is another"),
        (body(model="kling-3.0/video"), "its model is kling-3.0/video, not sora-2-image-to-video"),
        ({"model": MODEL, "input": {"prompt": PROMPT, "image_urls": []}}, "its picture is not the one"),
        ({"model": MODEL, "input": {"prompt": PROMPT, "note": picture()[8:]}}, "its picture is not the one"),
        ({"model": MODEL, "input": {"image_urls": [picture()]}}, "its prompt is another"),
        ({}, "does not say what was ordered"),
    ],
)
def test_f36_a_foreign_task_is_refused_with_the_reason(
    provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str], param: dict[str, Any], why: str
):
    lose(tmp_path)
    before = kept(tmp_path)
    provider.knows("task-1", json.dumps(param), model=param.get("model", MODEL))
    assert adopt(tmp_path, "title", "task-1") == 2
    assert kept(tmp_path) == before
    said = capsys.readouterr().err
    assert why in said
    assert "Nothing was changed" in said
    assert "secret" not in said
    assert "canary-key" not in said


def test_f36_a_task_nobody_knows_is_refused(provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    assert adopt(tmp_path, "title", "task-404") == 2
    assert "Kie knows no such task" in capsys.readouterr().err
    assert kept(tmp_path)[0].state == "unknown"


def test_what_a_killed_run_left_sending_can_be_taken_at_once(provider: Provider, tmp_path: Path):
    lose(tmp_path, settled=False)
    provider.knows("task-1", json.dumps(body()))
    assert adopt(tmp_path, "title", "task-1") == 0
    assert kept(tmp_path)[0].state == "created"


def test_the_task_says_which_of_several_projects_and_aspects_it_belongs_to(provider: Provider, tmp_path: Path):
    lose(tmp_path, "title@16:9")
    lose(tmp_path, "title@9:16", attempt=OTHER_ID)
    lose(tmp_path, "title", attempt="c" * 12, project="other")
    provider.knows("task-1", json.dumps(body(OTHER_ID)))
    assert adopt(tmp_path, "title", "task-1") == 0
    assert [one.state for one in kept(tmp_path)] == ["unknown", "created", "unknown"]


def test_the_projects_own_folder_is_good_enough(provider: Provider, tmp_path: Path):
    lose(tmp_path)
    lose(tmp_path, attempt=OTHER_ID, project="other")
    (tmp_path / "other").mkdir()
    provider.knows("task-1", json.dumps(body()))
    assert adopt(tmp_path / "other", "title", "task-1") == 2  # it is the other project's
    assert adopt(tmp_path, "title", "task-1") == 0


def test_a_task_is_taken_once(provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    lose(tmp_path, "code", attempt=OTHER_ID)
    provider.knows("task-1", json.dumps(body()))
    assert adopt(tmp_path, "title", "task-1") == 0
    assert adopt(tmp_path, "code", "task-1") == 2
    assert "in the ledger already, for title of demo (created)" in capsys.readouterr().err
    assert adopt(tmp_path, "title", "task-2") == 2  # nothing of that scene is in doubt any more


def test_a_run_on_its_way_has_the_word(provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path, settled=False)
    provider.knows("task-1", json.dumps(body()))
    store = Store(tmp_path / ".store", ignore)
    with store.holding("demo"):
        assert adopt(tmp_path, "title", "task-1") == 10
        assert decide(tmp_path, "title", "pay again") == 10
    store.close()
    assert kept(tmp_path)[0].state == "sending"
    assert "Another run holds demo" in capsys.readouterr().err


def test_without_key_ledger_or_network_nothing_happens(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert adopt(tmp_path, "title", "task-1") == 2
    assert "Nothing was ever ordered" in capsys.readouterr().err
    assert not (tmp_path / ".store").exists()
    lose(tmp_path)
    monkeypatch.delenv("KIE_API_KEY")
    assert adopt(tmp_path, "title", "task-1") == 4
    monkeypatch.setenv("KIE_API_KEY", "canary-key")
    monkeypatch.setenv("KIE_BASE_URL", "http://127.0.0.1:9")
    assert adopt(tmp_path, "title", "task-1") == 8
    assert kept(tmp_path)[0].state == "unknown"


def test_f37_one_found_after_paying_again_is_said_to_be_paid_twice(
    provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    lose(tmp_path)
    assert decide(tmp_path, "title", "pay again") == 0
    ledger = Ledger(tmp_path / ".store")
    ledger.prepare(order(attempt=OTHER_ID), attempt_id=OTHER_ID)
    ledger.sending(OTHER_ID)
    ledger.created(OTHER_ID, "task-2")
    ledger.close()
    provider.knows("task-1", json.dumps(body()))
    assert adopt(tmp_path, "title", "task-1") == 0
    assert "paid for twice" in capsys.readouterr().out
    assert [(one.state, one.task_id) for one in kept(tmp_path)] == [("waived", "task-1"), ("created", "task-2")]


def test_json_is_one_object(provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    provider.knows("task-1", json.dumps(body()))
    assert adopt(tmp_path, "title", "task-1", as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["exit_code"], said["attempts"][0]["task_id"]) == (0, "task-1")


@pytest.mark.parametrize("as_json", [False, True])
def test_f92_words_that_stdout_cannot_write_are_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
):
    lose(tmp_path, "r\u00e9sum\u00e9")
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    assert decide(tmp_path, "r\u00e9sum\u00e9", "skip", as_json=as_json) == 0
    assert b"r?sum?: skip" in raw.getvalue() or json.loads(raw.getvalue())["attempts"][0]["state"] == "waived"
    assert kept(tmp_path)[0].decision == "skip"


@pytest.mark.parametrize(
    "name",
    [f"evil-{ID}.png", f"r2v-demo-title-{ID}0-77aa.png", f"r2v-demo-title-77aa.{ID}", f"xr2v-demo-{ID}-77aa.png"],
)
def test_only_a_whole_name_of_ours_proves_anything(name: str):
    attempt = Attempt(id=ID, order=order(), state="unknown")
    good, bad = body(), body()
    bad["input"]["image_urls"] = [f"https://files.example.com/{name}"]
    assert mismatch(attempt, good, MODEL) is None
    assert mismatch(attempt, bad, MODEL) is not None


# ---------------------------------------------------------------------------------------------------- decide


def test_paying_again_frees_the_scene_and_counts_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    assert decide(tmp_path, "title", "pay again") == 0
    (one,) = kept(tmp_path)
    assert (one.state, one.decision, one.spent_credits) == ("waived", "pay again", 30)
    assert "about $0.15" in capsys.readouterr().out
    ledger = Ledger(tmp_path / ".store")
    assert ledger.live("hash of title", "demo") is None
    ledger.close()


def test_a_word_can_be_changed_until_something_was_ordered(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    assert decide(tmp_path, "title", "skip") == 0
    assert decide(tmp_path, "title", "pay again") == 0
    assert kept(tmp_path)[0].decision == "pay again"
    ledger = Ledger(tmp_path / ".store")
    ledger.prepare(order(attempt=OTHER_ID))
    ledger.close()
    assert decide(tmp_path, "title", "skip") == 2
    assert kept(tmp_path)[0].decision == "pay again"
    capsys.readouterr()


def test_a_word_on_what_is_not_in_doubt_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path)
    lose(tmp_path, attempt=OTHER_ID, project="other")
    assert decide(tmp_path, "code", "pay again") == 2
    assert "In doubt are: title." in capsys.readouterr().err
    assert decide(tmp_path, "title", "pay again") == 2
    assert "several projects: demo, other" in capsys.readouterr().err
    assert [one.state for one in kept(tmp_path)] == ["unknown", "unknown"]
    (tmp_path / "other").mkdir()
    assert decide(tmp_path / "other", "title", "pay again") == 0
    assert [one.state for one in kept(tmp_path)] == ["unknown", "waived"]


def test_what_was_answered_is_never_waived_by_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lose(tmp_path, settled=False)
    ledger = Ledger(tmp_path / ".store")
    ledger.created(ID, "task-1")
    ledger.close()
    assert decide(tmp_path, "title", "pay again") == 2
    assert kept(tmp_path)[0].state == "created"
    assert "Nothing is in doubt in this folder." in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------- the table


def shown(*attempts: Attempt, width: int = 160) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, markup=False).print(ledger_table(attempts))
    return stream.getvalue()


def test_the_table_shows_state_task_money_and_words():
    clip = Artifact(sha256="a" * 64, suffix=".mp4", size_bytes=1)
    done = Attempt(id=ID, order=order(), state="done", task_id="task-1", credits_consumed=28, clip=clip)
    lost = Attempt(
        id=OTHER_ID, order=order("code"), state="unknown", reason="reset", sent_at="2026-11-23T12:03:11+00:00"
    )
    said = shown(done, lost).splitlines()
    assert "Project" not in said[0]
    assert said[1].split() == ["title", "done", MODEL, "task-1", "28", "$0.14", "-"]
    assert said[2].split() == ["code", "in", "doubt", MODEL, "-", "30", "$0.15", "2026-11-23", "12:03", "reset"]
    several = shown(done, lost.model_copy(update={"order": order("code", project="other")})).splitlines()
    assert several[0].startswith("Project")


def test_the_table_is_safe_on_a_terminal():
    reason = "[bold]x[/] \x1b]52;c;aGk=\x07 ::error::y \u202eevil"
    said = shown(Attempt(id=ID, order=order(), state="refused", reason=reason))
    assert "[bold]x[/]" in said
    assert "\x1b" not in said
    assert "::error::" not in said
    assert "\u202e" not in said
    assert shown(width=20)
