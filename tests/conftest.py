"""Guards for every test: only loopback is contacted, the environment is clean, errors are not swallowed in logs."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from filelock import FileLock

from golden import pytest_addoption  # noqa: F401 - the flag --update-golden

if TYPE_CHECKING:
    from readme2video.scenes.shooter import Shooter

# The program is started hundreds of times: without its bytecode each start would compile all of it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_LOOPBACK = {"127.0.0.1", "::1", "localhost", ""}
_FOREIGN_PREFIXES = ("GITHUB_", "KIE_", "ANTHROPIC_", "MUX_", "README2VIDEO_", "FFMPEG_", "IMAGEIO_")
_KEPT = {"README2VIDEO_BROWSER"}


def _live(request: pytest.FixtureRequest) -> bool:
    """Whether a test was asked for that may reach a real service with the user's key."""
    return request.node.get_closest_marker("live") is not None


@pytest.fixture(autouse=True)
def _only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if _live(request):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _clean_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _KEPT | {"ANTHROPIC_API_KEY"} if _live(request) else _KEPT
    for name in _foreign(kept):
        monkeypatch.delenv(name)


def _foreign(kept: set[str]) -> list[str]:
    """What is set in the environment that a test must not see."""
    others = {"CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    return [name for name in os.environ if name in others or (name.startswith(_FOREIGN_PREFIXES) and name not in kept)]


@pytest.fixture(autouse=True)
def _no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, f"an ERROR was logged: {errors[0].getMessage()}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shooter() -> AsyncIterator[Shooter]:
    """One browser for all tests that draw scenes and do nothing to it; they run in the loop of the session."""
    from readme2video.scenes.shooter import Shooter
    from readme2video.settings import Settings

    browser = os.environ.get("README2VIDEO_BROWSER")
    settings = Settings(browser=Path(browser) if browser else None)
    async with Shooter(settings, deadline_s=120, idle_s=3600) as found:
        yield found


@pytest.fixture(scope="session")
def tiny_film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The film of ``makers.project``, made once for all workers as a user makes it: ``tinyproject`` and ``out``.

    Each worker has a copy of its own, to be copied again before it is changed, and what the run said; that names the
    paths of the first.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "tiny-film"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "said.json").is_file():
            _make_tiny_film(folder)
    copy = tmp_path_factory.mktemp("tiny-film") / "copy"
    shutil.copytree(folder, copy)
    return copy, subprocess.CompletedProcess(**json.loads((folder / "said.json").read_text()))


def _make_tiny_film(folder: Path) -> None:
    from makers import project

    home = project(folder / "tinyproject")
    board = str(home / "board.yaml")
    done = _run(str(home), "-o", str(folder / "out"), "--quality", "draft", "--storyboard", board, "--json")
    (folder / "said.json").write_text(json.dumps(vars(done)))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a plan of ``test_kie_film``'s storyboard: its scenes are drawn, and nothing is bought."""
    from test_kie_film import laid_down

    base = tmp_path_factory.mktemp("drawn")
    board = str(laid_down(base) / "board.yaml")
    done = _run(
        "plan", str(base / "tidewatch"), "-o", str(base / "out"), "--quality", "draft", "--storyboard", board,
        "--storyboarder", "offline", "--animator", "local",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return base / "out"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, for a fixture that is made before a test's environment is."""
    hidden = set(_foreign(_KEPT))
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [str(Path(sys.executable).with_name("readme2video")), *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=170)
