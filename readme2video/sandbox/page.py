"""The account page: balance and ledger, so that a person sees what would have been paid."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING

from readme2video.model.order import USD_PER_CREDIT

if TYPE_CHECKING:
    from readme2video.sandbox.account import Account, Job
    from readme2video.sandbox.claude import AskedClaude

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
p { margin: .3rem 0 1.5rem; opacity: .75; }
.sums { display: flex; gap: 3rem; margin: 1.5rem 0; } .sums b { display: block; font-size: 1.7rem; font-weight: 600; }
.sums span { opacity: .75; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
td.number, th.number { text-align: right; } code { font-size: .85em; overflow-wrap: anywhere; }
"""


def account_page(account: Account) -> str:
    """The page as HTML. Everything that came with an order is escaped."""
    account.settle()
    jobs = list(account.jobs.values())
    spent = sum(job.consumed for job in jobs)
    rows = "".join(_row(account, job) for job in reversed(jobs))
    table = (
        "<table><thead><tr><th>Ordered</th><th>Task</th><th>Model</th><th>Prompt</th><th>State</th>"
        f'<th class="number">Credits</th><th class="number">USD</th></tr></thead><tbody>{rows}</tbody></table>'
        if jobs
        else "<p>No orders yet.</p>"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stand-in account</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="3"><style>{_STYLE}</style></head><body>'
        "<h1>Stand-in account</h1><p>A local stand-in of Kie and Claude: nothing here costs money.</p>"
        f'<div class="sums"><div><b>{account.balance:g}</b><span>credits left</span></div>'
        f"<div><b>{spent:g}</b><span>credits spent</span></div>"
        f"<div><b>${spent * USD_PER_CREDIT:.2f}</b><span>it would have cost</span></div>"
        f"<div><b>{len(jobs)}</b><span>order{'' if len(jobs) == 1 else 's'}</span></div></div>{table}"
        f"{_asked(account.claude.asked)}</body></html>"
    )


def _asked(asked: list[AskedClaude]) -> str:
    """What Claude was asked, the newest first; nothing where it was not."""
    if not asked:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(one.request_id)}</code></td><td>{escape(str(one.body['model']))}</td>"
        f'<td class="number">{one.turn}</td>'
        f"<td>{escape(one.stop_reason)}{f'<br>answered with {escape(one.answered)}' if one.answered else ''}</td>"
        f'<td class="number">{one.usage["input_tokens"]:,}</td>'
        f'<td class="number">{one.usage["cache_creation_input_tokens"]:,}</td>'
        f'<td class="number">{one.usage["cache_read_input_tokens"]:,}</td>'
        f'<td class="number">{one.usage["output_tokens"]:,}</td></tr>'
        for one in reversed(asked)
    )
    names = ("Turn", "Ended with", "Tokens in", "Cache written", "Cache read", "Tokens out")
    heads = "".join(f"<th{'' if name == 'Ended with' else ' class=number'}>{name}</th>" for name in names)
    return (
        f"<h2>Asked of Claude</h2><table><thead><tr><th>Request</th><th>Model</th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _row(account: Account, job: Job) -> str:
    ordered = time.strftime("%H:%M:%S", time.localtime(job.created_ms / 1000))
    state = job.state(account.clock())
    shown = escape(state)
    if state == "success":
        shown = f'<a href="{escape(account.result_url(job))}">{shown}</a>'
    elif state == "fail" and job.fail:
        shown += f"<br>{escape(job.fail[1])}"
    if job.order.answered:
        shown += f"<br>answered with {escape(job.order.answered)}"
    prompt = str(job.given.get("prompt") or "")
    words = escape(prompt[:160] + ("…" if len(prompt) > 160 else ""))
    return (
        f"<tr><td>{ordered}</td><td><code>{escape(job.order.task_id)}</code></td><td>{escape(job.order.model)}</td>"
        f'<td>{words}</td><td>{shown}</td><td class="number">{job.consumed:g}</td>'
        f'<td class="number">{job.consumed * USD_PER_CREDIT:.3f}</td></tr>'
    )
