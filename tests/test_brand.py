"""A project's brand: which picture is its sign, which colours are its own, and how both stand in a scene."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image
from pydantic import SecretStr

import logo_samples as logos
from played_github import COMMIT, TOKEN, about, playing, reply
from readme2video.brand import areas, decide, is_sign, stated_colour, told
from readme2video.colour import contrast, oklch
from readme2video.model.brand import Brand, ColourShare, LogoLook, LogoRequest
from readme2video.model.document import Badge, Lines
from readme2video.model.record import Artifact, Size
from readme2video.model.shot import Aspect, Shot
from readme2video.model.source import RepositoryFacts
from readme2video.readme.reader import parse_readme
from readme2video.scenes import LogoReader, Shooter
from readme2video.settings import GitHub, Settings
from readme2video.sources import parse_source, pin
from readme2video.sources.files import LocalFiles
from readme2video.sources.logos import (
    FOLDERS,
    fetch_avatar,
    gather_logo,
    may_be_fetched,
    own_path,
    readme_logos,
    repository_logos,
    stated_files,
)
from readme2video.theme import theme_for
from scene_samples import ASPECTS, DARK, LIGHT, request
from works import FakeWork

FACTS = RepositoryFacts(owner="acme", name="kestrel", language="Python")
VIOLET = ColourShare(colour="#7c3aed", share=0.4)
TEAL = ColourShare(colour="#17bebb", share=0.2)
BLACK = ColourShare(colour="#111111", share=0.4)


def look(*colours: ColourShare, size: tuple[int, int] = (100, 100), clear: float = 0.5) -> LogoLook:
    return LogoLook(size_px=Size(width=size[0], height=size[1]), clear=clear, colours=colours)


def badge(src: str) -> Badge:
    return Badge(src=src, alt="", href=None, lines=Lines(first=1, last=1))


BADGES = (badge("https://img.shields.io/badge/chat-join-ff6600.svg"),)
CSS = (("docs/custom.css", ":root { --ifm-color-primary: #2e8555; }"),)


# ------------------------------------------------------------------------------------------------ deciding


@pytest.mark.parametrize(
    ("wished", "seen", "badges", "files", "accent", "second", "origin"),
    [
        (Brand(accent="#123456", origin="set"), look(VIOLET), BADGES, CSS, "#123456", "#7c3aed", "set"),
        (Brand(accent="#123456", accent_2="#abcdef"), look(VIOLET), (), (), "#123456", "#abcdef", ""),
        (Brand(), look(BLACK, VIOLET, TEAL), BADGES, CSS, "#7c3aed", "#17bebb", "logo.svg"),
        (Brand(accent_2="#abcdef"), look(VIOLET, TEAL), (), (), "#7c3aed", "#abcdef", "logo.svg"),
        (Brand(), look(BLACK), BADGES, CSS, "#ff6600", None, "a badge of the README"),
        (Brand(), None, BADGES, CSS, "#ff6600", None, "a badge of the README"),
        (Brand(), look(BLACK), (), CSS, "#2e8555", None, "docs/custom.css"),
        (Brand(), look(BLACK), (badge("https://img.shields.io/badge/build-passing-44cc11"),), (), None, None, ""),
    ],
)
def test_what_is_set_beats_the_logo_then_badges_then_files(wished, seen, badges, files, accent, second, origin):
    brand = decide(wished=wished, logo=seen, logo_origin="logo.svg", badges=badges, files=files)
    assert (brand.accent, brand.accent_2, brand.origin) == (accent, second, origin)


def test_a_second_colour_is_plainly_another_and_no_speck():
    near = ColourShare(colour="#6d28d9", share=0.3)
    speck = ColourShare(colour="#16a34a", share=0.02)
    assert decide(wished=Brand(), logo=look(VIOLET, near), logo_origin="", badges=(), files=()).accent_2 is None
    assert decide(wished=Brand(), logo=look(VIOLET, speck), logo_origin="", badges=(), files=()).accent_2 is None


@pytest.mark.parametrize(
    ("seen", "named", "sign"),
    [
        (look(VIOLET, BLACK), False, True),
        (look(VIOLET, size=(1280, 640), clear=0.0), False, False),  # a banner
        (look(VIOLET, size=(1280, 640), clear=0.0), True, True),
        (look(VIOLET, BLACK, size=(400, 400), clear=0.0), False, True),
        (look(VIOLET, size=(1600, 120)), True, False),  # a ribbon
        (look(VIOLET, size=(100, 400)), True, False),
        (look(*[ColourShare(colour=f"#{n:02x}4080", share=0.08) for n in range(0, 240, 20)]), False, False),  # a photo
        (LogoLook(), True, False),
    ],
)
def test_banners_ribbons_and_photographs_are_no_signs(seen: LogoLook, named, sign):
    assert is_sign(seen, named=named) is sign


def test_shades_of_a_colour_are_one_area():
    found = areas([("#e4572e", 60.0), ("#e86a45", 10.0), ("#d94f27", 10.0), ("#ffffff", 20.0)])
    assert [(one.colour, round(one.share, 2)) for one in found] == [("#e4572e", 0.8), ("#ffffff", 0.2)]
    assert areas([]) == ()


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ('{"name": "x", "theme_color": "#0af"}', "#00aaff"),
        ('<meta name="theme-color" content="#E4572E">', "#e4572e"),
        (":root{--vp-c-brand-1: #7c3aed;}", "#7c3aed"),
        ("--color-primary-500: #16a34a;", "#16a34a"),
        ("primaryColor: '#16a34a'", "#16a34a"),
        ("--brand: #222222; --accent: #ffffff", None),  # greys are nobody's brand
        ("a { color: #ff0000 }", None),
        ("theme_color: nonsense", None),
    ],
)
def test_files_state_their_colour(text, colour):
    assert stated_colour(text) == colour


def test_a_theme_is_made_of_the_brand_and_what_was_changed_is_told():
    brand = Brand(accent="#101a50", accent_2="#ffe600", origin="assets/logo.svg", mode="dark", logo="/assets/logo.svg")
    theme = theme_for(FACTS, parse_readme("# Kestrel\n\nFast.\n", "README.md"), known=brand)
    assert theme.mode == "dark"
    assert contrast(theme.accent, theme.background) >= 3
    assert contrast(theme.accent_2, theme.background) >= 3
    assert abs(oklch(theme.accent)[2] - oklch("#101a50")[2]) < 12
    assert abs(oklch(theme.accent_2)[2] - oklch("#ffe600")[2]) < 6
    said = [finding.message for finding in told(brand, theme)]
    assert said[0] == "The logo is assets/logo.svg."
    assert said[1] == "The film's colour, #101a50, is from assets/logo.svg."
    assert said[2].startswith(f"#101a50 is drawn as {theme.accent}")
    assert len(said) == 3
    assert told(Brand(), theme) == ()


def test_a_grey_stays_grey():
    for accent in ("#ffffff", "#808080", "#000000"):
        theme = theme_for(
            FACTS, parse_readme("# Kestrel\n\nFast.\n", "README.md"), known=Brand(accent=accent, mode="dark")
        )
        assert oklch(theme.accent)[1] < 0.02
        assert contrast(theme.accent, theme.background) >= 3


# ------------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("# Kestrel\n\n![](docs/kestrel-logo.png)\n\nFast.", ["docs/kestrel-logo.png"]),
        ("# Kestrel\n\n![The Kestrel logo](a.png)\n\nFast.", ["a.png"]),
        ("![](kestrel.svg)\n\n# Kestrel\n\nFast.", ["kestrel.svg"]),
        ("![](x1.png)\n\n# Kestrel\n\nFast.", ["x1.png"]),  # the only one above the title
        ("![](x1.png)\n![](x2.png)\n\n# Kestrel\n\nFast.", []),
        ("# Kestrel\n\nFast.\n\n![](shot.png)", []),
        ("# Kestrel\n\n![Sponsor logo](s.png)\n\nFast.", []),
        ("# Kestrel\n\nFast.\n\n## Used by\n\n![](acme-logo.png)", []),
        ("# Kestrel\n\n![demo of the logo maker](demo.gif)\n\nFast.", []),
    ],
)
def test_the_logo_of_a_readme_is_in_its_head_and_called_one(readme, found):
    document = parse_readme(readme + "\n", "README.md")
    assert [one.src for one in readme_logos(document, FACTS)] == found


def test_dark_and_light_pictures_go_together():
    readme = (
        '# Kestrel\n\n<picture><source media="(prefers-color-scheme: dark)" srcset="art/logo-dark.svg">'
        '<img src="art/logo-light.svg" alt="Kestrel"></picture>\n\nFast.\n'
    )
    (found,) = readme_logos(parse_readme(readme, "README.md"), FACTS)
    assert found.dark is not None
    brand = Brand(logo=found.src, dark_logo=found.dark.src)
    assert (brand.logo_on("dark"), brand.logo_on("light")) == ("art/logo-dark.svg", "art/logo-light.svg")


@pytest.mark.parametrize(
    ("src", "path"),
    [
        ("assets/logo.png", "docs/assets/logo.png"),
        ("/assets/logo.png", "assets/logo.png"),
        ("https://raw.githubusercontent.com/Acme/kestrel/main/art/logo%20a.png", "art/logo a.png"),
        ("https://raw.githubusercontent.com/acme/kestrel/refs/heads/main/art/logo.png", "art/logo.png"),
        ("https://github.com/acme/kestrel/raw/main/art/logo.png?raw=true", "art/logo.png"),
        ("https://github.com/acme/kestrel/blob/main/art/logo.png", "art/logo.png"),
        ("https://github.com/acme/other/blob/main/art/logo.png", None),
        ("https://raw.githubusercontent.com/acme/kestrel/main/../../.git/config", None),
        ("https://evil.example/acme/kestrel/raw/main/logo.png", None),
        ("http://github.com/acme/kestrel/raw/main/logo.png", None),
        ("../../etc/logo.png", None),
    ],
)
def test_an_address_of_the_repository_is_a_file_of_it(src, path):
    assert own_path(src, "docs/README.md", FACTS) == path


def test_well_known_files_in_order():
    paths = [
        "favicon.svg",
        "docs/assets/kestrel.svg",
        "assets/icon.png",
        "assets/logo-dark.svg",
        "assets/logo.png",
        "docs/img/kestrel-logo.svg",
        "src/logo.py",
        "assets/screenshot.png",
        "kestrel.png",
        "logo.ico",
    ]
    assert [one.path for one in repository_logos(paths, "kestrel")] == [
        "docs/img/kestrel-logo.svg",
        "assets/logo.png",
        "assets/logo-dark.svg",
        "assets/icon.png",
    ]
    assert [one.src for one in repository_logos(["docs/assets/kestrel.svg", "kestrel.png"], "kestrel")] == [
        "/docs/assets/kestrel.svg"
    ]


async def test_a_folder_gives_its_logo_and_its_colour(tmp_path: Path):
    work = FakeWork(tmp_path / "store")
    root = tmp_path / "kestrel"
    (root / "docs" / "css").mkdir(parents=True)
    (root / "logo.svg").write_bytes(logos.SQUARE)
    (root / "docs" / "css" / "custom.css").write_text(CSS[0][1])
    (root / "icon.png").symlink_to("/etc/passwd")
    files = LocalFiles(root)
    paths = await files.within(FOLDERS)
    assert await stated_files(paths, files) == [("docs/css/custom.css", CSS[0][1])]
    first, second = repository_logos(paths, "kestrel")
    picture = await gather_logo(first, files, (), work.keep_bytes)
    assert picture is not None
    assert picture.src == "/logo.svg"
    assert work.path(picture.artifact).read_bytes() == logos.SQUARE
    assert await gather_logo(second, files, (), work.keep_bytes) is None  # leads outside
    (root / "logo.svg").write_bytes(logos.SQUARE + b" " * 3_000_000)
    assert await gather_logo(first, files, (), work.keep_bytes) is None  # too large


# ------------------------------------------------------------------------------------------------ GitHub


async def test_github_lists_its_files_in_one_request_and_gives_an_organisations_avatar(tmp_path: Path):
    work = FakeWork(tmp_path)
    with playing() as github:
        avatar = f"{github.url}/u/9?v=4"
        owner = {"login": "acme", "type": "Organization", "avatar_url": avatar}
        github.on("/repos/acme/quill", reply(about(owner=owner)))
        tree = [{"path": path, "type": "blob"} for path in ("logo.svg", "src/x/logo.svg", "docs/img/icon.png")]
        github.on(f"/repos/acme/quill/git/trees/{COMMIT}?recursive=1", reply({"tree": [*tree, 7, {"path": None}]}))
        github.on("/u/9?v=4", reply(logos.png("paper")))
        settings = GitHub(api_url=github.url, server_url=github.url, token=SecretStr(TOKEN))
        async with httpx.AsyncClient() as http:
            source = parse_source("acme/quill", server_url=settings.server_url)
            found = await pin(source, http=http, keep=work.keep_bytes, settings=settings)
            assert found.avatar == avatar
            assert await found.files.within(FOLDERS) == ["logo.svg", "docs/img/icon.png"]
            assert await fetch_avatar(avatar, http, settings) == logos.png("paper")
            assert "authorization" not in github.asked[-1][1]
            github.on("/u/9?v=4", reply(b"x" * 3_000_000))
            assert await fetch_avatar(avatar, http, settings) is None
            github.on("/u/9?v=4", reply({}, 302, Location="http://127.0.0.1:1/"))
            assert await fetch_avatar(avatar, http, settings) is None
            github.on("/repos/acme/quill", reply(about(owner=owner | {"type": "User"})))
            person = await pin(source, http=http, keep=work.keep_bytes, settings=settings)
            assert person.avatar is None  # a person's avatar is a portrait


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://avatars.githubusercontent.com/u/1?v=4", True),
        ("http://avatars.githubusercontent.com/u/1", False),
        ("https://avatars.githubusercontent.com:8443/u/1", False),
        ("https://u:p@avatars.githubusercontent.com/u/1", False),
        ("https://avatars.githubusercontent.com.evil.example/u/1", False),
        ("https://169.254.169.254/latest", False),
        ("https://ghe.example/avatars/1", True),
        ("https://[broken", False),
        ("file:///etc/passwd", False),
    ],
)
def test_avatars_come_from_github_only(url, allowed):
    assert may_be_fetched(url, GitHub(api_url="https://ghe.example/api/v3")) is allowed


# ------------------------------------------------------------------------------------------------ the page

pages = pytest.mark.asyncio(loop_scope="session")


def settings() -> Settings:
    browser = os.environ.get("README2VIDEO_BROWSER")
    return Settings(browser=Path(browser) if browser else None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shooter() -> AsyncIterator[Shooter]:
    async with Shooter(settings(), deadline_s=60) as shooter:
        yield shooter


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> FakeWork:
    return FakeWork(tmp_path_factory.mktemp("work"))


def kept(work: FakeWork, data: bytes) -> Artifact:
    return work.keep_bytes(data, ".png" if data.startswith(b"\x89PNG") else ".svg")


@pages
@pytest.mark.parametrize(
    ("data", "size", "accent", "second", "clear"),
    [
        (logos.SQUARE, (128, 128), "#e4572e", None, (0.0, 0.1)),
        (logos.WIDE, (440, 104), "#7c3aed", None, (0.5, 0.9)),
        (logos.DARK_ON_CLEAR, (440, 104), None, None, (0.5, 0.9)),
        (logos.png("paper"), (240, 240), "#1456d9", None, (0.0, 0.0)),
        (logos.png("far"), (240, 240), "#16a34a", None, (0.95, 1.0)),
        (logos.png("grey"), (240, 240), None, None, (0.5, 0.7)),
        (logos.SCRIPTED, (128, 128), "#0ea5e9", None, (0.0, 0.0)),
    ],
)
async def test_the_browser_measures_a_logos_colours(shooter, work, data, size, accent, second, clear):
    found = await LogoReader(shooter).perform(LogoRequest(logo=kept(work, data)), work)
    assert found.size_px == Size(width=size[0], height=size[1])
    assert clear[0] <= found.clear <= clear[1]
    brand = decide(wished=Brand(), logo=found, logo_origin="", badges=(), files=())
    assert (brand.accent is None) is (accent is None)
    if accent is not None:
        assert max(abs(int(brand.accent[i : i + 2], 16) - int(accent[i : i + 2], 16)) for i in (1, 3, 5)) <= 4
    assert brand.accent_2 == second


@pages
@pytest.mark.parametrize("data", [logos.BROKEN_PNG, logos.BROKEN_SVG, logos.HUGE_SVG])
async def test_a_logo_that_cannot_be_drawn_has_no_size(shooter, work, data):
    found = await LogoReader(shooter).perform(LogoRequest(logo=kept(work, data)), work)
    assert found == LogoLook()


def pixels(work: FakeWork, artifact: Artifact) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(work.path(artifact).read_bytes())).convert("RGBA")).astype(int)


def assert_alike(work: FakeWork, one: Artifact, other: Artifact):
    """The same picture: of a gradient, a browser rounds some pixels the other way when it rasters it again."""
    assert np.abs(pixels(work, one) - pixels(work, other)).max() <= 1


def element(shot: Shot, name: str):
    return next((one for one in shot.elements if one.id == name), None)


@pages
@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("kind", ["title", "call_to_action"])
async def test_the_logo_stands_large_above_the_words(shooter, work, kind, aspect: Aspect):
    shot = await shooter.perform(request(kind, aspect, logo=kept(work, logos.WIDE), scale=1 / 3), work)
    sign, headline = element(shot, "logo"), element(shot, "headline")
    assert (sign.role, sign.sheet, sign.must_read, sign.text) == ("logo", "ink", False, "")
    assert sign.box.bottom < headline.box.y
    assert sign.order == min(one.order for one in shot.elements)
    assert 2.5 < sign.box.width / sign.box.height < 7
    ink = pixels(work, shot.ink)[sign.box.y : sign.box.bottom, sign.box.x : sign.box.right]
    violet = np.abs(ink[..., :3] - (0x7C, 0x3A, 0xED)).max(axis=-1) < 12
    assert violet[ink[..., 3] > 200].mean() > 0.2


@pages
async def test_the_logo_takes_the_marks_place_and_a_wide_one_the_names(shooter, work):
    plain = await shooter.perform(request("code", scale=1 / 3), work)
    square = await shooter.perform(request("code", logo=kept(work, logos.SQUARE), scale=1 / 3), work)
    wide = await shooter.perform(request("code", logo=kept(work, logos.WIDE), scale=1 / 3), work)
    boxes = [element(shot, "brand").box for shot in (plain, square, wide)]
    assert boxes[1].width > boxes[0].width  # logo and name
    assert boxes[2].width < boxes[1].width  # the logo alone
    box = boxes[1]
    ink = pixels(work, square.ink)[box.y : box.bottom, box.x : box.right]
    orange = np.abs(ink[..., :3] - (0xE4, 0x57, 0x2E)).max(axis=-1) < 14
    assert (orange & (ink[..., 3] > 200)).sum() > 60
    assert [one for one in square.elements if one.role == "logo"] == []


@pages
@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(
    "data", [logos.DARK_ON_CLEAR, logos.WIDE, logos.wordmark("#101018"), logos.png("grey"), logos.png("paper")]
)
async def test_no_logo_is_lost_on_its_ground(shooter, work, data, theme):
    """Half of a sign's own pixels and more stand out from what lies around it, on every ground."""
    shot = await shooter.perform(request("title", logo=kept(work, data), theme=theme, scale=1 / 3), work)
    box = element(shot, "logo").box
    full = pixels(work, shot.full)[box.y : box.bottom, box.x : box.right, :3] / 255
    linear = np.where(full <= 0.04045, full / 12.92, ((full + 0.055) / 1.055) ** 2.4)
    light = linear @ (0.2126, 0.7152, 0.0722)
    spread = (np.quantile(light, 0.97) + 0.05) / (np.quantile(light, 0.03) + 0.05)
    assert spread > 3


