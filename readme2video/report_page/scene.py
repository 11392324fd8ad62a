"""One scene of the report: its frames, how it was made, and the line behind every string."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from readme2video.model.record import Finding
from readme2video.model.report import Attribution, Report, ReportedPicture, ReportedScene, ReportedString
from readme2video.report_page.markup import (
    NOTHING,
    Markup,
    as_html,
    clock,
    href,
    html,
    image,
    joined,
    language,
    length,
    ratio,
    repository_file,
)

KINDS = {
    "title": "Title",
    "problem": "Problem",
    "before_after": "Before and after",
    "feature": "Feature",
    "features": "Features",
    "code": "Code",
    "diff": "Change",
    "terminal": "Terminal",
    "chart": "Chart",
    "stats": "Numbers",
    "quote": "Quotation",
    "release": "What is new",
    "install": "Install",
    "image": "Picture",
    "call_to_action": "Call to action",
}
LEVELS = {"failure": "Failure", "warning": "Warning", "info": "Note"}
_OWN_WORDS = {
    "copy": "Our connecting words; they claim nothing.",
    "author": "Written by hand in the storyboard.",
}
_CLASSES = {"quote": "quote", "paraphrase": "paraphrase", "copy": "connecting words", "author": "author's words"}
_SINGULAR = {
    "items": "Item",
    "points": "Point",
    "lines": "Line",
    "stats": "Number",
    "bars": "Bar",
    "notes": "Note",
    "others": "Another way",
    "by": "Said by",
    "url": "Address",
}
_LINES = re.compile(r"^(?P<file>.+):(?P<first>\d+)(?:-(?P<last>\d+))?$")


def scene_html(report: Report, place: int, scene: ReportedScene) -> Markup:
    """The scene as an article.

    Args:
        place: 1 for the first scene.
    """
    shapes = {picture.aspect for picture in scene.pictures}
    return html(
        '<article class="scene {layout}" id="scene-{id}" aria-labelledby="title-{id}"><header><p class="kind">'
        '<b>{place}</b><span>{kind}</span>{play}</p><h3 id="title-{id}" dir="auto"{lang}>{headline}</h3></header>'
        '<div class="picture"><div class="frames">{frames}</div><dl class="how">{how}</dl>{notes}</div>'
        '<ol class="claims">{claims}</ol></article>',
        layout="many" if len(shapes) > 1 else "tall" if shapes == {"9:16"} else "one",
        id=scene.id,
        place=f"{place:02d}",
        kind=KINDS[scene.kind],
        lang=language(report),
        headline=scene.headline,
        play=_play(report, scene),
        frames=joined(_frame(scene, picture) for picture in scene.pictures) or Markup("<p>No picture was made.</p>"),
        how=_how(place, scene),
        notes=notes(findings(scene)),
        claims=joined([_claims(report, scene.strings), _hooks(report) if place == 1 else NOTHING]),
    )


def findings(scene: ReportedScene) -> tuple[Finding, ...]:
    """What the checks found in a scene's pictures; what several aspects share stands once."""
    return tuple(dict.fromkeys(finding for picture in scene.pictures for finding in picture.findings))


def notes(found: Iterable[Finding], more: Markup = NOTHING) -> Markup:
    """Findings as a list, the worst first; nothing when there are none."""
    order = list(LEVELS)
    rows = [
        html(
            '<li class="{level}"><b>{word}</b><span dir="auto">{message} <code>{rule}</code></span></li>',
            level=finding.level,
            word=LEVELS[finding.level],
            message=f"{finding.message} {finding.fix}".rstrip(),
            rule=finding.rule,
        )
        for finding in sorted(found, key=lambda finding: order.index(finding.level))
    ]
    items = joined([*rows, more])
    return html('<ul class="notes">{items}</ul>', items=items) if items else NOTHING


def _play(report: Report, scene: ReportedScene) -> Markup:
    span = html(
        '<span class="mono">{start} to {end}</span>',
        start=clock(scene.start_s),
        end=clock(scene.start_s + scene.duration_s),
    )
    if not report.videos:
        return span
    return html(
        '{span} <a class="play" href="{film}#t={at}" data-at="{at}" aria-label="Play scene {id}">Play</a>',
        span=span,
        film=href(report.videos[0].path),
        at=f"{scene.start_s:g}",
        id=scene.id,
    )


def _frame(scene: ReportedScene, picture: ReportedPicture) -> Markup:
    read = f", legibility {picture.legibility:.1%}" if picture.legibility is not None else ""
    caption = html("<figcaption>{aspect}{read}</figcaption>", aspect=picture.aspect, read=read)
    return html(
        '<figure style="--ratio:{ratio}"><a href="{full}">{image}</a>{caption}</figure>',
        ratio=ratio(picture.aspect),
        full=href(picture.image),
        image=image(picture, f"Scene {scene.id} in {picture.aspect}: {scene.headline}"),
        caption=caption if len(scene.pictures) > 1 else NOTHING,
    )


