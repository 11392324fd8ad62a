"""The output folder: what a person gets. Files appear whole, and nothing a person wrote is overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from readme2video.continuity import release_file
from readme2video.film_check import GITHUB_COPY, copy_check, recorded_checks
from readme2video.images import contact_sheet
from readme2video.model.check import Verdict, in_order
from readme2video.model.film import Clip, Film
from readme2video.model.order import Attempt
from readme2video.model.record import Artifact
from readme2video.model.report import Report, ReportedPicture, ReportedVideo
from readme2video.model.shot import Aspect
from readme2video.model.storyboard import Storyboard
from readme2video.report import Take
from readme2video.report_page import report_html
from readme2video.sources import LocalSource, Source, parse_source
from readme2video.store import Store, disk

_CLIPS = re.compile(r"^\d\d-[a-z0-9-]+\.mp4$")
_CHECKS = re.compile(r"^\d\d+\.jpg$")
_OURS = re.compile(r"^\d\d-[a-z0-9-]+\.(png|jpg)$")


class OutputFolder:
    """Writes a run's results below one folder.

    Args:
        folder: ``output/<owner>-<repo>``; made when missing.

    Raises:
        OutputError: The folder cannot be made or written.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self._store = store
        with disk(folder):
            (folder / "scenes").mkdir(parents=True, exist_ok=True)

    def video(self, take: Take, film: Film, *, first: bool) -> ReportedVideo:
        """``promo.mp4`` for the first aspect asked for, ``promo-9x16.mp4`` and so on for the others."""
        name = "promo.mp4" if first else f"promo-{_dashed(take.aspect)}.mp4"
        self._copy(film.video, name)
        return ReportedVideo(
            aspect=take.aspect,
            path=name,
            duration_s=round(film.duration_s, 3),
            frames=film.frames,
            fps=film.fps,
            size_px=film.size_px,
            size_bytes=film.video.size_bytes,
        )

    def poster(self, film: Film) -> str:
        """``poster.jpg``: the film's first frame."""
        self._copy(film.poster, "poster.jpg")
        return "poster.jpg"

    def pictures(self, storyboard: Storyboard, takes: Sequence[Take]) -> list[tuple[ReportedPicture, ...]]:
        """Each scene's screenshot, layers and film frame in each aspect, named by place and id."""
        kept: set[str] = set()
        rows: list[tuple[ReportedPicture, ...]] = []
        for index, scene in enumerate(storyboard.scenes):
            row = []
            for take in takes:
                shot = take.shots[index]
                stem = f"{index + 1:02d}-{scene.id}{_suffix(take.aspect)}"
                files: dict[str, Artifact | None] = {
                    f"{stem}.png": shot.full,
                    f"{stem}-plate.png": shot.plate,
                    f"{stem}-shade.png": shot.shade,
                    f"{stem}-panels.png": shot.panels,
                    f"{stem}-ink.png": shot.ink,
                }
                segment = take.segments[index] if take.segments else None
                if segment is not None:
                    files[f"{stem}.jpg"] = segment.poster
                for name, artifact in files.items():
                    if artifact is not None:
                        self._copy(artifact, f"scenes/{name}")
                        kept.add(name)
                row.append(
                    ReportedPicture(
                        aspect=take.aspect,
                        image=f"scenes/{stem}.png",
                        frame=f"scenes/{stem}.jpg" if segment is not None else None,
                        legibility=segment.legibility.worst if segment and segment.legibility else None,
                        findings=shot.findings + (segment.findings if segment else ()),
                        elements=take.seen[index].elements if take.seen else (),
                    )
                )
            rows.append(tuple(row))
        with disk(self.folder):
            for old in (self.folder / "scenes").iterdir():
                if old.name not in kept and _OURS.match(old.name):
                    old.unlink()
        return rows

    def clips(self, storyboard: Storyboard, takes: Sequence[Take]) -> None:
        """``clips/NN-id.mp4``: what was bought, as it came."""
        kept: set[str] = set()
        for take in takes:
            for index, (scene, backdrop) in enumerate(zip(storyboard.scenes, take.backdrops, strict=True), 1):
                if isinstance(backdrop, Clip):
                    with disk(self.folder):
                        (self.folder / "clips").mkdir(exist_ok=True)
                    name = f"{index:02d}-{scene.id}{_suffix(take.aspect)}.mp4"
                    self._copy(backdrop.video, f"clips/{name}")
                    kept.add(name)
        if (self.folder / "clips").is_dir():
            with disk(self.folder):
                for old in (self.folder / "clips").iterdir():
                    if old.name not in kept and _CLIPS.match(old.name):
                        old.unlink()  # the store keeps the bytes

    def compact(self, take: Take) -> None:
        """``promo-github.mp4``: where the film itself is too large for GitHub."""
        if take.compact is not None:
            self._copy(take.compact.video, GITHUB_COPY)
        else:
            with disk(self.folder):
                (self.folder / GITHUB_COPY).unlink(missing_ok=True)  # of a larger film before

    def checks(self, report: Report, takes: Sequence[Take], attempts: Sequence[Attempt] | None) -> tuple[Verdict, ...]:
        """All rows of the film checks; ``checks/NN.jpg`` shows where one is no pass.

        Args:
            attempts: What was ordered for the project; None when nothing ever was.
        """
        several = len(report.videos) > 1
        rows: list[tuple[Verdict, Artifact | None]] = []
        for take in takes:
            if take.examination is not None:
                named = {"aspect": take.aspect if several else None}
                seen = zip(take.examination.verdicts, take.examination.pictures, strict=True)
                rows += [(verdict.model_copy(update=named), picture) for verdict, picture in seen]
        recorded = recorded_checks(report, attempts, self.folder / "captions.srt")
        copied = copy_check(self.folder, report.videos[0].path)
        rows += [(verdict, _frame(verdict, takes)) for verdict in (*recorded, copied)]
        pictures = {id(verdict): picture for verdict, picture in rows if verdict.level != "pass"}
        verdicts, kept = list(in_order(verdict for verdict, _ in rows)), set[str]()
        for place, verdict in enumerate(verdicts):
            picture = pictures.get(id(verdict))
            if picture is not None:
                name = f"{len(kept) + 1:02d}.jpg"
                with disk(self.folder):
                    (self.folder / "checks").mkdir(exist_ok=True)
                self._copy(picture, f"checks/{name}")
                kept.add(name)
                verdicts[place] = verdict.model_copy(update={"picture": f"checks/{name}"})
        clear_checks(self.folder, kept)
        return tuple(verdicts)

    def contact_sheet(self, storyboard: Storyboard, takes: Sequence[Take]) -> str:
        """``contact-sheet.jpg``: all scenes at a glance, in order, with times."""
        pictures = []
        for take in takes:
            for scene, timing, shot in zip(storyboard.scenes, take.timeline.scenes, take.shots, strict=True):
                start, length = timing.start / take.timeline.fps, timing.frames / take.timeline.fps
                pictures.append((self._store.path(shot.full), f"{scene.id}  {start:.1f} s + {length:.1f} s"))
        self.data("contact-sheet.jpg", contact_sheet(pictures))
        return "contact-sheet.jpg"

    def storyboard(self, text: str, given: Path | None) -> str | None:
        """Write ``storyboard.yaml`` unless it is the very file the run was given.

        A file there that a person edited is moved aside first.

        Returns:
            The name it was moved to, or None.
        """
        return self._written(self.folder / "storyboard.yaml", text, given)

    def release(self, text: str, tag: str, given: Path | None) -> str | None:
        """The same for ``storyboards/<tag>.yaml``: a release's film, for the film of the one after it."""
        file = release_file(self.folder, tag)
        with disk(self.folder):
            file.parent.mkdir(exist_ok=True)
        return self._written(file, text, given)

    def _written(self, target: Path, text: str, given: Path | None) -> str | None:
        moved = None
        with disk(self.folder):
            if given is not None and target.exists() and given.exists() and target.samefile(given):
                return None
            if target.exists() and not self._is_ours(target):
                number = 1
                while (aside := target.with_name(f"{target.stem}.edited-{number}.yaml")).exists():
                    number += 1
                target.replace(aside)
                moved = aside.relative_to(self.folder).as_posix()
        self._copy(self._store.keep_bytes(text.encode(), ".yaml"), target.relative_to(self.folder).as_posix())
        return moved

    def report(self, report: Report) -> None:
        """``report.html`` for people, then ``report.json`` for programs; they come last."""
        self.data("report.html", report_html(report).encode())
        self.data("report.json", (report.model_dump_json(indent=2) + "\n").encode())

    def data(self, name: str, data: bytes) -> Path:
        """Write a small file whole or not at all."""
        target = self.folder / name
        with disk(self.folder):
            handle, partial = tempfile.mkstemp(dir=self.folder, prefix=".partial-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(partial).chmod(0o644)
            Path(partial).replace(target)
        return target

    def _copy(self, artifact: Artifact, name: str) -> None:
        """Put an artifact's bytes at ``name``, unless they are there already."""
        target, source = self.folder / name, self._store.path(artifact)
        with disk(self.folder):
            if target.is_file() and target.stat().st_size == artifact.size_bytes and _digest(target) == artifact.sha256:
                return
            handle, partial = tempfile.mkstemp(dir=self.folder, prefix=".partial-")
            os.close(handle)
            try:
                shutil.copyfile(source, partial)
                Path(partial).chmod(0o644)
                Path(partial).replace(target)
            finally:
                Path(partial).unlink(missing_ok=True)

    def _is_ours(self, file: Path) -> bool:
        """Whether these very bytes were written by a run before: then they are in the store."""
        artifact = Artifact(sha256=_digest(file), suffix=".yaml", size_bytes=file.stat().st_size)
        return self._store.path(artifact).exists()


def clear_checks(folder: Path, kept: Collection[str]) -> None:
    """Remove the pictures of earlier checks."""
    if (folder / "checks").is_dir():
        with disk(folder):
            for old in (folder / "checks").iterdir():
                if old.name not in kept and _CHECKS.match(old.name):
                    old.unlink()


def _frame(verdict: Verdict, takes: Sequence[Take]) -> Artifact | None:
    """The settled frame of a verdict's scene."""
    for take in takes:
        if verdict.aspect in (None, take.aspect):
            for timing, segment in zip(take.timeline.scenes, take.segments, strict=True):
                if timing.scene == verdict.scene:
                    return segment.poster
    return None


def _dashed(aspect: Aspect) -> str:
    return aspect.replace(":", "x")


def _suffix(aspect: Aspect) -> str:
    return "" if aspect == "16:9" else f"-{_dashed(aspect)}"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def source_name(source: Source, folder: Path, server_url: str) -> str:
    """How a report remembers its source: a path from the output folder, as ``../..``, or the repository as asked for.

    No path of this machine goes into a report, and the commit stands beside it: what is remembered is where the README
    of today is found.
    """
    if isinstance(source, LocalSource):
        try:
            path = Path(os.path.relpath(source.path.resolve(), folder.resolve())).as_posix()
        except (OSError, ValueError):  # on another drive of Windows
            return ""
        return path if path.startswith(".") else f"./{path}"
    where = source.ref_path or "/".join(filter(None, (source.ref if source.subpath else None, source.subpath)))
    if where:
        return f"{server_url.rstrip('/')}/{source.owner}/{source.name}/tree/{where}"
    return f"{source.owner}/{source.name}" + (f"@{source.ref}" if source.ref else "")


def source_named(name: str, folder: Path, server_url: str) -> Source:
    """The source a report remembers.

    Raises:
        UsageError: It is no source.
        SourceError: It names a local path that does not exist.
    """
    return LocalSource(folder / name) if name.startswith(".") else parse_source(name, server_url=server_url)
