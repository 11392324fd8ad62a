"""The language of motion: who enters, asks for a look and leaves when, in every style; cameras, counting."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from readme2video.animators.local import aim
from readme2video.choreography import emphasis, entrances, exits
from readme2video.counting import number_at, number_in
from readme2video.model.film import BackdropNeed, Curve, SceneTiming
from readme2video.model.record import Box
from readme2video.model.scene import Scene
from readme2video.model.shot import Aspect, Element, ShotRequest
from readme2video.model.vocabulary import SceneKind, Style
from readme2video.motion import CAMERA, CURVES, MANNERS, camera, takeover
from readme2video.scenes.markup import build
from readme2video.scenes.writer import sheet_of
from readme2video.storyboarders.pacing import Draft, Take, fit
from readme2video.timeline import needed_s, reading_time_s, settle_s
from scene_samples import ASPECTS, KINDS, WORDS, request

FPS = 30
STYLES: tuple[Style, ...] = get_args(Style)
SCENE: TypeAdapter[Scene] = TypeAdapter(Scene)


def scene_of(kind: SceneKind, duration_s: float = 6.0) -> Scene:
    """The sample of a kind as a scene of a storyboard."""
    data: dict[str, Any] = {"id": "s", "kind": kind, "duration_s": duration_s}
    for path, text in WORDS[kind].items():
        *names, last = path.split(".")
        at = data
        for name in names:
            at = at.setdefault(name, {})
        at[last] = {"text": text, "source": "copy"}
    roles = request("terminal").roles
    more: dict[str, dict[str, Any]] = {"image": {"picture": "a.png"}, "chart": {"highlight": 0}, "code": {"focus": [5]}}

    def listed(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if all(name.isdigit() for name in value):
            return [listed(one) for one in value.values()]
        return {name: listed(one) for name, one in value.items()}

    data = listed(data) | more.get(kind, {})
    if kind == "terminal":
        data["lines"] = [line | {"role": role} for line, role in zip(data["lines"], roles, strict=True)]
    return SCENE.validate_python(data)


def elements_of(asked: ShotRequest) -> tuple[Element, ...]:
    """The elements of a scene without a browser: roles, orders and words are known, boxes are not."""
    marks = build(asked).marks
    return tuple(
        Element(
            id=name,
            role=mark.role,
            sheet=sheet_of(mark.role),
            box=Box(x=8, y=8, width=64, height=32),
            order=mark.order,
            must_read=mark.must_read,
            text=mark.text,
            glyphs=mark.cells if mark.role in ("command", "code_line", "output") else 0,
        )
        for name, mark in marks.items()
    )


def drawn(kind: SceneKind, style: Style = "aurora", aspect: Aspect = "16:9", **more: Any) -> tuple[Element, ...]:
    return elements_of(request(kind, aspect, style=style, **more))


def timing(start: int = 100, frames: int = 300, tail: int = 15) -> SceneTiming:
    return SceneTiming(scene="s", start=start, frames=frames, head_frames=15 if start else 0, tail_frames=tail)


@pytest.mark.parametrize("curve", get_args(Curve))
def test_curves_lead_from_0_to_1(curve: Curve):
    values = [CURVES[curve](n / 60) for n in range(61)]
    assert values[0] == 0
    assert values[-1] == 1
    if curve == "back":
        assert 1.01 < max(values) < 1.12, "it passes its place a little, and comes back"
    else:
        assert all(b >= a for a, b in pairwise(values))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_scene_settles_later_than_it_is_given_time_for(kind: SceneKind, style: Style):
    scene = scene_of(kind)
    for aspect in ASPECTS:
        elements = drawn(kind, style, aspect, focus=(5,) if kind == "code" else ())
        shown = entrances(elements, timing(frames=600), FPS, style=style, scene=scene)
        assert max(e.at + e.frames for e in shown) <= settle_s(scene) * FPS + 1


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_film_can_open_with_any_scene(kind: SceneKind, style: Style):
    """Words stand on frame 0 but for the last; before 2 s something changes that is not the camera."""
    elements, scene, first = drawn(kind, style), scene_of(kind), timing(start=0)
    shown = entrances(elements, first, FPS, style=style, scene=scene)
    worded = [element for element in elements if element.must_read and element.text]
    late = {entrance.element for entrance in shown if entrance.at or entrance.frames}
    orders = sorted({element.order for element in worded})
    assert {e.id for e in worded if e.order != orders[-1]}.isdisjoint(late)
    assert worded[0].id not in late
    asks = emphasis(elements, shown, first, FPS, style=style, scene=scene)
    changes = [(e.at, e.frames) for e in shown if e.at] or [(asks.at, asks.frames)] * (asks is not None)
    assert changes
    assert all(at >= 0.3 * FPS and at + frames // 2 < 2 * FPS for at, frames in changes)


def test_one_line_that_opens_a_film_has_light_pass_over_it():
    only = drawn("quote", words={"headline": "It just works"})
    scene = SCENE.validate_python({"id": "s", "kind": "quote", "duration_s": 4, "headline": "It just works"})
    shown = entrances(only, timing(start=0, frames=120), FPS, scene=scene)
    found = emphasis(only, shown, timing(start=0, frames=120), FPS, style="aurora", scene=scene)
    assert found
    assert (found.kind, found.element) == ("sheen", "headline")


def test_lines_in_focus_are_pointed_at_after_the_code():
    for style in STYLES:
        elements = drawn("code", style, focus=(2, 5))
        shown = {e.element: e for e in entrances(elements, timing(), FPS, style=style, scene=scene_of("code"))}
        lines = [shown[e.id].at for e in elements if e.role == "code_line"]
        grounds = [shown[e.id].at for e in elements if e.role == "mark"]
        assert len(grounds) == 2
        assert min(grounds) > max(lines)


def test_a_change_takes_away_before_it_adds():
    elements = drawn("diff")
    shown = {e.element: e.at for e in entrances(elements, timing(), FPS, scene=scene_of("diff"))}
    lines = {e.id: e.text[:1] for e in elements if e.role == "code_line"}
    stays = [shown[name] for name, sign in lines.items() if sign != "+"]
    gone = [shown[f"{name}.ground"] for name, sign in lines.items() if sign == "-"]
    added = [shown[name] for name, sign in lines.items() if sign == "+"]
    assert max(stays) < min(gone)
    assert max(gone) < min(added)
    assert all(shown[f"{name}.ground"] == shown[name] for name, sign in lines.items() if sign == "+")


def test_the_own_bar_grows_last():
    elements = drawn("chart")
    shown = {e.element: e for e in entrances(elements, timing(), FPS, scene=scene_of("chart"))}
    assert shown["bars.0"].at > max(shown["bars.1"].at, shown["bars.2"].at)
    assert shown["bars.0"].at == shown["bars.0.value"].at
    assert {shown[f"bars.{n}"].kind for n in range(3)} == {"grow"}
    assert shown["bars.0.value"].kind == "count"


def test_mirrored_scenes_move_from_the_other_side_but_code_does_not():
    for style in STYLES:
        for kind in ("chart", "code"):
            elements = drawn(kind, style, direction="rtl", locale="ar")
            roles = {element.id: element.role for element in elements}
            moving = (e for e in entrances(elements, timing(), FPS, style=style, direction="rtl") if e.frames)
            for entrance in moving:
                code = roles[entrance.element] == "code_line"
                assert entrance.edge in (("left", "bottom") if code else ("right", "bottom"))


def test_styles_do_not_move_alike():
    said = {
        style: [
            (e.kind, e.curve, e.distance, e.edge)
            for e in entrances(drawn("problem", style), timing(), FPS, style=style)
        ]
        for style in STYLES
    }
    assert all(said[one] != said[other] for one in STYLES for other in STYLES if one != other)
    assert not any(g.curve == "back" for g in (MANNERS["editorial"].other, *MANNERS["editorial"].roles.values()))


def test_what_pops_together_stays_together():
    shown = entrances(drawn("features", "poster"), timing(), FPS, style="poster")
    cards = [e for e in shown if e.element.startswith("items.0")]
    assert {e.kind for e in cards} == {"pop"}
    assert len({(e.pivot, e.distance, e.curve, e.at, e.frames) for e in cards}) == 1


@given(
    kind=st.sampled_from(KINDS),
    style=st.sampled_from(STYLES),
    frames=st.integers(30, 600),
    tail=st.integers(0, 15),
    before=st.sampled_from(["crossfade", "slide", "cut", None]),
)
def test_nothing_leaves_before_it_could_be_read(kind: SceneKind, style: Style, frames: int, tail: int, before: Any):
    elements, scene, when = drawn(kind, style), scene_of(kind), timing(frames=frames, tail=tail)
    shown = entrances(elements, when, FPS, style=style, scene=scene)
    leaving = exits(elements, shown, when, FPS, style=style, direction="ltr", scene=scene, before=before)
    if kind == "call_to_action" or before != "crossfade" or style in ("terminal", "poster"):
        assert not leaving
    settled = {e.element: e.at + e.frames for e in shown}
    texts = {e.id: e.text for e in elements if e.must_read}
    for one in leaving:
        assert frames - tail <= one.at
        assert one.at + one.frames <= frames
        if texts.get(one.element):
            assert one.at >= settled[one.element] + reading_time_s(texts[one.element]) * FPS


@pytest.mark.parametrize("kind", ["features", "stats", "chart", "release", "before_after", "diff"])
def test_scenes_long_enough_to_be_read_are_left_by_their_words(kind: SceneKind):
    scene = scene_of(kind)
    when = timing(frames=round(needed_s(scene) * FPS) + 1)
    elements = drawn(kind)
    shown = entrances(elements, when, FPS, scene=scene)
    assert exits(elements, shown, when, FPS, style="aurora", direction="ltr", scene=scene, before="crossfade")


@given(kind=st.sampled_from(KINDS), style=st.sampled_from(STYLES), frames=st.integers(30, 600), first=st.booleans())
def test_there_is_one_emphasis_at_most_after_all_stands_and_before_the_end(
    kind: SceneKind, style: Style, frames: int, first: bool
):
    elements, scene, when = drawn(kind, style), scene_of(kind), timing(0 if first else 100, frames)
    shown = entrances(elements, when, FPS, style=style, scene=scene)
    found = emphasis(elements, shown, when, FPS, style=style, scene=scene)
    if found is not None:
        assert found.at >= max(e.at + e.frames for e in shown)
        assert found.at + found.frames <= when.frames - when.tail_frames
        assert found.element in {element.id for element in elements}


def test_only_the_first_way_to_install_is_typed():
    shown = {e.element: e.kind for e in entrances(drawn("install"), timing(), FPS, scene=scene_of("install"))}
    assert shown["command"] == "type"
    assert shown["others.0"] != "type"


def test_the_camera_has_a_motion_for_every_kind_and_neighbours_differ():
    assert set(CAMERA) == set(get_args(SceneKind))
    for kind in KINDS:
        assert camera(kind) == CAMERA[kind][0]
        if len(CAMERA[kind]) > 1:
            assert camera(kind, before=camera(kind)) != camera(kind)
    assert camera("call_to_action") == "still"
    assert camera("chart") == "pull_out", "it draws back before many"


def test_the_camera_aims_where_no_words_stand():
    def at(**more: Any) -> tuple[float, float]:
        return aim(BackdropNeed(motion="push_in", variant=0, duration_s=4, **more))

    assert at(zone="side")[0] > 0.7
    assert at(zone="side", direction="rtl")[0] < 0.3
    assert at(zone="side", aspect="9:16")[1] > 0.6
    assert at(zone="top")[1] > 0.6
    assert at(zone="centre") == (0.5, 0.5)


@pytest.mark.parametrize(
    ("before", "kind", "aurora", "terminal", "poster"),
    [
        (None, "title", "crossfade", "crossfade", "crossfade"),
        ("problem", "before_after", "wipe", "cut", "block"),
        ("features", "stats", "wipe", "cut", "block"),
        ("problem", "code", "slide", "slide", "slide"),
        ("features", "install", "crossfade", "cut", "slide"),
    ],
)
def test_transitions_have_a_reason_and_a_style(before: Any, kind: Any, aurora: str, terminal: str, poster: str):
    assert takeover(before, kind) == aurora
    assert takeover(before, kind, "terminal") == terminal
    assert takeover(before, kind, "poster") == poster


def test_cuts_do_not_make_a_film_longer_and_are_few():
    kinds = ("title", "problem", "features", "quote", "stats", "chart", "install", "call_to_action")
    drafts = [
        Draft(
            role=kind, takes=(Take(scene_of(kind).model_copy(update={"id": kind.replace("_", "-")}), 1.0),), needed=True
        )
        for kind in kinds
    ]
    lengths = {}
    for style in STYLES:
        scenes = fit(drafts, length_s=66, scene_limit=9, language="en", style=style)
        joins = [scene.transition for scene in scenes[1:]]
        assert joins.count("cut") <= 4
        lengths[style] = sum(s.duration_s for s in scenes) - 0.5 * (len(joins) - joins.count("cut"))
    assert max(lengths.values()) - min(lengths.values()) < 0.2


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.1 s", "3.1"),
        ("42 dB", "42"),
        ("12,345", "12,345"),
        ("~300 ms", "300"),
        ("$5", "5"),
        ("99.9%", "99.9"),
        ("1.2k stars", "1.2"),
        ("0 keys", None),
        ("v2.0", None),
        ("1.2.3", None),
        ("Python 3.11", None),
        ("2024", None),
        ("5 of 6", None),
        ("12:30", None),
        ("24/7", None),
        ("MIT", None),
        ("", None),
    ],
)
def test_only_quantities_count(text: str, number: str | None):
    span = number_in(text)
    assert (text[slice(*span)] if span else None) == number


@given(
    value=st.integers(1, 10**9),
    places=st.integers(0, 3),
    grouped=st.booleans(),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=12),
)
def test_a_count_passes_through_numbers_of_the_same_form_only(
    value: int, places: int, grouped: bool, shares: list[float]
):
    number = f"{value / 10**places:{',' if grouped else ''}.{places}f}"
    seen = []
    for share in sorted(shares):
        shown = number_at(number, share)
        assert len(shown) == len(number)
        blank = len(shown) - len(shown.lstrip(" "))
        for sign, final in zip(shown[blank:], number[blank:], strict=True):
            assert sign.isdigit() if final.isdigit() else sign == final
        assert shown.strip()[0].isdigit()
        seen.append(int("".join(sign for sign in shown if sign.isdigit())))
    assert seen == sorted(seen)
    assert number_at(number, 1.0) == number
