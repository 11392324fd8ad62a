"""The tools of one run: store, engines and connections, opened together and closed together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video import __version__
from readme2video.animators import ANIMATORS, LocalAnimator
from readme2video.engine import Engine, Needs
from readme2video.errors import CredentialsError, Readme2VideoError
from readme2video.events import Emit, EnginesChosen, Event, FellBack, Notice, Spent, StoryboardPaid, WorkDone
from readme2video.film_check import Examiner
from readme2video.footage import FootageMaker
from readme2video.model.brand import LogoLook, LogoRequest
from readme2video.model.brief import Brief
from readme2video.model.check import Examination, ExaminationRequest
from readme2video.model.document import ReadmeDocument
from readme2video.model.film import (
    BackdropRequest,
    CameraPath,
    CompactFilm,
    CompactRequest,
    Film,
    FilmRequest,
    Segment,
    SegmentRequest,
    TransitionClip,
    TransitionRequest,
)
from readme2video.model.manuscript import Manuscript
from readme2video.model.order import Attempt
from readme2video.model.picture import FetchedPicture, FetchRequest, FootageRequest, MadeFootage
from readme2video.model.report import ReportedWork
from readme2video.model.shot import Aspect
from readme2video.model.source import PinnedSource
from readme2video.readme import Reader
from readme2video.render import Renderer
from readme2video.scenes import LogoReader, Shooter
from readme2video.settings import Settings
from readme2video.settling import Ask
from readme2video.sources import LocalSource, PictureFetcher, Source
from readme2video.stitch import Compactor, Stitcher, TransitionMaker
from readme2video.store import Store
from readme2video.storyboarders import STORYBOARDERS

if TYPE_CHECKING:
    import httpx

    from readme2video.animators.kie import KieAnimator

_GET_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Engines:
    """One engine per kind of work; ``names`` and ``reasons`` say which were chosen and why.

    ``animator`` is the free one; ``buyer`` is asked first where clips are bought, None where they are not.
    """

    reader: Engine[PinnedSource, ReadmeDocument]
    fetcher: Engine[FetchRequest, FetchedPicture]
    footage: Engine[FootageRequest, MadeFootage]
    logos: Engine[LogoRequest, LogoLook]
    storyboarder: Engine[Brief, Manuscript]
    shooter: Shooter
    animator: Engine[BackdropRequest, CameraPath]
    buyer: KieAnimator | None
    renderer: Engine[SegmentRequest, Segment]
    transitions: Engine[TransitionRequest, TransitionClip]
    stitcher: Engine[FilmRequest, Film]
    compactor: Engine[CompactRequest, CompactFilm]
    examiner: Engine[ExaminationRequest, Examination]
    names: dict[str, str]
    reasons: tuple[str, ...]


@dataclass
class Tools:
    """What a run works with."""

    settings: Settings
    store: Store
    http: httpx.AsyncClient | None
    engines: Engines
    emit: Emit
    began: float = field(default_factory=time.monotonic)
    done: list[WorkDone] = field(default_factory=list)
    money: list[Spent] = field(default_factory=list)
    failed: dict[str, Readme2VideoError] = field(default_factory=dict)
    answers: list[StoryboardPaid] = field(default_factory=list)

    def spend_nothing(self) -> None:
        """From here on nothing is paid for, whatever was chosen: offline storyboard, local motion."""
        names = {**self.engines.names, "storyboarder": "offline", "animator": "local"}
        self.engines = replace(self.engines, buyer=None, names=names)

    def fell_back(self, label: str, error: Readme2VideoError) -> None:
        """A scene could not be bought: say so, and remember why."""
        self.failed[label] = error
        self.emit(FellBack(label, error.message))

    def label(self, name: str, aspect: Aspect) -> str:
        """A scene's name in events; with the aspect where there are several."""
        return name if len(self.settings.aspects) == 1 else f"{name}@{aspect}"

    def attempts(self, project: str) -> tuple[Attempt, ...] | None:
        """What was ordered for a project, whenever; None when nothing ever was, and then no ledger is made."""
        from readme2video.ledger import recorded_attempts

        return recorded_attempts(self.settings.out / ".store", project)

    def work(self) -> tuple[ReportedWork, ...]:
        """What was done so far, once per stage and label: made beats reused."""
        rows: dict[tuple[str, str], ReportedWork] = {}
        for event in self.done:
            key = (event.stage, event.label)
            if key not in rows or rows[key].reused:
                rows[key] = ReportedWork(
                    stage=event.stage, label=event.label, reused=event.reused, took_s=round(event.took_s, 3)
                )
        return tuple(rows.values())


