"""What a scene's clip would be: model, seconds, prompt, price, and the hash that it is bought once by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from readme2video.kie.models import Model, order_body, price_credits, seconds_for
from readme2video.model.film import BackdropNeed
from readme2video.model.order import Order
from readme2video.prompts import motion_prompt


@dataclass(frozen=True)
class Wish:
    """A clip that a scene needs; equal hashes are the same clip."""

    request: BackdropNeed
    model: Model
    resolution: str | None
    seconds: int
    prompt: str
    credits: float
    sound: bool = False

    @property
    def input_hash(self) -> str:
        """Of everything that decides the clip. Not of the picture's bytes: ``look`` stands for them."""
        said = [
            self.request.look,
            self.request.covers,
            self.request.aspect,
            self.model.id,
            self.resolution,
            self.seconds,
            self.prompt,
            *(["sound"] if self.sound else []),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def body(self, image_url: str) -> dict[str, Any]:
        """The request as it is sent."""
        return order_body(
            self.model,
            prompt=self.prompt,
            image_url=image_url,
            seconds=self.seconds,
            aspect=self.request.aspect,
            resolution=self.resolution,
            sound=self.sound,
        )

    def order(self, project: str, label: str, image_url: str) -> Order:
        """The order for the ledger."""
        return Order(
            project=project,
            scenes=(label,),
            input_hash=self.input_hash,
            model=self.model.id,
            family=self.model.family,
            body=self.body(image_url),
            seconds=self.seconds,
            credits=self.credits,
            price_date=self.model.price_date,
        )


def wish_for(request: BackdropNeed, model: Model, resolution: str | None, *, sound: bool = False) -> Wish:
    """The clip a request needs from a model.

    Args:
        sound: Ask for sound, where the model has a switch for it.

    Raises:
        UsageError: The model has no such resolution or aspect.
    """
    seconds, asked = seconds_for(model, request.duration_s, resolution), sound and model.sound is not None
    return Wish(
        request=request,
        model=model,
        resolution=resolution,
        seconds=seconds,
        prompt=motion_prompt(request, model.prompt.max),
        credits=price_credits(model, seconds, resolution, asked),
        sound=asked,
    )
