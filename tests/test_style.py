"""The style of a film: told from the repository, the same every time, and overridden by who asks for another."""

from __future__ import annotations

from collections import Counter

import pytest

from readme2video.model.brief import Brief
from readme2video.model.document import CodeBlock, Lines, Paragraph, Picture, ReadmeDocument, Section, Table
from readme2video.model.source import RepositoryFacts
from readme2video.model.vocabulary import Style
from readme2video.storyboarders.offline import write_storyboard
from readme2video.style import STYLES, style_of
from readme2video.theme import theme_for

LINE = Lines(first=1, last=1)


def readme(*parts: str, tagline: str = "", headings: tuple[str, ...] = (), pictures: int = 0) -> ReadmeDocument:
    """A README; a part is code that begins with its language and a colon."""
    blocks: list[CodeBlock | Picture] = []
    for part in parts:
        language, _, code = part.partition(":")
        blocks.append(CodeBlock(language=language, code=code, lines=LINE))
    blocks += [Picture(src=f"{index}.png", lines=LINE) for index in range(pictures)]
    sections = [Section(level=1, title="x", kind="intro", blocks=tuple(blocks), lines=LINE)]
    sections += [Section(level=2, title=title, kind="other", blocks=(), lines=LINE) for title in headings]
    return ReadmeDocument(
        path="README.md",
        title="x",
        title_lines=LINE,
        tagline=Paragraph(text=tagline, lines=LINE) if tagline else None,
        sections=tuple(sections),
        badges=(),
        pictures=(),
        links=(),
        language="en",
        line_count=1,
    )


def facts(name: str = "x", *topics: str, language: str | None = None, about: str | None = None) -> RepositoryFacts:
    return RepositoryFacts(owner="o", name=name, topics=topics, language=language, description=about)


@pytest.mark.parametrize(
    ("repository", "document", "style"),
    [
        (facts("rg", "cli", "search", language="Rust"), readme("console:$ rg TODO\nsrc/main.rs"), "terminal"),
        (facts("disk", language="Go"), readme("sh:brew install disk", "sh:$ disk\n4 GB"), "terminal"),
        (facts("kv", language="C", about="An embedded key-value database"), readme("sh:make install"), "terminal"),
        (facts("k8s", "kubernetes", "devops", language="Go"), readme(), "terminal"),
        (facts("frame", "dataframe", "pandas", language="Python"), readme("sh:pip install frame"), "editorial"),
        (facts("stan", language="R"), readme('r:install.packages("stan")'), "editorial"),
        (facts("book", "documentation", "markdown", language="Python"), readme(), "editorial"),
        (facts("bio", "bioinformatics", language="Rust"), readme(headings=("Citation",)), "editorial"),
        (facts("kit", "react", "components", language="TypeScript"), readme("sh:npm install kit"), "poster"),
        (facts("game", "game-engine", language="C++"), readme(pictures=3), "poster"),
        (facts("app", language="Swift"), readme(tagline="A photo app for iOS."), "poster"),
        (facts("icons", language="SVG", about="An icon set for design systems"), readme(), "poster"),
        (facts("http", "http", "async", "library", language="Python"), readme("sh:pip install http"), "aurora"),
        (facts("llm", "ai", "agents", language="Python"), readme("python:import llm"), "aurora"),
    ],
)
def test_a_repository_gets_the_style_that_suits_it(
    repository: RepositoryFacts, document: ReadmeDocument, style: Style
) -> None:
    assert style_of(repository, document) == style


def test_the_same_repository_always_gets_the_same_one_however_it_is_written() -> None:
    one = style_of(facts("httpx", "CLI", language="RUST"), readme())
    assert one == style_of(facts("HTTPX", "cli", language="Rust"), readme()) == "terminal"


def test_what_says_nothing_of_itself_is_spread_over_all_styles() -> None:
    found = Counter(style_of(facts(f"project-{index}"), readme()) for index in range(200))
    assert set(found) == set(STYLES)
    assert min(found.values()) > 25


def test_a_tie_is_broken_by_the_name_among_the_tied_only() -> None:
    """One topic of each side says as much for one as for the other."""
    found = Counter(style_of(facts(f"project-{index}", "cli", "dataset"), readme()) for index in range(100))
    assert set(found) == {"terminal", "editorial"}
    assert min(found.values()) > 25


def test_a_table_counts_for_editorial_only_where_nothing_is_typed() -> None:
    table = Table(header=("a",), rows=(("1",),), row_lines=(1,), lines=LINE)
    session = CodeBlock(language="console", code="$ x", lines=LINE)
    plain = readme()

    def holding(*blocks: Table | CodeBlock) -> ReadmeDocument:
        section = plain.sections[0].model_copy(update={"blocks": blocks})
        return plain.model_copy(update={"sections": (section,)})

    names = [facts(f"project-{index}", "data") for index in range(20)]
    assert {style_of(name, holding(table)) for name in names} == {"editorial"}
    assert "terminal" not in {style_of(name, holding(table, session)) for name in names}


@pytest.mark.parametrize("style", STYLES)
def test_the_film_has_the_style_that_was_asked_for_and_colours_to_match(style: Style) -> None:
    asked = Brief(document=readme("sh:pip install x"), facts=facts("x", "cli"), style=style)
    board = write_storyboard(asked)
    assert board.style == style
    assert board.theme == theme_for(asked.facts, asked.document, style=style)


def test_unasked_the_film_has_the_style_that_suits_it() -> None:
    assert write_storyboard(Brief(document=readme("sh:$ x"), facts=facts("x", "cli"))).style == "terminal"
