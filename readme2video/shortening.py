"""A scene's shorter form: what is left out first when its words cannot be set legibly."""

from __future__ import annotations

import re
from typing import Any

from readme2video.model.scene import BeforeAfterScene, CodeScene, FeaturesScene, Scene, Side, TerminalScene
from readme2video.model.vocabulary import SceneKind
from readme2video.model.words import Code

_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_GOES_ON = re.compile(r"([:,\\({\[=|&+]|\b(?:and|or|not|in|return|else|then|do))$")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_LEAST_LINES = 2
_OPTIONAL: dict[SceneKind, tuple[str, ...]] = {
    "title": ("subline", "eyebrow"),
    "call_to_action": ("subline", "url"),
    "feature": ("detail",),
    "quote": ("by",),
}
"""Lines that can go, the first to go first."""
_LISTS: dict[SceneKind, tuple[str, int]] = {
    "problem": ("points", 0),
    "release": ("items", 1),
    "stats": ("stats", 1),
    "install": ("others", 0),
    "terminal": ("lines", 1),
}
"""Lists that can get shorter, and how many entries stay."""


def shortened(scene: Scene, path: str) -> Scene | None:
    """The scene with a little less on it; None when nothing can go without telling something else.

    Words are left out whole, never changed, so what remains is as true as it was. A chart is not shortened: a
    measurement left out would make it another comparison.

    Args:
        path: The string that does not fit, as in ``scene.strings``; what it belongs to goes first.
    """
    match scene:
        case FeaturesScene():
            return _fewer_features(scene, path)
        case CodeScene():
            return _less_code(scene)
        case BeforeAfterScene():
            return _less_of_a_side(scene) if scene.before.code is not None else _shorter_side(scene, path)
        case TerminalScene():
            path = ""  # what a command prints comes after it: the last line goes
    if scene.kind in _LISTS:
        return _fewer(scene, path, *_LISTS[scene.kind])
    return _without(scene, path, *_OPTIONAL.get(scene.kind, ()))


def cut_code(text: str) -> str | None:
    """The longest beginning of a piece of code that can stand alone; None when there is none.

    It ends where a block ends, or else where a statement does: never inside brackets or a string of several lines,
    never after a line that goes on, never after a decorator.
    """
    lines = text.split("\n")
    ends = []
    for count in range(len(lines) - 1, _LEAST_LINES - 1, -1):
        last = lines[count - 1]
        if last.strip() and not _GOES_ON.search(last.rstrip()) and _closed("\n".join(lines[:count])):
            ends.append(count)
    if not ends:
        return None
    outer = _indent(lines[0])
    whole = [
        count
        for count in ends
        if count * 2 >= len(lines) and (not lines[count].strip() or _indent(lines[count]) <= outer)
    ]
    return "\n".join(lines[: (whole or ends)[0]])


def _closed(code: str) -> bool:
    if any(code.count(fence) % 2 for fence in ('"""', "'''", "`")):
        return False
    bare = _STRING.sub("", re.sub(r"\"\"\".*?\"\"\"|'''.*?'''", "", code, flags=re.DOTALL))
    if any(bare.count(opened) != bare.count(closed) for opened, closed in ("()", "[]", "{}")):
        return False
    while (folded := _BRACKETS.sub("", bare)) != bare:  # a statement of several lines becomes one
        bare = folded
    return not bare.rstrip().rpartition("\n")[2].lstrip().startswith("@")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _without(scene: Scene, path: str, *names: str) -> Scene | None:
    """Without one of its optional lines: the one named by the path, else the first there is."""
    there = [name for name in names if getattr(scene, name) is not None]
    if not there:
        return None
    return _changed(scene, **{path if path in there else there[0]: None})


def _fewer(scene: Scene, path: str, name: str, least: int) -> Scene | None:
    """Without one entry of its list: the one named by the path, else the last."""
    entries = getattr(scene, name)
    if len(entries) <= least:
        return None
    found = re.match(rf"{name}\.(\d+)", path)
    gone = int(found.group(1)) if found else len(entries) - 1
    return _changed(scene, **{name: entries[:gone] + entries[gone + 1 :]})


def _fewer_features(scene: FeaturesScene, path: str) -> Scene | None:
    """At most three features, then names without details, then fewer of them."""
    details = any(item.detail is not None for item in scene.items)
    if details and (len(scene.items) <= 3 or path.endswith(".detail")):
        return _changed(scene, items=tuple(item.model_copy(update={"detail": None}) for item in scene.items))
    return _fewer(scene, path, "items", 1)


def _less_code(scene: CodeScene) -> Scene | None:
    """Without its last note, then cut."""
    if scene.notes:
        return _changed(scene, notes=scene.notes[:-1])
    text = cut_code(scene.code.text)
    if text is None:
        return None
    left = text.count("\n") + 1
    code = Code(text=text, source=scene.code.source)
    return _changed(scene, code=code, cut=True, focus=tuple(line for line in scene.focus if line <= left))


def _less_of_a_side(scene: BeforeAfterScene) -> Scene | None:
    """With the code of the longer side cut, or else that of the other one."""
    sides: dict[str, Side] = {"before": scene.before, "after": scene.after}
    for name, side in sorted(sides.items(), key=lambda named: -_lines(named[1])):
        text = cut_code(side.code.text) if side.code is not None else None
        if side.code is not None and text is not None:
            code = Code(text=text, source=side.code.source)
            return _changed(scene, **{name: side.model_copy(update={"code": code, "cut": True})})
    return None


def _lines(side: Side) -> int:
    return side.code.text.count("\n") + 1 if side.code is not None else 0


def _shorter_side(scene: BeforeAfterScene, path: str) -> Scene | None:
    """The longer side, or the one named by the path, with a point less; both sides keep one."""
    sides: dict[str, Side] = {"before": scene.before, "after": scene.after}
    name = path.partition(".")[0]
    if name not in sides or len(sides[name].points) < 2:
        name = max(sides, key=lambda side: len(sides[side].points))
    points = sides[name].points
    if len(points) < 2:
        return None
    return _changed(scene, **{name: sides[name].model_copy(update={"points": points[:-1]})})


def _changed(scene: Scene, **parts: Any) -> Scene:
    return scene.model_copy(update=parts)
