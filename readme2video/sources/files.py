"""Reading files of a local repository without ever leaving it."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

_NAMES = 5_000


class RepositoryFiles(Protocol):
    """Read access to the files of one repository."""

    async def read(self, path: str, limit_bytes: int) -> bytes | None:
        """The bytes of a file by its path inside the repository.

        Returns:
            None when it is absent, longer than the limit, not a regular file, or outside the repository.
        """

    async def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, "" for the top; none when it is absent."""

    async def within(self, folders: Sequence[str]) -> list[str]:
        """Paths of the files that lie directly in one of these folders; in one request where each costs one."""


class LocalFiles:
    """The files below a folder; links are followed only as far as they stay inside."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    async def read(self, path: str, limit_bytes: int) -> bytes | None:
        """Read a file in a thread."""
        data = await asyncio.to_thread(self.read_now, path, limit_bytes + 1)
        return data if data is not None and len(data) <= limit_bytes else None

    async def names(self, folder: str) -> list[str]:
        """List a folder in a thread."""
        return await asyncio.to_thread(self.names_now, folder)

    async def within(self, folders: Sequence[str]) -> list[str]:
        """List folders in a thread, one after the other."""

        def listed() -> list[str]:
            return [f"{folder}/{name}".lstrip("/") for folder in folders for name in self.names_now(folder)]

        return await asyncio.to_thread(listed)

    def names_now(self, folder: str) -> list[str]:
        """The names in a folder inside this one, sorted; at most 5,000."""
        if folder and not is_inside(folder):
            return []
        try:
            target = (self.root / folder).resolve(strict=True)
            inside = islice(target.iterdir(), _NAMES) if target.is_relative_to(self.root) else ()
            return sorted(entry.name for entry in inside)
        except (OSError, ValueError, RuntimeError):
            return []

    def read_now(self, path: str, limit_bytes: int) -> bytes | None:
        """At most the first ``limit_bytes`` of a file inside the folder, or None."""
        if not is_inside(path):
            return None
        try:
            target = (self.root / path).resolve(strict=True)
            if not target.is_relative_to(self.root):
                return None
            # Without blocking: opening a FIFO would wait for a writer for ever.
            handle = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        except (OSError, ValueError, RuntimeError):  # RuntimeError: a loop of links
            return None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(limit_bytes)
        except OSError:
            return None
        finally:
            os.close(handle)


def is_inside(path: str) -> bool:
    """Whether a relative path can only mean something inside the repository, and nothing of ``.git``."""
    parts = path.split("/")
    return bool(path) and not (
        path.startswith("/")
        or any(character in path for character in "\\:\0")
        or any(part == ".." or part.lower() == ".git" for part in parts)
    )
