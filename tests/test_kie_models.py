"""The table of models: what is sent for each row, to the letter, what it costs, and what is refused before sending."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readme2video.errors import UsageError
from readme2video.kie.models import (
    bought_aspect,
    load_models,
    order_body,
    price_credits,
    seconds_for,
    substitutes,
    validate,
)
from readme2video.model.record import Size

ROWS = json.loads((Path(__file__).parent.parent / "fixtures" / "kie" / "registry-rows.json").read_text("utf-8"))
MODELS = load_models()
SORA = MODELS["sora-2-image-to-video"]
URL = "https://files.example.com/a.png"
JSON_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": int}


def expected(row: dict[str, Any], seconds: int, resolution: str | None) -> dict[str, Any]:
    """The request as the provider's page describes it, built from its row alone."""
    sent: dict[str, Any] = {"prompt": "slow push in", **row["fixed"]}
    sent[row["image"]["field"]] = [URL] if row["image"]["shape"] == "array" else URL
    sent[row["duration"]["field"]] = JSON_TYPES[row["duration"]["type"]](seconds)
    if row["aspect"]:
        sent[row["aspect"]["field"]] = row["aspect"]["map"]["16:9"]
    if row["resolution"]:
        sent[row["resolution"]["field"]] = row["resolution"]["map"][resolution or row["resolution"]["default"]]
    if row["sound"]:
        sent[row["sound"]["field"]] = False
    return {"model": row["id"], "input": sent}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_is_sent_is_what_the_row_says(row: dict[str, Any]) -> None:
    model = MODELS[row["id"]]
    for seconds in model.seconds():
        for resolution in [None, *(row["resolution"] or {}).get("map", {})]:
            if seconds not in model.seconds(resolution):
                continue
            body = order_body(
                model, prompt="slow push in", image_url=URL, seconds=seconds, aspect="16:9", resolution=resolution
            )
            assert body == expected(row, seconds, resolution)
            kinds = {name: type(value) for name, value in body["input"].items()}
            assert kinds == {name: type(v) for name, v in expected(row, seconds, resolution)["input"].items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_prices_are_the_rows(row: dict[str, Any]) -> None:
    model = MODELS[row["id"]]
    for key, price in row["price"]["table"].items():
        resolution, sound = key.removesuffix("|audio"), key.endswith("|audio")
        named = None if resolution == "default" else resolution
        if row["price"]["unit"] == "second":
            seconds = model.seconds(named)[-1]
            assert price_credits(model, seconds, named, sound) == pytest.approx(price * seconds)
        else:
            for seconds_text, whole in price.items():
                assert price_credits(model, int(seconds_text), named, sound) == whole


def check(**changes: Any) -> None:
    order: dict[str, Any] = {
        "prompt": "slow push in", "image_bytes": 1_000_000, "image_format": "png",
        "image_size": Size(width=1920, height=1080), "seconds": 10, "aspect": "16:9", "resolution": None,
    }  # fmt: skip
    validate(SORA, **(order | changes))


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"seconds": 12}, "10"),
        ({"image_bytes": 10_100_000}, "10 MB"),
        ({"prompt": "x" * 10_001}, "10,000"),
        ({"image_format": "gif"}, "png"),
        ({"aspect": "1:1"}, "16:9"),
        ({"resolution": "1080p"}, "resolution"),
        ({"prompt": ""}, "1"),
    ],
)
def test_what_the_row_forbids_is_refused_with_what_it_allows(changes: dict[str, Any], allowed: str) -> None:
    check()
    with pytest.raises(UsageError, match=allowed):
        check(**changes)


def test_the_shortest_length_that_covers_is_bought() -> None:
    assert [seconds_for(SORA, needed) for needed in (3.0, 10.0, 10.4, 15.0, 40.0)] == [10, 10, 15, 15, 15]


def test_a_missing_shape_is_cropped_only_while_it_stays_sharp() -> None:
    assert bought_aspect(SORA, "1:1", Size(width=1080, height=1080)) in ("16:9", "9:16")
    assert bought_aspect(SORA, "1:1", Size(width=1440, height=1440)) is None
    assert bought_aspect(SORA, "9:16", Size(width=1080, height=1920)) == "9:16"


def test_substitutes_are_served_and_have_a_price() -> None:
    near = substitutes(MODELS, SORA, 10)
    assert near[0][0].id == "bytedance/seedance-1.5-pro"
    assert near[0][1] == pytest.approx(35)
    assert all(model.status == "available" for model, _ in near)


def test_a_users_row_is_added_and_a_broken_one_is_named() -> None:
    mine = {
        "id": "my/model",
        "image": {"field": "image_url", "shape": "string", "formats": ["png"], "max_mb": 10},
        "duration": {"field": "duration", "type": "string", "allowed": [5], "default": 5},
        "price": {"unit": "second", "table": {"default": 3}},
    }
    models = load_models([mine])
    assert order_body(models["my/model"], prompt="p", image_url=URL, seconds=5, aspect="16:9")["input"] == {
        "prompt": "p",
        "image_url": URL,
        "duration": "5",
    }
    with pytest.raises(UsageError, match="my/model"):
        load_models([mine | {"duration": {"field": "duration", "type": "text", "allowed": [5]}}])
