"""What a row of the table of models may say, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from readme2video.errors import UsageError
from readme2video.model.order import Family
from readme2video.model.record import Record
from readme2video.model.shot import Aspect

AUDIO = "|audio"
"""Behind a resolution: the price with sound."""
ONLY = "default"
"""The key of prices and sizes of a model without resolutions."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w./-]{0,99}$")]
Date = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^(\d{4}(-\d{2}){0,2})?$")]
"""``2026-10-01``, or only as much of it as is known; a TOML date will do."""
Credits = Annotated[float, Field(ge=0)]
Pixels = Annotated[int, Field(gt=0)]


class ImageField(Record):
    """The picture a model animates; ``max_mb`` in millions of bytes, ``min_px`` and ``max_px`` for either side."""

    field: str
    shape: Literal["array", "string"]
    formats: tuple[str, ...] = Field(min_length=1)
    max_mb: float = Field(gt=0)
    min_px: int = 1
    max_px: int | None = None
    required: bool = True
    last_frame: str = ""


class VideoField(Record):
    """The video a model edits; ``max`` characters of its address, ``hosts`` empty for any."""

    field: str
    max: int | None = None
    hosts: tuple[str, ...] = ()


class PromptField(Record):
    """The prompt, in characters; ``field`` is "" when the model has none of its own."""

    field: str = "prompt"
    required: bool = True
    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, gt=0)


class ShotsField(Record):
    """A list of shots instead of a prompt: names of their fields, how many, how long."""

    field: str
    text: str
    length: str
    most: int = Field(gt=0)
    min_s: float = Field(gt=0)
    max_s: float = Field(gt=0)


class DurationField(Record):
    """Whole seconds; ``type`` is the JSON type that is sent, ``field`` is "" for a fixed length that is not sent."""

    field: str
    type: Literal["string", "integer", "number"] = "integer"
    allowed: tuple[int, ...] = ()
    min: int | None = Field(default=None, gt=0)
    max: int | None = Field(default=None, le=600)
    default: int | None = None

    @property
    def values(self) -> tuple[int, ...]:
        """All lengths, ascending."""
        return tuple(sorted(self.allowed)) or tuple(range(self.min or 1, (self.max or 0) + 1))

    @model_validator(mode="after")
    def _consistent(self) -> DurationField:
        if bool(self.allowed) == (self.min is not None and self.max is not None) or not self.values:
            raise ValueError("give either allowed, or min and max")
        if self.default is not None and self.default not in self.values:
            raise ValueError(f"default {self.default} is not among its own values")
        return self


class AspectField(Record):
    """Shapes by our names; what is sent may be called otherwise."""

    field: str
    map: dict[str, str] = Field(min_length=1)
    default: str = "16:9"
    required: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> AspectField:
        if self.default not in self.map:
            raise ValueError(f"default {self.default!r} is not in map")
        return self


class Forbidden(Record):
    """A resolution and a length that do not go together."""

    resolution: str
    duration: int


