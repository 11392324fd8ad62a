"""Films about releases: what is new first, every string where it says it stands, nothing that is not at the tag."""

from __future__ import annotations

import re
import time
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readme2video.claims import claims_of
from readme2video.claims.phrases import PHRASES
from readme2video.model.brief import Brief, ReleaseNews, SourceText
from readme2video.model.document import Lines
from readme2video.model.scene import ProblemScene, TitleScene, strings
from readme2video.model.source import ChangelogSection, PinnedRelease, RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Code
from readme2video.readme import cited_text, parse_readme, read_news
from readme2video.report import quotes
from readme2video.sources.changelog import section_of
from readme2video.storyboarders import write_storyboard
from readme2video.storyboarders.changes import changes, kind_of_heading
from readme2video.storyboarders.material import Material
from readme2video.timeline import arrange, needed_s
from works import FakeWork

FIXTURES = Path(__file__).parents[1] / "fixtures"
RELEASES = FIXTURES / "releases"
ORDER = ["hook", "promise", "new", "changed", "example", "security", "fixed", "breaking", "about", "install", "end"]
KEPT_WORDS = {phrase for table in PHRASES.values() for phrase in table.values()}


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path)


def news(work: FakeWork, tag: str, notes: str = "", changelog: str = "", path: str = "CHANGELOG.md") -> ReleaseNews:
    section = section_of(changelog.encode(), tag) if changelog else None
    found = PinnedRelease(
        tag=tag,
        published_on="2026-03-14",
        previous_tag="v0.9",
        notes=work.keep_bytes(notes.encode(), ".md") if notes else None,
        changelog=ChangelogSection(
            text=work.keep_bytes(section.text.encode(), Path(path).suffix),
            path=path,
            lines=Lines(first=section.first, last=section.last),
        )
        if section is not None
        else None,
    )
    return read_news(found, work.path)


def brief(
    work: FakeWork,
    tag: str,
    notes: str = "",
    *,
    project: str = "tidepool",
    readme: str = "",
    name: str | None = None,
    length_s: float = 30.0,
    **more: str,
) -> Brief:
    file = next((FIXTURES / project).glob("README.*")) if not readme else Path("README.md")
    text = readme or file.read_text("utf-8")
    told = news(work, tag, notes, **more)
    facts = RepositoryFacts(
        name=project,
        tag=tag,
        release_name=name,
        released_on="2026-03-14",
        released=f"{tag} · 2026-03-14",
        stars=4321,
        description="A description that is no news",
    )
    texts: list[SourceText | None] = [cited_text(text.encode(), file.name), told.notes, told.changelog]
    return Brief(
        document=parse_readme(text, file.name),
        texts=tuple(one for one in texts if one is not None),
        facts=facts,
        news=told,
        length_s=length_s,
    )


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def check(storyboard: Storyboard, request: Brief) -> None:
    """Everything that holds for every film about a release."""
    roles = [scene.id for scene in storyboard.scenes]
    assert roles == [role for role in ORDER if role in roles]
    assert (roles[0], roles[-1]) == ("hook", "end")
    assert not [claim for claim in claims_of(storyboard, request) if claim.problem]
    assert [claim for claim in claims_of(storyboard, request) if claim.problem] == []
    found = quotes(storyboard, request)
    for scene in storyboard.scenes:
        assert scene.duration_s >= needed_s(scene, storyboard.language) - 1e-6
        for path, text in strings(scene):
            where = f"{scene.id}.{path}: {text.text!r} from {text.source}"
            if text.source == "copy":
                assert text.text in KEPT_WORDS, where
                continue
            raw = found[text.source]
            quoted = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", raw)
            if isinstance(text, Code):
                assert all(line.strip() in quoted for line in text.text.split("\n")), where
            else:
                assert folded(text.text) in folded(quoted) or folded(text.text) in folded(raw), where
            assert not re.search(r"#\d|https?://|@octo|\[redacted\]|\b[0-9a-f]{40}\b|<\w+|\]\(|\*\*", text.text), where
            assert text.source != "fact:description", where
            assert text.source != "fact:stars", where
    for before, after in pairwise(storyboard.scenes):
        assert before.motion != after.motion
    shown = [text for _, text in strings(storyboard.scenes[0])]
    assert any(text.text == request.facts.released and text.source == "fact:released" for text in shown)