@asynccontextmanager
async def open_tools(source: Source, settings: Settings, emit: Emit, ask: Ask | None = None) -> AsyncIterator[Tools]:
    """Open what a run needs: a connection only for a source on the network, a browser only with the first new scene.

    Args:
        ask: Asks a person about a payment in doubt.

    Raises:
        OutputError: The output folder cannot be written.
    """
    done: list[WorkDone] = []

    def heard(event: Event) -> None:
        if isinstance(event, WorkDone):
            done.append(event)
        emit(event)

    money: list[Spent] = []
    answers: list[StoryboardPaid] = []

    def heard_money(event: Event) -> None:
        if isinstance(event, Spent):
            money.append(event)
        if isinstance(event, StoryboardPaid):
            answers.append(event)
        heard(event)

    async with AsyncExitStack() as stack:
        store = Store(settings.out / ".store", heard, again=settings.again)
        stack.callback(store.close)
        http = None if isinstance(source, LocalSource) else await stack.enter_async_context(connect())
        shooter = await stack.enter_async_context(Shooter(settings))
        if store.new:  # then there are scenes to shoot
            shooter.warm(lambda message, level="warning": emit(Notice(level, message)))
        engines = choose_engines(settings, shooter, settings.out / ".store", heard_money, ask)
        warm = STORYBOARDERS[engines.names["storyboarder"]].warm
        if warm is not None and settings.storyboard is None and (store.new or http is not None):
            asyncio.get_running_loop().run_in_executor(None, warm)  # while the README is fetched
        if engines.buyer is not None:
            await stack.enter_async_context(engines.buyer)
        emit(EnginesChosen(engines.names["storyboarder"], engines.names["animator"], engines.reasons))
        yield Tools(settings, store, http, engines, heard, done=done, money=money, answers=answers)


def connect() -> httpx.AsyncClient:
    """A client for reading sources: no redirects, no proxies of the environment."""
    import httpx

    return httpx.AsyncClient(
        timeout=_GET_TIMEOUT_S,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": f"readme2video/{__version__}"},
    )


def choose_engines(settings: Settings, shooter: Shooter, store: Path, emit: Emit, ask: Ask | None) -> Engines:
    """The engines the settings ask for; ``auto`` takes the first of each registry whose needs are met."""
    known = {"ANTHROPIC_API_KEY": settings.claude.key, "KIE_API_KEY": settings.kie.key}
    keys = {name for name, key in known.items() if key is not None}
    storyboarder, why_storyboarder = _choose(
        settings.storyboarder, {name: entry.needs for name, entry in STORYBOARDERS.items()}, keys
    )
    animator, why_animator = _choose(settings.animator, {name: entry.needs for name, entry in ANIMATORS.items()}, keys)
    buys = ANIMATORS[animator].buyer
    return Engines(
        reader=Reader(),
        fetcher=PictureFetcher(settings.github),
        footage=FootageMaker(),
        logos=LogoReader(shooter),
        storyboarder=STORYBOARDERS[storyboarder].make(settings, emit),
        shooter=shooter,
        animator=LocalAnimator(),
        buyer=buys(settings, store, emit, ask) if buys is not None else None,
        renderer=Renderer(parallel=settings.jobs),
        transitions=TransitionMaker(parallel=1),
        stitcher=Stitcher(),
        compactor=Compactor(),
        examiner=Examiner(),
        names={"storyboarder": storyboarder, "animator": animator},
        reasons=(f"storyboarder: {why_storyboarder}", f"animator: {why_animator}"),
    )


def _choose(wanted: str, registry: dict[str, Needs], keys: set[str]) -> tuple[str, str]:
    if wanted != "auto":
        if missing := [key for key in registry[wanted].keys if key not in keys]:
            free = next(name for name, needs in registry.items() if not needs.costs_money)
            raise CredentialsError(
                f"{wanted} needs a key: {' and '.join(missing)} is not set.",
                hint=f"Set it, or take {free}, which is free.",
            )
        return wanted, f"{wanted}, as asked ({registry[wanted].says})"
    name = next(name for name, needs in registry.items() if keys.issuperset(needs.keys))
    because = f", since {' and '.join(registry[name].keys)} is set" if registry[name].keys else ""
    return name, f"{name} ({registry[name].says}{because})"
