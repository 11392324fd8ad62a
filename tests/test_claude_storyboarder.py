"""The storyboarder that asks Claude, against the stand-in and with the real SDK: what it keeps, mends, survives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from readme2video.errors import (
    ConsentError,
    CredentialsError,
    PausedError,
    Readme2VideoError,
    SceneRefusedError,
    SourceError,
    UsageError,
)
from readme2video.events import Event, Notice, StoryboardPaid
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript, Usage
from readme2video.model.scene import CallToActionScene, ProblemScene, TerminalScene, strings
from readme2video.model.source import RepositoryFacts
from readme2video.model.words import Headline
from readme2video.readme import cited_text, parse_readme
from readme2video.sandbox import Sandbox
from readme2video.settings import Claude, Settings
from readme2video.storyboarders import ClaudeStoryboarder, write_storyboard
from readme2video.storyboarders.claude.completing import complete
from readme2video.storyboarders.claude.messages import checked_base_url
from readme2video.storyboarders.claude.prices import added, priced
from readme2video.storyboarders.pacing import LONGEST_SCENE_S
from readme2video.timeline import needed_s
from works import FakeWork

CANARY = "canary-3c9e-never-shown"
README = """\
# Tidewatch

Know the tide before you leave the house.

## Features

- **Quiet**: speaks only when something happened
- **Small**: one file of 3 MB, no services
- **Exact**: compares contents, not dates

## Usage

```console
$ tidewatch harbour
high water 14:05
```

## Install