def told(storyboard: Storyboard) -> dict[str, list[str]]:
    return {scene.id: [text.text for _, text in strings(scene)] for scene in storyboard.scenes}


FILMS: dict[str, tuple[dict[str, str], dict[str, list[str]], list[str]]] = {  # what it is made of, its scenes, unsaid
    "generated": (
        {"tag": "v3.3.0", "project": "kestrel", "file": "kestrel-generated.md", "name": "v3.3.0"},
        {
            "hook": ["Kestrel", "v3.3.0 · 2026-03-14"],
            "new": [
                "What is new",
                "v3.3.0",
                "Add queue.pause() and queue.resume()",
                "List waiting jobs with kestrel ls",
                "Retry with a growing delay",
            ],
            "fixed": [
                "Fixed",
                "Keep the order of jobs added in the same millisecond",
                "Close the file on SIGTERM",
            ],
            "about": ["Background jobs for Node.js in one file"],
            "install": ["Install", "npm install kestrel-jobs"],
            "end": ["Kestrel", "v3.3.0 · 2026-03-14", "npm install kestrel-jobs"],
        },
        ["esbuild", "Update README", "contribution", "Full Changelog"],
    ),
    "keep a changelog": (
        {"tag": "v1.5.0", "project": "tidepool", "changelog": "tidepool-CHANGELOG.md"},
        {
            "hook": ["tidepool", "v1.5.0 · 2026-03-14"],
            "new": [
                "What is new",
                "v1.5.0",
                "Watch mode",
                "Ignore files: folders listed in .tideignore are never read",
                "Completions for fish and zsh",
            ],
            "about": ["See what grew on your disk"],
            "install": ["Installation", "cargo install tidepool"],
            "end": ["tidepool", "v1.5.0 · 2026-03-14", "cargo install tidepool"],
        },
        ["thirty days", "SSH", "first snapshot is empty"],
    ),
    "restructured": (
        {"tag": "v2.1.0", "project": "saltmarsh", "changelog": "saltmarsh-HISTORY.rst", "path": "HISTORY.rst"},
        {
            "new": [
                "What is new",
                "v2.1.0",
                "tide.freeze() stops the clock inside a with block",
                "Threads started by a test follow the tide too",
            ],
            "fixed": ["Timers cancelled twice no longer raise KeyError"],
        },
        ["first release"],
    ),
    "prose": (
        {"tag": "0.10.0", "project": "quarry", "file": "quarry-prose.md", "name": "Quarry 0.10.0: the first minute"},
        {
            "hook": ["Quarry", "The first minute", "0.10.0 · 2026-03-14"],
            "promise": ["Reads Parquet twice as fast as before, and it no longer needs a schema"],
            "changed": ["What changed", "Answers while it indexes", "Nested columns"],
        },
        [],
    ),
    "emoji": (
        {"tag": "v2.1.0", "project": "saltmarsh", "file": "saltmarsh-emoji.md", "name": "saltmarsh 2.1 🌊"},
        {
            "hook": ["saltmarsh", "v2.1.0 · 2026-03-14"],
            "new": [
                "What is new",
                "v2.1.0",
                "tide.freeze() stops the clock inside a with block",
                "Threads started by a test follow the tide too",
                "Starting the plugin takes 4 ms instead of 60 ms",
            ],
        },
        ["databases", "Thanks", "helper"],
    ),
    "breaking": (
        {
            "tag": "v3.0.0",
            "project": "larkboard",
            "file": "larkboard-breaking.md",
            "name": "v3.0.0 – Swimlanes and a calendar",
        },
        {
            "hook": ["Larkboard", "Swimlanes and a calendar", "v3.0.0 · 2026-03-14"],
            "new": [
                "What is new",
                "v3.0.0",
                "Swimlanes: group cards by person, label or any field",
                "Calendar: cards with a date show up in a month view",
                "Quick add",
            ],
            "breaking": [
                "Breaking changes",
                "Node.js 18 is no longer supported",
                "The setting theme: night is gone; write theme: dusk",
            ],
        },
        ["docker pull"],
    ),
    "one fix": (
        {"tag": "1.0.1", "project": "pebble", "file": "pebble-fix.md"},
        {
            "hook": ["pebble", "1.0.1 · 2026-03-14"],
            "fixed": ["Fixes a crash when the input is empty"],
            "about": ["Key-value store small enough to read over lunch"],
            "end": ["pebble", "1.0.1 · 2026-03-14"],
        },
        [],
    ),
    "hostile": (
        {"tag": "v9", "project": "tidepool", "file": "hostile.md", "name": "<b>v9</b> buy https://evil.example"},
        {"about": ["See what grew on your disk", "One command, one short list, no digging"]},
        ["evil.example", "ghp_", "AKIA", "redacted", "javascript", "169.254", "curl", "rm -rf", "alert", "onmouseover"],
    ),
}


