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

from readme2video.model.document import Lines
from readme2video.model.record import Artifact
from readme2video.model.source import ChangelogSection, PinnedRelease, PinnedSource
from readme2video.settings import GitHub
from readme2video.sources.address import LocalSource, Source
from readme2video.sources.files import RepositoryFiles
from readme2video.sources.github import RemoteReadme, pin_github
from readme2video.sources.local import LocalReadme, pin_local
from readme2video.sources.releases import FoundRelease

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
        avatar: Address of the owning organisation's sign; None for local sources and for persons.
    """

    pinned: PinnedSource
    files: RepositoryFiles
    slug: str
    avatar: str | None = None


async def pin(
    source: Source,
    *,
    http: httpx.AsyncClient | None,
    keep: Callable[[bytes, str], Artifact],
    settings: GitHub,
    release: str | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Pinned:
    """Read a source's README, commit, facts and, for a film about a release, what is told of it.

    Args:
        source: What ``parse_source`` returned.
        http: For GitHub sources; local ones contact nobody.
        keep: Stores bytes with a suffix.
        settings: Where GitHub is, and the token for it.
        release: Tag of the release the film is to be about.
        sleep: Waits between attempts, seconds.

    Raises:
        UsageError: The source and ``release`` contradict each other.
        SourceError: There is no usable README, or nothing is written about the release.
        CredentialsError: GITHUB_TOKEN was refused.
        PausedError: GitHub is out of reach or its limit is used up.
    """
    found: LocalReadme | RemoteReadme
    if isinstance(source, LocalSource):
        announced = source.release if source.release and release in (None, source.release.tag) else None
        tag = release or (announced.tag if announced else None)
        found = await pin_local(source.path, settings.server_url, tag, announced)
        facts, slug = found.facts.done(), slug_of(found.files.root.name)
    elif http is None:
        raise ValueError("a GitHub source needs an HTTP client")
    else:
        found = await pin_github(source, http, settings, sleep, release)
        facts, slug = found.facts, slug_of(f"{found.facts.owner}-{found.facts.name}")
    readme = await asyncio.to_thread(keep, found.data, _suffix(found.path))
    record = PinnedSource(
        readme=readme,
        readme_path=found.path,
        commit=found.commit,
        truncated=found.truncated,
        facts=facts,
        release=await asyncio.to_thread(_kept, found.release, keep) if found.release is not None else None,
    )
    return Pinned(record, found.files, slug, found.avatar if isinstance(found, RemoteReadme) else None)


def _kept(found: FoundRelease, keep: Callable[[bytes, str], Artifact]) -> PinnedRelease:
    section = found.changelog
    return PinnedRelease(
        tag=found.tag,
        published_on=found.published_on,
        previous_tag=found.previous_tag,
        notes=keep(found.notes, ".md") if found.notes is not None else None,
        changelog=ChangelogSection(
            text=keep(section.text.encode(), _suffix(found.changelog_path)),
            path=found.changelog_path,
            lines=Lines(first=section.first, last=section.last),
        )
        if section is not None
        else None,
    )


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
