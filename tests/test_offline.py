"""The offline storyboarder: every fixture and many made-up shapes of README become films one would post."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readme2video.claims import claims_of, is_hype
from readme2video.claims.phrases import PHRASES
from readme2video.errors import SourceError
from readme2video.events import ignore
from readme2video.model.brief import Brief, GatheredPicture
from readme2video.model.document import (
    CodeBlock,
    Lines,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    ReadmeDocument,
    Section,
    Table,
)
from readme2video.model.manuscript import Manuscript
from readme2video.model.record import Artifact
from readme2video.model.scene import (
    BeforeAfterScene,
    CallToActionScene,
    ChartScene,
    CodeScene,
    DiffScene,
    FeatureScene,
    FeaturesScene,
    ImageScene,
    InstallScene,
    QuoteScene,
    Scene,
    StatsScene,
    TerminalScene,
    TitleScene,
    strings,
)
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.model.vocabulary import Style
from readme2video.model.words import Code
from readme2video.readme import cited_text, parse_readme
from readme2video.settings import Settings
from readme2video.storyboarders import STORYBOARDERS, OfflineStoryboarder, write_storyboard
from readme2video.storyboarders.commands import ecosystem
from readme2video.storyboarders.shell import shell_lines
from readme2video.storyboarders.signs import signs
from readme2video.storyboarders.snippets import focus_lines
from readme2video.storyboarders.words import openings, sentences, shortened, stands_alone, word_count
from readme2video.timeline import arrange, needed_s

FIXTURES = Path(__file__).parents[1] / "fixtures"
READMES = sorted([*FIXTURES.glob("*/README.md"), *FIXTURES.glob("*/README.rst")])
ORDER = ["hook", "promise", "demo", "example", "feature", "features", "proof", "quote", "install", "end"]
ONE = Lines(first=1, last=1)


parsed = cache(parse_readme)


def brief(text: str, path: str = "README.md", length_s: float = 30.0, scene_limit: int = 7, **facts: object) -> Brief:
    document = parsed(text, path)
    pictures = tuple(
        GatheredPicture(src=picture.src, artifact=Artifact(sha256="0" * 64, suffix=".png", size_bytes=90_000))
        for picture in document.pictures
        if picture.src.endswith((".png", ".jpg", ".gif", ".webp"))
    )
    known = RepositoryFacts.model_validate({"name": "thing", **facts})
    texts = (cited_text(text.encode("utf-8", "replace"), path),)
    return Brief(
        document=document, texts=texts, facts=known, pictures=pictures, length_s=length_s, scene_limit=scene_limit
    )


def board(text: str, path: str = "README.md", **more: object) -> Storyboard:
    return write_storyboard(brief(text, path, **more))  # type: ignore[arg-type] # keyword values of a test table


def scene(storyboard: Storyboard, role: str) -> Scene:
    return next(scene for scene in storyboard.scenes if scene.id == role)


def texts(scene: Scene) -> list[str]:
    return [text.text for _, text in strings(scene)]


def total_s(storyboard: Storyboard) -> float:
    return arrange(storyboard, 30).frames / 30


def folded(text: str) -> str:
    """Letters and digits only: what is left when markup and white space are gone."""
    text = re.sub(r"(?<![\w:]):[a-z][a-z0-9_+-]*:(?![\w:])", "", text)
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def plain(source: str) -> str:
    """A README line without link targets."""
    return re.sub(r"\]\([^)]*\)", "]", source)


def is_quote(text: str, source: str) -> bool:
    return folded(text) in folded(source) or folded(text) in folded(plain(source))


def check_film(storyboard: Storyboard, request: Brief, readme: str) -> None:
    """Everything that holds for every film."""
    lines = readme.splitlines()
    roles = [scene.id for scene in storyboard.scenes]
    assert roles == [role for role in ORDER if role in roles]
    assert roles[0] == "hook"
    assert roles[-1] == "end"
    assert len(roles) <= max(2, request.scene_limit)
    assert isinstance(storyboard.scenes[-1], CallToActionScene)
    assert storyboard.scenes[-1].motion == "still"
    assert storyboard.scenes[-1].duration_s >= 3.0
    for before, after in pairwise(storyboard.scenes):
        assert before.motion != after.motion
    assert sum(scene.transition == "cut" for scene in storyboard.scenes[1:]) <= 5
    for scene in storyboard.scenes:
        assert scene.duration_s >= needed_s(scene, storyboard.language) - 1e-6, scene.id
        assert scene.duration_s == round(scene.duration_s, 1)
        for path, text in strings(scene):
            where = f"{scene.id}.{path}: {text.text!r} from {text.source}"
            if text.source == "copy":
                assert text.text in {phrase for table in PHRASES.values() for phrase in table.values()}, where
                continue
            if text.source.startswith("fact:"):
                value = getattr(request.facts, text.source.removeprefix("fact:"))
                assert folded(text.text) in folded(str(value)), where
                continue
            first, _, last = text.source.rpartition(":")[2].partition("-")
            span = "\n".join(lines[int(first) - 1 : int(last or first)])
            if isinstance(text, Code):
                told = [line.strip() for line in text.text.split("\n") if line.strip()]
                assert all(line in span for line in told), where
            else:
                assert is_quote(text.text, span), where
            if path == "headline":
                assert word_count(text.text) <= 13, where
                loose = re.search(r"(?:[,;:.]|\b(?:a|an|the|of|and|or|for|with|to))$", text.text)
                assert not loose or f"{text.text}." in span, where
    assert [claim for claim in claims_of(storyboard, request) if claim.problem] == []
    assert total_s(storyboard) <= max(request.length_s, 14) + 0.6


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_who_has_seen_the_film_knows_where_to_go(path: Path, style: Style) -> None:
    """Also in a style whose films have less room: the end card names a command or an address if the README does."""
    request = brief(path.read_text("utf-8"), path.name).model_copy(update={"style": style})
    last = write_storyboard(request).scenes[-1]
    assert isinstance(last, CallToActionScene)
    assert (last.command or last.url) or path.parent.name == "pebble"  # one paragraph, without either


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("length_s", [15.0, 30.0, 45.0])
def test_fixtures_become_films(path: Path, length_s: float) -> None:
    text = path.read_text("utf-8")
    request = brief(text, path.name, length_s=length_s, name=path.parent.name, version="1.4.0", licence="MIT")
    storyboard = write_storyboard(request)
    check_film(storyboard, request, text)
    assert write_storyboard(request) == storyboard


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_the_usual_film_of_a_fixture(path: Path) -> None:
    storyboard = board(path.read_text("utf-8"), path.name, name=path.parent.name)
    if path.parent.name == "pebble":
        assert [scene.id for scene in storyboard.scenes] == ["hook", "end"]
        assert 6 <= total_s(storyboard) <= 15
        return
    assert 5 <= len(storyboard.scenes) <= 7
    assert 29 <= total_s(storyboard) <= 30.6
    hook = storyboard.scenes[0]
    assert isinstance(hook, TitleScene)
    assert word_count(hook.headline.text) <= 8
    assert hook.subline is not None
    shown = " ".join(text for scene in storyboard.scenes for text in texts(scene))
    assert re.search(r"\b(?:pip|npm|cargo|go|brew) install |docker run ", shown)


WORDS = {
    "tidepool": (
        "See what grew on your disk",
        "One command, one short list, no digging",
        "Your disk is full again",
    ),
    "larkboard": (
        "Keeps working on the train",
        "Self-hosted planning board for small teams",
        "Most boards are a web page",
    ),
    "quarry": ("No server, no import step", "Query a folder of CSV and Parquet files", None),
    "saltmarsh": (
        "Tests that wait for nobody",
        "A clock for Python tests that you move by hand",
        "A test that sleeps is slow",
    ),
    "kestrel": ("Background jobs for Node.js in one file", "Without a broker", None),
    "glyphbook": (
        "Fits in your head",
        "288 icons, 96 names, three styles",
        "Icon sets grow until nobody finds anything",
    ),
    "zhujian": (
        "把散落的 Markdown 笔记，变成一秒可搜的知识库",
        "无需云端，无需账号",
        "笔记越写越多，真正要用的时候却找不到",
    ),
    "masar": ("رتّب ملفات مشروعك بأمر واحد", None, None),
    "wicket": (
        "One inbox for all user wishes",
        "Self-hosted, in one file",
        "Requests arrive by mail, in chat and in issues",
    ),
    "thistle": ("Test cases as a table", "Not as twelve functions", None),
    "plumbline": ("Find the settings nobody reads", None, None),
    "turnstile": ("Rate limits for Python", None, "A counter in memory forgets"),
}


@pytest.mark.parametrize("name", WORDS)
def test_the_first_words_of_each_fixture(name: str) -> None:
    path = next((FIXTURES / name).glob("README.*"))
    storyboard = board(path.read_text("utf-8"), path.name, name=name)
    headline, subline, promise = WORDS[name]
    hook = storyboard.scenes[0]
    assert isinstance(hook, TitleScene)
    assert hook.headline.text == headline
    if subline is not None:
        assert hook.subline is not None
        assert hook.subline.text == subline
    if promise is not None:
        assert texts(scene(storyboard, "promise"))[0] == promise


def test_directions_and_languages() -> None:
    by_name = {path.parent.name: board(path.read_text("utf-8"), path.name, name=path.parent.name) for path in READMES}
    assert (by_name["masar"].language, by_name["masar"].direction) == ("ar", "rtl")
    assert (by_name["zhujian"].language, by_name["zhujian"].direction) == ("zh", "ltr")
    assert by_name["tidepool"].language == "en"


SHAPES: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "features as subsections": (
        """\
