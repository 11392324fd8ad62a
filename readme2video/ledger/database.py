"""Where the ledger lies: its tables, how they are opened, and what their refusals mean.

Everything here fails towards not paying: what cannot be read whole is not written to.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.errors import LockedError, MachineError, OutputError, PausedError, Readme2VideoError, UsageError
from readme2video.model.order import LIVE_STATES, Attempt, Order
from readme2video.model.record import Artifact

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, RowMapping, Table

FILE = "ledger.db"
_FORMAT = 1
_BUSY_S = 30.0
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_ERROR}
_WAITED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def open_database(where: Path | str) -> tuple[Engine, Path | None, str]:
    """The engine of a checked ledger, its file if it is one, and its name without any password.

    Raises:
        MachineError: It is damaged or of another version; it was left as it is.
        OutputError: It cannot be made, read or written.
        PausedError: The database does not answer.
        UsageError: The address is of no use.
    """
    from sqlalchemy.exc import DBAPIError

    url, file = _address(where)
    name = str(file or url.render_as_string(hide_password=True))
    with explained(name):
        if file is not None:
            _ensure_file(file)
            _check_file(file)
            return _engine(url), file, name
        engine = _engine(url)
        try:
            try:
                _make_tables(engine)
            except DBAPIError:  # perhaps another worker made them in the same moment
                _make_tables(engine)
            with engine.begin() as connection:
                _check_format(connection.execute(schema()[0].select()).mappings().one()["format"], name)
        except BaseException:
            engine.dispose()
            raise
        return engine, None, name


@cache
def schema() -> tuple[Table, Table]:
    """The row about the ledger itself, and the attempts."""
    from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

    def text(name: str) -> Column[str]:
        return Column(name, Text, nullable=False, default="")

    metadata = MetaData()
    about = Table(
        "readme2video_ledger",
        metadata,
        Column("format", Integer, primary_key=True, autoincrement=False),
        Column("turn", Integer, nullable=False),
    )
    attempts = Table(
        "readme2video_attempts",
        metadata,
        Column("id", String(12), primary_key=True),
        Column("number", Integer, nullable=False, unique=True),
        *(text(name) for name in ("project", "input_hash", "state", "order")),
        Column("task_id", Text, unique=True),
        Column("credits_consumed", Float),
        Column("clip", Text),
        *(text(name) for name in ("reason", "decision", "prepared_at", "sent_at", "settled_at")),
    )
    alive = attempts.c.state.in_(LIVE_STATES)
    Index(
        "readme2video_one_live_attempt",
        attempts.c.project,
        attempts.c.input_hash,
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    return about, attempts


def columns(attempt: Attempt) -> dict[str, Any]:
    """A new attempt as a row, but for its number."""
    values = attempt.model_dump(exclude={"order", "clip"})
    order = attempt.order
    return {**values, "project": order.project, "input_hash": order.input_hash, "order": order.model_dump_json()}


def attempt_of(row: RowMapping) -> Attempt:
    """A row as an attempt.

    Raises:
        ValueError: It is not one.
    """
    values = {name: row[name] for name in Attempt.model_fields if name not in ("order", "clip")}
    clip = None if row["clip"] is None else Artifact.model_validate_json(row["clip"])
    attempt = Attempt(order=Order.model_validate_json(row["order"]), clip=clip, **values)
    if (attempt.order.project, attempt.order.input_hash) != (row["project"], row["input_hash"]):
        raise ValueError(f"attempt {attempt.id} contradicts itself")
    return attempt


def _address(where: Path | str) -> tuple[URL, Path | None]:
    """The database's URL, and the file if it is one."""
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if isinstance(where, str) and "://" in where:
        try:
            url = make_url(where)
        except ArgumentError:
            raise UsageError("The ledger's address is not a database URL.") from None
        if url.get_backend_name() != "sqlite":
            return url, None
        if not url.database or url.database == ":memory:":
            raise UsageError("The ledger needs a file: what is only in memory is paid for again.")
        file = Path(url.database)
    else:
        file = Path(where) / FILE
    return URL.create("sqlite", database=str(file.absolute())), file.absolute()


