"""Reading a source once more, for a storyboard that is there already: what may it say now?"""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from readme2video.briefing import briefed
from readme2video.events import ignore
from readme2video.model.brief import Brief
from readme2video.readme import Reader
from readme2video.settings import Settings
from readme2video.sources import LocalSource, Source, pin
from readme2video.store import Store
from readme2video.tools import connect


async def reread(source: Source, settings: Settings) -> Brief:
    """Everything a storyboard may use as it stands now; a local source needs no network. Nothing is kept.

    Raises:
        SourceError: There is no usable README.
        CredentialsError: GITHUB_TOKEN was refused.
        PausedError: GitHub is out of reach or its limit is used up.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="readme2video-"))
        store = Store(Path(folder), ignore)
        stack.callback(store.close)
        http = None if isinstance(source, LocalSource) else await stack.enter_async_context(connect())
        pinned = await pin(source, http=http, keep=store.keep_bytes, settings=settings.github, release=settings.release)
        document = await store(Reader(), pinned.pinned)
        return await briefed(document, pinned, (), settings, store, ignore)