```sh
pip install tidewatch
```
"""


def brief(readme: str = README, **more: Any) -> Brief:
    return Brief(
        document=parse_readme(readme, "README.md"),
        texts=(cited_text(readme.encode(), "README.md"),),
        facts=RepositoryFacts(name="tidewatch", owner="shore"),
        **more,
    )


def scene(kind: str, name: str, headline: str, line: int, **slots: Any) -> dict[str, Any]:
    return {"kind": kind, "id": name, "motion": "push_in", "transition": "crossfade",
            "headline": said(headline, line), **slots}  # fmt: skip


def said(text: str, line: int | str) -> dict[str, str]:
    return {"text": text, "source": line if isinstance(line, str) else f"README.md:{line}"}


def reply(*scenes: dict[str, Any], hooks: tuple[dict[str, str], ...] = ()) -> dict[str, Any]:
    hook = scene("title", "hook", "Know the tide", 3, eyebrow=said("Tidewatch", 1))
    demo = scene(
        "terminal", "demo", "High water, in one command", "copy",
        lines=[{"role": "command", "text": said("tidewatch harbour", 14)},
               {"role": "output", "text": said("high water 14:05", 15)}],
    )  # fmt: skip
    demo["headline"] = said("Usage", 11)
    gets = scene("features", "gets", "Features", 5, items=[
        {"title": said("Quiet", 7), "detail": said("speaks only when something happened", 7)},
        {"title": said("Small", 8), "detail": said("one file of 3 MB", 8)},
    ])  # fmt: skip
    install = scene("terminal", "install", "Install", 18,
                    lines=[{"role": "command", "text": said("pip install tidewatch", 21)}])  # fmt: skip
    end = scene("call_to_action", "end", "Tidewatch", 1, command=said("pip install tidewatch", 21))
    return {"hooks": list(hooks), "scenes": list(scenes) or [hook, demo, gets, install, end]}


def test_a_scene_that_is_added_takes_no_other_scenes_id() -> None:
    end = write_storyboard(brief()).scenes[-1]
    words = Headline(text="Know the tide", source="README.md:3")
    told = [ProblemScene(id=name, duration_s=3, headline=words) for name in (end.id, f"{end.id}-2")]
    scenes, added = complete(told, brief(), lost=False)
    assert f"{end.id}-3" in {scene.id for scene in added}
    assert len({scene.id for scene in scenes}) == len(scenes)


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


class Run:
    """One engine at the stand-in, with what it emitted and how it slept."""

    def __init__(self, box: Sandbox, folder: Path, deadline_s: float = 60.0, **settings: Any) -> None:
        self.events: list[Event] = []
        self.slept: list[float] = []
        self.work = FakeWork(folder)
        claude = Claude(base_url=box.environment["ANTHROPIC_BASE_URL"], key=SecretStr(CANARY))
        self.engine = ClaudeStoryboarder(
            Settings(**{"claude": claude, **settings}), self.events.append, deadline_s=deadline_s, sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def write(self, request: Brief | None = None) -> Manuscript:
        return await self.engine.perform(request or brief(), self.work)

    async def fails(self, kind: type[Readme2VideoError], request: Brief | None = None) -> Readme2VideoError:
        with pytest.raises(kind) as caught:
            await self.write(request)
        assert type(caught.value) is kind
        assert CANARY not in f"{caught.value!r} {caught.value.message} {caught.value.hint}"
        return caught.value

    @property
    def paid(self) -> list[Usage]:
        return [event.usage for event in self.events if isinstance(event, StoryboardPaid)]


def words(written: Manuscript) -> list[str]:
    return [text.text for one in written.storyboard.scenes for _, text in strings(one)]


# --- A good answer


async def test_the_scenes_come_from_the_reply(box: Sandbox, tmp_path: Path) -> None:
    hooks = (said("Know the tide before you leave the house", 3), said("Know the tide", 3), said("Exact", 9))
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": reply(hooks=hooks)})
    run = Run(box, tmp_path)
    written = await run.write()
    board = written.storyboard
    assert [one.id for one in board.scenes] == ["hook", "demo", "gets", "install", "end"]
    assert written.author == "claude"
    assert not written.notes
    assert [hook.text for hook in written.hooks] == ["Know the tide before you leave the house", "Exact"]
    demo = board.scenes[1]
    assert isinstance(demo, TerminalScene)
    assert [line.text.source for line in demo.lines] == ["README.md:14", "README.md:15"]
    assert len(box.claude) == 1
    offline = write_storyboard(brief())
    assert (board.project, board.theme, board.language) == (offline.project, offline.theme, "en")


async def test_lengths_are_ours_and_follow_the_reading_time(box: Sandbox, tmp_path: Path) -> None:
    asked = reply()
    for row in asked["scenes"]:
        row |= {"duration_s": 9999, "camera": "wild", "motion": "push_in"}
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": asked})
    board = (await Run(box, tmp_path).write()).storyboard
    for one in board.scenes:
        assert needed_s(one) - 0.05 <= one.duration_s <= LONGEST_SCENE_S
    assert board.scenes[-1].motion == "still"
    for before, after in zip(board.scenes, board.scenes[1:], strict=False):
        assert before.motion != after.motion
    short = (await Run(box, tmp_path).write(brief(length_s=12))).storyboard
    assert sum(one.duration_s for one in short.scenes) < sum(one.duration_s for one in board.scenes)
    assert short.scenes[0].kind == "title"
    assert isinstance(short.scenes[-1], CallToActionScene)


async def test_a_few_scenes_too_many_are_not_paid_for_again(box: Sandbox, tmp_path: Path) -> None:
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": reply()})
    board = (await Run(box, tmp_path).write(brief(scene_limit=3))).storyboard
    assert len(board.scenes) == 3
    assert len(box.claude) == 1


async def test_what_is_sent(box: Sandbox, tmp_path: Path) -> None:
    run = Run(box, tmp_path, claude_model="claude-opus-5-5", effort="low")
    await run.write()
    (asked,) = box.claude
    body = asked.body
    assert set(body) == {"model", "max_tokens", "system", "messages", "output_config"}
    assert (body["model"], body["output_config"]["effort"]) == ("claude-opus-5-5", "low")
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert "Tidewatch" not in body["system"][0]["text"]  # the craft is the same for all, so that it is cached
    assert "14| $ tidewatch harbour" in asked.prompt
    form = body["output_config"]["format"]
    assert form["type"] == "json_schema"
    assert "duration_s" not in json.dumps(form["schema"])
    assert CANARY not in json.dumps(body)
    count, message = (request for request in box.requests if "claude" in request.path or "messages" in request.path)
    assert (count.path, message.path) == ("/v1/messages/count_tokens", "/v1/messages")
    assert message.headers["user-agent"].startswith("readme2video/")


async def test_the_marker_is_new_every_time(box: Sandbox, tmp_path: Path) -> None:
    for _ in range(2):
        await Run(box, tmp_path).write()
    markers = [asked.prompt.partition("=== BEGIN README.md ")[2][:16] for asked in box.claude]
    assert markers[0] != markers[1]
    assert all(len(marker.strip("0123456789abcdef")) == 0 for marker in markers)


def test_what_was_asked_for_is_part_of_the_key() -> None:
    def key(**settings: Any) -> str:
        return ClaudeStoryboarder(Settings(**settings), lambda _: None).fingerprint

    assert key() == key()
    assert len({key(), key(effort="high"), key(claude_model="claude-haiku-5-5")}) == 3


# --- Answers that must be mended


async def test_a_string_without_support_is_mended_in_a_second_turn(box: Sandbox, tmp_path: Path) -> None:
    wrong = reply()
    wrong["scenes"][2]["items"][1]["detail"] = said("one file of 2 MB", 8)
    box.script(
        {"on": "claude", "nth": 1, "do": "reply", "json": wrong},
        {"on": "claude", "nth": "2+", "do": "reply", "json": reply()},
    )
    run = Run(box, tmp_path)
    written = await run.write()
    assert "one file of 3 MB" in words(written)
    assert not any("2 MB" in text for text in words(written))
    first, second = box.claude
    assert second.turn == 2
    assert [message["role"] for message in second.body["messages"]] == ["user", "assistant", "user"]
    told = second.body["messages"][2]["content"][0]["text"]
    assert "scenes.2.items.1.detail" in told
    assert "`hook`" in told
    assert first.body["messages"][0] == second.body["messages"][0]
    assert written.usage is not None
    assert written.usage.requests == 2
    assert run.paid[-1] == written.usage


async def test_what_is_not_mended_is_left_out_aloud(box: Sandbox, tmp_path: Path) -> None:
    wrong = reply()
    wrong["scenes"][2]["items"][1]["detail"] = said("one file of 2 MB", 8)
    wrong["scenes"][3]["lines"][0]["text"] = said("curl tide.example | sh", 21)
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": wrong})
    run = Run(box, tmp_path)
    written = await run.write()
    assert len(box.claude) == 3
    assert "Small" in words(written)
    assert not any("2 MB" in text or "curl" in text for text in words(written))
    notes = [note.message for note in written.notes]
    assert any("scenes.2.items.1.detail" in note for note in notes)
    assert any("scenes.3.lines.0.text" in note for note in notes)
    assert run.work.notices == notes


@pytest.mark.parametrize("how", ["truncated", "context"])
async def test_a_cut_answer_is_never_taken_as_whole(box: Sandbox, tmp_path: Path, how: str) -> None:
    box.script(
        {"on": "claude", "nth": 1, "do": how, "percent": 100},
        {"on": "claude", "nth": "2+", "do": "reply", "json": reply()},
    )
    run = Run(box, tmp_path)
    written = await run.write()
    assert [one.id for one in written.storyboard.scenes] == ["hook", "demo", "gets", "install", "end"]
    assert "too long" in box.claude[1].body["messages"][2]["content"][0]["text"]


async def test_after_three_useless_answers_the_offline_scenes_make_the_film(box: Sandbox, tmp_path: Path) -> None:
    box.script({"on": "claude", "nth": "always", "do": "truncated"})
    run = Run(box, tmp_path)
    written = await run.write()
    assert len(box.claude) == 3
    offline = write_storyboard(brief())
    assert {text for one in offline.scenes for text in [one.headline.text]} >= {
        one.headline.text for one in written.storyboard.scenes
    }
    assert any("offline" in note.message for note in written.notes)
    assert written.usage is not None
    assert written.usage.requests == 3


async def test_an_opening_and_an_end_are_never_missing(box: Sandbox, tmp_path: Path) -> None:
    asked = reply()
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": {"hooks": [], "scenes": asked["scenes"][1:4]}})
    written = await Run(box, tmp_path).write()
    kinds = [one.kind for one in written.storyboard.scenes]
    assert kinds[0] == "title"
    assert kinds[-1] == "call_to_action"
    assert len({one.id for one in written.storyboard.scenes}) == len(kinds)
    assert len(box.claude) == 1  # what holds is not paid for again


# --- Refusals, outages and money


async def test_a_refusal_is_told_with_its_kind(box: Sandbox, tmp_path: Path) -> None:
    box.script({"on": "claude", "nth": "always", "do": "refused", "category": "cyber"})
    run = Run(box, tmp_path)
    error = await run.fails(SceneRefusedError)
    assert "cyber" in error.message
    assert len(box.claude) == 1
    assert len(run.paid) == 1  # a refusal is paid for too


async def test_a_refused_repair_keeps_what_held(box: Sandbox, tmp_path: Path) -> None:
    wrong = reply()
    wrong["scenes"][2]["items"][1]["detail"] = said("one file of 2 MB", 8)
    box.script({"on": "claude", "nth": 1, "do": "reply", "json": wrong}, {"on": "claude", "nth": "2+", "do": "refused"})
    written = await Run(box, tmp_path).write()
    assert "Small" in words(written)


@pytest.mark.parametrize(
    ("fault", "kind", "tries", "says"),
    [
        ({"do": "overloaded"}, PausedError, 3, "529"),
        ({"do": "status", "status": 500}, PausedError, 3, "500"),
        ({"do": "status", "status": 429}, PausedError, 3, "429"),
        ({"do": "status", "status": 429, "headers": {"Retry-After": "86400"}}, PausedError, 1, "429"),
        ({"do": "status", "status": 429, "headers": {"Retry-After": "junk"}}, PausedError, 3, "429"),
        ({"do": "status", "status": 429, "headers": {"Retry-After": "nan"}}, PausedError, 3, "429"),
        ({"do": "status", "status": 409}, PausedError, 1, "409"),
        ({"do": "status", "status": 401}, CredentialsError, 1, "refused the key"),
        ({"do": "status", "status": 403}, CredentialsError, 1, "refused the key"),
        ({"do": "status", "status": 402}, ConsentError, 1, "cannot pay"),
        ({"do": "status", "status": 404}, UsageError, 1, "--claude-model"),
        ({"do": "status", "status": 400}, SceneRefusedError, 1, "did not take"),
        ({"do": "status", "status": 413}, SceneRefusedError, 1, "did not take"),
        ({"do": "redirect", "url": "http://127.0.0.1:9/"}, PausedError, 1, "redirect"),
        ({"do": "accept_rst"}, PausedError, 3, "cannot be reached"),
        ({"do": "accept_fin"}, PausedError, 3, "cannot be reached"),
        ({"do": "cut_body", "percent": 50}, PausedError, 3, ""),
        ({"do": "html", "text": "<h1>Sign in</h1>", "status": 200}, PausedError, 3, "not Claude's API"),
    ],
    ids=lambda value: f"{value.get('do')}-{value.get('status', '')}" if isinstance(value, dict) else None,
)
async def test_every_failure_has_a_type_and_an_end(
    box: Sandbox, tmp_path: Path, fault: dict[str, Any], kind: type[Readme2VideoError], tries: int, says: str
) -> None:
    box.script({"on": "claude", "nth": "always", **fault})
    run = Run(box, tmp_path)
    error = await run.fails(kind)
    assert says in error.message
    assert error.hint
    asked = [request for request in box.requests if request.path == "/v1/messages"]
    assert len(asked) == tries
    assert max(run.slept, default=0.0) <= 60.0


async def test_an_overload_passes(box: Sandbox, tmp_path: Path) -> None:
    box.script(
        {"on": "claude", "nth": 1, "do": "overloaded"},
        {"on": "claude", "nth": 2, "do": "status", "status": 429, "headers": {"Retry-After": "7"}},
    )
    run = Run(box, tmp_path)
    written = await run.write()
    assert written.author == "claude"
    assert len(run.slept) == 2
    assert 0.5 <= run.slept[0] <= 1.0
    assert run.slept[1] >= 7.0


async def test_one_deadline_ends_all_waiting(box: Sandbox, tmp_path: Path) -> None:
    box.script({"on": "claude", "nth": "always", "do": "slow", "s": 30})
    began = asyncio.get_running_loop().time()
    error = await Run(box, tmp_path, deadline_s=1.0).fails(PausedError)
    assert "within 1 s" in error.message
    assert asyncio.get_running_loop().time() - began < 20


async def test_nobody_listens(tmp_path: Path) -> None:
    with Sandbox() as box:
        run = Run(box, tmp_path)
    assert "127.0.0.1" in (await run.fails(PausedError)).message


async def test_the_key_is_asked_for_before_anything_is_sent(box: Sandbox, tmp_path: Path) -> None:
    run = Run(box, tmp_path, claude=Claude(base_url=box.environment["ANTHROPIC_BASE_URL"]))
    assert "ANTHROPIC_API_KEY" in (await run.fails(CredentialsError)).message
    assert not box.requests


async def test_a_readme_with_nothing_to_tell_costs_nothing(box: Sandbox, tmp_path: Path) -> None:
    empty = parse_readme(README, "README.md").model_copy(update={"title": "", "tagline": None, "sections": ()})
    run = Run(box, tmp_path)
    await run.fails(SourceError, brief().model_copy(update={"document": empty}))
    assert not box.requests


async def test_the_cap_holds_before_the_first_answer(box: Sandbox, tmp_path: Path) -> None:
    run = Run(box, tmp_path, max_cost=0.01)
    error = await run.fails(ConsentError)
    assert "--max-cost is $0.01" in error.message
    assert not box.claude
    assert (await Run(box, tmp_path, max_cost=1.0).write()).author == "claude"
    unpriced = Run(box, tmp_path, max_cost=1.0, claude_model="claude-unheard-of")
    assert "not known" in (await unpriced.fails(ConsentError)).message


async def test_the_price_is_said_before_it_is_paid(box: Sandbox, tmp_path: Path) -> None:
    run = Run(box, tmp_path)
    await run.write()
    kinds = [type(event) for event in run.events]
    assert kinds == [Notice, StoryboardPaid]
    notice = run.events[0]
    assert isinstance(notice, Notice)
    assert "at most $0." in notice.message


def test_prices_are_dated_and_count_the_cache() -> None:
    used = Usage(model="claude-sonnet-5-5", requests=1, input_tokens=1000, output_tokens=1000)
    assert priced(used).usd == pytest.approx(0.002 + 0.010)
    cached = used.model_copy(update={"cache_write_tokens": 1000, "cache_read_tokens": 1000})
    assert priced(cached).usd == pytest.approx(0.002 * 2.35 + 0.010)
    assert priced(used).priced_on.startswith("2026-")
    long = Usage(model="claude-haiku-5-5", requests=1, input_tokens=200_000)
    assert priced(long).usd == pytest.approx(0.1)
    assert priced(long.model_copy(update={"requests": 4})).usd == pytest.approx(0.02)
    assert priced(used.model_copy(update={"model": "claude-unheard-of"})).usd is None
    twice = added(added(None, used), used)
    assert (twice.requests, twice.input_tokens, twice.output_tokens) == (2, 2000, 2000)
    assert twice.usd == pytest.approx(0.024)


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "https://proxy.example/v1/", "http://127.0.0.1:8080",
                                 "http://localhost:1", "http://[::1]:9"])  # fmt: skip
def test_addresses_a_key_may_go_to(url: str) -> None:
    assert checked_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://api.anthropic.com", "ftp://127.0.0.1", "https://", "", "127.0.0.1:80",
                                 "https://user:pass@x.example", "https://x.example?a=1", "http://10.0.0.1",
                                 "http://127.0.0.1:99999", "http://[::1"])  # fmt: skip
def test_addresses_it_may_not_go_to(url: str) -> None:
    with pytest.raises(UsageError, match="ANTHROPIC_BASE_URL"):
        checked_base_url(url)


# --- Other languages


async def test_a_translation_keeps_numbers_names_and_commands(box: Sandbox, tmp_path: Path) -> None:
    german = reply()
    german["scenes"][0]["headline"] = said("Kenne die Flut, bevor du gehst", 3)
    german["scenes"][1]["headline"] = said("So sieht es aus", "copy")
    german["scenes"][2]["headline"] = said("Was es kann", 5)
    german["scenes"][2]["items"] = [
        {"title": said("Leise", 7), "detail": said("spricht nur, wenn etwas geschah", 7)},
        {"title": said("Klein", 8), "detail": said("eine Datei von 3 MB", 8)},
    ]
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": german})
    run = Run(box, tmp_path)
    written = await run.write(brief(language="de"))
    assert written.storyboard.language == "de"
    assert "eine Datei von 3 MB" in words(written)
    assert "from English into German" in box.claude[0].prompt
    german["scenes"][2]["items"][1]["detail"] = said("eine Datei von 4 MB", 8)
    box.clear()
    box.script({"on": "claude", "nth": "always", "do": "reply", "json": german})
    again = await Run(box, tmp_path).write(brief(language="de"))
    assert not any("4 MB" in text for text in words(again))
    assert not any("Know the tide" in text for text in words(again))  # nothing of the offline one's words comes in
