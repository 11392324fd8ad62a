"""The film checks on the report page: what is no pass with its frame, then every row."""

from __future__ import annotations

from itertools import groupby

from readme2video.model.check import Verdict, told
from readme2video.model.report import Report
from readme2video.report_page.markup import NOTHING, Markup, as_html, clock, counted, href, html, joined

_WORDS = {"pass": "Pass", "warn": "Warning", "fail": "Fail"}
_CLASSES = {"pass": "passed", "warn": "warning", "fail": "failure"}
_ORDER = ("fail", "warn")


def checks_html(report: Report) -> Markup:
    """The section's content; nothing for a plan."""
    rows = report.checks
    if not rows:
        return NOTHING
    off = sorted((row for row in rows if row.level != "pass"), key=lambda row: _ORDER.index(row.level))
    table = joined(
        html(
            '<tbody><tr><th colspan="3" scope="rowgroup">{family}</th></tr>{rows}</tbody>',
            family=family,
            rows=joined(_row(row) for row in group),
        )
        for family, group in groupby(rows, key=lambda row: row.family)
    )
    return html(
        '{off}<details class="rows"><summary>{all} <span>{told}</span></summary><table>{table}</table></details>',
        off=html('<ul class="off">{cards}</ul>', cards=joined(_card(row) for row in off))
        if off
        else html(
            '<p class="fine"><b aria-hidden="true">✓</b> {rows} of the film checks hold.</p>',
            rows=counted(len(rows), "row"),
        ),
        all=counted(len(rows), "row"),
        told=told(rows),
        table=table,
    )


def _card(row: Verdict) -> Markup:
    picture = (
        html(
            '<a href="{at}"><img src="{at}" alt="The frame of {rule}" loading="lazy" decoding="async"></a>',
            at=href(row.picture),
            rule=row.rule,
        )
        if row.picture
        else NOTHING
    )
    return html(
        '<li class="{level}">{picture}<div><b>{word}</b> <code>{rule}</code><p dir="auto">{detail}</p>'
        '<p class="where">{where}</p><p class="fix">{fix}</p></div></li>',
        level=_CLASSES[row.level],
        picture=picture,
        word=_WORDS[row.level],
        rule=row.rule,
        detail=row.detail,
        where=_where(row),
        fix=row.fix,
    )


def _row(row: Verdict) -> Markup:
    return html(
        '<tr class="{level}"><td><b>{word}</b></td><td>{rule}</td><td dir="auto">{detail}{aspect}</td></tr>',
        level=_CLASSES[row.level],
        word=_WORDS[row.level],
        rule=row.rule,
        detail=row.detail,
        aspect=f" ({row.aspect})" if row.aspect else "",
    )


def _where(row: Verdict) -> Markup:
    scene = html('<a href="#scene-{id}">{id}</a>', id=row.scene) if row.scene else NOTHING
    at = clock(row.time_s) if row.time_s is not None else ""
    parts = [as_html(part) for part in (scene, at, row.aspect or "") if part]
    return Markup(", ".join(parts))
