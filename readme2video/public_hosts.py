"""Which hosts are on the public internet, by name and by address; only those are dialled for strangers."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the IP addresses of a host name."""

_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa", "lan", "corp", "test", "invalid", "onion")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def may_be_public(host: str) -> bool:
    """Whether a host's name, or the address it is, may be a public one. Names are not resolved here."""
    name = host.rstrip(".").lower()
    if ":" in name:
        return is_public(name)
    last = name.rsplit(".", 1)[-1]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):  # 127.1, 2130706433, 0x7f.1: what C libraries take
        try:
            return is_public(socket.inet_ntoa(socket.inet_aton(name)))
        except OSError:
            return False
    local = any(name == ending or name.endswith("." + ending) for ending in _LOCAL_NAMES)
    return "." in name and not local and re.fullmatch(r"[a-z0-9_.-]{1,253}", name) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is a public one, also when it stands for another one inside it."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host as this machine finds them, in the order to try them.

    Raises:
        OSError: There are none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