def _engine(url: URL) -> Engine:
    from sqlalchemy import create_engine, event

    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, pool_pre_ping=True)
        except ImportError as error:
            raise UsageError(
                f"The driver of the ledger's database is not installed: {error.name}.",
                hint=f"Install it: pip install {error.name}",
            ) from None
    engine = create_engine(url, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def _careful(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "wal_autocheckpoint=1"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_tables(engine: Engine) -> None:
    about, _ = schema()
    with engine.execution_options(writes=True).begin() as connection:
        about.metadata.create_all(connection)
        if connection.execute(about.select()).first() is None:
            connection.execute(about.insert().values(format=_FORMAT, turn=0))


def _ensure_file(file: Path) -> None:
    """A new file appears whole, so that an empty or half one is always damage and never taken for a new ledger."""
    from filelock import FileLock

    file.parent.mkdir(parents=True, exist_ok=True)
    journal = file.with_name(f"{file.name}-wal")
    with FileLock(file.with_suffix(".lock")):
        if file.exists():
            return
        if journal.exists():
            raise damaged(file, f"it is gone, but its journal {journal.name} is there")
        fresh = file.with_suffix(".new")
        for left in fresh.parent.glob(f"{fresh.name}*"):
            left.unlink()
        engine = _engine(_address(f"sqlite:///{fresh}")[0])
        try:
            _make_tables(engine)
        finally:
            engine.dispose()
        fresh.replace(file)
        if os.name == "posix":
            folder = os.open(file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _check_file(file: Path) -> None:
    """Look before anything is written, through a connection that cannot write."""
    if file.stat().st_size == 0:
        raise damaged(file, "it is empty")
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(file, str(found).splitlines()[-1])
        about, _ = schema()
        rows = connection.execute(f"SELECT format FROM {about.name}").fetchall()  # noqa: S608 - our own name
    _check_format(rows[0][0] if rows else None, file)


def _check_format(found: object, name: Path | str) -> None:
    if not isinstance(found, int):
        raise damaged(name, "it does not say its version")
    if found != _FORMAT:
        raise MachineError(
            f"The ledger {name} was written by another version of readme2video (format {found}, here {_FORMAT}).",
            hint="Nothing was bought. Use the version that wrote it, or choose another folder with --out.",
        )


@contextmanager
def explained(name: Path | str) -> Iterator[None]:
    """Turn what the database and the disk say into errors a person can act on."""
    from sqlalchemy.exc import DBAPIError, IntegrityError

    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _said(name, error.orig) from error
    except sqlite3.Error as error:
        raise _said(name, error) from error
    except OSError as error:
        raise _unusable(name, error.strerror or str(error)) from error


def _said(name: Path | str, cause: BaseException | None) -> Readme2VideoError:
    if not isinstance(cause, sqlite3.Error):
        return PausedError(
            f"The ledger's database {name} cannot be used now ({type(cause).__name__}).",
            hint="Nothing is bought without it. Run the same command again when it is back.",
        )
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _WAITED:
        return LockedError(
            f"Another process kept the ledger {name} locked for {_BUSY_S:g} s.",
            hint="Stop it or wait until it is done, then run the same command again.",
        )
    return damaged(name, str(cause)) if code in _DAMAGE else _unusable(name, str(cause))


def damaged(name: Path | str, how: str) -> MachineError:
    """The error for a ledger nobody may pay by."""
    return MachineError(
        f"The ledger {name} is damaged: {how}.",
        hint="Nothing is bought while it is, and it was left as it is. Put back a copy of it; or move it away and look "
        "at https://kie.ai/logs for what was paid, because without it those clips would be paid for again.",
    )


def _unusable(name: Path | str, how: str) -> OutputError:
    return OutputError(
        f"The ledger {name} cannot be used: {how}.",
        hint="Free some space or choose a writable folder with --out.",
    )
