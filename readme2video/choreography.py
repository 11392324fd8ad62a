"""Who moves when within a scene: entrances, one emphasis, exits. Pure rules over the elements of a shot.

The words of the first scene stand on frame 0, so that it is a poster and can be read at once; the last of them enter
later, which is the visible change that every film begins with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from readme2video.model.film import Edge, Emphasis, Entrance, Exit, SceneTiming
from readme2video.model.scene import ChartScene, DiffScene, Scene
from readme2video.model.shot import Element
from readme2video.model.vocabulary import Style, Transition
from readme2video.motion import MANNERS, Gesture, Manner
from readme2video.timeline import AFTER_COMMAND_S, POINT_S, reading_time_s, typing_s

HOOK_S = 0.4
"""When the last words of the first scene enter."""
_SETTLED_BY = 0.6
"""The part of a scene by which everything has settled, however short it is."""
_EMPHASIS_AFTER_S, _EMPHASIS_S, _CARET_S = 0.35, 0.9, 2.0
_LEAVING = 0.7
"""The part of a transition in which words leave; after it the next scene's own stand there."""
_LEFT_TO_RIGHT = ("code_line", "command", "output")


def entrances(
    elements: Sequence[Element],
    timing: SceneTiming,
    fps: int,
    *,
    style: Style = "aurora",
    direction: Literal["ltr", "rtl"] = "ltr",
    scene: Scene | None = None,
) -> tuple[Entrance, ...]:
    """When and how each element of a scene appears.

    Elements enter in their order; equal orders together. What points at something enters after what it points at: the
    lines in focus after the code, what a change removes and then what it adds after the lines that stay, a chart's own
    bar after the others. If the scene is too short for the full choreography, all times shrink together so that
    everything has settled by 60 % of it. The project's name stands there all the time, from scene to scene.

    Args:
        scene: Of the storyboard; None leaves every element to its order.
    """
    manner = MANNERS[style]
    if timing.start == 0:
        return _hook(elements, manner, fps, direction)
    found: dict[str, tuple[float, float]] = {}
    clock, settled, phase = timing.head_frames / fps / 2, 0.0, 0
    place = _places(elements, scene)
    entering = [element for element in elements if element.role != "brand"]
    for now, order in sorted({place(element) for element in entering}):
        if now != phase:
            clock, phase = max(clock + POINT_S, 0.0), now
        together = [element for element in entering if place(element) == (now, order)]
        lasts = {element.id: _lasts_s(element, manner) for element in together}
        found |= {element.id: (clock, lasts[element.id]) for element in together}
        settled = max(settled, clock + max(lasts.values()))
        clock += _stagger_s(together, manner)
    room = _SETTLED_BY * timing.frames / fps
    squeeze = min(1.0, room / settled) if settled else 1.0
    return tuple(
        _entrance(
            element,
            elements,
            manner,
            direction,
            at=round(found[element.id][0] * squeeze * fps),
            frames=max(1, round(found[element.id][1] * squeeze * fps)),
        )
        if element.id in found
        else _there(element)
        for element in elements
    )


def _there(element: Element) -> Entrance:
    """It stands from the first frame on."""
    return Entrance(element=element.id, kind="fade", at=0, frames=0)


def _places(elements: Sequence[Element], scene: Scene | None) -> Callable[[Element], tuple[int, int]]:
    """Gives each element the phase it enters in and its order there."""
    own = f"bars.{scene.highlight}" if isinstance(scene, ChartScene) and scene.highlight is not None else ""
    texts = {element.id: element.text for element in elements}

    def place(element: Element) -> tuple[int, int]:
        line = element.id.removesuffix(".ground")
        if isinstance(scene, DiffScene) and line.startswith("diff."):
            if texts.get(line, "").startswith("+"):
                return 2, element.order
            return (1 if element.id != line else 0), element.order
        if element.id.endswith(".ground"):
            return 1, 0  # the eye shall go to them at once
        if own and element.id in (own, f"{own}.value"):
            return 1, element.order
        return 0, element.order

    return place


def _hook(
    elements: Sequence[Element], manner: Manner, fps: int, direction: Literal["ltr", "rtl"]
) -> tuple[Entrance, ...]:
    worded = sorted({element.order for element in elements if element.must_read and element.text})
    late = worded[-1] if len(worded) > 1 else -1
    return tuple(
        _entrance(
            element,
            elements,
            manner,
            direction,
            at=round(HOOK_S * fps),
            frames=max(1, round(_lasts_s(element, manner) * fps)),
        )
        if element.order == late
        else _there(element)
        for element in elements
    )


def _lasts_s(element: Element, manner: Manner) -> float:
    gesture = _gesture(element, manner)
    return typing_s(element.glyphs) if gesture.kind == "type" else gesture.lasts_s


