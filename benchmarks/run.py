"""Benchmarks as ratios, measured side by side in one run: `make bench` prints a table in Markdown.

Machines are noisy, so absolute times prove nothing. Each figure is set against plain ffmpeg or moviepy doing the same
work on the same machine in the same run; the smaller of two tries counts on both sides.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Self

from claims import scores
from paid import paid
from pictures import pictures

from readme2video.media.ffmpeg import ffmpeg, x264_arguments
from readme2video.media.probe import probe
from readme2video.model.film import Encoding
from readme2video.settings import Settings
from readme2video.stitch.transitions import import_moviepy

ROOT = Path(__file__).resolve().parent.parent
TRANSITION_S = 0.5


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    measured: str
    target: str
    met: bool | None

    def line(self) -> str:
        verdict = {True: "yes", False: "NO", None: ""}[self.met]
        return f"| {self.name} | {self.measured} | {self.target} | {verdict} |"


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("readme2video")), *arguments]


def wall_s(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def call(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments[:6])} … ended with {done.returncode}:\n{done.stderr[-2000:]}")


class Memory:
    """Samples a process tree's memory: the proportional share of all, and the largest single process."""

    def __init__(self, pid: int) -> None:
        self._pid, self._over = pid, threading.Event()
        self.tree_mb = self.largest_mb = 0.0
        self.largest = ""
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            total = 0.0
            for pid in self._tree(self._pid):
                try:
                    said = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    name = Path(f"/proc/{pid}/comm").read_text().strip()
                except OSError:
                    continue
                figures = {line.split(":")[0]: line.split()[1] for line in said.splitlines()[1:]}
                total += int(figures.get("Pss", 0)) / 1024
                resident = int(figures.get("Rss", 0)) / 1024
                if resident > self.largest_mb:
                    self.largest_mb, self.largest = resident, name
            self.tree_mb = max(self.tree_mb, total)

    def _tree(self, pid: int) -> list[int]:
        found = [pid]
        try:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                for child in (thread / "children").read_text().split():
                    found += self._tree(int(child))
        except OSError:
            pass
        return found


def cold(out: Path) -> tuple[float, dict]:
    """A film from nothing: how long it took, and what was said."""
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    done = subprocess.run(command("make", str(ROOT), "-o", str(out), "--json"), capture_output=True, check=False)
    took = time.perf_counter() - began
    result = json.loads(done.stdout)
    if done.returncode:
        sys.exit(f"the film was not made: {result}")
    return took, result


