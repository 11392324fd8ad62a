"""From release to release: what stayed the same keeps its id, so that what was made and bought for it stays its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from readme2video.model.scene import CodeScene, ImageScene, Scene, roles, strings, with_looks
from readme2video.model.storyboard import Storyboard

STORYBOARDS = "storyboards"
"""The folder that keeps the storyboard of each release's film."""

_LONGEST = 80


def release_file(folder: Path, tag: str) -> Path:
    """Where the storyboard of a release's film is kept: a file name safe everywhere, another one for every tag."""
    name = re.sub(r"[^a-z0-9._+-]+", "-", tag.lower()).strip("-._")[:_LONGEST].rstrip("-._")
    if name != tag or not re.match(r"v?\d", name):  # a name that is changed, or perhaps a device's
        name = f"{name or 'tag'}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"
    return folder / STORYBOARDS / f"{name}.yaml"


def with_kept_scenes(storyboard: Storyboard, previous: Sequence[Scene]) -> Storyboard:
    """Give scenes that equal one of the previous film its id, look, motion and length.

    Scenes are equal when their kind and all their words are; lines they are quoted from may have moved.
    """
    left = {scene.id: scene for scene in previous}
    kept: dict[int, Scene] = {}
    for by_id in (True, False):  # a scene's own namesake comes before others that say the same
        for place, scene in enumerate(storyboard.scenes):
            same = next(
                (o for o in left.values() if _said(o) == _said(scene) and (o.id == scene.id or not by_id)), None
            )
            if same is not None and place not in kept:
                del left[same.id]
                update = {"id": same.id, "look": same.look, "motion": same.motion, "duration_s": same.duration_s}
                kept[place] = scene.model_copy(update=update)
    taken = {scene.id for scene in kept.values()}
    scenes: list[Scene] = []
    for place, scene in enumerate(storyboard.scenes):
        here = kept.get(place)
        if here is None:
            name = scene.id if scene.id not in taken else free_id(scene.id, taken)
            here = scene.model_copy(update={"id": name, "look": None if kept else scene.look})
            taken.add(here.id)
        scenes.append(here)
    return storyboard.model_copy(update={"scenes": with_looks(scenes) if kept else tuple(scenes)})


def _said(scene: Scene) -> tuple[object, ...]:
    """What makes a scene the same as another: its words, the picture or the language of its code, its marks."""
    words = tuple((path, text.text) for path, text in strings(scene))
    shown = scene.picture if isinstance(scene, ImageScene) else scene.language if isinstance(scene, CodeScene) else ""
    return scene.kind, words, shown, roles(scene)


def free_id(wanted: str, taken: Collection[str]) -> str:
    """An id like the wanted one that no other scene has."""
    number = 2
    while f"{wanted[:36]}-{number}" in taken:
        number += 1
    return f"{wanted[:36]}-{number}"
