"""The one frozen Settings, made at the edge from flags, environment, project file and defaults, in that order."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator

from readme2video.errors import UsageError
from readme2video.model.film import Encoding, Quality
from readme2video.model.record import STAGES, Colour, Record, Size
from readme2video.model.shot import LAYOUT_PX, Aspect
from readme2video.model.vocabulary import Style

PROJECT_FILE = "readme2video.toml"

_SCALE: dict[Quality, float] = {"draft": 2 / 3, "standard": 1.0, "high": 1.0}
_X264: dict[Quality, tuple[str, float]] = {
    "draft": ("veryfast", 23),
    "standard": ("medium", 18),
    "high": ("slow", 15),
}
FPS = 30

_FLAGS = {"length_s": "--length", "aspects": "--aspect"}
"""Flags that are not called like their setting."""


# fmt: off
# What programs we start need of the environment to run at all. None of it is a secret of ours; a proxy may hold one of
# the user's, so these never reach a repr, and the browser gets no proxies.
_MACHINE = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS",
    "XDG_RUNTIME_DIR", "SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
    "PROGRAMFILES", "PROGRAMFILES(X86)",
)
_DOWNLOADS = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE", "PLAYWRIGHT_BROWSERS_PATH", "PLAYWRIGHT_DOWNLOAD_HOST",
)
# fmt: on


def machine_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of the environment that says how this machine is set up."""
    return {name: environ[name] for name in (*_MACHINE, *_DOWNLOADS) if name in environ}


def without_downloads(machine: Mapping[str, str]) -> dict[str, str]:
    """The same for a program that must not load anything: no proxies, no mirrors."""
    return {name: value for name, value in machine.items() if name not in _DOWNLOADS}


class GitHub(Record):
    """Where repositories are read from; the token goes to the host of ``api_url`` only."""

    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    token: SecretStr | None = None


class Claude(Record):
    """Where storyboards are written; the key goes to the host of ``base_url`` only."""

    base_url: str = "https://api.anthropic.com"
    key: SecretStr | None = None


class Kie(Record):
    """The account clips are bought with; the key goes to the hosts of these two addresses only.

    Attributes:
        pace: Factor for all waits, for a stand-in on this machine that need not be spared; the service itself is
            always asked at full length.
    """

    base_url: str = "https://api.kie.ai"
    upload_url: str = "https://kieai.redpandaai.co"
    key: SecretStr | None = None
    webhook_key: SecretStr | None = None
    pace: float = Field(default=1.0, gt=0, le=1)

    @property
    def bare_key(self) -> str:
        """The key as it is sent; "" without one."""
        return self.key.get_secret_value() if self.key else ""


class BrandSettings(Record):
    """What the project's own file says of its brand; it beats whatever is found. The table ``[brand]``.

    Attributes:
        name: The project's name as shown.
        logo: A picture: a path in the repository, or beside the settings file.
        accent: The film's colour, ``#rrggbb``; corrected where it would not be seen.
        accent_2: The colour beside it.
        background: Whether the film is dark or light.
        folder: Where the settings file lies.
    """

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    logo: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None
    accent: Colour | None = None
    accent_2: Colour | None = None
    background: Literal["dark", "light"] | None = None
    folder: Path | None = None

    @field_validator("accent", "accent_2", mode="before")
    @classmethod
    def _colour(cls, colour: object) -> object:
        if not isinstance(colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise ValueError(f"must be a colour as '#rrggbb', not {colour!r:.40}")
        return colour.lower()

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str | None) -> str | None:
        if name is not None and not name.isprintable():
            raise ValueError("must be one line of printable characters")
        return name


