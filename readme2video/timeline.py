"""When things happen: reading times, scene lengths, the film's timeline and the entrances within a scene.

Pure rules over records. The numbers are those of the film checks: text must stand settled for
``max(1 s, 0.3 + max(chars / 17, words / 3))`` (Netflix and BBC subtitle guides, Brysbaert 2019).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from readme2video.model.film import Entrance, EntranceKind, SceneTiming, Timeline
from readme2video.model.shot import Element
from readme2video.model.storyboard import Code, Scene, Storyboard, TerminalScene, strings

TRANSITION_S = 0.5
STAGGER_S = 0.14
RISE_S = 0.5
LINE_STAGGER_S = 0.09
LINE_S = 0.3
TYPED_PER_S = 30.0
LONGEST_TYPING_S = 1.5
AFTER_COMMAND_S = 0.25
HOOK_S = 0.4
"""When the last element of the first scene enters; all others stand on frame 0, so that it is a poster."""

_CHARS_PER_S = {"ja": 4.0, "zh": 9.0, "ko": 12.0}
_CODE_LINE_S = 0.45  # a line of code is glanced at, not read aloud


def reading_time_s(text: str, language: str = "en") -> float:
    """How long a text must stand still to be read, in seconds, at least 1.

    In Chinese, Japanese and Korean films the characters of that script have their own rate; names and commands among
    them are read like Latin text.
    """
    seconds = 0.3
    rate = _CHARS_PER_S.get(language.partition("-")[0])  # zh-TW is read like zh
    if rate is not None:
        wide = sum(1 for character in text if unicodedata.east_asian_width(character) in "WF")
        seconds += wide / rate
        text = "".join(" " if unicodedata.east_asian_width(character) in "WF" else character for character in text)
        text = " ".join(text.split())
    return max(1.0, seconds + max(len(text) / 17, len(text.split()) / 3))


def _typing_s(characters: int) -> float:
    return min(LONGEST_TYPING_S, characters / TYPED_PER_S)


def settle_s(scene: Scene) -> float:
    """When everything of a scene stands still, seconds after its transition in began; an upper bound."""
    start = TRANSITION_S / 2
    if isinstance(scene, TerminalScene):
        typing = sum(
            _typing_s(len(line.text.text)) + AFTER_COMMAND_S if line.role == "command" else LINE_STAGGER_S
            for line in scene.lines
        )
        return start + 2 * STAGGER_S + typing + LINE_S
    code_lines = sum(len(text.text.split("\n")) for _, text in strings(scene) if isinstance(text, Code))
    others = sum(1 for _, text in strings(scene) if not isinstance(text, Code))
    return start + others * STAGGER_S + code_lines * LINE_STAGGER_S + RISE_S


def needed_s(scene: Scene, language: str = "en") -> float:
    """The shortest length at which a scene can be read, transitions included, in seconds."""
    reading = 0.0
    for _, text in strings(scene):
        if isinstance(text, Code):
            reading += _CODE_LINE_S * len(text.text.split("\n"))
        elif isinstance(scene, TerminalScene) and reading:
            reading += min(_CODE_LINE_S * 2, reading_time_s(text.text, language))
        else:
            reading += reading_time_s(text.text, language) - (0.3 if reading else 0.0)
    # Reading begins with the first words, while later ones still enter.
    first_words = TRANSITION_S / 2 + RISE_S
    return max(settle_s(scene) + 1.0, first_words + reading) + TRANSITION_S


def arrange(storyboard: Storyboard, fps: int) -> Timeline:
    """Lay the scenes out on one timeline; neighbours overlap by their transition.

    A transition never takes more than a quarter of the shorter neighbour.
    """
    lengths = [max(2, round(scene.duration_s * fps)) for scene in storyboard.scenes]
    overlaps = [0]
    for (left, right), scene in zip(pairwise(lengths), storyboard.scenes[1:], strict=True):
        wanted = 0 if scene.transition == "cut" else round(TRANSITION_S * fps)
        overlaps.append(min(wanted, left // 4, right // 4))
    overlaps.append(0)
    scenes: list[SceneTiming] = []
    start = 0
    for index, (scene, frames) in enumerate(zip(storyboard.scenes, lengths, strict=True)):
        start -= overlaps[index]
        scenes.append(
            SceneTiming(
                scene=scene.id,
                start=start,
                frames=frames,
                head_frames=overlaps[index],
                tail_frames=overlaps[index + 1],
            )
        )
        start += frames
    return Timeline(fps=fps, frames=start, scenes=tuple(scenes))


def entrances(elements: Sequence[Element], timing: SceneTiming, fps: int) -> tuple[Entrance, ...]:
    """When and how each element of a scene appears.

    Elements enter in their order; equal orders together. The film's first scene stands from frame 0 except
    for its last element. If the scene is too short for the full choreography, all times shrink together so that
    everything has settled by 60 % of the scene.
    """
    if timing.start == 0:
        return _hook(elements, fps)
    at_s: dict[int, tuple[float, float]] = {}
    clock = timing.head_frames / fps / 2
    for order in sorted({element.order for element in elements}):
        together = [element for element in elements if element.order == order]
        lasts, steps = _pace(together)
        at_s[order] = (clock, lasts)
        clock += steps
    settled = max((at + lasts for at, lasts in at_s.values()), default=0.0)
    room = 0.6 * timing.frames / fps
    squeeze = min(1.0, room / settled) if settled else 1.0
    return tuple(
        Entrance(
            element=element.id,
            kind=_kind(element),
            at=round(at_s[element.order][0] * squeeze * fps),
            frames=max(1, round(at_s[element.order][1] * squeeze * fps)),
        )
        for element in elements
    )


def _hook(elements: Sequence[Element], fps: int) -> tuple[Entrance, ...]:
    orders = sorted({element.order for element in elements})
    late = orders[-1] if len(orders) > 1 else -1
    return tuple(
        Entrance(element=element.id, kind="rise", at=round(HOOK_S * fps), frames=round(RISE_S * fps))
        if element.order == late
        else Entrance(element=element.id, kind="fade", at=0, frames=0)
        for element in elements
    )


def _pace(together: Sequence[Element]) -> tuple[float, float]:
    """How long elements that enter together take, and how long until the next may begin, seconds."""
    typed = max((element.glyphs for element in together if element.role == "command"), default=0)
    if typed:
        typing = _typing_s(typed)
        return typing, typing + AFTER_COMMAND_S
    if any(element.role in ("code_line", "output", "command") for element in together):
        return LINE_S, LINE_STAGGER_S
    return RISE_S, STAGGER_S


def _kind(element: Element) -> EntranceKind:
    if element.role == "command" and element.glyphs:
        return "type"
    if element.role == "code_line":
        return "slide"
    return "fade" if element.role in ("output", "brand", "command") else "rise"
