"""Room on the disk for a task id, reserved before it is needed: a full disk must not lose what was paid for."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_BYTES = 4096


class Note:
    """Task ids that could not be written into the ledger, by attempt.

    Args:
        file: Where the room is; None where there is no disk of ours.

    Raises:
        OSError: The room cannot be had.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        if file is None or (file.exists() and file.stat().st_size >= _BYTES):
            return
        with file.open("wb") as stream:
            stream.write(b"{}".ljust(_BYTES))
            stream.flush()
            os.fsync(stream.fileno())

    def read(self) -> dict[str, str]:
        """What is noted now."""
        with suppress(OSError, ValueError, TypeError):
            if self._file is not None:
                return {str(one): str(task) for one, task in dict(json.loads(self._file.read_bytes())).items()}
        return {}

    def add(self, attempt: str, task: str) -> None:
        """Note a task id, as well as the disk allows."""
        self._write({**self.read(), attempt: task})

    def remove(self, attempts: Collection[str]) -> None:
        """Forget what the ledger knows by now."""
        noted = self.read()
        if any(attempt in noted for attempt in attempts):
            self._write({attempt: task for attempt, task in noted.items() if attempt not in attempts})

    def _write(self, noted: dict[str, str]) -> None:
        if self._file is None:
            return
        with suppress(OSError), self._file.open("r+b") as stream:
            stream.write(json.dumps(noted).encode().ljust(_BYTES))  # in place: no other block is needed
            stream.flush()
            os.fsync(stream.fileno())
