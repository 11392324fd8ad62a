"""Markdown in, document out: what stands where, what is set apart, and what hostile input may cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from growth import assert_slow_growth
from readme2video.errors import SourceError
from readme2video.model.document import CodeBlock, Lines, ListBlock, ListItem, Paragraph, Quote, ReadmeDocument, Table
from readme2video.model.source import PinnedSource, RepositoryFacts
from readme2video.readme import Reader, parse_readme
from readme2video.readme.headings import kind_of
from readme2video.readme.text import decode
from works import FakeWork


def read(text: str, path: str = "README.md") -> ReadmeDocument:
    return parse_readme(text, path)


def blocks(document: ReadmeDocument) -> list:
    return [block for section in document.sections for block in section.blocks]


def rules(document: ReadmeDocument) -> set[str]:
    return {finding.rule for finding in document.findings}


def only_items(text: str) -> tuple[ListItem, ...]:
    (block,) = [block for block in blocks(read(text)) if isinstance(block, ListBlock)]
    return block.items


def everywhere(document: ReadmeDocument) -> str:
    return document.model_dump_json()


# --- structure and lines ------------------------------------------------------------------------------------------


def test_every_block_knows_its_lines():
    document = read(
        "# Quill\n\nA pen\nfor pages.\n\n## Usage\n\n```python\nx = 1\ny = 2\n```\n\n1. one\n2. two\n   more\n\n"
        "> [!TIP]\n> Mind the ink.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |\n"
    )
    found = [(type(block).__name__, block.lines.first, block.lines.last) for block in blocks(document)]
    assert found == [
        ("Paragraph", 3, 4),
        ("CodeBlock", 9, 10),
        ("ListBlock", 13, 15),
        ("Quote", 17, 18),
        ("Table", 20, 23),
    ]
    table = next(block for block in blocks(document) if isinstance(block, Table))
    assert (table.header, table.rows, table.row_lines) == (("a", "b"), (("1", "2"), ("3", "4")), (22, 23))
    listed = next(block for block in blocks(document) if isinstance(block, ListBlock))
    assert listed.ordered
    assert [(item.text, item.lines.first, item.lines.last) for item in listed.items] == [
        ("one", 13, 13),
        ("two more", 14, 15),
    ]
    quote = next(block for block in blocks(document) if isinstance(block, Quote))
    assert (quote.alert, quote.text) == ("tip", "Mind the ink.")
    assert document.line_count == 23


def test_setext_headings_and_front_matter_keep_lines():
    document = read("---\ntitle: x\n---\n\nQuill\n=====\n\nA pen.\n\nUsage\n-----\n\nWrite.\n")
    assert (document.title, document.title_lines) == ("Quill", Lines(first=5, last=6))
    assert [(section.title, section.kind, section.lines.first) for section in document.sections] == [
        ("Quill", "intro", 5),
        ("Usage", "usage", 10),
    ]
    assert "title: x" not in everywhere(document)


def test_parents_reach_through_unnamed_sections():
    document = read("# Q\n\n## Installation\n\n### macOS\n\n#### Homebrew\n\nbrew.\n\n## Other\n\ntext\n")
    assert [(section.title, section.kind, section.parent) for section in document.sections] == [
        ("Q", "intro", None),
        ("Installation", "install", "intro"),
        ("macOS", "other", "install"),
        ("Homebrew", "other", "install"),
        ("Other", "other", "intro"),
    ]


def test_text_before_the_first_heading_is_a_section():
    document = read("Hello there.\n\n# Quill\n\nA pen.\n")
    assert [(section.level, section.title, section.kind) for section in document.sections] == [
        (0, "", "intro"),
        (1, "Quill", "intro"),
    ]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a *b* __c__ `d` ~~gone~~ e", "a b c d e"),
        ("a ![pic](x.png) b", "a b"),
        ("one<br>two\nthree  \nfour", "one two three four"),
        ("go :rocket: now `:rocket:`", "go now :rocket:"),
        ("at 12:30:45 and ::x::", "at 12:30:45 and ::x::"),
        ("see [the *docs*](d.md) now", "see the docs now"),
        ("5 &lt; 6 &amp; &copy;", "5 < 6 & ©"),
        ("press <kbd>Ctrl</kbd>, H<sub>2</sub>O", "press Ctrl, H2O"),
        ("note[^1] here\n\n[^1]: a footnote", "note here"),
        ("a <!-- secret --> b", "a b"),
        ("a <script>alert(1)</script> b", "a b"),
        ("{{ x }} ${HOME} %s <%= y %>", "{{ x }} ${HOME} %s <%= y %>"),
        ("[/bold] [link=x]y[/link]", "[/bold] [link=x]y[/link]"),
    ],
)
def test_plain_text(markdown: str, text: str):
    (paragraph,) = [block for block in blocks(read(markdown)) if isinstance(block, Paragraph)]
    assert paragraph.text == text


@pytest.mark.parametrize(
    ("markdown", "lead", "rest"),
    [
        ("**Fast** — does x", "Fast", "does x"),
        ("**Fast** - does x", "Fast", "does x"),
        ("**Fast:** does x", "Fast", "does x"),
        ("**Fast**: does x", "Fast", "does x"),
        ("**Fast.** Does x", "Fast", "Does x"),
        ("**Fast** does x", "Fast", "does x"),
        ("[name](https://x.y) - does x", "name", "does x"),
        ("[**name**](https://x.y) – does x", "name", "does x"),
        ("`cmd` - does x", "cmd", "does x"),
        ("`cmd` does x", None, "`cmd` does x".replace("`", "")),
        ("Fast: does x", "Fast", "does x"),
        ("Fast - does x", "Fast", "does x"),
        ("One two three four five six: does x", None, "One two three four five six: does x"),
        ("https://example.com/a b", None, "https://example.com/a b"),
        ("⚡ **Fast** — does x", "Fast", "does x"),
        ("⚡ Fast: does x", "Fast", "does x"),
        ("👩‍💻 **Typed** – all of it", "Typed", "all of it"),
        ("1️⃣ **First** - x", "First", "x"),
        ("**快**：非常快", "快", "非常快"),
        ("快速：非常快", "快速", "非常快"),
        ("plain words", None, "plain words"),
        ("**A whole sentence that is set in bold from end to end.**", None, None),
    ],
)
def test_list_items_split_into_lead_and_rest(markdown: str, lead: str | None, rest: str | None):
    (item,) = only_items(f"# t\n\n- {markdown}\n")
    assert item.lead == lead
    assert item.rest == (item.text if rest is None else rest)


def test_emoji_stay_in_the_text_of_an_item():
    (item,) = only_items("# t\n\n- ⚡ **Fast** — does x\n")
    assert item.text == "⚡ Fast — does x"


def test_task_lists_nested_lists_and_code_in_lists():
    document = read("# t\n\n- [x] done\n- [ ] todo\n  - deeper\n- code\n\n  ```sh\n  make\n  ```\n\nafter\n")
    listed = next(block for block in blocks(document) if isinstance(block, ListBlock))
    assert [(item.text, item.checked) for item in listed.items] == [("done", True), ("todo", False), ("code", None)]
    code = next(block for block in blocks(document) if isinstance(block, CodeBlock))
    assert (code.language, code.code, code.lines) == ("sh", "make", Lines(first=9, last=9))


@pytest.mark.parametrize(
    ("info", "language"),
    [("python", "python"), ("Rust,no_run", "rust"), ("js {1,3}", "js"), ("{.bash}", "bash"), ("", ""), ("c++", "c++")],
)
def test_code_languages(info: str, language: str):
    (code,) = blocks(read(f"```{info}\n  x\n\n```\n"))
    assert (code.language, code.code) == (language, "  x\n")


def test_a_table_of_contents_is_no_list():
    document = read("# t\n\n- [Install](#install)\n- [Use](#use)\n\n## Install\n\nx\n")
    assert not any(isinstance(block, ListBlock) for block in blocks(document))
    assert [link.href for link in document.links] == ["#install", "#use"]


# --- title, tagline, language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "title", "tagline"),
    [
        ("# Quill\n\nA pen.\n", "Quill", "A pen."),
        ("# 🪶 Quill\n\nA pen.\n", "🪶 Quill", "A pen."),
        ("# Quill\n\n> A pen.\n\nMore.\n", "Quill", "A pen."),
        ("# Quill\n\n> [!NOTE]\n> Old.\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill: a pen for long pages\n\n## Usage\n\nx\n", "Quill", "a pen for long pages"),
        ("# Quill - a pen for long pages\n\nIt writes.\n", "Quill", "It writes."),
        ("# Quill\n\n[Docs](d) • [Site](s) • [Chat](c)\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill\n\n[English](a) | 简体中文\n\nA pen.\n", "Quill", "A pen."),
        ("# ![Quill](logo.svg)\n\nA pen.\n", "Quill", "A pen."),
        ("![Quill logo](logo.svg)\n\nA pen.\n\n# Installation\n\nx\n", "Quill", "A pen."),
        ("# Quill\n\n### A pen for long pages\n\n## Usage\n\nx\n", "Quill", "A pen for long pages"),
        ("## Quill\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill\n\n## About\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill\n\n## Install\n\nRun it.\n", "Quill", None),
        ("A pen.\n", "", "A pen."),
        ("word\n", "", "word"),
        ("# Quill\n", "Quill", None),
        ("# Setup\n\nA pen.\n", "Setup", "A pen."),
        ("Quill is a pen.\n\nIt writes.\n\n# Documentation\n\nx\n", "", "Quill is a pen."),
        ("## Installation\n\nx\n\n## Usage\n\ny\n", "", "x"),
        ("![Quill's logo](l.svg)\n\nA pen.\n\n## Install\n\nx\n", "Quill", "A pen."),
        ("# Quill\n\n- [Site](s)\n- [Docs](d)\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill\n\nWebsite: https://quill.example\n\nFeatures of it:\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill\n\nIt has these parts:\n\n- a\n", "Quill", "It has these parts:"),
        ("# Quill\n\n|   |   |\n|---|---|\n| CI | ![b](https://img.shields.io/x) |\n\nA pen.\n", "Quill", "A pen."),
        ("# Quill <a name='top'></a>\n\nA pen.\n", "Quill", "A pen."),
    ],
)
def test_title_and_tagline(markdown: str, title: str, tagline: str | None):
    document = read(markdown)
    assert document.title == title
    assert (document.tagline.text if document.tagline else None) == tagline


def test_a_long_tagline_is_cut_to_a_beginning_of_its_paragraph():
    text = "A pen for e.g. long pages, v1.2 included. It never dries out. " + "And there is so much more to say. " * 8
    document = read(f"# Quill\n\n{text}\n")
    assert document.tagline is not None
    assert document.tagline.text == "A pen for e.g. long pages, v1.2 included. It never dries out."
    assert text.startswith(document.tagline.text)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("A pen that writes", "en"),
        ("Un stylo qui écrit", "en"),
        ("一个快速的 Markdown 搜索引擎 with Rust", "zh"),
        ("高速な Markdown エンジンです", "ja"),
        ("빠른 검색 엔진입니다", "ko"),
        ("محرك بحث سريع", "ar"),
        ("מנוע חיפוש מהיר", "he"),
        ("быстрый поисковый движок", "und"),
        ("⚡⚡ 123", "und"),
    ],
)
def test_language(words: str, language: str):
    assert read(f"{words}\n").language == language


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Features", "features"),
        ("✨ Key features", "features"),
        ("2. Installation", "install"),
        ("Installation and usage", "install"),
        ("Feature requests", "contributing"),
        ("Getting Started", "usage"),
        ("Quick start", "usage"),
        ("Why Quill?", "problem"),
        ("The Problem", "problem"),
        ("Benchmarks", "benchmark"),
        ("Screenshots", "demo"),
        ("Configuration file", "configuration"),
        ("FAQ", "faq"),
        ("API Reference", "api"),
        ("License", "licence"),
        ("Acknowledgements", "credits"),
        ("About", "intro"),
        ("Roadmap", "other"),
        ("🎉", "other"),
        ("", "other"),
        ("功能特性", "features"),
        ("为什么使用它", "problem"),
        ("快速开始", "usage"),
        ("安装", "install"),
        ("インストール", "install"),
        ("使い方", "usage"),
        ("特徴", "features"),
        ("설치", "install"),
        ("사용법", "usage"),
        ("라이선스", "licence"),
        ("Instalación", "install"),
        ("Características", "features"),
        ("Démarrage rapide", "usage"),
        ("Fonctionnalités", "features"),
        ("Funktionen", "features"),
        ("Erste Schritte", "usage"),
        ("Lizenz", "licence"),
        ("Instalação", "install"),
        ("Como usar", "usage"),
        ("Установка", "install"),
        ("Возможности", "features"),
        ("Использование", "usage"),
        ("المزايا", "features"),
        ("התקנה", "install"),
    ],
)
def test_section_kinds(heading: str, kind: str):
    assert kind_of(heading) == kind


# --- HTML ---------------------------------------------------------------------------------------------------------

CENTRED = """<div align="center">
  <a href="https://quill.example">
    <picture>
      <source media="(prefers-color-scheme: dark)" srcset="dark.svg 1x, dark2.svg 2x">
      <img src="logo.svg"
           alt="Quill">
    </picture>
  </a>
  <h1 align="center">Quill</h1>
  <p align="center"><strong>A pen for long pages.</strong><br>
    <a href="d.md">Docs</a> • <a href="s.md">Site</a></p>
  <p><img src="https://img.shields.io/x" alt="build"> <img src="https://codecov.io/x.svg"></p>
