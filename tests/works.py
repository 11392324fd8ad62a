"""A store's loan in memory of a folder: just enough of ``Work`` to let one engine perform."""

from __future__ import annotations

import hashlib
from pathlib import Path

from readme2video.engine import Level
from readme2video.model.record import Artifact


class FakeWork:
    """Keeps files by digest in a folder and remembers what was said."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notices: list[str] = []
        self.levels: list[Level] = []
        self.fractions: list[float] = []
        (root / "work").mkdir(parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        return self.root / "work"

    def path(self, artifact: Artifact) -> Path:
        return self.root / f"{artifact.sha256}{artifact.suffix}"

    def keep(self, file: Path, suffix: str) -> Artifact:
        artifact = self.keep_bytes(file.read_bytes(), suffix)
        file.unlink()
        return artifact

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        artifact = Artifact(sha256=hashlib.sha256(data).hexdigest(), suffix=suffix, size_bytes=len(data))
        self.path(artifact).write_bytes(data)
        return artifact

    def progress(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def notice(self, message: str, level: Level = "warning") -> None:
        self.notices.append(message)
        self.levels.append(level)
