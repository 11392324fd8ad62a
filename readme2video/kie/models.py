"""The table of models: `models.toml` with the user's rows over it, lengths, sizes, prices and substitutes."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from readme2video.errors import UsageError
from readme2video.kie.order_form import order_body, validate
from readme2video.kie.rows import AUDIO, Model, listed, spoken
from readme2video.model.order import USD_PER_CREDIT
from readme2video.model.record import Size
from readme2video.model.shot import Aspect

__all__ = [
    "Model",
    "bought_aspect",
    "bought_px",
    "dollars",
    "find_model",
    "load_models",
    "order_body",
    "price_credits",
    "seconds_for",
    "spoken",
    "substitutes",
    "substitutes_hint",
    "validate",
]

ENLARGEMENT_MOST = 1.5
"""How much a bought picture may be enlarged to serve an aspect that its model lacks."""
COVERS_S = 1e-6
"""A clip may be shorter than the need by this, so that 10 s counted in frames are still 10 s."""


def load_models(user_rows: Iterable[Mapping[str, Any]] = ()) -> dict[str, Model]:
    """The shipped rows, with the user's over them: a field given replaces the field of the row with that id.

    Raises:
        UsageError: A row of the user's is wrong; names the row and the field.
    """
    rows = _shipped()
    models = {name: _model(row, f"models.toml: {name}") for name, row in rows.items()}
    for number, row in enumerate(user_rows, 1):
        name = row.get("id")
        where = f"models, row {number}"
        if not isinstance(name, str):
            raise UsageError(
                f"{where}: id: is missing.", hint="`readme2video models` lists the ids that can be changed."
            )
        rows[name] = {**rows.get(name, {}), **row}
        models[name] = _model(rows[name], f"{where} ({name})")
    return models


def find_model(models: Mapping[str, Model], name: str) -> Model:
    """The row of an id.

    Raises:
        UsageError: There is none; the hint names similar ones.
    """
    if name in models:
        return models[name]
    near = difflib.get_close_matches(name, models, n=3, cutoff=0.4)
    hint = f"Did you mean {listed([f'`--model {other}`' for other in near])}? " if near else ""
    raise UsageError(
        f"There is no model {name!r}.", hint=f"{hint}`readme2video models` lists them; a settings file can add rows."
    )


def seconds_for(model: Model, needed_s: float, resolution: str | None = None) -> int:
    """The shortest length that covers a need, else the longest the model makes."""
    values = model.seconds(resolution) or (max(1, math.ceil(needed_s - COVERS_S)),)
    return next((value for value in values if value >= needed_s - COVERS_S), values[-1])


def bought_px(model: Model, aspect: Aspect, resolution: str | None = None) -> Size:
    """The size a clip comes back in: the row's where it is known, else assumed from the resolution's name."""
    key = model.resolution_key(resolution)
    known = model.size_px.get(key, {}).get(aspect)
    if known:
        return Size(width=known[0], height=known[1])
    named = re.fullmatch(r"(\d+)p?", {"2k": "1440p", "4k": "2160p"}.get(key, key))
    short = int(named[1]) if named else 720
    across, down = map(int, aspect.split(":"))
    width, height = (short * side / min(across, down) for side in (across, down))
    return Size(width=round(width / 2) * 2, height=round(height / 2) * 2)


def bought_aspect(model: Model, aspect: Aspect, output_px: Size, resolution: str | None = None) -> Aspect | None:
    """What to order for a film's aspect.

    Returns:
        The aspect itself where the model has it; else the one whose clip, cropped to fill ``output_px``, is enlarged
        least and at most 1.5 times, the model's default where two are equal; None when there is no such.
    """
    if aspect in model.aspects:
        return aspect
    default = model.aspect.default if model.aspect else ""
    enlarged: list[tuple[float, bool, Aspect]] = []
    for other in model.aspects:
        size = bought_px(model, other, resolution)
        factor = max(output_px.width / size.width, output_px.height / size.height)
        if factor <= ENLARGEMENT_MOST + 1e-9:
            enlarged.append((factor, other != default, other))
    return min(enlarged)[2] if enlarged else None


def price_credits(model: Model, seconds: int, resolution: str | None = None, sound: bool = False) -> float:
    """What a clip is expected to cost, in credits.

    Raises:
        UsageError: No price is known; what has no price is not bought.
    """
    key = model.resolution_key(resolution)
    if model.price is None:
        raise UsageError(
            f"No price of {model.id} is known, so nothing is bought from it.",
            hint=f'Give it one in the settings file: a [[models]] table with id = "{model.id}" and a price.',
        )
    model.check_seconds(seconds, key)
    return model.table_credits(key + AUDIO if sound and key + AUDIO in model.price.table else key, seconds)


def substitutes(
    models: Mapping[str, Model], model: Model, seconds: float, *, live: Collection[str] | None = None
) -> tuple[tuple[Model, float], ...]:
    """Available models that animate a picture in this one's place, nearest first, each with its price in credits.

    Nearest is what covers the length in one piece, then what costs least; at each one's default resolution, silent.

    Args:
        seconds: The clip's length.
        live: Ids of the provider's live list; None when it could not be had.
    """
    found = []
    for other in models.values():
        offered = other.status == "available" and other.price is not None and (not live or other.in_list(live))
        if other.id != model.id and offered and other.takes == "picture":
            bought = seconds_for(other, seconds)
            found.append((max(0.0, seconds - bought), price_credits(other, bought), other.id))
    return tuple((models[name], price) for _, price, name in sorted(found))


def substitutes_hint(
    models: Mapping[str, Model], model: Model, seconds: float, *, live: Collection[str] | None = None, most: int = 3
) -> str:
    """The same for a person: each with its exact flag and price, "" when there is none."""
    nearest = substitutes(models, model, seconds, live=live)[:most]
    offers = [
        f"`--model {other.id}` ({seconds_for(other, seconds)} s: {credits_:g} credits, {dollars(credits_)})"
        for other, credits_ in nearest
    ]
    oldest = min((other.price_date for other, _ in nearest if other.price_date), default="")
    return f"Use {listed(offers)}{oldest and f'; prices of {oldest}'}." if offers else ""


def dollars(credits_: float) -> str:
    """A price in US dollars as shown, to the cent; half a cent counts as a whole one."""
    exact = Decimal(str(credits_)) * Decimal(str(USD_PER_CREDIT))
    return f"${exact.quantize(Decimal('0.01'), ROUND_HALF_UP)}"


@lru_cache
def _text() -> str:
    return resources.files(__package__ or "").joinpath("models.toml").read_text("utf-8")


def _shipped() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in tomllib.loads(_text())["models"]}


def _model(row: Mapping[str, Any], where: str) -> Model:
    try:
        return Model.model_validate(dict(row))
    except ValidationError as error:
        problem = error.errors()[0]
        # The last step into a union is a type's name, which is nothing of the row's.
        steps = [str(step) for step in problem["loc"] if step not in ("float", "dict[int,float]")]
        message = str(problem["msg"]).removeprefix("Value error, ")
        raise UsageError(
            f"{where}: {'.'.join(steps)}{': ' if steps else ''}{message}.",
            hint="The fields of a row are explained at the top of readme2video/kie/models.toml.",
        ) from None
