"""Checks of a finished film file: container, length, black and frozen stretches. Facts first, then a verdict each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.media.probe import Probe, probe

LONGEST_BLACK_S = 0.25
STILL_WARN_S, STILL_FAIL_S = 3.5, 6.0
_SCAN_TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Verdict:
    """One rule's outcome.

    Attributes:
        rule: Short name of the rule, as in the table of film checks.
        detail: The figures.
        fix: What to do when it is not a pass.
    """

    level: Literal["pass", "warn", "fail"]
    rule: str
    detail: str
    fix: str = ""


def check_film(file: Path) -> tuple[Verdict, ...]:
    """All checks of one film.

    Raises:
        EncoderError: The file is not a readable video.
    """
    found = probe(file)
    return (_container(found), _sound(found), _length(found), *_stretches(file))


def _container(found: Probe) -> Verdict:
    tags = (found.range_, found.matrix, found.primaries, found.transfer)
    said = (
        f"{found.codec} {found.profile}, {found.pixel_format}, {found.size_px.width}x{found.size_px.height}, "
        f"{found.fps:g} fps, {'BT.709' if tags == (1, 1, 1, 1) else f'colour tags {tags}'}, "
        f"index {'first' if found.faststart else 'last'}"
    )
    good = (
        found.codec == "h264"
        and found.profile == "High"
        and found.pixel_format == "yuv420p"
        and tags == (1, 1, 1, 1)
        and found.faststart
        and found.size_px.width % 2 == 0
        and found.size_px.height % 2 == 0
    )
    return Verdict("pass" if good else "fail", "F1 container", said, "" if good else "Make the film again.")


def _sound(found: Probe) -> Verdict:
    if found.audio is None:
        return Verdict("fail", "F1 sound track", "there is none", "Make the film again.")
    codec, rate_hz, channels = found.audio
    good = codec == "aac" and rate_hz == 48_000 and abs(found.audio_s - found.duration_s) < 0.1
    said = f"{codec}, {rate_hz / 1000:g} kHz, {channels} channels, {found.audio_s:.2f} s"
    return Verdict("pass" if good else "fail", "F1 sound track", said, "" if good else "Make the film again.")


def _length(found: Probe) -> Verdict:
    said = f"{found.duration_s:.1f} s"
    if 20 <= found.duration_s <= 45:
        return Verdict("pass", "S1 length", said)
    fix = "20 to 45 s are watched to the end; use --length, or shorten scenes in the storyboard."
    return Verdict("warn", "S1 length", said, fix)


def _stretches(file: Path) -> tuple[Verdict, ...]:
    scan = run_ffmpeg(
        [
            "-protocol_whitelist", "file,pipe", "-i", str(file.resolve()), "-an",
            "-vf", f"blackdetect=d={LONGEST_BLACK_S}:pix_th=0.06,freezedetect=n=-60dB:d={STILL_WARN_S}",
            "-f", "null", "-",
        ],
        _SCAN_TIMEOUT_S,
    )  # fmt: skip
    said = scan.stderr.decode("utf-8", "replace")
    black = [(float(a), float(b)) for a, b in re.findall(r"black_start:([\d.]+) black_end:([\d.]+)", said)]
    frozen = [float(length) for length in re.findall(r"freeze_duration: ([\d.]+)", said)]
    longest = max(frozen, default=0.0)
    return (
        Verdict("fail", "P7 black", f"{len(black)} stretches, first at {black[0][0]:.1f} s", "Use a lighter theme.")
        if black
        else Verdict("pass", "P7 black", f"none over {LONGEST_BLACK_S} s"),
        Verdict(
            "fail" if longest > STILL_FAIL_S else "warn" if frozen else "pass",
            "P7 frozen",
            f"{longest:.1f} s without a change" if frozen else f"none over {STILL_WARN_S} s",
            "Give the scene another motion, or shorten it." if frozen else "",
        ),
    )
