"""Which hosts are on the public internet, and dialling just what was checked; strangers send us nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the IP addresses of a host name."""

MOVED = frozenset((301, 302, 303, 307, 308))
"""HTTP statuses that name another address."""

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


async def dialled(
    http: httpx.AsyncClient, url: httpx.URL, addresses: Sequence[str], headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """GET from the first of a host's addresses that answers; the name is not resolved a second time.

    Args:
        addresses: Those that were checked.

    Returns:
        The response, whose body is still to be read.

    Raises:
        httpx.ConnectError: None of them answers.
        httpx.ConnectTimeout: The last of them does not answer in time.
    """
    import httpx

    problem: httpx.TransportError = httpx.ConnectError("the name is not known")
    for address in addresses:
        request = http.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**(headers or {}), "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            return await http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            problem = error
    raise problem
