"""Fixing a source in time: the README's bytes, the commit and the facts."""

from __future__ import annotations

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from readme2video.model.document import PinnedSource
from readme2video.model.record import Artifact
from readme2video.settings import GitHub
from readme2video.sources.address import LocalSource, Source
from readme2video.sources.files import RepositoryFiles
from readme2video.sources.github import pin_github
from readme2video.sources.local import read_local

if TYPE_CHECKING:
    import httpx

_SLUG_CHARACTERS = 80
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


@dataclass(frozen=True)
class Pinned:
    """A source that cannot change any more.

    Attributes:
        pinned: The record that engines read.
        files: The rest of the repository, at the same commit where there is one.
        slug: Name of the output folder: safe on every file system, never empty.
    """

    pinned: PinnedSource
    files: RepositoryFiles
    slug: str


async def pin(
    source: Source,
    *,
    http: httpx.AsyncClient | None,
    keep: Callable[[bytes, str], Artifact],
    settings: GitHub,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Pinned:
    """Read a source's README, commit and facts.

    Args:
        source: What ``parse_source`` returned.
        http: For GitHub sources; local ones contact nobody.
        keep: Stores bytes with a suffix.
        settings: Where GitHub is, and the token for it.
        sleep: Waits between attempts, seconds.

    Raises:
        SourceError: There is no usable README.
        CredentialsError: GITHUB_TOKEN was refused.
        PausedError: GitHub is out of reach or its limit is used up.
    """
    if isinstance(source, LocalSource):
        local = await asyncio.to_thread(read_local, source.path, settings.server_url)
        readme = await asyncio.to_thread(keep, local.data, _suffix(local.path))
        record = PinnedSource(
            readme=readme, readme_path=local.path, commit=local.commit, truncated=local.truncated, facts=local.facts
        )
        return Pinned(record, local.files, slug_of(local.files.root.name))
    if http is None:
        raise ValueError("a GitHub source needs an HTTP client")
    remote = await pin_github(source, http, settings, sleep)
    readme = await asyncio.to_thread(keep, remote.data, _suffix(remote.path))
    record = PinnedSource(
        readme=readme, readme_path=remote.path, commit=remote.commit, truncated=remote.truncated, facts=remote.facts
    )
    return Pinned(record, remote.files, slug_of(f"{remote.facts.owner}-{remote.facts.name}"))


def slug_of(name: str) -> str:
    """A folder name from any name: ASCII letters, digits, dots and dashes, at most 80, never reserved or hidden."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._")[:_SLUG_CHARACTERS].rstrip("-._")
    if not slug:
        # Names without a single Latin letter must not share one folder.
        return f"project-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{slug}-project" if slug.split(".")[0].lower() in _RESERVED else slug


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ".txt"
