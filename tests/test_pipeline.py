"""The whole road: a film comes out, resumes after every stage, and redoes only what changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from makers import project
from readme2video.errors import LockedError, ShotError, SourceError
from readme2video.events import Event, FilmPlanned, Notice, WorkDone, ignore
from readme2video.media.probe import probe
from readme2video.model.record import STAGES
from readme2video.pipeline import PromoVideo, make_video, plan_video
from readme2video.settings import Settings
from readme2video.sources import parse_source
from readme2video.store import Store

Made = tuple[Path, Path]


def settings(made: Made, **more) -> Settings:
    home, out = made
    return Settings(**{"out": out, "quality": "draft", "storyboard": home / "board.yaml"} | more)


def performed(events: list[Event]) -> list[str]:
    return [f"{event.stage} {event.label}" for event in events if isinstance(event, WorkDone) and not event.reused]


@pytest.fixture(scope="module")
def finished(tiny_film: tuple[Path, subprocess.CompletedProcess[str]]) -> Made:
    """A project and the output of one finished run; copy before you change it."""
    base, _ = tiny_film
    return base / "tinyproject", base / "out"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[PromoVideo, list[Event]]:
    """A plan with a storyboard of our own."""
    import asyncio

    base, events = tmp_path_factory.mktemp("planned"), list[Event]()
    made = project(base / "tinyproject"), base / "out"
    plan = plan_video(parse_source(str(made[0])), settings(made, storyboard=None), emit=events.append)
    return asyncio.run(plan), events


@pytest.fixture
def copied(finished: Made, tmp_path: Path) -> Made:
    for folder in finished:
        shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path / "tinyproject", tmp_path / "out"


async def run(made: Made, **more) -> tuple[PromoVideo, list[Event]]:
    events: list[Event] = []
    video = await make_video(parse_source(str(made[0])), settings(made, **more), emit=events.append)
    return video, events


async def test_a_film_comes_out(finished: Made):
    _, out = finished
    folder = out / "tinyproject"
    names = {path.name for path in folder.iterdir()}
    assert {"promo.mp4", "poster.jpg", "storyboard.yaml", "scenes", "report.html", "report.json"} <= names
    report = json.loads((folder / "report.json").read_text())
    found = probe(folder / "promo.mp4")
    assert found.frames == report["videos"][0]["frames"]
    assert (found.size_px.width, found.size_px.height, found.fps) == (1280, 720, 30)
    levels = {row["rule"]: row["level"] for row in report["checks"]}
    assert {rule for rule, level in levels.items() if level == "fail"} <= {"P2 reading time"}, "its scenes are short"
    assert len(levels) == 26, "every row of the table"
    assert report["scenes"][0]["kind"] == "title"
    assert report["scenes"][-1]["kind"] == "call_to_action"
    assert all(picture["legibility"] > 0.97 for scene in report["scenes"] for picture in scene["pictures"])


def test_every_string_of_our_storyboard_names_a_source_that_stands_there(planned: tuple[PromoVideo, list[Event]]):
    plan, _ = planned
    strings = [string for scene in plan.report.scenes for string in scene.strings]
    assert len(strings) > 5
    assert [string for string in strings if string.source != "copy" and not string.quote] == []
    assert plan.report.scenes[0].kind == "title"
    assert plan.report.scenes[-1].kind == "call_to_action"


async def test_a_storyboard_keeps_its_own_style_unless_another_is_asked_for(tmp_path: Path):
    home = project(tmp_path / "tinyproject")
    made = home, tmp_path / "out"
    board = home / "least.yaml"
    board.write_text(board.read_text().replace("style: aurora", "style: editorial"))
    kept = await plan_video(parse_source(str(home)), settings(made, storyboard=board))
    asked = await plan_video(parse_source(str(home)), settings(made, storyboard=board, style="terminal"))
    assert (kept.report.style, asked.report.style) == ("editorial", "terminal")
    assert kept.report.theme == asked.report.theme


async def test_a_second_run_does_no_work(copied: Made):
    before = {path: path.stat().st_mtime_ns for path in (copied[1] / "tinyproject").glob("*.mp4")}
    video, events = await run(copied)
    assert performed(events) == []
    assert {path: path.stat().st_mtime_ns for path in (copied[1] / "tinyproject").glob("*.mp4")} == before
    assert all(work.reused for work in video.report.work)


def test_a_second_run_does_not_start_a_browser_or_load_what_draws(copied: Made):
    home, out = copied
    script = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from readme2video.pipeline import make_video\nfrom readme2video.settings import Settings\n"
        "from readme2video.sources import parse_source\n"
        f"settings = Settings(out=Path({str(out)!r}), quality='draft', storyboard=Path({str(home)!r}) / 'board.yaml')\n"
        f"asyncio.run(make_video(parse_source({str(home)!r}), settings))\n"
        "print(sorted({'playwright', 'moviepy', 'cv2', 'numpy', 'av', 'PIL'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_editing_one_headline_redoes_one_scene_and_its_two_transitions(copied: Made):
    board = copied[1] / "tinyproject" / "storyboard.yaml"
    board.write_text(board.read_text().replace("What you get", "How it works"))
    video, events = await run(copied, storyboard=board)
    expected = ["shoot features", "render features", "stitch hook>features", "stitch features>end", "stitch film"]
    expected.append("check film")
    done = [row for row in performed(events) if not row.startswith("animate")]  # a path is data, drawn with its scene
    assert sorted(done) == sorted(expected)
    again = json.loads((video.folder / "report.json").read_text())
    made = Counter(work["stage"] for work in again["work"] if not work["reused"])
    assert (made["shoot"], made["render"], made["stitch"]) == (1, 1, 3)
    assert again["scenes"][1]["headline"] == "How it works"


async def test_a_longer_scene_is_not_shot_again(copied: Made):
    board = copied[0] / "board.yaml"
    board.write_text(board.read_text().replace("duration_s: 2.5", "duration_s: 2.8"))
    _, events = await run(copied)
    stages = Counter(row.split()[0] for row in performed(events))
    assert stages == {"animate": 1, "render": 1, "stitch": 3, "check": 1}


async def test_again_redoes_one_scene(copied: Made):
    _, events = await run(copied, again=("render:hook",))
    assert "render hook" in performed(events)
    assert not [row for row in performed(events) if row.startswith(("shoot", "render features"))]


class PowerOutError(Exception):
    """Stands for the power going out."""


async def test_it_resumes_after_every_stage(tmp_path: Path):
    """Stop after the first result of each stage in turn: nothing that was finished is ever done again."""
    home = project(tmp_path / "tinyproject", "# tinyproject\n\nWatches a folder.\n")
    # The storyboard is written by us: that stage counts too.
    wanted = Settings(out=tmp_path / "out", quality="draft", length_s=5, aspects=("1:1",))
    done: Counter[str] = Counter()

    def stopping(stage: str) -> Callable[[Event], None]:
        def emit(event: Event) -> None:
            if isinstance(event, WorkDone) and not event.reused:
                done[f"{event.stage} {event.label}"] += 1
                if event.stage == stage:
                    raise PowerOutError

        return emit

    for stage in STAGES:
        with pytest.raises(PowerOutError):
            await make_video(parse_source(str(home)), wanted, emit=stopping(stage))
    video = await make_video(parse_source(str(home)), wanted, emit=stopping("none"))
    assert video.films[0].exists()
    assert set(done.values()) == {1}, [row for row, count in done.items() if count > 1]


def test_a_plan_renders_nothing(planned: tuple[PromoVideo, list[Event]]):
    plan, events = planned
    assert plan.films == ()
    assert plan.report.verb == "plan"
    assert {row.split()[0] for row in performed(events)} == {"read", "storyboard", "shoot"}
    names = {path.name for path in plan.folder.iterdir()}
    assert {"storyboard.yaml", "contact-sheet.jpg", "report.html", "report.json", "scenes"} <= names


async def test_three_shapes_have_their_own_layouts(copied: Made):
    aspects = ("9:16", "16:9", "1:1")
    video, events = await run(copied, aspects=aspects)
    assert [path.name for path in video.films] == ["promo.mp4", "promo-16x9.mp4", "promo-1x1.mp4"]
    sizes = [probe(path).size_px for path in video.films]
    assert [(size.width, size.height) for size in sizes] == [(720, 1280), (1280, 720), (720, 720)]
    assert not [row for row in performed(events) if "16:9" in row], "what stood already is used"


async def test_f98_the_same_layers_give_the_same_film(copied: Made):
    film = copied[1] / "tinyproject" / "promo.mp4"
    before = film.read_bytes()
    _, events = await run(copied, again=("animate", "render", "stitch"))
    assert "render hook" in performed(events)
    assert film.read_bytes() == before


async def test_a_scene_of_ours_that_cannot_be_set_is_left_out_aloud(tmp_path: Path):
    """The film still comes out; a person's own storyboard is never changed instead."""
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    readme = f"# tinyproject\n\nWatches a folder.\n\n## Features\n\n- **{long}**: one\n- **{long}s**: two\n"
    home = project(tmp_path / "tinyproject", readme)
    events: list[Event] = []
    wanted = settings((home, tmp_path / "out"), storyboard=None, aspects=("9:16",))
    plan = await plan_video(parse_source(str(home)), wanted, emit=events.append)
    planned = [event.scenes for event in events if isinstance(event, FilmPlanned)]
    if len(planned) > 1:
        assert len(planned[1]) == len(planned[0]) - 1
        assert any(isinstance(event, Notice) and "left out" in event.message for event in events)
    assert [scene.id for scene in plan.report.scenes] == list(planned[-1])


async def test_words_that_cannot_be_set_name_their_place_in_the_file(copied: Made):
    board = copied[0] / "board.yaml"
    board.write_text(board.read_text().replace("What you get", "W" * 88))
    with pytest.raises(ShotError) as caught:
        await run(copied, allow_unsupported=True)
    assert caught.value.path == "scenes.1.headline"
    assert caught.value.scene == "features"
    assert caught.value.hint


async def test_f87_a_folder_in_use_is_refused(copied: Made):
    other = Store(copied[1] / ".store", ignore)
    with other.holding("tinyproject"), pytest.raises(LockedError, match="process"):
        await run(copied)
    other.close()


@pytest.mark.parametrize("text", ["", "   \n", "[![b](https://img.shields.io/x)](y)\n"])
async def test_a_readme_that_says_nothing_is_a_source_error(tmp_path: Path, text: str):
    home = project(tmp_path / "empty", text)
    with pytest.raises(SourceError):
        await make_video(parse_source(str(home)), settings((home, tmp_path / "out")))
