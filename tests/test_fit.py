"""Fit: hard words in every aspect either stand by all rules or fail by a named one; shorter forms of scenes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from makers import png
from readme2video.engine import Level
from readme2video.errors import ShotError
from readme2video.model.record import Box, Size
from readme2video.model.scene import BeforeAfterScene, CodeScene, Feature, FeaturesScene, Side, TitleScene
from readme2video.model.shot import Aspect
from readme2video.model.vocabulary import SceneKind, Style
from readme2video.model.words import Code, Headline, Words
from readme2video.scenes.chromium import ScenePage
from readme2video.scenes.readability import contrast_of, cut_off
from readme2video.scenes.sheets import Cut, agree, laid, shade_sheet, strays
from readme2video.scenes.shooter import Shooter
from readme2video.scenes.writer import words as written
from readme2video.settings import Settings
from readme2video.shortening import cut_code, shortened
from scene_samples import ASPECTS, request
from works import FakeWork

ICON_PX = 104  # in 9:16
LONG = "AI moves light and camera, never letters, so that every word of the film stays as crisp as it was set."
HARD: dict[str, tuple[SceneKind, dict[str, str]]] = {
    "long word": ("title", {"headline": "Donaudampfschifffahrtsgesellschaft", "subline": "a/very/long/path/to/it.py"}),
    "long name": ("call_to_action", {"headline": "a-name-of-sixty-characters-" + "x" * 33, "url": "example.org/x"}),
    "math": ("quote", {"headline": "∑ aᵢ ≤ √(x² + y²) ⇒ ∀ε>0 ∃δ"}),
    "four features": (
        "features",
        {"headline": "What you get"}
        | {f"items.{at}.{part}": text for at in range(4) for part, text in (("title", LONG[:40]), ("detail", LONG))},
    ),
    "much code": (
        "code",
        {"headline": "Much", "code": "\n".join(f"value_{at:02} = call({'argument, ' * 8}x)" for at in range(14))},
    ),
}


@pytest.mark.asyncio(loop_scope="session")
async def test_hard_words_fit_by_all_rules_or_fail_by_a_named_one(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("fit"))
    for name, (kind, words) in HARD.items():
        for aspect in ASPECTS:
            try:
                shot = await shooter.perform(request(kind, aspect, words=words, scale=1 / 3), work)
            except ShotError as error:
                broken = (error.rule, bool(error.path and error.hint))
            else:
                broken = ("", True)
                assert not [found for found in shot.findings if found.level == "failure"], f"{name} {aspect}"
            assert broken in [("", True), ("wide", True), ("tall", True), ("glyph", True)], f"{name} {aspect}"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("aspect", ASPECTS)
async def test_words_that_run_against_the_page_do_not_leave_it(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory, aspect: Aspect
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("rtl"))
    asked = request("call_to_action", aspect, direction="rtl", locale="he", scale=1 / 3)
    shot = await shooter.perform(asked, work)
    headline = next(element for element in shot.elements if element.id == "headline")
    assert headline.box.x > 0
    assert headline.box.right < shot.size_px.width


@pytest.mark.asyncio(loop_scope="module")
async def test_a_large_title_is_judged_by_its_letters_not_by_its_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    work, top_px = FakeWork(tmp_path_factory.mktemp("large")), 54
    words = {"headline": "Weather for boats", "subline": "A promo film from your README, on release day."}
    async with Shooter(Settings(), deadline_s=120) as shooter:
        asked = request("title", "16:9", words=words, style="editorial", scale=1)
        shot = await shooter.perform(asked, work)
        accented = words | {"headline": "W\u1eaaTHER for boats"}  # the same line, filled to its upper edge
        with pytest.raises(ShotError) as refused:
            await shooter.fit(request("title", "16:9", words=accented, style="editorial", scale=1), work.path, quiet)

    headline = next(element for element in shot.elements if element.id == "headline")
    line_top = headline.box.y + 0.05 * headline.size_px  # without the margin that boxes have for letters that hang
    assert line_top < top_px - 2
    covered = Image.open(work.path(shot.ink)).getchannel("A").getbbox()
    assert covered is not None
    assert covered[1] >= top_px
    assert not [finding for finding in shot.findings if finding.level == "failure"]
    assert (refused.value.rule, refused.value.path) == ("outside", "headline")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("style", ["aurora", "poster"])
async def test_a_headline_has_no_line_of_one_short_word(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory, style: Style
) -> None:
    """At its largest size "on" would stand alone, also after the room above and below has made it smaller once."""
    words = {
        "eyebrow": "Larkboard",
        "headline": "Keeps working on the train",
        "subline": "Self-hosted planning board for small teams",
    }
    work = FakeWork(tmp_path_factory.mktemp("thin"))
    shot = await shooter.perform(request("title", "9:16", words=words, style=style, scale=1 / 3), work)
    headline = next(element for element in shot.elements if element.id == "headline")
    assert headline.box.height < 3.5 * headline.size_px


@pytest.mark.asyncio(loop_scope="session")
async def test_a_short_clause_of_chinese_stands_on_one_line(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("clause"))
    heights = []
    for headline in (
        "\u7b14\u8bb0\u8d8a\u5199\u8d8a\u591a\uff0c",
        "\u771f\u6b63\u8981\u7528\u7684\u65f6\u5019\u5374\u627e\u4e0d\u5230",
    ):
        asked = request("problem", "9:16", words={"headline": headline}, style="poster", locale="zh", scale=1 / 3)
        try:
            shot = await shooter.perform(asked, work)
        except ShotError as error:
            if error.rule != "glyph":
                raise
            pytest.skip("no font here has Chinese letters")
        (told,) = [element for element in shot.elements if element.id == "headline"]
        heights.append(told.box.height / told.size_px)
    short, long = heights
    assert short < 1.6
    assert long > 1.9


@pytest.mark.asyncio(loop_scope="session")
async def test_the_icon_of_an_item_is_none_of_its_words(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What the film's check looks at: 3:1 is enough for a sign, and its strokes are no letters."""
    work, scale = FakeWork(tmp_path_factory.mktemp("icon")), 1 / 3
    shot = await shooter.perform(request("features", "9:16", scale=scale), work)
    items = [element for element in shot.elements if element.role == "item"]
    assert len(items) == 3
    for item in items:
        assert item.inked is not None
        assert item.inked.x - item.box.x > ICON_PX * scale


