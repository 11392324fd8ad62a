"""What a checkout says about itself, read from the files of ``.git``; no program is run."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FILE_LIMIT_BYTES = 8 * 1024 * 1024
_OBJECT_LIMIT_BYTES = 4096
_TAGS = 5_000
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SECTION = re.compile(r'\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_PAIR = re.compile(r"\s*(\w[\w-]*)\s*=\s*(.*?)\s*$")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Checkout:
    """Where a checkout stands.

    Attributes:
        commit: Full id, or None when there is no commit yet.
        tag: A tag on this very commit, the highest version if there are several.
        branch: The branch checked out, or None.
        remote: URL of the remote ``origin`` as configured, or None. It may hold a password: parse it, never show it.
        tags: The commit of each tag; None where that cannot be told from plain files.
    """

    commit: str | None = None
    tag: str | None = None
    branch: str | None = None
    remote: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)


def read_checkout(root: Path) -> Checkout | None:
    """Read the checkout whose root is this folder; None when ``.git`` is not in the folder itself."""
    folder = _git_folder(root / ".git")
    if folder is None:
        return None
    common = folder
    shared = _text(folder / "commondir")
    if shared:  # a worktree keeps its HEAD apart and shares everything else
        common = folder / shared.strip()
    packed, peeled = _packed(common)
    head = (_text(folder / "HEAD") or "").strip()
    name = head.removeprefix("ref:").strip() if head.startswith("ref:") else ""
    branch = (
        name.removeprefix("refs/heads/") if name.startswith("refs/heads/") and name != "refs/heads/.invalid" else None
    )
    if not name:
        commit = head if _COMMIT.fullmatch(head) else None
    else:
        commit = _loose(folder, name) or _loose(common, name) or packed.get(name)
    tags = _tags(common, packed, peeled, commit)
    return Checkout(commit, _tag(tags, commit) if commit else None, branch, _origin(common), tags)


def find_checkout(folder: Path) -> Checkout | None:
    """The checkout a folder lies in, however deep; None outside of any."""
    return next((found for place in (folder, *folder.parents) if (found := read_checkout(place)) is not None), None)


def _git_folder(path: Path) -> Path | None:
    try:
        if path.is_dir():
            return path
        pointer = _text(path) or ""
        if not pointer.startswith("gitdir:"):
            return None
        folder = path.parent / pointer.removeprefix("gitdir:").strip()
        return folder if folder.is_dir() else None
    except (OSError, ValueError):
        return None


def _text(path: Path) -> str | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_FILE_LIMIT_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


def _loose(folder: Path, name: str) -> str | None:
    if ".." in name or name.startswith("/"):
        return None
    text = (_text(folder / name) or "").strip()
    return text if _COMMIT.fullmatch(text) else None


def _packed(common: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Packed references, and for annotated tags among them the commits they peel to."""
    packed: dict[str, str] = {}
    peeled: dict[str, str] = {}
    name = ""
    for line in (_text(common / "packed-refs") or "").splitlines():
        if line.startswith("^"):
            peeled[name] = line[1:].strip()
        elif not line.startswith("#"):
            identity, _, name = line.partition(" ")
            name = name.strip()
            if _COMMIT.fullmatch(identity):
                packed[name] = identity
    return packed, peeled


def _tags(common: Path, packed: dict[str, str], peeled: dict[str, str], head: str | None) -> dict[str, str | None]:
    tags: dict[str, str | None] = {
        name: peeled.get(name, identity) for name, identity in packed.items() if name.startswith("refs/tags/")
    }
    for name in _loose_tags(common / "refs" / "tags"):
        identity = _loose(common, name)
        if identity:
            tags[name] = identity if identity == head else _peel(common, identity)
    return {name.removeprefix("refs/tags/"): identity for name, identity in tags.items()}


def _tag(tags: Mapping[str, str | None], commit: str) -> str | None:
    found = [name for name, identity in tags.items() if identity == commit]
    return max(found, key=lambda name: ([int(number[:9]) for number in _NUMBERS.findall(name)], name), default=None)


def _loose_tags(folder: Path) -> Iterator[str]:
    count = 0
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _TAGS:
                return
            yield "refs/tags/" + (Path(parent) / name).relative_to(folder).as_posix()


def _peel(common: Path, identity: str) -> str | None:
    """The commit a tag means when its object lies loose; None when it lies in a pack, which is not read."""
    path = common / "objects" / identity[:2] / identity[2:]
    try:
        with path.open("rb") as file:
            data = zlib.decompressobj().decompress(file.read(_OBJECT_LIMIT_BYTES), _OBJECT_LIMIT_BYTES)
    except (OSError, zlib.error):
        return None
    header, _, body = data.partition(b"\0")
    if header.startswith(b"commit "):
        return identity
    match = re.match(rb"object ([0-9a-f]{40,64})\ntype commit\n", body) if header.startswith(b"tag ") else None
    return match[1].decode("ascii") if match else None


def _origin(common: Path) -> str | None:
    section: tuple[str, str] = ("", "")
    for line in (_text(common / "config") or "").splitlines():
        if match := _SECTION.match(line):
            section = (match[1].lower(), match[2] or "")
        elif section == ("remote", "origin") and (pair := _PAIR.match(line)) and pair[1].lower() == "url":
            return pair[2].strip('"')
    return None
