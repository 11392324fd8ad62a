"""A folder or README file of this machine as a source: the README, the files and the facts."""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from readme2video.errors import SourceError, UsageError
from readme2video.sources.address import GitHubSource, parse_source
from readme2video.sources.announced import Announced
from readme2video.sources.facts import (
    LICENCE_FILES,
    MANIFEST_LIMIT_BYTES,
    MANIFESTS,
    Facts,
    facts_of_manifest,
    language_of_files,
    licence_of_text,
    one_line,
)
from readme2video.sources.files import LocalFiles
from readme2video.sources.git import Checkout, find_checkout, read_checkout
from readme2video.sources.releases import (
    FoundRelease,
    add_release_facts,
    composed,
    find_section,
    nothing_told,
    unknown_tag,
)
from readme2video.sources.versions import Known, preceding

README_LIMIT_BYTES = 512 * 1024

_FOLDERS = (".github", "", "docs")  # the order in which GitHub looks
_SUFFIXES = (".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".org", ".txt", "")
_README = re.compile(r"readme((?:[._-][A-Za-z]{2,3}(?:[_-][A-Za-z]{2,4})?)?)(\.[A-Za-z0-9]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class LocalReadme:
    """A README found on disk, with everything known beside it."""

    files: LocalFiles
    path: str
    data: bytes
    truncated: bool
    commit: str | None
    facts: Facts
    root: Path
    release: FoundRelease | None = None


async def pin_local(
    path: Path, server_url: str, release: str | None = None, announced: Announced | None = None
) -> LocalReadme:
    """Read the README, the facts and, if asked for, a release of a folder or file.

    Args:
        release: Tag of the release the film is to be about; the checkout must stand at it.
        announced: What is known of that release from outside.

    Raises:
        SourceError: There is no README, or it cannot be read, or nothing can be told of the release.
    """
    local = await asyncio.to_thread(_read_local, path, server_url)
    if release is None:
        return local
    checkout = await asyncio.to_thread(find_checkout, local.root)
    if checkout is not None:
        _check_tag(checkout, release, local.root)
    # The CHANGELOG is read as it lies there, which is why the checkout must stand at the tag.
    where, section = await find_section(release, local.path, local.files)
    previous = preceding(release, map(Known, checkout.tags)) if checkout is not None else None
    found = composed(release, announced, previous, where, section)
    if found is None:
        raise nothing_told(release)
    add_release_facts(local.facts, found, announced)
    return replace(local, release=found)


def _read_local(path: Path, server_url: str) -> LocalReadme:
    try:
        if not path.exists():
            raise SourceError(f"There is no file or folder {str(path)!r}.")
        resolved = path.resolve()
        if resolved.is_dir():
            root = resolved
            files = LocalFiles(root)
            found = find_readme(root, files)
        elif resolved.is_file():
            root, found = resolved.parent, resolved.name
            files = LocalFiles(root)
        else:
            raise SourceError(f"{str(path)!r} is neither a folder nor a regular file.")
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    data = files.read_now(found, README_LIMIT_BYTES + 1)
    if data is None:
        raise SourceError(f"{found} cannot be read.", hint="Check its permissions; it must be a regular file.")
    checkout = read_checkout(root)
    return LocalReadme(
        files=files,
        path=found,
        data=data[:README_LIMIT_BYTES],
        truncated=len(data) > README_LIMIT_BYTES,
        commit=checkout.commit if checkout else None,
        facts=_facts(root, files, checkout, server_url),
        root=root,
    )


def _check_tag(checkout: Checkout, tag: str, root: Path) -> None:
    if tag not in checkout.tags:
        hint = "Fetch the tags with `git fetch --tags`."
        raise unknown_tag(f"The repository in {str(root)!r}", tag, list(checkout.tags), hint)
    commit = checkout.tags[tag]
    if commit is None:
        raise SourceError(
            f"Which commit the tag {tag} means cannot be told.",
            hint="Run `git pack-refs --all`, then the same command again.",
        )
    if commit != checkout.commit:
        stands = f"at {checkout.commit[:10]}" if checkout.commit else "at no commit"
        raise SourceError(
            f"The checkout stands {stands}, not at {tag} ({commit[:10]}); its README and CHANGELOG may tell of another "
            "version.",
            hint=f"Run `git switch --detach {shlex.quote(tag)}`, then the same command again.",
        )


def repository_of(path: Path, server_url: str) -> GitHubSource | None:
    """The GitHub repository that a folder or file is a checkout of, by its remote; None when that is not known."""
    checkout = find_checkout(path.absolute())
    return _repository(checkout.remote if checkout is not None else None, server_url)


def find_readme(root: Path, files: LocalFiles) -> str:
    """The README's path inside a folder: ``.github`` before the root before ``docs``, Markdown before the rest.

    Raises:
        SourceError: There is none, or only ones that cannot be read.
    """
    unusable = ""
    for folder in _FOLDERS:
        try:
            names = sorted(entry.name for entry in (root / folder).iterdir())
        except OSError:
            continue
        for name in sorted((name for name in names if _README.fullmatch(name)), key=_rank):
            path = f"{folder}/{name}" if folder else name
            if files.read_now(path, 1) is not None:
                return path
            unusable = unusable or path
    if unusable:
        raise SourceError(
            f"{unusable} cannot be used: it is not a readable file, or a link that leads outside the folder.",
            hint="Replace it with a regular file.",
        )
    raise SourceError(f"There is no README in {str(root)!r}.", hint="Give a README file, or a folder that has one.")


def _rank(name: str) -> tuple[bool, int, bool, str]:
    """Plain names before translations, by format, ``README`` before other spellings."""
    match = _README.fullmatch(name)
    variant, suffix = (match[1], (match[2] or "").lower()) if match else ("", "")
    if variant and not suffix and variant.lower() in _SUFFIXES:  # ``README.md``: the suffix was taken for a language
        variant, suffix = "", variant.lower()
    order = _SUFFIXES.index(suffix) if suffix in _SUFFIXES else len(_SUFFIXES)
    return bool(variant), order, not name.startswith("README"), name


def _facts(root: Path, files: LocalFiles, checkout: Checkout | None, server_url: str) -> Facts:
    facts = Facts()
    manifest: dict[str, str] = {}
    for file in MANIFESTS:
        data = files.read_now(file, MANIFEST_LIMIT_BYTES)
        stated = facts_of_manifest(file, data) if data else {}
        for name, value in stated.items():
            if name not in ("language", "url"):
                facts.add(name, value, file)
        for name in ("language", "url"):
            if name in stated and name not in manifest:
                manifest[name], manifest[f"{name} origin"] = stated[name], file
    for file in LICENCE_FILES:
        data = files.read_now(file, 4096)
        if data:
            facts.add("licence", licence_of_text(data.decode("utf-8", "replace")), file)
    facts.add("language", language_of_files(root), "files")
    facts.add("language", manifest.get("language"), manifest.get("language origin", ""))
    remote = checkout.remote if checkout else None
    for address, origin in ((remote, ".git/config"), (manifest.get("url"), manifest.get("url origin", ""))):
        repository = _repository(address, server_url)
        if repository is not None and "owner" not in facts.values:
            facts.add("owner", repository.owner, origin)
            facts.add("name", repository.name, origin)
            facts.add("url", f"{server_url.rstrip('/')}/{repository.owner}/{repository.name}", origin)
    if checkout is not None:
        facts.add("tag", checkout.tag, ".git")
    facts.add("name", one_line(root.name) or "project", "folder")
    return facts


def _repository(address: str | None, server_url: str) -> GitHubSource | None:
    """The repository that a remote or manifest URL means, without any credentials that stood in it."""
    if not address or not ("://" in address or address.startswith("git@")):
        return None
    try:
        source = parse_source(re.sub(r"(?<=://)[^/@]*@", "", address), server_url=server_url)
    except (UsageError, SourceError):
        return None
    return source if isinstance(source, GitHubSource) else None
