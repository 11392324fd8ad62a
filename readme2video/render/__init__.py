"""The renderer composes backdrop and elements frame by frame, once, at output size, and encodes the segment."""

from __future__ import annotations

from readme2video.render.renderer import Renderer

__all__ = ["Renderer"]
