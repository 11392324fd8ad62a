"""The ledger: one live attempt per input, every mark durable, nothing paid by a ledger that cannot be trusted."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from readme2video.errors import (
    ConsentError,
    LockedError,
    MachineError,
    OutputError,
    PausedError,
    PaymentInDoubtError,
    Readme2VideoError,
    UsageError,
)
from readme2video.ledger import FILE, AlreadyOrderedError, IllegalTransitionError, Ledger, new_attempt_id
from readme2video.ledger.database import columns, schema
from readme2video.model.order import LIVE_STATES, Attempt, Order
from readme2video.model.record import Artifact

CLIP = Artifact(sha256="a" * 64, suffix=".mp4", size_bytes=3)
SHARED = os.environ.get("LEDGER_TEST_URL", "")
"""Address of an empty database the same tests run against, as postgresql+psycopg://…; its tables are dropped."""


def order(name: str = "title", *, project: str = "demo", credits: float = 30.0) -> Order:  # noqa: A002
    return Order(
        project=project,
        scenes=(name,),
        input_hash=f"hash of {name}",
        model="sora-2-image-to-video",
        body={"model": "sora-2-image-to-video", "input": {"prompt": "slow push in", "n_frames": "10"}},
        seconds=10,
        credits=credits,
        price_date="2026-10-01",
    )


@pytest.fixture(params=["file", *(["shared"] if SHARED else [])])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "file":
        return tmp_path / ".store"
    from sqlalchemy import create_engine

    engine = create_engine(SHARED)
    schema()[0].metadata.drop_all(engine)
    engine.dispose()
    return SHARED


@pytest.fixture
def ledger(where: Path | str) -> Iterator[Ledger]:
    opened = Ledger(where)
    yield opened
    opened.close()


def marks(ledger: Ledger) -> list[tuple[str, str]]:
    return [(one.order.scenes[0], one.state) for one in ledger.attempts()]


def test_an_order_goes_from_mark_to_mark_and_is_read_back_whole(where: Path | str):
    ledger = Ledger(where)
    attempt = ledger.prepare(order(), attempt_id=(name := new_attempt_id()))
    assert (attempt.id, attempt.state, attempt.sent_at) == (name, "prepared", "")
    assert ledger.sending(attempt.id).sent_at
    assert ledger.created(attempt.id, "task-1").task_id == "task-1"
    done = ledger.done(attempt.id, CLIP, 28.5)
    ledger.close()

    again = Ledger(where)
    kept = again.live("hash of title", "demo")
    again.close()
    assert kept == done
    assert (kept.clip, kept.credits_consumed, kept.spent_credits, kept.order) == (CLIP, 28.5, 28.5, order())
    assert kept.settled_at >= kept.sent_at >= kept.prepared_at > "2000"


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((), "prepared"),
        (("sending",), "sending"),
        (("sending", "unknown"), "unknown"),
        (("sending", "created"), "created"),
        (("sending", "created", "done"), "done"),
    ],
)
def test_an_input_with_a_live_attempt_is_not_ordered_again(ledger: Ledger, steps: tuple[str, ...], state: str):
    first = ledger.prepare(order())
    for step in steps:
        STEPS[step](ledger, first.id)
    with pytest.raises(PaymentInDoubtError if state == "unknown" else AlreadyOrderedError):
        ledger.prepare(order())
    assert marks(ledger) == [("title", state)]


@pytest.mark.parametrize(
    "steps", [("sending", "refused"), ("sending", "created", "failed"), ("sending", "unknown", "waive")]
)
def test_an_input_is_ordered_again_once_it_surely_may_be(ledger: Ledger, steps: tuple[str, ...]):
    first = ledger.prepare(order())
    for step in steps:
        STEPS[step](ledger, first.id)
    assert ledger.live("hash of title", "demo") is None
    second = ledger.prepare(order())
    assert second.id != first.id
    assert ledger.last("hash of title", "demo") == second


def test_f88_another_project_pays_for_itself(ledger: Ledger):
    ledger.prepare(order())
    ledger.prepare(order(project="other"))
    assert len(ledger.attempts("other")) == 1
    assert len(ledger.attempts()) == 2


