"""Reading times, the timeline and the choreography of a scene."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import scenes, storyboard
from readme2video.choreography import entrances
from readme2video.model.film import SceneTiming
from readme2video.model.record import Box
from readme2video.model.scene import CodeScene, TerminalLine, TerminalScene, TitleScene
from readme2video.model.shot import Element
from readme2video.model.words import Code, Headline, Words
from readme2video.timeline import arrange, needed_s, reading_time_s, settle_s

FPS = 30


@pytest.mark.parametrize(
    ("text", "language", "seconds"),
    [
        ("Hi", "en", 1.0),
        ("one two three four five six", "en", 2.3),
        ("x" * 34, "en", 2.3),
        ("把文档变成电影短片", "zh", 1.3),
        ("ドキュメント映画", "ja", 2.3),
        ("go install example.org/zhujian", "zh", 0.3 + 30 / 17),
        ("用 Go 写成的小型搜索工具", "zh", 0.3 + 10 / 9 + 1 / 3),
        ("문서를영화로만들기한다아", "ko", 1.3),
    ],
)
def test_reading_times_follow_the_published_rates(text: str, language: str, seconds: float):
    assert reading_time_s(text, language) == pytest.approx(seconds)


def test_a_scene_needs_time_to_settle_and_to_be_read():
    short = TitleScene(id="a", duration_s=2, headline=Headline(text="Hi", source="copy"))
    longer = short.model_copy(update={"subline": Words(text="so many words that have to be read", source="copy")})
    assert needed_s(short) < needed_s(longer)
    assert needed_s(short) >= settle_s(short) + 1.0
    code = CodeScene(
        id="c", duration_s=5, headline=Headline(text="Hi", source="copy"), code=Code(text="x\n" * 9 + "x", source="R:1")
    )
    typed = TerminalScene(
        id="t",
        duration_s=5,
        headline=Headline(text="Hi", source="copy"),
        lines=(TerminalLine(role="command", text=Words(text="pip install tinyproject", source="R:1")),),
    )
    for scene in (code, typed):
        assert 2 < needed_s(scene) < 9


def test_neighbours_overlap_by_their_transition():
    timeline = arrange(storyboard(), FPS)
    assert [scene.head_frames for scene in timeline.scenes] == [0, 15, 15]
    assert [scene.tail_frames for scene in timeline.scenes] == [15, 15, 0]
    for left, right in pairwise(timeline.scenes):
        assert right.start == left.start + left.frames - left.tail_frames
    assert timeline.frames == sum(s.frames for s in timeline.scenes) - 30


def test_a_cut_has_no_overlap():
    first, second, third = scenes()
    timeline = arrange(storyboard(first, second.model_copy(update={"transition": "cut"}), third), FPS)
    assert timeline.scenes[0].tail_frames == timeline.scenes[1].head_frames == 0


@given(durations=st.lists(st.floats(1, 20), min_size=1, max_size=12))
def test_every_scene_keeps_a_body_between_its_transitions(durations: list[float]):
    first = scenes()[0]
    board = storyboard(*(first.model_copy(update={"id": f"s{n}", "duration_s": d}) for n, d in enumerate(durations)))
    timeline = arrange(board, FPS)
    for scene in timeline.scenes:
        assert scene.frames - scene.head_frames - scene.tail_frames > 0
    assert timeline.frames == timeline.scenes[-1].start + timeline.scenes[-1].frames


def element(name: str, order: int, role="item", glyphs: int = 0) -> Element:
    return Element(
        id=name, role=role, sheet="ink", box=Box(x=0, y=0, width=8, height=8), order=order, text=name, glyphs=glyphs
    )


def timing(start: int = 100, frames: int = 120) -> SceneTiming:
    return SceneTiming(scene="s", start=start, frames=frames, head_frames=15, tail_frames=15)


def test_the_first_scene_is_a_poster_from_its_first_frame():
    shown = entrances([element("headline", 0), element("subline", 1)], timing(start=0), FPS)
    assert (shown[0].at, shown[0].frames) == (0, 0)
    assert shown[1].at > 0
    assert shown[1].at + shown[1].frames < 2 * FPS, "a visible change by 2 s"
    only = entrances([element("headline", 0)], timing(start=0), FPS)
    assert (only[0].at, only[0].frames) == (0, 0)


def test_elements_enter_in_reading_order_and_equals_together():
    shown = entrances([element("a", 0), element("b", 1), element("b2", 1), element("c", 2)], timing(), FPS)
    at = {entrance.element: entrance.at for entrance in shown}
    assert at["a"] < at["b"] == at["b2"] < at["c"]


def test_commands_are_typed_before_their_output_appears():
    shown = entrances(
        [element("head", 0, "headline"), element("cmd", 1, "command", 24), element("out", 2, "output")], timing(), FPS
    )
    assert [entrance.kind for entrance in shown] == ["rise", "type", "fade"]
    assert shown[2].at > shown[1].at + shown[1].frames


@given(
    orders=st.lists(st.integers(0, 20), min_size=1, max_size=20),
    frames=st.integers(30, 600),
    glyphs=st.integers(0, 80),
)
def test_everything_settles_in_time_to_be_read(orders: list[int], frames: int, glyphs: int):
    elements = [element(f"e{n}", order, "command", glyphs) for n, order in enumerate(orders)]
    for entrance in entrances(elements, timing(frames=frames), FPS):
        assert entrance.at + entrance.frames <= 0.6 * frames + 2
