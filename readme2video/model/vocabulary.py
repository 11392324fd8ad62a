"""The names a film is described with: kinds of scenes, styles, motions, transitions, marks and signs."""

from __future__ import annotations

from typing import Literal

Motion = Literal["push_in", "pull_out", "pan_left", "pan_right", "drift_up", "drift_down", "still"]
Transition = Literal["cut", "crossfade", "slide", "wipe", "block"]
Bullet = Literal["cross", "check", "dot"]
Role = Literal["command", "output", "cross", "check", "dot"]
SceneKind = Literal[
    "title",
    "problem",
    "before_after",
    "feature",
    "features",
    "code",
    "diff",
    "terminal",
    "image",
    "chart",
    "stats",
    "quote",
    "release",
    "install",
    "call_to_action",
]
Style = Literal["aurora", "editorial", "terminal", "poster"]
"""How a film looks beside its colours: its type, its layouts, what stands behind the words and how things move.

``aurora`` is soft light and glass, ``editorial`` a printed page with a serif, ``terminal`` one large console,
``poster`` flat blocks of strong colour with very large type.
"""
Icon = Literal[
    "bolt",
    "box",
    "chart",
    "check",
    "clock",
    "cloud",
    "code",
    "cube",
    "database",
    "eye",
    "file",
    "globe",
    "key",
    "layers",
    "link",
    "lock",
    "package",
    "plug",
    "puzzle",
    "search",
    "shield",
    "spark",
    "sync",
    "terminal",
    "tools",
    "users",
]
"""What a feature's sign shows; without one a form of the film's own is drawn."""
