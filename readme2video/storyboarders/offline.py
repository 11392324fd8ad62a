"""The storyboarder that needs no model and no network: it quotes the README, scene by scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from readme2video.engine import Work
from readme2video.errors import SourceError, UsageError
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript
from readme2video.model.record import Stage
from readme2video.model.scene import ImageScene
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline
from readme2video.storyboarders.closing import end, install
from readme2video.storyboarders.contrast import before_after, diff
from readme2video.storyboarders.languages import direction_of
from readme2video.storyboarders.listing import features
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.opening import hook, hooks, promise
from readme2video.storyboarders.pacing import Draft, Take, fit
from readme2video.storyboarders.proof import proof
from readme2video.storyboarders.release import release_drafts, release_hooks
from readme2video.storyboarders.showing import code, pictured_feature, pictures, terminal
from readme2video.storyboarders.voices import quote
from readme2video.storyboarders.words import folded


class OfflineStoryboarder:
    """Writes a storyboard from rules alone; the same README gives the same film."""

    stage: Stage = "storyboard"
    fingerprint = "offline/9"
    output = Manuscript
    parallel = 1

    async def perform(self, request: Brief, work: Work) -> Manuscript:
        """Write the storyboard; quick enough to need no thread."""
        storyboard = write_storyboard(request)
        material = Material.of(request)
        if request.language not in (None, material.language):
            raise UsageError(
                f"--language {request.language}: the offline storyboarder quotes the README, which is in "
                f"{material.language!r}, and cannot translate it.",
                hint="Set ANTHROPIC_API_KEY to have it translated by Claude, or leave --language out.",
            )
        work.progress(1.0)
        return Manuscript(storyboard=storyboard, hooks=_hooks(material, storyboard))


def write_storyboard(brief: Brief) -> Storyboard:
    """A film on paper by rules alone: every string a quote with its lines, or one of a few words of ours.

    Args:
        brief: The parsed README, the facts, the pictures at hand, the wanted length, and for a film about a release
            what is written about it.

    Raises:
        SourceError: The README says nothing that could be told.
    """
    document = brief.document
    if (
        not document.title.strip()
        and document.tagline is None
        and not any(section.blocks or section.title for section in document.sections)
    ):
        raise SourceError(
            f"{document.path or 'The README'} has nothing to tell: no title and no text.",
            hint="Write a title and one sentence on what the project does, then try again.",
        )
    material = Material.of(brief)
    if not material.name:
        raise SourceError(f"{document.path} has nothing to tell: the project has no name.")
    drafts = _drafts(material) if brief.news is None else release_drafts(material, brief.news)
    scenes = fit(
        tuple(_supported(draft, material) for draft in drafts),
        length_s=brief.length_s,
        scene_limit=brief.scene_limit,
        language=material.language,
        style=material.style,
    )
    return Storyboard(
        project=material.name,
        language=material.language,
        direction=direction_of(material.language),
        style=material.style,
        theme=material.theme,
        scenes=scenes,
    )


def _hooks(material: Material, storyboard: Storyboard) -> tuple[Headline, ...]:
    """Other headlines for the first scene: of the README, or of what is written about the release."""
    said = storyboard.scenes[0].headline.text
    news = material.brief.news
    return hooks(material, said) if news is None else release_hooks(material, news, said)


def _drafts(material: Material) -> Iterator[Draft]:
    """The story in order; what the README does not tell has no scene."""
    hooked = hook(material)
    yield hooked
    promised = promise(material, hooked)
    if promised is not None:
        yield promised
    yield from _shows(material, [hooked, *([promised] if promised else [])])
    said = hooked.takes[0].scene.headline.text
    told = [text for draft in (hooked, promised) if draft is not None for text in draft.texts()]
    for draft in (features(material), proof(material, told), quote(material), install(material), end(material, said)):
        if draft is not None:
            yield draft


def _supported(draft: Draft, material: Material) -> Draft:
    """Without the takes that lose what their line says by cutting it; a scene the film needs keeps its barest one."""
    takes = tuple(take for take in draft.takes if material.bears_out(take.scene))
    return replace(draft, takes=takes or (draft.takes[-1:] if draft.needed else ()))


def _shows(material: Material, told: list[Draft]) -> Iterator[Draft]:
    """What it looks like at work: the best show in full, a second one if there is time."""
    said = {folded(text) for draft in told for text in draft.texts()}
    shows = [
        draft
        for draft in (
            pictures(material, said),
            before_after(material, said),
            terminal(material, said),
            diff(material, said),
            code(material, said),
        )
        if draft is not None
    ]
    # What the README does not bear out would leave a hole where the film shows the thing at work.
    shows = [draft for draft in shows if _supported(draft, material).takes]
    best = sorted(shows, key=lambda draft: -draft.takes[0].worth)[:2]
    for draft in best[:1]:
        yield draft
    for draft in best[1:]:
        headline = _another(material, draft.takes[0].scene.headline, best[0].takes[0].scene.headline)
        if headline is None:
            continue
        update: dict[str, Any] = {"id": "example", "headline": headline}
        takes = tuple(Take(take.scene.model_copy(update=update), take.worth * 0.4) for take in draft.takes)
        yield replace(draft, role="example", takes=takes)
    shown = best[0].takes[0].scene if best else None
    pictured = pictured_feature(material, shown.picture if isinstance(shown, ImageScene) else "")
    if pictured is not None:
        yield pictured


def _another(material: Material, headline: Headline, shown: Headline) -> Headline | None:
    """A headline for a second show that is not the first one's; None where only the same words are left."""
    plain = material.phrase("practice")
    return next((one for one in (headline, plain) if folded(one.text) != folded(shown.text)), None)
