"""Small made-up material for tests: pictures, shots, storyboards and scenes of 160x90 pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from readme2video.model.film import CameraPath, Encoding, Entrance, Pose, SegmentRequest
from readme2video.model.record import Artifact, Box, Size
from readme2video.model.scene import CallToActionScene, Feature, FeaturesScene, Scene, TitleScene
from readme2video.model.shot import Element, Shot
from readme2video.model.storyboard import Storyboard, Theme
from readme2video.model.words import Headline, Words
from readme2video.storyboard_file import to_yaml

SIZE = Size(width=160, height=90)
ENCODING = Encoding(size_px=SIZE, fps=30, preset="veryfast", crf=18)
THEME = Theme(
    background="#0b1020", surface="#16203a", ink="#f5f7ff", muted="#a9b4d0", accent="#3fb6ff", accent_2="#ff7ac6"
)
Keep = Callable[[bytes, str], Artifact]


def png(picture: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", picture)
    assert done
    return data.tobytes()


def plate(seed: int = 0) -> np.ndarray:
    """A soft picture, BGR."""
    rng = np.random.default_rng(seed)
    small = rng.integers(30, 220, (4, 7, 3), dtype=np.uint8)
    return cv2.resize(small, (SIZE.width, SIZE.height), interpolation=cv2.INTER_CUBIC)


def ink(words: str = "hello", x: int = 20) -> np.ndarray:
    """A transparent sheet with white words, BGRA."""
    sheet = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
    cover = np.zeros(sheet.shape[:2], np.uint8)
    cv2.putText(cover, words, (x, 50), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
    sheet[:, :, :3] = 255
    sheet[:, :, 3] = cover
    return sheet


def over(under: np.ndarray, sheet: np.ndarray) -> np.ndarray:
    alpha = sheet[:, :, 3:].astype(np.float32) / 255
    return np.rint(under * (1 - alpha) + sheet[:, :, :3] * alpha).astype(np.uint8)


def shot(keep: Keep, seed: int = 0, words: str = "hello") -> Shot:
    below, above = plate(seed), ink(words)
    return Shot(
        size_px=SIZE,
        full=keep(png(over(below, above)), ".png"),
        plate=keep(png(below), ".png"),
        panels=None,
        ink=keep(png(above), ".png"),
        elements=(
            Element(
                id="headline",
                role="headline",
                sheet="ink",
                box=Box(x=19, y=29, width=102, height=31),
                order=0,
                text=words,
            ),
        ),
    )


def segment_request(
    drawn: Shot,
    *,
    frames: int = 20,
    head: int = 0,
    tail: int = 0,
    entrances: tuple[Entrance, ...] | None = None,
    encoding: Encoding = ENCODING,
) -> SegmentRequest:
    if entrances is None:
        entrances = tuple(Entrance(element=e.id, kind="rise", at=2, frames=6) for e in drawn.elements)
    return SegmentRequest(
        shot=drawn,
        backdrop=CameraPath(start=Pose(zoom=1.0, x=0.5, y=0.5), end=Pose(zoom=1.2, x=0.4, y=0.6)),
        entrances=entrances,
        frames=frames,
        head_frames=head,
        tail_frames=tail,
        encoding=encoding,
        accent="#ff8800",
    )


def scenes() -> tuple[Scene, ...]:
    return (
        TitleScene(
            id="hook",
            duration_s=2.0,
            headline=Headline(text="Tells you what changed", source="README.md:3"),
            subline=Words(text="One file, no services", source="README.md:8"),
        ),
        FeaturesScene(
            id="features",
            duration_s=2.5,
            motion="pan_left",
            transition="slide",
            headline=Headline(text="What you get", source="copy"),
            items=(
                Feature(title=Words(text="Quiet", source="README.md:7")),
                Feature(title=Words(text="Exact", source="README.md:9")),
            ),
        ),
        CallToActionScene(
            id="end",
            duration_s=2.0,
            motion="still",
            transition="wipe",
            headline=Headline(text="tinyproject", source="README.md:1"),
            command=Words(text="pip install tinyproject", source="README.md:14"),
        ),
    )


def storyboard(*given: Scene) -> Storyboard:
    return Storyboard(project="tinyproject", theme=THEME, scenes=given or scenes())


def least() -> Storyboard:
    """As short as a film can be: where all that counts is that one comes out."""
    first, _, last = scenes()
    return storyboard(*(scene.model_copy(update={"duration_s": 1.2}) for scene in (first, last)))


TINY_README = """\
# tinyproject

Watches a folder and tells you what changed.

## Features

- **Quiet**: speaks only when something happened
- **Small**: one file, no services
- **Exact**: compares contents, not dates

## Install

```sh
pip install tinyproject
```
"""


def project(folder: Path, readme: str = TINY_README) -> Path:
    """A small local project to make films of, with storyboards of two short ones beside its README."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(readme)
    (folder / "board.yaml").write_text(to_yaml(storyboard()))
    (folder / "least.yaml").write_text(to_yaml(least()))
    return folder