@pages
async def test_clear_margins_are_trimmed(shooter, work):
    shot = await shooter.perform(request("title", logo=kept(work, logos.png("far")), scale=1 / 3), work)
    box = element(shot, "logo").box
    ink = pixels(work, shot.ink)[box.y : box.bottom, box.x : box.right]
    assert (ink[..., 3] > 128).mean() > 0.5  # a disc fills π/4 of its square


@pages
@pytest.mark.parametrize("data", [logos.BROKEN_PNG, logos.BROKEN_SVG, logos.EMPTY_SVG, logos.HUGE_SVG])
async def test_a_bad_logo_leaves_the_scene_as_it_is_without(shooter, work, data):
    for kind in ("title", "code"):
        plain = await shooter.perform(request(kind, scale=1 / 3), work)
        shot = await shooter.perform(request(kind, logo=kept(work, data), scale=1 / 3), work)
        assert_alike(work, shot.full, plain.full)
        assert [one.box for one in shot.elements] == [one.box for one in plain.elements]


@pages
async def test_a_logo_that_leaves_no_room_for_words_is_left_out(shooter, work):
    words = {
        "headline": "A name that goes on and on until it fills the end card",
        "subline": "A line that says a good deal more than one line of value should ever say on such a card.",
        "command": "curl -fsSL https://example.org/a/long/way/to/the/installer.sh | sh -s -- --yes",
        "url": "github.com/example/readme2video",
    }
    logo = kept(work, logos.SQUARE)
    shot = await shooter.perform(request("call_to_action", "1:1", words=words, logo=logo, scale=1 / 3), work)
    plain = await shooter.perform(request("call_to_action", "1:1", words=words, scale=1 / 3), work)
    assert element(shot, "logo") is None
    assert_alike(work, shot.full, plain.full)
