"""The table of models: what is sent for each row, to the letter, what it costs, and what is refused before sending."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kie_server import KieServer, answer
from makers import storyboard
from readme2video.cli.run import exit_code
from readme2video.errors import UsageError
from readme2video.kie.answers import Created
from readme2video.kie.client import KieClient
from readme2video.kie.models import (
    Model,
    bought_aspect,
    bought_px,
    dollars,
    find_model,
    load_models,
    order_body,
    price_credits,
    seconds_for,
    substitutes,
    validate,
)
from readme2video.model.record import Size
from readme2video.requests import covered
from readme2video.settings import Kie, Settings, load_settings

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


P = "slow push in"
PICTURE = {"prompt": P, "image_url": URL, "aspect": "16:9"}
TEXT = {"prompt": P, "aspect": "16:9"}
SHARE = "https://sora.chatgpt.com/p/s_0123456789abcdef"
CLIP = "https://files.example.com/a.mp4"
JOBS, VEO = "/api/v1/jobs/createTask", "/api/v1/veo/generate"
RUNWAY, ALEPH = "/api/v1/runway/generate", "/api/v1/aleph/generate"

# Row, what is asked for, the endpoint, and the body to the letter, as kie-api.md 3, 9 and 10 describe it.
CONTRACTS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "sora-2-image-to-video", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "image_urls": [URL], "aspect_ratio": "landscape", "n_frames": "10", "remove_watermark": True,
         "upload_method": "s3"},
    ),
    (
        "sora-2-image-to-video", PICTURE | {"seconds": 15, "aspect": "9:16"}, JOBS,
        {"prompt": P, "image_urls": [URL], "aspect_ratio": "portrait", "n_frames": "15", "remove_watermark": True,
         "upload_method": "s3"},
    ),
    (
        "sora-2-text-to-video", TEXT | {"seconds": 10}, JOBS,
        {"prompt": P, "aspect_ratio": "landscape", "n_frames": "10", "remove_watermark": True, "upload_method": "s3"},
    ),
    (
        "sora-2-text-to-video", TEXT | {"seconds": 15, "aspect": "9:16"}, JOBS,
        {"prompt": P, "aspect_ratio": "portrait", "n_frames": "15", "remove_watermark": True, "upload_method": "s3"},
    ),
    (
        "sora-2-pro-image-to-video", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "image_urls": [URL], "aspect_ratio": "landscape", "n_frames": "10", "size": "standard",
         "remove_watermark": True, "upload_method": "s3"},
    ),
    (
        "sora-2-pro-image-to-video", PICTURE | {"seconds": 15, "aspect": "9:16", "resolution": "high"}, JOBS,
        {"prompt": P, "image_urls": [URL], "aspect_ratio": "portrait", "n_frames": "15", "size": "high",
         "remove_watermark": True, "upload_method": "s3"},
    ),
    (
        "sora-2-pro-text-to-video", TEXT | {"seconds": 10}, JOBS,
        {"prompt": P, "aspect_ratio": "landscape", "n_frames": "10", "size": "standard", "remove_watermark": True,
         "upload_method": "s3"},
    ),
    (
        "sora-2-pro-text-to-video", TEXT | {"seconds": 15, "aspect": "9:16", "resolution": "high"}, JOBS,
        {"prompt": P, "aspect_ratio": "portrait", "n_frames": "15", "size": "high", "remove_watermark": True,
         "upload_method": "s3"},
    ),
    (
        "sora-2-pro-storyboard",
        PICTURE | {"seconds": 25, "shots": [("a glow", 10.0), ("a glint", 0.1), ("a haze", 14.9)]}, JOBS,
        {"shots": [{"Scene": "a glow", "duration": 10.0}, {"Scene": "a glint", "duration": 0.1},
                   {"Scene": "a haze", "duration": 14.9}],
         "image_urls": [URL], "n_frames": "25", "aspect_ratio": "landscape", "upload_method": "s3"},
    ),
    (
        "sora-2-pro-storyboard", PICTURE | {"seconds": 15}, JOBS,
        {"shots": [{"Scene": P, "duration": 15.0}], "image_urls": [URL], "n_frames": "15",
         "aspect_ratio": "landscape", "upload_method": "s3"},
    ),
    (
        "sora-2-pro-storyboard", TEXT | {"seconds": 25, "aspect": "9:16"}, JOBS,
        {"shots": [{"Scene": P, "duration": 12.5}, {"Scene": P, "duration": 12.5}], "n_frames": "25",
         "aspect_ratio": "portrait", "upload_method": "s3"},
    ),
    (
        "sora-watermark-remover", {"prompt": "", "seconds": 10, "aspect": "16:9", "video_url": SHARE}, JOBS,
        {"video_url": SHARE, "upload_method": "s3"},
    ),
    (
        "kling-2.6/image-to-video", PICTURE | {"seconds": 5}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "5", "sound": False},
    ),
    (
        "kling-2.6/text-to-video", TEXT | {"seconds": 5}, JOBS,
        {"prompt": P, "duration": "5", "aspect_ratio": "16:9", "sound": False},
    ),
    (
        "kling-2.6/text-to-video", TEXT | {"seconds": 10, "aspect": "1:1", "sound": True}, JOBS,
        {"prompt": P, "duration": "10", "aspect_ratio": "1:1", "sound": True},
    ),
    (
        "kling-3.0/video", PICTURE | {"seconds": 7}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "7", "aspect_ratio": "16:9", "mode": "std", "sound": False,
         "multi_shots": False},
    ),
    (
        "kling-3.0/video", PICTURE | {"seconds": 15, "aspect": "1:1", "resolution": "4K", "sound": True}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "15", "aspect_ratio": "1:1", "mode": "4K", "sound": True,
         "multi_shots": False},
    ),
    (
        "kling/v3-turbo-image-to-video", PICTURE | {"seconds": 4}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "4", "resolution": "720p"},
    ),
    (
        "wan/2-6-image-to-video", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "10", "resolution": "1080p", "multi_shots": False},
    ),
    (
        "wan/2-7-image-to-video", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "first_frame_url": URL, "duration": 10, "resolution": "1080p", "watermark": False,
         "prompt_extend": True},
    ),
    (
        "hailuo/2-3-image-to-video-standard", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "image_url": URL, "duration": "10", "resolution": "768P"},
    ),
    (
        "hailuo/2-3-image-to-video-standard", PICTURE | {"seconds": 6, "resolution": "1080p"}, JOBS,
        {"prompt": P, "image_url": URL, "duration": "6", "resolution": "1080P"},
    ),
    (
        "bytedance/seedance-1.5-pro", PICTURE | {"seconds": 12}, JOBS,
        {"prompt": P, "input_urls": [URL], "duration": 12, "aspect_ratio": "16:9", "resolution": "720p",
         "generate_audio": False},
    ),
    (
        "bytedance/seedance-2", PICTURE | {"seconds": 15, "aspect": "9:16"}, JOBS,
        {"prompt": P, "first_frame_url": URL, "duration": 15, "aspect_ratio": "9:16", "resolution": "720p",
         "generate_audio": False},
    ),
    (
        "grok-imagine/image-to-video", PICTURE | {"seconds": 30}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": "30", "resolution": "720p", "mode": "normal"},
    ),
    (
        "minimax-h3/image-to-video", PICTURE | {"seconds": 6, "resolution": "2k"}, JOBS,
        {"prompt": P, "first_frame_url": URL, "duration": 6, "resolution": "2K"},
    ),
    (
        "pixverse-v6/image-to-video", PICTURE | {"seconds": 5, "sound": True}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": 5, "quality": "720p", "generate_audio_switch": True},
    ),
    (
        "pixverse-v6/image-to-video", PICTURE | {"seconds": 5}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": 5, "quality": "720p", "generate_audio_switch": False},
    ),
    (
        "happyhorse-1-1/image-to-video", PICTURE | {"seconds": 10}, JOBS,
        {"prompt": P, "image_urls": [URL], "duration": 10, "resolution": "720p"},
    ),
    *(
        (
            name, PICTURE | {"seconds": seconds, "aspect": aspect, "resolution": resolution}, VEO,
            {"model": name, "prompt": P, "imageUrls": [URL], "duration": seconds, "aspect_ratio": aspect,
             "resolution": resolution, "generationType": "FIRST_AND_LAST_FRAMES_2_VIDEO", "enableTranslation": False},
        )
        for name, seconds, aspect, resolution in [
            ("veo3_lite", 8, "16:9", "720p"), ("veo3_fast", 4, "9:16", "1080p"), ("veo3", 6, "16:9", "4k"),
        ]
    ),
    (
        "runway", PICTURE | {"seconds": 10}, RUNWAY,
        {"prompt": P, "imageUrl": URL, "duration": 10, "quality": "720p", "waterMark": ""},
    ),
    (
        "runway", PICTURE | {"seconds": 5, "resolution": "1080p", "aspect": "9:16"}, RUNWAY,
        {"prompt": P, "imageUrl": URL, "duration": 5, "quality": "1080p", "waterMark": ""},
    ),
    (
        "runway/gen4-aleph", {"prompt": P, "seconds": 5, "aspect": "1:1", "video_url": CLIP}, ALEPH,
        {"prompt": P, "videoUrl": CLIP, "aspectRatio": "1:1", "waterMark": ""},
    ),
]  # fmt: skip


def exact(body: Any) -> str:
    """Text in which "10", 10 and 10.0 differ, and so do true and 1."""
    return json.dumps(body, sort_keys=True)


@pytest.mark.parametrize(
    ("name", "order", "path", "wanted"), [pytest.param(*c, id=f"{c[0]}-{n}") for n, c in enumerate(CONTRACTS)]
)
async def test_the_bytes_on_the_wire_are_the_rows_contract(
    name: str, order: dict[str, Any], path: str, wanted: dict[str, Any]
) -> None:
    model = MODELS[name]
    body = {"model": name, "input": wanted} if path == JOBS else wanted
    with KieServer() as server:
        server.on("/", answer({"code": 200, "msg": "success", "data": {"taskId": "t1"}}))
        account = Kie(base_url=server.url, upload_url=server.url, key=SecretStr("k"))

        async def mark() -> None:
            """Nothing to write down here."""

        async with KieClient(account) as client:
            assert isinstance(
                await client.create(order_body(model, **order), family=model.family, sending=mark), Created
            )
        (seen,) = server.requests
    assert (seen.method, seen.path) == ("POST", path)
    assert seen.headers["content-type"] == "application/json"
    assert exact(seen.json) == exact(body)


def test_every_row_has_a_contract() -> None:
    """A row that is added to the table needs one here; so does one that is renamed."""
    assert {name for name, *_ in CONTRACTS} == set(MODELS)
    assert {row["id"] for row in ROWS} <= set(MODELS)


def test_a_contract_covers_every_switch_and_every_fixed_field() -> None:
    for name, _, _, wanted in CONTRACTS:
        model = MODELS[name]
        assert set(model.fixed) <= set(wanted)
        for field in (model.aspect, model.resolution, model.sound, model.duration, model.video, model.shots):
            assert field is None or not field.field or field.field in wanted


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


# kie-api.md 11: credits a second, or a video; a row without a price is not bought.
A_SECOND: dict[str, dict[str, float]] = {
    "kling-3.0/video": {"720p": 14, "720p|audio": 20, "1080p": 18, "1080p|audio": 27, "4k": 67, "4k|audio": 67},
    "kling/v3-turbo-image-to-video": {"720p": 18, "1080p": 22.5},
    "wan/2-7-image-to-video": {"720p": 16, "1080p": 24},
    "bytedance/seedance-1.5-pro": {
        "480p": 1.75, "480p|audio": 3.5, "720p": 3.5, "720p|audio": 7, "1080p": 7.5, "1080p|audio": 15,
    },
    "bytedance/seedance-2": {"480p": 19, "720p": 41, "1080p": 102, "4k": 208},
    "grok-imagine/image-to-video": {"480p": 2.4, "720p": 4.5, "1080p": 8},
    "minimax-h3/image-to-video": {"768p": 8, "2k": 13},
    "happyhorse-1-1/image-to-video": {"720p": 22.5, "1080p": 29},
    "pixverse-v6/image-to-video": {
        "360p": 4, "540p": 5.6, "720p": 7.2, "1080p": 14.4,
        "360p|audio": 5.6, "540p|audio": 7.2, "720p|audio": 9.6, "1080p|audio": 18.4,
    },
}  # fmt: skip
_SORA: dict[str, Any] = {"default": {10: 30, 15: 35}}
_SORA_PRO: dict[str, Any] = {"standard": {10: 150, 15: 270}, "high": {10: 330, 15: 630}}
_KLING: dict[str, Any] = {"default": {5: 55, 10: 110}, "default|audio": {5: 110, 10: 220}}
A_VIDEO: dict[str, dict[str, float | dict[int, float]]] = {
    "sora-2-image-to-video": _SORA,
    "sora-2-text-to-video": _SORA,
    "sora-2-pro-image-to-video": _SORA_PRO,
    "sora-2-pro-text-to-video": _SORA_PRO,
    "sora-2-pro-storyboard": {"default": {10: 150, 15: 270, 25: 270}},
    "sora-watermark-remover": {"default": 10},
    "kling-2.6/image-to-video": _KLING,
    "kling-2.6/text-to-video": _KLING,
    "wan/2-6-image-to-video": {"720p": {5: 70, 10: 140, 15: 209.5}, "1080p": {5: 104.5, 10: 209.5, 15: 315}},
    "hailuo/2-3-image-to-video-standard": {"768p": {6: 30, 10: 50}, "1080p": {6: 50}},
    "veo3_lite": {"720p": 30, "1080p": 35, "4k": 150},
    "veo3_fast": {"720p": 60, "1080p": 65, "4k": 180},
    "veo3": {"720p": 250, "1080p": 255, "4k": 370},
    "runway": {"720p": {5: 12, 10: 30}, "1080p": {5: 30}},
}


def test_every_row_has_the_references_prices_and_their_date() -> None:
    found = {name: (model.price.unit, model.price.table) for name, model in MODELS.items() if model.price}
    wanted = {name: ("second", table) for name, table in A_SECOND.items()}
    assert found == wanted | {name: ("video", table) for name, table in A_VIDEO.items()}
    assert set(MODELS) - set(found) == {"runway/gen4-aleph"}
    for name, model in MODELS.items():
        assert model.price_date.startswith("2026"), name
        assert (model.price is not None and model.price.historic) == (model.status == "retired"), name


@pytest.mark.parametrize(
    ("name", "seconds", "resolution", "sound", "credits_", "usd"),
    [
        ("bytedance/seedance-1.5-pro", 10, None, False, 35, "$0.18"),  # 0.175; half a cent is a whole one
        ("bytedance/seedance-1.5-pro", 10, "720p", True, 70, "$0.35"),
        ("grok-imagine/image-to-video", 10, None, False, 45, "$0.23"),
        ("pixverse-v6/image-to-video", 10, None, False, 72, "$0.36"),
        ("pixverse-v6/image-to-video", 10, None, True, 96, "$0.48"),
        ("wan/2-6-image-to-video", 10, "720p", False, 140, "$0.70"),
        ("wan/2-6-image-to-video", 15, "720p", False, 209.5, "$1.05"),
        ("kling-3.0/video", 10, None, False, 140, "$0.70"),
        ("kling-3.0/video", 10, "4K", True, 670, "$3.35"),
        ("kling/v3-turbo-image-to-video", 4, None, False, 72, "$0.36"),
        ("hailuo/2-3-image-to-video-standard", 10, None, False, 50, "$0.25"),
        ("sora-2-image-to-video", 10, None, False, 30, "$0.15"),
    ],
)
def test_what_ten_seconds_cost(
    name: str, seconds: int, resolution: str | None, *, sound: bool, credits_: float, usd: str
) -> None:
    """The worked examples of kie-api.md 9.3 and 11."""
    price = price_credits(MODELS[name], seconds, resolution, sound)
    assert price == pytest.approx(credits_)
    assert dollars(price) == usd


def test_what_has_no_price_is_not_bought() -> None:
    with pytest.raises(UsageError, match="No price of runway/gen4-aleph") as refused:
        price_credits(MODELS["runway/gen4-aleph"], 5)
    assert "[[models]]" in refused.value.hint
    priced = load_models([{"id": "runway/gen4-aleph", "price": {"unit": "video", "table": {"default": 60}}}])
    assert price_credits(priced["runway/gen4-aleph"], 5) == 60


# --- Switches


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
def test_sound_is_off_and_watermarks_are_away(model: Model) -> None:
    """Whatever the provider's defaults are: sound may double the price, a watermark spoils the film."""
    order = {"prompt": P, "image_url": URL, "aspect": model.aspects[0], "seconds": (model.seconds() or (5,))[0]}
    order |= {"video_url": SHARE} if model.video else {}
    body = order_body(model, **order)
    sent = body.get("input", body)
    switches = {"sound", "generate_audio", "generate_audio_switch", "audio"}
    assert [sent[name] for name in switches & set(sent)] == [False] * bool(model.sound)
    if model.sound:
        assert order_body(model, **order, sound=True)["input"][model.sound.field] is True
    else:
        with pytest.raises(UsageError, match="no switch for sound"):
            order_body(model, **order, sound=True)
    marks = {name: value for name, value in sent.items() if "watermark" in name.lower()}
    takes_switch = model.id.startswith("sora-2-") and "storyboard" not in model.id
    assert marks == (
        {"remove_watermark": True} if takes_switch
        else {"watermark": False} if model.id == "wan/2-7-image-to-video"
        else {"waterMark": ""} if model.family in ("runway", "aleph")
        else {}
    )  # fmt: skip


