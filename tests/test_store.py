"""The store: results once, atomic, safe under kill -9 and two runs."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError, LockedError, OutputError
from readme2video.events import Event, WorkDone, WorkFailed, WorkStarted, ignore
from readme2video.model.record import Artifact, Record, Stage
from readme2video.store import Store, artifacts, holder


class Ask(Record):
    word: str


class Answer(Record):
    file: Artifact
    more: tuple[Artifact, ...] = ()


@dataclass
class Echo:
    """An engine that counts how often it performs."""

    stage: Stage = "render"
    fingerprint: str = "echo/1"
    output: type[Answer] = Answer
    parallel: int = 2
    performed: list[str] = field(default_factory=list)
    delay_s: float = 0.0
    running: int = 0
    most: int = 0
    fails: bool = False

    async def perform(self, request: Ask, work: Work) -> Answer:
        self.performed.append(request.word)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.delay_s)
            if self.fails:
                raise EncoderError("The encoder stumbled.")
            file = work.folder / "answer.txt"
            file.write_text(request.word)
            return Answer(file=work.keep(file, ".txt"), more=(work.keep_bytes(b"more", ".bin"),))
        finally:
            self.running -= 1


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


async def test_a_second_request_is_not_performed(store: Store):
    engine = Echo()
    first = await store(engine, Ask(word="one"))
    second = await store(engine, Ask(word="one"))
    assert first == second
    assert engine.performed == ["one"]
    assert store.path(first.file).read_text() == "one"


async def test_results_survive_the_process(tmp_path: Path):
    engine = Echo()
    for _ in range(2):
        store = Store(tmp_path / "s", ignore)
        await store(engine, Ask(word="one"))
        store.close()
    assert engine.performed == ["one"]


async def test_request_and_fingerprint_are_the_key(store: Store):
    engine = Echo()
    await store(engine, Ask(word="one"))
    await store(engine, Ask(word="two"))
    engine.fingerprint = "echo/2"
    await store(engine, Ask(word="one"))
    assert engine.performed == ["one", "two", "one"]


@pytest.mark.parametrize(
    ("again", "performed"),
    [((), 1), (("render",), 2), (("render:hook",), 2), (("render:end",), 1), (("shoot",), 1)],
)
async def test_again_does_a_stage_or_a_scene_anew(tmp_path: Path, again: tuple[str, ...], performed: int):
    engine = Echo()
    for given in ((), again):
        store = Store(tmp_path / "s", ignore, again=given)
        await store(engine, Ask(word="one"), label="hook@9:16")
        store.close()
    assert len(engine.performed) == performed


@pytest.mark.parametrize("harm", ["gone", "short", "record"])
async def test_damage_is_seen_and_made_good(tmp_path: Path, harm: str):
    engine = Echo()
    store = Store(tmp_path / "s", ignore)
    answer = await store(engine, Ask(word="one"))
    kept = store.path(answer.file)
    if harm == "gone":
        kept.unlink()
    elif harm == "short":
        kept.chmod(0o644)
        kept.write_text("o")
    else:
        record = next((tmp_path / "s" / "records" / "render").glob("*.json"))
        record.write_text(record.read_text()[:-20])
    assert await store(engine, Ask(word="one")) == answer
    assert kept.read_text() == "one"
    assert engine.performed == ["one", "one"]
    store.close()


async def test_equal_requests_at_the_same_time_are_performed_once(store: Store):
    engine = Echo(delay_s=0.05)
    answers = await store.each(range(5), lambda _: store(engine, Ask(word="same")))
    assert engine.performed == ["same"]
    assert len(set(map(str, answers))) == 1


async def test_an_engine_runs_as_many_side_by_side_as_it_says(store: Store):
    engine = Echo(delay_s=0.03, parallel=3)
    await store.each(range(9), lambda number: store(engine, Ask(word=str(number))))
    assert engine.most == 3


async def test_a_failure_is_told_cancels_the_others_and_leaves_no_scratch(tmp_path: Path):
    events: list[Event] = []
    store = Store(tmp_path / "s", events.append)
    bad, slow = Echo(fails=True, delay_s=0.05), Echo(delay_s=30, fingerprint="slow/1")
    began = time.monotonic()
    with pytest.raises(EncoderError) as caught:
        await store.each([bad, slow], lambda engine: store(engine, Ask(word="x"), label="hook@1:1"))
    assert time.monotonic() - began < 5
    assert caught.value.scene == "hook"
    assert [type(event) for event in events if not isinstance(event, WorkStarted)] == [WorkFailed]
    assert not [p for p in (tmp_path / "s" / "work").rglob("*") if p.is_file() and p.suffix != ".lock"]
    store.close()
    assert not list((tmp_path / "s" / "work").iterdir())


async def test_events_say_what_was_reused(tmp_path: Path):
    events: list[Event] = []
    store = Store(tmp_path / "s", events.append)
    for _ in range(2):
        await store(Echo(), Ask(word="x"), label="hook")
    done = [event for event in events if isinstance(event, WorkDone)]
    assert [event.reused for event in done] == [False, True]
    store.close()


async def test_once_lets_callers_share(store: Store):
    calls: list[int] = []

    @store.once
    async def work(place: int) -> int:
        calls.append(place)
        await asyncio.sleep(0.01)
        return place * 2

    assert await asyncio.gather(work(1), work(1), work(2)) == [2, 2, 4]
    assert calls == [1, 2]


def test_kept_files_are_read_only_and_content_addressed(store: Store):
    one, two = store.keep_bytes(b"same", ".txt"), store.keep_bytes(b"same", ".txt")
    assert one == two
    assert not stat.S_IMODE(store.path(one).stat().st_mode) & 0o222


def test_artifacts_are_found_at_any_depth(store: Store):
    kept = store.keep_bytes(b"a", ".txt")
    assert list(artifacts(Answer(file=kept, more=(kept, kept)))) == [kept] * 3


def test_f82_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be used"):
        Store(tmp_path / "file" / "store", ignore)


def test_f87_one_run_holds_a_folder(tmp_path: Path):
    first, second = Store(tmp_path / "s", ignore), Store(tmp_path / "s", ignore)
    with first.holding("acme-tool"):
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), second.holding("acme-tool"):
            pass
        with second.holding("acme-other"):
            assert holder(tmp_path / "s", "acme-other")
    with second.holding("acme-tool"):
        pass
    assert holder(tmp_path / "s", "acme-tool") is None
    first.close()
    second.close()


def test_f85_a_killed_run_leaves_no_lock_and_its_scratch_is_swept(tmp_path: Path):
    script = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from readme2video.events import ignore
        from readme2video.store import Store
        store = Store(Path({str(tmp_path / "s")!r}), ignore)
        with store.holding("acme-tool"):
            (store._scratch / "half.mp4").write_bytes(b"half")
            print("holding", flush=True)
            time.sleep(60)
        """
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert child.stdout
    assert child.stdout.readline() == b"holding\n"
    living = Store(tmp_path / "s", ignore)
    with pytest.raises(LockedError, match=str(child.pid)), living.holding("acme-tool"):
        pass
    assert list((tmp_path / "s" / "work").glob("run-*/half.mp4")), "a living run's scratch is not swept"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    living.close()
    heir = Store(tmp_path / "s", ignore)
    assert not list((tmp_path / "s" / "work").glob("run-*/half.mp4"))
    with heir.holding("acme-tool"):
        pass
    heir.close()


async def test_a_thread_is_stopped_and_waited_for_when_cancelled():
    seen: list[str] = []

    def blocking(stop, word: str) -> None:
        while not stop.is_set():
            time.sleep(0.005)
        seen.append(word)

    task = asyncio.create_task(in_thread(blocking, "stopped"))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["stopped"]
