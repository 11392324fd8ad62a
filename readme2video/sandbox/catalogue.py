"""What the stand-in sells, and how it judges an order: fields, limits, prices, in the provider's own words."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field as Default

from readme2video.model.order import Family
from readme2video.model.record import Record, Size

UNSUPPORTED = (
    "The model name you specified is not supported. Please verify your input and use one of the supported models "
    "provided by KIE."
)
PAUSED = "This interface is temporarily paused"
REQUIRED = "This field is required"
BAD_URL = "Input image URL is invalid."

_RATIOS = {
    "landscape": (16, 9), "portrait": (9, 16), "16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:3": (4, 3),
    "3:4": (3, 4), "21:9": (21, 9),
}  # fmt: skip
_SHORT_SIDE_PX = {
    "480p": 480, "360p": 360, "540p": 540, "720p": 720, "768p": 768, "768P": 768, "1080p": 1080, "1080P": 1080,
    "std": 720, "pro": 1080, "high": 1080,
}  # fmt: skip
_MOST_PX = 1080
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "array": (list,), "boolean": (bool,), "integer": (int,), "number": (int, float),
}  # fmt: skip

Problem = tuple[int, str]
"""The answer's code and text."""


class Input(Record):
    """One field of a model's input; see ``catalogue.toml``."""

    type: Literal["string", "array", "boolean", "integer", "number"]
    required: bool = False
    one_of: tuple[str | int, ...] = ()
    min: float | None = None
    max: float | None = None
    most: int | None = None
    url: bool = False
    of: Literal["url", "shot"] = "url"
    default: str | int | bool | None = None


class Price(Record):
    """Credits by resolution and sound; per video the next level is seconds."""

    unit: Literal["second", "video", "once"]
    table: dict[str, float | dict[str, float]]


class Product(Record):
    """One model."""

    id: str
    provider: str = ""
    family: Family = "jobs"
    progress: bool = False
    picture: str | None = None
    seconds: str | None = None
    aspect: str | None = None
    resolution: str | None = None
    sound: str | None = None
    formats: tuple[str, ...] = ("jpeg", "png", "webp")
    max_mb: int = 10
    fields: dict[str, Input] = Default(default_factory=dict)
    price: Price

    def value(self, part: str | None, given: dict[str, Any]) -> Any:
        """What an order says about a part of it (``seconds``, ``aspect``…), or what the service takes instead."""
        if part is None:
            return None
        field = self.fields.get(part)
        return given.get(part, field.default if field else None)

    def picture_url(self, given: dict[str, Any]) -> str | None:
        """The first frame's address, if the order has one."""
        value = self.value(self.picture, given)
        if isinstance(value, list):
            value = value[0] if value else None
        return value if isinstance(value, str) else None

    def length_s(self, given: dict[str, Any]) -> float:
        """Seconds that were ordered."""
        value = self.value(self.seconds, given)
        return float(value) if value is not None else 5.0

    def size(self, given: dict[str, Any], picture: Size | None) -> Size:
        """Pixels of the clip: by the order's aspect, else nearest to the picture's."""
        ratio = _RATIOS.get(str(self.value(self.aspect, given)))
        if ratio is None:
            shape = picture.width / picture.height if picture else 16 / 9
            ratio = (16, 9) if shape > 4 / 3 else (9, 16) if shape < 3 / 4 else (1, 1)
        named = str(self.value(self.resolution, given))
        short = min(_MOST_PX, _SHORT_SIDE_PX.get(named, 1080 if named in ("4k", "4K", "2K") else 720))
        if ratio == (1, 1):
            short = short * 4 // 3
        width, height = (short * side / min(ratio) for side in ratio)
        return Size(width=round(width / 2) * 2, height=round(height / 2) * 2)

    def has_sound(self, given: dict[str, Any]) -> bool:
        """Whether the clip has sound: as ordered where there is a switch, else always."""
        return self.sound is None or bool(self.value(self.sound, given))

    def credits(self, given: dict[str, Any]) -> float | None:
        """Price of an order; None where the combination is not sold."""
        key = str(self.value(self.resolution, given) or "default")
        if self.sound and self.value(self.sound, given) and f"{key}|audio" in self.price.table:
            key += "|audio"
        entry = self.price.table.get(key, self.price.table.get("default"))
        if isinstance(entry, dict):
            return entry.get(f"{self.length_s(given):g}")
        if entry is None or self.price.unit == "once":
            return entry
        return entry * self.length_s(given)

    def problem(self, given: dict[str, Any]) -> Problem | None:
        """Why an order is refused, None if it is not. Undeclared fields are passed over, as the service does."""
        for name, field in self.fields.items():
            found = _judge(name, field, given.get(name))
            if found:
                return found
        if self.credits(given) is None:
            return 500, _out_of_range(self.seconds or "duration")
        return None

    @property
    def tasks(self) -> list[str]:
        """What the list says it can do."""
        pictured = self.picture is not None
        field = self.fields.get(self.picture or "")
        worded = field is None or not field.required
        return ["image-to-video"] * pictured + ["text-to-video"] * worded


def _out_of_range(name: str) -> str:
    return f"{name} is not within the range of allowed options"


def _judge(name: str, field: Input, value: Any) -> Problem | None:  # noqa: PLR0911 # one rule a line
    if value is None or value in ("", []):
        return (500, REQUIRED) if field.required else None
    wrong_type = not isinstance(value, _TYPES[field.type]) or (isinstance(value, bool) and field.type != "boolean")
    if wrong_type or (field.one_of and value not in field.one_of):
        return 500, _out_of_range(name)
    if isinstance(value, list):
        if field.most is not None and len(value) > field.most:
            return 500, _out_of_range(name)
        return _judge_shots(name, value) if field.of == "shot" else _judge_urls(value)
    if isinstance(value, str):
        if field.url:
            return _judge_urls([value])
        size, what = float(len(value)), "length"
    else:
        size, what = float(value), "value"
    if field.max is not None and size > field.max:
        # The service's words for this case are not recorded; these are ours.
        return (422, f"{name} exceeds the maximum {what} of {field.max:g}")
    if field.min is not None and size < field.min:
        return (422, f"{name} is below the minimum {what} of {field.min:g}")
    return None


def _judge_urls(values: list[Any]) -> Problem | None:
    for value in values:
        try:
            parts = urlsplit(value) if isinstance(value, str) else None
        except ValueError:
            parts = None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            return 422, BAD_URL
    return None


def _judge_shots(name: str, shots: list[Any]) -> Problem | None:
    for shot in shots:
        if not isinstance(shot, dict) or not isinstance(shot.get("Scene"), str) or not shot["Scene"]:
            return 500, REQUIRED
        seconds = shot.get("duration")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0.1 <= seconds <= 15:
            return 500, _out_of_range(name)
    return None


@functools.cache
def catalogue() -> dict[str, Product]:
    """Everything the stand-in knows, by id."""
    rows = tomllib.loads(resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8"))["model"]
    return {row["id"]: Product.model_validate(row) for row in rows}


def unknown_product(name: str) -> Product:
    """A model that is served on demand without being known: takes any input, 10 credits a second."""
    return Product(id=name, seconds="duration", picture="image_urls", price=Price(unit="second", table={"default": 10}))