def _how(place: int, scene: ReportedScene) -> Markup:
    rows = [
        ("Length", length(scene.duration_s)),
        ("Camera", scene.motion.replace("_", " ")),
        ("Moved by", f"{scene.animator}, {scene.model}" if scene.model else scene.animator),
        ("Enters with", scene.transition if place > 1 else "the film's start"),
    ]
    if scene.legibility is not None:
        rows.append(("Legibility", f"{scene.legibility:.1%}"))
    if scene.credits:
        rows.append(("Bought for", f"{scene.credits:g} credits"))
    if scene.task_id:
        rows.append(("Task", scene.task_id))
    if scene.shows is not None:
        rows.append(("Shows", _shown(scene.shows)))
    if scene.fallback:
        rows.append(("Local motion because", scene.fallback))
    return joined(
        html('<div><dt>{name}</dt><dd dir="auto">{value}</dd></div>', name=name, value=value) for name, value in rows
    )


def _shown(shows: Attribution) -> str:
    """The README's picture in a scene: its source, its line, and whose it is."""
    moves = f", {shows.footage_s:g} s of footage" if shows.footage_s is not None else ""
    licence = f", {shows.licence}" if shows.licence else ""
    apart = ", from outside the repository: its own licence counts" if shows.elsewhere else ""
    return f"{shows.src} ({shows.line}{licence}{apart}{moves})"


def _claims(report: Report, strings: Sequence[ReportedString]) -> Markup:
    """Neighbouring strings from the same lines share one quote; what is quoted whole is not said twice."""
    groups = [(key, tuple(group)) for key, group in groupby(strings, lambda string: (string.source, string.quote))]
    return joined(
        html(
            '<li class="claim">{said}{source}</li>',
            said=joined(_said(report, string) for string in group),
            source=_source(report, source, quoted, [string.text for string in group if not _whole(string)]),
        )
        for (source, quoted), group in groups
    )


def _hooks(report: Report) -> Markup:
    """Other headlines for the first scene, to choose from; nothing when there are none."""
    rows = joined(
        html(
            '<p dir="auto"{lang}>{text} <i class="class">{source}</i></p>',
            lang=language(report),
            text=hook.text,
            source=hook.source,
        )
        for hook in report.hooks
    )
    return (
        html('<li class="claim hooks"><div class="said"><span>Other hooks</span>{rows}</div></li>', rows=rows)
        if rows
        else NOTHING
    )


def _whole(string: ReportedString) -> bool:
    return "\n" in string.text and string.text.strip() == string.quote.strip()


def _said(report: Report, string: ReportedString) -> Markup:
    parts = [_SINGULAR.get(part, part) if not part.isdigit() else str(int(part) + 1) for part in string.path.split(".")]
    if _whole(string):
        words = Markup('<p class="whole">The whole quote, word for word.</p>')
    else:
        exact = string.path.rpartition(".")[2] in ("code", "command") or string.path.startswith("lines.")
        words = html(
            '<p{style} dir="auto"{lang}>{text}</p>',
            style=Markup(' class="code"' if exact else ""),
            lang=language(report),
            text=string.text,
        )
    name = " ".join(part for part in parts if part != "text")
    return html(
        '<div class="said{bad}"><span>{name} <i class="class">{kind}</i></span>{words}{problem}</div>',
        bad=" unsupported" if string.problem else "",
        name=name[:1].upper() + name[1:],
        kind="not supported" if string.problem else _CLASSES[string.claim],
        words=words,
        problem=html('<p class="problem" dir="auto">{problem}</p>', problem=string.problem)
        if string.problem
        else NOTHING,
    )


def _source(report: Report, source: str, quoted: str, said: Sequence[str]) -> Markup:
    if source in _OWN_WORDS:
        return html('<p class="from">{words}</p>', words=_OWN_WORDS[source])
    number = None
    if source.startswith("fact:"):
        where = html("<code>fact: {name}</code>", name=source.removeprefix("fact:").replace("_", " "))
    elif found := _LINES.match(source):
        number = int(found["first"])
        anchor = f"?plain=1#L{number}" + (f"-L{found['last']}" if found["last"] else "")
        where = repository_file(report, source, found["file"], anchor)
    else:
        where = html("<code>{source}</code>", source=source)
    missing = Markup("<p>What stands there is not known.</p>")
    return html(
        '<figure class="from"><figcaption>{where}</figcaption>{words}</figure>',
        where=where,
        words=html(
            '<blockquote dir="auto"{lang}>{lines}</blockquote>',
            lang=language(report),
            lines=joined(_quoted_lines(quoted, said, number)),
        )
        if quoted.strip()
        else missing,
    )


def _quoted_lines(quoted: str, said: Sequence[str], number: int | None) -> Iterator[Markup]:
    """The quote line by line, with the words that are on screen marked where they stand there literally."""
    covered = [False] * len(quoted)
    for words in said:
        pattern = r"\s+".join(map(re.escape, words.split()))
        for found in re.finditer(pattern, quoted, re.IGNORECASE) if pattern else ():
            covered[found.start() : found.end()] = [True] * (found.end() - found.start())
    start = 0
    for index, line in enumerate(quoted.split("\n")):
        pieces = []
        shown = zip(line, covered[start : start + len(line)], strict=True)
        for marked, group in groupby(shown, lambda pair: pair[1]):
            piece = "".join(character for character, _ in group)
            pieces.append(html("<mark>{piece}</mark>", piece=piece) if marked else as_html(piece))
        start += len(line) + 1
        count = html(' data-line="{number}"', number=number + index) if number is not None else NOTHING
        yield html("<span{count}>{line}</span>", count=count, line=Markup("".join(pieces)))
