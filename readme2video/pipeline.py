"""The program on one screen: `make_video`. Everything slow or paid is an engine and goes through the store's run."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from readme2video.branding import branded, dressed, with_sign
from readme2video.briefing import briefed
from readme2video.claims import claims_of
from readme2video.clip_uses import clip_uses, laid_out
from readme2video.errors import (
    ConsentError,
    CredentialsError,
    ModelOffError,
    PausedError,
    PaymentInDoubtError,
    Readme2VideoError,
    SceneRefusedError,
    ShotError,
)
from readme2video.events import Emit, FilmPlanned, Notice, OrdersPlanned, ignore
from readme2video.film_check import GITHUB_BYTES, seen_scenes
from readme2video.gathering import gathered
from readme2video.legible import legible_shot
from readme2video.model.brief import Brief, GatheredPicture
from readme2video.model.check import Examination, ExaminationRequest
from readme2video.model.film import (
    Backdrop,
    BackdropNeed,
    BackdropRequest,
    Clip,
    CompactFilm,
    CompactRequest,
    Segment,
    TransitionClip,
)
from readme2video.model.manuscript import Manuscript
from readme2video.model.order import OrderPlan
from readme2video.model.report import Report
from readme2video.model.shot import Aspect, Shot
from readme2video.model.storyboard import Storyboard
from readme2video.publish import OutputFolder, source_name
from readme2video.report import Take, cost, quotes, reported_scenes
from readme2video.requests import backdrop, film, pictured, segment, shot, sounds, transition
from readme2video.script import written
from readme2video.settings import FPS, Settings
from readme2video.settling import Ask
from readme2video.shortening import shortened
from readme2video.sources import Pinned, Source, pin
from readme2video.storyboard_file import to_yaml
from readme2video.timeline import arrange
from readme2video.tools import Tools, open_tools

if TYPE_CHECKING:
    from readme2video.animators.kie import KieAnimator

Made = TypeVar("Made")


@dataclass(frozen=True)
class PromoVideo:
    """What a run leaves: the output folder, the films in it, the report, and why scenes were not bought, by label.

    The storyboard's label is ``storyboard``.
    """

    folder: Path
    films: tuple[Path, ...]
    report: Report
    failed: Mapping[str, Readme2VideoError] = field(default_factory=dict)


Agree = Callable[[OrderPlan], Awaitable[bool]]
"""Asked before the first paid request; without a yes nothing is bought."""


async def refuse(plan: OrderPlan) -> bool:  # noqa: ARG001 - whatever it costs
    """Nobody was asked, so nobody agreed."""
    return False


async def make_video(
    source: Source, settings: Settings, *, emit: Emit = ignore, agree: Agree = refuse, ask: Ask | None = None
) -> PromoVideo:
    """Turn a repository's README into a promo film, or finish what an earlier run began.

    Args:
        agree: Asked with the plan before the first paid request.
        ask: Asked what becomes of a payment in doubt; without it, it stays in doubt.

    Raises:
        Readme2VideoError: See ``errors`` for what can go wrong and what each means.
    """
    async with open_tools(source, settings, emit, ask) as tools:
        run, engines = tools.store, tools.engines
        pinned = await pin(
            source, http=tools.http, keep=run.keep_bytes, settings=settings.github, release=settings.release
        )
        with run.holding(pinned.slug):
            readme = await run(engines.reader, pinned.pinned)
            pictures = await gathered(readme, pinned, source, tools)
            branding = await branded(readme, pinned, pictures, tools)
            wanted = await briefed(readme, pinned, pictures, settings, run, tools.emit)
            script = dressed(await written(wanted, tools), readme, pinned, branding)
            pictures = await with_sign(script, readme, pinned, pictures, branding, tools)
            storyboard = await agreed(script.storyboard, pictures, pinned.slug, tools, agree)
            storyboard, takes = await fitting(
                storyboard, lambda board: run.each(settings.aspects, lambda a: filmed(board, a, pictures, tools)), tools
            )
            script = script.model_copy(update={"storyboard": storyboard})
            return published(script, takes, source, pinned, wanted, tools)


async def plan_video(source: Source, settings: Settings, *, emit: Emit = ignore) -> PromoVideo:
    """The same road up to the pictures: storyboard, scenes and what the film would cost. Buys and renders nothing."""
    async with open_tools(source, settings, emit) as tools:
        run, engines = tools.store, tools.engines
        pinned = await pin(
            source, http=tools.http, keep=run.keep_bytes, settings=settings.github, release=settings.release
        )
        with run.holding(pinned.slug):
            readme = await run(engines.reader, pinned.pinned)
            pictures = await gathered(readme, pinned, source, tools)
            branding = await branded(readme, pinned, pictures, tools)
            wanted = await briefed(readme, pinned, pictures, settings, run, tools.emit)
            script = dressed(await written(wanted, tools), readme, pinned, branding)
            pictures = await with_sign(script, readme, pinned, pictures, branding, tools)
            storyboard, takes = await fitting(
                script.storyboard,
                lambda board: run.each(settings.aspects, lambda a: drawn(board, a, pictures, tools)),
                tools,
            )
            await priced(storyboard, pictures, pinned.slug, tools)
            script = script.model_copy(update={"storyboard": storyboard})
            return published(script, takes, source, pinned, wanted, tools)


async def filmed(storyboard: Storyboard, aspect: Aspect, pictures: tuple[GatheredPicture, ...], tools: Tools) -> Take:
    """A storyboard's film in one aspect. Scenes and the transitions between them flow side by side."""
    run, engines, settings = tools.store, tools.engines, tools.settings
    timeline, encoding, scenes = arrange(storyboard, FPS), settings.encoding(aspect), storyboard.scenes

    uses = clip_uses(storyboard, aspect, pictures, tools)

    @run.once
    async def image(place: int) -> tuple[Storyboard, Shot]:
        whole = bool(uses) and uses[place].need.covers == "full"
        return await legible_shot(storyboard, place, aspect, pictures, tools, whole=whole)

    @run.once
    async def moving(place: int) -> Backdrop:
        if engines.buyer is not None:
            use, label = uses[place], tools.label(scenes[place].id, aspect)
            wanted = pictured(use.need, await run(engines.shooter, use.asked, label=label))
            bought = await tried(engines.buyer, wanted, label, tools)
            if bought is not None:
                return bought.model_copy(update={"start_s": use.start_s})
        shown, picture = await image(place)
        free = backdrop(shown, place, shot(shown, place, aspect, settings.scale, pictures), picture)
        return await run(engines.animator, free, label=tools.label(scenes[place].id, aspect))

    @run.once
    async def rendered(place: int) -> Segment:
        (shown, picture), backed = await image(place), await moving(place)
        request = segment(shown, timeline.scenes[place], picture, backed, aspect, settings, pictures)
        return await run(engines.renderer, request, label=tools.label(scenes[place].id, aspect))

    async def joined(place: int) -> TransitionClip | None:
        left, right = await rendered(place - 1), await rendered(place)
        request = transition(storyboard, timeline.scenes[place], left, right, encoding)
        label = tools.label(f"{scenes[place - 1].id}>{scenes[place].id}", aspect)
        return await run(engines.transitions, request, label=label) if request else None

    async def piece(number: int) -> Segment | TransitionClip | None:  # segment, transition, segment, …
        return await (joined((number + 1) // 2) if number % 2 else rendered(number // 2))

    pieces = await run.each(range(2 * len(scenes) - 1), piece)
    backdrops = tuple([await moving(place) for place in range(len(scenes))])
    heard = sounds(timeline, backdrops) if settings.music == "clip" else ()
    if settings.music == "clip" and not heard:
        tools.emit(Notice("warning", f"--music clip: no clip of the {aspect} film has sound; the film is silent."))
    whole_film = film(storyboard, pieces, timeline, encoding, heard)
    label = tools.label("film", aspect)
    whole = await run(engines.stitcher, whole_film, label=label)
    images = [await image(place) for place in range(len(scenes))]
    asked = [
        segment(shown, timing, picture, backdrops[place], aspect, settings)
        for place, (timing, (shown, picture)) in enumerate(zip(timeline.scenes, images, strict=True))
    ]
    seen = seen_scenes(storyboard, timeline, asked)

    async def copied() -> CompactFilm | None:
        if whole.video.size_bytes <= GITHUB_BYTES or aspect != settings.aspects[0]:
            return None
        smaller = CompactRequest(video=whole.video, limit_bytes=GITHUB_BYTES)
        return await run(engines.compactor, smaller, label="github copy")

    async def examined() -> Examination:
        film_file = ExaminationRequest(video=whole.video, aspect=aspect, fps=FPS, scenes=seen)
        return await run(engines.examiner, film_file, label=label)

    compact, seen_through = await run.both(copied(), examined())
    return Take(
        aspect=aspect,
        timeline=timeline,
        compact=compact,
        seen=seen,
        examination=seen_through,
        shots=tuple([one.shot for one in asked]),
        segments=tuple([await rendered(place) for place in range(len(scenes))]),
        backdrops=backdrops,
        film=whole,
    )


async def agreed(
    storyboard: Storyboard, pictures: tuple[GatheredPicture, ...], slug: str, tools: Tools, agree: Agree
) -> Storyboard:
    """Where clips are bought: all scenes fit, and what is to buy is priced and agreed to, before the first order."""
    if tools.engines.buyer is None:
        return storyboard
    # A scene left out later would change its neighbours' pictures, which are paid for.
    storyboard, _ = await fitting(
        storyboard,
        lambda board: tools.store.each(tools.settings.aspects, lambda a: laid_out(board, a, pictures, tools)),
        tools,
    )
    plan = await priced(storyboard, pictures, slug, tools)
    if plan is not None and plan.credits > 0 and not await agree(plan):
        raise ConsentError(
            f"Nothing was bought: {plan.credits:g} credits (${plan.usd:.2f}) were not agreed to.",
            hint="Say --yes, set a limit with --max-cost USD, or take `--animator local`, which is free.",
        )
    return storyboard


async def priced(
    storyboard: Storyboard, pictures: tuple[GatheredPicture, ...], slug: str, tools: Tools
) -> OrderPlan | None:
    """What the film's clips cost, told to the user; None when all are there, and then nothing is asked of anybody."""
    buyer = tools.engines.buyer
    if buyer is None:
        return None
    kept: list[tuple[str, BackdropNeed]] = []
    wanted: list[tuple[str, BackdropNeed]] = []
    for aspect in tools.settings.aspects:
        for scene, use in zip(storyboard.scenes, clip_uses(storyboard, aspect, pictures, tools), strict=True):
            label = tools.label(scene.id, aspect)
            image = tools.store.kept(tools.engines.shooter, use.asked, label=label)
            bought = image is not None and tools.store.has(buyer, pictured(use.need, image), label=label)
            (kept if bought else wanted).append((label, use.need))
    if not wanted:
        return None
    plan = await buyer.plan(slug, wanted, kept)
    tools.emit(OrdersPlanned(plan))
    return plan


async def tried(buyer: KieAnimator, wanted: BackdropRequest, label: str, tools: Tools) -> Clip | None:
    """The bought clip; None, said aloud, when it cannot be had and a fall-back was not forbidden."""
    try:
        return await tools.store(buyer, wanted, label=label)
    except ModelOffError:
        raise  # nothing can be bought: no film would be what was asked for
    except (SceneRefusedError, PaymentInDoubtError, PausedError, CredentialsError, ConsentError) as error:
        if tools.settings.on_failure == "stop":
            raise
        tools.fell_back(label, error)
        return None


async def drawn(storyboard: Storyboard, aspect: Aspect, pictures: tuple[GatheredPicture, ...], tools: Tools) -> Take:
    """A storyboard's pictures in one aspect, for a plan."""
    if tools.engines.buyer is not None:
        await laid_out(storyboard, aspect, pictures, tools)
    uses = clip_uses(storyboard, aspect, pictures, tools)

    async def image(place: int) -> Shot:
        whole = bool(uses) and uses[place].need.covers == "full"
        _, picture = await legible_shot(storyboard, place, aspect, pictures, tools, whole=whole)
        return picture

    shots = await tools.store.each(range(len(storyboard.scenes)), image)
    return Take(aspect=aspect, timeline=arrange(storyboard, FPS), shots=tuple(shots))


async def fitting(
    storyboard: Storyboard, make: Callable[[Storyboard], Awaitable[list[Made]]], tools: Tools
) -> tuple[Storyboard, list[Made]]:
    """Make it; a scene of our own storyboard whose words cannot be set legibly is shortened, or left out; said aloud.

    What was made before is kept by the store, so trying again costs nothing. A person's storyboard is never changed:
    there the error says what to mend.
    """
    while True:
        timeline = arrange(storyboard, FPS)
        ids = tuple(scene.id for scene in storyboard.scenes)
        tools.emit(FilmPlanned(ids, tools.settings.aspects, timeline.frames / FPS))
        try:
            return storyboard, await make(storyboard)
        except ShotError as error:
            place = ids.index(error.scene) if error.scene in ids else -1
            error.path = f"scenes.{place}.{error.path}".rstrip(".") if place >= 0 else error.path
            if tools.settings.storyboard is not None or place < 0:
                raise
            within = error.path.removeprefix(f"scenes.{place}.")
            shorter = shortened(storyboard.scenes[place], within)
            if shorter is None and len(ids) < 2:
                raise
            done = "left out" if shorter is None else "shortened"
            tools.emit(Notice("warning", f"Scene {error.scene} is {done}: {error.message}"))
            kept = () if shorter is None else (shorter,)
            scenes = storyboard.scenes[:place] + kept + storyboard.scenes[place + 1 :]
            storyboard = storyboard.model_copy(update={"scenes": scenes})


def published(
    script: Manuscript, takes: list[Take], source: Source, found: Pinned, wanted: Brief, tools: Tools
) -> PromoVideo:
    """Write the output folder; the report comes last, so that a folder with a report is complete."""
    settings, began, storyboard, pinned = tools.settings, tools.began, script.storyboard, found.pinned
    folder = OutputFolder(settings.out / found.slug, tools.store)
    films = [(take, take.film) for take in takes if take.film is not None]
    videos = tuple(folder.video(take, whole, first=take is takes[0]) for take, whole in films)
    said = quotes(storyboard, wanted)
    text = to_yaml(storyboard, quotes=said, hooks=script.hooks)
    moved = [folder.storyboard(text, settings.storyboard)]
    if films and (tag := wanted.news.tag if wanted.news is not None else pinned.facts.tag):
        moved.append(folder.release(text, tag, settings.storyboard))
    for name in filter(None, moved):
        tools.emit(Notice("info", f"Your edited storyboard was kept as {name}; use it with --storyboard."))
    if films:
        folder.clips(storyboard, [take for take, _ in films])
    else:
        folder.contact_sheet(storyboard, takes)
    report = Report(
        verb="make" if films else "plan",
        project=storyboard.project,
        source=source_name(source, folder.folder, settings.github.server_url),
        owner=pinned.facts.owner,
        url=pinned.facts.url,
        commit=pinned.commit,
        tag=pinned.facts.tag,
        release=wanted.news.tag if wanted.news is not None else None,
        readme_path=pinned.readme_path,
        language=storyboard.language,
        theme=storyboard.theme,
        style=storyboard.style,
        quality=settings.quality,
        duration_s=round(takes[0].timeline.frames / FPS, 3),
        videos=videos,
        poster=folder.poster(films[0][1]) if films else None,
        scenes=reported_scenes(
            storyboard,
            takes,
            folder.pictures(storyboard, takes),
            said,
            claims_of(storyboard, wanted),
            fallbacks={label: error.message for label, error in tools.failed.items()},
            wanted=wanted,
        ),
        cost=cost(takes, tools.money[-1].in_doubt_credits if tools.money else 0.0, script.usage, settings.max_cost),
        writing=script.usage,
        hooks=script.hooks,
        work=tools.work(),
        findings=(*wanted.document.findings, *script.notes),
        engines=tools.engines.names,
        reasons=tools.engines.reasons,
        took_s=round(time.monotonic() - began, 2),
    )
    if films:
        folder.compact(films[0][0])
        checks = folder.checks(report, takes, tools.attempts(found.slug))
        report = report.model_copy(update={"checks": checks})
    folder.report(report)
    films_made = tuple(folder.folder / video.path for video in videos)
    return PromoVideo(folder.folder, films_made, report, dict(tools.failed))
