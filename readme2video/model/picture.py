"""Pictures of a README on their way into the film: fetched, made footage of, and played."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from readme2video.model.record import Artifact, Record, Size

Frame = Literal["screen", "window", "mat"]
"""What a picture is set in: ``screen`` is a browser's window or, upright, a phone; ``window`` a plain one, as of a
terminal; ``mat`` bare paper, for diagrams."""


class FetchRequest(Record):
    """A picture by its address.

    Attributes:
        at: The README's commit, or its hash: what was fetched for one README is not fetched again for it.
    """

    url: str
    at: str


class FetchedPicture(Record):
    """What an address gave; without a picture, ``problem`` says why."""

    picture: Artifact | None = None
    problem: str = ""


class FootageRequest(Record):
    """A file that may hold moving pictures: GIF, PNG, WebP, MP4, MOV or WebM, by its suffix."""

    source: Artifact


class Footage(Record):
    """Moving pictures in the one form they are played from.

    Attributes:
        video: H.264 MP4 of our own making, opaque, at the film's rate; frames lie where their native times say.
        poster: PNG of its most telling frame, of the same size.
        loops: Whether it begins again at its end; otherwise its last frame stays.
    """

    video: Artifact
    poster: Artifact
    size_px: Size
    frames: int = Field(gt=1)
    fps: int
    loops: bool

    @property
    def duration_s(self) -> float:
        """Length of one round."""
        return self.frames / self.fps


class MadeFootage(Record):
    """Footage; without it, why there is none: "" when nothing moves in the file."""

    footage: Footage | None = None
    problem: str = ""


class PlayedFootage(Record):
    """Footage inside an element of a scene.

    Attributes:
        element: Its pixels on the ink sheet are the poster; what they cover, with its rounded corners, is played over.
        frames: Length of one round.
        start: The scene's frame with which it begins; before that its first frame stands.
        plays: Frames it plays for, over all rounds; then the last one stays.
    """

    element: str
    video: Artifact
    frames: int = Field(gt=1)
    start: int = Field(ge=0)
    plays: int = Field(gt=0)
