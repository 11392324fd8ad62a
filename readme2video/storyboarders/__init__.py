"""Storyboarders turn a parsed README into a film on paper. Each is one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readme2video.engine import Engine, Needs
from readme2video.events import Emit
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript
from readme2video.settings import Settings
from readme2video.storyboarders.claude import ClaudeStoryboarder, reply_schema
from readme2video.storyboarders.offline import OfflineStoryboarder, write_storyboard

__all__ = ["STORYBOARDERS", "ClaudeStoryboarder", "OfflineStoryboarder", "Storyboarder", "write_storyboard"]


@dataclass(frozen=True)
class Storyboarder:
    """An entry of the registry: what it needs, how to make it, and what may be done meanwhile, in a thread."""

    needs: Needs
    make: Callable[[Settings, Emit], Engine[Brief, Manuscript]]
    warm: Callable[[], object] | None = None


STORYBOARDERS: dict[str, Storyboarder] = {
    "claude": Storyboarder(
        Needs(keys=("ANTHROPIC_API_KEY",), costs_money=True, says="written by Claude, each string checked"),
        ClaudeStoryboarder,
        warm=reply_schema,
    ),
    "offline": Storyboarder(
        Needs(says="quotes the README by rules, free"), lambda _settings, _emit: OfflineStoryboarder()
    ),
}
"""Order is preference: `auto` takes the first whose needs are met."""
