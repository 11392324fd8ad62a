"""Themes: colours that belong to a project and that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readme2video.colour import contrast, from_oklch, luminance, mix, oklch, readable
from readme2video.model.document import Badge, Lines, ReadmeDocument
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Style
from readme2video.style import STYLES
from readme2video.theme import ACCENT_CONTRAST, INK_CONTRAST, LANGUAGE_COLOURS, MUTED_CONTRAST, make_theme, theme_for

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def document(*badges: str) -> ReadmeDocument:
    lines = Lines(first=1, last=1)
    return ReadmeDocument(
        path="README.md",
        title="x",
        title_lines=lines,
        tagline=None,
        sections=(),
        badges=tuple(Badge(src=src, alt="", href=None, lines=lines) for src in badges),
        pictures=(),
        links=(),
        language="en",
        line_count=1,
    )


def assert_readable(theme: Theme) -> None:
    for ground in (theme.background, theme.surface):
        assert contrast(theme.ink, ground) >= INK_CONTRAST
        assert contrast(theme.muted, ground) >= MUTED_CONTRAST
        assert contrast(theme.accent, ground) >= ACCENT_CONTRAST
        assert contrast(theme.accent_2, ground) >= ACCENT_CONTRAST


@given(
    accent=COLOURS,
    turn=st.floats(-180, 180),
    tint=st.floats(0, 1),
    light=st.booleans(),
    style=st.sampled_from(STYLES),
)
def test_every_theme_is_readable(accent: str, turn: float, tint: float, light: bool, style: Style) -> None:
    theme = make_theme(accent, turn=turn, tint=tint, light=light, style=style)
    assert_readable(theme)
    assert theme.mode == ("light" if light else "dark")
    assert (luminance(theme.background) > 0.5) == light


@pytest.mark.parametrize("style", STYLES)
def test_every_language_gives_a_readable_theme(style: Style) -> None:
    for language in LANGUAGE_COLOURS:
        assert_readable(theme_for(RepositoryFacts(name="x", language=language), document(), style=style))


def test_a_style_has_its_own_manner_with_a_colour() -> None:
    """Paper is mostly light, a terminal mostly dark with one phosphor, a poster has the fullest colours."""
    names = [RepositoryFacts(name=f"p{index}", language="Go") for index in range(100)]
    themes = {style: [theme_for(name, document(), style=style) for name in names] for style in STYLES}
    light = {style: sum(theme.mode == "light" for theme in themes[style]) for style in STYLES}
    assert light["editorial"] > 70
    assert light["terminal"] < 30
    assert 30 < light["poster"] < 80
    for theme in themes["terminal"]:
        distance = abs(oklch(theme.accent)[2] - oklch(theme.accent_2)[2]) % 360
        assert min(distance, 360 - distance) < 60
    chroma = {
        style: sum(oklch(theme.background)[1] for theme in themes[style]) / len(themes[style]) for style in STYLES
    }
    assert max(chroma, key=lambda style: chroma[style]) == "poster"


def test_the_same_project_always_looks_the_same_and_another_differs() -> None:
    names = ["httpx", "requests", "rich", "click", "flask", "django", "pandas", "numpy", "scipy", "pytest"]
    themes = [theme_for(RepositoryFacts(owner="o", name=name, language="Python"), document()) for name in names]
    assert themes[0] == theme_for(RepositoryFacts(owner="o", name="HTTPX", language="python"), document())
    assert len({theme.accent_2 for theme in themes}) >= 8
    # They are still recognisably Python's blue.
    for theme in themes:
        distance = abs(oklch(theme.accent)[2] - oklch(LANGUAGE_COLOURS["python"])[2])
        assert min(distance, 360 - distance) < 20


def test_a_brand_colour_in_a_badge_wins_and_a_status_colour_does_not() -> None:
    facts = RepositoryFacts(name="x", language="Python")
    plain = theme_for(facts, document())
    status = "https://img.shields.io/badge/build-passing-brightgreen"
    green = "https://img.shields.io/badge/build-passing-44cc11.svg"
    assert theme_for(facts, document(status, green)) == plain
    for src in (
        "https://img.shields.io/badge/made_with-love-ff00aa?style=flat",
        "https://img.shields.io/pypi/v/x?color=ff00aa&style=flat",
        "https://img.shields.io/badge/x-y-ff00aa.svg",
        "https://img.shields.io/pypi/v/x?color=%23FF00AA",
    ):
        found = theme_for(facts, document(status, src))
        distance = abs(oklch(found.accent)[2] - oklch("#ff00aa")[2])
        assert min(distance, 360 - distance) < 8, src
    assert theme_for(facts, document("https://example.org/badge/x-y-ff00aa.svg")) == plain


def test_light_films_exist_and_are_the_exception() -> None:
    modes = [theme_for(RepositoryFacts(name=f"p{index}", language="Go"), document()).mode for index in range(200)]
    assert 10 < modes.count("light") < 60
    designed = RepositoryFacts(name="p", language="CSS", topics=("design-system",))
    assert theme_for(designed, document()).mode == "light"


def test_contrast_is_the_standard_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@given(colour=COLOURS)
def test_colours_survive_the_way_through_oklch(colour: str) -> None:
    back = from_oklch(*oklch(colour))
    for at in (1, 3, 5):
        assert abs(int(colour[at : at + 2], 16) - int(back[at : at + 2], 16)) <= 14


@given(one=COLOURS, ground=COLOURS)
def test_readable_reaches_what_can_be_reached(one: str, ground: str) -> None:
    assert contrast(readable(one, [ground], 4.5), ground) >= 4.5


def test_mixing_goes_from_one_to_the_other() -> None:
    assert mix("#102030", "#c0d0e0", 0) == "#102030"
    assert mix("#102030", "#c0d0e0", 1) == "#c0d0e0"
