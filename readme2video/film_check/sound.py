"""Family A, sound and captions: how loud the film is, and whether it is told without sound."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.model.check import Verdict
from readme2video.model.report import Report

WANTED_LUFS, NEAR_LU, FAR_LU = -14.0, 1.0, 6.0
HIGHEST_PEAK_DBTP = -1.0
_SILENT_LUFS = -69.0  # the meter's own floor is -70
_DEADLINE_S = 120.0

_MOST_LINES, _LONGEST_LINE, _FASTEST_CPS = 2, 42, 20.0
_SHORTEST_S, _LONGEST_S, _GAP_S = 5 / 6, 7.0, 2 / 30
_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})[^\n]*\n(.*?)(?:\n\s*\n|\Z)", re.DOTALL
)


def loudness(file: Path, stop: threading.Event | None = None) -> tuple[float, float] | None:
    """Integrated loudness in LUFS and true peak in dBTP (EBU R 128); None when nothing is heard.

    Args:
        stop: When set, ffmpeg is ended.

    Raises:
        EncoderError: ffmpeg could not be started or did not end.
        InterruptedError: ``stop`` was set.
    """
    said = run_ffmpeg(
        [
            "-protocol_whitelist", "file,pipe", "-i", str(file.resolve()), "-vn", "-sn",
            "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-",
        ],
        _DEADLINE_S,
        stop,
    ).stderr.decode("utf-8", "replace")  # fmt: skip
    heard, peak = (re.findall(rf"{name}:\s+(-?[\d.]+|-?inf|nan) ", said) for name in ("I", "Peak"))
    if not heard or not peak or heard[-1].lstrip("-") in ("inf", "nan") or peak[-1].lstrip("-") in ("inf", "nan"):
        return None
    return (float(heard[-1]), float(peak[-1])) if float(heard[-1]) > _SILENT_LUFS else None


def loudness_check(measured: tuple[float, float] | None) -> Verdict:
    """A1: as loud as the platforms play everything, and not clipped by their encoders."""
    rule = "A1 loudness"
    if measured is None:
        return Verdict(level="pass", rule=rule, detail="silent: no sound was asked for")
    lufs, peak = measured
    off, said = abs(lufs - WANTED_LUFS), f"{lufs:.1f} LUFS, true peak {peak:.1f} dBTP"
    if off <= NEAR_LU and peak <= HIGHEST_PEAK_DBTP:
        return Verdict(level="pass", rule=rule, detail=said)
    bad = peak > 0 or off > FAR_LU
    fix = f"{WANTED_LUFS:g} LUFS and at most {HIGHEST_PEAK_DBTP:g} dBTP are wanted: make it without --music clip."
    return Verdict(level="fail" if bad else "warn", rule=rule, detail=said, fix=fix)


def words_checks(report: Report, captions: str | None) -> tuple[Verdict, ...]:
    """A2 captions, A3 the story without sound.

    Args:
        captions: The text of ``captions.srt``; None when there is none.
    """
    return (*_captions(captions), _muted(report))


def _captions(text: str | None) -> Iterator[Verdict]:
    rule = "A2 captions"
    if text is None:
        yield Verdict(level="pass", rule=rule, detail="none needed: nothing is spoken, all words are in the picture")
        return
    cues = [_cue(found) for found in _CUE.findall(text.replace("\r\n", "\n") + "\n\n")]
    wrong = [(start, problem) for start, end, said in cues for problem in _cue_problems(start, end, said)]
    wrong += [
        (right[0], f"{right[0] - left[1]:.2f} s after the one before")
        for left, right in pairwise(cues)
        if right[0] - left[1] < _GAP_S - 1e-3
    ]
    if not cues:
        yield Verdict(level="fail", rule=rule, detail="captions.srt has no caption", fix="Make the film again.")
    elif wrong:
        at, problem = wrong[0]
        fix = "At most 2 lines of 42 characters and 20 characters a second, 0.83 to 7 s, 2 frames apart."
        yield Verdict(level="warn", rule=rule, detail=f"{len(wrong)} off, first: {problem}", fix=fix, time_s=at)
    else:
        yield Verdict(level="pass", rule=rule, detail=f"{len(cues)} captions keep to the norms")


def _cue(found: tuple[str, ...]) -> tuple[float, float, str]:
    first, last = found[:4], found[4:8]
    start, end = (int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in (first, last))
    return start, end, found[8].strip()


def _cue_problems(start: float, end: float, said: str) -> Iterator[str]:
    lines, length_s = said.split("\n"), end - start
    if len(lines) > _MOST_LINES:
        yield f"{len(lines)} lines"
    if max(map(len, lines)) > _LONGEST_LINE:
        yield f"{max(map(len, lines))} characters in a line"
    if not _SHORTEST_S - 1e-3 <= length_s <= _LONGEST_S + 1e-3:
        yield f"{length_s:.2f} s long"
    elif len(said) / length_s > _FASTEST_CPS:
        yield f"{len(said) / length_s:.0f} characters a second"


def _muted(report: Report) -> Verdict:
    bare = [scene.id for scene in report.scenes if not any(string.text.strip() for string in scene.strings)]
    if bare:
        fix = "Give it a headline: most people watch without sound."
        said = f"{len(bare)} scenes without words, first {bare[0]}"
        return Verdict(level="warn", rule="A3 muted story", detail=said, fix=fix, scene=bare[0])
    return Verdict(level="pass", rule="A3 muted story", detail="every scene tells its part in words")
