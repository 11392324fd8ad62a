"""Guards for every test: only loopback is contacted, the environment is clean, errors are not swallowed in logs."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

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
    for name in list(os.environ):
        if name.startswith(_FOREIGN_PREFIXES) and name not in kept:
            monkeypatch.delenv(name)
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


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
