"""From moving pictures to the film: backdrops, segments, transitions and the finished file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from readme2video.model.picture import PlayedFootage
from readme2video.model.record import Artifact, Colour, Finding, Record, Size
from readme2video.model.shot import Aspect, Shot, Zone
from readme2video.model.vocabulary import Motion, SceneKind, Transition

Quality = Literal["draft", "standard", "high"]


class Encoding(Record):
    """How every segment of a film is encoded, so that segments can be joined by stream copy.

    Attributes:
        size_px: Even on both sides.
        preset: x264 speed preset.
        crf: x264 constant rate factor, smaller is better.
    """

    size_px: Size
    fps: int
    preset: str
    crf: float


class Pose(Record):
    """Where the camera is over the plate.

    Attributes:
        zoom: At least 1; 1 shows the plate whole.
        x: Centre of the view over the width, 0 to 1.
        y: Centre of the view over the height, 0 to 1.
    """

    zoom: float = Field(ge=1.0, le=2.0)
    x: float = Field(ge=0.0, le=1.0)
    y: float = Field(ge=0.0, le=1.0)


class CameraPath(Record):
    """Local motion as data: the camera glides over the plate from one pose to another. Nothing is encoded."""

    kind: Literal["camera_path"] = "camera_path"
    start: Pose
    end: Pose
    easing: Literal["linear", "glide"] = "glide"


class Clip(Record):
    """A bought clip, verified: every frame of it decodes.

    Attributes:
        video: The file as bought: any size, rate and pixel format, with or without sound.
        covers: What was animated: the ``plate``, so that the elements are laid over it, or the ``full`` picture, so
            that the clip is shown as it came.
        frames: Counted by decoding them.
        start_s: Where in the clip the scene begins; above 0 when one clip serves two neighbours.
        credits: What it cost, as the provider said or else as expected.
    """

    kind: Literal["clip"] = "clip"
    video: Artifact
    covers: Literal["plate", "full"]
    size_px: Size
    fps: float = Field(gt=0)
    frames: int = Field(gt=0)
    duration_s: float = Field(gt=0)
    has_sound: bool = False
    start_s: float = Field(default=0.0, ge=0)
    model: str
    task_id: str
    credits: float


Backdrop = Annotated[CameraPath | Clip, Field(discriminator="kind")]
"""What moves behind the elements: a camera path over the plate, or a bought clip."""


class BackdropNeed(Record):
    """What a scene needs to move behind its words: all that decides a clip, known before its picture is drawn.

    Attributes:
        covers: What is animated: the shot's plate, or its full picture.
        look: Hash of everything the picture is drawn from. The same scene drawn again may differ by a bit; its look
            does not.
        motion: The storyboard's.
        variant: Index of the scene.
        duration_s: How long it is needed.
        aspect: Of the film.
        kind: Of the scene, for the wording of a prompt.
        zone: Where its words stand; the camera aims at the free side.
        direction: In which its words are read; the plate is mirrored with them.
    """

    covers: Literal["plate", "full"] = "plate"
    look: str = ""
    motion: Motion
    variant: int = Field(ge=0)
    duration_s: float = Field(gt=0)
    aspect: Aspect = "16:9"
    kind: SceneKind = "title"
    zone: Zone = "top"
    direction: Literal["ltr", "rtl"] = "ltr"


class BackdropRequest(BackdropNeed):
    """What an animator is asked for; ``picture`` is the PNG that is animated."""

    picture: Artifact


Curve = Literal["linear", "smooth", "cubic", "expo", "back", "steps"]
"""How a movement spends its time; the functions are in ``motion.CURVES``."""

Edge = Literal["left", "right", "bottom"]
"""From which side of its place something comes."""

EntranceKind = Literal["rise", "slide", "fade", "type", "uncover", "grow", "pop", "count"]


class Entrance(Record):
    """How and when one element appears. Times are frames from the scene's first frame.

    Attributes:
        at: First frame on which it begins to show; 0 with ``frames`` 0 means it is there from the start.
        frames: Length of the entrance; from ``at + frames`` on it is settled and does not move.
        kind: ``rise`` fades in while gliding up, ``slide`` while gliding in from an edge, ``fade`` only fades, ``type``
            uncovers character cells one by one, ``uncover`` lifts a mask without fading, ``grow`` pushes a bar out of
            its base, ``pop`` fades in while scaling up, ``count`` rises while its number counts up to its value.
        distance: How far it travels, as a part of the picture's height; for ``pop`` how much smaller it begins.
        edge: Where ``slide`` comes from, ``uncover`` begins and the base of what grows lies.
        pivot: The point that stays where it is while popping, in pixels; elements that enter together share it.
    """

    element: str
    kind: EntranceKind
    at: int = Field(ge=0)
    frames: int = Field(ge=0)
    curve: Curve = "cubic"
    distance: float = Field(default=0.026, ge=0, le=0.5)
    edge: Edge = "left"
    pivot: tuple[int, int] | None = None


ExitKind = Literal["sink", "cover", "fade"]


class Exit(Record):
    """How and when one element leaves, inside the transition that follows its scene.

    Attributes:
        at: First frame on which it is no longer whole, from the scene's first frame.
        frames: Length; from ``at + frames`` on it is gone.
        kind: ``sink`` fades while gliding down a little, ``cover`` draws a mask over it, ``fade`` only fades.
        edge: Where the mask of ``cover`` comes to rest.
    """

    element: str
    kind: ExitKind
    at: int = Field(ge=0)
    frames: int = Field(gt=0)
    edge: Edge = "left"


class Emphasis(Record):
    """The one thing of a settled scene that asks for a look.

    Attributes:
        kind: ``pulse`` lets light well up and fade on a panel once, ``caret`` blinks twice after a command, ``sheen``
            lets light pass over words once.
        at: First frame of it, from the scene's first frame.
    """

    element: str
    kind: Literal["pulse", "caret", "sheen"]
    at: int = Field(ge=0)
    frames: int = Field(gt=0)


class SegmentRequest(Record):
    """A scene ready to be rendered.

    Attributes:
        exits: How elements leave while the next scene takes over; empty where they stay.
        frames: Length of the whole scene, both transitions included.
        head_frames: Frames at its start shared with the transition before it; 0 after a cut and at the start.
        tail_frames: Frames at its end shared with the transition after it.
        repair: Lay the shot's own words over a clip of the whole picture that bends them.
        footage: The moving picture in it.
    """

    shot: Shot
    backdrop: Backdrop
    repair: bool = True
    entrances: tuple[Entrance, ...]
    emphasis: Emphasis | None = None
    exits: tuple[Exit, ...] = ()
    frames: int = Field(gt=0)
    head_frames: int = Field(ge=0)
    tail_frames: int = Field(ge=0)
    encoding: Encoding
    accent: str
    footage: PlayedFootage | None = None


LEGIBLE = 0.98
"""Words below this likeness are bent (P6 of the film checks)."""


class Legibility(Record):
    """How close the encoded words are to the intended pixels: 1 is equal.

    Attributes:
        worst: The smallest similarity over all must-read boxes and sampled times.
        element: The element it was measured at.
        frame: The scene's frame it was measured at.
    """

    worst: float
    element: str
    frame: int


class Segment(Record):
    """A rendered scene.

    Attributes:
        body: H.264 MP4 of the frames between its transitions.
        head: Lossless video of the first ``head_frames`` frames, or None.
        tail: Lossless video of the last ``tail_frames`` frames, or None.
        poster: JPEG of the settled scene as composed, at half size.
        legibility: None when the scene has no words.
    """

    body: Artifact
    head: Artifact | None
    tail: Artifact | None
    poster: Artifact
    body_frames: int
    legibility: Legibility | None
    findings: tuple[Finding, ...] = ()


class TransitionRequest(Record):
    """A transition between two neighbours: the tail of one over the head of the next, equally long.

    Attributes:
        colour: Of the plane that crosses the picture in a ``block``; None for all others.
    """

    kind: Transition
    tail: Artifact
    head: Artifact
    frames: int = Field(gt=0)
    direction: Literal["ltr", "rtl"] = "ltr"
    colour: Colour | None = None
    encoding: Encoding


class TransitionClip(Record):
    """A transition as a small segment of its own."""

    body: Artifact
    frames: int


class SceneSound(Record):
    """The sound of a scene's clip, as long as the scene.

    Attributes:
        clip: As bought.
        duration_s: Of the clip.
        start_s: Where in the clip the scene begins.
        at: The scene's first frame in the film.
        frames: Length of the scene, both transitions included.
        head_frames: Over which it swells.
        tail_frames: Over which it sinks.
    """

    scene: str
    clip: Artifact
    duration_s: float
    start_s: float
    at: int
    frames: int
    head_frames: int
    tail_frames: int


class FilmRequest(Record):
    """All pieces of a film in order, each an MP4 with the same encoding, joined by stream copy.

    Attributes:
        sounds: What is heard; without any the film has a silent track.
    """

    pieces: tuple[Artifact, ...]
    sounds: tuple[SceneSound, ...] = ()
    frames: int
    encoding: Encoding
    title: str


class Film(Record):
    """A finished film, as probed after it was written; ``poster`` is its first frame as JPEG."""

    video: Artifact
    poster: Artifact
    frames: int
    duration_s: float
    fps: int
    size_px: Size


class CompactRequest(Record):
    """A film that shall also exist in a file of at most ``limit_bytes``."""

    video: Artifact
    limit_bytes: int = Field(gt=0)


class CompactFilm(Record):
    """A smaller copy of a film: the same frames, fewer bytes, fewer pixels where it has to be."""

    video: Artifact


class SceneTiming(Record):
    """Where a scene lies on the film's timeline, in frames."""

    scene: str
    start: int
    frames: int
    head_frames: int
    tail_frames: int


class Timeline(Record):
    """All scenes of a film in order; neighbours overlap by their transition."""

    fps: int
    frames: int
    scenes: tuple[SceneTiming, ...]
