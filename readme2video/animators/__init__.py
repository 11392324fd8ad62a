"""Animators give a scene's picture its motion. Each is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.animators.local import LocalAnimator
from readme2video.engine import Needs
from readme2video.events import Emit
from readme2video.settings import Settings

if TYPE_CHECKING:
    from readme2video.animators.kie import KieAnimator
    from readme2video.settling import Ask

__all__ = ["ANIMATORS", "Animator", "LocalAnimator"]


@dataclass(frozen=True)
class Animator:
    """An entry of the registry.

    Attributes:
        buyer: Makes the engine that buys clips, from the settings, the store's folder, where to tell what was spent
            and whom to ask about a payment in doubt; None for the local animator, which every run has: what
            cannot be bought moves locally.
    """

    needs: Needs
    buyer: Callable[[Settings, Path, Emit, Ask | None], KieAnimator] | None = None


def _kie(settings: Settings, store: Path, emit: Emit, ask: Ask | None) -> KieAnimator:
    from readme2video.animators.kie import KieAnimator

    return KieAnimator(settings, store, emit, ask=ask)


ANIMATORS: dict[str, Animator] = {
    "kie": Animator(Needs(keys=("KIE_API_KEY",), costs_money=True, says="clips bought from Kie"), _kie),
    "local": Animator(Needs(says="camera moves drawn on this machine, free")),
}
"""Order is preference: `auto` takes the first whose needs are met."""
