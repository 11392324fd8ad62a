"""A GitHub repository as a source, through the REST API; everything it answers is checked before it is believed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from readme2video.errors import SourceError, UsageError
from readme2video.model.source import Release, RepositoryFacts
from readme2video.settings import GitHub
from readme2video.sources.address import GitHubSource
from readme2video.sources.announced import Announced
from readme2video.sources.facts import MANIFEST_LIMIT_BYTES, Facts, facts_of_manifest, one_line
from readme2video.sources.files import is_inside
from readme2video.sources.github_api import JSON_LIMIT_BYTES, RAW, Api
from readme2video.sources.releases import (
    FoundRelease,
    add_release_facts,
    add_version,
    ask_release,
    find_release,
    no_such_tag,
    nothing_told,
)

if TYPE_CHECKING:
    import httpx

README_LIMIT_BYTES = 512 * 1024

_SHA = "application/vnd.github.sha"
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_README_FILE = re.compile(r"[^/]+\.(?:md|markdown|mdown|mdx|rst|adoc|asciidoc|org|txt)|readme[^/]*", re.IGNORECASE)
_MANIFESTS = {
    "Python": "pyproject.toml",
    "Rust": "Cargo.toml",
    "JavaScript": "package.json",
    "TypeScript": "package.json",
}
_FOLDER_LIMIT_BYTES = 4 * 1024 * 1024
_TREE_LIMIT_BYTES = 16 * 1024 * 1024
_PARENTS = 5


@dataclass(frozen=True)
class RemoteReadme:
    """A README read from GitHub, with everything known beside it.

    Attributes:
        avatar: Address of the owner's sign, if the owner is an organisation; a person's is a portrait.
    """

    files: GitHubFiles
    path: str
    data: bytes
    truncated: bool
    commit: str
    facts: RepositoryFacts
    release: FoundRelease | None = None
    avatar: str | None = None


class GitHubFiles:
    """The files of a repository at one commit."""

    def __init__(self, api: Api, repository: str, commit: str) -> None:
        self.api = api
        self.repository = repository
        self.commit = commit

    async def read(self, path: str, limit_bytes: int) -> bytes | None:
        """The bytes of a file, or None when it is absent or longer than the limit."""
        if not is_inside(path):
            return None
        where = f"{self.repository}/contents/{quote(path)}?ref={self.commit}"
        answer = await self.api.get(where, accept=RAW, limit_bytes=limit_bytes)
        return answer.body if answer.status == 200 and not answer.cut else None  # HTTP

    async def names(self, folder: str) -> list[str]:
        """The names of the files in a folder; none when it is absent or holds thousands."""
        if folder and not is_inside(folder):
            return []
        where = f"{self.repository}/contents/{quote(folder)}".rstrip("/")
        answer = await self.api.get(f"{where}?ref={self.commit}", limit_bytes=_FOLDER_LIMIT_BYTES)
        rows = self.api.json(answer) if answer.status == 200 and not answer.cut else []  # HTTP
        entries = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [row["name"] for row in entries if isinstance(row.get("name"), str) and row.get("type") == "file"]

    async def within(self, folders: Sequence[str]) -> list[str]:
        """Paths of the files directly in these folders, from the commit's whole tree; none when it is too large."""
        where = f"{self.repository}/git/trees/{self.commit}?recursive=1"
        answer = await self.api.get(where, limit_bytes=_TREE_LIMIT_BYTES)
        tree = self.api.json(answer) if answer.status == 200 and not answer.cut else {}  # HTTP
        rows = tree.get("tree") if isinstance(tree, dict) else None
        entries = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        paths = [row["path"] for row in entries if row.get("type") == "blob" and isinstance(row.get("path"), str)]
        wanted = set(folders)
        return [path for path in paths if path.rpartition("/")[0] in wanted and is_inside(path)]