# Otterly

Otterly is a test runner for shell scripts.

## Features

### 🧪 Isolated

Each test runs in its own folder, so nothing leaks.

### ⚡ Parallel

Tests run on all cores.

## Usage

```shell
otterly test/
```
""",
        ["hook", "demo", "features", "end"],
        {"hook": "Test runner for shell scripts", "features": "Parallel"},
    ),
    "features as a table": (
        """\
# Ledgerline

Plain-text accounting with manners.

## Features

| Feature | Description |
| --- | --- |
| Double entry | every transaction balances or is refused |
| Bank import | reads CSV and OFX from 40 banks |
| Mobile app | ❌ |
""",
        ["hook", "features", "end"],
        {"features": "Double entry"},
    ),
    "one paragraph": (
        """\
knot is a small library which ties asynchronous tasks together, waits for all of them and reports every
error. Install it with `pip install knot` and read the docstrings.""",
        ["hook", "install", "end"],
        {"hook": "Ties asynchronous tasks together", "install": "pip install knot"},
    ),
    "only hype": (
        """\
# TurboX

> A blazingly fast, next-generation, revolutionary bundler

TurboX supercharges your workflow. It bundles 10,000 modules in 1.2 seconds.

## Features

- **Blazing fast**: yes
- **Tree shaking**: removes code nobody calls
- **Hot reload**: keeps state across edits
""",
        ["hook", "features", "end"],
        {"hook": "Bundles 10,000 modules in 1.2 seconds", "features": "Tree shaking"},
    ),
    "comparison table": (
        """\
