"""What every exchange with the provider has in common: caps, no compression bombs, failures in words."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from readme2video import __version__

if TYPE_CHECKING:
    import ssl

    import httpx

JSON_LIMIT_BYTES = 1 << 20
USER_AGENT = f"readme2video/{__version__}"
"""The edge before the provider turns away clients that do not say what they are."""

_ANY_ZLIB = 47
"""Window bits for zlib and gzip alike, told apart by their first bytes."""
_HIDDEN_CHARACTERS = 8
"""Shorter keys are made up for tests, and would be found in innocent text."""


@dataclass(frozen=True)
class Answer:
    """An answer, read whole.

    Attributes:
        status: HTTP.
        body: Decompressed, at most 1 MiB; the key is blotted out should it be quoted.
        retry_after: The header as sent, "" without one.
    """

    status: int
    body: bytes
    retry_after: str = ""


class UnreadableError(Exception):
    """An answer that is longer than any expected, or damaged; the text is fit to be shown."""


async def read_answer(response: httpx.Response, *, secret: str = "") -> Answer:
    """Read an answer up to the cap, counting what comes out of its compression.

    Raises:
        UnreadableError: It is longer, or its compression is damaged or unknown.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise UnreadableError("the answer came in a compression that was not asked for")
    inflate = None if encoding in ("identity", "") else zlib.decompressobj(_ANY_ZLIB)
    body, received = bytearray(), 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        try:
            body += chunk if inflate is None else inflate.decompress(chunk, JSON_LIMIT_BYTES + 1 - len(body))
        except zlib.error:
            raise UnreadableError("the answer's compression is damaged") from None
        if max(len(body), received) > JSON_LIMIT_BYTES:
            raise UnreadableError("the answer is longer than 1 MiB")
    if inflate is not None and received and not inflate.eof:
        raise UnreadableError("the answer's compression ends too early")
    content = bytes(body)
    if len(secret) >= _HIDDEN_CHARACTERS:
        content = content.replace(secret.encode(), b"[key]")
    return Answer(response.status_code, content, response.headers.get("retry-after", ""))


def failure(error: Exception) -> str:
    """What went wrong on the way, in words that hold no address and no header."""
    import httpx

    if isinstance(error, UnreadableError):
        return str(error)
    words: dict[type[Exception], str] = {
        httpx.ConnectTimeout: "no connection in time",
        httpx.ConnectError: "no connection",
        httpx.PoolTimeout: "no connection was free in time",
        httpx.ReadTimeout: "no answer in time",
        TimeoutError: "no whole answer in time",
        httpx.WriteTimeout: "the request could not be sent in time",
        httpx.WriteError: "the connection broke while the request was sent",
        httpx.ReadError: "the connection broke before the answer was whole",
        httpx.RemoteProtocolError: "the connection ended before the answer was whole",
        httpx.LocalProtocolError: "the request could not be written",
        httpx.UnsupportedProtocol: "the address is neither http nor https",
    }
    for kind, text in words.items():
        if isinstance(error, kind):
            return text
    return f"an unexpected {type(error).__name__}"


@cache
def tls() -> ssl.SSLContext:
    """The certificates that are trusted; made once, since it takes a while."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)
