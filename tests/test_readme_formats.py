"""The other formats: reStructuredText, AsciiDoc, Org and plain text, reduced to plain structure with true lines."""

from __future__ import annotations

import time

import pytest

from readme2video.errors import SourceError
from readme2video.model.document import CodeBlock, Lines, ListBlock, Paragraph, Quote, ReadmeDocument, Table
from readme2video.readme import parse_readme


def blocks(document: ReadmeDocument) -> list:
    return [block for section in document.sections for block in section.blocks]


def outline(document: ReadmeDocument) -> list[tuple[int, str, str, int]]:
    return [(section.level, section.title, section.kind, section.lines.first) for section in document.sections]


RST = """\
=====
Quill
=====

|build| A pen for *long*
pages. See `the docs <https://quill.example>`_.

.. |build| image:: https://img.shields.io/x
   :alt: build
   :target: https://ci.example

Features
--------

* **Fast**: writes at once
* Small - 3 KB

Usage
-----

.. code-block:: python

   import quill
   quill.write()

Or::

   $ quill

.. note:: Mind the ink.

.. image:: docs/shot.png
   :alt: The page

=====  =====
Ink    Price
=====  =====
blue   3
=====  =====

License
-------

MIT
"""


def test_restructured_text():
    document = parse_readme(RST, "README.rst")
    assert (document.title, document.title_lines) == ("Quill", Lines(first=2, last=2))
    assert document.tagline is not None
    assert (document.tagline.text, document.tagline.lines) == (
        "A pen for long pages. See the docs.",
        Lines(first=5, last=6),
    )
    assert outline(document) == [
        (1, "Quill", "intro", 2),
        (2, "Features", "features", 12),
        (2, "Usage", "usage", 18),
        (2, "License", "licence", 41),
    ]
    listed, code, _, shell, note, picture, table, _ = blocks(document)[1:]
    assert isinstance(listed, ListBlock)
    assert [(item.lead, item.rest, item.lines.first) for item in listed.items] == [
        ("Fast", "writes at once", 15),
        ("Small", "3 KB", 16),
    ]
    assert isinstance(code, CodeBlock)
    assert (code.language, code.code, code.lines) == ("python", "import quill\nquill.write()", Lines(first=23, last=24))
    assert (shell.code, shell.lines) == ("$ quill", Lines(first=28, last=28))
    assert isinstance(note, Quote)
    assert (note.alert, note.text, note.lines.first) == ("note", "Mind the ink.", 30)
    assert (picture.src, picture.alt) == ("docs/shot.png", "The page")
    assert isinstance(table, Table)
    assert (table.header, table.rows, table.row_lines) == (("Ink", "Price"), (("blue", "3"),), (38,))
    assert [(badge.alt, badge.href) for badge in document.badges] == [("build", "https://ci.example")]
    assert [(link.text, link.href) for link in document.links] == [("the docs", "https://quill.example")]