@pytest.mark.asyncio(loop_scope="session")
async def test_words_leave_a_picture_its_room(shooter: Shooter, tmp_path_factory: pytest.TempPathFactory) -> None:
    work = FakeWork(tmp_path_factory.mktemp("room"))
    drawn = np.full((800, 1280, 3), 245, np.uint8)
    drawn[::40] = 90
    picture = work.keep_bytes(png(drawn), ".png")
    words = {"headline": "Everybody works on their own copy", "alt": "A board with three columns"}
    asked = request("image", "9:16", words=words, style="poster", scale=1 / 3, picture=picture)
    shot = await shooter.perform(asked, work)
    shown = next(element for element in shot.elements if element.role == "picture")
    assert shown.box.width > 0.66 * shot.size_px.width


@pytest.mark.asyncio(loop_scope="session")
async def test_an_address_is_rather_set_smaller_than_broken(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("address"))
    sizes = {}
    for url in ("example.org/tide", "example.com/larkboard/demo", "example.com/larkboard/a-demo-of-all-that-it-does"):
        asked = request("call_to_action", "9:16", words={"headline": "Tide", "url": url}, style="poster", scale=1 / 3)
        shot = await shooter.perform(asked, work)
        address = next(element for element in shot.elements if element.id == "url")
        sizes[url] = (address.size_px, address.box.height > 2 * address.size_px)
    (short, *_), (longer, broken), (longest, last_broken) = sizes.values()
    assert longer < short == longest
    assert (broken, last_broken) == (False, True)


