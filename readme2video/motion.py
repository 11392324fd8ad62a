"""How things move, as data: curves, the entrance of each role in each style, exits, cameras and transitions.

Every style has a manner of its own: ``aurora`` rises and melts, ``editorial`` lifts masks along the lines and holds
still, ``terminal`` types and switches on, ``poster`` slams in and settles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from readme2video.model.film import Curve, EntranceKind, ExitKind
from readme2video.model.shot import ElementRole
from readme2video.model.vocabulary import Motion, SceneKind, Style, Transition

_OVERSHOOT = 1.4
_STEPS = 4


def smooth(t: float) -> float:
    """Ease in and out: 0 to 1 with no speed at either end (smoothstep)."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def ease_out(t: float) -> float:
    """Fast start, soft landing (cubic): what enters decelerates into its place."""
    t = min(1.0, max(0.0, t))
    return 1 - (1 - t) ** 3


def _expo(t: float) -> float:
    """Almost there at once, then a long landing."""
    t = min(1.0, max(0.0, t))
    return 1.0 if t == 1.0 else (1 - 2 ** (-10 * t)) / (1 - 2**-10)


def _back(t: float) -> float:
    """A little past the place and back into it."""
    t = min(1.0, max(0.0, t)) - 1
    return 1 + (_OVERSHOOT + 1) * t**3 + _OVERSHOOT * t**2


def _steps(t: float) -> float:
    """In whole steps, as a machine draws."""
    return int(min(1.0, max(0.0, t)) * _STEPS) / _STEPS


CURVES: dict[Curve, Callable[[float], float]] = {
    "linear": lambda t: min(1.0, max(0.0, t)),
    "smooth": smooth,
    "cubic": ease_out,
    "expo": _expo,
    "back": _back,
    "steps": _steps,
}
"""0 to 1 over 0 to 1; ``back`` passes 1 on its way."""


@dataclass(frozen=True)
class Gesture:
    """How an element of a role enters.

    Attributes:
        distance: Of its travel, as a part of the picture's height; for ``pop`` how much smaller it begins.
        stagger_s: How long it keeps the next one waiting.
        edge: ``start`` is the side reading begins at.
    """

    kind: EntranceKind
    lasts_s: float
    stagger_s: float = 0.14
    curve: Curve = "cubic"
    distance: float = 0.0
    edge: Literal["start", "bottom"] = "start"


@dataclass(frozen=True)
class Manner:
    """How a style moves.

    Attributes:
        other: The entrance of every role that ``roles`` does not name.
        exit: How words leave while the next scene melts in; None where they stay.
        emphasis: What a command does once it stands there to be read.
        transitions: What the style makes of a transition that a reason asks for.
    """

    other: Gesture
    roles: Mapping[ElementRole, Gesture] = field(default_factory=dict)
    exit: ExitKind | None = None
    emphasis: Literal["pulse", "caret"] | None = None
    transitions: Mapping[Transition, Transition] = field(default_factory=dict)

    def gesture(self, role: ElementRole) -> Gesture:
        """The entrance of a role."""
        return self.roles.get(role, self.other)


_TYPED = Gesture("type", 0.0)  # its length is that of the command

