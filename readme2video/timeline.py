"""How long things take: reading times, scene lengths and the film's timeline.

Pure rules over records. The numbers are those of the film checks: text must stand settled for
``max(1 s, 0.3 + max(chars / 17, words / 3))`` (Netflix and BBC subtitle guides, Brysbaert 2019).
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from readme2video.model.film import SceneTiming, Timeline
from readme2video.model.scene import (
    CallToActionScene,
    ChartScene,
    CodeScene,
    DiffScene,
    InstallScene,
    Scene,
    StatsScene,
    TerminalScene,
    strings,
)
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Code
from readme2video.motion import SLOWEST_S

TRANSITION_S = 0.5
STAGGER_S = 0.14
LINE_STAGGER_S = 0.09
RISE_S = 0.5
TYPED_PER_S = 30.0
LONGEST_TYPING_S = 1.5
AFTER_COMMAND_S = 0.25
POINT_S = 0.2
"""The pause before what points at something enters: lines in focus, what a change removes, then what it adds."""

_WORDS_S = 0.6
_LAST_LINE_S = 0.3
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


def typing_s(characters: int) -> float:
    """How long a command is typed; long ones are typed faster."""
    return min(LONGEST_TYPING_S, characters / TYPED_PER_S)


def settle_s(scene: Scene) -> float:
    """When everything of a scene stands still, seconds after its transition in began; an upper bound for all styles."""
    start = TRANSITION_S / 2
    if isinstance(scene, TerminalScene):
        typing = sum(
            typing_s(len(line.text.text)) + AFTER_COMMAND_S if line.role == "command" else LINE_STAGGER_S
            for line in scene.lines
        )
        return start + 2 * STAGGER_S + typing + _LAST_LINE_S
    code_lines = sum(len(text.text.split("\n")) for _, text in strings(scene) if isinstance(text, Code))
    others = sum(1 for _, text in strings(scene) if not isinstance(text, Code))
    settled = start + others * STAGGER_S + code_lines * LINE_STAGGER_S
    if isinstance(scene, (InstallScene, CallToActionScene)) and scene.command is not None:
        settled += typing_s(len(scene.command.text)) + AFTER_COMMAND_S
    points = 2 if isinstance(scene, DiffScene) else 1 if isinstance(scene, (CodeScene, ChartScene)) else 0
    return settled + points * POINT_S + (SLOWEST_S if isinstance(scene, (ChartScene, StatsScene)) else _WORDS_S)


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
