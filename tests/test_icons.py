"""Signs: each is drawn, looks like no other, and takes its colours from the film."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree import ElementTree as ET

import pytest

from readme2video.model.vocabulary import Icon
from readme2video.scenes.icons import sign
from readme2video.scenes.writer import TEMPLATES

ICONS: tuple[Icon, ...] = get_args(Icon)


@pytest.mark.parametrize("icon", ICONS)
def test_every_sign_is_drawn_in_the_films_colours(icon: Icon) -> None:
    drawn = sign(icon, 0)
    root = ET.fromstring(drawn)  # noqa: S314 # our own file
    assert root.get("viewBox") == "0 0 64 64"
    assert root.get("class") == "icon"
    assert len(root)
    # No style attributes: the page's policy drops them. No colours of its own: a style may make both tones one.
    assert "style" not in drawn
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= {"url(#ia)", "url(#ib)", "none"}
    assert "url(#ia)" in drawn


@pytest.mark.parametrize("icon", ICONS)
def test_no_line_of_a_sign_is_flat(icon: Icon) -> None:
    """A gradient over a box without height paints nothing; such a line must be a rectangle."""
    for path in re.findall(r'stroke="url[^>]*\sd="([^"]+)"', sign(icon, 0)):
        commands = set(re.findall(r"[a-zA-Z]", path)) - {"M"}
        assert path.count("M") > 1 or commands not in ({"h"}, {"H"}, {"v"}, {"V"}), path


def test_no_two_signs_are_alike_and_no_file_is_left_over() -> None:
    forms = [sign("", index) for index in range(6)]
    assert len({*forms, *(sign(icon, 0) for icon in ICONS)}) == len(ICONS) + 6
    assert {file.stem for file in (TEMPLATES / "icons").iterdir()} == set(ICONS)
    assert sign("", 6) == forms[0]