_AURORA = Manner(
    other=Gesture("rise", 0.5, 0.14, "cubic", 0.026),
    roles={
        "headline": Gesture("rise", 0.55, 0.14, "cubic", 0.032),
        "picture": Gesture("rise", 0.55, 0.14, "cubic", 0.026),
        "code_line": Gesture("slide", 0.3, 0.09, "cubic", 0.018),
        "command": _TYPED,
        "output": Gesture("fade", 0.3, 0.09, "smooth"),
        "mark": Gesture("fade", 0.35, 0.1, "smooth"),
        "note": Gesture("rise", 0.4, 0.14, "cubic", 0.016),
        "bar": Gesture("grow", 0.7, 0.14, "expo"),
        "value": Gesture("count", 0.8, 0.14, "cubic", 0.026),
        "version": Gesture("rise", 0.55, 0.14, "cubic", 0.04),
        "logo": Gesture("pop", 0.5, 0.14, "cubic", 0.1),
        "qr": Gesture("fade", 0.5, 0.14, "smooth"),
    },
    exit="sink",
    emphasis="pulse",
)
_EDITORIAL = Manner(
    other=Gesture("uncover", 0.5, 0.12, "expo", edge="bottom"),
    roles={
        "eyebrow": Gesture("uncover", 0.45, 0.12, "cubic"),
        "headline": Gesture("uncover", 0.6, 0.14, "expo", edge="bottom"),
        "panel": Gesture("fade", 0.4, 0.1, "smooth"),
        "picture": Gesture("uncover", 0.6, 0.14, "cubic"),
        "code_line": Gesture("uncover", 0.35, 0.08, "cubic"),
        "command": _TYPED,
        "output": Gesture("uncover", 0.3, 0.09, "cubic"),
        "label": Gesture("uncover", 0.45, 0.1, "cubic"),
        "note": Gesture("uncover", 0.4, 0.12, "cubic"),
        "mark": Gesture("uncover", 0.35, 0.1, "cubic"),
        "bar": Gesture("grow", 0.7, 0.12, "expo"),
        "value": Gesture("count", 0.8, 0.14, "smooth"),
        "by": Gesture("uncover", 0.45, 0.12, "cubic"),
        "url": Gesture("uncover", 0.45, 0.12, "cubic"),
        "logo": Gesture("fade", 0.4, 0.1, "smooth"),
        "qr": Gesture("fade", 0.4, 0.1, "smooth"),
    },
    exit="cover",
)
_TERMINAL = Manner(
    other=Gesture("uncover", 0.25, 0.12, "steps"),
    roles={
        "headline": Gesture("uncover", 0.4, 0.14, "linear"),
        "panel": Gesture("fade", 0.15, 0.06, "steps"),
        "picture": Gesture("fade", 0.2, 0.1, "steps"),
        "code_line": Gesture("uncover", 0.2, 0.09, "linear"),
        "command": _TYPED,
        "output": Gesture("fade", 0.1, 0.09, "steps"),
        "mark": Gesture("fade", 0.15, 0.08, "steps"),
        "bar": Gesture("grow", 0.6, 0.12, "linear"),
        "value": Gesture("count", 0.6, 0.12, "linear"),
        "logo": Gesture("fade", 0.15, 0.06, "steps"),
        "qr": Gesture("fade", 0.15, 0.06, "steps"),
    },
    emphasis="caret",
    transitions={"crossfade": "cut", "wipe": "cut"},
)
_POSTER = Manner(
    other=Gesture("rise", 0.36, 0.12, "back", 0.06),
    roles={
        "headline": Gesture("slide", 0.4, 0.14, "back", 0.09),
        "eyebrow": Gesture("slide", 0.32, 0.08, "back", 0.06),
        "panel": Gesture("pop", 0.36, 0.1, "back", 0.14),
        "item": Gesture("pop", 0.36, 0.12, "back", 0.14),
        "label": Gesture("pop", 0.36, 0.12, "back", 0.14),
        "picture": Gesture("pop", 0.4, 0.12, "back", 0.14),
        "logo": Gesture("pop", 0.4, 0.12, "back", 0.2),
        "qr": Gesture("pop", 0.36, 0.12, "back", 0.1),
        "version": Gesture("pop", 0.4, 0.12, "back", 0.2),
        "code_line": Gesture("slide", 0.26, 0.08, "expo", 0.04),
        "command": _TYPED,
        "output": Gesture("fade", 0.2, 0.09, "smooth"),
        "mark": Gesture("uncover", 0.25, 0.08, "expo"),
        "bar": Gesture("grow", 0.5, 0.1, "expo"),
        "value": Gesture("count", 0.6, 0.12, "cubic"),
    },
    emphasis="pulse",
    transitions={"crossfade": "slide", "wipe": "block"},
)
MANNERS: dict[Style, Manner] = {
    "aurora": _AURORA,
    "editorial": _EDITORIAL,
    "terminal": _TERMINAL,
    "poster": _POSTER,
}

SLOWEST_S = max(gesture.lasts_s for manner in MANNERS.values() for gesture in (manner.other, *manner.roles.values()))
"""Over all styles: a film may be told in another style without becoming too short to read."""

CAMERA: dict[SceneKind, tuple[Motion, ...]] = {
    "title": ("push_in", "drift_up", "pull_out"),
    "problem": ("drift_down", "pan_right", "pull_out"),
    "before_after": ("pan_right", "push_in", "drift_up"),
    "feature": ("push_in", "pan_right", "drift_up"),
    "features": ("pan_right", "drift_down", "pull_out"),
    "code": ("drift_down", "pan_left", "push_in"),
    "diff": ("push_in", "drift_down", "pan_left"),
    "terminal": ("drift_down", "push_in", "pan_right"),
    "image": ("pull_out", "push_in", "pan_left"),
    "chart": ("pull_out", "drift_up", "push_in"),
    "stats": ("pull_out", "push_in", "drift_up"),
    "quote": ("push_in", "drift_up", "pull_out"),
    "release": ("drift_down", "push_in", "pan_right"),
    "install": ("push_in", "pull_out", "drift_up"),
    "call_to_action": ("still",),
}
"""What each kind of scene wants of the camera, best first; the others are for a neighbour that moves alike.

It comes closer to one thing (a title, a command), draws back before many (a chart, numbers, a picture), runs along a
list or down code as the eye does, across from before to after, and stands still for the end.
"""

_LISTS = frozenset[SceneKind](["features", "problem", "release"])
_SHOWN = frozenset[SceneKind](["image", "terminal", "code"])
_CONTRAST = frozenset[SceneKind](["before_after", "diff"])
_NUMBERS = frozenset[SceneKind](["stats", "chart"])


def camera(kind: SceneKind, before: Motion | None = None) -> Motion:
    """How the camera moves over a scene of a kind.

    Args:
        before: The motion of the scene before; two alike in a row look like one.
    """
    wanted = CAMERA[kind]
    return next((motion for motion in wanted if motion != before), wanted[0])


def takeover(before: SceneKind | None, kind: SceneKind, style: Style = "aurora") -> Transition:
    """How a scene takes over from the one before it.

    A contrast (before and after, a change) is wiped in, going deeper (from a claim to what is shown, on in a list or a
    terminal) slides, numbers are wiped in, a change of subject melts. A style may say it in its own way.
    """
    if before is None:
        return "crossfade"
    if kind in _CONTRAST or kind in _NUMBERS:
        reason: Transition = "wipe"
    elif (kind in _SHOWN and before not in _NUMBERS) or (kind in _LISTS and before in _LISTS):
        reason = "slide"
    else:
        reason = "crossfade"
    return MANNERS[style].transitions.get(reason, reason)