class Settings(Record):
    """Everything a run may depend on besides its source.

    Attributes:
        out: Folder that gets one folder per project and the store.
        length_s: Wanted length of the film, seconds.
        style: How the film looks; ``auto`` for what suits the repository.
        scenes: The most scenes the storyboard may have.
        storyboard: A storyboard file to use instead of writing one.
        again: ``STAGE`` or ``STAGE:SCENE`` to do anew although a result is kept.
        jobs: How many segments are rendered side by side; by default as many as there are cores, at most 8.
        browser: A Chromium to use before any other.
        brand: Name, logo and colours as the settings file sets them.
        claude_model: Id of the model that writes the storyboard.
        effort: How hard that model thinks; more costs more.
        language: The film's language, as ``de``; None for the README's own.
        release: Tag of the release the film is about.
        allow_unsupported: Make the film although the README does not support all of its words; the report says which.
        model: Id of the model clips are bought from.
        fallback_models: Standing consent: models to go on with, in order, when ``model`` is off.
        models: The user's own rows for the table of models, from the settings file.
        resolution: As the model names it, ``720p`` for instance; None for the model's own default.
        max_cost: The most the film may cost, US dollars.
        yes: Agreed to the plan beforehand.
        text_safe: Which scenes are animated without their words; ``always`` all, ``never`` none.
        music: What is heard: ``clip`` keeps the sound of bought clips; otherwise the film has a silent track.
        share_clips: Let neighbouring scenes whose words stand alike share one longer clip where that is cheaper.
        upload_pictures: Let pictures of the README be part of what is sent to a provider. Without it they never are:
            nothing here can tell whether they hold faces, and a private repository's pictures are private.
        remote_pictures: Whether pictures that lie elsewhere on GitHub are fetched; ``auto`` fetches them for
            repositories on GitHub, and local sources contact nobody.
        on_failure: What becomes of a scene that could not be bought.
        callback_url: Public address of a callback receiver.
        strict: A film that fails one of its checks ends with exit code 2.
        wait_s: How long a clip is waited for.
        machine: The part of the environment that programs we start need to run; see ``machine_environment``.
    """

    out: Path = Path("output")
    storyboarder: Literal["auto", "claude", "offline"] = "auto"
    animator: Literal["auto", "local", "kie"] = "auto"
    aspects: tuple[Aspect, ...] = ("16:9",)
    quality: Quality = "standard"
    length_s: float = Field(default=30.0, ge=5, le=120)
    scenes: int = Field(default=7, ge=1, le=12)
    style: Literal["auto"] | Style = "auto"
    storyboard: Path | None = None
    again: tuple[str, ...] = ()
    jobs: int = Field(default_factory=lambda: min(8, os.cpu_count() or 1), ge=1, le=64)
    browser: Path | None = None
    brand: BrandSettings = BrandSettings()
    github: GitHub = GitHub()
    claude: Claude = Claude()
    claude_model: str = "claude-sonnet-5-5"
    effort: Literal["low", "medium", "high"] = "medium"
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] | None = None
    release: str | None = None
    allow_unsupported: bool = False
    kie: Kie = Kie()
    model: str = "sora-2-image-to-video"
    fallback_models: tuple[str, ...] = ()
    models: tuple[dict[str, Any], ...] = ()
    resolution: str | None = None
    max_cost: float | None = Field(default=None, ge=0)
    yes: bool = False
    text_safe: Literal["auto", "always", "never"] = "auto"
    music: Literal["auto", "none", "clip"] = "auto"
    share_clips: bool = False
    upload_pictures: bool = False
    remote_pictures: Literal["auto", "always", "never"] = "auto"
    on_failure: Literal["local", "stop"] = "local"
    callback_url: str | None = None
    strict: bool = False
    wait_s: float = Field(default=1800.0, gt=0)
    machine: dict[str, str] = Field(default_factory=machine_environment, repr=False)

    @field_validator("aspects")
    @classmethod
    def _distinct(cls, aspects: tuple[Aspect, ...]) -> tuple[Aspect, ...]:
        return tuple(dict.fromkeys(aspects)) or ("16:9",)

    @field_validator("again")
    @classmethod
    def _known_stages(cls, again: tuple[str, ...]) -> tuple[str, ...]:
        for wanted in again:
            if wanted.partition(":")[0] not in STAGES:
                raise ValueError(f"{wanted!r} is not a stage; the stages are {', '.join(STAGES)}")
        return again

    @property
    def scale(self) -> float:
        """Output pixels per layout pixel."""
        return _SCALE[self.quality]

    def encoding(self, aspect: Aspect) -> Encoding:
        """The one encoder setting of a film in this aspect."""
        layout = LAYOUT_PX[aspect]
        preset, crf = _X264[self.quality]
        size = Size(
            width=round(layout.width * self.scale / 2) * 2,
            height=round(layout.height * self.scale / 2) * 2,
        )
        return Encoding(size_px=size, fps=FPS, preset=preset, crf=crf)


