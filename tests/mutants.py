"""Ten deliberate bugs around the money, and the tests that catch them: `make mutants`.

Each bug is made in a copy of the project; the named tests have to fail there, and to pass without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "readme2video"
PATIENCE_S = 300


@dataclass(frozen=True)
class Edit:
    """A text of a source file and what stands there in the mutant. It has to occur, ``all`` times changed."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A deliberate bug.

    Attributes:
        tests: Arguments for pytest: where it has to be caught.
    """

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


_ORDERING, _COLLECTING = "animators/kie/ordering.py", "animators/kie/collecting.py"
_POLLER = "animators/kie/poller.py"
_CREATE = (
    "            outcome: CreateOutcome = await counter.client.create("
    "body, family=wish.model.family, sending=sending)\n"
)

MUTANTS = (
    Mutant(
        "the order is sent again when its answer is lost",
        (
            Edit(
                _ORDERING,
                _CREATE,
                _CREATE + "            if isinstance(outcome, Unknown):\n"
                "                outcome = await counter.client.create(\n"
                "                    body, family=wish.model.family, sending=lambda: asyncio.sleep(0)\n"
                "                )\n",
            ),
        ),
        ("tests/test_kie_animator.py", "-k", "f12"),
    ),
    Mutant(
        "the address of the clip is taken from the callback",
        (
            Edit(
                "callbacks.py",
                '        told = json.loads(body)\n    except (ValueError, RecursionError):\n        return ""\n',
                '        told = json.loads(body)\n    except (ValueError, RecursionError):\n        return ""\n'
                '    if found := re.search(rb"https?://[^\\"\\\\\\\\]+", body):\n'
                "        return found.group().decode()\n",
            ),
            Edit(
                _COLLECTING,
                "        came = attempt.id in woken(self._counter.folder)\n",
                "        came = attempt.id in woken(self._counter.folder)\n"
                '        self._told = woken(self._counter.folder).get(attempt.id) or getattr(self, "_told", "")\n',
            ),
            Edit(
                _COLLECTING,
                '        if state.state == "failed":\n',
                '        if told := getattr(self, "_told", ""):\n'
                '            state = state.model_copy(update={"urls": (told,)})\n'
                '        if state.state == "failed":\n',
            ),
        ),
        ("tests/test_callbacks.py", "tests/test_kie_faults.py", "-k", "f58"),
    ),
    Mutant(
        "a task that takes long is taken for failed",
        (
            Edit(
                _POLLER,
                "            if age > self._budget_s and asked_late:\n",
                "            if age > self._budget_s:\n"
                '                return TaskState(task_id=task_id, state="failed")\n'
                "            if age > self._budget_s and asked_late:\n",
            ),
        ),
        ("tests/test_kie_animator.py", "-k", "f45"),
    ),
    Mutant(
        "a clip is believed without decoding it",
        (
            Edit(
                "media/clip.py",
                "    times, shown = _decoded(path, header, stop)\n",
                "    rate = header.fps or 30\n"
                "    times, shown = [(n / rate, 1 / rate) for n in range(header.frames)], header.size_px\n",
            ),
        ),
        ("tests/test_clip.py",),
    ),
    Mutant(
        "a download is written under its final name",
        (
            Edit("kie/download.py", '_Part(target.with_name(target.name + ".part"), ', "_Part(target, "),
            Edit("kie/download.py", "    finally:\n        part.path.unlink(missing_ok=True)\n", ""),
        ),
        ("tests/test_kie_download.py",),
    ),
    Mutant(
        "a Retry-After of a day is waited for",
        (Edit(_ORDERING, " or wait > _RATE_WAIT_MOST_S", ""),),
        ("tests/test_kie_animator.py", "-k", "f19", "--timeout", "60"),
    ),
    Mutant(
        "the key goes along with the download",
        (
            Edit(
                "kie/hosts.py",
                '"Accept-Encoding": "identity", **(headers or {})}',
                '"Accept-Encoding": "identity", **(headers or {})}\n'
                "    if account.key is not None:\n"
                '        plain["Authorization"] = f"Bearer {account.key.get_secret_value()}"',
            ),
        ),
        ("tests/test_kie_download.py",),
    ),
    Mutant(
        "an order in doubt costs nothing",
        (Edit("model/order.py", 'in ("refused", "failed") and', 'in ("refused", "failed", "unknown") and'),),
        ("tests/test_kie_animator.py", "-k", "doubt_counts"),
    ),
    Mutant(
        "an order is not marked before it is sent",
        (
            Edit("ledger/book.py", 'attempt_id, "sending", {"prepared"},', 'attempt_id, "prepared", {"prepared"},'),
            Edit(
                "ledger/book.py", 'frozenset({"sending", "unknown"})', 'frozenset({"prepared", "sending", "unknown"})'
            ),
        ),
        ("tests/test_kie_faults_disk.py", "-k", "f86"),
    ),
    Mutant(
        "a redirected order is sent on",
        (
            Edit(
                "kie/client.py", "                follow_redirects=False,\n", "                follow_redirects=True,\n"
            ),
        ),
        ("tests/test_kie_client.py", "-k", "f32"),
    ),
)


def broken(mutant: Mutant, folder: Path) -> None:
    """Make the bug in a copy of the project.

    Raises:
        LookupError: The text it changes is not there any more: renew the mutant.
    """
    for edit in mutant.edits:
        file = folder / PACKAGE / edit.file
        text = file.read_text("utf-8")
        if edit.old not in text:
            raise LookupError(f"{mutant.name}: {edit.file} does not hold {edit.old.strip()[:60]!r}")
        file.write_text(text.replace(edit.old, edit.new), "utf-8")


def copied(target: Path) -> None:
    """The project's own files, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def passed(folder: Path, tests: Sequence[str]) -> bool:
    """Whether tests pass in a copy; a run that hangs counts as failed.

    Raises:
        RuntimeError: They could not be run.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environ = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(tests)} did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


def main() -> None:
    survived = []
    with tempfile.TemporaryDirectory() as name:
        for number, mutant in enumerate(MUTANTS):
            sound, bad = Path(name) / f"{number}-sound", Path(name) / f"{number}-bad"
            copied(sound)
            copied(bad)
            broken(mutant, bad)
            if not passed(sound, mutant.tests):
                sys.exit(f"{' '.join(mutant.tests)} fail without the bug")
            caught = not passed(bad, mutant.tests)
            print(f"{'caught  ' if caught else 'SURVIVED'}  {mutant.name}  ({' '.join(mutant.tests)})", flush=True)
            survived += [] if caught else [mutant.name]
    sys.exit(f"{len(survived)} bugs were not caught" if survived else 0)


if __name__ == "__main__":
    main()
