"""The README's pictures for a film: fetched where that is allowed, and those that move made into footage."""

from __future__ import annotations

import asyncio

from readme2video.errors import EncoderError, PausedError
from readme2video.events import Notice
from readme2video.model.brief import GatheredPicture
from readme2video.model.document import ReadmeDocument
from readme2video.model.picture import FetchRequest, FootageRequest
from readme2video.model.record import Artifact
from readme2video.sources import LocalSource, Pinned, Source, gather_pictures
from readme2video.sources.picture_files import VIDEO_SUFFIXES, may_move
from readme2video.sources.picture_urls import picture_url
from readme2video.tools import Tools


async def gathered(readme: ReadmeDocument, pinned: Pinned, source: Source, tools: Tools) -> tuple[GatheredPicture, ...]:
    """All pictures a film may show. One that cannot be had or played is left out or stands still, said aloud."""
    run, engines, settings = tools.store, tools.engines, tools.settings
    at = pinned.pinned.commit or pinned.pinned.readme.sha256
    elsewhere = settings.remote_pictures == "always" or (
        settings.remote_pictures == "auto" and not isinstance(source, LocalSource)
    )

    async def fetch(src: str) -> Artifact | None:
        if picture_url(src, settings.github) is None:
            return None  # badges and other people's servers: most READMEs have some, so nothing is said
        try:
            answer = await run(engines.fetcher, FetchRequest(url=src, at=at), label="picture")
        except PausedError as error:
            tools.emit(Notice("warning", error.message))
            return None
        if answer.picture is None:
            tools.emit(Notice("info", f"The picture {src[:120]} is not used: {answer.problem}."))
        return answer.picture

    pictures = await gather_pictures(
        readme,
        pinned.files,
        run.keep_bytes,
        fetch if elsewhere else None,
        facts=pinned.pinned.facts,
        github=settings.github,
    )
    made = [await _moving(picture, tools) for picture in pictures]
    return tuple(picture for picture in made if picture is not None)


async def _moving(picture: GatheredPicture, tools: Tools) -> GatheredPicture | None:
    """The picture with its footage; as it is when it does not move; None for a video that cannot be played."""
    artifact = picture.artifact
    data = await asyncio.to_thread(tools.store.path(artifact).read_bytes)
    if not may_move(data, artifact.suffix):
        return picture
    try:
        made = await tools.store(tools.engines.footage, FootageRequest(source=artifact), label="picture")
        problem = made.problem
        if made.footage is not None:
            return picture.model_copy(update={"artifact": made.footage.poster, "footage": made.footage})
    except EncoderError as error:
        problem = error.message.rstrip(".")
    video = artifact.suffix in VIDEO_SUFFIXES
    if problem or video:
        fate = "is not used" if video else "stands still"
        tools.emit(Notice("warning", f"{picture.src[:120]} {fate}: {problem or 'nothing moves in it'}."))
    return None if video else picture
