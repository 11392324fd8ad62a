"""Settings: flag over environment over project file over default; mistakes name their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from readme2video.errors import UsageError
from readme2video.settings import Settings, load_settings


def test_defaults_need_nothing(tmp_path: Path):
    settings = load_settings({}, {}, tmp_path)
    assert settings.machine == {}
    assert settings == Settings(machine={})
    assert settings.out == Path("output")
    assert settings.aspects == ("16:9",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("readme2video.toml", 'quality = "draft"\nlength-s = 20\naspects = ["9:16"]\n'),
        ("pyproject.toml", '[tool.readme2video]\nquality = "draft"\nlength_s = 20\naspects = ["9:16"]\n'),
    ],
)
def test_the_project_file_is_read_and_flags_beat_it(tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    settings = load_settings({}, {}, tmp_path)
    assert (settings.quality, settings.length_s, settings.aspects) == ("draft", 20, ("9:16",))
    flagged = load_settings({"quality": "high", "aspects": (), "length_s": None}, {}, tmp_path)
    assert (flagged.quality, flagged.length_s, flagged.aspects) == ("high", 20, ("9:16",))


def test_the_style_is_a_setting_like_any_other(tmp_path: Path):
    (tmp_path / "readme2video.toml").write_text('style = "poster"\n')
    assert load_settings({}, {}).style == "auto"
    assert load_settings({"style": None}, {}, tmp_path).style == "poster"
    assert load_settings({"style": "terminal"}, {"README2VIDEO_STYLE": "aurora"}, tmp_path).style == "terminal"
    with pytest.raises(UsageError, match="--style"):
        load_settings({"style": "baroque"}, {})


def test_only_our_names_of_the_environment_are_read():
    settings = load_settings(
        {},
        {
            "README2VIDEO_BROWSER": " /opt/chromium ",
            "GITHUB_TOKEN": "canary-token",
            "GITHUB_API_URL": "http://127.0.0.1:9",
            "QUALITY": "high",
            "README2VIDEO_QUALITY": "high",
        },
    )
    assert settings.browser == Path("/opt/chromium")
    assert settings.github.api_url == "http://127.0.0.1:9"
    assert settings.quality == "standard"
    assert settings.github.token
    assert settings.github.token.get_secret_value() == "canary-token"
    assert "canary-token" not in repr(settings)
    assert "canary-token" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"quality": "ultra"}, "--quality"),
        ({"length_s": 0.0}, "--length"),
        ({"length_s": float("nan")}, "--length"),
        ({"scenes": 500}, "--scenes"),
        ({"aspects": ("16:10",)}, "--aspect"),
        ({"jobs": 0}, "--jobs"),
    ],
)
def test_a_wrong_flag_is_named(flags: dict, said: str):
    with pytest.raises(UsageError) as caught:
        load_settings(flags, {})
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[machine]\nPATH = 'x'\n", "environment only"),
        ("speed = 3\n", "speed in the settings file"),
        ("quality = 3\n", "quality in the settings file"),
        ("quality = \n", "not valid TOML"),
        ('[github]\ntoken = "x"\n', "environment only"),
        ("length-s = nan\n", "length-s in the settings file"),
    ],
)
def test_a_wrong_settings_file_names_the_key(tmp_path: Path, text: str, said: str):
    (tmp_path / "readme2video.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_settings({}, {}, tmp_path)
    assert said in caught.value.message


def test_sizes_are_even_in_every_quality():
    for quality in ("draft", "standard", "high"):
        for aspect in ("16:9", "9:16", "1:1"):
            size = Settings(quality=quality).encoding(aspect).size_px
            assert size.width % 2 == size.height % 2 == 0
    assert Settings(quality="draft").encoding("16:9").size_px.height == 720


BRAND = """[brand]
name = "Kestrel.js"
logo = "art/logo.svg"
accent = "#E4572E"
accent-2 = "#17bebb"
background = "light"
"""


@pytest.mark.parametrize("name", ["readme2video.toml", "pyproject.toml"])
def test_the_brand_is_a_table_of_the_settings_file(tmp_path: Path, name: str):
    text = BRAND if name == "readme2video.toml" else BRAND.replace("[brand]", "[tool.readme2video.brand]")
    (tmp_path / name).write_text(text)
    brand = load_settings({}, {}, tmp_path).brand
    assert (brand.name, brand.logo, brand.accent, brand.accent_2, brand.background, brand.folder) == (
        "Kestrel.js",
        "art/logo.svg",
        "#e4572e",
        "#17bebb",
        "light",
        tmp_path,
    )
    assert load_settings({}, {}).brand.folder is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('accent = "red"', "brand.accent in the settings file"),
        ('accent = "#12345"', "brand.accent in the settings file"),
        ('accent_2 = "#12345g"', "brand.accent_2 in the settings file"),
        ('background = "blue"', "brand.background in the settings file"),
        ('name = ""', "brand.name in the settings file"),
        ('name = "two\\nlines"', "brand.name in the settings file"),
        ("logo = 3", "brand.logo in the settings file"),
        ('colour = "#123456"', "brand.colour in the settings file"),
        ('folder = "/etc"', "brand.folder in the settings file"),
    ],
)
def test_a_mistake_in_the_brand_is_named_with_its_path(tmp_path: Path, line: str, said: str):
    (tmp_path / "readme2video.toml").write_text(f"[brand]\n{line}\n")
    with pytest.raises(UsageError) as caught:
        load_settings({}, {}, tmp_path)
    assert said in caught.value.message


def test_a_brand_that_is_no_table_is_told(tmp_path: Path):
    (tmp_path / "readme2video.toml").write_text('brand = "x"\n')
    with pytest.raises(UsageError, match="brand in the settings file"):
        load_settings({}, {}, tmp_path)
