"""Transitions between neighbours, and the film joined from pieces by stream copy."""

from __future__ import annotations

from readme2video.stitch.compact import Compactor
from readme2video.stitch.stitcher import Stitcher
from readme2video.stitch.transitions import TransitionMaker

__all__ = ["Compactor", "Stitcher", "TransitionMaker"]
