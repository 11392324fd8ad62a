"""The brand on the whole road: found, set or broken, it comes onto the storyboard and into the pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

import logo_samples as logos
from makers import TINY_README, project
from readme2video.colour import contrast, oklch
from readme2video.errors import StoryboardError, UsageError
from readme2video.events import Event, Notice, WorkDone
from readme2video.pipeline import PromoVideo, plan_video
from readme2video.settings import Settings, load_settings
from readme2video.sources import parse_source

WITH_LOGO = TINY_README.replace("# tinyproject\n", "# tinyproject\n\n![tinyproject logo](art/logo.svg)\n", 1)


def home(folder: Path, data: bytes = logos.SQUARE, *, readme: str = WITH_LOGO, table: str = "") -> Path:
    made = project(folder / "tinyproject", readme)
    (made / "art").mkdir(exist_ok=True)
    (made / "art" / "logo.svg").write_bytes(data)
    if table:
        (made / "readme2video.toml").write_text(f"[brand]\n{table}\n")
    return made


async def planned(made: Path, out: Path, **more) -> tuple[PromoVideo, dict, list[Event]]:
    events: list[Event] = []
    flags = {"out": out, "quality": "draft", "length_s": 12.0, "scenes": 3, **more}
    environ = {name: os.environ[name] for name in ("README2VIDEO_BROWSER", "PATH", "HOME") if name in os.environ}
    settings: Settings = load_settings(flags, environ, made)
    result = await plan_video(parse_source(str(made)), settings, emit=events.append)
    return result, yaml.safe_load((result.folder / "storyboard.yaml").read_text()), events


def said(events: list[Event]) -> list[str]:
    return [
        event.message
        for event in events
        if isinstance(event, Notice) and event.level == "warning" and "Chromium" not in event.message
    ]


def performed(events: list[Event]) -> list[str]:
    return [f"{event.stage} {event.label}" for event in events if isinstance(event, WorkDone) and not event.reused]


def near(one: str, other: str) -> bool:
    return abs((oklch(one)[2] - oklch(other)[2] + 180) % 360 - 180) < 8


async def test_the_readmes_logo_gives_sign_and_colour_and_other_colours_cost_no_storyboard(tmp_path: Path):
    made = home(tmp_path)
    result, board, events = await planned(made, tmp_path / "out")
    assert board["logo"] == "art/logo.svg"
    assert near(board["theme"]["accent"], "#e4572e")
    told = [finding.message for finding in result.report.findings if finding.rule == "brand"]
    assert told[:2] == ["The logo is art/logo.svg.", f"The film's colour, {told[1].split()[3]} is from art/logo.svg."]
    assert "read logo" in performed(events)
    (made / "readme2video.toml").write_text('[brand]\naccent = "#0000aa"\naccent_2 = "#ffe600"\nbackground = "dark"\n')
    result, board, events = await planned(made, tmp_path / "out")
    assert not {"read ", "read logo", "storyboard "} & set(performed(events))
    theme = board["theme"]
    assert (theme["mode"], board["logo"]) == ("dark", "art/logo.svg")
    assert near(theme["accent"], "#0000aa")
    assert near(theme["accent_2"], "#ffe600")
    assert contrast(theme["accent"], theme["background"]) >= 3
    assert any("#0000aa is drawn as" in finding.message for finding in result.report.findings)


async def test_name_and_logo_of_the_settings_file_beat_the_readmes(tmp_path: Path):
    made = home(tmp_path, table='name = "TinyProject!"\nlogo = "art/other.svg"')
    (made / "art" / "other.svg").write_bytes(logos.WIDE)
    result, board, events = await planned(made, tmp_path / "out")
    assert said(events) == []
    assert (board["project"], board["logo"]) == ("TinyProject!", "/art/other.svg")
    assert near(board["theme"]["accent"], "#7c3aed")
    shown = [scene["headline"] for scene in board["scenes"]]
    assert {"text": "TinyProject!", "source": "fact:shown_name"} in shown
    assert result.report.project == "TinyProject!"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("art/none.svg", "there is no such file"),
        ("../secret.svg", "there is no such file"),
        ("README.md", "no picture"),
    ],
)
async def test_a_logo_that_is_set_must_be_there(tmp_path: Path, path: str, why: str):
    made = home(tmp_path, table=f'logo = "{path}"')
    (tmp_path / "secret.svg").write_bytes(logos.SQUARE)
    with pytest.raises(UsageError, match=r"brand\.logo") as caught:
        await planned(made, tmp_path / "out")
    assert why in caught.value.message


async def test_a_logo_that_cannot_be_drawn_is_left_out_and_said_once(tmp_path: Path):
    made = home(tmp_path, logos.BROKEN_SVG)
    _, board, events = await planned(made, tmp_path / "out")
    assert "logo" not in board
    assert [one for one in said(events) if "logo" in one] == [
        "The logo art/logo.svg is left out: it cannot be drawn.",
    ]


async def test_a_persons_storyboard_names_its_own_logo(tmp_path: Path):
    made = home(tmp_path, readme=TINY_README)
    board = made / "board.yaml"
    plain = board.read_text()
    board.write_text(plain.replace("scenes:", "logo: /art/logo.svg\nscenes:", 1))
    result, written, _ = await planned(made, tmp_path / "out", storyboard=board)
    assert written["logo"] == "/art/logo.svg"
    pictures = {scene.id: scene for scene in result.report.scenes}
    board.write_text(plain)
    result, written, _ = await planned(made, tmp_path / "out", storyboard=board)
    assert "logo" not in written  # the person took it away, though the repository has one
    assert pictures.keys() == {scene.id for scene in result.report.scenes}
    board.write_text(plain.replace("scenes:", "logo: /art/none.svg\nscenes:", 1))
    with pytest.raises(StoryboardError) as caught:
        await planned(made, tmp_path / "out", storyboard=board)
    assert caught.value.path == "logo"