def load_settings(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path | None = None) -> Settings:
    """Merge flags over environment over the project file of ``folder`` over defaults.

    Args:
        flags: Values given on the command line; None means not given.
        environ: The process environment; only our own names are read.
        folder: Where ``readme2video.toml`` or ``pyproject.toml`` with ``[tool.readme2video]`` may lie.

    Raises:
        UsageError: An unknown key, a wrong type or a value out of range, naming where it stood.
    """
    values: dict[str, Any] = {"machine": machine_environment(environ)}
    origin: dict[str, str] = {}
    if folder is not None:
        for key, value in _project_values(folder).items():
            name = key.replace("-", "_")
            values[name] = value
            origin[name] = f"{key} in the settings file"
        if isinstance(values.get("brand"), dict):
            values["brand"] = _brand_table(values["brand"], folder)
    browser = environ.get("README2VIDEO_BROWSER", "").strip()
    if browser:
        values["browser"], origin["browser"] = browser, "README2VIDEO_BROWSER"
    github = {
        field: text
        for field, name in (
            ("api_url", "GITHUB_API_URL"),
            ("server_url", "GITHUB_SERVER_URL"),
            ("token", "GITHUB_TOKEN"),
        )
        if (text := environ.get(name, "").strip())
    }
    if github:
        values["github"] = {**github}
    claude = {
        field: text
        for field, name in (("base_url", "ANTHROPIC_BASE_URL"), ("key", "ANTHROPIC_API_KEY"))
        if (text := environ.get(name, "").strip())
    }
    if claude:
        values["claude"] = claude
    kie = {
        field: text
        for field, name in (
            ("base_url", "KIE_BASE_URL"),
            ("upload_url", "KIE_UPLOAD_URL"),
            ("key", "KIE_API_KEY"),
            ("webhook_key", "KIE_WEBHOOK_KEY"),
            ("pace", "README2VIDEO_PACE"),
        )
        if (text := environ.get(name, "").strip())
    }
    if kie:
        # A stand-in answers on one address; only the real service has a host of its own for uploads.
        values["kie"] = {"upload_url": kie["base_url"], **kie} if "base_url" in kie else kie
    for name, value in flags.items():
        if value is not None and value != ():
            values[name], origin[name] = value, _FLAGS.get(name, "--" + name.replace("_", "-"))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else ""
        # What is wrong in a table is named with its whole path, as brand.accent.
        below = "".join(f".{key}" for key in problem["loc"][1:] if isinstance(key, str)) if name == "brand" else ""
        where = f"{name}{below} in the settings file" if below else origin.get(name, name)
        message = str(problem["msg"]).removeprefix("Value error, ")
        raise UsageError(f"{where}: {message}", hint="`readme2video make --help` lists the values.") from None


def _project_values(folder: Path) -> dict[str, Any]:
    own, shared = folder / PROJECT_FILE, folder / "pyproject.toml"
    try:
        if own.is_file():
            return _without_keys(tomllib.loads(own.read_text("utf-8")), own.name)
        if shared.is_file():
            table = tomllib.loads(shared.read_text("utf-8")).get("tool", {}).get("readme2video", {})
            return _without_keys(table, shared.name)
    except tomllib.TOMLDecodeError as error:
        if own.is_file():
            raise UsageError(f"{own.name} is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file in {folder} cannot be read: {error}") from None
    return {}


def _brand_table(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The table with names as ours; only we know the folder."""
    if "folder" in table:
        raise UsageError("brand.folder in the settings file: this setting does not exist.")
    return {key.replace("-", "_"): value for key, value in table.items()} | {"folder": folder}


def _without_keys(table: dict[str, Any], name: str) -> dict[str, Any]:
    for key in ("github", "claude", "kie", "machine"):
        if key in table:
            raise UsageError(f"{name}: {key} comes from the environment only.")
    return table
