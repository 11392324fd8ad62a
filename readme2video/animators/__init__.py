"""Animators give a scene's plate its motion. Each is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readme2video.animators.local import LocalAnimator
from readme2video.engine import Engine, Needs
from readme2video.model.film import Backdrop, BackdropRequest


@dataclass(frozen=True)
class Animator:
    """An entry of the registry: what it needs, and how to make it."""

    needs: Needs
    make: Callable[[], Engine[BackdropRequest, Backdrop]]


ANIMATORS: dict[str, Animator] = {
    "local": Animator(Needs(says="camera moves drawn on this machine, free"), LocalAnimator),
}
"""Order is preference: `auto` takes the first whose needs are met."""
