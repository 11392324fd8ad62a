"""The checks of a finished film: each rule catches a film or a record that breaks it, and a good one passes all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from makers import png
from readme2video.cli.check import show
from readme2video.errors import EncoderError
from readme2video.film_check import GITHUB_COPY, copy_check, examine, frames_of, recorded_checks
from readme2video.film_check.picture import FLOOR_PX, HARD_PX
from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.model.check import ExaminationRequest, SeenElement, SeenScene, Verdict, in_order, told
from readme2video.model.order import Attempt, Order
from readme2video.model.record import Artifact, Box, Finding, Size
from readme2video.model.report import Cost, Report, ReportedPicture, ReportedScene, ReportedString, ReportedVideo
from readme2video.report_page import report_html
from readme2video.scenes import type_scale
from readme2video.theme import make_theme

W, H, FPS = 320, 180, 30
INK, DARK = 235, 24
HEADLINE = Box(x=40, y=60, width=220, height=44)
Frame = Callable[[int], np.ndarray]


def letters(box: Box = HEADLINE) -> np.ndarray:
    """How much of each pixel is a letter, 0 to 255."""
    cover = np.zeros((H, W), np.uint8)
    cv2.putText(cover, "Hello", (box.x + 4, box.y + 34), cv2.FONT_HERSHEY_DUPLEX, 1.3, 255, 3, cv2.LINE_AA)
    return cover


def still(ground: int = DARK, ink: int = INK) -> np.ndarray:
    """BGR: words on a plain ground."""
    cover = letters().astype(np.float32)[:, :, None] / 255
    return np.rint(ground * (1 - cover) + ink * cover).repeat(3, axis=2).astype(np.uint8)


def moving(ground: int = DARK, ink: int = INK) -> Frame:
    """The same with something that moves beside the words."""

    def frame(index: int) -> np.ndarray:
        picture = still(ground, ink)
        left = 10 + index % 200
        picture[130:160, left : left + 40] = (90, 120, 60)
        return picture

    return frame


def film(
    file: Path, frame: Frame, seconds: float = 3.0, sound: tuple[str, ...] = ("anullsrc=r=48000:cl=stereo",)
) -> Path:
    """An MP4 as we make them, of any frames and any ffmpeg sound source."""
    raw = file.with_suffix(".raw")
    raw.write_bytes(b"".join(frame(index).tobytes() for index in range(round(seconds * FPS))))
    tags = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
    done = run_ffmpeg(
        [
            "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{W}x{H}", "-r", str(FPS), "-i", str(raw),
            "-f", "lavfi", "-i", sound[0], "-shortest", "-t", str(seconds),
            "-vf", "scale=out_color_matrix=bt709:out_range=tv,setparams=range=tv:color_primaries=bt709:color_trc=bt709",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-profile:v", "high", "-pix_fmt", "yuv420p",
            "-x264-params", f"8x8dct=1:{tags}", "-colorspace", "bt709", "-c:a", "aac", "-ar", "48000", "-b:a", "128k",
            "-movflags", "+faststart", str(file),
        ],
        60,
    )  # fmt: skip
    raw.unlink()
    assert file.is_file(), done.stderr.decode()[-600:]
    return file


class Kept:
    """Files as artifacts, without a store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, dict[Artifact, Path]()

    def file(self, file: Path) -> Artifact:
        artifact = Artifact(sha256=f"{len(self.files):064x}", suffix=file.suffix, size_bytes=file.stat().st_size)
        self.files[artifact] = file
        return artifact

    def picture(self, picture: np.ndarray) -> Artifact:
        file = self.folder / f"{len(self.files)}.png"
        file.write_bytes(png(picture))
        return self.file(file)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def wanted(kept: Kept, video: Path, full: np.ndarray | None = None, **changes) -> ExaminationRequest:
    sheet = np.full((H, W, 4), INK, np.uint8)
    sheet[:, :, 3] = letters()
    words = SeenElement(id="headline", role="headline", box=HEADLINE, size_px=40, text="Hello", settled_s=0)
    scene = SeenScene(
        id="hook", kind="title", start=0, frames=90, head_frames=0, tail_frames=0,
        full=kept.picture(still() if full is None else full), ink=kept.picture(sheet), elements=(words,),
    ).model_copy(update=changes)  # fmt: skip
    return ExaminationRequest(video=kept.file(video), aspect="16:9", fps=FPS, scenes=(scene,))


