"""One suite for all engines: what `engine.Engine` promises, every one keeps."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from makers import ENCODING, SIZE, THEME, TINY_README, plate, png, segment_request, shot, storyboard
from readme2video.animators import LocalAnimator
from readme2video.engine import Engine
from readme2video.events import Event, WorkDone, ignore
from readme2video.film_check import Examiner
from readme2video.model.brief import Brief
from readme2video.model.check import ExaminationRequest
from readme2video.model.film import BackdropRequest, CompactRequest, FilmRequest, TransitionRequest
from readme2video.model.manuscript import Manuscript
from readme2video.model.record import STAGES, Record
from readme2video.model.shot import ShotRequest, SlotText
from readme2video.model.source import PinnedSource, RepositoryFacts
from readme2video.readme import Reader, cited_text, parse_readme
from readme2video.render import Renderer
from readme2video.sandbox import Sandbox
from readme2video.scenes import Shooter
from readme2video.settings import Claude, Settings
from readme2video.stitch import Compactor, Stitcher, TransitionMaker
from readme2video.store import Store, artifacts
from readme2video.storyboarders import STORYBOARDERS, ClaudeStoryboarder

in_session = pytest.mark.asyncio(loop_scope="session")  # where the shooter is
Case = tuple[Engine, Callable[[Store], Awaitable[Record]]]


async def _pinned(store: Store) -> Record:
    return PinnedSource(
        readme=store.keep_bytes(TINY_README.encode(), ".md"),
        readme_path="README.md",
        facts=RepositoryFacts(name="tinyproject"),
    )


async def _brief(_: Store) -> Record:
    return Brief(
        document=parse_readme(TINY_README, "README.md"),
        texts=(cited_text(TINY_README.encode(), "README.md"),),
        facts=RepositoryFacts(name="tinyproject"),
    )


async def _shot(_: Store) -> Record:
    return ShotRequest(
        kind="title",
        slots=(SlotText(path="headline", text="Films from READMEs"),),
        brand="tinyproject",
        theme=THEME,
        variant=0,
        aspect="16:9",
        scale=0.25,
    )


async def _backdrop(store: Store) -> Record:
    return BackdropRequest(picture=store.keep_bytes(png(plate()), ".png"), motion="push_in", variant=0, duration_s=4)


async def _segment(store: Store) -> Record:
    return segment_request(shot(store.keep_bytes), frames=30, head=6, tail=6)


async def _transition(store: Store) -> Record:
    left = await store(Renderer(parallel=1), segment_request(shot(store.keep_bytes, 1), frames=20, tail=6))
    right = await store(Renderer(parallel=1), segment_request(shot(store.keep_bytes, 2), frames=20, head=6))
    assert left.tail
    assert right.head
    return TransitionRequest(kind="wipe", tail=left.tail, head=right.head, frames=6, encoding=ENCODING)


async def _film(store: Store) -> Record:
    only = await store(Renderer(parallel=1), segment_request(shot(store.keep_bytes), frames=20))
    return FilmRequest(pieces=(only.body,), frames=20, encoding=ENCODING, title="tiny")


async def _compact(store: Store) -> Record:
    film = await store(Stitcher(), await _film(store))
    return CompactRequest(video=film.video, limit_bytes=200_000)


async def _examination(store: Store) -> Record:
    film = await store(Stitcher(), await _film(store))
    return ExaminationRequest(video=film.video, aspect="16:9", fps=30, scenes=())


CASES: dict[str, Case] = {
    "reader": (Reader(), _pinned),
    **{f"storyboarder {name}": (entry.make(Settings(), ignore), _brief) for name, entry in STORYBOARDERS.items()},
    "shooter": (Shooter(Settings()), _shot),
    "animator local": (LocalAnimator(), _backdrop),
    "renderer": (Renderer(parallel=1), _segment),
    "transitions": (TransitionMaker(parallel=1), _transition),
    "stitcher": (Stitcher(), _film),
    "compactor": (Compactor(), _compact),
    "examiner": (Examiner(), _examination),
}


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


@pytest_asyncio.fixture(params=list(CASES), loop_scope="session")
async def case(request: pytest.FixtureRequest, shooter: Shooter):
    engine, make_request = CASES[request.param]
    if isinstance(engine, Shooter):
        yield shooter, make_request
    elif isinstance(engine, ClaudeStoryboarder):
        with Sandbox() as box:
            claude = Claude(base_url=box.environment["ANTHROPIC_BASE_URL"], key=SecretStr("k"))
            yield ClaudeStoryboarder(Settings(claude=claude), ignore), make_request
    else:
        yield engine, make_request


@in_session
async def test_it_describes_itself(case: Case):
    engine, _ = case
    assert engine.stage in STAGES
    assert re.fullmatch(r"[a-z]+/[1-9]\d*(:[\w.-]+)*", engine.fingerprint)
    assert issubclass(engine.output, Record)
    assert engine.parallel >= 1


def test_no_two_engines_share_a_fingerprint():
    fingerprints = [engine.fingerprint for engine, _ in CASES.values()]
    assert len(set(fingerprints)) == len(fingerprints)


@in_session
async def test_its_result_reads_back_and_all_its_files_are_kept(case: Case, store: Store):
    engine, make_request = case
    result = await store(engine, await make_request(store))
    assert type(result) is engine.output
    assert engine.output.model_validate_json(result.model_dump_json()) == result
    for artifact in artifacts(result):
        assert store.path(artifact).stat().st_size == artifact.size_bytes


@in_session
async def test_the_same_request_gives_the_same_result(case: Case, store: Store, tmp_path: Path):
    engine, make_request = case
    other = Store(tmp_path / "other", ignore)
    first = await store(engine, await make_request(store))
    second = await other(engine, await make_request(other))
    other.close()
    if isinstance(first, Manuscript):  # the second time, what was asked before is read from the model's cache
        first, second = (one.model_copy(update={"usage": None}) for one in (first, second))
    assert first == second


@in_session
async def test_it_leaves_no_scratch(case: Case, store: Store, tmp_path: Path):
    engine, make_request = case
    await store(engine, await make_request(store))
    left = [path for path in (tmp_path / ".store" / "work").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []


@in_session
async def test_cancelled_it_leaves_nothing_behind_and_can_be_asked_again(case: Case, tmp_path: Path):
    engine, make_request = case
    events: list[Event] = []
    store = Store(tmp_path / "s", events.append)
    request = await make_request(store)
    events.clear()
    task = asyncio.create_task(store(engine, request))
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert _encoders() == []
    await store(engine, request)
    assert isinstance(events[-1], WorkDone)
    store.close()


def _encoders() -> list[str]:
    """Command lines of ffmpeg children of this process."""
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if "ffmpeg" in line]


def test_made_up_material_is_as_small_as_promised():
    assert (SIZE.width, SIZE.height) == (160, 90)
    assert len(storyboard().scenes) == 3
