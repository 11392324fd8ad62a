"""The READMEs that come with the project: each is read, pinned and understood as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from readme2video.model.document import CodeBlock, ListBlock, Table
from readme2video.readme import Reader
from readme2video.settings import GitHub
from readme2video.sources import LocalSource, gather_pictures, pin
from works import FakeWork

FIXTURES = Path(__file__).parent.parent / "fixtures"

# name, title, language of the text, language of the code, version, kinds of sections that must be there
EXPECTED = [
    ("tidepool", "tidepool", "en", "Rust", "1.4.0", {"problem", "features", "usage", "install", "licence"}),
    ("quarry", "Quarry", "en", "Python", "0.9.2", {"problem", "features", "usage", "install", "benchmark", "licence"}),
    ("larkboard", "Larkboard", "en", "JavaScript", "2.1.0", {"problem", "features", "usage", "licence"}),
    ("zhujian", "竹简 Zhujian", "zh", "Go", None, {"problem", "features", "usage", "install", "benchmark", "licence"}),
    ("pebble", "pebble", "en", None, None, {"intro"}),
    ("glyphbook", "Glyphbook", "en", "JavaScript", "1.5.0", {"problem", "features", "usage", "install", "licence"}),
    ("kestrel", "Kestrel", "en", "JavaScript", "3.2.0", {"problem", "features", "install", "benchmark", "licence"}),
    ("saltmarsh", "saltmarsh", "en", "Python", "2.0.1", {"problem", "features", "usage", "install", "licence"}),
    ("wicket", "Wicket", "en", "JavaScript", "2.3.0", {"problem", "features", "install", "configuration", "licence"}),
    ("thistle", "thistle", "en", "Python", "0.6.1", {"features", "install", "licence"}),
    ("plumbline", "Plumbline", "en", "Go", None, {"problem", "features", "install", "licence"}),
    ("turnstile", "turnstile", "en", "Python", "4.1.0", {"problem", "features", "install", "licence"}),
    ("masar", "مسار", "ar", "Python", "1.1.0", {"problem", "features", "usage", "install", "licence"}),
]


@pytest.mark.parametrize(("name", "title", "language", "code", "version", "kinds"), EXPECTED)
async def test_fixture(
    name: str, title: str, language: str, code: str | None, version: str | None, kinds: set[str], tmp_path: Path
):
    work = FakeWork(tmp_path)
    result = await pin(LocalSource(FIXTURES / name), http=None, keep=work.keep_bytes, settings=GitHub())
    document = await Reader().perform(result.pinned, work)
    assert (document.title, document.language) == (title, language)
    assert document.tagline is not None
    assert len(document.tagline.text) <= 140
    assert (result.pinned.facts.language, result.pinned.facts.version) == (code, version)
    assert kinds <= {section.kind for section in document.sections}
    features = [section for section in document.sections if section.kind == "features"]
    for section in features:
        items = [item for block in section.blocks if isinstance(block, ListBlock) for item in block.items]
        assert len(items) >= 4
        assert all(item.lead and item.rest for item in items)
    lines = (FIXTURES / name / document.path).read_text("utf-8").split("\n")
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, CodeBlock):  # the code stands exactly where it says, indented at most
                there = lines[block.lines.first - 1 : block.lines.last]
                assert [line.strip() for line in there] == [line.strip() for line in block.code.split("\n")]
            if isinstance(block, Table) and "|" in lines[block.lines.first]:
                assert all(lines[line - 1].count("|") > 1 for line in block.row_lines)
    assert not [finding for finding in document.findings if finding.rule != "long-table"]


async def test_the_screenshot_is_gathered(tmp_path: Path):
    work = FakeWork(tmp_path)
    result = await pin(LocalSource(FIXTURES / "larkboard"), http=None, keep=work.keep_bytes, settings=GitHub())
    pictures = await gather_pictures(await Reader().perform(result.pinned, work), result.files, work.keep_bytes)
    assert [(picture.src, picture.artifact.suffix) for picture in pictures] == [("docs/screenshot.png", ".png")]
    assert pictures[0].artifact.size_bytes < 60_000


async def test_the_logo_has_a_dark_twin(tmp_path: Path):
    work = FakeWork(tmp_path)
    result = await pin(LocalSource(FIXTURES / "kestrel"), http=None, keep=work.keep_bytes, settings=GitHub())
    document = await Reader().perform(result.pinned, work)
    assert [(picture.src, picture.dark_src) for picture in document.pictures] == [
        ("docs/logo.svg", "docs/logo-dark.svg")
    ]
    assert len(document.badges) == 3
    pictures = await gather_pictures(document, result.files, work.keep_bytes)
    assert [picture.src for picture in pictures] == ["docs/logo.svg", "docs/logo-dark.svg"]
    assert {picture.artifact.suffix for picture in pictures} == {".svg"}


async def test_pictures_of_a_web_app(tmp_path: Path):
    work = FakeWork(tmp_path)
    result = await pin(LocalSource(FIXTURES / "wicket"), http=None, keep=work.keep_bytes, settings=GitHub())
    pictures = await gather_pictures(await Reader().perform(result.pinned, work), result.files, work.keep_bytes)
    assert [picture.artifact.suffix for picture in pictures] == [".svg", ".gif", ".png"]
    assert all(picture.artifact.size_bytes < 60_000 for picture in pictures)
    with Image.open(FIXTURES / "wicket" / "docs" / "demo.gif") as demo:
        assert demo.n_frames >= 10  # type: ignore[attr-defined] # of animated formats


async def test_forty_badges_are_no_content(tmp_path: Path):
    work = FakeWork(tmp_path)
    result = await pin(LocalSource(FIXTURES / "turnstile"), http=None, keep=work.keep_bytes, settings=GitHub())
    document = await Reader().perform(result.pinned, work)
    assert len(document.badges) == 40
    assert document.pictures == ()


def test_every_fixture_is_expected():
    answers = {"kie", "releases", "injections", "replies"}  # what others answer and write, not projects
    assert {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()} - answers == {row[0] for row in EXPECTED}
