"""What a film file is compared with: from a run's records, or from the folder a run left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from readme2video.model.check import ExaminationRequest, SeenElement, SeenScene
from readme2video.model.film import Clip, SegmentRequest, Timeline
from readme2video.model.record import Artifact
from readme2video.model.report import Report, ReportedScene, ReportedVideo
from readme2video.model.storyboard import Storyboard


def seen_scenes(
    storyboard: Storyboard, timeline: Timeline, segments: Sequence[SegmentRequest]
) -> tuple[SeenScene, ...]:
    """A film's scenes as they were asked to be rendered."""
    return tuple(
        SeenScene(
            id=scene.id,
            kind=scene.kind,
            start=timing.start,
            frames=timing.frames,
            head_frames=timing.head_frames,
            tail_frames=timing.tail_frames,
            bought=isinstance(asked.backdrop, Clip),
            full=asked.shot.full,
            ink=asked.shot.ink,
            elements=_elements(asked),
        )
        for scene, timing, asked in zip(storyboard.scenes, timeline.scenes, segments, strict=True)
    )


def _elements(asked: SegmentRequest) -> tuple[SeenElement, ...]:
    whole = isinstance(asked.backdrop, Clip) and asked.backdrop.covers == "full"  # its words stand from the start
    settled = {one.element: 0 if whole else one.at + one.frames for one in asked.entrances}
    return tuple(
        SeenElement(
            id=element.id,
            role=element.role,
            box=element.inked or element.box,
            size_px=element.size_px,
            text=element.text,
            settled_s=round(settled.get(element.id, 0) / asked.encoding.fps, 4),
        )
        for element in asked.shot.elements
        if element.must_read and element.text.strip()
    )


def examination_of_folder(
    folder: Path, report: Report, video: ReportedVideo
) -> tuple[ExaminationRequest, dict[Artifact, Path]]:
    """What is examined of a folder as it lies there now, with the files its artifacts stand for.

    A scene whose pictures are gone is left out.
    """
    files: dict[Artifact, Path] = {}

    def found(file: Path) -> Artifact:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        artifact = Artifact(sha256=digest, suffix=file.suffix, size_bytes=file.stat().st_size)
        files[artifact] = file
        return artifact

    scenes = []
    for scene, overlaps in _laid_out(report, video.fps):
        picture = next((one for one in scene.pictures if one.aspect == video.aspect), None)
        full = folder / (picture.image if picture else "")
        ink = full.with_name(f"{full.stem}-ink.png")
        if picture is None or not full.is_file() or not ink.is_file():
            continue
        start, frames, head, tail = overlaps
        scenes.append(
            SeenScene(
                id=scene.id,
                kind=scene.kind,
                start=start,
                frames=frames,
                head_frames=head,
                tail_frames=tail,
                bought=scene.task_id is not None,
                full=found(full),
                ink=found(ink),
                elements=picture.elements,
            )
        )
    request = ExaminationRequest(
        video=found(folder / video.path), aspect=video.aspect, fps=video.fps, scenes=tuple(scenes)
    )
    return request, files


def _laid_out(report: Report, fps: int) -> list[tuple[ReportedScene, tuple[int, int, int, int]]]:
    """Scenes with start, frames, head and tail frames."""
    times = [(round(scene.start_s * fps), round(scene.duration_s * fps)) for scene in report.scenes]
    overlaps = [0, *(start + frames - after for (start, frames), (after, _) in pairwise(times)), 0]
    return [
        (scene, (*times[place], max(0, overlaps[place]), max(0, overlaps[place + 1])))
        for place, scene in enumerate(report.scenes)
    ]
