"""A run's brand: logo and colours looked for, measured, decided, and put on the storyboard that was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from readme2video.brand import decide, is_sign, told
from readme2video.errors import BrowserError, PausedError, ShotError, SourceError, StoryboardError, UsageError
from readme2video.events import Notice
from readme2video.model.brand import Brand, LogoLook, LogoRequest
from readme2video.model.brief import GatheredPicture
from readme2video.model.document import ReadmeDocument
from readme2video.model.manuscript import Manuscript
from readme2video.settings import PROJECT_FILE
from readme2video.sources import Pinned
from readme2video.sources.files import LocalFiles
from readme2video.sources.logos import (
    CANDIDATES,
    FOLDERS,
    LOGO_LIMIT_BYTES,
    Candidate,
    fetch_avatar,
    gather_logo,
    kept_logo,
    own_path,
    readme_logos,
    repository_logos,
    stated_files,
)
from readme2video.theme import badge_colour, theme_for
from readme2video.tools import Tools


@dataclass(frozen=True)
class Branding:
    """A brand, and the bytes of the signs it names."""

    brand: Brand = field(default_factory=Brand)
    signs: tuple[GatheredPicture, ...] = ()


async def branded(
    readme: ReadmeDocument, pinned: Pinned, pictures: Sequence[GatheredPicture], tools: Tools
) -> Branding:
    """Find what the project looks like. Nothing of it is needed: what cannot be had is left out, said aloud.

    Raises:
        UsageError: The settings file names a logo that is not there or is no picture.
    """
    if tools.settings.storyboard is not None:
        return Branding()  # a person's storyboard has its colours, and names its sign or has none
    search = _Search(readme, pinned, pictures, tools)
    return await search.made()


class _Search:
    """One look for a brand; the list of files is asked for at most once."""

    def __init__(
        self, readme: ReadmeDocument, pinned: Pinned, pictures: Sequence[GatheredPicture], tools: Tools
    ) -> None:
        self.readme, self.pinned, self.pictures, self.tools = readme, pinned, pictures, tools
        self.facts = pinned.pinned.facts
        self.paths: list[str] | None = None

    async def made(self) -> Branding:
        wished = self.tools.settings.brand
        sign, dark, look, origin = await self._sign()
        brand = Brand(
            accent=wished.accent,
            accent_2=wished.accent_2,
            origin="the settings file" if wished.accent else "",
            mode=wished.background,
            logo=sign.src if sign else None,
            dark_logo=dark.src if dark else None,
        )
        files: list[tuple[str, str]] = []
        # Files are read only where nothing better says the colour: on GitHub each costs a request.
        if brand.accent is None and not _says_colour(look) and badge_colour(self.readme.badges) is None:
            try:
                files = await stated_files(await self._files(), self.pinned.files)
            except (PausedError, SourceError) as error:
                self._left_out("Files that may state the project's colour", error.message)
        decided = decide(wished=brand, logo=look, logo_origin=origin, badges=self.readme.badges, files=files)
        return Branding(decided, tuple(one for one in (sign, dark) if one is not None))

    async def _sign(self) -> tuple[GatheredPicture | None, GatheredPicture | None, LogoLook | None, str]:
        """The logo, its twin for dark ground, what it looks like and where it was found."""
        if self.tools.settings.brand.logo is not None:
            own = await self._wished(self.tools.settings.brand.logo)
            look = await looked_at(own, self.tools)
            return (own, None, look, self.tools.settings.brand.logo) if look else (None, None, None, "")
        tried: set[str] = set()
        try:
            for candidates in (self._in_readme, self._in_repository):
                for candidate in await candidates():
                    if candidate.origin in tried:
                        continue
                    tried.add(candidate.origin)
                    picture = await self._gathered(candidate)
                    look = await looked_at(picture, self.tools) if picture else None
                    if picture is None or look is None or not is_sign(look, named=candidate.named):
                        continue
                    dark = await self._gathered(candidate.dark) if candidate.dark else None
                    if dark is not None and await looked_at(dark, self.tools) is None:
                        dark = None
                    return picture, dark, look, candidate.origin
            picture = await self._avatar()
        except (PausedError, SourceError) as error:
            self._left_out("The logo", error.message)
            return None, None, None, ""
        look = await looked_at(picture, self.tools) if picture else None
        return (picture, None, look, "the owner's avatar") if look else (None, None, None, "")

    async def _in_readme(self) -> list[Candidate]:
        return readme_logos(self.readme, self.facts)

    async def _in_repository(self) -> list[Candidate]:
        return repository_logos(await self._files(), self.facts.name)[:CANDIDATES]

    async def _gathered(self, candidate: Candidate) -> GatheredPicture | None:
        return await gather_logo(candidate, self.pinned.files, self.pictures, self.tools.store.keep_bytes)

    async def _files(self) -> list[str]:
        if self.paths is None:
            self.paths = await self.pinned.files.within(FOLDERS)
        return self.paths

    async def _avatar(self) -> GatheredPicture | None:
        url, http = self.pinned.avatar, self.tools.http
        if url is None or http is None:
            return None
        data = await fetch_avatar(url, http, self.tools.settings.github)
        return await kept_logo(data, url[:500], self.tools.store.keep_bytes)

    async def _wished(self, path: str) -> GatheredPicture:
        """The logo of the settings file: in the repository, or beside the file but never outside its folder."""
        data = await self.pinned.files.read(path.lstrip("/"), LOGO_LIMIT_BYTES)
        if data is None and self.tools.settings.brand.folder is not None:
            data = await LocalFiles(self.tools.settings.brand.folder).read(path, LOGO_LIMIT_BYTES)
        picture = await kept_logo(data, f"/{path.lstrip('/')}", self.tools.store.keep_bytes)
        if picture is None:
            what = "there is no such file" if data is None else "it is no picture that is understood"
            raise UsageError(
                f"brand.logo in the settings file: {path!r}: {what}.",
                hint=f"Name a PNG, SVG, JPEG, WebP or GIF of at most 2 MB in the repository or beside {PROJECT_FILE}.",
            )
        return picture

    def _left_out(self, what: str, why: str) -> None:
        self.tools.emit(Notice("warning", f"{what} could not be looked for: {why}"))


def _says_colour(look: LogoLook | None) -> bool:
    return decide(wished=Brand(), logo=look, logo_origin="", badges=(), files=()).accent is not None


async def looked_at(picture: GatheredPicture, tools: Tools) -> LogoLook | None:
    """What a sign looks like; None, said once, when it cannot be drawn."""
    try:
        look = await tools.store(tools.engines.logos, LogoRequest(logo=picture.artifact), label="logo")
    except (ShotError, BrowserError) as error:
        tools.emit(Notice("warning", f"The logo {picture.src[:120]} is left out: {error.message}"))
        return None
    if look.size_px is None:
        tools.emit(Notice("warning", f"The logo {picture.src[:120]} is left out: it cannot be drawn."))
        return None
    return look


def dressed(script: Manuscript, readme: ReadmeDocument, pinned: Pinned, branding: Branding) -> Manuscript:
    """The script in the brand's colours and with its sign; a person's storyboard stays as it is.

    It is done after writing, so that another colour does not have a storyboard written, and paid for, anew.
    """
    if script.author == "person":
        return script
    brand, theme = branding.brand, script.storyboard.theme
    if brand.accent is not None or brand.accent_2 is not None or brand.mode is not None:
        theme = theme_for(pinned.pinned.facts, readme, script.storyboard.style, brand)
    board = script.storyboard.model_copy(update={"theme": theme, "logo": brand.logo_on(theme.mode)})
    return script.model_copy(update={"storyboard": board, "notes": (*script.notes, *told(brand, theme))})


async def with_sign(
    script: Manuscript,
    readme: ReadmeDocument,
    pinned: Pinned,
    pictures: tuple[GatheredPicture, ...],
    branding: Branding,
    tools: Tools,
) -> tuple[GatheredPicture, ...]:
    """The pictures, and the bytes of the sign the storyboard names.

    Raises:
        StoryboardError: It is none of the repository's files.
    """
    src = script.storyboard.logo
    if src is None:
        return pictures
    sign = next((one for one in branding.signs if one.src == src), None)
    if sign is None:
        sign = await _named_sign(src, readme, pinned, pictures, tools)
        if sign is not None and await looked_at(sign, tools) is None:
            sign = None
    others = tuple(one for one in pictures if one.src != src)
    if sign is None:
        return pictures
    return (*others, sign.model_copy(update={"private": pinned.pinned.facts.private}))


async def _named_sign(
    src: str, readme: ReadmeDocument, pinned: Pinned, pictures: Sequence[GatheredPicture], tools: Tools
) -> GatheredPicture | None:
    """What a person's storyboard names: a picture of the README, a file of the repository, the owner's avatar."""
    keep = tools.store.keep_bytes
    if src == pinned.avatar and tools.http is not None:
        return await kept_logo(await fetch_avatar(src, tools.http, tools.settings.github), src, keep)
    candidate = Candidate(src, own_path(src, readme.path, pinned.pinned.facts), named=True)
    found = await gather_logo(candidate, pinned.files, pictures, keep)
    if found is None and "://" in src:
        tools.emit(Notice("warning", f"The logo {src[:120]} is left out: it is not in the repository."))
    elif found is None:
        raise StoryboardError(
            f"The logo {src!r} is no picture of the repository.",
            path="logo",
            hint="Write a path as the README does, or / and the path in the repository; or leave it out.",
        )
    return found
