"""The local animator: a camera path over the plate. Data, no file: the renderer draws it once, at output size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from readme2video.engine import Work
from readme2video.model.film import BackdropNeed, BackdropRequest, CameraPath, Pose
from readme2video.model.record import Stage
from readme2video.model.vocabulary import Motion

# Speeds per second of scene, so that long scenes do not crawl and short ones do not rush; total travel is capped.
_ZOOM_PER_S, _ZOOM_MOST = 0.022, 0.14
_TRAVEL_PER_S, _TRAVEL_MOST = 0.14, 0.9
_OVERSCAN = 1.14
"""Zoom of the moves that travel: the view needs room beside it."""


@dataclass(frozen=True)
class LocalAnimator:
    """Camera moves after the storyboard: push in, pull out, pan, drift, still."""

    stage: Stage = "animate"
    fingerprint: str = "local/2"
    output: type[CameraPath] = CameraPath
    parallel: int = 4

    async def perform(self, request: BackdropRequest, work: Work) -> CameraPath:  # noqa: ARG002 - needs no files
        """The path for the wanted motion; equal requests give equal paths."""
        return camera_path(request.motion, request.variant, request.duration_s, aim(request))


def aim(need: BackdropNeed) -> tuple[float, float]:
    """The point of the plate that the camera is drawn to: where no words stand, and something is to be seen.

    Beside words at one side it is the other side, below words at the top it is the lower part; on an upright picture
    words at the side fill its width, and what is free lies below them. The look moves it a little, so that neighbours
    do not aim at one point.
    """
    x, y = {"side": (0.78, 0.45), "top": (0.5, 0.68), "centre": (0.5, 0.5)}[need.zone]
    if need.zone == "side" and need.aspect == "9:16":
        x, y = 0.62, 0.7
    across, down = ((0.0, 0.0), (-0.1, -0.06), (0.08, 0.06), (-0.06, 0.1), (0.1, -0.08))[need.variant % 5]
    x, y = x + across, y + down
    return (1 - x if need.direction == "rtl" else x), y


def camera_path(
    motion: Motion, variant: int, duration_s: float, aimed: tuple[float, float] | None = None
) -> CameraPath:
    """The camera's start and end for a motion.

    Args:
        variant: Index of the scene; the same motion in two scenes aims at different points.
        duration_s: Length of the scene.
        aimed: The point it is drawn to, as parts of width and height; None aims by the variant alone.
    """
    zoom = min(_ZOOM_MOST, _ZOOM_PER_S * duration_s)
    about = ((0.5, 0.5), (0.35, 0.4), (0.65, 0.6), (0.4, 0.65), (0.6, 0.35))[variant % 5]
    aim_x, aim_y = about if aimed is None else aimed
    wide = Pose(zoom=1.0, x=0.5, y=0.5)
    near = Pose(zoom=1.0 + zoom, x=aim_x, y=aim_y)
    if motion == "push_in":
        return CameraPath(start=wide, end=near)
    if motion == "pull_out":
        return CameraPath(start=near, end=wide)
    if motion == "still":
        # Not frozen: a breath of light zoom keeps the picture alive while the words stand.
        return CameraPath(start=wide, end=Pose(zoom=1.0 + zoom * 0.5, x=0.5, y=0.5), easing="linear")
    half = min(_TRAVEL_MOST, _TRAVEL_PER_S * duration_s) / 2
    back, forth = 0.5 - half, 0.5 + half
    across: dict[Motion, tuple[Literal["x", "y"], float, float]] = {
        "pan_right": ("x", back, forth),
        "pan_left": ("x", forth, back),
        "drift_down": ("y", back, forth),
        "drift_up": ("y", forth, back),
    }
    axis, first, last = across[motion]
    steady = aim_y if axis == "x" else aim_x

    def pose(position: float) -> Pose:
        x, y = (position, steady) if axis == "x" else (steady, position)
        return Pose(zoom=_OVERSCAN, x=x, y=y)

    return CameraPath(start=pose(first), end=pose(last))
