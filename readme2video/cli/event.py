"""A workflow that a release started: which release the film is about when nobody named one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from readme2video.errors import UsageError
from readme2video.sources import Announced, GitHubSource, LocalSource, Source, announced, repository_of

_LIMIT_BYTES = 8 * 1024 * 1024
_GONE = ("deleted", "unpublished")


def with_release_event(source: Source, release: str | None, environ: Mapping[str, str], server_url: str) -> Source:
    """The source with the release whose event started this GitHub workflow, if it is a release of that very source.

    Args:
        source: A source that names a branch, tag or commit itself is left as it is.
        release: What ``--release`` says; then no event is looked at.
        environ: The process environment.
        server_url: The GitHub server whose repositories are meant.

    Raises:
        UsageError: The event's file cannot be read.
    """
    if release is not None or environ.get("GITHUB_EVENT_NAME") != "release" or not environ.get("GITHUB_EVENT_PATH"):
        return source
    if isinstance(source, GitHubSource) and (source.ref is not None or source.ref_path is not None):
        return source
    found, repository = _event(Path(environ["GITHUB_EVENT_PATH"]))
    own = source if isinstance(source, GitHubSource) else repository_of(source.path, server_url)
    if found is None or own is None or f"{own.owner}/{own.name}".lower() != repository.lower():
        return source
    if isinstance(source, LocalSource):
        return replace(source, release=found)
    return replace(source, ref=found.tag, released=True)


def _event(file: Path) -> tuple[Announced | None, str]:
    """The release of an event, None when it is a draft or gone, and the repository's full name."""
    try:
        with file.open("rb") as stream:
            event = json.loads(stream.read(_LIMIT_BYTES))
    except (OSError, ValueError, RecursionError):
        raise UsageError(
            "The event in GITHUB_EVENT_PATH cannot be read.", hint="Name the release with --release TAG."
        ) from None
    about = event if isinstance(event, dict) else {}
    repository = about.get("repository")
    name = repository.get("full_name") if isinstance(repository, dict) else None
    release = announced(about.get("release"))
    if release is None or release.draft or about.get("action") in _GONE or not isinstance(name, str):
        return None, ""
    return release, name