async def pin_github(
    source: GitHubSource,
    http: httpx.AsyncClient,
    settings: GitHub,
    sleep: Callable[[float], Awaitable[None]],
    release: str | None = None,
) -> RemoteReadme:
    """Read a repository's README at a commit, and what GitHub knows about the repository.

    Args:
        release: Tag of the release the film is to be about. Without it a source that names a release's tag gives a
            film about that release too, if anything is written about it.

    Raises:
        UsageError: The source names another branch, tag or commit than the release.
        SourceError: The repository, the branch, the release or the README cannot be had.
        CredentialsError: The token was refused.
        PausedError: An outage or a used-up limit.
    """
    api = Api(http, settings, sleep)
    named = f"{source.owner}/{source.name}"
    answer = await api.get(f"/repos/{named}")
    if answer.status in (403, 404, 410, 451):
        blocked = "is blocked by GitHub" if answer.status == 451 else "was not found or is private"  # HTTP
        raise SourceError(
            f"{named} {blocked}.",
            hint="Check the spelling; for a private repository set GITHUB_TOKEN to a token with contents:read.",
        )
    about = api.mapping(answer)
    owner = one_line(about.get("owner", {}).get("login") if isinstance(about.get("owner"), dict) else None)
    owner, name = owner or source.owner, one_line(about.get("name")) or source.name
    repository = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
    ref, subpath = await _split(api, repository, source)
    if release is not None and ref not in (None, release):
        raise UsageError(f"The source names {ref} and --release names {release}.", hint="Give one of the two.")
    required, ref = release is not None or source.released, ref or release
    announced = await ask_release(api, repository, ref)
    branch = one_line(about.get("default_branch")) or "HEAD"
    tag = ref if required or announced is not None else None
    commit = await _commit(api, repository, ref or branch, f"{owner}/{name}", tag)
    path, data, truncated = await _readme(api, repository, commit, subpath, f"{owner}/{name}")
    facts = _facts(about, owner, name, settings.server_url)
    files = GitHubFiles(api, repository, commit)
    found = await find_release(api, repository, tag, announced, files, path) if tag else None
    if found is not None:
        add_release_facts(facts, found, announced)
        add_version(facts, found.tag, "GitHub")
    elif required and tag:
        raise nothing_told(tag)
    elif announced is not None:
        _add_release(facts, announced, ref)
    manifest = _MANIFESTS.get(str(about.get("language")))
    if "version" not in facts.values and manifest:
        stated = await files.read(manifest, MANIFEST_LIMIT_BYTES)
        for field, value in facts_of_manifest(manifest, stated).items() if stated else ():
            if field in ("version", "description", "licence"):
                facts.add(field, value, manifest)
    return RemoteReadme(files, path, data, truncated, commit, facts.done(), found, _avatar(about))


async def _split(api: Api, repository: str, source: GitHubSource) -> tuple[str | None, str]:
    """Where the branch name ends in ``/tree/feat/x/docs``: the longest branch or tag that is a beginning of it."""
    if source.ref_path is None:
        return source.ref, source.subpath or ""
    parts = source.ref_path.split("/")
    known: set[str] = set()
    for kind in ("heads", "tags"):
        answer = await api.get(f"{repository}/git/matching-refs/{kind}/{quote(parts[0], safe='')}?per_page=100")
        found = api.json(answer) if answer.status == 200 else []  # HTTP
        for entry in found if isinstance(found, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("ref"), str):
                known.add(entry["ref"].removeprefix(f"refs/{kind}/"))
    for end in range(len(parts), 0, -1):
        if "/".join(parts[:end]) in known:
            return "/".join(parts[:end]), "/".join(parts[end:])
    return parts[0], "/".join(parts[1:])  # a commit id, or a name that the next request will not find


async def _commit(api: Api, repository: str, ref: str, named: str, tag: str | None) -> str:
    where = f"tags/{tag}" if tag is not None else ref  # a branch may have the same name
    answer = await api.get(f"{repository}/commits/{quote(where, safe='')}", accept=_SHA, limit_bytes=JSON_LIMIT_BYTES)
    commit = answer.body.decode("ascii", "replace").strip()
    if answer.status == 409:  # what GitHub answers for a repository without commits
        raise SourceError(f"{named} is empty: it has no commits.")
    if answer.status != 200 or not _COMMIT.fullmatch(commit):  # HTTP
        if tag is not None:
            raise await no_such_tag(api, repository, named, tag)
        raise SourceError(f"{named} has no branch, tag or commit {ref!r}.", hint="Look at its tags and branches.")
    return commit