def test_what_was_not_sent_may_be_sent_again_and_what_was_only_prepared_is_forgotten(ledger: Ledger):
    attempt = ledger.prepare(order())
    ledger.sending(attempt.id)
    assert ledger.not_sent(attempt.id) == attempt
    assert ledger.sending(attempt.id).state == "sending"
    ledger.not_sent(attempt.id)
    ledger.drop(attempt.id)
    assert ledger.attempts() == ()


def test_the_index_itself_refuses_a_second_live_attempt(ledger: Ledger):
    from sqlalchemy.exc import IntegrityError

    ledger.prepare(order())
    second = Attempt(id="b" * 12, order=order(), state="sending")
    _, table = schema()
    with pytest.raises(IntegrityError), ledger._engine.begin() as connection:
        connection.execute(table.insert().values(number=99, **columns(second)))
    with ledger._engine.begin() as connection:  # a settled one does not stand in the way
        connection.execute(table.insert().values(number=99, **columns(second.model_copy(update={"state": "refused"}))))


# ---------------------------------------------------------------------------------------------------- crashes


CHILD = textwrap.dedent(
    """
    import os, signal, sys
    from readme2video.ledger import Ledger
    from readme2video.model.order import Order
    where, step, order = sys.argv[1], sys.argv[2], Order.model_validate_json(sys.argv[3])
    ledger = Ledger(where)
    attempt = ledger.prepare(order)
    if step != "prepare":
        ledger.sending(attempt.id)
    if step == "created":
        ledger.created(attempt.id, "task-of-the-child")
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


def killed_after(where: Path | str, step: str) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, str(where), step, order().model_dump_json()], check=False)
    assert child.returncode == -signal.SIGKILL


def test_killed_right_after_sending_leaves_a_payment_in_doubt(where: Path | str):
    killed_after(where, "sending")
    ledger = Ledger(where)
    assert marks(ledger) == [("title", "sending")]
    (left,) = ledger.settle_left("demo")
    assert (left.state, left.reason) == ("unknown", "The run ended before the answer came.")
    with pytest.raises(PaymentInDoubtError):
        ledger.prepare(order())
    assert ledger.settle_left("demo") == (left,)  # it stays in doubt from start to start
    ledger.close()


def test_killed_before_sending_costs_nothing_and_after_created_loses_nothing(where: Path | str):
    killed_after(where, "prepare")
    ledger = Ledger(where)
    assert ledger.settle_left("demo") == ()
    assert ledger.attempts() == ()
    ledger.close()
    killed_after(where, "created")
    ledger = Ledger(where)
    assert ledger.settle_left("demo") == ()
    assert ledger.live("hash of title", "demo").task_id == "task-of-the-child"
    ledger.close()


def test_settling_leaves_other_projects_alone(ledger: Ledger):
    for project in ("demo", "other"):
        ledger.sending(ledger.prepare(order(project=project)).id)
    assert [one.order.project for one in ledger.settle_left("demo")] == ["demo"]
    assert [one.state for one in ledger.attempts("other")] == ["sending"]


RACER = textwrap.dedent(
    """
    import sys
    from readme2video.ledger import AlreadyOrderedError, Ledger
    from readme2video.model.order import Order
    orders = [Order.model_validate_json(line) for line in sys.argv[2:]]
    print("ready", flush=True)
    sys.stdin.readline()
    ledger = Ledger(sys.argv[1])  # the first one makes it
    for order in orders:
        try:
            print("won", ledger.prepare(order).id, flush=True)
        except AlreadyOrderedError as error:
            print("lost", error.attempt.id, flush=True)
    ledger.close()
    """
)


def test_of_two_processes_preparing_the_same_input_exactly_one_wins(where: Path | str):
    orders = [order(f"scene-{number}").model_dump_json() for number in range(6)]
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(where), *orders], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = [racer.communicate()[0].split("\n")[:-1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    for one, other in zip(*said, strict=True):
        assert sorted([one.split()[0], other.split()[0]]) == ["lost", "won"]
        assert one.split()[1] == other.split()[1]  # the loser is told who stands there


# ---------------------------------------------------------------------------------------------------- the cap


def test_eight_scenes_ready_at_once_under_a_cap_of_two_buy_exactly_two(ledger: Ledger):
    orders = [order(f"scene-{number}") for number in range(8)]
    film = {one.input_hash for one in orders}
    start = threading.Barrier(8)

    def buy(one: Order) -> str:
        start.wait()
        try:
            ledger.prepare(one, cap_credits=0.30 / 0.005, counted=film)
        except ConsentError as error:
            return f"over, {error.scene == one.scenes[0]}"
        return "bought"

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(buy, orders))
    assert sorted(ends) == ["bought"] * 2 + ["over, True"] * 6
    assert len(ledger.attempts()) == 2


def test_an_unknown_counts_as_spent_also_from_outside_the_film_and_after_a_decision(ledger: Ledger):
    lost = ledger.prepare(order("lost"))
    ledger.sending(lost.id)
    ledger.unknown(lost.id, "reset")
    with pytest.raises(ConsentError, match=r"30 of the 50 credits \(\$0.25\)"):
        ledger.prepare(order("next"), cap_credits=50)
    ledger.waive(lost.id, "pay again")
    with pytest.raises(ConsentError):  # the same input again: the first may have been charged
        ledger.prepare(order("lost"), cap_credits=50)
    ledger.prepare(order("lost"), cap_credits=60)


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        (("sending", "refused"), 30.0),
        (("sending", "created", "failed"), 30.0),
        (("sending", "created", "failed and charged"), 20.0),
        (("sending", "created", "done"), 2.0),
        (("sending", "created"), 0.0),
        ((), 0.0),
    ],
)
def test_the_cap_counts_what_was_spent_of_this_film(ledger: Ledger, steps: tuple[str, ...], left: float):
    first = ledger.prepare(order("first"))
    for step in steps:
        STEPS[step](ledger, first.id)
    film = {"hash of first", "hash of second"}
    with pytest.raises(ConsentError):
        ledger.prepare(order("second", credits=left + 0.01), cap_credits=30, counted=film)
    if left:
        ledger.prepare(order("second", credits=left), cap_credits=30, counted=film)
    ledger.prepare(order("of another film", credits=30), cap_credits=30)


# ---------------------------------------------------------------------------------------------------- one task


def test_the_same_task_for_two_scenes_is_no_answer(ledger: Ledger):
    first, second = ledger.prepare(order("first")), ledger.prepare(order("second"))
    for one in (first, second):
        ledger.sending(one.id)
    ledger.created(first.id, "task-1")
    with pytest.raises(PaymentInDoubtError, match="belongs to the clip of first") as raised:
        ledger.created(second.id, "task-1")
    assert raised.value.scene == "second"
    assert marks(ledger) == [("first", "created"), ("second", "unknown")]
    with pytest.raises(PaymentInDoubtError):
        ledger.adopt(second.id, "task-1")
    assert ledger.adopt(second.id, "task-2").state == "created"


def test_a_task_found_after_paying_again_is_kept_as_paid_twice(ledger: Ledger):
    first = ledger.prepare(order())
    ledger.sending(first.id)
    ledger.unknown(first.id, "reset")
    ledger.waive(first.id, "pay again")
    second = ledger.prepare(order())
    kept = ledger.adopt(first.id, "task-1")
    assert (kept.state, kept.task_id, kept.decision) == ("waived", "task-1", "pay again")
    assert "twice" in kept.reason
    assert ledger.live("hash of title", "demo") == second


def test_a_skipped_one_comes_back_with_its_task(ledger: Ledger):
    first = ledger.prepare(order())
    ledger.sending(first.id)
    ledger.unknown(first.id, "reset")
    assert ledger.waive(first.id, "skip") == ledger.last("hash of title", "demo")
    assert ledger.adopt(first.id, "task-1").state == "created"


# ---------------------------------------------------------------------------------------------------- the disk


def fill_disk(ledger: Ledger) -> None:
    """No page more for every connection from here on; SQLite itself then says that the disk is full."""
    from sqlalchemy import event

    ledger._engine.dispose()

    @event.listens_for(ledger._engine, "connect")
    def _full(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")


def test_f80_a_full_disk_at_prepare_is_said_and_nothing_may_be_sent(tmp_path: Path):
    ledger = Ledger(tmp_path)
    fill_disk(ledger)
    big = order().model_copy(update={"body": {"prompt": "x" * 200_000}})
    sent = []
    with pytest.raises(OutputError, match="full") as raised:
        sent.append(ledger.sending(ledger.prepare(big).id))
    assert raised.value.hint
    assert not sent
    assert ledger.attempts() == ()
    ledger.close()


FULL = textwrap.dedent(
    """
    import resource, sys
    from readme2video.errors import OutputError
    from readme2video.ledger import Ledger
    from readme2video.model.order import Order
    ledger = Ledger(sys.argv[1])
    attempt = ledger.prepare(Order.model_validate_json(sys.argv[3]))
    ledger.sending(attempt.id)
    ledger.close()
    ledger = Ledger(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        ledger.created(attempt.id, "task-77")
    except OutputError as error:
        print(error.message, error.hint)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes")
@pytest.mark.parametrize(("limit", "noted"), [(4096, True), (0, False)])
def test_f81_a_full_disk_when_the_answer_comes_does_not_lose_the_task(tmp_path: Path, limit: int, noted: bool):
    """The kernel refuses every write beyond ``limit``; the room reserved for the task id lies below 4096."""
    child = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit), order().model_dump_json()],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "accepted as task task-77" in child.stdout
    ledger = Ledger(tmp_path)
    (left,) = ledger.settle_left("demo")
    assert ("task-77" in left.reason) is noted
    assert ledger.adopt(left.id, "task-77").state == "created"
    assert ledger._note.read() == {}
    ledger.close()


