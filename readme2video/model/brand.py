"""What a project looks like beside its words: its sign, its colours, and where they were found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from readme2video.model.record import Artifact, Colour, Record, Size


class LogoRequest(Record):
    """A picture that may be a project's sign, to be looked at."""

    logo: Artifact


class ColourShare(Record):
    """A colour and the part of a picture's visible pixels that have about it."""

    colour: Colour
    share: float = Field(ge=0, le=1)


class LogoLook(Record):
    """What a picture's pixels are.

    Attributes:
        size_px: Its own size; None when it cannot be drawn.
        clear: The part of it that is transparent.
        colours: The largest areas first, colours that look alike taken together.
    """

    size_px: Size | None = None
    clear: float = Field(default=0.0, ge=0, le=1)
    colours: tuple[ColourShare, ...] = ()

    @property
    def ratio(self) -> float:
        """Width over height; 0 when it cannot be drawn."""
        return self.size_px.width / self.size_px.height if self.size_px else 0.0


class Brand(Record):
    """What is known of a project's brand; what is None is left to the film.

    Attributes:
        accent: Its colour, as found or as set: it is corrected where it would not be seen.
        accent_2: The colour beside it.
        origin: Where the colour was found, as ``assets/logo.svg``; "" when none was.
        mode: Whether the film is dark or light, if somebody decided that.
        logo: Its sign, as a storyboard names it: a ``src`` of the README, ``/`` and a path in the repository, or the
            address of the owner's avatar.
        dark_logo: The README's other picture of it, for dark ground.
    """

    accent: Colour | None = None
    accent_2: Colour | None = None
    origin: str = ""
    mode: Literal["dark", "light"] | None = None
    logo: str | None = None
    dark_logo: str | None = None

    def logo_on(self, mode: Literal["dark", "light"]) -> str | None:
        """The sign for a film in this mode."""
        return self.dark_logo if mode == "dark" and self.dark_logo else self.logo
