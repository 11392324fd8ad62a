"""A release as a source tells it: what it is, what came before, its notes and its part of the CHANGELOG."""

from __future__ import annotations

import asyncio
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from readme2video.errors import SourceError
from readme2video.model.source import Release
from readme2video.sources.announced import DAY, Announced, announced
from readme2video.sources.changelog import CHANGELOG_LIMIT_BYTES, FOLDERS, Section, changelogs, section_of
from readme2video.sources.facts import Facts, one_line
from readme2video.sources.files import RepositoryFiles
from readme2video.sources.github_api import Api
from readme2video.sources.versions import Known, nearest, preceding, version_of

NOTES_LIMIT_BYTES = 256 * 1024

_PAGE_LIMIT_BYTES = 8 * 1024 * 1024  # notes of fifty releases come with their list
_PAGES = 4
_PER_PAGE = 50
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
_LINK_LINE = re.compile(
    r"^\W{0,6}(?:full changelog|what's changed|compare)\b[^\n]{0,300}$|^\W{0,200}$", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class FoundRelease:
    """Everything a film about a release draws on, texts not cleaned yet.

    Attributes:
        published_on: Exactly as published, or "".
        notes: Release notes, UTF-8; None when there are none.
        changelog: The CHANGELOG's section; None when there is none.
        changelog_path: Of the CHANGELOG.
    """

    tag: str
    published_on: str
    previous_tag: str | None
    notes: bytes | None
    changelog: Section | None
    changelog_path: str


async def ask_release(api: Api, repository: str, tag: str | None) -> Announced | None:
    """The release of a tag, or the latest one; None when there is none."""
    where = f"tags/{quote(tag, safe='')}" if tag else "latest"
    answer = await api.get(f"{repository}/releases/{where}")
    if answer.status != 200:  # HTTP; most repositories have no releases
        return None
    release = announced(api.mapping(answer))
    return release if release is not None and not release.draft else None


async def ask_tags(api: Api, repository: str) -> list[str]:
    """The newest hundred tags."""
    answer = await api.get(f"{repository}/tags?per_page=100")
    found = api.json(answer) if answer.status == 200 else []  # HTTP
    entries = found if isinstance(found, list) else []
    return [name for entry in entries if isinstance(entry, dict) and (name := one_line(entry.get("name")))]


async def ask_released(api: Api, repository: str, tag: str) -> list[Announced]:
    """The releases down to one before ``tag``, drafts included where the token may see them; 200 at most."""
    found: list[Announced] = []
    for page in range(1, _PAGES + 1):
        where = f"{repository}/releases?per_page={_PER_PAGE}&page={page}"
        answer = await api.get(where, limit_bytes=_PAGE_LIMIT_BYTES)
        rows = api.json(answer) if answer.status == 200 and not answer.cut else []  # HTTP
        rows = rows if isinstance(rows, list) else []
        found += [release for row in rows if (release := announced(row)) is not None]
        if len(rows) < _PER_PAGE or preceding(tag, _known(found)) is not None:
            break
    return found


def _known(released: Iterable[Announced]) -> list[Known]:
    return [release.known for release in released if not release.draft]


async def find_release(
    api: Api, repository: str, tag: str, release: Announced | None, files: RepositoryFiles, readme_path: str
) -> FoundRelease | None:
    """The release of a tag that exists; None when neither notes nor a CHANGELOG tell anything of it.

    Args:
        release: As announced; None for a tag without a release.

    Raises:
        SourceError: It is a draft.
    """
    released = await ask_released(api, repository, tag)
    if release is None:
        _refuse_draft(tag, released)
    known = _known(released)
    if not known:  # tags alone tell the order too
        known = [Known(name) for name in await ask_tags(api, repository)]
    path, section = await find_section(tag, readme_path, files)
    return composed(tag, release, preceding(tag, known), path, section)


async def find_section(tag: str, readme_path: str, files: RepositoryFiles) -> tuple[str, Section | None]:
    """The CHANGELOG's section on a version and the file's path: beside the README first, then at the top, then docs."""
    for folder in dict.fromkeys((posixpath.dirname(readme_path), *FOLDERS)):
        for name in changelogs(await files.names(folder)):
            path = f"{folder}/{name}" if folder else name
            data = await files.read(path, CHANGELOG_LIMIT_BYTES)
            section = await asyncio.to_thread(section_of, data, tag) if data else None
            if section is not None:
                return path, section
    return "", None


def composed(
    tag: str, release: Announced | None, previous_tag: str | None, path: str, section: Section | None
) -> FoundRelease | None:
    """What is known of a release, or None when there is nothing to tell of it."""
    notes = _told(release.notes) if release is not None else ""
    if not notes and section is None:
        return None
    published_on = (release.published_on if release is not None else "") or (section.date if section else "")
    # As they are, so that lines keep their numbers.
    data = release.notes.encode("utf-8", "replace")[:NOTES_LIMIT_BYTES] if release is not None and notes else None
    return FoundRelease(tag, published_on, previous_tag, data, section, path)


def _told(notes: str) -> str:
    """What notes say besides the link to all changes that GitHub adds."""
    return _LINK_LINE.sub("", _COMMENT.sub("", notes)).strip()


def add_release_facts(facts: Facts, found: FoundRelease, release: Announced | None) -> None:
    """The facts that a film about a release may cite beside its texts."""
    origin = "GitHub" if release is not None else found.changelog_path
    facts.put("tag", found.tag, origin)
    name = release.name if release is not None else ""
    if name and name != found.tag:
        facts.put("release_name", name, origin)
    facts.put("release", Release(tag=found.tag, name=name, published_on=_iso(found.published_on)), origin)
    if found.published_on:
        facts.put("released_on", found.published_on, origin)
        facts.put("released", f"{found.tag} · {found.published_on}", origin)


def add_version(facts: Facts, tag: str, origin: str) -> None:
    """The version that a tag says."""
    version = re.search(r"\d+(?:\.\d+){1,3}(?:[-+.]?[0-9A-Za-z.+-]{1,40})?$", tag) if version_of(tag) else None
    if version:
        facts.add("version", version[0], origin)


async def no_such_tag(api: Api, repository: str, named: str, tag: str) -> SourceError:
    """The error for a tag that GitHub does not have, naming those that it has.

    Raises:
        SourceError: A draft is to have it once it is published.
    """
    _refuse_draft(tag, await ask_released(api, repository, tag))
    return unknown_tag(named, tag, await ask_tags(api, repository))


def _refuse_draft(tag: str, released: Iterable[Announced]) -> None:
    if any(one.tag == tag and one.draft for one in released):
        raise SourceError(f"The release {tag} is a draft.", hint="Publish it, then run the command again.")


def unknown_tag(named: str, tag: str, tags: Sequence[str], hint: str = "There are no tags yet.") -> SourceError:
    """The error for a tag that is not there, naming those that are nearest."""
    near = nearest(tag, tags)
    return SourceError(f"{named} has no tag {tag!r}.", hint=f"There is {_or(near)}." if near else hint)


def nothing_told(tag: str) -> SourceError:
    """The error for a release of which nothing is written."""
    return SourceError(
        f"Nothing is written about {tag}: it has no release notes, and no CHANGELOG has a section on it.",
        hint=f"Write one of the two, or make a film about the project: leave out --release {tag}.",
    )


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _iso(date: str) -> str:
    return date if DAY.fullmatch(date) else ""