# ripgrip

ripgrip is a line-oriented search tool that searches the current directory for a pattern.

## Comparison

| Tool | Count | Time |
| --- | --- | --- |
| ripgrip | 536 | **0.082s** (1.00x) |
| hypergrip | 536 | 0.167s (2.04x) |
""",
        ["hook", "proof", "end"],
        {"hook": "Line-oriented search tool", "proof": "0.082s"},
    ),
    "clone and run": (
        """\
# my-dotfiles

My personal dotfiles for zsh and tmux.

## Setup

```bash
git clone https://github.com/me/my-dotfiles.git
cd my-dotfiles
./install.sh
```
""",
        ["hook", "install", "end"],
        {"install": "./install.sh"},
    ),
    "build file": (
        """\
# Cartouche

A type-safe query builder for Java. It checks your SQL at compile time.

## Installation

```xml
<dependency>
  <groupId>dev.cartouche</groupId>
  <artifactId>cartouche</artifactId>
</dependency>
```
""",
        ["hook", "install", "end"],
        {"hook": "Checks your SQL at compile time"},
    ),
    "alternatives in one block": (
        """\
# Parcelle

Drag-and-drop layouts for React.

## Install

```sh
# npm
npm install parcelle
# yarn
yarn add parcelle
```
""",
        ["hook", "install", "end"],
        {"install": "npm install parcelle"},
    ),
    "interactive session": (
        """\
# Requestor

An HTTP library for Python, safe for humans.

Behold:

```python
>>> import requestor
>>> r = requestor.get('https://example.com')
>>> r.status_code
200
```
""",
        ["hook", "demo", "end"],
        {"hook": "HTTP library for Python", "demo": ">>> r.status_code"},
    ),
    "German": (
        """\
# Fahrplaner

Fahrplaner ist eine Bibliothek für Fahrplandaten, die ohne Server auskommt. Sie liest die Daten und ist
für das Netz und den Browser nicht zu groß.

```bash
composer require fahrplaner/fahrplaner
```
""",
        ["hook", "install", "end"],
        {"hook": "Bibliothek für Fahrplandaten", "install": "Installieren"},
    ),
    "Russian": (
        """\
# Журавль

Журавль — это планировщик задач для серверов.

```sh
go install example.com/zhuravl@latest
```
""",
        ["hook", "install", "end"],
        {"hook": "Планировщик задач для серверов", "install": "Установка"},
    ),
    "Japanese": (
        """\
# Hibari

タグも、フォルダも、設定も必要ありません。

## 使い方

```console
$ hibari tidy ~/memo
128 件のメモを整理しました
```
""",
        ["hook", "demo", "end"],
        {"hook": "タグも、フォルダも、設定も必要ありません", "demo": "使い方"},
    ),
    "title only": (
        """\
# thing
""",
        ["hook", "end"],
        {"hook": "thing"},
    ),
    "badges only": (
        """\
# thing

