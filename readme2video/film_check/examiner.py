"""The examiner engine: a finished film file, decoded once, and what every rule says about it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.film_check.file import file_checks
from readme2video.film_check.flash import Course
from readme2video.film_check.picture import course_checks, looks_checks
from readme2video.film_check.sound import loudness, loudness_check
from readme2video.film_check.story import READABLE_BY_S, hook_check, length_check
from readme2video.film_check.words import Look, Words
from readme2video.media.planes import Planes, half_size_jpeg
from readme2video.media.probe import frames, probe
from readme2video.model.check import Examination, ExaminationRequest, SeenScene, Verdict
from readme2video.model.record import Artifact, Size, Stage
from readme2video.model.shot import LAYOUT_PX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]

Find = Callable[[Artifact], Path]

_SAMPLES = (0.1, 0.5, 0.9)
"""When words are looked at, as parts of the time they stand."""
_SHORT_SIDE = 135  # what flashes and stillness are seen at, pixels


@dataclass(frozen=True)
class Examiner:
    """Examines film files, one after another: decoding takes all cores."""

    parallel: int = 1
    stage: Stage = "check"
    fingerprint: str = "examiner/2"
    output: type[Examination] = Examination

    async def perform(self, request: ExaminationRequest, work: Work) -> Examination:
        """The verdicts, each but a pass with the frame it is seen on.

        Raises:
            EncoderError: The file is not a readable video.
        """
        return await in_thread(_examined, request, work)


def _examined(stop: threading.Event, request: ExaminationRequest, work: Work) -> Examination:
    verdicts = examine(request, work.path, stop, work.progress)
    shown = frames_of(work.path(request.video), request.fps, verdicts)
    return Examination(
        verdicts=verdicts,
        pictures=tuple(
            work.keep_bytes(shown[place], ".jpg") if place in shown else None for place in range(len(verdicts))
        ),
    )


def examine(
    request: ExaminationRequest,
    path: Find,
    stop: threading.Event | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[Verdict, ...]:
    """All that is measured of a film file: S1, S3, P3, P5, P7, A1, F1, F2.

    Args:
        path: Where an artifact's bytes lie.
        stop: When set, ``InterruptedError`` is raised soon.

    Raises:
        EncoderError: The file is not a readable video.
    """
    file = path(request.video)
    found = probe(file)
    course, looks = Course(found.fps or request.fps), list[Look]()
    first_black = False
    for index, planes in _decoded(file, found.size_px):
        if stop is not None and stop.is_set():
            raise InterruptedError
        if index == 0:
            wanted = _Wanted(request, path, found.size_px)
        course.add(_reduced(planes.y))
        looks += wanted.looks(index, planes)
        if index == 0:
            first_black = float((planes.y <= 30).mean()) > 0.98
        if index % request.fps == 0:
            progress(index / max(1, found.frames))
    course.close()
    scale = found.size_px.width / LAYOUT_PX[request.aspect].width
    settled = [look for look in looks if not _is_hook(look, request)]
    return (
        length_check(found.duration_s),
        *_hook(request, looks, course, black=first_black),
        *looks_checks(request.scenes, settled, request.fps, scale, request.aspect),
        *course_checks(course),
        loudness_check(loudness(file, stop)),
        *file_checks(file, found),
    )


class _Wanted:
    """Which words are looked at on which frames; a scene's pictures are in memory only while it plays."""

    def __init__(self, request: ExaminationRequest, path: Find, size: Size) -> None:
        self._path = path
        self._open: dict[str, Words] = {}
        self._plan: dict[int, list[tuple[SeenScene, str, int]]] = defaultdict(list)
        self._last: dict[str, int] = {}
        fitting = {scene.id: scene for scene in request.scenes if _same_size(path(scene.full), size)}
        for place, scene in enumerate(request.scenes):
            if scene.id not in fitting:
                continue
            for element in scene.elements:
                settled = round(element.settled_s * request.fps)
                for local in _local_frames(scene, settled):
                    self._add(scene, element.id, local)
                if place == 0 and settled <= READABLE_BY_S * request.fps:
                    self._add(scene, element.id, round(READABLE_BY_S * request.fps))

    def _add(self, scene: SeenScene, element: str, local: int) -> None:
        entry = (scene, element, local)
        if entry not in self._plan[scene.start + local]:
            self._plan[scene.start + local].append(entry)
            self._last[scene.id] = max(self._last.get(scene.id, 0), scene.start + local)

    def looks(self, index: int, planes: Planes) -> Iterator[Look]:
        for scene, element, local in self._plan.pop(index, ()):
            if scene.id not in self._open:
                self._open[scene.id] = Words(scene, self._path)
            look = self._open[scene.id].look(element, planes, local)
            if look is not None:
                yield look
        for done in [name for name in self._open if self._last[name] <= index]:
            del self._open[done]


