"""``models``: the table of models, with what they make, what they cost and whether they are served."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.cli.run import guarded
from readme2video.cli.terminal import clean_line, console_for, encodable, is_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from readme2video.kie.answers import LiveModel
    from readme2video.kie.models import Model
    from readme2video.settings import Settings

PRICED_S = 10
_WIDE = 100
"""Columns from which there is room for more than the essentials."""
_PIPE_COLUMNS = 120
_STYLE = {"available": "green", "uncertain": "yellow", "retired": "dim"}


def models(*, live: bool, as_json: bool) -> int:
    """``models``: prints the table to stdout and returns the exit code.

    Args:
        live: Ask the provider which models it serves now, and its price sentences.
    """

    def work() -> int:
        from readme2video.kie.models import load_models
        from readme2video.settings import load_settings

        settings = load_settings({}, os.environ, Path.cwd())
        table = load_models(settings.models)
        served = asyncio.run(_served(settings)) if live else None
        rows = [_row(model, served) for model in table.values()]
        if as_json:
            print(json.dumps({"exit_code": 0, "default": settings.model, "models": rows}))
        else:
            _show(rows, settings.model, live=live)
        return 0

    return guarded(work, as_json=as_json)


async def _served(settings: Settings) -> dict[str, LiveModel]:
    """The provider's list by id."""
    from readme2video.errors import CredentialsError
    from readme2video.kie.client import KieClient

    if settings.kie.key is None:
        raise CredentialsError(
            "The live list needs a key.", hint="Set KIE_API_KEY, or leave --live out for the table that came along."
        )
    async with KieClient(settings.kie) as client:
        return {model.id: model for model in await client.models()}


def _row(model: Model, served: dict[str, LiveModel] | None) -> dict[str, Any]:
    """One model as JSON; ``live`` is None when the list was not asked for."""
    from readme2video.kie.models import price_credits, seconds_for
    from readme2video.model.order import USD_PER_CREDIT

    bought = seconds_for(model, PRICED_S)
    credits_ = price_credits(model, bought) if model.price else None
    found = served.get(model.live_id or model.id) if served is not None else None
    return {
        "id": model.id,
        "takes": model.takes,
        "family": model.family,
        "status": model.status,
        "status_as_of": model.status_as_of,
        "note": model.note,
        "seconds": list(model.seconds()),
        "aspects": list(model.aspects),
        "shape_of_picture": model.aspect is None,
        "resolutions": list(model.resolutions),
        "default_resolution": model.resolution.default if model.resolution else None,
        "price": None
        if credits_ is None
        else {
            "seconds": bought,
            "credits": credits_,
            "usd": round(credits_ * USD_PER_CREDIT, 4),
            "as_of": model.price_date,
            "historic": bool(model.price and model.price.historic),
        },
        "live": None if served is None else found is not None,
        "live_price": found.pricing if found else "",
    }


def _show(rows: list[dict[str, Any]], default: str, *, live: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    console = console_for(sys.stdout, os.environ)
    if not is_terminal(sys.stdout, os.environ) and not os.environ.get("COLUMNS", "").strip("0"):
        console.width = _PIPE_COLUMNS
    wide = console.width >= _WIDE
    table = Table(box=None, padding=(0, 2 if wide else 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("model", overflow="fold", min_width=20)
    table.add_column("seconds", no_wrap=True)
    table.add_column("shapes", overflow="fold")
    if wide:
        table.add_column("resolutions", overflow="fold")
    table.add_column("credits", justify="right", no_wrap=True)
    table.add_column("USD", justify="right", no_wrap=True)
    if live:
        table.add_column("live", no_wrap=True)
    table.add_column("for", no_wrap=True)
    blanks = len(table.columns) - 1
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=_rank):
        groups.setdefault((row["status"], row["status_as_of"]), []).append(row)
    for (status, date), members in groups.items():
        heading = _printable(f"{status}, seen {date}" if date else status)
        table.add_row(Text(heading, style=f"bold {_STYLE[status]}"), *[""] * blanks)
        for row in members:
            cells = _cells(row, default, wide=wide, live=live)
            table.add_row(*(Text(_printable(cell)) for cell in cells), style="dim" if status == "retired" else "")
        table.add_row()
    console.print(table)
    for line in _notes(rows, default, live=live):
        console.print(Text(_printable(line)))
    _show_live_prices(rows, console)


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """Available first; within a status the newest date, what animates pictures, what costs least."""
    price = row["price"]["credits"] if row["price"] else float("inf")
    day = int(row["status_as_of"].replace("-", "").ljust(8, "0"))
    return list(_STYLE).index(row["status"]), -day, row["takes"] != "picture", price, row["id"]


def _cells(row: dict[str, Any], default: str, *, wide: bool, live: bool) -> list[str]:
    from readme2video.kie.models import dollars, spoken

    name = f"* {row['id']}" if row["id"] == default else f"  {row['id']}"
    lengths = spoken(row["seconds"], "-").replace(", ", " ").replace(" or ", " ") if row["seconds"] else "any"
    shapes = "any" if len(row["aspects"]) == 3 else " ".join(row["aspects"])
    price = row["price"]
    cost = ["unknown", ""] if price is None else [f"{price['credits']:g}", dollars(price["credits"])]
    span = f"{price['seconds']} s" if price and row["seconds"] else "video" if price else ""
    more = [" ".join(row["resolutions"])] if wide else []
    mark = ["yes" if row["live"] else "no"] if live else []
    return [name, lengths, shapes, *more, *cost, *mark, span]


def _notes(rows: list[dict[str, Any]], default: str, *, live: bool) -> list[str]:
    offered = sorted((row for row in rows if row["status"] == "available"), key=_rank)
    example = f", as in --model {offered[0]['id']}" if offered else ""
    lines = [f"* is your model. Choose another for a run with --model{example}."]
    if default not in {row["id"] for row in rows}:
        lines = [f"Your model {default} is not in this table; add it in the settings file, or choose with --model."]
    lines.append(
        f"Prices: the clip bought for {PRICED_S} s, silent, at the model's default resolution; "
        "1 credit is $0.005. Prices of retired models are history."
    )
    others = [f"{row['id']} ({row['takes']})" for row in rows if row["takes"] != "picture"]
    if others:
        lines.append(f"Made from text or video, so no use for scenes: {', '.join(others)}.")
    for note in dict.fromkeys(row["note"] for row in rows if row["note"]):
        lines.append(f"{', '.join(row['id'] for row in rows if row['note'] == note)}: {note}.")
    if not live:
        lines.append("--live asks the provider what it serves now.")
    return lines


def _show_live_prices(rows: list[dict[str, Any]], console: Console) -> None:
    from rich.text import Text

    priced = [row for row in rows if row["live_price"]]
    if priced:
        console.print(Text("\nThe provider's own words on prices", style="bold"))
    for row in priced:
        console.print(Text(_printable(f"  {row['id']}: {row['live_price']}")))


def _printable(text: str) -> str:
    # clean_line joins blanks, also those that indent.
    indent = text[: len(text) - len(text.lstrip(" "))]
    return encodable(indent + clean_line(text), sys.stdout)
