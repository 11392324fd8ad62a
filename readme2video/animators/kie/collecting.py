"""Bringing bought clips home: waiting for their tasks, fetching, decoding, writing down what they cost."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from readme2video.animators.kie.counter import Counter
from readme2video.animators.kie.poller import UnreadableResult
from readme2video.animators.kie.wish import Wish
from readme2video.callbacks import clear, woken
from readme2video.engine import Work
from readme2video.errors import PausedError, SceneRefusedError
from readme2video.kie.answers import TaskState
from readme2video.kie.download import DownloadExpired, download
from readme2video.media.clip import ClipFacts, verify_clip
from readme2video.model.film import Clip
from readme2video.model.order import Attempt
from readme2video.model.record import Artifact
from readme2video.orders import KEPT_S, age_s, gone

_DOWNLOAD_TRIES = 3
_RAW_BYTES = 65536
_RAW_FOLDER = "unreadable"
_MAC = re.compile(r"(/cb/[a-z0-9-]+/)[0-9a-f]{16,64}")


class Collector:
    """Collects what was ordered.

    Args:
        counter: Open by the first clip.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._clock = counter.clock

    async def collected(self, wish: Wish, attempt: Attempt, work: Work) -> Clip:
        """Wait for a task that is paid, and bring its clip home.

        Raises:
            SceneRefusedError: The provider could not make it, or no longer keeps it.
            PausedError: It takes longer than the budget, or cannot be read or fetched now.
            CredentialsError: The key is refused.
        """
        counter, book, task_id = self._counter, self._counter.ledger, attempt.task_id or ""
        try:
            state = await counter.poller.finished(
                task_id,
                wish.model.family,
                work.progress,
                model=wish.model.id,
                called=lambda: self._called(attempt),
                notice=lambda said: work.notice(f"{work.label}: {said}"),
            )
        except UnreadableResult as error:
            raise await asyncio.to_thread(_saved, error, counter.folder, task_id) from None
        if state.state == "failed":
            reason = state.message or f"no reason given (code {state.code or 'none'})"
            await counter.book(lambda: book.failed(attempt.id, reason, state.credits or 0.0))
            clear(counter.folder, attempt.id)
            await counter.tell_spent()
            raise SceneRefusedError(
                f"Kie could not make the clip of {work.label}: {reason}",
                hint="Change the scene, or take another --model. Nothing is ordered again by itself.",
            )
        try:
            file, facts = await self._fetched(state, work)
        except DownloadExpired:
            if age_s(attempt, self._clock.now()) < KEPT_S:
                raise
            raise gone(attempt, counter.settings.out) from None
        video = await asyncio.to_thread(work.keep, file, ".mp4")
        done = await counter.book(lambda: book.done(attempt.id, video, state.credits))
        clear(counter.folder, attempt.id)
        if state.credits is not None and state.credits > wish.credits:
            work.notice(f"{work.label} cost {state.credits:g} credits; {wish.credits:g} were expected.")
        await counter.tell_spent()
        return clip_of(wish, done, video, facts)

    async def _fetched(self, state: TaskState, work: Work) -> tuple[Path, ClipFacts]:
        """Download and decode it; links that ran out are minted anew, a damaged file is fetched again."""
        url, target = state.urls[0], work.folder / "clip.mp4"
        for tries in range(1, _DOWNLOAD_TRIES + 1):
            try:
                await download(url, target, account=self._counter.settings.kie, clock=self._clock)
                facts = await asyncio.to_thread(verify_clip, target)
            except DownloadExpired:
                if tries == _DOWNLOAD_TRIES:
                    raise
                url = await self._counter.client.download_link(state.urls[0])
            except PausedError:
                if tries == _DOWNLOAD_TRIES:
                    raise
                await self._clock.sleep(2.0 * tries)
            else:
                return target, facts
        raise AssertionError("unreachable")  # the last try returns or raises

    def _called(self, attempt: Attempt) -> bool:
        """Whether a callback about an attempt came; asked once per call."""
        if self._counter.settings.callback_url is None:
            return False
        came = attempt.id in woken(self._counter.folder)
        if came:
            clear(self._counter.folder, attempt.id)
        return came


def clip_of(wish: Wish, attempt: Attempt, video: Artifact, facts: ClipFacts) -> Clip:
    """A bought clip as the renderer gets it."""
    return Clip(
        video=video,
        covers=wish.request.covers,
        size_px=facts.size_px,
        fps=facts.fps,
        frames=facts.frames,
        duration_s=facts.duration_s,
        has_sound=facts.has_sound,
        model=attempt.order.model,
        task_id=attempt.task_id or "",
        credits=attempt.spent_credits,
    )


def _saved(error: UnreadableResult, folder: Path, task_id: str) -> PausedError:
    """The error to tell, with the answer saved where the user can show it to the provider's support.

    The file is readable by its owner only. The answer was read without our key; the address of our callback
    receiver that it may repeat loses its proof.
    """
    data = _MAC.sub(r"\1…", error.raw).encode("utf-8", "replace")[:_RAW_BYTES]
    target = folder / _RAW_FOLDER / f"{re.sub(r'[^A-Za-z0-9_-]', '-', task_id)[:80]}.txt"
    where = ""
    with suppress(OSError):  # a full disk must not hide what happened
        target.parent.mkdir(mode=0o700, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".partial-")  # has mode 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(partial).replace(target)
        finally:
            Path(partial).unlink(missing_ok=True)
        where = f" The answer is saved raw to {target}."
    return PausedError(f"{error.message}{where}", hint=error.hint)
