"""Versions and CHANGELOGs: which tag came before, and the section on one version in the many ways people write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import assert_slow_growth
from readme2video.sources.changelog import changelogs, section_of
from readme2video.sources.versions import Known, nearest, preceding, version_of

FIXTURES = Path(__file__).parents[1] / "fixtures" / "releases"

# --- versions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "family", "prerelease"),
    [
        ("v1.2.0", "", False),
        ("1.2", "", False),
        ("v2", "", False),
        ("1.0.0-rc.1", "", True),
        ("1.0rc1", "", True),
        ("v1.0.0-beta", "", True),
        ("1.0.0+build.7", "", False),
        ("1.2.0.Final", "", False),
        ("2024.01.05", "", False),
        ("pkg@1.0.0", "pkg@", False),
        ("@scope/pkg@2.0.0-next.1", "@scope/pkg@", True),
        ("release-1.2", "release-", False),
        ("py3-1.2.0", "py3-", False),
        ("tools/v0.3.0", "tools/", False),
    ],
)
def test_tags_that_are_versions(tag: str, family: str, prerelease: bool):
    version = version_of(tag)
    assert version is not None
    assert (version.family, version.prerelease) == (family, prerelease)


@pytest.mark.parametrize("tag", ["nightly", "latest", "v", "", "release", "1.2.0 beta", "x" * 5000])
def test_tags_that_are_none(tag: str):
    assert version_of(tag) is None


def test_versions_are_ordered_as_numbers():
    ordered = ["0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-rc.2", "1.0.0-rc.10", "v1.0.0", "1.2", "1.10.0", "2.0.0"]
    keys = [version_of(tag).key for tag in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert version_of("v1.2").key == version_of("1.2.0").key


def known(*tags: str) -> list[Known]:
    """Releases published one day after the other; ``!`` marks one that GitHub calls a prerelease."""
    return [
        Known(tag.strip("!"), f"2026-01-{day:02d}T00:00:00Z", tag.startswith("!")) for day, tag in enumerate(tags, 1)
    ]


@pytest.mark.parametrize(
    ("tag", "others", "before"),
    [
        ("v1.2.0", known("v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"), "v1.1.0"),
        ("v1.10.0", known("v1.2.0", "v1.9.0", "v1.10.0"), "v1.9.0"),
        ("v1.2.0", known("v1.1.0", "v1.2.0-rc.1", "v1.2.0"), "v1.1.0"),
        ("v1.2.0", known("v1.1.0", "!v1.1.5", "v1.2.0"), "v1.1.0"),
        ("v1.2.0-rc.2", known("v1.1.0", "v1.2.0-rc.1", "v1.2.0-rc.2"), "v1.2.0-rc.1"),
        ("v1.2.0-rc.1", known("v1.1.0", "v1.2.0-rc.1"), "v1.1.0"),
        ("v1.9.6", known("v1.9.5", "v2.0.0", "v1.9.6"), "v1.9.5"),  # a branch that is still looked after
        ("b@1.1.0", known("a@1.0.9", "b@1.0.0", "a@1.1.0", "b@1.1.0"), "b@1.0.0"),
        ("v1.0.0", known("v1.0.0", "v1.1.0"), None),
        ("v1.0.0", [], None),
        ("osprey", known("heron", "osprey", "wren"), "heron"),
        ("osprey", known("osprey", "wren"), None),
        ("2.0.0", known("v1.9.0", "2.0.0"), "v1.9.0"),  # the v came and went
    ],
)
def test_what_came_before(tag: str, others: list[Known], before: str | None):
    assert preceding(tag, others) == before
    assert preceding(tag, reversed(others)) == before


def test_the_nearest_tags():
    tags = ["v1.0.0", "v1.1.0", "v1.2.0", "nightly"]
    assert "v1.2.0" in nearest("1.2.0", tags)
    assert nearest("v1.20", tags)[0] == "v1.2.0"
    assert nearest("zzz", tags) == ["v1.2.0", "v1.1.0", "v1.0.0"]
    assert nearest("zzz", []) == []


# --- sections -----------------------------------------------------------------------------------------------------

SHAPES: dict[str, tuple[str, str, list[str], str]] = {  # text, tag, lines of the section's body, date
    "keep a changelog": (
        "# Changelog\n\n## [Unreleased]\n- soon\n\n## [1.2.0] - 2026-01-02\n### Added\n\n- this\n\n## [1.1.0]\n- old\n",
        "v1.2.0",
        ["### Added", "- this"],
        "2026-01-02",
    ),
    "bare numbers": ("## 1.2.0\n- this\n## 1.1.0\n- old\n", "1.2.0", ["- this"], ""),
    "one hash and a v": ("# v1.2.0\n- this\n# v1.1.0\n- old\n", "v1.2.0", ["- this"], ""),
    "with a name": ("## tool 1.2.0 (2026-01-02)\n- this\n## tool 1.1.0\n- old\n", "v1.2.0", ["- this"], "2026-01-02"),
    "version in words": ("## Version 1.2.0, 2 January 2026\n- this\n", "v1.2.0", ["- this"], "2 January 2026"),
    "american dates": ("## 1.2.0 (January 2, 2026)\n- this\n", "v1.2.0", ["- this"], "January 2, 2026"),
    "linked": ("## [1.2.0](https://x.example/c) (2026-01-02)\n* this\n", "v1.2.0", ["* this"], "2026-01-02"),
    "emphasis": ("**1.2.0** - 2026-01-02\n\n- this\n\n**1.1.0**\n\n- old\n", "v1.2.0", ["- this"], "2026-01-02"),
    "underlined": (
        "Changes\n=======\n\n1.2.0 (2026-01-02)\n------------------\n\n- this\n\n1.1.0\n-----\n- old\n",
        "v1.2.0",
        ["- this"],
        "2026-01-02",
    ),
    "underlined with equals": (
        "1.2.0 / 2026-01-02\n==================\n\n  * this\n\n1.1.0 / 2025-01-02\n==================\n\n  * old\n",
        "1.2.0",
        ["  * this"],
        "2026-01-02",
    ),
    "ruled twice": (
        "=====\n1.2.0\n=====\n\nAdded\n-----\n\n* this\n\n=====\n1.1.0\n=====\n\n* old\n",
        "1.2.0",
        ["Added", "-----", "* this"],
        "",
    ),
    "plain text": ("v1.2.0\n\n  - this\n\nv1.1.0\n\n  - old\n", "v1.2.0", ["  - this"], ""),
    "asciidoc": (
        "= Changelog\n\n== 1.2.0 - 2026-01-02\n\n* this\n\n== 1.1.0\n\n* old\n",
        "v1.2.0",
        ["* this"],
        "2026-01-02",
    ),
    "patches deeper than minors": ("# [1.1.0] (2026)\n* new\n## [1.0.1] (2025)\n* fix\n", "v1.1.0", ["* new"], ""),
    "kinds as high as versions": (
        "### [1.0.1](u) (2026-01-02)\n\n\n### Bug Fixes\n\n* this\n\n## [1.0.0](u)\n* old\n",
        "v1.0.1",
        ["### Bug Fixes", "* this"],
        "2026-01-02",
    ),
    "another section follows": ("## 1.2.0\n- this\n## How we release\n- carefully\n", "1.2.0", ["- this"], ""),
    "versions of others inside": (
        "## 1.2.0\n### Python 3.12 wheels\n- this\n### Node.js 20.1\n- that\n## 1.1.0\n- old\n",
        "1.2.0",
        ["### Python 3.12 wheels", "- this", "### Node.js 20.1", "- that"],
        "",
    ),
    "code with a heading": (
        "## 1.2.0\n```md\n## 1.1.0\n```\n- this\n## 1.1.0\n- old\n",
        "1.2.0",
        ["```md", "## 1.1.0", "```", "- this"],
        "",
    ),
    "a comment with a heading": ("<!--\n## 1.2.0\n- draft\n-->\n## 1.2.0\n- this\n", "1.2.0", ["- this"], ""),
    "short versions": ("## 1.2\n- this\n", "v1.2.0", ["- this"], ""),
    "a prerelease": ("## 1.2.0\n- no\n## 1.2.0-rc.1\n- this\n", "v1.2.0-rc.1", ["- this"], ""),
    "a package's own file": ("## 1.2.0\n- this\n## 1.1.0\n- old\n", "pkg@1.2.0", ["- this"], ""),
    "packages together": ("## other@1.2.0\n- no\n## pkg@1.2.0\n- this\n", "pkg@1.2.0", ["- this"], ""),
    "links at the end": (
        "## [1.2.0]\n- this\n\n[1.2.0]: https://x.example\n[#1]: https://y.example\n",
        "1.2.0",
        ["- this"],
        "",
    ),
    "windows line ends": ("# Changes\r\n\r\n## 1.2.0\r\n\r\n- this\r\n\r\n## 1.1.0\r\n", "1.2.0", ["- this"], ""),
    "a byte order mark": ("\ufeff## 1.2.0\n- this\n", "1.2.0", ["- this"], ""),
    "chinese": ("## 版本 1.2.0 2026年1月2日\n- 新\n## 版本 1.1.0\n- 旧\n", "v1.2.0", ["- 新"], "2026年1月2日"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str):
    text, tag, body, date = SHAPES[shape]
    found = section_of(text.encode(), tag)
    assert found is not None
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    section = rows[found.first - 1 : found.last]
    assert found.text.split("\n")[: len(section)] == section
    told = [row for row in section[1:] if row.strip()]
    assert [row for row in told if not (set(row) <= set("-=") and row == told[0])] == body
    assert found.date == date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Changelog\n\nNothing yet.\n",
        "## [Unreleased]\n- soon\n",
        "## 1.2.0 - Unreleased\n- soon\n",
        "## 1.2.0 (not yet released)\n- soon\n",
        "## 1.2.0\n\n## 1.1.0\n- old\n",
        "## 1.2.0\n\n[1.2.0]: https://x.example\n",
        "## 1.2.0-rc.1\n- almost\n",
        "## 11.2.0\n- other\n## 1.2.01\n",
        "Since 1.2.0 this is better.\n",
        "```\n## 1.2.0\n- code\n```\n",
    ],
)
def test_no_section(text: str):
    assert section_of(text.encode(), "v1.2.0") is None


def test_definitions_of_links_come_along_and_are_no_part_of_it():
    text = "## 1.2.0\n- this [#7]\n\n## 1.1.0\n- old\n\n[#7]: https://x.example/7\n[x]: https://y.example\n"
    found = section_of(text.encode(), "1.2.0")
    assert (found.first, found.last) == (1, 2)
    assert found.text.split("\n")[2:] == ["", "[#7]: https://x.example/7", "[x]: https://y.example"]


def test_a_section_has_a_limit():
    endless = "## 1.2.0\n" + "- a change among many\n" * 40_000
    found = section_of(endless.encode(), "1.2.0")
    assert found.last == 400


HOSTILE: dict[str, tuple[Callable[[int], str], int]] = {
    "one section": (lambda size: "## 1.2.0\n" + "- a change among many\n" * size, 20_000),
    "dots": (lambda size: "## " + "1." * size, 200_000),
    "underlined": (lambda size: ("a" * 60 + "@") * (size // 20) + "\n" + "=" * size, 100_000),
    "blanks": (lambda size: "# " + " " * size + "#", 200_000),
    "brackets": (lambda size: "[" * size + "1.2.0", 100_000),
    "comments": (lambda size: "<!--" * size, 50_000),
    "suffixes": (lambda size: "1.2.0" + "-a" * size, 100_000),
    "words": (lambda size: "Version " * size, 50_000),
    "other versions": (lambda size: "\n".join(f"## {n}.0.0\n" for n in range(size)), 15_000),
    "empty sections": (lambda size: "## 1.2.0\n" * size, 20_000),
    "sections of definitions": (lambda size: "## 1.2.0\n[a]: x\n" * size, 10_000),
    "headings of brackets": (lambda size: ("# " + "[" * 290 + "\n") * size, 400),
    "headings of blanks": (lambda size: ("# a" + " " * 290 + "b\n") * size, 300),
    "depths": (lambda size: "# q 1.2.0\n## q 1.2.0\n### q 1.2.0\n" * size, 8000),
    "fences": (lambda size: "```\n## 1.2.0\n" * size, 20_000),
}
"""Forms of hostile input by size, and the greatest size of each."""


@pytest.mark.parametrize("name", HOSTILE)
def test_reading_a_hostile_changelog_takes_little_time(name: str):
    form, whole = HOSTILE[name]
    assert_slow_growth(lambda text: section_of(text.encode(), "v1.2.0"), form, whole)


@given(st.text(alphabet="#=-[]()0123456789.v \n*`~<!abcU", max_size=400))
def test_any_text_has_a_section_that_lies_in_it_or_none(text: str):
    found = section_of(text.encode(), "v1.2.0")
    if found is not None:
        assert 1 <= found.first < found.last <= text.count("\n") + 1


def test_which_files_are_changelogs():
    names = [
        "README.md",
        "changes.rst",
        "CHANGELOG.md",
        "History.md",
        "NEWS",
        "changelog.js",
        "CHANGELOG.de.md",
        "docs",
    ]
    assert changelogs(names) == ["CHANGELOG.md", "changes.rst", "History.md", "NEWS"]


def test_fixtures():
    found = section_of((FIXTURES / "tidepool-CHANGELOG.md").read_bytes(), "v1.5.0")
    assert (found.first, found.last, found.date) == (12, 26, "2026-03-14")
    assert "thirty days" not in found.text
    assert section_of((FIXTURES / "saltmarsh-HISTORY.rst").read_bytes(), "v2.0.1").last == 22