def test_restructured_text_reads_no_files_and_no_clock(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    document = parse_readme(
        f"Quill\n=====\n\n.. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n\n"
        f".. csv-table::\n   :file: {secret}\n\n"
        f".. raw:: html\n\n   <b>CANARY</b>\n\n.. |d| date::\n\nOn |d| words.\n",
        "README.rst",
    )
    assert "CANARY" not in document.model_dump_json()
    assert "20" not in blocks(document)[-1].text


@pytest.mark.parametrize(
    "text",
    [
        "".join(f".. |a{i}| replace:: |a{i + 1}| |a{i + 1}|\n" for i in range(40)) + ".. |a40| replace:: x\n\n|a0| w\n",
        "\n\n".join(" " * depth + "a" for depth in range(600)),
        "* " * 8000 + "a",
        "*a " * 50_000,
        "a_ " * 6000,
        "* a\n" * 50_000,
        "-a  b\n" * 9000,
        "+---+---+\n" + "| a | b |\n+---+---+\n" * 9000,
    ],
)
def test_hostile_restructured_text_costs_little(text: str, capsys):
    began = time.thread_time()
    try:
        parse_readme(f"words\n\n{text}", "README.rst")
    except SourceError:
        pytest.fail("there were words")
    assert time.thread_time() - began < 3
    assert capsys.readouterr() == ("", "")


def test_broken_restructured_text_is_still_read():
    document = parse_readme(
        "Quill\n=\n\n`unclosed *and\n\n.. unknown:: x\n\n- a\n b\n\n|nothing| words\n", "README.rst"
    )
    assert "Quill" in document.model_dump_json()


ADOC = """\
:toc: left
= Quill
:icons: font

A pen for *long* pages, see https://quill.example[the docs].

image::docs/shot.png[The page, 400]

== Features

* *Fast*: writes at once
** nested
* Small - 3 KB

== Install

[source,bash]
----
brew install quill
----

NOTE: Mind the ink.

|===
|Ink |Price

|blue |3
|===

////
dropped
////
"""

ORG = """\
#+TITLE: Quill
#+OPTIONS: toc:nil
A pen for *long* pages, see [[https://quill.example][the docs]].

* Features
  - Fast :: writes at once
  - *Small* - 3 KB
* Install
:PROPERTIES:
:ID: dropped
:END:
#+BEGIN_SRC bash
brew install quill
#+END_SRC
| Ink  | Price |
|------+-------|
| blue | 3     |
"""


@pytest.mark.parametrize(
    ("text", "path", "lines"),
    [
        (ADOC, "README.adoc", {"title": 2, "tagline": 5, "item": 11, "code": 19, "row": 27}),
        (ORG, "README.org", {"title": 1, "tagline": 3, "item": 6, "code": 13, "row": 17}),
    ],
)
def test_asciidoc_and_org(text: str, path: str, lines: dict[str, int]):
    document = parse_readme(text, path)
    assert document.title == "Quill"
    assert document.title_lines == Lines(first=lines["title"], last=lines["title"])
    assert document.tagline is not None
    assert document.tagline.text == "A pen for long pages, see the docs."
    assert document.tagline.lines.first == lines["tagline"]
    assert [(section.title, section.kind) for section in document.sections] == [
        ("Quill", "intro"),
        ("Features", "features"),
        ("Install", "install"),
    ]
    listed = next(block for block in blocks(document) if isinstance(block, ListBlock))
    assert [(item.lead, item.rest) for item in listed.items] == [("Fast", "writes at once"), ("Small", "3 KB")]
    assert listed.items[0].lines.first == lines["item"]
    code = next(block for block in blocks(document) if isinstance(block, CodeBlock))
    assert (code.language, code.code, code.lines.first) == ("bash", "brew install quill", lines["code"])
    table = next(block for block in blocks(document) if isinstance(block, Table))
    assert (table.header, table.rows, table.row_lines) == (("Ink", "Price"), (("blue", "3"),), (lines["row"],))
    assert "dropped" not in document.model_dump_json()
    assert [link.href for link in document.links] == ["https://quill.example"]


PLAIN = """\
Quill

A pen <b>for</b> long *pages* & [more](x).

FEATURES
--------
* Fast: writes at once
* Small

Install
=======

    brew install quill

# not a heading
"""


@pytest.mark.parametrize("path", ["README", "README.txt", "readme.textile"])
def test_plain_text(path: str):
    document = parse_readme(PLAIN, path)
    assert document.title == "Quill"
    assert document.tagline is not None
    assert document.tagline.text == "A pen <b>for</b> long *pages* & [more](x)."
    assert [(section.title, section.kind, section.lines.first) for section in document.sections] == [
        ("Quill", "intro", 1),
        ("FEATURES", "features", 5),
        ("Install", "install", 10),
    ]
    assert [type(block) for block in blocks(document)] == [Paragraph, ListBlock, CodeBlock, Paragraph]
    assert blocks(document)[2].code == "brew install quill"
    assert blocks(document)[3].text == "# not a heading"
    assert any(finding.rule == "readme-format" for finding in document.findings) is path.endswith("textile")