@pytest.mark.asyncio(loop_scope="session")
async def test_code_that_breaks_at_every_size_is_not_set_smaller_than_legible(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work, line = FakeWork(tmp_path_factory.mktemp("breaks")), "assert found == [one, two, three, four, five, six]"
    words = {"headline": "Half", "before.title": "Old", "before.code": "\n".join(f"{line} + {at}" for at in "abcde")}
    words |= {"after.title": "New", "after.code": f"{line} + f\n{line} + g"}
    asked = request("before_after", "9:16", words=words, scale=1, language="python")
    shot = await shooter.perform(asked, work)
    sizes = {element.size_px for element in shot.elements if element.role == "code_line"}
    (size,) = sizes
    assert size > 35, "the smallest, at which its lines break all the same"


def quiet(said: str, level: Level = "warning") -> None:
    """Nobody is told."""


def sheet(box: Box, colour: tuple[int, int, int, int]) -> Cut:
    return Cut(box, np.full((box.height, box.width, 4), colour, np.uint8))


def test_sheets_are_corrected_to_give_the_full_picture() -> None:
    chance = np.random.default_rng(5)
    plate = chance.integers(0, 256, (40, 60, 3)).astype(np.uint8)
    cuts = [
        Cut(Box(x=0, y=0, width=60, height=40), chance.integers(0, 256, (40, 60, 4)).astype(np.uint8)),
        Cut(Box(x=8, y=8, width=30, height=20), chance.integers(1, 256, (20, 30, 4)).astype(np.uint8)),
    ]
    full = laid(plate, cuts)
    full = np.clip(full.astype(int) + chance.integers(-6, 7, full.shape), 0, 255).astype(np.uint8)
    cuts[0].pixels[..., 3] = np.maximum(cuts[0].pixels[..., 3], 1)
    agreement = agree(full, plate, cuts)
    assert agreement.repaired > 1000
    assert np.abs(full.astype(int) - laid(plate, cuts)).max() <= 2


def test_what_is_drawn_in_no_sheet_is_told() -> None:
    plate = np.zeros((40, 60, 3), np.uint8)
    full = plate.copy()
    full[:30, 40:60] = 90
    assert agree(full, plate, [sheet(Box(x=8, y=8, width=10, height=10), (9, 9, 9, 0))]).odd == 600


def test_what_strays_lies_in_no_sheet() -> None:
    plate = np.full((40, 60, 3), 40, np.uint8)
    full, bare = plate.copy(), sheet(Box(x=8, y=8, width=10, height=10), (9, 9, 9, 0))
    assert strays(full, plate, [bare]) == 0
    full[20:30, 40:45] += np.uint8(2)  # rounding
    full[4:6, 50:53] += np.uint8(3)
    assert strays(full, plate, [bare]) == 6
    full[10:14, 10:14] = 90
    assert strays(full, plate, [bare]) == 6 + 16
    assert strays(full, plate, [sheet(Box(x=8, y=8, width=10, height=10), (9, 9, 9, 1))]) == 6


@pytest.mark.asyncio(loop_scope="session")
async def test_a_plate_that_is_rastered_otherwise_each_time_is_hung_as_it_was_taken(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, taken, real = FakeWork(tmp_path_factory.mktemp("hung")), list[str](), ScenePage.capture

    async def capture(page: ScenePage, layer: str, part: Box | None = None) -> bytes:
        taken.append(layer)
        colour = f"hsl({len(taken) * 40} 60% 40%)"  # the drawing changes from capture to capture
        await page.page.evaluate(
            "(to) => document.querySelectorAll('.art > *').forEach(e => e.setAttribute('fill', to))", colour
        )
        return await real(page, layer, part)

    monkeypatch.setattr(ScenePage, "capture", capture)
    for style in ("terminal", "aurora"):
        taken.clear()
        shot = await shooter.perform(request("features", style=style, scale=1 / 3), work)
        assert taken[:2] == ["plate", "full"]
        assert taken[-1] == "full"
        assert not [finding for finding in shot.findings if finding.rule == "layers"]
        plate, full = (np.asarray(Image.open(work.path(layer))).astype(int) for layer in (shot.plate, shot.full))
        corner = np.abs(plate[:8, -8:] - full[:8, -8:])
        assert corner.max() <= 2


@pytest.mark.asyncio(loop_scope="session")
async def test_the_tail_of_an_italic_letter_lies_in_the_sheet_too(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("tail"))
    words = {"headline": "for reliability, from simplicity", "by": "a reader"}
    shot = await shooter.perform(request("quote", "16:9", words=words, style="editorial"), work)
    assert not [finding.message for finding in shot.findings if finding.rule == "layers"]


@pytest.mark.asyncio(loop_scope="session")
async def test_words_near_the_border_stand_on_the_shade_too(
    shooter: Shooter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = FakeWork(tmp_path_factory.mktemp("shade"))
    words = {"headline": "No server, no import step", "subline": "Query a folder of CSV and Parquet files"}
    shot = await shooter.perform(request("title", "1:1", words=words, scale=1 / 3), work)
    subline = next(element for element in shot.elements if element.id == "subline")
    assert subline.inked is not None
    assert shot.shade is not None
    alpha = np.asarray(Image.open(work.path(shot.shade)).getchannel("A"))
    along = alpha[subline.inked.y + subline.inked.height // 2]
    assert min(along[subline.inked.x], along[subline.inked.right - 1]) > 0.25 * along.max() > 25


def test_a_shade_is_its_ramps() -> None:
    ramp = {"start": 10.0, "length": 20.0, "stops": [[0.0, 4.0], [1.0, 10.0], [0.0, 16.0]]}
    shade = shade_sheet({"x": ramp, "y": ramp, "opacity": 0.5, "colour": [1, 2, 3]}, Size(width=60, height=40), 1.0)
    assert (shade.box.x, shade.box.width) == (10, 20)
    assert shade.pixels[0, 0, 3] == 0
    assert 100 < shade.pixels[..., 3].max() <= 128
    assert tuple(shade.pixels[5, 5, :3]) == (3, 2, 1)


def test_contrast_is_seen_in_the_pixels() -> None:
    ground = np.full((40, 60, 3), 40, np.uint8)
    box = Box(x=10, y=10, width=20, height=10)
    clear = contrast_of(ground, sheet(box, (240, 240, 240, 255)), box)
    dim = contrast_of(ground, sheet(box, (90, 90, 90, 255)), box)
    assert clear is not None
    assert dim is not None
    assert clear > 10
    assert dim < 3
    assert contrast_of(ground, sheet(box, (240, 240, 240, 90)), box) is None  # nothing solid


def test_letters_that_cross_their_border_are_seen() -> None:
    ink = sheet(Box(x=0, y=0, width=60, height=40), (255, 255, 255, 0))
    ink.pixels[10:20, 10:30, 3] = 255
    assert not cut_off(ink, Box(x=5, y=5, width=40, height=30))
    assert cut_off(ink, Box(x=5, y=14, width=40, height=20))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A film on release day", "A film on release\u00a0day"),
        ("Ship it", "Ship it"),
        ("One", "One"),
        ("From the documentation of internationalisation", "From the documentation of internationalisation"),
        ("288 icons, 96 names, three styles", "288\u00a0icons, 96\u00a0names, three\u00a0styles"),
        ("Wind for 1,000 miles in v2 of the map of boats", "Wind for 1,000\u00a0miles in v2 of the map of\u00a0boats"),
        ("Under 20 internationalisations a year, at last", "Under 20 internationalisations a year, at\u00a0last"),
    ],
)
def test_words_that_belong_together_share_a_line(text: str, html: str) -> None:
    assert written(text) == html


def copy(text: str) -> Words:
    return Words(text=text, source="copy")


def test_code_is_cut_where_a_block_ends() -> None:
    code = "def a(x):\n    return x\n\ndef b(y):\n    call(\n        y,\n    )\n    return y"
    assert cut_code(code) == "def a(x):\n    return x\n\ndef b(y):\n    call(\n        y,\n    )"
    assert cut_code("def a(x):\n    return x\n\ndef b(y):\n    z = 1") == "def a(x):\n    return x"
    assert cut_code("call(\n  1,\n  2,\n)") is None
    assert cut_code("if x:\n  y") is None
    assert cut_code('@table("""\n  n\n  1""")\ndef a(n):\n    return n') is None  # a decorator has to decorate
    assert cut_code("x = 1\n@one(\n  2,\n)\n@other\ndef a():\n    return 1") is None


def test_a_scene_gets_shorter_until_nothing_can_go() -> None:
    title = TitleScene(
        id="t", duration_s=3, eyebrow=copy("v2"), headline=Headline(text="Ship", source="copy"), subline=copy("More")
    )
    once = shortened(title, "headline")
    assert once == title.model_copy(update={"subline": None})
    twice = shortened(once, "headline") if once else None
    assert twice is not None
    assert shortened(twice, "headline") is None
    features = FeaturesScene(
        id="f",
        duration_s=3,
        headline=title.headline,
        items=tuple(Feature(title=copy(f"n{at}"), detail=copy("d")) for at in range(4)),
    )
    fewer = shortened(features, "items.1.title")
    assert isinstance(fewer, FeaturesScene)
    assert [item.title.text for item in fewer.items] == ["n0", "n2", "n3"]
    bare = shortened(fewer, "headline")
    assert isinstance(bare, FeaturesScene)
    assert all(item.detail is None for item in bare.items)


def test_of_two_halves_the_longer_one_is_cut_that_can_be() -> None:
    def half(code: str) -> Side:
        return Side(title=copy("Half"), code=Code(text=code, source="README.md:1-9"))

    def halves(before: str, after: str) -> BeforeAfterScene:
        headline = Headline(text="Now", source="copy")
        return BeforeAfterScene(id="h", duration_s=3, headline=headline, before=half(before), after=half(after))

    once = shortened(halves("a = 1\nb = 2\nc = 3", "a(\n 1,\n 2,\n 3)"), "before.title")
    assert isinstance(once, BeforeAfterScene)
    assert once.before == half("a = 1\nb = 2").model_copy(update={"cut": True})
    assert once.after == half("a(\n 1,\n 2,\n 3)")
    assert shortened(once, "before.title") is None
    longer = shortened(halves("a = 1\nb = 2\nc = 3", "a = 1\nb = 2\nc = 3\nd = 4"), "before.title")
    assert isinstance(longer, BeforeAfterScene)
    assert (longer.before.cut, longer.after.cut) == (False, True)


def test_cut_code_says_so_and_keeps_its_focus() -> None:
    scene = CodeScene(
        id="c",
        duration_s=3,
        headline=Headline(text="Code", source="copy"),
        code=Code(text="a = 1\nb = 2\nc = 3", source="README.md:1-3"),
        focus=(1, 3),
    )
    cut = shortened(scene, "code")
    assert isinstance(cut, CodeScene)
    assert cut.cut
    assert cut.code.text == "a = 1\nb = 2"
    assert cut.focus == (1,)
