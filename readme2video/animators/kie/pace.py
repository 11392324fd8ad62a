"""Time at another pace: a stand-in on this machine need not be spared, the service itself always is."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from readme2video.kie.clock import Clock
from readme2video.settings import Kie


@dataclass(frozen=True)
class _Paced:
    clock: Clock
    pace: float

    def monotonic(self) -> float:
        return self.clock.monotonic() / self.pace

    def now(self) -> datetime:
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds * self.pace)


def paced(clock: Clock, account: Kie) -> Clock:
    """The clock for an account: hurried only where its address is this machine's own."""
    return _Paced(clock, account.pace) if account.pace < 1 and _here(account.base_url) else clock


def _here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