</div>

## Usage

text <img src="a.png" alt="shot">
"""


def test_a_centred_header_gives_title_tagline_picture_and_badges():
    document = read(CENTRED)
    assert (document.title, document.title_lines) == ("Quill", Lines(first=9, last=9))
    assert document.tagline is not None
    assert (document.tagline.text, document.tagline.lines.first) == ("A pen for long pages.", 10)
    logo, shot = document.pictures
    assert (logo.src, logo.dark_src, logo.alt, logo.href) == ("logo.svg", "dark.svg", "Quill", "https://quill.example")
    assert logo.lines.first in (5, 6)
    assert shot.lines == Lines(first=17, last=17)
    assert [(badge.alt, badge.lines.first) for badge in document.badges] == [("build", 12), ("", 12)]
    assert [(link.text, link.lines.first) for link in document.links] == [("Docs", 11), ("Site", 11)]


def test_html_over_several_blocks_is_understood():
    document = read('<h1 align="center">\n\nQuill\n\n</h1>\n\n<p align="center">\n\nA **pen**.\n\n</p>\n')
    assert document.title == "Quill"
    assert document.tagline is not None
    assert document.tagline.text == "A pen."


def test_html_lists_tables_code_and_details():
    document = read(
        "# t\n\n<ul>\n<li><b>Fast</b> - x</li>\n<li>y</li>\n</ul>\n\n<details>\n<summary>Installation</summary>\n\n"
        "```sh\nmake\n```\n\n</details>\n\n<pre>\na &lt; b\nc\n</pre>\n\n"
        "<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table>\n"
    )
    found = blocks(document)
    assert isinstance(found[0], ListBlock)
    assert [(item.lead, item.lines.first) for item in found[0].items] == [("Fast", 4), (None, 5)]
    assert [section.kind for section in document.sections] == ["intro", "install"]
    assert isinstance(found[1], CodeBlock)
    assert isinstance(found[2], CodeBlock)
    assert (found[2].code, found[2].lines) == ("a < b\nc", Lines(first=18, last=19))
    assert isinstance(found[3], Table)
    assert (found[3].header, found[3].rows, found[3].row_lines) == (("a", "b"), (("1", "2"),), (24,))


@pytest.mark.parametrize(
    "html",
    [
        "<script>EVIL()</script>",
        "<style>@import url(EVIL)</style>",
        '<iframe src="file:///EVIL"></iframe>',
        '<object data="EVIL">EVIL</object>',
        '<embed src="EVIL">',
        '<base href="EVIL">',
        '<meta http-equiv="refresh" content="0;url=EVIL">',
        '<link rel="preload" href="EVIL">',
        '<svg onload="EVIL()"><text>EVIL</text></svg>',
        '<p onclick="EVIL()">x</p>',
        '<a href="javascript:EVIL()">x</a>',
        "[x](ms-settings:EVIL)",
        "[x](\\\\\\\\EVIL\\\\share)",
        '<img src="data:text/html,EVIL">',
        "<!-- EVIL -->",
        "<math><mi>EVIL</mi></math>",
        "a <textarea>EVIL</textarea> b",
        "<!DOCTYPE EVIL>",
    ],
)
def test_active_content_is_dropped(html: str):
    assert "EVIL" not in everywhere(read(f"# t\n\n{html}\n\nafter\n"))


@pytest.mark.parametrize(
    "url", ["javascript:x()", "vbscript:x", "file:///etc/passwd", "data:text/html,x", "ms-msdt:/id"]
)
def test_links_that_are_no_web_links_are_text_only(url: str):
    assert not read(f"# t\n\nsome words [x]({url}) and <a href='{url}'>y</a>\n").links


def test_pictures_by_url_are_only_text():
    document = read('# t\n\n<img src="http://169.254.169.254/x">\n')
    assert [picture.src for picture in document.pictures] == ["http://169.254.169.254/x"]


# --- badges and pictures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "src",
    [
        "https://img.shields.io/pypi/v/x",
        "https://badge.fury.io/py/x.svg",
        "https://codecov.io/gh/o/n/graph/badge.svg",
        "https://app.travis-ci.com/o/n.svg",
        "https://github.com/o/n/actions/workflows/ci.yml/badge.svg",
        "https://github.com/o/n/workflows/ci/badge.svg",
        "https://readthedocs.org/projects/x/badge/",
        "https://circleci.com/gh/o/n.svg",
        "https://coveralls.io/repos/x",
        "https://static.pepy.tech/x",
        "https://snyk.io/test/x/badge.svg",
        "https://www.bestpractices.dev/projects/1/badge",
        "https://opencollective.com/x/backers.svg",
        "https://discord.com/api/guilds/1/widget.png",
        "docs/badge-build.svg",
        "assets/badges/x.png",
    ],
)
def test_badges(src: str):
    document = read(f"# t\n\n[![alt]({src})](https://x.y)\n\ntext\n")
    assert [badge.src for badge in document.badges] == [src]
    assert document.badges[0].href == "https://x.y"
    assert not document.pictures
    assert len(blocks(document)) == 1


@pytest.mark.parametrize("src", ["docs/shot.png", "https://example.com/x.gif", "badger.png", "img/unbadged.png"])
def test_pictures(src: str):
    document = read(f"# t\n\n![alt]({src})\n")
    assert [(picture.src, picture.lines.first) for picture in document.pictures] == [(src, 3)]


@pytest.mark.parametrize(
    "markdown", ["![Our sponsors](a.png)", "![x](img/sponsors/x.png)", "[![x](l.png)](https://x.y/sponsor)"]
)
def test_sponsors_are_no_pictures(markdown: str):
    document = read(f"# t\n\n{markdown}\n")
    assert not document.pictures
    assert not document.badges


def test_mode_twins_become_one_picture():
    document = read("# t\n\n![l](a.png#gh-light-mode-only)\n![d](b.png#gh-dark-mode-only)\n")
    assert [(picture.src, picture.dark_src) for picture in document.pictures] == [
        ("a.png#gh-light-mode-only", "b.png#gh-dark-mode-only")
    ]
    assert len(blocks(document)) == 1


# --- characters ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
def test_line_endings(separator: str):
    document = read(separator.join(["# t", "", "a", "", "b", ""]))
    assert [block.lines.first for block in blocks(document)] == [3, 5]
    assert document.line_count == 5


@pytest.mark.parametrize("character", ["\f", "\v", "\u2028", "\u2029", "\x85", "\x1c"])
def test_what_an_editor_does_not_count_is_no_line(character: str):
    document = read(f"# t\n\na{character}b\n\nc\n")
    assert [(block.text, block.lines.first) for block in blocks(document)] == [("a b", 3), ("c", 5)]


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\U000e0041", "\u00ad", "\u200d"]
)
def test_hidden_characters_are_removed_and_said(character: str):
    document = read(f"# t\n\nab{character}cd\n")
    assert blocks(document)[0].text == "abcd"
    assert "hidden-characters" in rules(document)


@pytest.mark.parametrize("text", ["👩‍👩‍👧 family", "🏳️‍🌈 flag", "می‌خواهم", "क्‍ष"])
def test_joiners_stay_where_they_shape_signs(text: str):
    assert blocks(read(f"{text}\n"))[0].text == text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\x07b\x08c\x7fd", "abcd"),
        ("a\x00b", "a\ufffdb"),
        ("a&#x1b;b&#7;c", "a\ufffdb\ufffdc"),
        ("a&#x202e;b&ZeroWidthSpace;c", "abc"),
        ("z\u0335" + "\u0301" * 9999, "z\u0335\u0301\u0301\u0301"),
        ("z" + "&#x301;" * 900, "z\u0301\u0301\u0301\u0301"),
        ("lone \ud800 half", "lone \ufffd half"),
    ],
)
def test_control_characters_never_come_through(dirty: str, clean: str):
    assert blocks(read(f"{dirty}\n"))[0].text == clean


def test_secrets_are_blacked_out():
    key = "ghp_" + "a1B2c3D4e5" * 4
    document = read(f"# t\n\n```sh\nexport T={key}\n```\n\nghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n")
    assert key not in everywhere(document)
    assert blocks(document)[0].code == "export T=[redacted]"
    assert "secret" in rules(document)
    block = "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----"
    assert "MIIabc" not in everywhere(read(f"# t\n\n```\n{block}\n```\n"))


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("\ufeff", "empty"),
        ("\u200b\n", "empty"),
        ("![a](b.png)\n", "nothing to tell"),
        ("[![a](https://img.shields.io/x)](y)\n", "nothing to tell"),
        ("<!-- a comment -->\n", "nothing to tell"),
        ("[README](docs/README.md)\n", "nothing to tell"),
        ("[a](b) | [c](d)\n", "nothing to tell"),
        ("---\n\n***\n", "nothing to tell"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", "LFS"),
    ],
)
def test_what_says_nothing_is_refused(text: str, says: str):
    with pytest.raises(SourceError, match=says) as caught:
        read(text)
    assert caught.value.hint


def test_a_stub_names_where_it_points():
    with pytest.raises(SourceError) as caught:
        read("[README](docs/README.md)\n")
    assert "docs/README.md" in caught.value.hint


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"x" * 50,
        b"\x7fELF" + bytes(60),
        b"\x1f\x8b\x08",
        bytes(range(256)) * 4,
        b"a\x00b\x00c\x00" * 9,
    ],
)
def test_binary_is_refused(data: bytes):
    with pytest.raises(SourceError, match="not text"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "text", "found"),
    [
        ("# ä\n".encode(), "# ä\n", set()),
        ("# ä\n".encode("utf-8-sig"), "# ä\n", set()),
        ("# ä\n".encode("utf-16"), "# ä\n", set()),
        (b"\xfe\xff" + "# ä\n".encode("utf-16-be"), "# ä\n", set()),
        ("# ä\n".encode("utf-32"), "# ä\n", set()),
        ("naïve words here\n".encode("latin-1"), "na\ufffdve words here\n", {"readme-encoding"}),
        (b"a" * (512 * 1024) + b"tail", "a" * (512 * 1024), {"readme-size"}),
        (b"a" * (512 * 1024 - 1) + "é".encode(), "a" * (512 * 1024 - 1), {"readme-size"}),
    ],
)
def test_decoding(data: bytes, text: str, found: set[str]):
    decoded, findings = decode(data)
    assert decoded == text
    assert {finding.rule for finding in findings} == found


def test_another_encoding_is_refused_with_advice():
    with pytest.raises(SourceError, match="UTF-8"):
        decode("これは日本語の文書です。".encode("shift-jis"))


# --- limits -------------------------------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[Callable[[int], str], int]] = {
    "quotes": (lambda size: "# t\n\n" + ">" * size + " a\n", 10_000),
    "lists": (lambda size: "\n".join("  " * depth + "- a" for depth in range(size)), 700),
    "list markers": (lambda size: "- " * size + "a", 10_000),
    "brackets": (lambda size: "[" * size, 50_000),
    "brackets in paragraphs": (lambda size: ("[" * 400 + "\n\n") * size, 300),
    "images in images": (lambda size: ("![[](" * 4000 + "\n\n") * size, 26),
    "emphasis": (lambda size: "*a " * size, 50_000),
    "backticks": (lambda size: "".join("`" * count + " " for count in range(size)), 1000),
    "entities": (lambda size: "&#x41;" * size, 200_000),
    "rows": (lambda size: "|a|b|\n|-|-|\n" + "|1|2|\n" * size, 100_000),
    "columns": (lambda size: "|a" * size + "|\n" + "|-" * size + "|\n" + "|1" * size + "|\n", 5000),
    "one line": (lambda size: "a" * size, 1_000_000),
    "headings": (lambda size: "# a\n" * size, 100_000),
    "code": (lambda size: "```\n" + "x = 1\n" * size + "```\n", 170_000),
    "data url": (lambda size: "![x](data:image/png;base64," + "A" * size + ")\n\nhello\n", 400_000),
    "elements": (lambda size: "<div>" * size + "x", 50_000),
    "misnested": (lambda size: "".join(f"<b id=a{number}><p>" for number in range(size)), 5000),
    "attributes": (lambda size: "x " + '<a "' * size, 100_000),
    "comments": (lambda size: "<!--" * size, 100_000),
    "fence in a comment": (lambda size: "<!--\n```\n-->\n|a|b|\n|-|-|\n" + "|1|2|\n" * size, 50_000),
}
"""Forms of hostile input by size, and the greatest size of each."""


def read_or_refuse(text: str) -> ReadmeDocument | None:
    try:
        return read(text)
    except SourceError:
        return None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_costs_little(name: str):
    form, whole = HOSTILE[name]
    assert_slow_growth(read_or_refuse, form, whole)
    document = read_or_refuse(form(whole))
    if document is not None:
        assert len(document.sections) <= 400
        assert len(blocks(document)) <= 2000


def test_a_long_table_is_cut_and_what_follows_is_kept():
    document = read("# t\n\n|a|b|\n|-|-|\n" + "".join(f"|{n}|x|\n" for n in range(5000)) + "\n## After\n\nword\n")
    table = blocks(document)[0]
    assert (len(table.rows), table.truncated, table.row_lines[0], table.row_lines[-1]) == (20, True, 5, 24)
    assert document.sections[-1].title == "After"
    assert document.sections[-1].lines.first == 5006
    assert "long-table" in rules(document)


def test_a_wide_table_is_cut():
    table = blocks(read("|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|1" * 500 + "|\n"))[0]
    assert (len(table.header), len(table.rows[0]), table.truncated) == (8, 8, True)


def test_code_is_cut_and_says_so_but_tables_in_code_are_left():
    rows = "|a|b|\n|-|-|\n" + "|1|2|\n" * 30
    assert blocks(read(f"```\n{rows}```\n"))[0].code == rows.rstrip("\n")
    document = read("```\n" + "x\n" * 500 + "```\n\nafter\n")
    assert blocks(document)[0].lines == Lines(first=2, last=401)
    assert blocks(document)[1].lines.first == 504
    assert "long-code" in rules(document)


def test_deep_quotes_are_flattened_not_lost():
    document = read(">" * 500 + " deep words\n\nafter\n")
    assert "deep words" in everywhere(document)
    assert "nesting" in rules(document)


def test_a_cut_comment_does_not_swallow_the_rest():
    document = read("<!-- " + "x" * 30_000 + " -->\n\n# t\n\nafter\n")
    assert document.title == "t"


@pytest.mark.parametrize(
    ("text", "rule"), [("# t\n\n```\ncode\n", "unclosed-code"), ("# t\n\n<!-- no end\n", "unclosed-comment")]
)
def test_what_is_never_closed_is_said(text: str, rule: str):
    assert rule in rules(read(text))


def test_only_so_much_is_read():
    document = read("# t\n\n" + "word \n" * 120_000)
    assert "readme-size" in rules(document)
    sections = read("".join(f"# s{number}\n\nx\n\n" for number in range(600)))
    assert len(sections.sections) == 400
    assert "readme-parts" in rules(sections)


# --- anything at all ----------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            "# ",
            "## ",
            "- ",
            "1. ",
            "> ",
            "> [!NOTE]\n",
            "```\n",
            "~~~",
            "    ",
            "|a|b|\n|-|-|\n",
            "|x|",
            "---\n",
            "\n",
            "\n\n",
            "\t",
        ),
        *(
            "<div>",
            "</div>",
            "<h1>",
            "</h1>",
            "<p align=center>",
            "<br>",
            "<!--",
            "-->",
            "<table><tr><td>",
            "<pre>\n",
            "</pre>",
        ),
        *(
            "<script>",
            "</script>",
            "<img src=a.png>",
            "<a href=x>",
            "</a>",
            "<picture>",
            "<details><summary>",
            "<b>",
            "</b>",
        ),
        *(
            "![a](b)",
            "[a](b)",
            "**",
            "`",
            "word ",
            "名前",
            "\u202e",
            "\x1b[",
            "\x00",
            "\r",
            "\r\n",
            "\u2028",
            "&#x1b;",
            ":x:",
            "[^1]",
        ),
        *(
            "[^1]: n\n",
            "- [x] ",
            "\\",
            "é",
            "\u0301",
            "⚡",
            "== ",
            "* ",
            ".. note::\n",
            "* item\n",
            "=====\n",
            "::\n\n  x\n",
            "|||",
        ),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)),
    path=st.sampled_from(["README.md", "README.md", "README.rst", "README.adoc", "README.org", "README"]),
)
@example(text="<h1>\n\n# a", path="README.md")
@example(text="\ud800", path="README.md")
def test_anything_parses_or_is_refused(text: str, path: str):
    try:
        document = read(text, path)
    except SourceError:
        return
    spans = [node.lines for node in (*blocks(document), *document.sections, *document.links, *document.badges)]
    spans += [item.lines for block in blocks(document) if isinstance(block, ListBlock) for item in block.items]
    spans += [picture.lines for picture in document.pictures]
    spans += [document.title_lines] if document.title_lines else []
    spans += [document.tagline.lines] if document.tagline else []
    assert all(1 <= span.first <= span.last <= document.line_count for span in spans)
    rows = [line for block in blocks(document) if isinstance(block, Table) for line in block.row_lines]
    assert all(1 <= line <= document.line_count for line in rows)
    assert read(text, path) == document


async def test_the_engine_reads_from_the_store(tmp_path):
    work = FakeWork(tmp_path)
    readme = work.keep_bytes(b"\xef\xbb\xbf# Quill\r\n\r\nA pen.\r\n", ".md")
    source = PinnedSource(readme=readme, readme_path="README.md", truncated=True, facts=RepositoryFacts(name="quill"))
    reader = Reader()
    document = await reader.perform(source, work)
    assert (document.title, document.path, document.line_count) == ("Quill", "README.md", 3)
    assert rules(document) == {"readme-size"}
    assert (reader.stage, reader.fingerprint, reader.output, reader.parallel) == ("read", "readme/1", ReadmeDocument, 2)
