"""A release as a source: from GitHub's API, from a checkout, from a workflow's event; what is told and refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from played_github import COMMIT, PlayedGitHub, Reply, content, playing, reply
from readme2video.cli.event import with_release_event
from readme2video.errors import PausedError, SourceError, UsageError
from readme2video.model.brief import ReleaseNews
from readme2video.readme import read_news
from readme2video.settings import GitHub
from readme2video.sources import Announced, GitHubSource, LocalSource, Pinned, parse_source, pin
from works import FakeWork

FIXTURES = Path(__file__).parents[1] / "fixtures" / "releases"
CHANGELOG = (FIXTURES / "tidepool-CHANGELOG.md").read_bytes()
NOTES = "## Added\n\n- Blue ink\n"
REPOSITORY = "/repos/acme/quill"


def release(tag: str, day: str = "2026-03-14", **more: Any) -> dict[str, Any]:
    return {
        "tag_name": tag,
        "name": "",
        "body": NOTES,
        "published_at": f"{day}T08:00:00Z",
        "draft": False,
        "prerelease": False,
        **more,
    }


def entry(name: str, kind: str = "file") -> dict[str, str]:
    return {"name": name, "type": kind}


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path / "work")


@pytest.fixture
def played() -> Iterator[PlayedGitHub]:
    with playing() as github:
        github.on(f"{REPOSITORY}/commits/tags%2Fv1.5.0", reply(COMMIT.encode()))
        github.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply(release("v1.5.0", name="Blue ink everywhere")))
        rows = [release("v2.0.0-rc.1", prerelease=True), release("v1.6.0", draft=True), release("v1.5.0")]
        rows += [release("v1.5.0-rc.1", prerelease=True), release("v1.4.1"), release("v1.4.0")]
        github.on(f"{REPOSITORY}/releases?per_page=50&page=1", reply(rows))
        github.on(f"{REPOSITORY}/tags?per_page=100", reply([{"name": row["tag_name"]} for row in rows]))
        yield github


Pin = Callable[..., Any]


@pytest.fixture
def pinning(played: PlayedGitHub, work: FakeWork) -> Pin:
    async def sleep(_: float) -> None:
        pass

    async def pinned(source: str = "acme/quill", tag: str | None = None) -> Pinned:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await pin(
                parse_source(source),
                http=http,
                keep=work.keep_bytes,
                settings=GitHub(api_url=played.url),
                release=tag,
                sleep=sleep,
            )

    return pinned


def news_of(pinned: Pinned, work: FakeWork) -> ReleaseNews:
    assert pinned.pinned.release is not None
    return read_news(pinned.pinned.release, work.path)


# --- GitHub -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("acme/quill", "v1.5.0"),
        ("acme/quill@v1.5.0", None),
        ("acme/quill@v1.5.0", "v1.5.0"),
        ("https://github.com/acme/quill/releases/tag/v1.5.0", None),
    ],
)
async def test_a_release_is_found_by_flag_by_tag_and_by_page(
    source: str, tag: str | None, pinning: Pin, work: FakeWork
):
    result = await pinning(source, tag)
    news, facts = news_of(result, work), result.pinned.facts
    assert (news.tag, news.published_on, news.previous_tag) == ("v1.5.0", "2026-03-14", "v1.4.1")
    assert news.notes is not None
    assert (news.notes.name, news.notes.first, news.notes.lines) == ("release", 1, ("## Added", "", "- Blue ink"))
    assert news.changelog is None
    assert (facts.tag, facts.version, facts.released_on) == ("v1.5.0", "1.5.0", "2026-03-14")
    assert (facts.release_name, facts.released) == ("Blue ink everywhere", "v1.5.0 · 2026-03-14")
    assert result.pinned.commit == COMMIT
    assert {"tag", "release_name", "released", "released_on"} <= set(facts.origins)


async def test_the_changelog_at_the_commit_tells_too(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    played.on(f"{REPOSITORY}/contents?ref={COMMIT}", reply([entry("CHANGELOG.md"), entry("docs", "dir")]))
    played.on(f"raw {REPOSITORY}/contents/CHANGELOG.md?ref={COMMIT}", reply(CHANGELOG))
    news = news_of(await pinning(tag="v1.5.0"), work)
    assert news.changelog is not None
    assert (news.changelog.name, news.changelog.first, len(news.changelog.lines)) == ("CHANGELOG.md", 12, 15)
    assert news.changelog.lines[4].startswith("- **Watch mode**")
    assert not any("github.com" in line for line in news.changelog.lines)
    assert [document.path for document in news.documents] == ["CHANGELOG.md", "release"]  # the one that tells more
    items = [item for section in news.documents[0].sections for block in section.blocks for item in block.items]
    assert items[0].lines.first == 16


async def test_a_changelog_in_docs_or_beside_the_readme(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    played.on(f"{REPOSITORY}/contents?ref={COMMIT}", reply([entry("README.md"), entry("CHANGES.md", "dir")]))
    played.on(f"{REPOSITORY}/contents/docs?ref={COMMIT}", reply([entry("HISTORY.rst")]))
    history = (FIXTURES / "saltmarsh-HISTORY.rst").read_bytes().replace(b"2.1.0", b"1.5.0")
    played.on(f"raw {REPOSITORY}/contents/docs/HISTORY.rst?ref={COMMIT}", reply(history))
    news = news_of(await pinning(tag="v1.5.0"), work)
    assert news.changelog is not None
    assert (news.changelog.name, news.changelog.first) == ("docs/HISTORY.rst", 5)
    assert "tide.freeze()" in str(news.documents[0].sections)


async def test_a_tag_without_a_release_lives_from_its_changelog(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply({}, 404))
    played.on(f"{REPOSITORY}/releases?per_page=50&page=1", reply([]))
    played.on(f"{REPOSITORY}/contents?ref={COMMIT}", reply([entry("CHANGELOG.md")]))
    played.on(f"raw {REPOSITORY}/contents/CHANGELOG.md?ref={COMMIT}", reply(CHANGELOG))
    result = await pinning(tag="v1.5.0")
    news = news_of(result, work)
    assert (news.published_on, news.notes) == ("2026-03-14", None)
    assert news.previous_tag == "v1.4.1"  # from the tags alone; prereleases say so themselves
    assert result.pinned.facts.origins["released"] == "CHANGELOG.md"


@pytest.mark.parametrize("body", [None, "", " \n", 7, "**Full Changelog**: https://github.com/acme/quill/compare/a...b",
                                  "<!-- generated -->\n\n## What's Changed\n"])  # fmt: skip
async def test_nothing_written_is_an_error(body: Any, played: PlayedGitHub, pinning: Pin):
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply(release("v1.5.0", body=body)))
    with pytest.raises(SourceError, match=r"Nothing is written about v1\.5\.0") as caught:
        await pinning(tag="v1.5.0")
    assert "--release" in caught.value.hint
    # Named as a mere reference it is a film about the project at that tag.
    result = await pinning("acme/quill@v1.5.0")
    assert (result.pinned.release, result.pinned.facts.tag) == (None, "v1.5.0")


@pytest.mark.parametrize("source", ["acme/quill", "https://github.com/acme/quill/releases/tag/v1.50"])
async def test_a_tag_that_is_not_there_names_those_that_are(source: str, pinning: Pin):
    with pytest.raises(SourceError, match=r"acme/quill has no tag 'v1\.50'") as caught:
        await pinning(source, "v1.50")
    assert "v1.5.0" in caught.value.hint


async def test_no_tags_at_all(played: PlayedGitHub, pinning: Pin):
    played.on(f"{REPOSITORY}/tags?per_page=100", reply([]))
    with pytest.raises(SourceError) as caught:
        await pinning(tag="v9")
    assert caught.value.hint == "There are no tags yet."


async def test_drafts_are_refused(pinning: Pin):
    with pytest.raises(SourceError, match=r"v1\.6\.0 is a draft") as caught:
        await pinning(tag="v1.6.0")
    assert "Publish" in caught.value.hint


async def test_two_releases_at_once(pinning: Pin):
    with pytest.raises(UsageError, match=r"v1\.4\.0 and --release names v1\.5\.0"):
        await pinning("acme/quill@v1.4.0", "v1.5.0")


async def test_a_prerelease_is_compared_with_what_precedes_it(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    played.on(f"{REPOSITORY}/commits/tags%2Fv2.0.0-rc.1", reply(COMMIT.encode()))
    played.on(f"{REPOSITORY}/releases/tags/v2.0.0-rc.1", reply(release("v2.0.0-rc.1", prerelease=True)))
    assert news_of(await pinning(tag="v2.0.0-rc.1"), work).previous_tag == "v1.5.0"


async def test_the_release_before_may_stand_on_a_later_page(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    others = [release(f"other@{number}.0.0") for number in range(50)]
    played.on(f"{REPOSITORY}/releases?per_page=50&page=1", reply(others))
    played.on(f"{REPOSITORY}/releases?per_page=50&page=2", reply([release("v1.5.0"), release("v1.4.9")]))
    assert news_of(await pinning(tag="v1.5.0"), work).previous_tag == "v1.4.9"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (f"{REPOSITORY}/releases?per_page=50&page=1", reply({}, 404)),
        (f"{REPOSITORY}/releases?per_page=50&page=1", reply([1, {"tag_name": 7}, {"tag_name": "v1.4.1 \x00"}])),
        (f"{REPOSITORY}/releases?per_page=50&page=1", reply({"message": "no"})),
        (f"{REPOSITORY}/contents?ref={COMMIT}", reply({"type": "file"})),
        (f"{REPOSITORY}/contents?ref={COMMIT}", reply([1, {"name": 7, "type": "file"}, {"name": "CHANGELOG.md"}])),
    ],
)
async def test_strange_answers_are_no_news(
    path: str, answer: Reply, played: PlayedGitHub, pinning: Pin, work: FakeWork
):
    played.on(path, answer)
    assert news_of(await pinning(tag="v1.5.0"), work).notes is not None


async def test_outages_and_limits_pause(played: PlayedGitHub, pinning: Pin):
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply({}, 503))
    with pytest.raises(PausedError):
        await pinning(tag="v1.5.0")
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply({}, 429, Retry_After="600"))
    with pytest.raises(PausedError, match="limit"):
        await pinning(tag="v1.5.0")


async def test_huge_and_hostile_notes(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    hostile = (FIXTURES / "hostile.md").read_text("utf-8")
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply(release("v1.5.0", body=hostile)))
    news = news_of(await pinning(tag="v1.5.0"), work)
    said = "\n".join(news.notes.lines) + news.model_dump_json()
    assert "ghp_abcdefghij" not in said
    assert "AKIAQWERTY" not in said
    assert "\u202e" not in said
    assert len(news.notes.lines) == len(hostile.rstrip("\n").split("\n"))
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply(release("v1.5.0", body="- word " * 100_000)))
    assert len(news_of(await pinning(tag="v1.5.0"), work).model_dump_json()) < 1_500_000
    played.on(f"{REPOSITORY}/releases/tags/v1.5.0", reply(release("v1.5.0", body="\x01\x02\x03" * 1000)))
    with pytest.raises(SourceError, match="release notes are not text"):
        news_of(await pinning(tag="v1.5.0"), work)


async def test_a_package_in_a_folder_has_its_own_changelog(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    tag = "pen@1.5.0"
    refs = [{"ref": f"refs/tags/{tag}"}]
    played.on(f"{REPOSITORY}/git/matching-refs/tags/pen%401.5.0?per_page=100", reply(refs))
    played.on(f"{REPOSITORY}/commits/tags%2Fpen%401.5.0", reply(COMMIT.encode()))
    played.on(f"{REPOSITORY}/releases/tags/pen%401.5.0", reply(release(tag)))
    played.on(f"{REPOSITORY}/readme/pkg/pen?ref={COMMIT}", reply(content(b"# Pen\n\nA pen.\n", "pkg/pen/README.md")))
    played.on(f"{REPOSITORY}/contents/pkg/pen?ref={COMMIT}", reply([entry("CHANGELOG.md")]))
    played.on(f"raw {REPOSITORY}/contents/pkg/pen/CHANGELOG.md?ref={COMMIT}", reply(CHANGELOG))
    news = news_of(await pinning(f"https://github.com/acme/quill/tree/{tag}/pkg/pen"), work)
    assert news.changelog.name == "pkg/pen/CHANGELOG.md"


# --- a checkout ---------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(folder), *words],
        check=True,
        capture_output=True,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        text=True,
    )
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git makes the repository")
    folder = tmp_path / "quill"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "README.md").write_text("# Quill\n\nA pen.\n")
    (folder / "CHANGELOG.md").write_bytes(CHANGELOG)
    git(folder, "add", ".")
    for tag in ("v1.4.0", "v1.4.1", "v1.5.0-rc.1", "v1.5.0"):
        git(folder, "commit", "-q", "--allow-empty", "-m", tag)
        git(folder, "tag", *(["-a", "-m", tag] if tag == "v1.5.0" else []), tag)
    git(folder, "remote", "add", "origin", "https://me:secret@github.com/acme/quill.git")
    return folder


async def local(folder: Path, work: FakeWork, tag: str | None = None, announced: Announced | None = None) -> Pinned:
    source = LocalSource(folder, announced)
    return await pin(source, http=None, keep=work.keep_bytes, settings=GitHub(), release=tag)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_checkout_at_the_tag(packed: bool, checkout: Path, work: FakeWork):
    if packed:
        git(checkout, "pack-refs", "--all")
        git(checkout, "gc", "-q")
    result = await local(checkout, work, "v1.5.0")
    news = news_of(result, work)
    assert (news.tag, news.published_on, news.previous_tag) == ("v1.5.0", "2026-03-14", "v1.4.1")
    assert (news.notes, news.changelog.first) == (None, 12)
    assert (result.pinned.facts.tag, result.pinned.facts.released) == ("v1.5.0", "v1.5.0 · 2026-03-14")
    assert (await local(checkout, work)).pinned.release is None


async def test_a_checkout_elsewhere_names_the_way(checkout: Path, work: FakeWork):
    with pytest.raises(SourceError, match=r"not at v1\.4\.1") as caught:
        await local(checkout, work, "v1.4.1")
    assert "git switch --detach v1.4.1" in caught.value.hint
    git(checkout, "checkout", "-q", "--detach", "v1.4.1")
    assert news_of(await local(checkout, work, "v1.4.1"), work).previous_tag == "v1.4.0"
    git(checkout, "checkout", "-q", "--detach", "v1.4.0")
    assert news_of(await local(checkout, work, "v1.4.0"), work).previous_tag is None


async def test_a_tag_the_checkout_lacks(checkout: Path, work: FakeWork):
    with pytest.raises(SourceError, match=r"no tag '1\.5\.0'") as caught:
        await local(checkout, work, "1.5.0")
    assert "v1.5.0" in caught.value.hint
    git(checkout, "tag", "-d", "v1.4.0", "v1.4.1", "v1.5.0-rc.1", "v1.5.0")
    with pytest.raises(SourceError) as caught:
        await local(checkout, work, "v1.5.0")
    assert "git fetch --tags" in caught.value.hint


async def test_a_tag_whose_object_is_packed_is_not_guessed_at(checkout: Path, work: FakeWork):
    tag = git(checkout, "rev-parse", "v1.5.0")
    git(checkout, "gc", "-q")
    git(checkout, "pack-refs", "--all")
    lines = (checkout / ".git" / "packed-refs").read_text().splitlines(keepends=True)
    (checkout / ".git" / "packed-refs").write_text("".join(line for line in lines if "v1.5.0\n" not in line))
    (checkout / ".git" / "refs" / "tags" / "v1.5.0").write_text(tag)
    with pytest.raises(SourceError, match="cannot be told") as caught:
        await local(checkout, work, "v1.5.0")
    assert "git pack-refs --all" in caught.value.hint


async def test_a_folder_inside_a_checkout_is_held_to_its_tag(checkout: Path, work: FakeWork):
    package = checkout / "pkg"
    package.mkdir()
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(checkout / name, package / name)
    assert news_of(await local(package, work, "v1.5.0"), work).changelog.name == "CHANGELOG.md"
    with pytest.raises(SourceError, match="not at"):
        await local(package, work, "v1.4.1")


async def test_without_git_the_changelog_is_all_there_is(tmp_path: Path, work: FakeWork):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "README.md").write_text("# Quill\n\nA pen.\n")
    with pytest.raises(SourceError, match="Nothing is written"):
        await local(folder, work, "v1.5.0")
    (folder / "CHANGELOG.md").write_bytes(CHANGELOG)
    news = news_of(await local(folder, work, "v1.5.0"), work)
    assert (news.changelog.first, news.previous_tag) == (12, None)
    with pytest.raises(SourceError, match="Nothing is written"):
        await local(folder, work, "v1.6.0")  # what is not released yet is no news


# --- a workflow's event -------------------------------------------------------------------------------------------


@pytest.fixture
def event(tmp_path: Path) -> Callable[..., dict[str, str]]:
    def written(value: Any = None, **more: Any) -> dict[str, str]:
        file = tmp_path / "event.json"
        told = {"action": "published", "release": release("v1.5.0"), "repository": {"full_name": "Acme/Quill"}, **more}
        file.write_text(value if isinstance(value, str) else json.dumps(told))
        return {"GITHUB_EVENT_NAME": "release", "GITHUB_EVENT_PATH": str(file)}

    return written


SERVER = "https://github.com"


def test_a_release_event_names_the_release(event: Callable[..., dict[str, str]], checkout: Path):
    environ = event()
    quill = GitHubSource("acme", "quill")
    assert with_release_event(quill, None, environ, SERVER) == GitHubSource(
        "acme", "quill", ref="v1.5.0", released=True
    )
    found = with_release_event(LocalSource(checkout), None, environ, SERVER)
    assert isinstance(found, LocalSource)
    assert found.release is not None
    assert (found.release.tag, found.release.notes, found.release.published_on) == ("v1.5.0", NOTES, "2026-03-14")


@pytest.mark.parametrize(
    "source",
    [
        GitHubSource("acme", "other"),
        GitHubSource("acme", "quill", ref="v1.4.0"),
        GitHubSource("acme", "quill", ref_path="main/docs"),
    ],
)
def test_another_source_is_left_as_it_is(source: GitHubSource, event: Callable[..., dict[str, str]]):
    assert with_release_event(source, None, event(), SERVER) == source


def test_when_no_event_counts(event: Callable[..., dict[str, str]], tmp_path: Path):
    quill = GitHubSource("acme", "quill")
    for environ in (
        {},
        {**event(), "GITHUB_EVENT_NAME": "push"},
        {"GITHUB_EVENT_NAME": "release"},
        event(release=release("v1.5.0", draft=True)),
        event(action="deleted"),
        event(release=None),
        event(repository=None),
        event("[]"),
    ):
        assert with_release_event(quill, None, environ, SERVER) == quill
    assert with_release_event(quill, "v1.4.0", event(), SERVER) == quill
    assert with_release_event(LocalSource(tmp_path), None, event(), SERVER) == LocalSource(tmp_path)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, ""])
def test_a_broken_event_is_said(text: str, event: Callable[..., dict[str, str]]):
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH") as caught:
        with_release_event(GitHubSource("acme", "quill"), None, event(text), SERVER)
    assert "--release" in caught.value.hint


async def test_notes_of_an_event_reach_a_checkout(checkout: Path, work: FakeWork):
    announced = Announced("v1.5.0", "Blue", "2026-03-15T00:00:00Z", NOTES)
    news = news_of(await local(checkout, work, announced=announced), work)
    assert news.notes.lines[2] == "- Blue ink"
    assert (news.published_on, news.changelog.first) == ("2026-03-15", 12)
    git(checkout, "checkout", "-q", "--detach", "v1.4.1")
    with pytest.raises(SourceError, match="not at"):
        await local(checkout, work, announced=announced)