def test_f82_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        Ledger(tmp_path / "file" / ".store")
    (tmp_path / FILE).mkdir()
    with pytest.raises(MachineError):
        Ledger(tmp_path)


# ---------------------------------------------------------------------------------------------------- damage


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A closed ledger that knows of a payment in doubt."""
    ledger = Ledger(tmp_path)
    for number in range(12):
        ledger.sending(ledger.prepare(order(f"scene-{number}")).id)
    ledger.settle_left("demo")
    ledger.close()
    assert not (tmp_path / f"{FILE}-wal").exists()
    return tmp_path / FILE


def refused(file: Path) -> MachineError:
    """It is refused and left as it is."""
    before = file.read_bytes()
    with pytest.raises(MachineError) as raised:
        Ledger(file.parent)
    assert not isinstance(raised.value, OutputError)
    assert file.read_bytes() == before
    assert "Nothing" in raised.value.hint
    return raised.value


@pytest.mark.parametrize("part", [0, 0.01, 0.3, 0.5, 0.8, 0.99])
def test_f83_a_cut_ledger_is_refused(kept: Path, part: float):
    data = kept.read_bytes()
    kept.write_bytes(data[: int(len(data) * part)])
    assert "damaged" in refused(kept).message


@pytest.mark.parametrize("page", [0, 1, 2, 3, 4])
def test_f83_a_ledger_with_a_page_of_noise_is_refused(kept: Path, page: int):
    data = bytearray(kept.read_bytes())
    data[page * 4096 : (page + 1) * 4096] = random.Random(page).randbytes(4096)  # noqa: S311
    kept.write_bytes(data)
    assert "damaged" in refused(kept).message


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"<html>not a database</html>" * 400])
def test_f83_anything_else_under_its_name_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    assert "damaged" in refused(tmp_path / FILE).message


def test_f83_a_ledger_that_is_gone_but_for_its_journal_is_refused(tmp_path: Path):
    (tmp_path / f"{FILE}-wal").write_bytes(b"frames")
    with pytest.raises(MachineError, match="journal"):
        Ledger(tmp_path)
    assert not (tmp_path / FILE).exists()


def edited(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("version", [0, 2, 99])
def test_f83_a_ledger_of_another_version_is_refused(kept: Path, version: int):
    edited(kept, f"UPDATE readme2video_ledger SET format = {version}")  # noqa: S608
    assert f"format {version}" in refused(kept).message


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE readme2video_ledger",
        "DELETE FROM readme2video_ledger",
        "UPDATE readme2video_attempts SET state = 'perhaps' WHERE number = 3",
        "UPDATE readme2video_attempts SET \"order\" = '{}' WHERE number = 3",
        "UPDATE readme2video_attempts SET input_hash = 'another' WHERE number = 3",
    ],
)
def test_f83_a_ledger_whose_rows_make_no_sense_is_refused(kept: Path, statement: str):
    edited(kept, statement)
    assert "damaged" in refused(kept).message


def test_a_copy_without_its_journal_knows_every_order(tmp_path: Path):
    """Each commit reaches the file itself, so that a journal that gets lost takes no payment with it."""
    ledger = Ledger(tmp_path / "one")
    ledger.sending(ledger.prepare(order()).id)
    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / FILE, tmp_path / "two" / FILE)
    ledger.close()
    copy = Ledger(tmp_path / "two")
    assert marks(copy) == [("title", "sending")]
    copy.close()


def test_the_file_is_careful(tmp_path: Path):
    ledger = Ledger(tmp_path)
    with ledger._engine.connect() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")}
    ledger.close()
    assert said == {"journal_mode": "wal", "synchronous": 2}


def test_half_made_files_of_a_killed_start_are_no_ledger(tmp_path: Path):
    (tmp_path / "ledger.new").write_bytes(b"half")
    (tmp_path / "ledger.new-wal").write_bytes(b"half")
    ledger = Ledger(tmp_path)
    assert ledger.attempts() == ()
    ledger.close()
    assert sorted(path.name for path in tmp_path.glob("ledger.new*")) == []


# ---------------------------------------------------------------------------------------------------- other databases


def test_addresses_that_cannot_hold_money_are_refused(tmp_path: Path):
    for address in ("sqlite://", "sqlite:///:memory:", "://"):
        with pytest.raises(UsageError):
            Ledger(address)
    ledger = Ledger(f"sqlite:///{tmp_path / 'own.db'}")
    ledger.prepare(order())
    ledger.close()
    assert (tmp_path / "own.db").exists()


def test_a_database_that_is_away_pauses_and_shows_no_password(monkeypatch: pytest.MonkeyPatch):
    import sqlalchemy
    from sqlalchemy.exc import OperationalError

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("SELECT 1", {}, ConnectionError("password=hunter2"))

    monkeypatch.setattr(sqlalchemy, "create_engine", away)
    with pytest.raises(PausedError) as raised:
        Ledger("postgresql://user:hunter2@127.0.0.1:1/ledger")
    assert "hunter2" not in raised.value.message + raised.value.hint
    assert "127.0.0.1" in raised.value.message


def test_the_tables_are_the_same_in_postgres():
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    about, table = schema()
    for one in (about, table):
        assert "CREATE TABLE" in str(CreateTable(one).compile(dialect=postgresql.dialect()))
    (index,) = table.indexes
    said = str(CreateIndex(index).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    assert "CREATE UNIQUE INDEX" in said
    assert "WHERE state IN ('prepared', 'sending', 'created', 'unknown', 'done')" in said


def test_a_ledger_kept_locked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("readme2video.ledger.database._BUSY_S", 0.05)
    ledger = Ledger(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedError):
        ledger.prepare(order())
    other.close()
    ledger.prepare(order())
    ledger.close()


# ---------------------------------------------------------------------------------------------------- all ways


STEPS: dict[str, Callable[[Ledger, str], Any]] = {
    "sending": lambda ledger, id_: ledger.sending(id_),
    "not sent": lambda ledger, id_: ledger.not_sent(id_),
    "drop": lambda ledger, id_: ledger.drop(id_),
    "created": lambda ledger, id_: ledger.created(id_, f"task of {id_}"),
    "refused": lambda ledger, id_: ledger.refused(id_, "no credits", 402),
    "unknown": lambda ledger, id_: ledger.unknown(id_, "reset"),
    "done": lambda ledger, id_: ledger.done(id_, CLIP, 28),
    "failed": lambda ledger, id_: ledger.failed(id_, "moderation"),
    "failed and charged": lambda ledger, id_: ledger.failed(id_, "moderation", 10),
    "waive": lambda ledger, id_: ledger.waive(id_, "pay again"),
    "adopt": lambda ledger, id_: ledger.adopt(id_, f"task of {id_}"),
}
LEGAL = {
    "prepared": {"sending": "sending", "not sent": "prepared", "drop": "gone"},
    "sending": {"not sent": "prepared", "created": "created", "refused": "refused", "unknown": "unknown"},
    "created": {"created": "created", "adopt": "created", "done": "done", "failed": "failed", "waive": "waived"},
    "unknown": {
        "waive": "waived",
        "adopt": "created",
        "created": "created",
        "refused": "refused",
        "unknown": "unknown",
    },
    "done": {"waive": "waived"},
    "waived": {"waive": "waived", "adopt": "created"},
    "failed": {},
    "refused": {},
}
"""Every state, what may be done in it, and where that leads; anything else is a bug. A task said again is no news."""
LEGAL["created"]["failed and charged"] = "failed"


class AllWays(RuleBasedStateMachine):
    """Any step at any time on three inputs, beside a model that is a table and two dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, str] = {}
        self.inputs: dict[str, str] = {}
        self.ledger: Ledger
        self.folder: Path

    @initialize()
    def open(self) -> None:
        from tempfile import mkdtemp

        self.folder = Path(mkdtemp(prefix="ledger-"))
        self.ledger = Ledger(self.folder)

    def alive(self, name: str) -> list[str]:
        return [one for one, state in self.states.items() if self.inputs[one] == name and state in LIVE_STATES]

    @rule(name=st.sampled_from("abc"))
    def prepare(self, name: str) -> None:
        try:
            attempt = self.ledger.prepare(order(name))
        except (AlreadyOrderedError, PaymentInDoubtError):
            assert self.alive(name)
        else:
            assert not self.alive(name)
            self.states[attempt.id], self.inputs[attempt.id] = "prepared", name

    @precondition(lambda self: self.states)
    @rule(step=st.sampled_from(sorted(STEPS)), data=st.data())
    def step(self, step: str, data: st.DataObject) -> None:
        # By age, not by name: the names are random, and a run must be repeatable.
        attempt = list(self.states)[data.draw(st.integers(0, len(self.states) - 1))]
        state = self.states[attempt]
        try:
            STEPS[step](self.ledger, attempt)
        except IllegalTransitionError:
            assert step not in LEGAL[state]
            return
        after = LEGAL[state][step]
        if step == "adopt" and state == "waived" and self.alive(self.inputs[attempt]):
            after = "waived"
        if after == "gone":
            del self.states[attempt]
        else:
            self.states[attempt] = after

    @rule()
    def start_again(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.folder)
        self.ledger.settle_left("demo")
        self.states = {
            one: "unknown" if state == "sending" else state for one, state in self.states.items() if state != "prepared"
        }

    @invariant()
    def as_the_model_says_and_one_alive_per_input(self) -> None:
        kept = self.ledger.attempts()
        assert {one.id: one.state for one in kept} == self.states
        alive = [one.order.input_hash for one in kept if one.state in LIVE_STATES]
        assert len(alive) == len(set(alive))

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)


