"""The report page: escaping, structure, links and, in a real browser, layout."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from readme2video.model.record import Finding, Size
from readme2video.model.report import (
    Cost,
    Report,
    ReportedPicture,
    ReportedScene,
    ReportedString,
    ReportedVideo,
    ReportedWork,
)
from readme2video.model.shot import Aspect
from readme2video.report_page import report_html
from readme2video.scenes.browser import find_browser
from readme2video.settings import Settings
from readme2video.theme import make_theme

HOSTILE = "</style><script>alert(1)</script> \"x\" 'y' & {{7*7}} $title ${title} {place} <img src=x onerror=alert(2)>"
RTL = "قاعدة بيانات صغيرة للملفات النصية"
LONG = "W" * 180


def said(path: str, text: str, source: str, quote: str = "") -> ReportedString:
    return ReportedString(path=path, text=text, source=source, quote=quote)


def picture(name: str, aspect: Aspect, *, frame: bool, findings: tuple[Finding, ...] = ()) -> ReportedPicture:
    stem = f"scenes/{name}" + ("" if aspect == "16:9" else "-" + aspect.replace(":", "x"))
    return ReportedPicture(
        aspect=aspect,
        image=f"{stem}.png",
        frame=f"{stem}.jpg" if frame else None,
        legibility=0.987 if frame else None,
        findings=findings,
    )


def sample(aspects: tuple[Aspect, ...] = ("16:9",), **changes: object) -> Report:
    film = changes.get("verb", "make") == "make"
    warning = Finding(level="warning", rule="type-size", message="A line is small.")

    def pictures(name: str, *findings: Finding) -> tuple[ReportedPicture, ...]:
        return tuple(picture(name, aspect, frame=film, findings=findings) for aspect in aspects)

    readme = "Query a folder of **CSV files** as one\ntyped table. No server, no import step."
    hook = ReportedScene(
        id="hook", kind="title", headline=HOSTILE, start_s=0, duration_s=4.5, motion="push_in", transition="crossfade",
        animator="local", pictures=pictures("01-hook", warning),
        strings=(
            said("eyebrow", "2.4.0", "fact:version", "2.4.0 (pyproject.toml)"),
            said("headline", HOSTILE, "README.md:6-7", readme),
            said("subline", "no  server, no import step", "README.md:6-7", readme),
        ),
    )  # fmt: skip
    code = ReportedScene(
        id="code", kind="code", headline="Quick start", start_s=64.04, duration_s=5.2, motion="still",
        transition="slide", animator="local", pictures=pictures("02-code"),
        strings=(
            said("headline", "Quick start", "copy"),
            said("code", "a = 1\nb = 2", "docs/READ ME.md:18-19", "a = 1\nb = 2"),
            said("items.0.title", RTL, "README.md:30", RTL + LONG),
            said("items.1.title", LONG, "author"),
        ),
    )  # fmt: skip
    videos = tuple(
        ReportedVideo(
            aspect=aspect,
            path="promo.mp4" if place == 0 else f"promo-{aspect.replace(':', 'x')}.mp4",
            duration_s=69.2, frames=2076, fps=30, size_px=Size(width=160, height=90), size_bytes=6_412_345,
        )
        for place, aspect in enumerate(aspects)
    )  # fmt: skip
    values: dict[str, object] = {
        "verb": "make", "project": HOSTILE, "owner": "larkworks", "url": "https://github.com/larkworks/quarry",
        "commit": "3f2a1bc9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3", "tag": "v2.4.0", "readme_path": "README.md",
        "language": "en", "theme": make_theme("#3f7fbf"), "quality": "standard", "duration_s": 69.2,
        "videos": videos if film else (), "poster": "poster.jpg" if film else None, "scenes": (hook, code),
        "work": (
            ReportedWork(stage="read", label="", reused=True, took_s=0),
            ReportedWork(stage="stitch", label="hook>code", reused=False, took_s=1.25),
        ),
        "findings": (Finding(level="info", rule="badges", message=HOSTILE),),
        "engines": {"storyboarder": "offline", "animator": "local"},
        "reasons": ("storyboarder: offline (rules over the README)", "A third reason."), "took_s": 24.3,
    }  # fmt: skip
    return Report.model_validate(values | changes)


def parsed(report: Report) -> HTMLParser:
    return HTMLParser(report_html(report))


def test_readme_text_is_data() -> None:
    page = parsed(sample())
    assert len(page.css("script")) == 1
    assert "alert" not in page.css_first("script").text()
    assert len(page.css("style")) == 1
    assert not page.css("[onerror]")
    assert page.css_first("h1").text() == HOSTILE
    assert page.css_first("#title-hook").text() == HOSTILE
    assert HOSTILE in [node.text() for node in page.css(".said p")]


def test_characters_that_break_or_reorder_a_page_are_left_out() -> None:
    page = report_html(sample(project="a\x00\x1b\u202eb\x85c"))
    assert '<h1 dir="auto">abc</h1>' in page
    assert not any(character in page for character in "\x00\x1b\u202e\x85")


def test_every_string_stands_with_its_source() -> None:
    page = parsed(sample())
    claims = page.css("#scene-hook .claim")
    assert len(claims) == 2  # two strings of the same lines share their quote
    assert claims[0].css_first("figcaption").text() == "fact: version"
    assert claims[1].css_first("figcaption").text() == "README.md:6-7"
    assert [node.attributes["data-line"] for node in claims[1].css("blockquote span")] == ["6", "7"]
    assert claims[1].css_first("mark").text() == "No server, no import step"
    link = claims[1].css_first("figcaption a").attributes["href"]
    assert link == f"https://github.com/larkworks/quarry/blob/{sample().commit}/README.md?plain=1#L6-L7"
    own = [claim.text() for claim in page.css("#scene-code .claim")]
    assert "they claim nothing" in own[0]
    assert "word for word" in own[1]
    assert own[1].count("a = 1") == 1
    assert "by hand" in own[3]


def test_foreign_scripts_choose_their_direction() -> None:
    page = parsed(sample(language="ar"))
    node = next(node for node in page.css(".said p") if node.text() == RTL)
    assert node.attributes["dir"] == "auto"
    assert node.attributes["lang"] == "ar"


@pytest.mark.parametrize("aspects", [("16:9",), ("16:9", "9:16", "1:1"), ("9:16",)])
def test_all_files_are_in_the_output_folder(aspects: tuple[Aspect, ...]) -> None:
    report = sample(aspects)
    page = parsed(report)
    expected = {"storyboard.yaml", "report.json", "poster.jpg", *(video.path for video in report.videos)}
    expected |= {p for s in report.scenes for q in s.pictures for p in (q.image, q.frame) if p}
    found = set()
    for node in page.css("[src], [href], [poster]"):
        for name in ("src", "href", "poster"):
            parts = urlsplit(node.attributes.get(name) or "")
            assert parts.scheme in ("", "https")
            assert not parts.scheme or (node.tag == "a" and parts.netloc == "github.com")
            if not parts.scheme and parts.path:
                found.add(unquote(parts.path))
    assert found == expected
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {node.attributes["href"] for node in page.css('a[href^="#"]')} <= {f"#{name}" for name in ids}


def test_structure_is_readable_without_eyes_or_script() -> None:
    page = parsed(sample(("16:9", "9:16")))
    assert page.css_first("html").attributes["lang"] == "en"
    assert len(page.css("main")) == len(page.css("h1")) == 1
    assert all("alt" in image.attributes for image in page.css("img"))
    assert all("controls" in video.attributes for video in page.css("video"))
    assert [node.attributes["preload"] for node in page.css("video")] == ["metadata", "metadata"]
    plays = [node.attributes["href"] for node in page.css("a.play")]
    assert plays == ["promo.mp4#t=0", "promo.mp4#t=64.04"]
    assert "1:04.0" in page.css_first(".sheet").text()
    assert len(page.css("#scene-hook .frames figure")) == 2
    assert page.css_first("details table th").attributes["scope"] == "col"
    assert "hook → code" in page.css_first("details").text()


def test_facts_and_findings_are_told() -> None:
    page = parsed(sample())
    facts = page.css_first(".facts").text()
    for words in ("69.2 s", "6.4 MB", "3f2a1bc", "Nothing was bought", "rules over the README", "1 of 2 steps"):
        assert words in facts
    assert "A third reason." in page.css_first(".why").text()
    assert "A line is small." in page.css_first("#scene-hook .notes").text()
    assert page.css_first('.notes a[href="#scene-hook"]') is not None


def test_money_is_named_when_there_was_some() -> None:
    facts = parsed(sample(cost=Cost(spent_credits=40, spent_usd=0.2, in_doubt_credits=8))).css_first(".facts").text()
    assert "40 credits, $0.20" in facts
    assert "8 credits in doubt" in facts


def test_a_plan_says_what_to_do_next() -> None:
    page = parsed(sample(verb="plan"))
    assert not page.css("video, a.play")
    command = page.css_first(".next pre").text()
    assert command == "readme2video make larkworks/quarry@v2.4.0 --storyboard storyboard.yaml"
    assert page.css_first("#scene-hook img").attributes["src"] == "scenes/01-hook.png"
    local = parsed(sample(verb="plan", owner=None, url=None, commit=None, tag=None))
    assert local.css_first(".next pre").text().startswith("readme2video make . ")
    assert not local.css('a[href^="https:"]')


def test_nothing_to_show_is_said() -> None:
    text = parsed(sample(scenes=(), work=(), findings=(), reasons=())).body.text()
    for words in ("no scenes", "no check found a fault", "No work was recorded"):
        assert words in text


def test_odd_paths_and_addresses_stay_harmless() -> None:
    report = sample(
        url="javascript:alert(1)//github.com", storyboard="javascript:alert(1)", poster="//evil.example/x.png"
    )
    page = parsed(report)
    for node in page.css("[src], [href], [poster]"):
        for name in ("src", "href", "poster"):
            value = node.attributes.get(name) or ""
            assert not urlsplit(value).scheme
            assert not value.startswith("//")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Output folders with all their pictures."""
    reports = {
        "wide": sample(),
        "three": sample(("16:9", "9:16", "1:1")),
        "plan": sample(verb="plan"),
    }
    stream = io.BytesIO()
    Image.new("RGB", (32, 18), "#335577").save(stream, "PNG")
    found = {}
    for name, report in reports.items():
        folder = found[name] = tmp_path_factory.mktemp(name)
        (folder / "scenes").mkdir()
        for scene in report.scenes:
            for shot in scene.pictures:
                for file in filter(None, (shot.image, shot.frame, report.poster)):
                    (folder / file).write_bytes(stream.getvalue())
        (folder / "report.html").write_text(report_html(report), "utf-8")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = find_browser(Settings())
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found.path)
        yield started
        started.close()


@pytest.mark.parametrize("name", ["wide", "three", "plan"])
def test_the_page_fits_every_screen(browser: Any, folders: dict[str, Path], name: str) -> None:
    said: list[str] = []
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((folders[name] / "report.html").as_uri())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
        corner = shot.getpixel((4, 780))
        assert isinstance(corner, int)
        assert (corner > 200) is (scheme == "light")
    loaded = page.evaluate(
        "Promise.all([...document.images].map((image) => { image.loading = 'eager'; return image.decode(); }))"
        ".then(() => document.images.length)"
    )
    assert loaded == len(HTMLParser((folders[name] / "report.html").read_text("utf-8")).css("img"))
    if name != "plan":
        page.locator("a.play").last.click()
        assert page.url.endswith("report.html")  # the inline script is let through by the page's own policy
    assert not [line for line in said if "ERR_FILE_NOT_FOUND" not in line]  # the films themselves are not there
    context.close()