# --- What is refused


WIDE_ONLY: dict[str, Any] = {
    "image": {"field": "image_url", "shape": "string", "formats": ["png"], "max_mb": 10},
    "duration": {"field": "duration", "type": "string", "allowed": [5]},
    "aspect": {"field": "aspect_ratio", "map": {"16:9": "16:9"}},
    "price": {"unit": "second", "table": {"default": 3}},
}
ORDER: dict[str, Any] = {
    "prompt": P, "image_bytes": 1_000_000, "image_format": "png", "image_size": Size(width=1920, height=1080),
    "seconds": 10, "aspect": "16:9", "resolution": None,
}  # fmt: skip


def check(**changes: Any) -> None:
    validate(SORA, **(ORDER | changes))


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


def test_the_limits_themselves_are_allowed() -> None:
    check(prompt="x" * 10_000, image_bytes=10_000_000, seconds=15, aspect="9:16", image_format=".JPG")
    check(prompt="x", image_bytes=1, image_format="WEBP", image_size=Size(width=1, height=1))


@pytest.mark.parametrize("name", ["sora-2-image-to-video", "sora-2-pro-image-to-video"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seconds": 12}, "makes clips of 10 or 15 seconds, not 12"),
        ({"image_bytes": 10_100_000}, "takes pictures of at most 10 MB, not 10.1 MB"),
        ({"prompt": "x" * 10_001}, "takes a prompt of 1 to 10,000 characters, not 10,001"),
        ({"image_format": "gif"}, "takes pictures as jpeg, png or webp, not gif"),
        ({"aspect": "1:1"}, "makes no clips in 1:1; it has 16:9 or 9:16"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_order_for_sora_is_exit_2_with_the_allowed_values(
    name: str, changes: dict[str, Any], said: str
) -> None:
    order = ORDER | changes
    with pytest.raises(UsageError) as refused:
        validate(MODELS[name], **order)
    assert exit_code(refused.value) == 2
    assert refused.value.message == f"{name} {said}."


# kie-api.md 3, 9.1 and 10 for the rows that the fixture lacks: formats and MB of a picture; characters of a prompt.
LIMITS: dict[str, tuple[tuple[str, ...], float, int | None]] = {
    "sora-2-text-to-video": ((), 0, 10_000),
    "sora-2-pro-image-to-video": (("jpeg", "png", "webp"), 10, 10_000),
    "sora-2-pro-text-to-video": ((), 0, 10_000),
    "sora-2-pro-storyboard": (("jpeg", "png", "webp"), 10, None),
    "sora-watermark-remover": ((), 0, None),
    "kling-2.6/text-to-video": ((), 0, 1000),
    "veo3_lite": (("jpeg", "png", "webp"), 10, None),
    "veo3_fast": (("jpeg", "png", "webp"), 10, None),
    "veo3": (("jpeg", "png", "webp"), 10, None),
    "runway": (("jpeg", "png", "webp"), 10, 1800),
    "runway/gen4-aleph": ((), 0, None),
}


def test_every_row_has_the_references_limits() -> None:
    assert set(LIMITS) | {row["id"] for row in ROWS} == set(MODELS)
    for name, limits in LIMITS.items():
        image = MODELS[name].image
        found = (image.formats, image.max_mb) if image else ((), 0)
        assert (*found, MODELS[name].prompt.max) == limits, name
    for row in ROWS:
        model = MODELS[row["id"]]
        for ours, theirs in ((model.image, row["image"]), (model.prompt, row["prompt"])):
            assert ours
            # Beyond what is compared as it stands, the reference may name more than we have a use for.
            said = {key: value for key, value in ours.model_dump(mode="json").items() if key in theirs}
            assert said == {key: value for key, value in theirs.items() if key in said}
            assert {"field", "max_mb", "min_px", "max_px", "min", "max"} & set(theirs) <= set(said)
            for key in ("min_px", "max_px", "min", "max"):
                default = type(ours).model_fields[key].default if key in type(ours).model_fields else None
                assert key in theirs or getattr(ours, key, None) == default, f"{row['id']}: {key}"


@pytest.mark.parametrize("model", [m for m in MODELS.values() if m.takes == "picture"], ids=lambda model: model.id)
def test_every_limit_of_every_row_holds(model: Model) -> None:
    """At the limit it passes, one beyond it is refused with the limit."""
    assert model.image
    image, limits = model.image, model.prompt
    least = max(limits.min, int(limits.required and bool(limits.field)))
    side = image.max_px or 1920
    good = ORDER | {"seconds": model.seconds()[0], "image_size": Size(width=side, height=image.min_px)}
    good |= {"image_bytes": int(image.max_mb * 1e6), "prompt": "x" * (limits.max or 100_000)}
    validate(model, **good)
    validate(model, **good | {"prompt": "x" * least, "seconds": model.seconds()[-1]})
    beyond: list[tuple[dict[str, Any], str]] = [
        ({"image_bytes": int(image.max_mb * 1e6) + 1}, f"at most {image.max_mb:g} MB"),
        ({"image_format": "bmp"}, "pictures as jpeg"),
        ({"seconds": model.seconds()[-1] + 1}, f"{model.seconds()[-1]} seconds"),
        ({"seconds": model.seconds()[0] - 1}, f"{model.seconds()[0]}"),
        ({"resolution": "999p"}, "999p"),
    ]
    if limits.max:
        beyond.append(({"prompt": "x" * (limits.max + 1)}, f"to {limits.max:,} characters"))
    if least:
        beyond.append(({"prompt": "x" * (least - 1)}, f"prompt of {least}"))
    if image.min_px > 1:
        beyond.append(({"image_size": Size(width=side, height=image.min_px - 1)}, f"{image.min_px}"))
    if image.max_px:
        beyond.append(({"image_size": Size(width=side + 1, height=side)}, f"{image.max_px:,} px"))
    if "webp" not in image.formats:
        beyond.append(({"image_format": "webp"}, "jpeg or png"))
    if "1:1" not in model.aspects:
        beyond.append(({"aspect": "1:1"}, "16:9 or 9:16"))
    for change, allowed in beyond:
        with pytest.raises(UsageError) as refused:
            validate(model, **good | change)
        assert allowed in refused.value.message, change
        assert model.id in refused.value.message


@pytest.mark.parametrize("name", ["hailuo/2-3-image-to-video-standard", "runway"])
def test_what_does_not_combine_is_refused_before_it_is_priced(name: str) -> None:
    model, order = MODELS[name], PICTURE | {"seconds": 10, "resolution": "1080p"}
    with pytest.raises(UsageError, match=f"makes clips of {model.seconds('1080p')[0]} seconds at 1080p, not 10"):
        order_body(model, **order)
    with pytest.raises(UsageError, match="at 1080p, not 10"):
        price_credits(model, 10, "1080p")
    assert seconds_for(model, 10.0, "1080p") == model.seconds("1080p")[-1] < 10


@pytest.mark.parametrize("name", ["sora-2-text-to-video", "kling-2.6/text-to-video", "sora-watermark-remover"])
def test_a_model_without_a_picture_animates_none(name: str) -> None:
    with pytest.raises(UsageError, match="cannot animate a picture") as refused:
        validate(MODELS[name], **ORDER)
    assert "readme2video models" in refused.value.hint


@pytest.mark.parametrize(
    ("shots", "said"),
    [
        ([("a", 1.0)] * 11, "at most 10 shots, not 11"),
        ([("a", 15.1)], "0.1 to 15 s"),
        ([("a", 0.05)], "0.1 to 15 s"),
        ([(" ", 5.0)], "with a text"),
        ([("a", 10.0), ("b", 5.1)], "last 15.1 s together; the clip has 15 s"),
    ],
)
def test_shots_that_the_storyboard_row_forbids(shots: list[tuple[str, float]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        order_body(MODELS["sora-2-pro-storyboard"], **PICTURE, seconds=15, shots=shots)


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("sora-watermark-remover", "", "https address"),
        ("sora-watermark-remover", SHARE.replace("https", "http"), "https address"),
        ("sora-watermark-remover", SHARE + "x" * 500, "at most 500 characters"),
        ("sora-watermark-remover", CLIP, "videos of sora.chatgpt.com only"),
        ("sora-watermark-remover", "https://sora.chatgpt.com.example.com/p/a", "videos of sora.chatgpt.com only"),
        ("runway/gen4-aleph", "file:///etc/passwd", "https address"),
    ],
)
def test_only_a_models_own_kind_of_video_is_sent(name: str, url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        order_body(MODELS[name], prompt=P, seconds=5, aspect="16:9", video_url=url)


def test_a_model_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no model 'sora-2-image'") as refused:
        find_model(MODELS, "sora-2-image")
    assert "`--model sora-2-image-to-video`" in refused.value.hint


# --- Lengths and shapes


def test_the_shortest_length_that_covers_is_bought() -> None:
    assert [seconds_for(SORA, needed) for needed in (3.0, 10.0, 10.4, 15.0, 40.0)] == [10, 10, 15, 15, 15]


def test_a_missing_shape_is_cropped_only_while_it_stays_sharp() -> None:
    assert bought_aspect(SORA, "1:1", Size(width=1080, height=1080)) in ("16:9", "9:16")
    assert bought_aspect(SORA, "1:1", Size(width=1440, height=1440)) is None
    assert bought_aspect(SORA, "9:16", Size(width=1080, height=1920)) == "9:16"


@pytest.mark.parametrize(
    ("name", "resolution", "side", "bought"),
    [
        ("sora-2-image-to-video", None, 1080, "16:9"),  # 720 px enlarged by 1.5; of two equal ones the default
        ("sora-2-image-to-video", None, 1082, None),
        ("sora-2-pro-image-to-video", "standard", 1080, "16:9"),
        ("sora-2-pro-image-to-video", "standard", 1440, None),
        ("sora-2-pro-image-to-video", "high", 1536, "16:9"),  # 1024 px
        ("sora-2-pro-image-to-video", "high", 1538, None),
        ("veo3_lite", None, 1080, "16:9"),
        ("veo3_lite", "1080p", 1620, "16:9"),
        ("veo3_lite", "1080p", 1622, None),
        ("veo3_lite", "4k", 2160, "16:9"),
        ("kling-3.0/video", None, 2160, "1:1"),  # it makes squares itself, of whatever size
        ("hailuo/2-3-image-to-video-standard", None, 2160, "1:1"),  # it follows the picture's shape
    ],
)
def test_what_is_bought_for_a_square_film(name: str, resolution: str | None, side: int, bought: str | None) -> None:
    assert bought_aspect(MODELS[name], "1:1", Size(width=side, height=side), resolution) == bought


def test_a_shape_is_never_made_of_the_other_long_one() -> None:
    """Cropping upright out of wide would enlarge more than three times."""
    row = {"id": "my/wide", **WIDE_ONLY}
    wide = load_models([row])["my/wide"]
    assert bought_px(wide, "16:9") == Size(width=1280, height=720)
    assert bought_aspect(wide, "1:1", Size(width=1080, height=1080)) == "16:9"
    assert bought_aspect(wide, "9:16", Size(width=1080, height=1920)) is None


@pytest.mark.parametrize("mode", ["auto", "always", "never"])
def test_what_is_cropped_is_always_a_plate(mode: Any) -> None:
    """Words in it would be cut, so they are laid over the crop, whatever was asked for."""
    settings = Settings(text_safe=mode)
    for place in range(len(storyboard().scenes)):
        assert covered(storyboard(), place, settings, cropped=True) == "plate"


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


SETTINGS = """
model = "my/model"

[[models]]
id = "my/model"
status_as_of = 2026-11-01
image = { field = "image_url", shape = "string", formats = ["png"], max_mb = 5 }
prompt = { max = 800 }
duration = { field = "duration", type = "string", allowed = [5, 8] }
aspect = { field = "aspect_ratio", map = { "16:9" = "wide" } }
sound = { field = "audio" }
fixed = { seed = 7 }
price = { unit = "second", table = { default = 3, "default|audio" = 4 } }

[[models]]
id = "sora-2-image-to-video"
status = "available"
price = { unit = "video", table = { default = { 10 = 20, 15 = 25 } }, as_of = "2026-11-01" }
"""


@pytest.mark.parametrize("file", ["readme2video.toml", "pyproject.toml"])
def test_rows_come_from_a_settings_file(tmp_path: Path, file: str) -> None:
    text = SETTINGS
    if file == "pyproject.toml":
        text = "[tool.readme2video]" + SETTINGS.replace("[[models]]", "[[tool.readme2video.models]]")
    (tmp_path / file).write_text(text)
    settings = load_settings({}, {}, tmp_path)
    models = load_models(settings.models)
    mine = find_model(models, settings.model)
    body = order_body(mine, prompt=P, image_url=URL, seconds=8, aspect="16:9")
    assert exact(body) == exact({
        "model": "my/model",
        "input": {"prompt": P, "image_url": URL, "duration": "8", "aspect_ratio": "wide", "audio": False, "seed": 7},
    })  # fmt: skip
    assert (price_credits(mine, 8), price_credits(mine, 8, sound=True)) == (24, 32)
    assert mine.price_date == "2026-11-01"
    with pytest.raises(UsageError, match="at most 5 MB"):
        validate(mine, **ORDER | {"seconds": 5, "image_bytes": 5_100_000})
    sora = models["sora-2-image-to-video"]
    assert (price_credits(sora, 15), sora.price_date, sora.status) == (25, "2026-11-01", "available")
    assert sora.model_copy(update={"status": SORA.status, "price": SORA.price}) == SORA
    assert load_models()["sora-2-image-to-video"] == SORA, "the shipped table is left as it is"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": None}, "row 1: id: is missing"),
        ({"id": "../x"}, r"row 1 \(../x\): id"),
        ({"unknown": 1}, "unknown"),
        ({"duration": None}, "duration: is missing"),
        ({"duration": {"field": "d", "allowed": [5], "min": 1, "max": 3}}, "duration: give either allowed"),
        ({"duration": {"field": "d", "allowed": [5], "default": 6}}, "default 6 is not among"),
        ({"duration": {"field": "d", "type": "text", "allowed": [5]}}, "duration.type"),
        ({"image": {"field": "i", "shape": "list", "formats": ["png"], "max_mb": 1}}, "image.shape"),
        ({"image": {"field": "i", "shape": "array", "formats": [], "max_mb": 1}}, "image.formats"),
        ({"aspect": {"field": "a", "map": {"1:1": "square"}}}, "default '16:9' is not in map"),
        ({"resolution": {"field": "r", "map": {"720P": "720P"}, "default": "720P"}}, "not in lower case"),
        ({"price": {"unit": "second", "table": {"720p": 3}}}, "price.table: '720p' is not among"),
        ({"price": {"unit": "video", "table": {"default": {"10": 3}}}}, "no price for default, 5 s"),
        ({"price": {"unit": "minute", "table": {"default": 3}}}, "price.unit"),
        ({"price": {"unit": "second", "table": {"default": -3}}}, "price.table.default"),
        ({"price": {"unit": "second", "table": {"default": float("nan")}}}, "price.table.default"),
        ({"status": "free"}, "status"),
        ({"family": "sora"}, "family"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_a_users_row_is_said(changes: dict[str, Any], said: str) -> None:
    row = {"id": "my/wide", **WIDE_ONLY, **changes}
    with pytest.raises(UsageError, match=said) as refused:
        load_models([{name: value for name, value in row.items() if value is not None}])
    assert exit_code(refused.value) == 2
    assert refused.value.message.startswith("models, row 1")
    assert refused.value.hint
