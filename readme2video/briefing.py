"""What a storyboarder is told: the README, the facts, what is new in a release, and the film of the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from readme2video.continuity import release_file
from readme2video.errors import StoryboardError
from readme2video.events import Emit, Notice
from readme2video.model.brief import Brief, GatheredPicture
from readme2video.model.document import ReadmeDocument
from readme2video.model.scene import Scene
from readme2video.readme import cited_text, read_news
from readme2video.requests import brief
from readme2video.settings import Settings
from readme2video.sources import Pinned
from readme2video.store import Store
from readme2video.storyboard_file import load_storyboard


async def briefed(
    readme: ReadmeDocument,
    pinned: Pinned,
    pictures: Sequence[GatheredPicture],
    settings: Settings,
    store: Store,
    emit: Emit,
) -> Brief:
    """Gather all a storyboarder may use.

    Raises:
        SourceError: What is written about the release is not text.
    """
    source = pinned.pinned
    texts = [cited_text(store.path(source.readme).read_bytes(), source.readme_path)]
    if source.release is None:
        return brief(readme, texts, source, pictures, settings)
    news = await asyncio.to_thread(read_news, source.release, store.path)
    texts += [text for text in (news.notes, news.changelog) if text is not None]
    after = f", the one after {news.previous_tag}" if news.previous_tag else ""
    emit(Notice("info", f"The film is about the release {news.tag}{after}."))
    previous = _previous(settings.out / pinned.slug, news.previous_tag, emit)
    return brief(readme, texts, source, pictures, settings, news=news, previous=previous)


def _previous(folder: Path, tag: str | None, emit: Emit) -> tuple[Scene, ...]:
    """The scenes of the film of the release before, if its storyboard was kept and can be read."""
    file = release_file(folder, tag) if tag is not None else None
    if file is None or not file.is_file():
        return ()
    try:
        return load_storyboard(file).scenes
    except StoryboardError as error:
        emit(Notice("warning", f"The storyboard of {tag} is not used: {error.message}"))
        return ()