TestAllWays = AllWays.TestCase
TestAllWays.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("state", sorted(LEGAL))
def test_every_illegal_step_is_a_bug_and_changes_nothing(ledger: Ledger, state: str):
    road = {
        "prepared": (),
        "sending": ("sending",),
        "created": ("sending", "created"),
        "unknown": ("sending", "unknown"),
        "done": ("sending", "created", "done"),
        "waived": ("sending", "unknown", "waive"),
        "failed": ("sending", "created", "failed"),
        "refused": ("sending", "refused"),
    }[state]
    attempt = ledger.prepare(order())
    for step in road:
        STEPS[step](ledger, attempt.id)
    before = ledger.attempts()
    assert before[0].state == state
    for name in STEPS.keys() - LEGAL[state].keys():
        with pytest.raises(IllegalTransitionError):
            STEPS[name](ledger, attempt.id)
        assert ledger.attempts() == before


def test_an_attempt_nobody_knows_is_a_bug(ledger: Ledger):
    for step in STEPS.values():
        with pytest.raises(IllegalTransitionError):
            step(ledger, "0" * 12)
    assert not issubclass(IllegalTransitionError, Readme2VideoError)


def test_f89_a_run_that_lost_its_lease_while_sending_keeps_its_attempt_and_its_answer(tmp_path: Path):
    """Two workers of a fleet: the second takes over what the first, which only stood still, is sending."""
    first, second = Ledger(tmp_path), Ledger(tmp_path)
    try:
        sent = first.sending(first.prepare(order()).id)
        (left,) = second.settle_left("demo")
        assert (left.id, left.state) == (sent.id, "unknown")
        with pytest.raises((AlreadyOrderedError, PaymentInDoubtError)):
            second.prepare(order())
        assert first.created(sent.id, "task-1").state == "created"  # the answer came after all
        with pytest.raises(AlreadyOrderedError):
            second.prepare(order())
        assert [(one.id, one.task_id) for one in second.attempts()] == [(sent.id, "task-1")]
    finally:
        first.close()
        second.close()
