"""Storyboarders turn a parsed README into a film on paper. Each is one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readme2video.engine import Engine, Needs
from readme2video.model.document import Brief
from readme2video.model.storyboard import Storyboard
from readme2video.storyboarders.offline import OfflineStoryboarder, write_storyboard

__all__ = ["STORYBOARDERS", "OfflineStoryboarder", "Storyboarder", "write_storyboard"]


@dataclass(frozen=True)
class Storyboarder:
    """An entry of the registry: what it needs, and how to make it."""

    needs: Needs
    make: Callable[[], Engine[Brief, Storyboard]]


STORYBOARDERS: dict[str, Storyboarder] = {
    "offline": Storyboarder(Needs(says="quotes the README by rules, free"), OfflineStoryboarder),
}
"""Order is preference: `auto` takes the first whose needs are met."""
