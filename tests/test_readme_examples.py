"""What our README shows is run: every command of its code blocks, in a project, with a played GitHub."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from makers import project
from played_github import COMMIT, PlayedGitHub, about, content, playing, reply
from readme2video.readme import parse_readme
from readme2video.storyboard_file import to_yaml

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = parse_readme((ROOT / "README.md").read_text("utf-8"), "README.md")
LINES = [
    line.removeprefix("$ ").split("   #")[0].strip()
    for section in DOCUMENT.sections
    for block in section.blocks
    if block.kind == "code"
    for line in block.code.splitlines()
]
COMMANDS = list(dict.fromkeys(line for line in LINES if line.startswith("readme2video ")))
README = b"# repo\n\nWatches a folder.\n\n## Install\n\n```sh\npip install repo\n```\n"


def test_the_readme_shows_commands():
    assert len(COMMANDS) >= 6
    assert any("owner/repo@" in command for command in COMMANDS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project called like ours, with settings that make its films small; what one command made the next may use."""
    from makers import storyboard

    folder = project(tmp_path_factory.mktemp("home") / "readme2video")
    (folder / "readme2video.toml").write_text('quality = "draft"\nlength-s = 5\nscenes = 2\naspects = ["1:1"]\n')
    written = folder / "output" / "readme2video" / "storyboard.yaml"
    written.parent.mkdir(parents=True)
    written.write_text(to_yaml(storyboard()))
    return folder


@pytest.fixture
def played() -> Iterator[PlayedGitHub]:
    with playing() as github:
        yield github


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_works(command: str, home: Path, played: PlayedGitHub):
    played.on("/repos/owner/repo", reply(about(name="repo", owner={"login": "owner"})))
    played.on("/repos/owner/repo/commits/tags%2Fv1.2.0", reply(COMMIT.encode()))
    notes = {
        "tag_name": "v1.2.0",
        "body": "## Added\n\n- Watches two folders\n",
        "published_at": "2026-03-14T08:00:00Z",
    }
    played.on("/repos/owner/repo/releases/tags/v1.2.0", reply(notes))
    played.on(f"/repos/owner/repo/readme?ref={COMMIT}", reply(content(README)))
    program, *arguments = shlex.split(command)
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=home,
        env={**os.environ, "GITHUB_API_URL": played.url, "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        if line.endswith((".mp4", ".yaml")):
            assert (home / line).is_file()


def test_the_settings_of_the_readme_are_understood(tmp_path: Path):
    from readme2video.settings import load_settings

    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert shown
    for toml in shown:
        (tmp_path / "readme2video.toml").write_text(toml)
        settings = load_settings({}, {}, tmp_path)
        assert settings.style == "editorial"
        assert settings.brand.logo == "docs/logo.svg"
        assert settings.brand.background == "light"


def test_the_tables_name_what_there_is():
    from readme2video.cli import cli

    text = (ROOT / "README.md").read_text("utf-8")
    verbs = set(re.findall(r"\| `readme2video ([a-z-]+)", text))
    assert verbs == set(cli.commands)


def test_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(LINES), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