def watched(out: Path) -> Memory:
    """The same once more for its memory: looking into all processes takes time of its own."""
    shutil.rmtree(out, ignore_errors=True)
    process = subprocess.Popen(
        command("make", str(ROOT), "-o", str(out), "-q"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with Memory(process.pid) as memory:
        process.wait()
    return memory


def drawn_frames(folder: Path) -> Path:
    """The film's frames as they were drawn, raw: what a plain encode starts from, without a decoder's work.

    Frames decoded from the finished film would be smoothed by its encoder, and so quicker to encode than what it got.
    """
    out, frames = folder / "lossless", folder / "frames.yuv"
    script = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from readme2video.media import ffmpeg\n"
        "true = ffmpeg.x264_arguments\n"
        "def lossless(encoding):\n"
        "    arguments = true(encoding)\n"
        "    arguments[arguments.index('-preset') + 1] = 'ultrafast'\n"
        "    arguments[(at := arguments.index('-crf')) : at + 2] = ['-qp', '0']\n"
        "    del arguments[(at := arguments.index('-profile:v')) : at + 2]\n"
        "    return arguments\n"
        "ffmpeg.x264_arguments = lossless\n"
        "from readme2video.pipeline import make_video\n"
        "from readme2video.settings import Settings\n"
        "from readme2video.sources import parse_source\n"
        f"made = asyncio.run(make_video(parse_source({str(ROOT)!r}), Settings(out=Path({str(out)!r}))))\n"
        "print(made.films[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    film = done.stdout.strip()
    call([ffmpeg(), "-loglevel", "error", "-y", "-i", film, "-f", "rawvideo", "-pix_fmt", "yuv420p", str(frames)])
    shutil.rmtree(out)
    return frames


def plain_encode(frames: Path, target: Path) -> float:
    """Ffmpeg and x264 alone: the film's frames, at the same settings."""
    encoding = Settings().encoding("16:9")
    size = f"{encoding.size_px.width}x{encoding.size_px.height}"
    given = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(encoding.fps), "-i", str(frames)]
    arguments = all_cores(x264_arguments(encoding))
    return wall_s(lambda: call([ffmpeg(), "-loglevel", "error", "-y", *given, *arguments, str(target)]))


def all_cores(arguments: list[str]) -> list[str]:
    """The same settings with as many threads as x264 likes: a single encode must not be held to one core."""
    place = arguments.index("-threads")
    return [*arguments[:place], "-threads", "0", *arguments[place + 2 :]]


def scene_clips(video: Path, folder: Path, encoding: Encoding) -> list[Path]:
    """A film cut back into whole scenes that overlap by their transitions, as other tools would have them."""
    report = json.loads((video.parent / "report.json").read_text())
    clips = []
    for scene in report["scenes"]:
        clip = folder / f"{scene['id']}.mp4"
        call(
            [
                ffmpeg(),
                "-loglevel",
                "error",
                "-y",
                "-ss",
                str(scene["start_s"]),
                "-t",
                str(scene["duration_s"]),
                "-i",
                str(video),
                *x264_arguments(encoding),
                str(clip),
            ]
        )
        clips.append(clip)
    return clips


def xfade(clips: list[Path], target: Path, encoding: Encoding) -> float:
    """Ffmpeg's xfade over all clips, encoded again at the same settings."""
    lengths = [probe(clip).duration_s for clip in clips]
    chain, last = [], "[0:v]"
    for number, end in enumerate(accumulate(length - TRANSITION_S for length in lengths[:-1]), start=1):
        chain.append(f"{last}[{number}:v]xfade=transition=fade:duration={TRANSITION_S}:offset={end:.3f}[v{number}]")
        last = f"[v{number}]"
    arguments = all_cores(x264_arguments(encoding))
    place = arguments.index("-vf")
    tags = arguments[place + 1]
    del arguments[place : place + 2]
    inputs = [word for clip in clips for word in ("-i", str(clip))]
    graph = ";".join(chain) + f";{last}{tags}[out]"
    return wall_s(
        lambda: call(
            [
                ffmpeg(),
                "-loglevel",
                "error",
                "-y",
                *inputs,
                "-filter_complex",
                graph,
                "-map",
                "[out]",
                *arguments,
                str(target),
            ]
        )
    )


def moviepy_compose(clips: list[Path], target: Path) -> float:
    """Moviepy's usual way: compose with crossfades, then write the whole film."""
    moviepy = import_moviepy()

    def run() -> None:
        opened = [moviepy.VideoFileClip(str(clip)) for clip in clips]
        faded = [opened[0]] + [clip.with_effects([moviepy.vfx.CrossFadeIn(TRANSITION_S)]) for clip in opened[1:]]
        film = moviepy.concatenate_videoclips(faded, method="compose", padding=-TRANSITION_S)
        film.write_videofile(
            str(target), fps=30, preset="medium", ffmpeg_params=["-crf", "18"], audio=False, logger=None
        )
        for clip in opened:
            clip.close()

    return wall_s(run)


def tail_s(out: Path) -> float:
    """From the last segment's end to the finished film, with everything before it done as in a real run."""
    script = (
        "import asyncio, json, sys, time\n"
        "from pathlib import Path\n"
        "from readme2video.events import WorkDone\n"
        "from readme2video.pipeline import make_video\n"
        "from readme2video.settings import Settings\n"
        "from readme2video.sources import parse_source\n"
        "ends = {}\n"
        "def emit(event):\n"
        "    if isinstance(event, WorkDone):\n"
        "        ends[(event.stage, event.label)] = time.perf_counter()\n"
        f"asyncio.run(make_video(parse_source({str(ROOT)!r}), Settings(out=Path({str(out)!r})), emit=emit))\n"
        "last = max(t for (stage, _), t in ends.items() if stage == 'render')\n"
        "print(ends[('stitch', 'film')] - last)\n"
    )
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout)


def edit_one_headline(out: Path, project: str) -> tuple[float, list[str]]:
    board = out / project / "storyboard.yaml"
    lines = board.read_text().split("\n")
    places = [n for n, line in enumerate(lines) if line.lstrip().startswith("headline:")]
    words = lines[places[2]].split("text: ", 1)[1].split(",")[0].strip("'\"")
    lines[places[2]] = lines[places[2]].replace(words, words[:-1] + ("a" if words[-1] != "a" else "e"), 1)
    board.write_text("\n".join(lines))
    took = wall_s(
        lambda: call(command("make", str(ROOT), "-o", str(out), "--storyboard", str(board), "--allow-unsupported"))
    )
    report = json.loads((out / project / "report.json").read_text())
    made = [f"{work['stage']} {work['label']}" for work in report["work"] if not work["reused"]]
    return took, made


