"""GitHub as a source, against a real local server that plays its API: facts, faults, limits and suspicion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from played_github import COMMIT, README, TOKEN, PlayedGitHub, Reply, about, content, playing, reply
from readme2video.errors import CredentialsError, PausedError, Readme2VideoError, SourceError
from readme2video.settings import GitHub
from readme2video.sources import GitHubSource, Pinned, parse_source, pin
from works import FakeWork


@pytest.fixture
def played() -> Iterator[PlayedGitHub]:
    with playing() as github:
        yield github


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path)


Pin = Callable[..., Any]


@pytest.fixture
def pinning(played: PlayedGitHub, work: FakeWork) -> Iterator[Pin]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def pinned(source: str | GitHubSource = "acme/quill", token: str | None = None) -> Pinned:
        parsed = parse_source(source) if isinstance(source, str) else source
        settings = GitHub(api_url=played.url, token=SecretStr(token) if token else None)
        async with httpx.AsyncClient(trust_env=False) as http:
            return await pin(parsed, http=http, keep=work.keep_bytes, settings=settings, sleep=sleep)

    pinned.slept = slept  # type: ignore[attr-defined] # what a test may ask afterwards
    return pinned


async def test_a_repository_is_pinned(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    release = {"tag_name": "v1.2.3", "name": "Blue ink", "published_at": "2026-11-20T08:00:00Z"}
    played.on("/repos/acme/quill/releases/latest", reply(release))
    result = await pinning(token=TOKEN)
    source = result.pinned
    assert work.path(source.readme).read_bytes() == README
    assert (source.readme_path, source.commit, source.truncated) == ("README.md", COMMIT, False)
    facts = source.facts
    assert (facts.owner, facts.name, facts.description) == ("acme", "quill", "A pen for pages")
    assert (facts.topics, facts.language, facts.licence, facts.stars) == (("pens", "ink"), "Python", "MIT", 1234)
    assert (facts.url, facts.default_branch, facts.homepage) == ("https://github.com/acme/quill", "main", None)
    assert facts.release is not None
    assert (facts.release.tag, facts.release.name, facts.release.published_on) == ("v1.2.3", "Blue ink", "2026-11-20")
    assert (facts.version, facts.tag, facts.private) == ("1.2.3", None, False)
    known = {name for name, value in facts if value not in (None, (), "", False) and name != "origins"}
    assert set(facts.origins) == known
    assert result.slug == "acme-quill"
    for _, headers in played.asked:
        assert headers["authorization"] == f"Bearer {TOKEN}"
        assert headers["user-agent"].startswith("readme2video/")
        assert headers["x-github-api-version"] == "2022-11-28"
    assert TOKEN not in source.model_dump_json()


async def test_no_token_no_header(played: PlayedGitHub, pinning: Pin):
    await pinning()
    assert all("authorization" not in headers for _, headers in played.asked)


async def test_a_tag_is_pinned_with_its_release(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill/commits/tags%2Fpen%40v2.0", reply(COMMIT.encode()))
    played.on("/repos/acme/quill/releases/tags/pen%40v2.0", reply({"tag_name": "pen@v2.0", "published_at": None}))
    pinned = (await pinning("acme/quill@pen@v2.0")).pinned
    assert (pinned.facts.tag, pinned.facts.version) == ("pen@v2.0", "2.0")
    assert pinned.release is None  # nothing is written about it: a film about the project at that tag


async def test_a_branch_is_no_release(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill/commits/feat%2Fx", reply(COMMIT.encode()))
    pinned = (await pinning("acme/quill@feat/x")).pinned
    assert (pinned.commit, pinned.release, pinned.facts.tag) == (COMMIT, None, None)


async def test_the_version_comes_from_the_manifest_without_a_release(played: PlayedGitHub, pinning: Pin):
    manifest = b'[project]\nname = "quill"\nversion = "0.4"\n'
    played.on(f"/repos/acme/quill/contents/pyproject.toml?ref={COMMIT}", reply(manifest))
    facts = (await pinning()).pinned.facts
    assert (facts.version, facts.origins["version"]) == ("0.4", "pyproject.toml")


async def test_the_longest_branch_name_wins(played: PlayedGitHub, pinning: Pin):
    refs = [{"ref": f"refs/heads/{name}"} for name in ("feat", "feat/x", "feat/xy")]
    played.on("/repos/acme/quill/git/matching-refs/heads/feat?per_page=100", reply(refs))
    played.on("/repos/acme/quill/commits/feat%2Fx", reply(COMMIT.encode()))
    played.on(f"/repos/acme/quill/readme/docs?ref={COMMIT}", reply(content(README, "docs/README.md")))
    result = await pinning("https://github.com/acme/quill/tree/feat/x/docs")
    assert result.pinned.readme_path == "docs/README.md"


async def test_a_file_of_a_branch(played: PlayedGitHub, pinning: Pin):
    played.on(f"/repos/acme/quill/contents/pkg/a/README.md?ref={COMMIT}", reply(content(README, "pkg/a/README.md")))
    result = await pinning("https://github.com/acme/quill/blob/main/pkg/a/README.md")
    assert result.pinned.readme_path == "pkg/a/README.md"


async def test_odd_branch_names_are_quoted(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill", reply(about(default_branch="トランク#1")))
    played.on("/repos/acme/quill/commits/%E3%83%88%E3%83%A9%E3%83%B3%E3%82%AF%231", reply(COMMIT.encode()))
    assert (await pinning()).pinned.commit == COMMIT


async def test_a_renamed_repository_is_followed_once(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/old/name", reply({}, 301, Location=f"{played.url}/repositories/7"))
    played.on("/repositories/7", reply(about()))
    result = await pinning("old/name", TOKEN)
    assert (result.pinned.facts.owner, result.pinned.facts.name, result.slug) == ("acme", "quill", "acme-quill")


@pytest.mark.parametrize("location", ["https://evil.example/repos/x/y", "//evil.example/x", "http://127.0.0.1:1/x", ""])
async def test_redirects_stay_on_the_host(location: str, played: PlayedGitHub, pinning: Pin):
    played.on("/repos/old/name", reply({}, 301, Location=location))
    with pytest.raises(SourceError, match="redirects"):
        await pinning("old/name", TOKEN)
    assert set(played.paths()) == {"/repos/old/name"}


async def test_large_and_broken_content_is_fetched_raw(played: PlayedGitHub, pinning: Pin, work: FakeWork):
    readme = f"/repos/acme/quill/readme?ref={COMMIT}"
    raw = f"raw /repos/acme/quill/contents/README.md?ref={COMMIT}"
    for odd in ({"encoding": "none", "content": ""}, {"content": "!!!"}, {"size": 0}, {"content": 7}):
        played.on(readme, reply({**content(README), **odd}))
        played.on(raw, reply(README))
        result = (await pinning()).pinned
        assert work.path(result.readme).read_bytes() == README
    played.on(readme, reply({**content(README), "encoding": "none"}))
    played.on(raw, reply(b"x" * 600_000))
    result = (await pinning()).pinned
    assert (result.readme.size_bytes, result.truncated) == (512 * 1024, True)
    played.on(raw, reply({}, 404))
    with pytest.raises(SourceError, match="downloaded"):
        await pinning()


async def test_a_readme_over_the_limit_in_json(played: PlayedGitHub, pinning: Pin):
    played.on(f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(b"x" * 600_000)))
    result = (await pinning()).pinned
    assert (result.readme.size_bytes, result.truncated) == (512 * 1024, True)


@pytest.mark.parametrize(
    ("path", "answer", "kind", "says"),
    [
        ("/repos/acme/quill", reply({}, 404), SourceError, "not found or is private"),
        ("/repos/acme/quill", reply({}, 403), SourceError, "not found or is private"),
        ("/repos/acme/quill", reply({}, 451), SourceError, "blocked"),
        ("/repos/acme/quill", reply({}, 401), CredentialsError, "GITHUB_TOKEN"),
        ("/repos/acme/quill", reply({}, 418), SourceError, "418"),
        ("/repos/acme/quill", reply(b"<html>proxy</html>"), PausedError, "JSON"),
        ("/repos/acme/quill", reply([1]), PausedError, "something else"),
        ("/repos/acme/quill", reply(b"[" * 200_000), PausedError, "JSON"),
        ("/repos/acme/quill", reply(b'"' + b"x" * 1_100_000 + b'"'), SourceError, "longer"),
        ("/repos/acme/quill/commits/main", reply({}, 409), SourceError, "empty"),
        ("/repos/acme/quill/commits/main", reply({}, 404), SourceError, "no branch"),
        ("/repos/acme/quill/commits/main", reply({}, 422), SourceError, "no branch"),
        ("/repos/acme/quill/commits/main", reply(b"<html>"), SourceError, "no branch"),
        (f"/repos/acme/quill/readme?ref={COMMIT}", reply({}, 404), SourceError, "no README"),
        (f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(README, type="symlink")), SourceError, "symlink"),
        (f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(README, type="submodule")), SourceError, "submodule"),
        (f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(README, "../x.md")), SourceError, "not a file"),
        (f"/repos/acme/quill/readme?ref={COMMIT}", reply([{"path": "x"}]), PausedError, "something else"),
    ],
)
async def test_refusals(
    path: str, answer: Reply, kind: type[Readme2VideoError], says: str, played: PlayedGitHub, pinning: Pin
):
    played.on(path, answer)
    with pytest.raises(kind, match=says) as caught:
        await pinning(token=TOKEN)
    assert TOKEN not in f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert pinning.slept == []


async def test_a_subfolder_without_readme_names_one_above(played: PlayedGitHub, pinning: Pin):
    with pytest.raises(SourceError, match="no README in acme/quill/pkg/a") as caught:
        await pinning(GitHubSource("acme", "quill", subpath="pkg/a"))
    assert caught.value.hint == "There is one at the top: use acme/quill."
    played.on(f"/repos/acme/quill/readme/pkg?ref={COMMIT}", reply(content(README, "pkg/README.md")))
    with pytest.raises(SourceError) as caught:
        await pinning(GitHubSource("acme", "quill", subpath="pkg/a"))
    assert caught.value.hint == "There is one in 'pkg'."


async def test_failures_are_tried_again(played: PlayedGitHub, pinning: Pin):
    ok = reply(about())
    played.on("/repos/acme/quill", reply({}, 502), (0, {}, b""), reply({}, 503, Retry_After="7"), ok)
    assert (await pinning()).pinned.commit == COMMIT
    assert len(pinning.slept) == 3
    assert pinning.slept[0] < pinning.slept[1] < 3
    assert pinning.slept[2] == 7


async def test_an_outage_pauses(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill", reply({}, 500, Retry_After="99999"))
    with pytest.raises(PausedError, match="500"):
        await pinning()
    assert len(played.asked) == 4
    assert pinning.slept == [20.0] * 3


async def test_nobody_there_pauses(work: FakeWork):
    async def sleep(_: float) -> None:
        pass

    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(PausedError, match="reached"):
            await pin(
                GitHubSource("acme", "quill"),
                http=http,
                keep=work.keep_bytes,
                settings=GitHub(api_url="http://127.0.0.1:9"),
                sleep=sleep,
            )


def limited(seconds: float) -> Reply:
    return reply({}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(time.time() + seconds)))


async def test_a_short_limit_is_waited_for(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill", limited(30), reply(about()))
    assert (await pinning()).pinned.commit == COMMIT
    assert len(pinning.slept) == 1
    assert 25 < pinning.slept[0] < 40


@pytest.mark.parametrize("answer", [limited(3000), reply({}, 429, Retry_After="600")])
async def test_a_long_limit_pauses(answer: Reply, played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill", answer)
    with pytest.raises(PausedError, match=r"until .* UTC") as caught:
        await pinning()
    assert "GITHUB_TOKEN" in caught.value.hint
    assert pinning.slept == []
    with pytest.raises(PausedError) as caught:
        await pinning(token=TOKEN)
    assert "GITHUB_TOKEN" not in caught.value.hint


async def test_a_limit_that_stays_pauses(played: PlayedGitHub, pinning: Pin):
    played.on("/repos/acme/quill", reply({}, 429, Retry_After="1"))
    with pytest.raises(PausedError):
        await pinning()
    assert pinning.slept == [1.0]


async def test_files_are_read_at_the_commit(played: PlayedGitHub, work: FakeWork):
    played.on(f"raw /repos/acme/quill/contents/docs/a%20b.png?ref={COMMIT}", reply(b"12345"))
    async with httpx.AsyncClient(trust_env=False) as http:
        settings = GitHub(api_url=played.url)
        result = await pin(GitHubSource("acme", "quill"), http=http, keep=work.keep_bytes, settings=settings)
        assert await result.files.read("docs/a b.png", 5) == b"12345"
        assert await result.files.read("docs/a b.png", 4) is None
        assert await result.files.read("gone.png", 5) is None
        asked = len(played.asked)
        assert await result.files.read("../../other/secrets", 5) is None
        assert await result.files.read("/etc/passwd", 5) is None
        assert len(played.asked) == asked


async def test_strange_facts_are_left_out(played: PlayedGitHub, pinning: Pin):
    strange = {
        "description": 7,
        "topics": "x",
        "license": "MIT",
        "stargazers_count": True,
        "language": None,
        "private": True,
    }
    played.on("/repos/acme/quill", reply(about(**strange)))
    facts = (await pinning()).pinned.facts
    assert (facts.description, facts.topics, facts.licence, facts.stars, facts.language) == (None, (), None, None, None)
    assert facts.private