def film(work: FakeWork, name: str, length_s: float = 30.0) -> tuple[Brief, Storyboard]:
    made = dict(FILMS[name][0])
    notes = (RELEASES / made.pop("file")).read_text("utf-8") if "file" in made else ""
    if "changelog" in made:
        made["changelog"] = (RELEASES / made["changelog"]).read_text("utf-8")
    request = brief(work, made.pop("tag"), notes, length_s=length_s, **made)
    return request, write_storyboard(request)


@pytest.mark.parametrize("name", FILMS)
def test_the_film_of_each_kind_of_notes(name: str, work: FakeWork):
    _, scenes, unsaid = FILMS[name]
    request, storyboard = film(work, name)
    check(storyboard, request)
    said = told(storyboard)
    assert {role: said.get(role) for role in scenes} == scenes
    everything = " ".join(text for texts in said.values() for text in texts)
    assert [words for words in unsaid if words in everything] == []
    assert write_storyboard(request) == storyboard


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("length_s", [10.0, 15.0, 45.0, 60.0])
def test_every_length(name: str, length_s: float, work: FakeWork):
    request, storyboard = film(work, name, length_s)
    check(storyboard, request)
    assert arrange(storyboard, 30).frames / 30 <= max(length_s, 32) + 0.6
    if name == "breaking":
        assert "breaking" in told(storyboard)


def test_one_fix_is_a_short_film(work: FakeWork):
    _, storyboard = film(work, "one fix")
    assert len(storyboard.scenes) == 4
    assert arrange(storyboard, 30).frames / 30 < 22


@pytest.mark.parametrize("name", [name for name in FILMS if name != "hostile"])
def test_what_is_told_is_told_of_this_release_alone(name: str, work: FakeWork):
    """A change of the README's own is no news, and no other section of the CHANGELOG is cited."""
    request, storyboard = film(work, name)
    for scene in storyboard.scenes:
        if scene.id in ("promise", "new", "changed", "example", "security", "fixed", "breaking"):
            sources = {
                text.source.rpartition(":")[0] for _, text in strings(scene) if text.source not in ("copy", "fact:tag")
            }
            assert sources <= {text.name for text in request.texts[1:]}


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("Blue ink everywhere", "Blue ink everywhere"),
        ("v1.5.0: Blue ink everywhere", "Blue ink everywhere"),
        ("tidepool v1.5.0 — Blue ink everywhere", "Blue ink everywhere"),
        ("Release 1.5.0 (Blue ink everywhere)", "Blue ink everywhere"),
        ("Blue ink everywhere (v1.5.0)", "Blue ink everywhere"),
        ("v1.5.0 Jasper", "Jasper"),
        ("🎉 v1.5.0", None),
        ("v1.5.0", None),
        ("tidepool 1.5.0", None),
        ("Release v1.5.0", None),
        ("v1.5.0 - patch release", None),
        ("1.5.0 hotfix", None),
        ("Blazing fast and revolutionary", None),
        ("See https://evil.example", None),
        ("v1.5.0 by @octo-bot", None),
        ("A headline that goes on and on and on until nobody who sees it on a screen can read it", None),
        ("", None),
    ],
)
def test_the_release_s_own_headline(name: str, headline: str | None, work: FakeWork):
    request = brief(work, "v1.5.0", "## Added\n\n- Blue ink\n", name=name)
    hook = write_storyboard(request).scenes[0]
    assert isinstance(hook, TitleScene)
    assert (hook.headline.text, hook.headline.source) == (
        (headline, "fact:release_name") if headline else ("tidepool", "README.md:1")
    )


