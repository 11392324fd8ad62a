"""The gate in real life: the command line refuses what the README does not say, and notices when it changes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from makers import project, scenes, storyboard
from readme2video.model.scene import Stat, StatsScene, TitleScene
from readme2video.model.words import Headline, Words
from readme2video.publish import source_name, source_named
from readme2video.sources import GitHubSource, LocalSource, Source
from readme2video.storyboard_file import to_yaml
from test_cli import call, small

README = """\
# tinyproject

Watches a folder and tells you what changed.

## Features

- **Quiet**: wakes up in 40 ms
- **Small**: one file, no services
- **Exact**: needs Python 3.11 or newer

## Install

```sh
pip install tinyproject
```
"""
LINES = {
    "number": ("40 ms", "45 ms", "scenes.1.stats.0.value (proof)", "README.md:7"),
    "version": ("Python 3.11", "Python 3.12", "scenes.1.stats.1.value (proof)", "README.md:9"),
    "command": ("pip install tiny", "pip install --pre tiny", "scenes.2.command (end)", "README.md:14"),
}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a plan beside it; copy it before you change it."""
    base = tmp_path_factory.mktemp("gate")
    home = project(base / "tinyproject", README)
    proof = StatsScene(
        id="proof",
        duration_s=4,
        headline=Headline(text="Features", source="README.md:5"),
        stats=(
            Stat(value=Words(text="40 ms", source="README.md:7"), label=Words(text="Wakes up", source="README.md:7")),
            Stat(
                value=Words(text="Python 3.11 or newer", source="README.md:9"),
                label=Words(text="needs", source="README.md:9"),
            ),
        ),
    )
    first, _, last = scenes()
    (home / "board.yaml").write_text(to_yaml(storyboard(first, proof, last)))
    done = call("plan", home, "-o", base / "out", *small(home))
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture
def copied(planned: Path, tmp_path: Path) -> Path:
    shutil.copytree(planned, tmp_path / "copy")
    return tmp_path / "copy"


def test_an_unchanged_readme_supports_its_film(planned: Path):
    done = call("check", planned / "out" / "tinyproject")
    assert done.returncode == 0, done.stdout
    assert re.search(r"pass +claims +README\.md supports all", done.stdout)


@pytest.mark.parametrize("what", LINES)
def test_a_changed_readme_fails_the_check(copied: Path, what: str):
    before, after, place, line = LINES[what]
    readme = copied / "tinyproject" / "README.md"
    readme.write_text(readme.read_text().replace(before, after))
    for target in ("out/tinyproject", "out/tinyproject/storyboard.yaml"):
        done = call("check", copied / target)
        assert done.returncode == 2
        failed = [row for row in done.stdout.splitlines() if row.split()[:1] == ["FAIL"]]
        assert len(failed) == 1, done.stdout
        assert place in failed[0]
        assert line in failed[0]
    rows = json.loads(call("check", copied / "out" / "tinyproject", "--json").stdout)
    assert rows["exit_code"] == 2
    assert [row["fix"] != "" for row in rows["checks"] if row["level"] == "fail"] == [True]


def test_a_storyboard_alone_is_held_against_what_is_named_or_where_one_stands(copied: Path, tmp_path: Path):
    board = tmp_path / "mine.yaml"
    shutil.copy(copied / "tinyproject" / "board.yaml", board)
    home = copied / "tinyproject"
    assert "supports all" in call("check", board, "--source", home).stdout
    assert "supports all" in call("check", board, cwd=home).stdout
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    done = call("check", board, cwd=nowhere)
    assert done.returncode == 0
    assert re.search(r"WARN +claims +the words were not held against a README", done.stdout)
    assert call("check", board, "--source", nowhere).returncode == 3
    (home / "README.md").write_text("# tinyproject\n\nSomething else.\n")
    assert call("check", board, cwd=home).returncode == 2


def test_a_source_on_the_network_that_cannot_be_had_is_said(copied: Path):
    report = copied / "out" / "tinyproject" / "report.json"
    told = json.loads(report.read_text())
    assert told["source"] == "../../tinyproject"
    assert str(copied.parent) not in report.read_text()
    report.write_text(json.dumps(told | {"source": "someone/tinyproject"}))
    done = call("check", copied / "out" / "tinyproject", GITHUB_API_URL="http://127.0.0.1:9")
    assert done.returncode == 0
    assert re.search(r"WARN +claims +the words were not held against a README", done.stdout)


def boasting(home: Path) -> list[str | Path]:
    board = home / "boast.yaml"
    boast = TitleScene(
        id="boast", duration_s=3, headline=Headline(text="10x faster than the rest", source="README.md:3")
    )
    own = TitleScene(id="own", duration_s=3, headline=Headline(text="Used by 4,000 teams", source="author"))
    board.write_text(to_yaml(storyboard(boast, own, scenes()[-1])))
    return ["--quality", "draft", "--storyboard", board]


def test_a_boast_never_reaches_a_frame(copied: Path):
    home, out = copied / "tinyproject", copied / "boast"
    done = call("make", home, "-o", out, *boasting(home), "--json")
    assert done.returncode == 2
    assert "2 strings say what the README does not" in done.stderr
    assert "scenes.0.headline (boast) '10x faster than the rest': README.md:3 has no 10x" in done.stderr
    assert "scenes.1.headline (own) 'Used by 4,000 teams'" in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 2
    assert not [path for path in out.rglob("*") if path.suffix in (".png", ".mp4", ".jpg")]


def test_a_boast_that_is_allowed_is_red_in_the_report(copied: Path):
    home, out = copied / "tinyproject", copied / "boast"
    done = call("plan", home, "-o", out, *boasting(home), "--allow-unsupported")
    assert done.returncode == 0, done.stderr
    assert "10x faster than the rest" in done.stderr
    folder = out / "tinyproject"
    strings = [s for scene in json.loads((folder / "report.json").read_text())["scenes"] for s in scene["strings"]]
    assert [string["claim"] for string in strings] == ["paraphrase", "author", "quote", "quote"]
    assert "README.md:3 has no 10x" in strings[0]["problem"]
    page = HTMLParser((folder / "report.html").read_text())
    assert len(page.css(".unsupported")) == 2
    assert "README.md:3 has no 10x" in page.css_first(".unsupported .problem").text()
    assert page.css_first(".unsupported .class").text() == "not supported"
    assert [node.text() for node in page.css(".said:not(.unsupported) .class")] == ["quote", "quote"]
    assert call("check", folder).returncode == 2


SERVER = "https://github.com"
NAMES: dict[str, Source] = {
    "someone/tiny": GitHubSource("someone", "tiny"),
    "someone/tiny@v1.2": GitHubSource("someone", "tiny", ref="v1.2"),
    "https://github.com/someone/tiny/tree/main/docs": GitHubSource("someone", "tiny", ref_path="main/docs"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_repository_is_remembered_as_it_was_asked_for(name: str, tmp_path: Path):
    assert source_name(NAMES[name], tmp_path, SERVER) == name
    assert source_named(name, tmp_path, SERVER) == NAMES[name]


def test_a_folder_is_remembered_from_the_output_folder(tmp_path: Path):
    home, folder = tmp_path / "home", tmp_path / "home" / "output" / "home"
    folder.mkdir(parents=True)
    assert source_name(LocalSource(home), folder, SERVER) == "../.."
    assert source_name(LocalSource(folder / "inner"), folder, SERVER) == "./inner"
    assert source_named("../..", folder, SERVER) == LocalSource(folder / "../..")
