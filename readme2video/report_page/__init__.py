"""The report as one page a person enjoys reading: the film, its scenes, and the line behind every word.

Pure: a record in, HTML out. The page needs no network and works from a folder.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from importlib import resources
from string import Template
from urllib.parse import urlsplit

from readme2video.model.report import Report, ReportedVideo
from readme2video.model.shot import Aspect
from readme2video.report_page.checks import checks_html
from readme2video.report_page.markup import (
    NOTHING,
    Markup,
    as_html,
    clock,
    counted,
    href,
    html,
    image,
    joined,
    length,
    megabytes,
    ratio,
    repository_file,
)
from readme2video.report_page.scene import findings, notes, scene_html

_STAGES = {
    "read": "Read the README",
    "storyboard": "Storyboard",
    "shoot": "Screenshot",
    "animate": "Motion",
    "render": "Render",
    "stitch": "Join",
    "check": "Check",
}

_SCRIPT = """
const film = document.querySelector("video");
if (film) document.addEventListener("click", (event) => {
  const link = event.target.closest("a.play");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  film.currentTime = Number(link.dataset.at);
  film.scrollIntoView({block: "center"});
  film.focus({preventScroll: true});
  film.play();
});
"""
"""Play buttons move the film on top; without it they open the film at their time."""


def report_html(report: Report) -> str:
    """The whole page; its links are relative to the output folder it is written to."""
    page = resources.files(__name__).joinpath("page.html").read_text("utf-8")
    what = "film report" if report.videos else "plan"
    return Template(page).substitute(
        title=as_html(f"{report.project}: {what}"),
        what=what,
        script=_SCRIPT,
        script_hash=base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode(),
        accent=report.theme.accent,
        accent_2=report.theme.accent_2,
        background=report.theme.background,
        project=as_html(report.project),
        lead=_lead(report),
        stage=_stage(report),
        sheet=_sheet(report),
        scenes=joined(scene_html(report, place, scene) for place, scene in enumerate(report.scenes, 1))
        or "<p>There are no scenes.</p>",
        checks=_checks(report),
        work=_work(report),
        storyboard=html('<a href="{at}">{name}</a>', at=href(report.storyboard), name=report.storyboard),
    )


def _lead(report: Report) -> Markup:
    return html(
        "{what} of <b>{length}</b> in <b>{count}</b>, made from {readme}{commit}{release}. "
        "Every string on screen stands below, with the line it came from.",
        what="A film" if report.videos else "A plan for a film",
        length=length(report.duration_s),
        count=counted(len(report.scenes), "scene"),
        readme=repository_file(report, report.readme_path, report.readme_path),
        commit=html(" at <code>{commit}</code>", commit=report.commit[:7]) if report.commit else "",
        release=f" ({report.tag})" if report.tag else "",
    )


def _stage(report: Report) -> Markup:
    """The film, or in a plan what to do next; below it the facts."""
    tall = {video.aspect for video in report.videos} == {"9:16"}
    return html(
        '<section class="stage{tall}" aria-label="{label}">{main}<div>{facts}</div></section>',
        tall=" tall" if tall else "",
        label="The film" if report.videos else "Next step",
        main=html('<div class="films">{films}</div>', films=joined(_film(report, video) for video in report.videos))
        if report.videos
        else _next_step(report),
        facts=_facts(report),
    )


def _film(report: Report, video: ReportedVideo) -> Markup:
    poster = report.poster if video is report.videos[0] else None
    if poster is None and report.scenes:
        poster = next((p.frame or p.image for p in report.scenes[0].pictures if p.aspect == video.aspect), None)
    return html(
        '<figure style="--ratio:{ratio}"><video controls playsinline preload="metadata"{poster} width="{width}" '
        'height="{height}" src="{at}" aria-label="The film of {project} in {aspect}"><a href="{at}">{path}</a></video>'
        '<figcaption><a href="{at}">{path}</a><span>{aspect}</span><span>{width} by {height}, {fps} fps</span>'
        "<span>{size}</span></figcaption></figure>",
        ratio=ratio(video.aspect),
        poster=html(' poster="{at}"', at=href(poster)) if poster else NOTHING,
        at=href(video.path),
        path=video.path,
        project=report.project,
        aspect=video.aspect,
        width=video.size_px.width,
        height=video.size_px.height,
        fps=video.fps,
        size=megabytes(video.size_bytes),
    )


def _next_step(report: Report) -> Markup:
    names = urlsplit(report.url or "").path.strip("/").removesuffix(".git").split("/")
    source = "/".join(names[:2]) if report.owner and len(names) >= 2 else "."
    if source != "." and report.tag:
        source += f"@{report.tag}"
    release = f" --release {shlex.quote(report.release)}" if report.release is not None and source == "." else ""
    return html(
        '<div class="next"><h2>Nothing is rendered yet</h2><p>Look through the scenes below. To change words, order, '
        'lengths or motion, edit <a href="{at}">{storyboard}</a>. Then make the film:</p><pre>{command}</pre>'
        "<p>The storyboard lies beside this page; give its path as seen from where you run the command.</p></div>",
        at=href(report.storyboard),
        storyboard=report.storyboard,
        command=f"readme2video make {shlex.quote(source)}{release} --storyboard {shlex.quote(report.storyboard)}",
    )


def _facts(report: Report) -> Markup:
    videos, address = report.videos, urlsplit(report.url or "")
    rows = [("Length", length(report.duration_s), f"{videos[0].frames} frames" if videos else "as planned")]
    if videos:
        size = megabytes(sum(video.size_bytes for video in videos))
        rows.append(("Size", size, f"{counted(len(videos), 'film')} in {report.quality} quality"))
    where = f"{report.owner} on {address.hostname}" if report.owner and address.hostname else "a local folder"
    rows.append(("Source", f"commit {report.commit[:7]}" if report.commit else "no commit", where))
    reasons = {role: why for role, _, why in (reason.partition(": ") for reason in report.reasons)}
    for role, name in report.engines.items():
        why = reasons.pop(role, "").removeprefix(name).strip(" ,")
        inner = why[1:-1] if why.startswith("(") and why.endswith(")") else why
        rows.append((role.capitalize(), name, inner))
    rows.append(("Style", report.style.capitalize(), f"on a {report.theme.mode} ground"))
    rows.append(("Cost", *_cost(report)))
    kept = sum(work.reused for work in report.work)
    rows.append(("Made in", length(report.took_s), f"{kept} of {len(report.work)} steps were kept" if kept else ""))
    cells = joined(
        html(
            '<div><dt>{name}</dt><dd dir="auto">{value}{more}</dd></div>',
            name=name,
            value=value,
            more=html("<small>{more}</small>", more=more) if more else NOTHING,
        )
        for name, value, more in rows
    )
    left = [reason for reason in report.reasons if reason.partition(": ")[0] in reasons]
    why = joined(html('<p class="why" dir="auto">{reason}</p>', reason=reason) for reason in left)
    return html('<dl class="facts">{cells}</dl>{why}', cells=cells, why=why)


def _cost(report: Report) -> tuple[str, str]:
    cost = report.cost
    parts = [f"{cost.spent_credits:g} credits"] if cost.spent_credits else []
    if cost.spent_usd or cost.claude_usd:
        parts.append(f"${cost.spent_usd + cost.claude_usd:.2f}")
    more = [f"{cost.in_doubt_credits:g} credits in doubt"] if cost.in_doubt_credits else []
    if (paid := report.writing) is not None:
        price = f"${paid.usd:.2f} by prices of {paid.priced_on}" if paid.usd is not None else "a price not known"
        more.append(f"storyboard: {price}, {paid.model}, {counted(paid.requests, 'answer')}")
    return ", ".join(parts) or "Nothing was bought", "; ".join(more)


def _sheet(report: Report) -> Markup:
    if not report.scenes:
        return NOTHING
    last = max(len(report.scenes) - 1, 1)
    shape: Aspect = next((picture.aspect for scene in report.scenes for picture in scene.pictures), "16:9")
    reel = joined(
        html(
            '<i style="--length:{long};--share:{share}%"></i>', long=f"{scene.duration_s:g}", share=100 * place // last
        )
        for place, scene in enumerate(report.scenes)
    )
    frames = joined(
        html(
            '<li><a href="#scene-{id}">{picture}<span class="code"><span>{start}</span><span>{long}</span></span>'
            '<span class="name" dir="auto">{headline}</span></a></li>',
            id=scene.id,
            picture=image(scene.pictures[0], "") if scene.pictures else NOTHING,
            start=clock(scene.start_s),
            long=length(scene.duration_s),
            headline=scene.headline,
        )
        for scene in report.scenes
    )
    return html(
        '<section class="sheet" aria-labelledby="sheet" style="--ratio:{ratio}"><div class="head">'
        '<h2 id="sheet">Contact sheet</h2><p>{end} in all</p></div>'
        '<div class="reel" aria-hidden="true">{reel}</div><ol>{frames}</ol></section>',
        ratio=ratio(shape),
        end=clock(report.duration_s),
        reel=reel,
        frames=frames,
    )


def _checks(report: Report) -> Markup:
    scenes = joined(
        html(
            '<li class="info"><b>Scene</b><span><a href="#scene-{id}">{id}</a>: {count}</span></li>',
            id=scene.id,
            count=counted(len(found), "finding"),
        )
        for scene in report.scenes
        if (found := findings(scene))
    )
    shown = joined([checks_html(report), notes(report.findings, scenes)])
    return shown or Markup(
        '<p class="fine"><b aria-hidden="true">✓</b> Nothing to point out: no check found a fault.</p>'
    )


def _work(report: Report) -> Markup:
    if not report.work:
        return Markup("<p>No work was recorded.</p>")
    rows = joined(
        html(
            '<tr><td>{stage}</td><td>{label}</td><td>{how}</td><td class="right">{took}</td></tr>',
            stage=_STAGES[work.stage],
            label=work.label.replace(">", " → ") or "whole film",
            how="kept" if work.reused else "made",
            took="" if work.reused else f"{work.took_s:.1f}",
        )
        for work in report.work
    )
    made = [work.took_s for work in report.work if not work.reused]
    return html(
        "<details><summary>What this run did <span>{made} made, {kept} kept, {took} of work</span></summary>"
        '<table><thead><tr><th scope="col">Stage</th><th scope="col">Scene</th><th scope="col">Result</th>'
        '<th scope="col" class="right">Seconds</th></tr></thead><tbody>{rows}</tbody></table></details>',
        made=len(made),
        kept=len(report.work) - len(made),
        took=length(sum(made)),
        rows=rows,
    )
