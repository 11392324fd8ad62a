"""The order of a clip: checked against its model's row, then written in exactly the JSON that the row asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from readme2video.errors import UsageError
from readme2video.kie.rows import Model, ShotsField, VideoField, listed
from readme2video.model.record import Size
from readme2video.model.shot import Aspect


def order_body(
    model: Model,
    *,
    prompt: str,
    image_url: str = "",
    seconds: int,
    aspect: Aspect,
    resolution: str | None = None,
    sound: bool = False,
    shots: Sequence[tuple[str, float]] = (),
    video_url: str = "",
) -> dict[str, Any]:
    """The exact JSON of an order, without the callback's address.

    Args:
        shots: Texts and their seconds, for a model that follows shots; by default the prompt fills as few as it takes.
        video_url: For a model that edits a video.

    Raises:
        UsageError: The model has no such length, aspect, resolution or switch; the message says what it has.
    """
    key = model.resolution_key(resolution)
    _check_choice(model, seconds, aspect, key)
    sent: dict[str, Any] = {}
    if model.prompt.field:
        sent[model.prompt.field] = prompt
    if model.shots:
        sent[model.shots.field] = _shots(model, model.shots, shots or _evenly(prompt, seconds, model.shots), seconds)
    if model.image and (image_url or model.image.required):
        sent[model.image.field] = [image_url] if model.image.shape == "array" else image_url
    if model.video:
        _check_video(model, model.video, video_url)
        sent[model.video.field] = video_url
    if model.duration and model.duration.field:
        sent[model.duration.field] = str(seconds) if model.duration.type == "string" else seconds
    if model.aspect:
        sent[model.aspect.field] = model.aspect.map[aspect]
    if model.resolution:
        sent[model.resolution.field] = model.resolution.map[key]
    if model.sound:
        sent[model.sound.field] = sound
    elif sound:
        raise UsageError(f"{model.id} has no switch for sound.")
    sent.update(model.fixed)
    if model.family == "jobs":
        return {"model": model.id, "input": sent}
    return {"model": model.id, **sent} if model.family == "veo" else sent


def validate(
    model: Model,
    *,
    prompt: str,
    image_bytes: int,
    image_format: str,
    image_size: Size,
    seconds: int,
    aspect: Aspect,
    resolution: str | None,
) -> None:
    """Check an order for a picture against its row, before anything is sent.

    Args:
        image_format: As Pillow names it, in any case, or as a file suffix.

    Raises:
        UsageError: Something does not fit; the message says what is allowed.
    """
    image, limits = model.image, model.prompt
    if image is None:
        raise UsageError(
            f"{model.id} makes clips from {model.takes}, it cannot animate a picture.",
            hint="Choose one that can: `readme2video models` lists them.",
        )
    _check_choice(model, seconds, aspect, model.resolution_key(resolution))
    least = max(limits.min, 1 if limits.required and limits.field else 0)
    if len(prompt) < least or (limits.max is not None and len(prompt) > limits.max):
        raise UsageError(f"{model.id} takes a prompt of {_range(least, limits.max)} characters, not {len(prompt):,}.")
    if image_bytes > image.max_mb * 1e6:
        raise UsageError(f"{model.id} takes pictures of at most {image.max_mb:g} MB, not {image_bytes / 1e6:.3g} MB.")
    name = image_format.lower().lstrip(".")
    if {"jpg": "jpeg"}.get(name, name) not in image.formats:
        raise UsageError(f"{model.id} takes pictures as {listed(image.formats)}, not {name}.")
    for side in (image_size.width, image_size.height):
        if side < image.min_px or (image.max_px is not None and side > image.max_px):
            wanted = _range(image.min_px, image.max_px)
            raise UsageError(
                f"{model.id} takes pictures with sides of {wanted} px, not {image_size.width} by {image_size.height}."
            )


def _check_choice(model: Model, seconds: int, aspect: Aspect, key: str) -> None:
    model.check_seconds(seconds, key)
    if aspect not in model.aspects:
        has = listed(model.aspect.map if model.aspect else ())
        raise UsageError(
            f"{model.id} makes no clips in {aspect}; it has {has}.",
            hint=f"Choose `--aspect` {listed(model.aspects)}, or another model: `readme2video models` lists them.",
        )


def _check_video(model: Model, video: VideoField, url: str) -> None:
    address = urlsplit(url)
    if address.scheme != "https" or not address.hostname:
        raise UsageError(f"{model.id} needs the https address of a video.")
    if video.max is not None and len(url) > video.max:
        raise UsageError(f"{model.id} takes addresses of at most {video.max} characters, not {len(url)}.")
    if video.hosts and address.hostname not in video.hosts:
        raise UsageError(f"{model.id} takes videos of {listed(video.hosts)} only, not of {address.hostname}.")


def _evenly(prompt: str, seconds: int, rules: ShotsField) -> list[tuple[str, float]]:
    count = math.ceil(seconds / rules.max_s)
    return [(prompt, round(seconds / count, 3))] * count


def _shots(model: Model, rules: ShotsField, shots: Sequence[tuple[str, float]], seconds: int) -> list[dict[str, Any]]:
    if len(shots) > rules.most:
        raise UsageError(f"{model.id} takes at most {rules.most} shots, not {len(shots)}.")
    for text, length_s in shots:
        if not text.strip() or not rules.min_s <= length_s <= rules.max_s:
            raise UsageError(f"{model.id} takes shots with a text of {rules.min_s:g} to {rules.max_s:g} s each.")
    total = sum(length_s for _, length_s in shots)
    if total > seconds + 1e-3:
        raise UsageError(f"The shots for {model.id} last {total:g} s together; the clip has {seconds} s.")
    return [{rules.text: text, rules.length: length_s} for text, length_s in shots]


def _range(least: int, most: int | None) -> str:
    return f"{least:,} or more" if most is None else f"{least:,} to {most:,}"