def _local_frames(scene: SeenScene, settled: int) -> list[int]:
    """Frames at 10, 50 and 90 % of the time words stand, between the transitions."""
    first, last = max(settled, scene.head_frames), scene.frames - scene.tail_frames - 1
    if first >= last:
        return [last] if settled <= last else []
    return sorted({first + round(part * (last - first)) for part in _SAMPLES})


def _same_size(picture: Path, size: Size) -> bool:
    """Whether a film still has the size its scenes were shot at: else there is nothing to compare."""
    from PIL import Image

    with Image.open(picture) as image:
        found: tuple[int, int] = image.size
    return found == (size.width, size.height)


def _is_hook(look: Look, request: ExaminationRequest) -> bool:
    scene = request.scenes[0]
    element = next((one for one in scene.elements if one.id == look.element), None)
    if look.scene != scene.id or element is None or look.frame != round(READABLE_BY_S * request.fps):
        return False
    return look.frame not in _local_frames(scene, round(element.settled_s * request.fps))


def _hook(request: ExaminationRequest, looks: list[Look], course: Course, *, black: bool) -> Iterator[Verdict]:
    if not request.scenes:
        return
    scene = request.scenes[0]
    at = round(READABLE_BY_S * request.fps)
    early = [look.likeness for look in looks if look.scene == scene.id and look.frame == at]
    headline = next((element.text for element in scene.elements if element.role == "headline"), "")
    complete_s = max((element.settled_s for element in scene.elements), default=0.0)
    verdict = hook_check(min(early, default=None), course.changed_s, headline, complete_s, black=black)
    yield verdict.model_copy(update={"scene": scene.id if verdict.level != "pass" else None})


def _decoded(file: Path, size: Size) -> Iterator[tuple[int, Planes]]:
    """Every frame in order, its planes without a copy where the decoder allows it."""
    import av

    try:
        with av.open(str(file)) as container:
            video = container.streams.video[0]
            video.thread_type = "AUTO"
            for index, frame in enumerate(container.decode(video)):
                shown = frame if frame.format.name in ("yuv420p", "yuvj420p") else frame.reformat(format="yuv420p")
                yield index, _planes(shown, size)
    except (av.error.FFmpegError, OSError) as error:
        raise EncoderError(f"{file.name} cannot be decoded: {error}.") from None


def _planes(frame: Any, size: Size) -> Planes:
    import numpy as np

    def plane(number: int, width: int, height: int) -> U8:
        part = frame.planes[number]
        return np.frombuffer(part, np.uint8).reshape(-1, part.line_size)[:height, :width]

    half = ((size.width + 1) // 2, (size.height + 1) // 2)
    return Planes(y=plane(0, size.width, size.height), u=plane(1, *half), v=plane(2, *half))


def _reduced(luma: U8) -> U8:
    import cv2

    height, width = luma.shape
    factor = max(1, round(min(height, width) / _SHORT_SIDE))
    return cv2.resize(luma, (width // factor, height // factor), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # cv2 types its results loosely


def frames_of(file: Path, fps: int, verdicts: tuple[Verdict, ...]) -> dict[int, bytes]:
    """JPEG frames at half size for the verdicts that are no pass and name a time, by their place."""
    found = probe(file)
    wanted: dict[int, list[int]] = defaultdict(list)
    for place, verdict in enumerate(verdicts):
        if verdict.level != "pass" and verdict.time_s is not None and found.frames:
            wanted[min(found.frames - 1, round(verdict.time_s * fps))].append(place)
    shown: dict[int, bytes] = {}
    for index, flat in frames(file, frozenset(wanted)) if wanted else ():
        data = half_size_jpeg(flat, found.size_px.width, found.size_px.height)
        shown |= dict.fromkeys(wanted[index], data)
    return shown
