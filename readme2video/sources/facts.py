"""Facts about a repository and where each was read: manifests, the licence text, the languages of its files."""

from __future__ import annotations

import json
import os
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readme2video.model.source import RepositoryFacts
from readme2video.redaction import redact

MANIFESTS = ("pyproject.toml", "package.json", "Cargo.toml", "go.mod")
LICENCE_FILES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "COPYING", "UNLICENSE")
MANIFEST_LIMIT_BYTES = 512 * 1024

_ENTRIES = 5_000
_FACT_CHARACTERS = 300
_SKIPPED = {
    *(
        "node_modules",
        "venv",
        "env",
        "dist",
        "build",
        "target",
        "vendor",
        "third_party",
        "site-packages",
        "__pycache__",
    ),
    *("output", "docs", "coverage", "bower_components", "Pods"),
}
_SUFFIXES = {
    "Python": ".py .pyi",
    "Rust": ".rs",
    "Go": ".go",
    "JavaScript": ".js .mjs .cjs .jsx",
    "TypeScript": ".ts .tsx",
    "Java": ".java",
    "Kotlin": ".kt",
    "C": ".c",
    "C++": ".cc .cpp .cxx .hpp",
    "C#": ".cs",
    "F#": ".fs",
    "Ruby": ".rb",
    "PHP": ".php",
    "Swift": ".swift",
    "Objective-C": ".m",
    "Scala": ".scala",
    "Clojure": ".clj",
    "Elixir": ".ex .exs",
    "Erlang": ".erl",
    "Haskell": ".hs",
    "OCaml": ".ml",
    "Elm": ".elm",
    "Lua": ".lua",
    "Perl": ".pl",
    "R": ".r",
    "Julia": ".jl",
    "Dart": ".dart",
    "Zig": ".zig",
    "Nim": ".nim",
    "Crystal": ".cr",
    "Shell": ".sh .bash",
    "Vue": ".vue",
    "Svelte": ".svelte",
}
_LANGUAGES = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_MANIFEST_LANGUAGE = {"pyproject.toml": "Python", "Cargo.toml": "Rust", "go.mod": "Go", "package.json": "JavaScript"}
_LICENCES = (
    ("AGPL-3.0", r"gnu affero general public license\s+version 3"),
    ("LGPL-3.0", r"gnu lesser general public license\s+version 3"),
    ("LGPL-2.1", r"gnu lesser general public license\s+version 2\.1"),
    ("GPL-3.0", r"gnu general public license\s+version 3"),
    ("GPL-2.0", r"gnu general public license\s+version 2"),
    ("Apache-2.0", r"apache license\s+version 2\.0"),
    ("MPL-2.0", r"mozilla public license,? (?:version|v\.) 2\.0"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("BSD-3-Clause", r"bsd 3-clause|redistribution and use in source.*neither the name"),
    ("BSD-2-Clause", r"bsd 2-clause|redistribution and use in source"),
    ("ISC", r"\bisc license|permission to use, copy, modify, and/or distribute"),
    ("MIT", r"\bmit license|permission is hereby granted, free of charge"),
)


@dataclass
class Facts:
    """Facts being collected; the first to state a field wins, and where it was read is remembered."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any, origin: str) -> None:
        """Record a fact unless it is unknown or already stated."""
        if value is not None and value not in ("", ()) and name not in self.values:
            self.values[name] = value
            self.origins[name] = origin

    def put(self, name: str, value: Any, origin: str) -> None:
        """Record a fact whatever was stated before."""
        self.values[name] = value
        self.origins[name] = origin

    def done(self) -> RepositoryFacts:
        """The record; every known field has an origin."""
        return RepositoryFacts.model_validate({**self.values, "origins": self.origins})


def facts_of_manifest(file: str, data: bytes) -> dict[str, str]:
    """Name, version, description, licence, homepage, url and language as a manifest states them.

    Args:
        file: The manifest's file name, one of ``MANIFESTS``.
        data: Its bytes.

    Returns:
        What it states plainly; a manifest that cannot be read states nothing.
    """
    text = data.decode("utf-8", "replace")
    if file == "go.mod":
        match = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
        name = re.sub(r"/v\d+$", "", match[1]).rsplit("/", 1)[-1] if match else ""
        return _known({"name": name, "language": "Go" if match else None})
    try:
        values = json.loads(text) if file.endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    read = {"pyproject.toml": _python, "package.json": _node, "Cargo.toml": _rust}[file]
    facts = _known(read(values))
    return {**facts, "language": _MANIFEST_LANGUAGE[file]} if facts else {}


def licence_of_text(text: str) -> str | None:
    """The SPDX id of a licence text, told from its first lines."""
    start = " ".join(text[:3000].lower().split())
    return next((name for name, pattern in _LICENCES if re.search(pattern, start)), None)


def language_of_files(root: Path) -> str | None:
    """The language most source files are written in; looks at 5,000 entries at most."""
    counts: Counter[str] = Counter()
    seen = 0
    for _, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in names:
            language = _LANGUAGES.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 - thousands of names, no paths
            if language:
                counts[language] += 1
        seen += len(folders) + len(names)
        if seen > _ENTRIES:
            break
    # By name where counts are equal, so that the answer does not depend on the order of a directory.
    return min(counts, key=lambda language: (-counts[language], language)) if counts else None


def one_line(value: Any) -> str | None:
    """A fact as one clean line, secrets blacked out, or None when it is no text or too long to be one."""
    if not isinstance(value, str):
        return None
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in value)
    text = redact(" ".join(visible.split()))[0]
    return text if 0 < len(text) <= _FACT_CHARACTERS else None


def _known(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, value in facts.items() if (text := one_line(value)) is not None}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _python(values: dict[str, Any]) -> dict[str, Any]:
    poetry = _table(_table(values.get("tool")).get("poetry"))
    project = _table(values.get("project"))
    licence = project.get("license", poetry.get("license"))
    urls = {str(key).lower(): url for key, url in _table(project.get("urls")).items()}
    return {
        "name": project.get("name", poetry.get("name")),
        "version": project.get("version", poetry.get("version") if poetry.get("version") != "0.0.0" else None),
        "description": project.get("description", poetry.get("description")),
        "licence": _short(_table(licence).get("text", licence)),
        "homepage": urls.get("homepage", poetry.get("homepage")),
        "url": urls.get("repository", urls.get("source", urls.get("source code", poetry.get("repository")))),
    }


def _node(values: dict[str, Any]) -> dict[str, Any]:
    repository = values.get("repository")
    url = _table(repository).get("url", repository)
    if isinstance(url, str):
        url = re.sub(r"^(?:git\+|github:)", lambda match: "" if match[0] == "git+" else "https://github.com/", url)
        url = f"https://github.com/{url}" if re.fullmatch(r"[\w-]+/[\w.-]+", url) else url
    return {
        "name": values.get("name"),
        "version": values.get("version") if values.get("version") != "0.0.0" else None,
        "description": values.get("description"),
        "licence": _short(_table(values.get("license")).get("type", values.get("license"))),
        "homepage": values.get("homepage"),
        "url": url,
    }


def _rust(values: dict[str, Any]) -> dict[str, Any]:
    package = _table(values.get("package"))
    shared = _table(_table(values.get("workspace")).get("package"))

    def field(name: str) -> Any:
        value = package.get(name)
        return shared.get(name) if _table(value).get("workspace") is True else value

    return {
        "name": field("name"),
        "version": field("version"),
        "description": field("description"),
        "licence": _short(field("license")),
        "homepage": field("homepage"),
        "url": field("repository"),
    }


def _short(licence: Any) -> Any:
    """A licence's name; some manifests carry its whole text, or say that it is elsewhere."""
    if not isinstance(licence, str) or licence.upper().startswith("SEE LICENSE"):
        return None
    return licence if len(licence) <= 60 and "\n" not in licence else licence_of_text(licence)  # an SPDX expression