def paid_rows(folder: Path) -> list[Row]:
    """The road with bought clips, against the stand-in."""
    run = paid(folder / "paid")
    encoding = Settings().encoding("16:9")
    whole = xfade(scene_clips(run.film, folder, encoding), folder / "xfade.mp4", encoding)
    path, jobs, tail = run.wall_s / run.critical_s, run.wall_s / run.jobs_s, run.tail_s / whole
    return [
        Row(
            "eight bought clips: wall ÷ critical path",
            f"{path:.3f} ({run.wall_s:.1f} s / {run.critical_s:.1f} s)",
            "≤ 1.05",
            path <= 1.05,
        ),
        Row("eight bought clips: wall ÷ sum of the jobs", f"{jobs:.3f}", "≤ 0.2", jobs <= 0.2),
        Row(
            "tail after the last clip and its segment ÷ ffmpeg xfade",
            f"{tail:.3f} ({run.tail_s:.1f} s / {whole:.1f} s)",
            "≤ 0.15",
            tail <= 0.15,
        ),
        Row("then: checks of the film and its 10 MB copy ÷ ffmpeg xfade", f"{run.after_s / whole:.2f}", "", None),
        Row("requests of an unchanged re-run", f"{run.asked_again}", "0", run.asked_again == 0),
    ]


def picture_rows(runs: int) -> list[Row]:
    """What the layers of scenes cost against plain screenshots of the same pages."""
    drawn = pictures(runs)
    shown = f"{drawn.ratio:.2f} ({sum(drawn.layers_s.values()):.1f} s / {sum(drawn.plain_s.values()):.1f} s)"
    return [
        Row("all layers of 1080p scenes ÷ plain screenshots of them", shown, "≤ 1.5", drawn.ratio <= 1.5),
        Row("six 1080p scenes shot", f"{drawn.six_s:.1f} s", "≤ 6 s", drawn.six_s <= 6),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2, help="tries of each side; the smaller counts")
    parser.add_argument("--no-moviepy", action="store_true", help="leave out the slowest comparison")
    parser.add_argument("--no-paid", action="store_true", help="leave out the road with bought clips, six minutes")
    options = parser.parse_args()
    rows = [Row(f"claims: {s.kind}", s.told(), s.target(), s.met) for s in scores()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        frames = drawn_frames(folder)
        films, plains = [], []
        for _ in range(options.runs):
            took, result = cold(out)
            films.append(took)
            video = Path(result["videos"][0]["path"])
            plains.append(plain_encode(frames, folder / "plain.mp4"))
        frames.unlink()
        found = probe(video)
        project = video.parent.name
        ratio = min(films) / min(plains)
        shown = f"{ratio:.2f} ({min(films):.1f} s / {min(plains):.1f} s, {found.frames} frames)"
        rows.append(Row("cold film ÷ plain x264 encode of its frames", shown, "≤ 1.5", ratio <= 1.5))
        warm = min(wall_s(lambda: call(command("make", str(ROOT), "-o", str(out)))) for _ in range(3))
        rows.append(Row("unchanged re-run, wall", f"{warm:.2f} s", "≤ 1.5 s", warm <= 1.5))
        edited, made = edit_one_headline(out, project)
        renders = [work for work in made if work.startswith("render")]
        joints = [work for work in made if ">" in work]
        rows.append(
            Row(
                "one headline edited",
                f"{len(renders)} scene, {len(joints)} transitions rendered; {edited / min(films):.2f} of a cold film",
                "1 scene, 2 transitions",
                len(renders) == 1 and len(joints) == 2,
            )
        )
        memory = watched(folder / "watched")
        rows.append(
            Row(
                "peak memory, largest process",
                f"{memory.largest_mb:.0f} MB ({memory.largest})",
                "≤ 700 MB",
                memory.largest_mb <= 700,
            )
        )
        rows.append(Row("peak memory, all processes together (PSS)", f"{memory.tree_mb:.0f} MB", "", None))
        rows += picture_rows(options.runs)
        encoding = Settings().encoding("16:9")
        clips = scene_clips(video, folder, encoding)
        tail = min(tail_s(folder / "tail") for _ in range(options.runs))
        again = min(xfade(clips, folder / "xfade.mp4", encoding) for _ in range(options.runs))
        shown = f"{tail / again:.3f} ({tail:.1f} s / {again:.1f} s)"
        rows.append(Row("tail after the last segment ÷ ffmpeg xfade", shown, "≤ 0.15", tail / again <= 0.15))
        if not options.no_moviepy:
            composed = moviepy_compose(clips, folder / "moviepy.mp4")
            rows.append(
                Row("tail ÷ moviepy compose with crossfades", f"{tail / composed:.3f} (÷ {composed:.1f} s)", "", None)
            )
        starts = statistics.median(wall_s(lambda: call(command("--help"))) for _ in range(9))
        rows.append(Row("`--help`, wall", f"{starts:.3f} s", "≤ 0.15 s", starts <= 0.15))
        if not options.no_paid:
            rows += paid_rows(folder)
    print("| figure | measured | target | met |")
    print("| --- | --- | --- | --- |")
    for row in rows:
        print(row.line())
    sys.exit(any(row.met is False for row in rows))


if __name__ == "__main__":
    main()