@pytest.mark.parametrize(
    ("item", "kind", "text"),
    [
        ("Add a graph by @octo-bot in https://github.com/a/b/pull/1", "added", "Add a graph"),
        ("Add a graph by @octo-bot in #1", "added", "Add a graph"),
        ("feat(ui)!: drop the old graph (#1)", "breaking", "Drop the old graph"),
        ("**BREAKING**: the old graph is gone", "breaking", "The old graph is gone"),
        ("perf: draw the graph once ([#1](https://github.com/a/b/pull/1))", "changed", "Draw the graph once"),
        ("fix: draw the graph once, closes #1, closes #2", "fixed", "Draw the graph once"),
        ("a1b2c3d: Adds a graph", "added", "Adds a graph"),
        (
            "[#12](https://x.example) [`a1b2c3d`](https://x.example) Thanks @octo-bot! - Adds a graph",
            "added",
            "Adds a graph",
        ),
        ("#12: fixes the graph", "fixed", "Fixes the graph"),
        ("Fixes the graph (@octo-bot, #12)", "fixed", "Fixes the graph"),
        ("Fixes the graph. Fixes #12.", "fixed", "Fixes the graph"),
        ("Fixes the graph (thanks to @octo-bot)", "fixed", "Fixes the graph"),
        ("Fixes the graph, thanks @octo-bot", "fixed", "Fixes the graph"),
        (":sparkles: New graph for folders", "added", "New graph for folders"),
        ("✨ New graph for folders", "added", "New graph for folders"),
        ("Bump left-pad from 1.0.0 to 1.0.1", "minor", "Bump left-pad from 1.0.0 to 1.0.1"),
        ("Graphs are drawn in 12 ms", "changed", "Graphs are drawn in 12 ms"),
        ("Supports 1234567 files", "added", "Supports 1234567 files"),
        ("Issue #12", None, None),
        ("@octo-bot made their first contribution in #12", None, None),
        ("https://x.example/y", None, None),
    ],
)
def test_items_are_cut_cleanly(item: str, kind: str | None, text: str | None, work: FakeWork):
    request = brief(work, "v1", f"## What's Changed\n\n* {item}\n")
    document = request.news.documents[0]
    found = changes(Material.of(request.model_copy(update={"document": document})))
    assert [(change.kind, change.text) for change in found] == ([(kind, text)] if kind else [])


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Added", "added"),
        ("🚀 Features", "added"),
        ("New in this release", "added"),
        ("Bug Fixes", "fixed"),
        ("🐛 Fixed", "fixed"),
        ("Changed", "changed"),
        ("Performance improvements", "changed"),
        ("Deprecated", "changed"),
        ("Removed", "changed"),
        ("Security", "security"),
        ("⚠ BREAKING CHANGES", "breaking"),
        ("💥", "breaking"),
        ("Backwards-incompatible changes", "breaking"),
        ("Documentation", "minor"),
        ("Dependencies", "minor"),
        ("🧹 Internal", "minor"),
        ("New Contributors", None),
        ("Thanks", None),
        ("Unreleased", None),
        ("新增", "added"),
        ("修复", "fixed"),
        ("Behoben", "fixed"),
        ("Nouveautés", "added"),
    ],
)
def test_headings_sort_changes(heading: str, kind: str | None):
    assert kind_of_heading(heading) == (True, kind)