def examined(kept: Kept, frame: Frame, *, full: np.ndarray | None = None, **more) -> dict[str, Verdict]:
    changes = {name: more.pop(name) for name in ("bought",) if name in more}
    video = film(kept.folder / "film.mp4", frame, **more)
    return {v.rule: v for v in examine(wanted(kept, video, full, **changes), kept.files.__getitem__)}


def test_a_good_film_passes_all_that_is_measured(kept: Kept):
    found = examined(kept, moving(), seconds=21, sound=("sine=frequency=997:r=48000,volume=7.3dB,aformat=cl=stereo",))
    assert {rule: v.detail for rule, v in found.items() if v.level != "pass"} == {}
    assert set(found) == {
        "S1 length", "S3 hook", "P3 contrast", "P5 fidelity", "P7 flashes", "P7 black", "P7 frozen", "A1 loudness",
        "F1 container", "F1 sound track", "F2 platforms",
    }  # fmt: skip


def flashing(index: int) -> np.ndarray:
    return still(200 if index // 3 % 2 else 30)


def single(index: int) -> np.ndarray:
    return still(220) if index % 15 == 7 else moving()(index)


def black_between(index: int) -> np.ndarray:
    return np.zeros((H, W, 3), np.uint8) if 40 <= index < 55 else moving()(index)


def black_first(index: int) -> np.ndarray:
    return np.zeros((H, W, 3), np.uint8) if index < 5 else moving()(index)


def late(index: int) -> np.ndarray:
    return moving()(index) if index >= 30 else np.full((H, W, 3), DARK, np.uint8) + np.uint8(index)


def bent(index: int) -> np.ndarray:
    picture = moving()(index)
    rows = picture[HEADLINE.y : HEADLINE.bottom].copy()
    for row in range(rows.shape[0]):
        rows[row] = np.roll(rows[row], round(5 * np.sin(row / 5)), axis=0)
    picture[HEADLINE.y : HEADLINE.bottom] = rows
    return picture


def blurred(index: int) -> np.ndarray:
    return cv2.GaussianBlur(moving()(index), (0, 0), 2.2)


BROKEN: dict[str, tuple[Frame, str, str, float | None]] = {
    "flashing": (flashing, "P7 flashes", "fail", None),
    "single frames": (single, "P7 flashes", "fail", 7 / FPS),
    "black between": (black_between, "P7 black", "fail", 40 / FPS),
    "black first": (black_first, "S3 hook", "fail", 0.0),
    "words come late": (late, "S3 hook", "fail", 0.3),
    "nothing moves": (lambda _: still(), "S3 hook", "fail", 2.0),
    "words bent": (bent, "P5 fidelity", "fail", None),
    "words blurred": (blurred, "P5 fidelity", "fail", None),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_film_that_breaks_a_rule_is_caught(kept: Kept, name: str):
    frame, rule, level, time_s = BROKEN[name]
    verdict = examined(kept, frame)[rule]
    assert (verdict.level, bool(verdict.fix)) == (level, True), verdict.detail
    assert verdict.time_s is not None
    assert time_s is None or verdict.time_s == pytest.approx(time_s, abs=0.05)


def test_still_stretches_warn_and_long_ones_fail(kept: Kept):
    assert examined(kept, lambda _: still(), seconds=4.5)["P7 frozen"].level == "warn"
    assert examined(kept, lambda _: still(), seconds=7)["P7 frozen"].level == "fail"


@pytest.mark.parametrize(("ink", "bought", "level"), [(95, False, "fail"), (118, True, "warn"), (235, True, "pass")])
def test_contrast_is_measured_on_the_encoded_frames(kept: Kept, ink: int, bought: bool, level: str):
    verdict = examined(kept, moving(ink=ink), full=still(ink=ink), bought=bought)["P3 contrast"]
    assert verdict.level == level, verdict.detail


def test_measured_contrast_is_that_of_the_colours(kept: Kept):
    def linear(level: int) -> float:
        return ((level / 255 + 0.055) / 1.055) ** 2.4

    ratio = (linear(INK) + 0.05) / (linear(DARK) + 0.05)
    said = examined(kept, moving())["P3 contrast"].detail
    assert float(said.split()[1].partition(":")[0]) == pytest.approx(ratio, rel=0.06)


LOUD = "sine=frequency=997:r=48000,volume=24dB,aformat=cl=stereo"


@pytest.mark.parametrize(
    ("sound", "level", "said"),
    [
        ("anullsrc=r=48000:cl=stereo", "pass", "silent"),
        (LOUD, "fail", "dBTP"),
        ("sine=frequency=997:r=48000,volume=4dB,aformat=cl=stereo", "warn", "LUFS"),
        ("sine=frequency=997:r=48000,volume=-20dB,aformat=cl=stereo", "fail", "LUFS"),
    ],
)
def test_loudness(kept: Kept, sound: str, level: str, said: str):
    verdict = examined(kept, moving(), sound=(sound,))["A1 loudness"]
    assert verdict.level == level, verdict.detail
    assert said in verdict.detail


def test_a_wrong_container_fails_and_a_ruined_file_is_an_error(kept: Kept):
    good = film(kept.folder / "good.mp4", moving())
    wrong = kept.folder / "wrong.mp4"
    run_ffmpeg(["-y", "-i", str(good), "-an", "-c:v", "mpeg4", str(wrong)], 60)
    found = {v.rule: v for v in examine(wanted(kept, wrong), kept.files.__getitem__)}
    assert (found["F1 container"].level, found["F1 sound track"].level) == ("fail", "fail")
    ruined = kept.folder / "ruined.mp4"
    ruined.write_bytes(good.read_bytes()[:500])
    with pytest.raises(EncoderError):
        examine(wanted(kept, ruined), kept.files.__getitem__)


def test_the_frame_of_what_is_wrong_is_shown(kept: Kept):
    file = film(kept.folder / "film.mp4", black_between)
    rows = examine(wanted(kept, file), kept.files.__getitem__)
    shown = frames_of(file, FPS, rows)
    place = next(number for number, row in enumerate(rows) if row.rule == "P7 black")
    assert cv2.imdecode(np.frombuffer(shown[place], np.uint8), cv2.IMREAD_GRAYSCALE).mean() < 4
    assert set(shown) == {n for n, row in enumerate(rows) if row.level != "pass" and row.time_s is not None}


def test_a_copy_for_github_is_needed_only_above_its_limit(tmp_path: Path):
    film(tmp_path / "promo.mp4", moving())
    assert copy_check(tmp_path, "promo.mp4").level == "pass"
    with (tmp_path / "promo.mp4").open("ab") as stream:
        stream.truncate(10_000_001)
    assert copy_check(tmp_path, "promo.mp4").level == "warn"
    film(tmp_path / GITHUB_COPY, moving())
    assert copy_check(tmp_path, "promo.mp4").level == "pass"
    film(tmp_path / GITHUB_COPY, moving(), seconds=1)
    assert copy_check(tmp_path, "promo.mp4").level == "fail", "it is cut"
    (tmp_path / GITHUB_COPY).write_bytes(b"no film")
    assert copy_check(tmp_path, "promo.mp4").level == "fail"


# ------------------------------------------------------------------------------------------------ records


def element(**changes) -> SeenElement:
    box = Box(x=200, y=300, width=900, height=120)
    return SeenElement(
        id="headline", role="headline", box=box, size_px=100, text="Find it fast", settled_s=0.4
    ).model_copy(update=changes)


def string(**changes) -> ReportedString:
    given = {"path": "headline", "text": "Find it fast", "source": "README.md:3", "quote": "Find it fast, offline."}
    return ReportedString(**given | changes)


def scene(name: str = "hook", kind: str = "title", start_s: float = 0, **changes) -> ReportedScene:
    picture = changes.pop("picture", {})
    shown = {"aspect": "16:9", "image": f"scenes/{name}.png", "legibility": 0.99, "elements": (element(),)} | picture
    return ReportedScene(
        **{
            "id": name, "kind": kind, "headline": "Find it fast", "start_s": start_s, "duration_s": 10, "needed_s": 4,
            "motion": "push_in", "transition": "cut", "animator": "local", "strings": (string(),),
            "pictures": (ReportedPicture(**shown),),
        }
        | changes
    )  # fmt: skip


def report(*scenes: ReportedScene, **changes) -> Report:
    command = string(path="command", text="pip install fast", source="README.md:9", quote="$ pip install fast")
    story = scenes or (scene(), scene("code", "code", 10), scene("end", "call_to_action", 20, strings=(command,)))
    video = ReportedVideo(
        aspect=changes.pop("aspect", "16:9"), path="promo.mp4", duration_s=30, frames=900, fps=30,
        size_px=changes.pop("size_px", Size(width=1920, height=1080)), size_bytes=5_000_000,
    )  # fmt: skip
    return Report(
        **{
            "verb": "make", "project": "fast", "readme_path": "README.md", "language": "en",
            "theme": make_theme("#3fb6ff"), "quality": "standard", "duration_s": 30, "videos": (video,),
            "scenes": story, "work": (),
            "engines": {"storyboarder": "offline", "animator": "local"}, "took_s": 1,
        }
        | changes
    )  # fmt: skip


def judged(
    made: Report, attempts: tuple[Attempt, ...] | None = None, captions: Path = Path("/none")
) -> dict[str, Verdict]:
    return {v.rule: v for v in recorded_checks(made, attempts, captions) if v.level != "pass"}


def test_a_good_report_passes_all():
    made = report()
    assert judged(made) == {}
    assert {v.rule.split()[0] for v in recorded_checks(made, None, Path("/none"))} == {
        "S2", "S4", "S5", "P1", "P2", "P4", "P6", "P8", "A2", "A3", "M1", "M2", "M3", "M4",
    }  # fmt: skip


def shown(**changes) -> Report:
    return report(scene(picture=changes), scene("end", "call_to_action", 10))


def tall(**changes) -> Report:
    picture = {"aspect": "9:16", "elements": (element(**changes),)}
    last = scene("end", "call_to_action", 10, picture={"aspect": "9:16", "elements": ()})
    return report(scene(picture=picture), last, aspect="9:16", size_px=Size(width=1080, height=1920))


RECORDS: dict[str, tuple[Report, str, str]] = {
    "call to action first": (report(scene("end", "call_to_action"), scene("hook", start_s=10)), "S2 order", "warn"),
    "install before code": (
        report(scene(), scene("install", "install", 10), scene("code", "code", 20)), "S2 order", "warn",
    ),
    "no ending": (report(scene(), scene("code", "code", 10)), "S2 order", "warn"),
    "unsupported": (
        report(scene(strings=(string(problem="9 stands nowhere"),)), scene("end", "install", 10)), "S4 sources", "fail",
    ),
    "no quote": (report(scene(strings=(string(quote=""),)), scene("end", "install", 10)), "S4 sources", "fail"),
    "other command": (
        report(scene(), scene("end", "install", 10, strings=(string(path="command", text="pip install slow"),))),
        "S5 install", "fail",
    ),
    "small type": (shown(elements=(element(size_px=30),)), "P1 type size", "warn"),
    "tiny type": (shown(elements=(element(size_px=20),)), "P1 type size", "fail"),
    "words cut short": (shown(elements=(element(settled_s=9.2),)), "P2 reading time", "warn"),
    "words flash by": (shown(elements=(element(settled_s=9.9),)), "P2 reading time", "fail"),
    "scene too short": (report(scene(needed_s=12), scene("end", "install", 10)), "P2 reading time", "warn"),
    "outside": (shown(elements=(element(box=Box(x=40, y=300, width=900, height=99)),)), "P4 safe box", "fail"),
    "under the buttons": (tall(box=Box(x=70, y=300, width=930, height=99)), "P4 safe box", "warn"),
    "below the feed": (tall(box=Box(x=70, y=1400, width=700, height=99)), "P4 safe box", "fail"),
    "bent": (shown(legibility=0.91), "P6 locked words", "fail"),
    "no glyph": (
        shown(findings=(Finding(level="warning", rule="glyphs", message="No font has it."),)), "P8 glyphs", "warn",
    ),
    "no words": (report(scene(strings=()), scene("end", "install", 10)), "A3 muted story", "warn"),
    "over the cap": (report(cost=Cost(spent_usd=3, cap_usd=2)), "M1 cost", "fail"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(RECORDS))
def test_a_record_that_breaks_a_rule_is_caught(name: str):
    made, rule, level = RECORDS[name]
    found = judged(made)
    assert set(found) == {rule}
    assert found[rule].level == level
    assert found[rule].fix


def test_the_floors_are_those_the_page_is_set_by():
    assert FLOOR_PX == type_scale._FLOOR
    assert HARD_PX == type_scale._HARD


def attempt(name: str, task: str | None, key: str, state: str = "done", **changes) -> Attempt:
    address = f"https://files.example/r2v-fast-hook-{name}-{key}.png"
    order = Order(
        project="fast", scenes=("hook",), input_hash=key, model="m", body={"input": {"image_urls": [address]}},
        seconds=10, credits=100,
    )  # fmt: skip
    return Attempt(id=name, order=order, state=state, task_id=task, **changes)


def bought(**changes) -> Report:
    end = scene("end", "call_to_action", 10)
    given = {"cost": Cost(spent_credits=100, spent_usd=0.5, cap_usd=1)} | changes
    return report(scene(animator="kie", task_id="t1", credits=100), end, **given)


ONE = attempt("a1", "t1", "k1")
OTHER = ONE.order.model_copy(update={"input_hash": "k2"})
LEDGERS: dict[str, tuple[tuple[Attempt, ...] | None, str, str]] = {
    "ordered twice": ((ONE, attempt("a2", "t2", "k1")), "M2 one order each", "fail"),
    "another's picture": (
        (ONE, ONE.model_copy(update={"id": "a2", "task_id": "t2", "order": OTHER})),
        "M3 uploads", "fail",
    ),
    "unknown task": ((attempt("a1", "t9", "k1"),), "M4 bought scenes", "fail"),
    "dearer than told": ((ONE.model_copy(update={"credits_consumed": 300.0}),), "M1 cost", "fail"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LEDGERS))
def test_a_ledger_that_tells_another_story_is_caught(name: str):
    attempts, rule, level = LEDGERS[name]
    found = judged(bought(), attempts)
    assert (set(found), found[rule].level) == ({rule}, level)


def test_a_ledger_that_agrees_passes_and_a_lost_one_is_a_warning():
    refused = attempt("a0", None, "k1", "refused")
    again = attempt("a3", "t3", "k3", "waived", decision="pay again")
    assert judged(bought(), (refused, ONE, again, attempt("a4", "t4", "k3"))) == {}
    assert {v.level for v in judged(bought()).values()} == {"warn"}


CAPTION = "1\n00:00:00,500 --> 00:00:02,500\nFind it fast\n\n"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (CAPTION, None),
        (CAPTION + "2\n00:00:02,510 --> 00:00:04,500\nToo close\n", "warn"),
        (CAPTION.replace("02,500", "00,900"), "warn"),
        (CAPTION.replace("Find it fast", "Find it fast " * 5), "warn"),
        (CAPTION.replace("Find it fast", "one\ntwo\nthree"), "warn"),
        ("", "fail"),
    ],
)
def test_captions_are_held_against_the_norms(tmp_path: Path, text: str, level: str | None):
    file = tmp_path / "captions.srt"
    file.write_text(text)
    found = judged(report(), captions=file)
    assert (found["A2 captions"].level if found else None) == level


# ------------------------------------------------------------------------------------------------ what is shown

ROWS = in_order(
    [
        Verdict(level="pass", rule="M1 cost", detail="nothing was bought"),
        Verdict(level="pass", rule="S1 length", detail="31.2 s"),
        Verdict(
            level="fail", rule="P3 contrast", detail="headline stands at 2.1:1\x1b[31m", fix="Choose other colours.",
            scene="hook", time_s=2.04, aspect="9:16", picture="checks/01.jpg",
        ),
        Verdict(level="warn", rule="P10 new", detail="later", fix="Wait."),
    ]
)  # fmt: skip


def test_the_rows_as_they_are_read_in_a_log():
    stream = io.StringIO()
    show(ROWS, stream)
    assert stream.getvalue().splitlines() == [
        "Story",
        "  pass  S1 length           31.2 s",
        "Picture",
        "  FAIL  P3 contrast         headline stands at 2.1:1",
        "        scene hook at 2.0 s in 9:16, see checks/01.jpg",
        "        Choose other colours.",
        "  WARN  P10 new             later",
        "        Wait.",
        "Money",
        "  pass  M1 cost             nothing was bought",
        "2 pass, 1 warn, 1 fail",
    ]
    assert told(ROWS[:1]) == "1 pass"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    monkeypatch.setenv("COLUMNS", "48")
    monkeypatch.setenv("TERM", "xterm-256color")
    return SimpleNamespace(stream=_Terminal())


def test_the_rows_wrap_and_have_colour_on_a_terminal(narrow: SimpleNamespace):
    show(ROWS, narrow.stream)
    said = narrow.stream.getvalue()
    assert "\x1b[1;31mFAIL" in said
    import re

    plain = re.sub(r"\x1b\[[\d;]*m", "", said).splitlines()
    assert max(map(len, plain)) <= 48
    assert any(line.startswith(" " * 28) for line in plain), "details hang under their column"


def test_the_report_page_shows_what_is_wrong_with_its_frame_and_every_row():
    page = report_html(report(checks=ROWS))
    assert 'src="checks/01.jpg"' in page
    assert 'href="#scene-hook"' in page
    assert "2 pass, 1 warn, 1 fail" in page
    assert page.count("<tr class=") == 4
    assert "rows of the film checks hold" in report_html(report(checks=ROWS[:1])).replace("1 row of", "rows of")
