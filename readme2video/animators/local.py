"""The local animator: a camera path over the plate. Data, no file: the renderer draws it once, at output size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from readme2video.engine import Work
from readme2video.model.film import BackdropRequest, CameraPath, Pose
from readme2video.model.record import Stage
from readme2video.model.storyboard import Motion

# Speeds per second of scene, so that long scenes do not crawl and short ones do not rush; total travel is capped.
_ZOOM_PER_S, _ZOOM_MOST = 0.022, 0.14
_TRAVEL_PER_S, _TRAVEL_MOST = 0.14, 0.9
_OVERSCAN = 1.14
"""Zoom of the moves that travel: the view needs room beside it."""


@dataclass(frozen=True)
class LocalAnimator:
    """Camera moves after the storyboard: push in, pull out, pan, drift, still."""

    stage: Stage = "animate"
    fingerprint: str = "local/1"
    output: type[CameraPath] = CameraPath
    parallel: int = 4

    async def perform(self, request: BackdropRequest, work: Work) -> CameraPath:  # noqa: ARG002 - needs no files
        """The path for the wanted motion; equal requests give equal paths."""
        return camera_path(request.motion, request.variant, request.duration_s)


def camera_path(motion: Motion, variant: int, duration_s: float) -> CameraPath:
    """The camera's start and end for a motion.

    Args:
        variant: Index of the scene; the same motion in two scenes aims at different points.
        duration_s: Length of the scene.
    """
    zoom = min(_ZOOM_MOST, _ZOOM_PER_S * duration_s)
    aim_x, aim_y = ((0.5, 0.5), (0.35, 0.4), (0.65, 0.6), (0.4, 0.65), (0.6, 0.35))[variant % 5]
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
