"""The gallery: every fixture in every style and aspect on one page, for review; `make gallery` writes it.

What was made is kept by the store, so a second run makes only what changed. The page shows all that was ever made, also
when a run makes only a part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import get_args

from PIL import Image

from readme2video.errors import Readme2VideoError
from readme2video.events import Event, Notice
from readme2video.model.shot import Aspect
from readme2video.model.vocabulary import Style
from readme2video.pipeline import PromoVideo, make_video, plan_video
from readme2video.settings import Settings, load_settings, machine_environment
from readme2video.sources import LocalSource

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
NAMES = sorted(file.parent.name for file in FIXTURES.glob("*/README.*"))
STYLES: tuple[str, ...] = get_args(Style)
ASPECTS: tuple[str, ...] = get_args(Aspect)
THUMB_PX = 480
"""Longer side of a scene on the page."""


@dataclass
class Cell:
    """One fixture in one style: what came of it.

    Attributes:
        scenes: For each aspect the small pictures of its scenes, in order, from the page's folder.
        films: For each aspect its film.
        checks: Rows of ``readme2video check``: level, rule, detail and fix.
        said: Warnings while it was made, such as a scene that was left out.
        error: Why there is none.
    """

    fixture: str
    style: str
    kinds: list[str] = field(default_factory=list)
    scenes: dict[str, list[str]] = field(default_factory=dict)
    films: dict[str, str] = field(default_factory=dict)
    checks: list[dict[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    error: str = ""
    took_s: float = 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the wanted part of the gallery and write the page; 1 where a cell failed or a check did."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--only", default="", help=f"fixtures, of {' '.join(NAMES)}")
    parser.add_argument("--styles", default="", help=f"of {' '.join(STYLES)}")
    parser.add_argument("--aspects", default="", help=f"of {' '.join(ASPECTS)}")
    parser.add_argument("--sheets", action="store_true", help="contact sheets alone, no films")
    parser.add_argument("--into", type=Path, default=HERE, help="folder of the page")
    parser.add_argument("--page", action="store_true", help="make nothing, write the page of what there is")
    given = parser.parse_args(arguments)
    names, styles, aspects = (
        chosen(parser, words.split(), known)
        for words, known in ((given.only, NAMES), (given.styles, STYLES), (given.aspects, ASPECTS))
    )
    failed = False
    for name in [] if given.page else names:
        for style in styles:
            cell = made(name, style, aspects, given.into, sheets=given.sheets)
            failed = failed or bool(cell.error) or any(row["level"] == "fail" for row in cell.checks)
            told = cell.error or f"{len(cell.kinds)} scenes, {cell.took_s:.0f} s"
            print(f"{name} {style}: {told}", file=sys.stderr)
            write_page(given.into)
    write_page(given.into)
    print(given.into / "index.html")
    return 1 if failed else 0


def chosen(parser: argparse.ArgumentParser, wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """What was asked for, everything when nothing was."""
    for one in wanted:
        if one not in known:
            parser.error(f"there is no {one!r}; there are {', '.join(known)}")
    return list(wanted or known)


def made(name: str, style: str, aspects: Sequence[str], root: Path, *, sheets: bool) -> Cell:
    """One fixture in one style; what goes wrong is told on the page and stops nothing else."""
    cell, began = Cell(name, style), time.monotonic()

    def heard(event: Event) -> None:
        if isinstance(event, Notice) and event.level == "warning" and "sandbox" not in event.message:
            cell.said.append(event.message)

    make = plan_video if sheets else make_video
    try:
        result = asyncio.run(
            make(LocalSource(FIXTURES / name), settings_for(root / "films" / style, style, aspects), emit=heard)
        )
        shown(cell, result, root)
        cell.checks = [] if sheets else checked(result.folder, FIXTURES / name)
    except Readme2VideoError as error:
        cell.error = f"{error} {error.hint or ''}".strip()
    cell.took_s = time.monotonic() - began
    record = root / "films" / style / name / "gallery.json"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(asdict(cell), indent=1, ensure_ascii=False), "utf-8")
    return cell


def settings_for(folder: Path, style: str, aspects: Sequence[str]) -> Settings:
    """Free engines alone, whatever keys there are; each style in a folder of its own."""
    environment = machine_environment()
    if browser := os.environ.get("README2VIDEO_BROWSER"):
        environment["README2VIDEO_BROWSER"] = browser
    flags: dict[str, object] = {
        "out": folder,
        "storyboarder": "offline",
        "animator": "local",
        "quality": "draft",
        "aspects": tuple(aspects),
        "style": style,
    }
    return load_settings(flags, environment)


def shown(cell: Cell, result: PromoVideo, root: Path) -> None:
    """Small pictures of all scenes, and the films."""
    thumbs = result.folder / "gallery"
    thumbs.mkdir(exist_ok=True)
    for scene in result.report.scenes:
        cell.kinds.append(scene.kind)
        for picture in scene.pictures:
            file = result.folder / (picture.frame or picture.image)
            target = thumbs / f"{file.stem}.jpg"
            with Image.open(file) as drawn:
                small = drawn.convert("RGB")
                small.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
                small.save(target, quality=86)
            cell.scenes.setdefault(picture.aspect, []).append(target.relative_to(root).as_posix())
    for video in result.report.videos:
        cell.films[video.aspect] = (result.folder / video.path).relative_to(root).as_posix()


def checked(folder: Path, source: Path) -> list[dict[str, str]]:
    """The verdicts of ``readme2video check``, as a person would see them."""
    program = Path(sys.executable).with_name("readme2video")
    done = subprocess.run(  # the program itself, so that the page shows what a user is told
        [program, "check", folder, "--source", source, "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    try:
        rows: list[dict[str, str]] = json.loads(done.stdout)["checks"]
    except (ValueError, KeyError):
        return [{"level": "fail", "rule": "check", "detail": done.stderr.strip()[-300:], "fix": ""}]
    return rows


def cells(root: Path) -> Iterator[Cell]:
    """All that was ever made, by fixture and style."""
    for name in NAMES:
        for style in STYLES:
            record = root / "films" / style / name / "gallery.json"
            if record.is_file():
                yield Cell(**json.loads(record.read_text("utf-8")))


def write_page(root: Path) -> None:
    """The page, from the records that lie in the folders."""
    found = list(cells(root))
    template = (HERE / "page.html").read_text("utf-8")
    nav = " ".join(f'<a href="#{name}">{name}</a>' for name in dict.fromkeys(cell.fixture for cell in found))
    body = "".join(_fixture(name, [c for c in found if c.fixture == name]) for name in NAMES)
    page = template.replace("<!-- nav -->", nav).replace("<!-- films -->", body)
    temporary = root / "index.html.part"
    temporary.write_text(page, "utf-8")
    temporary.replace(root / "index.html")


def _fixture(name: str, found: Sequence[Cell]) -> str:
    if not found:
        return ""
    return f'<section id="{name}"><h2>{name}</h2>{"".join(map(_cell, found))}</section>'


def _cell(cell: Cell) -> str:
    counts = [f"{sum(row['level'] == level for row in cell.checks)} {level}" for level in ("fail", "warn", "pass")]
    worst = next((row["level"] for level in ("fail", "warn") for row in cell.checks if row["level"] == level), "pass")
    verdict = f'<b class="{worst}">{" · ".join(counts)}</b>' if cell.checks else ""
    head = f"<h3>{cell.style} <small>{html.escape(' → '.join(cell.kinds))}</small> {verdict}</h3>"
    error = f'<p class="fail">{html.escape(cell.error)}</p>' if cell.error else ""
    said = "".join(f"<li>{html.escape(one)}</li>" for one in cell.said)
    rows = [_row(row) for row in cell.checks if row["level"] != "pass"]
    notes = f"<ul>{said}{''.join(rows)}</ul>" if said or rows else ""
    return f"<article>{head}{error}{notes}{''.join(_aspect(cell, aspect) for aspect in cell.scenes)}</article>"


def _row(row: Mapping[str, str]) -> str:
    text = html.escape(f"{row['rule']}: {row['detail']} {row.get('fix', '')}".strip())
    return f'<li class="{row["level"]}">{text}</li>'


def _aspect(cell: Cell, aspect: str) -> str:
    images = "".join(f'<img loading="lazy" src="{html.escape(src)}" alt="">' for src in cell.scenes[aspect])
    film = cell.films.get(aspect)
    video = f'<video controls preload="none" src="{html.escape(film)}"></video>' if film else ""
    return f'<div class="sheet a{aspect.replace(":", "x")}">{images}{video}</div>'


if __name__ == "__main__":
    sys.exit(main())
