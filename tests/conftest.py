"""Guards for every test: only loopback is contacted, the environment is clean, errors are not swallowed in logs."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from golden import pytest_addoption  # noqa: F401 - the flag --update-golden

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
