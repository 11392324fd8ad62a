"""From scenes that hold to a whole film: what is missing comes from the offline storyboarder; lengths are set."""

from __future__ import annotations

from collections.abc import Sequence

from readme2video.continuity import free_id
from readme2video.model.brief import Brief
from readme2video.model.scene import CallToActionScene, Scene, TitleScene, strings
from readme2video.model.storyboard import Storyboard
from readme2video.model.vocabulary import Motion, SceneKind
from readme2video.storyboarders.languages import direction_of
from readme2video.storyboarders.offline import write_storyboard
from readme2video.storyboarders.pacing import Draft, Take, fit
from readme2video.storyboarders.words import folded

ENOUGH_SCENES = 5
"""When scenes were lost and fewer than this are left, the offline storyboarder's are added that say something else."""

_ORDER: dict[SceneKind, int] = {
    "title": 0,
    "problem": 1,
    "before_after": 1,
    "release": 1,
    "image": 2,
    "terminal": 3,
    "code": 3,
    "diff": 3,
    "feature": 4,
    "features": 4,
    "chart": 5,
    "stats": 5,
    "quote": 6,
    "install": 8,
    "call_to_action": 9,
}
_INSTALL = 8
_MOTIONS: tuple[Motion, ...] = ("push_in", "pan_right", "drift_up", "pull_out")


def complete(
    scenes: Sequence[Scene], brief: Brief, *, lost: bool, translated: bool = False
) -> tuple[list[Scene], list[Scene]]:
    """The scenes with what a film cannot do without: an opening and an end, and if few are left, more to tell.

    Args:
        lost: There were more scenes, which did not hold.
        translated: The scenes are in another language than the README: only names and commands are added.

    Returns:
        All scenes in order, and those that were added.
    """
    kinds = {scene.kind for scene in scenes}
    few = lost and len(scenes) < ENOUGH_SCENES and not translated
    spare = write_storyboard(brief).scenes
    if translated:
        spare = _wordless(spare)
    said = {folded(text.text) for scene in scenes for _, text in strings(scene)}
    ids = {scene.id for scene in scenes}
    added = []
    for scene in spare:
        needed = scene.kind in ("title", "call_to_action")
        told = folded(scene.headline.text) in said and scene.kind not in ("title", "call_to_action")
        if scene.kind in kinds or told or not (needed or few):
            continue
        if scene.id in ids:
            scene = scene.model_copy(update={"id": free_id(scene.id, ids)})  # noqa: PLW2901 # the same scene, renamed
        ids.add(scene.id)
        added.append(scene)
    opening = [scene for scene in scenes if scene.kind == "title"][:1]
    closing = [scene for scene in scenes if scene.kind == "call_to_action"][-1:]
    middle = [scene for scene in scenes if scene not in opening and scene not in closing]
    for scene in added:
        if scene.kind == "title":
            opening = [scene]
        elif scene.kind == "call_to_action":
            closing = [scene]
        else:
            at = next((i for i, other in enumerate(middle) if _rank(other) > _rank(scene)), len(middle))
            middle.insert(at, scene)
    return [*opening, *middle, *closing], added


def _wordless(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """An opening and an end that need no translation: the name, the command, the address."""
    end = next(scene for scene in scenes if isinstance(scene, CallToActionScene))
    opening = TitleScene(id="hook", duration_s=1, headline=end.headline)
    return opening, end.model_copy(update={"subline": None})


def _rank(scene: Scene) -> int:
    return _INSTALL if scene.id.startswith("install") else _ORDER[scene.kind]


def paced(scenes: Sequence[Scene], brief: Brief, language: str, added: Sequence[Scene] = ()) -> tuple[Scene, ...]:
    """The scenes within the film's length, each as long as it takes to read; the last ones are the first to go.

    Args:
        added: Those of the scenes that were not in the answer; they go before all others.
    """
    ours = {scene.id for scene in added}
    drafts = [
        Draft(
            role=scene.id,
            takes=(Take(scene, max(0.5, (4.0 if scene.id in ours else 10.0) - 0.5 * place)),),
            needed=scene.kind in ("title", "call_to_action"),
            hold_s=3.0 if scene.kind == "call_to_action" or scene.id.startswith("install") else 0.0,
        )
        for place, scene in enumerate(_directed(scenes))
    ]
    return fit(drafts, length_s=brief.length_s, scene_limit=brief.scene_limit, language=language, directed=True)


def _directed(scenes: Sequence[Scene]) -> list[Scene]:
    """Neighbours move differently; the first has nothing to take over from, and the last stands still."""
    directed: list[Scene] = []
    for scene in scenes:
        motion = scene.motion
        if scene is scenes[-1] and scene.kind == "call_to_action":
            motion = "still"
        elif directed and motion == directed[-1].motion:
            motion = next(one for one in _MOTIONS if one != motion)
        update = {"motion": motion, "transition": scene.transition if directed else "crossfade"}
        directed.append(scene.model_copy(update=update))
    return directed


def as_storyboard(scenes: Sequence[Scene], project: str, language: str, like: Storyboard) -> Storyboard:
    """A storyboard of these scenes in the colours of another."""
    return like.model_copy(
        update={
            "project": project,
            "language": language,
            "direction": direction_of(language),
            "scenes": tuple(scenes),
        }
    )