class ResolutionField(Record):
    """Resolutions by our names, lower case; what is sent may be called otherwise."""

    field: str
    map: dict[str, str] = Field(min_length=1)
    default: str
    required: bool = False
    forbid: tuple[Forbidden, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> ResolutionField:
        if wrong := [key for key in self.map if key != key.lower()]:
            raise ValueError(f"map: {wrong[0]!r} is not in lower case")
        if self.default not in self.map:
            raise ValueError(f"default {self.default!r} is not in map")
        if wrong := [f.resolution for f in self.forbid if f.resolution not in self.map]:
            raise ValueError(f"forbid: {wrong[0]!r} is not in map")
        return self


class SoundField(Record):
    """A switch for sound. It is always sent, because defaults differ and sound may double the price."""

    field: str
    required: bool = False
    default: bool = False


class Price(Record):
    """Credits per second, or per video: one number for all lengths, or by seconds.

    Attributes:
        table: By resolution, with ``|audio`` behind it for clips with sound; ``default`` without resolutions.
        as_of: When it was seen.
        historic: It was seen while the model was still served.
    """

    unit: Literal["second", "video"]
    table: dict[str, Credits | dict[int, Credits]] = Field(min_length=1)
    as_of: Date = ""
    historic: bool = False


class Model(Record):
    """A row of the table; `models.toml` explains the fields.

    Attributes:
        status: ``uncertain`` is documented, but said to have moved; only ``available`` ones are ever proposed.
    """

    id: Name
    family: Family = "jobs"
    live_id: str = ""
    status: Literal["available", "uncertain", "retired"] = "available"
    status_as_of: Date = ""
    note: str = Field(default="", max_length=200)
    image: ImageField | None = None
    video: VideoField | None = None
    shots: ShotsField | None = None
    prompt: PromptField = PromptField()
    duration: DurationField | None = None
    aspect: AspectField | None = None
    resolution: ResolutionField | None = None
    sound: SoundField | None = None
    fixed: dict[str, bool | int | float | str] = Field(default={})
    price: Price | None = None
    size_px: dict[str, dict[str, tuple[Pixels, Pixels]]] = Field(default={})

    @property
    def takes(self) -> Literal["picture", "text", "video"]:
        """What a clip is made from."""
        return "video" if self.video else "picture" if self.image else "text"

    @property
    def price_date(self) -> str:
        """When its price was seen."""
        return (self.price.as_of if self.price else "") or self.status_as_of

    @property
    def resolutions(self) -> tuple[str, ...]:
        """Our names of what can be chosen; empty when nothing can."""
        return tuple(self.resolution.map) if self.resolution else ()

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The film aspects it makes; a model without a choice follows its picture's shape."""
        return tuple(a for a in get_args(Aspect) if self.aspect is None or a in self.aspect.map)

    def in_list(self, live: Collection[str]) -> bool:
        """Whether the provider's live list has it."""
        return (self.live_id or self.id) in live

    def seconds(self, resolution: str | None = None) -> tuple[int, ...]:
        """The lengths it makes at a resolution, ascending; empty when it follows its video's length."""
        key = self.resolution_key(resolution)
        forbidden = {f.duration for f in self.resolution.forbid if f.resolution == key} if self.resolution else set()
        return tuple(value for value in (self.duration.values if self.duration else ()) if value not in forbidden)

    def resolution_key(self, resolution: str | None) -> str:
        """The key of a resolution in prices and sizes; the model's own default for None.

        Raises:
            UsageError: The model has no such resolution.
        """
        if self.resolution is None:
            if resolution is not None:
                raise UsageError(f"{self.id} has one resolution only; {resolution!r} cannot be chosen.")
            return ONLY
        if resolution is None:
            return self.resolution.default
        for key, sent in self.resolution.map.items():
            if resolution.lower() in (key, sent.lower()):
                return key
        raise UsageError(f"{self.id} has no resolution {resolution!r}; it has {listed(self.resolution.map)}.")

    def table_credits(self, key: str, seconds: int) -> float:
        """What the price's table says.

        Raises:
            ValueError: It says nothing for this.
        """
        entry = self.price.table.get(key) if self.price else None
        if self.price and self.price.unit == "second" and isinstance(entry, float):
            return round(entry * seconds, 4)
        if self.price and self.price.unit == "video" and isinstance(entry, float):
            return entry
        if self.price and self.price.unit == "video" and isinstance(entry, dict) and seconds in entry:
            return entry[seconds]
        raise ValueError(f"price.table: there is no price for {key}, {seconds} s")

    def check_seconds(self, seconds: int, key: str) -> None:
        """Refuse a length that the model does not make at a resolution.

        Raises:
            UsageError: Naming the lengths it makes.
        """
        allowed = self.seconds(None if key == ONLY else key)
        if allowed and seconds not in allowed:
            where = f" at {key}" if self.duration and allowed != self.duration.values else ""
            raise UsageError(f"{self.id} makes clips of {spoken(allowed)} seconds{where}, not {seconds}.")

    @model_validator(mode="after")
    def _consistent(self) -> Model:
        if not self.duration and self.takes != "video":
            raise ValueError("duration: is missing")
        keys = self.resolutions or (ONLY,)
        for name, table in (("price.table", self.price.table if self.price else {}), ("size_px", self.size_px)):
            if wrong := [key for key in table if key.removesuffix(AUDIO) not in keys]:
                raise ValueError(f"{name}: {wrong[0]!r} is not among {listed(keys)}")
        lengths = {key: self.seconds(None if key == ONLY else key) for key in keys}
        if self.duration and (wrong := [key for key, values in lengths.items() if not values]):
            raise ValueError(f"resolution.forbid: no length is left for {wrong[0]!r}")
        for key in {*keys, *self.price.table} if self.price else ():
            for seconds in lengths[key.removesuffix(AUDIO)] or (1,):
                self.table_credits(key, seconds)
        return self


def spoken(seconds: Sequence[int], between: str = " to ") -> str:
    """Lengths as people write them: ``10 or 15``, ``3 to 15``."""
    if len(seconds) > 2 and seconds[-1] - seconds[0] == len(seconds) - 1:
        return f"{seconds[0]}{between}{seconds[-1]}"
    return listed(map(str, seconds))


def listed(names: Iterable[str]) -> str:
    """Names as people write them: ``a, b or c``."""
    *head, last = [*names] or ["nothing"]
    return f"{', '.join(head)} or {last}" if head else last