@pytest.mark.parametrize("heading", ["What's Changed", "Other Changes", "A better map", "1.2.0 - 2026-01-02"])
def test_headings_that_sort_nothing(heading: str):
    assert not kind_of_heading(heading)[0]


def test_minor_changes_are_told_when_there_are_no_others(work: FakeWork):
    request = brief(work, "v1", "## Dependencies\n\n- Bump left-pad from 1.0.0 to 1.0.1\n")
    storyboard = write_storyboard(request)
    check(storyboard, request)
    assert "Bump left-pad from 1.0.0 to 1.0.1" in told(storyboard)["changed"]


def test_breaking_changes_of_both_texts_are_told(work: FakeWork):
    notes = "## Breaking\n\n- The flag `--old` is gone\n\n## Added\n\n- A flag `--new`\n"
    changelog = "## 1.5.0\n\n### Breaking\n\n- Needs Rust 1.80\n- The flag `--old` is gone\n"
    request = brief(work, "v1.5.0", notes, changelog=changelog)
    storyboard = write_storyboard(request)
    check(storyboard, request)
    scene = next(scene for scene in storyboard.scenes if scene.id == "breaking")
    assert isinstance(scene, ProblemScene)
    assert sorted(point.text for point in scene.points) == ["Needs Rust 1.80", "The flag --old is gone"]


def test_breaking_changes_that_cannot_be_cut_are_not_hidden(work: FakeWork):
    long = "the configuration which every one of the previous versions has been reading " * 4
    request = brief(work, "v1.5.0", f"## Breaking changes\n\n- {long}\n\n## Added\n\n- A graph of folders\n")
    storyboard = write_storyboard(request)
    check(storyboard, request)
    assert told(storyboard)["breaking"][0] == "Breaking changes"


GERMAN = """# Möwe

Möwe sortiert die Fotos auf der Platte nach dem Ort und der Zeit, und sie ist nicht auf das Netz angewiesen.

## Warum

Die Fotos der letzten Jahre liegen in vielen Ordnern, und niemand findet sie wieder.
"""


def test_notes_in_the_readme_s_language(work: FakeWork):
    notes = "## Neu\n\n- Karten zeigen den Ort der Fotos\n\n## Behoben\n\n- Videos ohne Ton werden gelesen\n"
    request = brief(work, "v1.5.0", notes, readme=GERMAN)
    storyboard = write_storyboard(request)
    check(storyboard, request)
    assert told(storyboard)["new"] == ["Neu", "Karten zeigen den Ort der Fotos"]
    assert told(storyboard)["fixed"] == ["Behoben", "Videos ohne Ton werden gelesen"]


def test_a_tag_alone_is_shown_as_tagged(work: FakeWork):
    request = brief(work, "release/2026.03", "Adds a graph of folders.\n")
    facts = request.facts.model_copy(update={"released": None, "released_on": None})
    hook = write_storyboard(request.model_copy(update={"facts": facts})).scenes[0]
    assert isinstance(hook, TitleScene)
    assert (hook.subline.text, hook.subline.source) == ("release/2026.03", "fact:tag")


@pytest.mark.parametrize("item", ["(#1", "#1 ", "0123456789abcdef", "fix: ", "a-", "@a ", "[#1] ", "((@x)", "thanks "])
def test_hostile_items_take_no_time(item: str, work: FakeWork):
    request = brief(work, "v1", "".join(f"- {(item * 600)[:590]}{number}\n" for number in range(300)))
    began = time.monotonic()
    write_storyboard(request)
    assert time.monotonic() - began < 15  # some tenths of a second on an idle machine


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="#*-[]() \n`~<>!:.abcAddFixes0123456789@é🎉", max_size=300))
def test_any_notes_are_a_film(work: FakeWork, notes: str):
    request = brief(work, "v1", f"{notes}\n\n- A graph of folders\n")
    storyboard = write_storyboard(request)
    assert storyboard.scenes[0].id == "hook"
    assert not [claim for claim in claims_of(storyboard, request) if claim.problem]
