"""The script of a film: who writes the storyboard, who stands in, and that every claim of it compiles."""

from __future__ import annotations

from readme2video.claims import Claim, claims_of, refusal, told
from readme2video.continuity import with_kept_scenes
from readme2video.errors import ConsentError, CredentialsError, PausedError, SceneRefusedError
from readme2video.events import Notice
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript
from readme2video.storyboard_file import load_storyboard
from readme2video.storyboarders import OfflineStoryboarder
from readme2video.tools import Tools


async def written(wanted: Brief, tools: Tools) -> Manuscript:
    """The storyboard: the file the user gave, or one written from the README; whoever wrote it, its claims compile.

    Raises:
        StoryboardError: The file is none, or says what the README does not.
        SourceError: The README has nothing to tell.
        Readme2VideoError: The storyboarder failed, and a fall-back was forbidden.
    """
    settings = tools.settings
    if settings.storyboard is None:
        script = await _authored(wanted, tools)
        script = script.model_copy(update={"storyboard": with_kept_scenes(script.storyboard, wanted.previous)})
    else:
        script = Manuscript(storyboard=load_storyboard(settings.storyboard), author="person")
        if wanted.style is not None:  # said on purpose; otherwise the file's own stays
            script = script.model_copy(
                update={"storyboard": script.storyboard.model_copy(update={"style": wanted.style})}
            )
    script = _supported(script, wanted, tools)
    if tools.engines.buyer is not None and script.usage is not None:
        tools.engines.buyer.paid_elsewhere(script.usage.usd or 0.0)
    return script


async def _authored(wanted: Brief, tools: Tools) -> Manuscript:
    """The storyboarder's manuscript; where it cannot be had and a fall-back was not forbidden, the offline one's.

    Then nothing is bought either: its scenes would be paid for, and paid for again when the storyboard is upgraded.
    """
    try:
        return await tools.store(tools.engines.storyboarder, wanted)
    except (SceneRefusedError, PausedError, CredentialsError, ConsentError) as error:
        if tools.settings.on_failure == "stop" or tools.engines.names["storyboarder"] == "offline":
            raise
        tools.fell_back("storyboard", error)
        tools.spend_nothing()
        original = wanted.model_copy(update={"language": None})  # the offline one cannot translate
        script = await tools.store(OfflineStoryboarder(), original)
        return script.model_copy(update={"usage": tools.answers[-1].usage if tools.answers else None})


def _supported(script: Manuscript, wanted: Brief, tools: Tools) -> Manuscript:
    """The script if the README supports it, or with what was allowed all the same.

    A person's storyboard is never changed: there every problem is told. A scene of our own is left out instead, said
    aloud; storyboarders check themselves, so this is the second lock.
    """
    unsupported = [claim for claim in claims_of(script.storyboard, wanted) if claim.problem]
    if unsupported and not tools.settings.allow_unsupported:
        places = {claim.place for claim in unsupported}
        kept = tuple(scene for place, scene in enumerate(script.storyboard.scenes) if place not in places)
        if script.author == "person" or not kept:
            raise refusal(unsupported)
        script = script.model_copy(update={"storyboard": script.storyboard.model_copy(update={"scenes": kept})})
        _warn(unsupported, "left out: ", tools)
    else:
        _warn(unsupported, "", tools)
    return script


def _warn(unsupported: list[Claim], what: str, tools: Tools) -> None:
    for claim in unsupported:
        tools.emit(Notice("warning", what + told(claim)))