async def _readme(api: Api, repository: str, commit: str, subpath: str, named: str) -> tuple[str, bytes, bool]:
    """The README's path, its first 512 KiB and whether there is more."""
    is_file = bool(subpath) and bool(_README_FILE.fullmatch(subpath.rsplit("/", 1)[-1]))
    where = f"contents/{quote(subpath)}" if is_file else f"readme/{quote(subpath)}".rstrip("/")
    answer = await api.get(f"{repository}/{where}?ref={commit}", limit_bytes=4 * README_LIMIT_BYTES)
    if answer.status == 404:  # HTTP
        hint = "Give a README file with its full address, or a folder that has one."
        for parent in _parents(subpath):
            above = await api.get(f"{repository}/{f'readme/{quote(parent)}'.rstrip('/')}?ref={commit}")
            if above.status == 200:  # HTTP
                hint = f"There is one in {parent!r}." if parent else f"There is one at the top: use {named}."
                break
        raise SourceError(f"There is no README in {f'{named}/{subpath}' if subpath else named}.", hint=hint)
    about = api.mapping(answer)
    path = about.get("path")
    if about.get("type", "file") != "file" or not isinstance(path, str) or not is_inside(path):
        kind = one_line(about.get("type")) or "nothing to read"
        raise SourceError(f"The README of {named} is not a file but a {kind}.", hint="Give another file's address.")
    data = _content(about)
    if data is None:
        raw = await api.get(
            f"{repository}/contents/{quote(path)}?ref={commit}", accept=RAW, limit_bytes=README_LIMIT_BYTES
        )
        if raw.status != 200:  # HTTP
            raise SourceError(f"The README of {named} could not be downloaded.")
        return path, raw.body, raw.cut
    return path, data[:README_LIMIT_BYTES], len(data) > README_LIMIT_BYTES


def _parents(subpath: str) -> list[str]:
    parts = subpath.split("/") if subpath else []
    return ["/".join(parts[:end]) for end in range(len(parts) - 1, -1, -1)][:_PARENTS]


def _content(about: dict[str, Any]) -> bytes | None:
    """The decoded content of a file's JSON; None when it has to be fetched raw (over 1 MB, or broken)."""
    content, size = about.get("content"), about.get("size")
    if about.get("encoding") != "base64" or not isinstance(content, str):
        return None
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return None if isinstance(size, int) and size != len(data) else data


def _facts(about: dict[str, Any], owner: str, name: str, server_url: str) -> Facts:
    facts = Facts()
    licence = about.get("license")
    spdx = licence.get("spdx_id") if isinstance(licence, dict) else None
    topics = about.get("topics")
    stars = about.get("stargazers_count")
    known = {
        "owner": owner,
        "name": name,
        "description": one_line(about.get("description")),
        "topics": tuple(text for topic in topics[:20] if (text := one_line(topic))) if isinstance(topics, list) else (),
        "language": one_line(about.get("language")),
        "licence": one_line(spdx) if spdx != "NOASSERTION" else None,
        "stars": stars if isinstance(stars, int) and not isinstance(stars, bool) and stars >= 0 else None,
        "homepage": one_line(about.get("homepage")),
        "url": f"{server_url.rstrip('/')}/{owner}/{name}",
        "default_branch": one_line(about.get("default_branch")),
        "private": True if about.get("private") is True else None,
    }
    for field, value in known.items():
        facts.add(field, value, "GitHub")
    return facts


def _avatar(about: dict[str, Any]) -> str | None:
    owner = about.get("owner")
    if not isinstance(owner, dict) or owner.get("type") != "Organization":
        return None
    return one_line(owner.get("avatar_url"))


def _add_release(facts: Facts, announced: Announced, ref: str | None) -> None:
    """What a film about the project may say of its newest release, or of the one at ``ref``."""
    known = Release(tag=announced.tag, name=announced.name, published_on=announced.published_on)
    facts.add("release", known, "GitHub")
    if ref:
        facts.add("tag", announced.tag, "GitHub")
    add_version(facts, announced.tag, "GitHub")
