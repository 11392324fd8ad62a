"""The ledger: every order in durable marks, so that no clip is ever paid for twice.

An attempt to place an order moves along these marks and no others::

    prepared ⇄ sending → created → done | failed
                  ├───→ refused
                  └───→ unknown → created (adopted)
    unknown | created | done → waived (a person decided) → created (adopted after all)

``sending`` is on disk before the first byte leaves; whoever finds it later knows that the outcome is not known. One
attempt per input is alive at any time; a partial unique index holds that, whatever the code does. It lies in SQLite
beside the store, or in any database a fleet shares.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from readme2video.errors import LockedError, MachineError, PausedError
from readme2video.ledger.conflicts import IllegalTransitionError, inconsistent, over_cap, standing_in_the_way
from readme2video.ledger.database import FILE, attempt_of, columns, damaged, explained, open_database, schema
from readme2video.ledger.note import Note
from readme2video.model.order import LIVE_STATES, Attempt, AttemptState, Order
from readme2video.model.record import Artifact

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NOTE = "ledger.note"
_CANNOT_WRITE = (MachineError, PausedError, LockedError)
_ROUNDING = 1e-6
"""Credits; sums of prices are not exact."""


def new_attempt_id() -> str:
    """Twelve random hex digits: the file is uploaded under this id before the attempt is prepared."""
    return uuid.uuid4().hex[:12]


_ASKED: frozenset[AttemptState] = frozenset({"sending", "unknown"})
"""An answer may come when another run, which thought this one dead, has called the attempt unknown: it still counts."""


class Ledger:
    """What was ordered, what became of it, what it cost. Durable on return; safe from threads and processes.

    Args:
        where: The folder that holds ``ledger.db``, made when missing; or the SQLAlchemy URL of a database.
        now: The time, aware; for the marks only, nothing is decided by it.

    Raises:
        MachineError: The ledger is damaged or of another version. It is left as it is, and nothing can be paid.
        OutputError: It cannot be made, read or written.
        PausedError: The database does not answer.
    """

    def __init__(self, where: Path | str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._engine, file, self._name = open_database(where)
        try:
            with explained(self._name):
                self._note = Note(file and file.with_name(_NOTE))
            if file is not None:
                self.attempts()  # every row can be read
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    # ------------------------------------------------------------------------------------------------ looking

    def attempts(self, project: str | None = None) -> tuple[Attempt, ...]:
        """All attempts, of one project or of all, in the order they were prepared."""
        with self._reading() as connection:
            return self._find(connection, **({} if project is None else {"project": project}))

    def live(self, input_hash: str, project: str) -> Attempt | None:
        """The attempt that stands for this input now; None when it may be ordered."""
        with self._reading() as connection:
            return self._alive(connection, project, input_hash)

    def last(self, input_hash: str, project: str) -> Attempt | None:
        """The newest attempt for this input, whatever its state; so a decision to skip is found again."""
        with self._reading() as connection:
            found = self._find(connection, project=project, input_hash=input_hash)
        return found[-1] if found else None

    # ------------------------------------------------------------------------------------------------ ordering

    def settle_left(self, project: str) -> tuple[Attempt, ...]:
        """At the start of a run that holds the project: what an ended run left in mid-order becomes unknown.

        What was only prepared was surely not sent and is dropped.

        Returns:
            Every attempt of the project that is unknown now, also those from earlier runs.
        """
        _, table = schema()
        noted = self._note.read()
        with self._writing() as connection:
            connection.execute(table.delete().where(table.c.project == project, table.c.state == "prepared"))
            for attempt in self._find(connection, project=project, state="sending"):
                reason = "The run ended before the answer came."
                if attempt.id in noted:
                    reason = f"The answer was task {noted[attempt.id]}, but the disk was full when it came."
                self._write(connection, attempt.id, state="unknown", reason=reason)
            unknown = self._find(connection, project=project, state="unknown")
        self._note.remove([attempt.id for attempt in unknown])
        return unknown

    def prepare(
        self,
        order: Order,
        *,
        cap_credits: float | None = None,
        counted: Collection[str] = (),
        attempt_id: str | None = None,
    ) -> Attempt:
        """Reserve an order's money. Nothing may be sent before this returns.

        Args:
            cap_credits: The most the film may cost in all; None for no cap.
            counted: Input hashes of the whole film. What they cost, or may have cost, counts against the cap, and so
                does every unknown attempt of the project.
            attempt_id: From ``new_attempt_id``, when the picture was uploaded under it.

        Raises:
            AlreadyOrderedError: The input has a live attempt.
            PaymentInDoubtError: It has one, and nobody knows what became of it.
            ConsentError: The cap would be passed.
            OutputError: It could not be written down; nothing may be sent.
        """
        from sqlalchemy.exc import IntegrityError

        about, table = schema()
        try:
            with self._writing() as connection:
                if (standing := self._alive(connection, order.project, order.input_hash)) is not None:
                    raise standing_in_the_way(standing)
                if cap_credits is not None:
                    self._check_cap(connection, order, cap_credits, {*counted, order.input_hash})
                attempt = Attempt(
                    id=attempt_id or new_attempt_id(), order=order, state="prepared", prepared_at=self._time()
                )
                number = connection.execute(about.select()).mappings().one()["turn"]
                connection.execute(table.insert().values(number=number, **columns(attempt)))
        except IntegrityError:  # somebody wrote without asking for the turn; the index held
            if (standing := self.live(order.input_hash, order.project)) is not None:
                raise standing_in_the_way(standing) from None
            raise
        return attempt

    def sending(self, attempt_id: str) -> Attempt:
        """The next thing is the first byte: from now on the outcome is not known unless proven.

        Raises:
            OutputError: It could not be written down; nothing may be sent.
        """
        return self._move(attempt_id, "sending", {"prepared"}, sent_at=self._time())

    def not_sent(self, attempt_id: str) -> Attempt:
        """It surely was not taken: the attempt is as before and may be sent again, or be dropped."""
        return self._move(attempt_id, "prepared", {"prepared", "sending"}, sent_at="")

    def drop(self, attempt_id: str) -> None:
        """Forget a prepared attempt: it frees its money."""
        _, table = schema()
        with self._writing() as connection:
            self._expect(connection, attempt_id, "dropped", {"prepared"})
            connection.execute(table.delete().where(table.c.id == attempt_id))

    def created(self, attempt_id: str, task_id: str) -> Attempt:
        """The provider took it. Tried twice; when the disk refuses, the id is kept in room reserved for it.

        Raises:
            PaymentInDoubtError: The task belongs to another attempt; this one is unknown now.
            OutputError: It could not be written down; the message names the task.
        """
        try:
            return self._link(attempt_id, task_id, _ASKED)
        except _CANNOT_WRITE:
            try:
                return self._link(attempt_id, task_id, _ASKED)
            except _CANNOT_WRITE as error:
                self._note.add(attempt_id, task_id)
                raise type(error)(
                    f"A paid request was accepted as task {task_id} (attempt {attempt_id}), but that could not be "
                    f"written down. {error.message}",
                    hint=f"Note the task id. {error.hint} Then `readme2video adopt --task {task_id} --scene SCENE`.",
                ) from error

    def refused(self, attempt_id: str, reason: str, code: int | None = None) -> Attempt:
        """The provider surely did not take it."""
        said = reason if code is None else f"{reason} (code {code})"
        return self._move(attempt_id, "refused", _ASKED, reason=said, settled_at=self._time())

    def unknown(self, attempt_id: str, reason: str) -> Attempt:
        """No usable answer came."""
        return self._move(attempt_id, "unknown", _ASKED, reason=reason)

    def done(self, attempt_id: str, clip: Artifact, credits: float | None = None) -> Attempt:  # noqa: A002
        """The clip is in the store, verified.

        Args:
            credits: What it cost, as the provider said; None when it did not.
        """
        values = {"clip": clip.model_dump_json(), "credits_consumed": credits, "settled_at": self._time()}
        return self._move(attempt_id, "done", {"created"}, reason="", **values)

    def failed(self, attempt_id: str, reason: str, credits: float | None = None) -> Attempt:  # noqa: A002
        """The provider took it and could not make it."""
        values = {"credits_consumed": credits, "settled_at": self._time()}
        return self._move(attempt_id, "failed", {"created"}, reason=reason, **values)

    # ------------------------------------------------------------------------------------------------ deciding

    def waive(self, attempt_id: str, decision: str) -> Attempt:
        """A person decided, in these words, that the attempt shall no longer stand for its input.

        It stays counted with its price. What only waits for the provider, or has a clip, can be waived as well: that
        is how a clip is bought anew on purpose.
        """
        allowed: set[AttemptState] = {"unknown", "created", "done", "waived"}
        return self._move(attempt_id, "waived", allowed, decision=decision, settled_at=self._time())

    def adopt(self, attempt_id: str, task_id: str) -> Attempt:
        """Link a task that was proven to be ours to an attempt whose answer was lost.

        A waived attempt comes back if nothing was ordered in its place; else it stays waived and keeps the task's id:
        the clip was paid for twice.

        Raises:
            PaymentInDoubtError: The task belongs to another attempt; nothing changed.
        """
        return self._link(attempt_id, task_id, {"unknown", "waived"})

    # ------------------------------------------------------------------------------------------------ inside

    def _link(self, attempt_id: str, task_id: str, allowed: Collection[AttemptState]) -> Attempt:
        if not task_id:
            raise IllegalTransitionError(f"attempt {attempt_id} was linked to a task without an id")
        with self._writing() as connection:
            attempt = self._one(connection, attempt_id)
            if attempt.task_id == task_id and attempt.state == "created":
                return attempt  # a commit that reported a failure had come through
            attempt = self._expect(connection, attempt_id, "created", allowed)
            taken = self._find(connection, task_id=task_id)
            if taken and taken[0].id != attempt_id:
                error = inconsistent(attempt, task_id, taken[0])
                if attempt.state == "sending":
                    self._write(connection, attempt_id, state="unknown", reason=error.message)
            elif attempt.state == "waived" and self._alive(connection, attempt.order.project, attempt.order.input_hash):
                return self._write(
                    connection, attempt_id, task_id=task_id, reason="Ordered again, so it was paid for twice."
                )
            else:
                return self._write(
                    connection, attempt_id, state="created", task_id=task_id, reason="", decision="", settled_at=""
                )
        raise error

    def _move(self, attempt_id: str, to: AttemptState, allowed: Collection[AttemptState], **values: Any) -> Attempt:
        with self._writing() as connection:
            self._expect(connection, attempt_id, to, allowed)
            return self._write(connection, attempt_id, state=to, **values)

    def _expect(self, connection: Connection, attempt_id: str, to: str, allowed: Collection[AttemptState]) -> Attempt:
        attempt = self._one(connection, attempt_id)
        if attempt.state not in allowed:
            raise IllegalTransitionError(f"attempt {attempt_id} is {attempt.state} and cannot become {to}")
        return attempt

    def _check_cap(self, connection: Connection, order: Order, cap: float, film: set[str]) -> None:
        spent = sum(
            one.spent_credits
            for one in self._find(connection, project=order.project)
            if one.state == "unknown" or one.order.input_hash in film
        )
        if spent + order.credits > cap + _ROUNDING:
            raise over_cap(order, spent, cap)

    def _alive(self, connection: Connection, project: str, input_hash: str) -> Attempt | None:
        found = self._find(connection, project=project, input_hash=input_hash)
        return next((one for one in found if one.state in LIVE_STATES), None)

    def _one(self, connection: Connection, attempt_id: str) -> Attempt:
        found = self._find(connection, id=attempt_id)
        if not found:
            raise IllegalTransitionError(f"there is no attempt {attempt_id}")
        return found[0]

    def _find(self, connection: Connection, **equal: str) -> tuple[Attempt, ...]:
        _, table = schema()
        wanted = table.select().where(*(table.c[name] == value for name, value in equal.items()))
        rows = connection.execute(wanted.order_by(table.c.number)).mappings().all()
        try:
            return tuple(attempt_of(row) for row in rows)
        except (ValidationError, ValueError):
            raise damaged(self._name, "an attempt in it cannot be read") from None

    def _write(self, connection: Connection, attempt_id: str, **values: Any) -> Attempt:
        _, table = schema()
        connection.execute(table.update().where(table.c.id == attempt_id).values(**values))
        return self._one(connection, attempt_id)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writer at a time: on SQLite by its lock, elsewhere by the lock on the row that counts the turns."""
        about, _ = schema()
        with explained(self._name), self._engine.execution_options(writes=True).begin() as connection:
            connection.execute(about.update().values(turn=about.c.turn + 1))
            yield connection

    def _time(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")


def recorded_attempts(store: Path, project: str | None = None) -> tuple[Attempt, ...] | None:
    """What was ordered, of one project or of all; None where nothing ever was, since looking makes no ledger.

    Args:
        store: The folder that may hold the ledger.
    """
    if not (store / FILE).is_file():
        return None
    ledger = Ledger(store)
    try:
        return ledger.attempts(project)
    finally:
        ledger.close()