[![a](https://img.shields.io/x.svg)](y) [![b](https://img.shields.io/z.svg)](y)
""",
        ["hook", "end"],
        {"hook": "thing"},
    ),
    "template syntax": (
        """\
# {{ cookiecutter.name }}

A {{ thing }} for ${USER} <%= x %>.
""",
        ["hook", "end"],
        {},
    ),
    "roadmap is no feature": (
        """\
# thing

Sorts letters by the age of their stamps.

## Features

- [x] Reads stamps
- [x] Sorts letters
- [ ] Flies
""",
        ["hook", "features", "end"],
        {"features": "Sorts letters"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_readmes_of_any_shape(shape: str) -> None:
    text, roles, expected = SHAPES[shape]
    request = brief(text, name="knot" if shape == "one paragraph" else "thing")
    storyboard = write_storyboard(request)
    check_film(storyboard, request, text)
    assert [scene.id for scene in storyboard.scenes] == roles
    for role, words in expected.items():
        assert any(words in told for told in texts(scene(storyboard, role))), texts(scene(storyboard, role))
    everything = " ".join(told for scene in storyboard.scenes for told in texts(scene))
    assert not is_hype(everything)
    assert "Flies" not in everything


def test_the_screenshot_is_shown_and_the_logo_is_not() -> None:
    text = (
        "![Larkbird logo](docs/logo.png)\n\n# Larkbird\n\nA bird feeder that counts.\n\n"
        "![Screenshot of the counting page](docs/page.png)\n"
    )
    shown = scene(board(text), "demo")
    assert isinstance(shown, ImageScene)
    assert shown.picture == "docs/page.png"
    assert shown.headline.text == "The counting page"
    without = write_storyboard(brief(text).model_copy(update={"pictures": ()}))
    assert "image" not in {scene.kind for scene in without.scenes}


def test_facts_make_the_proof_and_the_address() -> None:
    storyboard = board(
        "# thing\n\nSorts letters by the age of their stamps.\n",
        stars=12_345,
        version="2.1.0",
        url="https://github.com/someone/thing",
    )
    proof, end = scene(storyboard, "proof"), scene(storyboard, "end")
    assert isinstance(proof, StatsScene)
    assert texts(proof) == ["At a glance", "12,345", "stars on GitHub", "2.1.0", "version"]
    assert isinstance(end, CallToActionScene)
    assert end.url is not None
    assert (end.url.text, end.url.source) == ("github.com/someone/thing", "fact:url")
    private = board("# thing\n\nSorts letters.\n", url="https://github.com/someone/thing", private=True)
    assert "github.com" not in " ".join(texts(private.scenes[-1]))


def test_few_stars_are_not_shown() -> None:
    storyboard = board("# thing\n\nSorts letters by the age of their stamps.\n", stars=3, version="1.0")
    assert "proof" not in {scene.id for scene in storyboard.scenes}


def test_benchmark_columns_are_compared_with_the_projects_own() -> None:
    path = FIXTURES / "quarry" / "README.md"
    proof = scene(board(path.read_text("utf-8"), length_s=45.0), "proof")
    assert isinstance(proof, ChartScene)
    assert texts(proof) == [
        "Distinct products",
        "Reading every file",
        "44.6 s",
        "Quarry, first time",
        "7.3 s",
        "Quarry, afterwards",
        "1.10 s",
    ]
    assert (proof.highlight, proof.better) == (2, None)


def test_code_windows_are_whole_lines_with_their_span() -> None:
    body = "\n".join(f"    step_{index} = work({index})" for index in range(20))
    code = f"import thing\n\nthing.run(\n    1,\n)\nthing.stop()\n\ndef main():\n{body}"
    text = f"# thing\n\nDoes work in steps.\n\n## Usage\n\n```python\n{code}\n```\n"
    demo = scene(board(text, name="thing"), "demo")
    assert isinstance(demo, CodeScene)
    assert demo.code.text == "import thing\n\nthing.run(\n    1,\n)\nthing.stop()"
    assert demo.code.source == "README.md:8-13"


def test_terminal_lines_have_their_own_lines_as_source() -> None:
    demo = scene(board((FIXTURES / "tidepool" / "README.md").read_text("utf-8"), name="tidepool"), "demo")
    assert isinstance(demo, TerminalScene)
    assert [(line.role, line.text.source) for line in demo.lines] == [
        ("command", "README.md:28"),
        ("output", "README.md:29"),
        ("output", "README.md:30"),
        ("output", "README.md:31"),
        ("output", "README.md:33"),
    ]
    assert demo.lines[1].text.text.startswith("  +14.2 GB")


def test_features_are_named_shortly() -> None:
    for path in READMES:
        for scene in board(path.read_text("utf-8"), path.name, name=path.parent.name).scenes:
            if isinstance(scene, FeaturesScene):
                assert 2 <= len(scene.items) <= 4
                assert all(word_count(item.title.text) <= 5 for item in scene.items)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 12])
def test_the_scene_limit_holds(limit: int) -> None:
    text = (FIXTURES / "quarry" / "README.md").read_text("utf-8")
    request = brief(text, scene_limit=limit, name="quarry")
    check_film(write_storyboard(request), request, text)


INSTALLS = [
    ("pip install x", "pip"),
    ("python -m pip install x", "pip"),
    ("pip install -U x[all]", "pip"),
    ("pip install -e .", None),
    ("pip install -r requirements.txt", None),
    ("pipx install x", "pip"),
    ("uv add x", "pip"),
    ("uv tool install x", "pip"),
    ("uvx x", "pip"),
    ("poetry add x", "pip"),
    ("conda install -c conda-forge x", "conda"),
    ("npm install x", "npm"),
    ("npm i -D @a/x", "npm"),
    ("npm install", None),
    ("npx x", "npm"),
    ("yarn add x", "npm"),
    ("pnpm add x", "npm"),
    ("bun add x", "npm"),
    ("deno add jsr:@a/x", "deno"),
    ("cargo install x", "cargo"),
    ("cargo add x", "cargo"),
    ("cargo build", None),
    ("go install example.com/x@latest", "go"),
    ("go get example.com/x", "go"),
    ("gem install x", "gem"),
    ("bundle add x", "gem"),
    ("brew install x", "brew"),
    ("brew tap a/x", "brew"),
    ("sudo apt-get install -y x", "system"),
    ("apt install x", "system"),
    ("sudo dnf install x", "system"),
    ("sudo pacman -S x", "system"),
    ("apk add x", "system"),
    ("nix profile install nixpkgs#x", "nix"),
    ("nix-env -iA nixpkgs.x", "nix"),
    ("scoop install x", "windows"),
    ("choco install x", "windows"),
    ("winget install x", "windows"),
    ("docker run -p 80:80 x", "docker"),
    ("docker pull x", "docker"),
    ("helm install x ./chart", "helm"),
    ("composer require a/x", "composer"),
    ("dotnet add package X", "dotnet"),
    ("dotnet tool install -g x", "dotnet"),
    ("nuget install X", "dotnet"),
    ("swift package add-dependency x", "swift"),
    ("flutter pub add x", "dart"),
    ("dart pub global activate x", "dart"),
    ("mix archive.install hex x", "hex"),
    ("cabal install x", "haskell"),
    ("stack install x", "haskell"),
    ("opam install x", "opam"),
    ("luarocks install x", "lua"),
    ("cpanm X::Y", "perl"),
    ('install.packages("x")', "r"),
    ("curl -fsSL https://x.dev/install.sh | sh", "script"),
    ("wget https://x.dev/x.tar.gz", "script"),
    ("git clone https://example.com/x", "source"),
    ("sudo make install", "source"),
    ("vcpkg install x", "cpp"),
    ("conan install x", "cpp"),
    ("ls -la", None),
]


@pytest.mark.parametrize(("command", "expected"), INSTALLS)
def test_install_commands_of_all_ecosystems(command: str, expected: str | None) -> None:
    assert ecosystem(command) == expected


def test_the_repositorys_language_chooses_the_command() -> None:
    text = "# thing\n\nSorts letters by stamp.\n\n## Installation\n\n```sh\nbrew install thing\n```\n\n```sh\n{}\n```\n"
    for language, command in (
        ("Rust", "cargo install thing"),
        ("Python", "pipx install thing"),
        ("Go", "go install a.b/thing@v1"),
    ):
        install = scene(board(text.format(command), language=language), "install")
        assert isinstance(install, InstallScene)
        assert install.command.text == command
        assert {other.text for other in install.others} <= {"brew install thing"}


SHELL = [
    ("console", "$ a b\nout\n\n$ c", [("command", "a b"), ("output", "out"), ("command", "c")]),
    ("sh", "# comment\na b  # why\n\nc", [("command", "a b"), ("command", "c")]),
    ("", "$ a\nout", [("command", "a"), ("output", "out")]),
    ("", "some words", []),
    ("", "pip install x\npip install y", [("command", "pip install x"), ("command", "pip install y")]),
    ("powershell", "PS C:\\> a\nout", [("command", "a"), ("output", "out")]),
    ("bash", "user@host:~$ a", [("command", "a")]),
    ("python", "$ a", []),
]


@pytest.mark.parametrize(("language", "code", "expected"), SHELL)
def test_shell_blocks(language: str, code: str, expected: list[tuple[str, str]]) -> None:
    block = CodeBlock(language=language, code=code, lines=Lines(first=1, last=code.count("\n") + 1))
    assert [(line.role, line.text) for line in shell_lines(block)] == expected


def test_commands_over_several_lines_are_broken() -> None:
    block = CodeBlock(language="sh", code="docker run \\\n  -p 80:80 \\\n  x\nls", lines=Lines(first=1, last=4))
    assert [(line.text, line.broken) for line in shell_lines(block)][-1] == ("ls", False)
    assert all(line.broken for line in shell_lines(block)[:3])


CUTS = [
    ("A small tool, written in Rust", ["A small tool"]),
    ("a loader, a schema and a cleaning script", []),
    ("No server, no import step, no schema to write", ["No server, no import step"]),
    ("One tool; many uses", ["One tool"]),
    ("Reads std::vec and 10,000 rows", []),
    ("Works with CSV", []),
    ("Search for files", []),
    ("Typed from end to end, and every result is a list of rows", ["Typed from end to end"]),
]


@pytest.mark.parametrize(("sentence", "expected"), CUTS)
def test_cuts_are_clean(sentence: str, expected: list[str]) -> None:
    assert [cut.text for cut in openings(sentence)] == expected


def test_sentences_and_loose_ends() -> None:
    assert sentences("Use e.g. this one. tidepool v1.2 is small! 好。再见。") == [
        "Use e.g. this one.",
        "tidepool v1.2 is small!",
        "好。",
        "再见。",
    ]
    assert not stands_alone("ends with the")
    assert not stands_alone("And begins so")
    assert not stands_alone("(half open")
    assert not stands_alone("{{ name }}")
    assert stands_alone("Keeps working on the train")
    assert shortened("Keeps your jobs; and more", "en", width=15, read_s=5) == "Keeps your jobs"


def test_nothing_to_tell() -> None:
    empty = ReadmeDocument(
        path="README.md",
        title="",
        title_lines=None,
        tagline=None,
        sections=(),
        badges=(),
        pictures=(),
        links=(),
        language="und",
        line_count=1,
    )
    with pytest.raises(SourceError, match="nothing to tell"):
        write_storyboard(Brief(document=empty, facts=RepositoryFacts(name="thing")))


async def test_the_engine_and_its_entry() -> None:
    entry = STORYBOARDERS["offline"]
    assert not entry.needs.keys
    assert not entry.needs.costs_money
    engine = entry.make(Settings(), ignore)
    assert isinstance(engine, OfflineStoryboarder)
    assert (engine.stage, engine.fingerprint, engine.output) == ("storyboard", "offline/9", Manuscript)

    class Quiet:
        done = 0.0

        def progress(self, fraction: float) -> None:
            self.done = fraction

    work = Quiet()
    request = brief("# thing\n\nSorts letters by stamp.\n")
    written = await engine.perform(request, work)  # type: ignore[arg-type] # all it uses
    assert written.storyboard == write_storyboard(request)
    assert work.done == 1.0


words_st = st.text(
    st.sampled_from("abcdeXYZ019 .,:;—-()[]{}'\"`*_#|<>/\\$%&!?\t\n\u200b\u202e\x00é漢字、。あ한العبرعא🚀️"),
    max_size=160,
)


@st.composite
def documents(draw: st.DrawFn) -> ReadmeDocument:
    def block(kind: str) -> object:
        if kind == "code":
            language = draw(st.sampled_from(["", "sh", "console", "python", "yaml"]))
            code = draw(words_st) + draw(st.sampled_from(["", "\n$ pip install x", "\nnpm install thing"]))
            return CodeBlock(language=language, code=code, lines=Lines(first=3, last=3 + code.count("\n")))
        if kind == "list":
            items = tuple(
                ListItem(text=text, lead=draw(st.sampled_from([None, text])), rest=text, checked=None, lines=ONE)
                for text in draw(st.lists(words_st, min_size=1, max_size=5))
            )
            return ListBlock(ordered=False, items=items, lines=ONE)
        if kind == "table":
            rows = tuple((text, "1.5 s", "30 %") for text in draw(st.lists(words_st, min_size=1, max_size=4)))
            return Table(header=("a", "b", "c"), rows=rows, row_lines=tuple(range(2, 2 + len(rows))), lines=ONE)
        if kind == "image":
            return Picture(src="a.png", alt=draw(words_st), lines=ONE)
        return Paragraph(text=draw(words_st), lines=ONE)

    kinds = ["paragraph", "code", "list", "table", "image"]
    section_kinds = ["intro", "problem", "features", "demo", "usage", "install", "benchmark", "other"]
    sections = tuple(
        Section(
            level=draw(st.integers(0, 3)),
            title=draw(words_st),
            kind=draw(st.sampled_from(section_kinds)),  # type: ignore[arg-type] # one of the kinds
            blocks=tuple(block(draw(st.sampled_from(kinds))) for _ in range(draw(st.integers(0, 3)))),  # type: ignore[misc]
            lines=Lines(first=1, last=200),
        )
        for _ in range(draw(st.integers(0, 4)))
    )
    title = draw(words_st)
    tagline = draw(st.one_of(st.none(), words_st))
    return ReadmeDocument(
        path=draw(st.sampled_from(["README.md", "docs/a b/README.rst", "odd:name.md", ""])),
        title=title,
        title_lines=ONE if title else None,
        tagline=Paragraph(text=tagline, lines=ONE) if tagline is not None else None,
        sections=sections,
        badges=(),
        pictures=tuple(b for s in sections for b in s.blocks if isinstance(b, Picture)),
        links=(),
        language=draw(st.sampled_from(["en", "zh", "ja", "ko", "ar", "he", "und"])),
        line_count=200,
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    documents(),
    st.builds(
        RepositoryFacts,
        name=words_st,
        description=st.one_of(st.none(), words_st),
        version=st.one_of(st.none(), words_st),
        stars=st.one_of(st.none(), st.integers(0, 10**6)),
        language=st.one_of(st.none(), words_st),
    ),
    st.sampled_from([5.0, 30.0, 120.0]),
)
def test_any_document_is_a_film_or_an_error(document: ReadmeDocument, facts: RepositoryFacts, length_s: float) -> None:
    pictures = (GatheredPicture(src="a.png", artifact=Artifact(sha256="0" * 64, suffix=".png", size_bytes=9)),)
    request = Brief(document=document, facts=facts, pictures=pictures, length_s=length_s)
    try:
        storyboard = write_storyboard(request)
    except SourceError:
        return
    again = Storyboard.model_validate_json(storyboard.model_dump_json())
    assert again == storyboard
    assert storyboard.scenes[0].id == "hook"
    assert storyboard.scenes[-1].id == "end"
    for shown in storyboard.scenes:
        assert shown.duration_s >= needed_s(shown, storyboard.language) - 1e-6


def written(name: str, length_s: float = 45.0) -> Storyboard:
    path = next((FIXTURES / name).glob("README.*"))
    return board(path.read_text("utf-8"), path.name, name=name, length_s=length_s)


def test_old_and_new_code_stand_side_by_side() -> None:
    demo = scene(written("thistle"), "demo")
    assert isinstance(demo, BeforeAfterScene)
    assert (demo.before.title.text, demo.after.title.text) == ("Without thistle", "With thistle")
    assert demo.language == "python"
    assert demo.before.code is not None
    assert demo.after.code is not None
    assert demo.before.code.text.startswith("def test_one_item():")
    assert "@table" in demo.after.code.text


PAIRS = [
    ("### Before\n\n```js\na(b(c))\n```\n\n### After\n\n```js\nc.b().a()\n```\n", ("Before", "After")),
    ("Before:\n\n```js\na(b(c))\n```\n\nAfter:\n\n```js\nc.b().a()\n```\n", ("Before", "After")),
    ("**Old way**\n\n```js\na(b(c))\n```\n\n**New way**\n\n```js\nc.b().a()\n```\n", ("Old way", "New way")),
    ("| Before | After |\n| --- | --- |\n| Three files | One file |\n| Two hours | A minute |\n", ("Before", "After")),
    ("### 之前\n\n- 三个文件\n- 两种语言\n\n### 之后\n\n- 一个文件\n- 一种语言\n", ("之前", "之后")),
]


@pytest.mark.parametrize(("body", "titles"), PAIRS)
def test_what_is_set_against_each_other(body: str, titles: tuple[str, str]) -> None:
    request = brief(f"# thing\n\nSorts letters by stamp.\n\n## One chain\n\n{body}", name="thing")
    demo = scene(write_storyboard(request), "demo")
    assert isinstance(demo, BeforeAfterScene)
    assert (demo.before.title.text, demo.after.title.text) == titles


@pytest.mark.parametrize(
    "body",
    [
        "### Before installing\n\n```sh\nexport A=1\n```\n\n### After installing\n\n```sh\nthing check\n```\n",
        "### After\n\n```js\nc.b().a()\n```\n\n### Before\n\n```js\na(b(c))\n```\n",
        "### Before\n\n```js\na(b(c))\n```\n\n### After\n\nIt is shorter.\n",
        "### Before\n\n```js\na(b(c))\n```\n\n### After\n\n" + "```js\n" + "x()\n" * 30 + "```\n",
    ],
)
def test_what_is_no_comparison(body: str) -> None:
    storyboard = board(f"# thing\n\nSorts letters by stamp.\n\n## Chains\n\n{body}", name="thing")
    assert not any(isinstance(scene, BeforeAfterScene) for scene in storyboard.scenes)


def test_a_diff_is_shown_without_the_names_of_its_files() -> None:
    code = "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-import old\n+import thing\n old.sort()"
    text = f"# thing\n\nSorts letters by stamp.\n\n## One line changes\n\n```diff\n{code}\n```\n"
    demo = scene(board(text, name="thing"), "demo")
    assert isinstance(demo, DiffScene)
    assert demo.diff.text == "-import old\n+import thing\n old.sort()"
    assert demo.diff.source == "README.md:11-13"
    assert demo.headline.text == "One line changes"


def test_a_quotation_has_its_speaker_and_opens_no_film() -> None:
    quote = scene(written("plumbline"), "quote")
    assert isinstance(quote, QuoteScene)
    assert quote.by is not None
    assert (quote.headline.text, quote.headline.source) == (
        "Simplicity is prerequisite for reliability", "README.md:6-7"
    )  # fmt: skip
    assert (quote.by.text, quote.by.source) == ("Edsger W. Dijkstra", "README.md:8")


@pytest.mark.parametrize(
    "quote",
    [
        "> The planning board that keeps working on the train.",
        "> [!NOTE]\n> Read the guide first — Version 2 is near",
        "> This is blazing fast. — A. Reader",
        "> It keeps state — nothing else does.",
    ],
)
def test_what_is_no_quotation(quote: str) -> None:
    text = f"# thing\n\nSorts letters by the age of their stamps.\n\n{quote}\n\n## Usage\n\n```sh\nthing sort\n```\n"
    assert not any(isinstance(scene, QuoteScene) for scene in board(text, name="thing").scenes)


def test_bars_say_whose_they_are_and_which_end_is_good() -> None:
    proof = scene(written("turnstile"), "proof")
    assert isinstance(proof, ChartScene)
    assert [bar.value.text for bar in proof.bars] == ["1.2 µs", "26 µs", "47 µs"]
    assert (proof.highlight, proof.better) == (None, "less")
    table = "| Tool | Time ↓ |\n| --- | --- |\n| other | 4.1 s |\n| thing | 12 ms |\n| third | 2 s |\n"
    own = scene(board(f"# thing\n\nSorts letters by stamp.\n\n## Benchmark\n\n{table}", name="thing"), "proof")
    assert isinstance(own, ChartScene)
    assert (own.highlight, own.better) == (1, "less")


def test_numbers_of_the_first_words_are_not_told_again() -> None:
    storyboard = written("glyphbook", 60.0)
    assert "288 icons" in " ".join(texts(storyboard.scenes[0]))
    assert not any(text == "288" for scene in storyboard.scenes[1:] for text in texts(scene))


def test_values_on_no_common_scale_are_no_bars() -> None:
    table = "| Job | Result |\n| --- | --- |\n| Index | 38 s |\n| Size | 12 MB |\n| Search | 35 ms |\n"
    text = f"# thing\n\nSorts letters by stamp.\n\n## Benchmark\n\n{table}"
    assert isinstance(scene(board(text, name="thing"), "proof"), StatsScene)


def test_other_package_managers_stand_below_the_command() -> None:
    install = scene(written("plumbline", 60.0), "install")
    assert isinstance(install, InstallScene)
    commands = {install.command.text, *(other.text for other in install.others)}
    assert "brew install plumbline" in commands
    assert len(install.others) == 2


def test_a_second_picture_makes_a_feature() -> None:
    feature = scene(written("wicket", 60.0), "feature")
    assert isinstance(feature, FeatureScene)
    assert (feature.headline.text, feature.picture) == ("See which wishes are loudest", "docs/overview.png")
    assert feature.detail is not None


def test_one_feature_alone_has_room() -> None:
    text = "# thing\n\nSorts letters by stamp.\n\n## Features\n\n- **Works offline**: never asks the network\n"
    features = scene(board(text, name="thing"), "features")
    assert isinstance(features, FeatureScene)
    assert (features.headline.text, features.icon) == ("Works offline", "cloud")


def test_signs_are_chosen_by_meaning_and_none_twice() -> None:
    told = [
        ("Fast search", ""),
        ("Find anything", "in a local database"),
        ("Keyboard first", ""),
        ("Plain", "as it is"),
    ]
    assert signs(told) == ["bolt", "search", "key", None]
    assert signs([("Limits in words", "20 per minute, 5 per second"), ("Plain", ""), ("Calm", "")]) == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("code", "focus"),
    [
        ("from thing import sort\n\nletters = load()\nsort(letters)\n", (4,)),
        ('import { sort } from "thing";\n\nconst a = load();\nsort(a);', (4,)),
        ("import thing\n\nletters = load()\nthing.sort(letters)", (4,)),
        ("use thing::sort;\n\nfn main() {\n    sort(load());\n}", (4,)),
        ("from thing import sort\n\nsort(a)\nsort(b)", ()),
        ("from other import sort\n\nload()\nsort(a)", ()),
        ("load()\nsort(a)\nshow(a)\nclose(a)", ()),
    ],
)
def test_the_line_that_calls_the_project(code: str, focus: tuple[int, ...]) -> None:
    assert focus_lines(code, ("thing",)) == focus


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_no_headline_stands_twice(path: Path) -> None:
    shown = [scene.headline.text for scene in written(path.parent.name, 60.0).scenes[:-1]]
    assert len(set(shown)) == len(shown)


def test_two_shows_of_one_section_have_two_headlines() -> None:
    text = (FIXTURES.parent / "README.md").read_text("utf-8")
    shown = [scene.headline.text for scene in board(text, name="readme2video", length_s=60.0).scenes]
    assert len(set(shown)) == len(shown)
