"""Family F, the file: its container, where it may be posted, and the copy for GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readme2video.errors import EncoderError
from readme2video.media.probe import Probe, frames, probe
from readme2video.model.check import Verdict

GITHUB_BYTES = 10_000_000
"""What GitHub's free plan takes in a README, an issue or a release's text."""

GITHUB_COPY = "promo-github.mp4"
_AGAIN = "Make the film again."


@dataclass(frozen=True)
class Platform:
    """What a place takes on its free plan (reference/video-quality.md D.4, seen 2026-10).

    Attributes:
        shapes: Width over height, from and to.
    """

    name: str
    length_s: tuple[float, float]
    size_bytes: tuple[int, float]
    shapes: tuple[float, float]
    fps: tuple[float, float] = (1, 60)
    side_px: tuple[int, int] = (16, 8192)


PLATFORMS = (
    Platform("YouTube", (1, 15 * 60), (1, 256e9), (1 / 3, 3)),
    Platform("X", (0.5, 140), (1, 512e6), (1 / 3, 3)),
    Platform("LinkedIn", (3, 600), (75_000, 5e9), (1 / 2.4, 2.4), fps=(10, 60), side_px=(144, 4096)),
)


def file_checks(file: Path, found: Probe) -> tuple[Verdict, ...]:
    """F1 and F2 of a film as probed."""
    return (_container(found), _sound_track(found), platform_check(found, file.stat().st_size))


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
    return Verdict(level="pass" if good else "fail", rule="F1 container", detail=said, fix="" if good else _AGAIN)


def _sound_track(found: Probe) -> Verdict:
    if found.audio is None:
        return Verdict(level="fail", rule="F1 sound track", detail="there is none", fix=_AGAIN)
    codec, rate_hz, channels = found.audio
    good = codec == "aac" and rate_hz == 48_000 and abs(found.audio_s - found.duration_s) < 0.1
    said = f"{codec}, {rate_hz / 1000:g} kHz, {channels} channels, {found.audio_s:.2f} s"
    return Verdict(level="pass" if good else "fail", rule="F1 sound track", detail=said, fix="" if good else _AGAIN)


def platform_check(found: Probe, size_bytes: int) -> Verdict:
    """F2: where the file may be posted as it is."""
    refused = [(place.name, why) for place in PLATFORMS if (why := next(_reasons(place, found, size_bytes), ""))]
    taken = [place.name for place in PLATFORMS if place.name not in dict(refused)]
    if size_bytes <= GITHUB_BYTES:
        taken.append("GitHub")
    said = f"{size_bytes / 1e6:.1f} MB, for " + (", ".join(taken) or "nobody")
    if not refused:
        return Verdict(level="pass", rule="F2 platforms", detail=said)
    said += "; not for " + ", ".join(f"{name} ({why})" for name, why in refused)
    fix = "Choose another --length or --quality for these places."
    return Verdict(level="warn" if taken else "fail", rule="F2 platforms", detail=said, fix=fix)


def _reasons(place: Platform, found: Probe, size_bytes: int) -> Iterator[str]:
    width, height = found.size_px.width, found.size_px.height
    if not place.length_s[0] <= found.duration_s <= place.length_s[1]:
        yield f"{found.duration_s:.1f} s, it takes {place.length_s[0]:g} to {place.length_s[1]:g} s"
    if not place.size_bytes[0] <= size_bytes <= place.size_bytes[1]:
        yield f"{size_bytes / 1e6:.2f} MB"
    if not place.shapes[0] <= width / height <= place.shapes[1]:
        yield f"{width}:{height}"
    if not place.fps[0] <= found.fps <= place.fps[1]:
        yield f"{found.fps:g} fps"
    if min(width, height) < place.side_px[0] or max(width, height) > place.side_px[1]:
        yield f"{width}x{height} px"


def copy_check(folder: Path, film: str) -> Verdict:
    """F3: there is a file that GitHub takes, and it plays from its first frame to its last.

    Args:
        film: Name of the film it is a copy of.
    """
    rule = "F3 GitHub copy"
    whole, copy = folder / film, folder / GITHUB_COPY
    size_bytes = whole.stat().st_size
    if size_bytes <= GITHUB_BYTES and not copy.is_file():
        return Verdict(level="pass", rule=rule, detail=f"{film} itself has {size_bytes / 1e6:.1f} MB, GitHub takes 10")
    if not copy.is_file():
        said = f"{film} has {size_bytes / 1e6:.1f} MB, GitHub takes 10; there is no {GITHUB_COPY}"
        return Verdict(level="warn", rule=rule, detail=said, fix=_AGAIN)
    try:
        found, wanted = probe(copy), probe(whole)
        seen = [index for index, _ in frames(copy, frozenset({0, found.frames - 1}))]
    except EncoderError as error:
        return Verdict(level="fail", rule=rule, detail=error.message, fix=_AGAIN)
    said = f"{GITHUB_COPY}: {copy.stat().st_size / 1e6:.1f} MB, {found.duration_s:.1f} s"
    good = (
        copy.stat().st_size <= GITHUB_BYTES
        and found.codec == "h264"
        and found.pixel_format == "yuv420p"
        and abs(found.duration_s - wanted.duration_s) < 0.1
        and len(seen) == 2
    )
    return Verdict(level="pass" if good else "fail", rule=rule, detail=said, fix="" if good else _AGAIN)