def _stagger_s(together: Sequence[Element], manner: Manner) -> float:
    """How long elements that enter together keep the next ones waiting, seconds."""
    typed = max(
        (_lasts_s(element, manner) for element in together if _gesture(element, manner).kind == "type"), default=0
    )
    if typed:
        return typed + AFTER_COMMAND_S
    lines = [e for e in together if e.role in ("code_line", "output", "command")]
    return max(_gesture(element, manner).stagger_s for element in lines or together)


def _gesture(element: Element, manner: Manner) -> Gesture:
    gesture = manner.gesture(element.role)
    # A command without cells (wrapped, or of a script that has none) cannot be typed; other ways to get the project
    # need not be: one is enough to see. They appear like output.
    typed = element.glyphs and not element.id.startswith("others.")
    return gesture if gesture.kind != "type" or typed else manner.gesture("output")


def _entrance(
    element: Element,
    elements: Sequence[Element],
    manner: Manner,
    direction: Literal["ltr", "rtl"],
    *,
    at: int,
    frames: int,
) -> Entrance:
    gesture = _gesture(element, manner)
    pivot = None
    if gesture.kind == "pop":
        boxes = [other.box for other in elements if other.order == element.order]
        left, right = min(box.x for box in boxes), max(box.right for box in boxes)
        top, bottom = min(box.y for box in boxes), max(box.bottom for box in boxes)
        pivot = ((left + right) // 2, (top + bottom) // 2)
    return Entrance(
        element=element.id,
        kind=gesture.kind,
        at=at,
        frames=frames,
        curve=gesture.curve,
        distance=gesture.distance,
        edge="bottom" if gesture.edge == "bottom" else _start_of(element, direction),
        pivot=pivot,
    )


def _start_of(element: Element, direction: Literal["ltr", "rtl"]) -> Edge:
    """The side an element is read from; code and commands are so from the left in every language."""
    return "right" if direction == "rtl" and element.role not in _LEFT_TO_RIGHT else "left"


def emphasis(
    elements: Sequence[Element],
    entering: Sequence[Entrance],
    timing: SceneTiming,
    fps: int,
    *,
    style: Style,
    scene: Scene,
) -> Emphasis | None:
    """The one thing of a scene that asks for a look once all stands; None where an entrance does, or no time is left.

    The command to install lies in a light that wells up once, or has a caret behind it; a first scene with one line of
    words, of which nothing enters, has light pass over it.
    """
    at = max((entrance.at + entrance.frames for entrance in entering), default=0)
    wanted = MANNERS[style].emphasis
    lasts_s, target = _EMPHASIS_S, None
    kind: Literal["pulse", "caret", "sheen"] = "sheen"
    if timing.start == 0 and not at:
        target = next((element for element in elements if element.must_read and element.text), None)
        at = round(HOOK_S * fps)
    elif scene.kind == "install" and wanted == "pulse":
        kind, target = "pulse", next((element for element in elements if element.id == "command.panel"), None)
        at += round(_EMPHASIS_AFTER_S * fps)
    elif scene.kind in ("install", "terminal") and wanted == "caret":
        typed = [entrance.element for entrance in entering if entrance.kind == "type"]
        target = next((element for element in elements if typed and element.id == typed[-1]), None)
        kind, lasts_s = "caret", _CARET_S
    frames = round(lasts_s * fps)
    if target is None or at + frames > timing.frames - timing.tail_frames:
        return None
    return Emphasis(element=target.id, kind=kind, at=at, frames=frames)


def exits(
    elements: Sequence[Element],
    entering: Sequence[Entrance],
    timing: SceneTiming,
    fps: int,
    *,
    style: Style,
    direction: Literal["ltr", "rtl"],
    scene: Scene,
    before: Transition | None,
    language: str = "en",
) -> tuple[Exit, ...]:
    """How words leave while the next scene melts in, so that never two scenes' words lie over each other.

    Nothing leaves an end card, nor where the picture moves on as a whole, nor before every line has stood as long as
    it takes to read it. What is shown, a picture in its frame, melts as it stands.

    Args:
        before: The transition to the next scene; None at the film's end.
    """
    kind = MANNERS[style].exit
    frames = round(timing.tail_frames * _LEAVING)
    if kind is None or before != "crossfade" or scene.kind == "call_to_action" or not frames:
        return ()
    at = timing.frames - timing.tail_frames
    settled = {entrance.element: entrance.at + entrance.frames for entrance in entering}
    for element in elements:
        if element.must_read and settled[element.id] + reading_time_s(element.text, language) * fps > at:
            return ()
    return tuple(
        Exit(
            element=element.id,
            kind="fade" if kind == "cover" and not element.text else kind,
            at=at,
            frames=frames,
            edge=_start_of(element, direction),
        )
        for element in elements
        if element.role not in ("brand", "logo") and not element.id.startswith("picture")
    )
