"""Pictures as files: checked before they are trusted, prepared before they are sent, laid out on a contact sheet.

Only pictures of our own making come here; a README's pictures are decoded in the browser's sandbox. They are treated
with the same suspicion all the same. Everything here blocks: callers put it in a thread.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import SourceError
from readme2video.model.record import Finding, Size
from readme2video.model.shot import LAYOUT_PX, Aspect

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000
UPLOAD_LIMIT_BYTES = 9_500_000
"""Half a megabyte below what providers take."""

_UNITS: dict[Aspect, tuple[int, int]] = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
_SMALLEST_PX = 16
_CROPPED_SHARE = 0.02
_LADDER = (("PNG", 0), ("JPEG", 95), ("JPEG", 90), ("JPEG", 82), ("JPEG", 72), ("JPEG", 60), ("JPEG", 45))
_warnings_lock = threading.Lock()  # Python's warning filters are one per process, not per thread


@dataclass(frozen=True)
class UploadImage:
    """A picture ready to be sent.

    Attributes:
        data: The file: PNG or JPEG, sRGB, no alpha, no metadata.
        suffix: ``.png`` or ``.jpg``.
        size_px: Exactly of the aspect asked for, both sides even.
        findings: What was changed on the way.
    """

    data: bytes
    suffix: str
    size_px: Size
    findings: tuple[Finding, ...]


def png_size(data: bytes) -> Size | None:
    """The size in a PNG's header; None when it is no PNG or has no end."""
    if len(data) < 45 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or b"IEND" not in data[-12:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return Size(width=width, height=height)


def prepare_upload(
    path: Path, aspect: Aspect, *, limit_bytes: int = UPLOAD_LIMIT_BYTES, ground: str = "#000000"
) -> UploadImage:
    """Make a picture fit to be sent: right aspect, plain sRGB, small enough, nothing but pixels in it.

    A picture within 2 % of the aspect is cropped at its middle; any other is put whole on ``ground``. It is made
    smaller when it is larger than the aspect's layout size, never larger. PNG if that is small enough, else the best
    JPEG that is.

    Args:
        path: A PNG, JPEG or WebP.
        aspect: The aspect to reach exactly.
        limit_bytes: The most bytes the result may have.
        ground: Colour under transparency and beside pictures of another shape.

    Raises:
        SourceError: It is another format, damaged, too large, too small, or stays above the limit.
    """
    findings: list[Finding] = []
    try:
        with path.open("rb") as file, _opened(file, findings) as image:
            picture = _shaped(_plain(image, ground, findings), aspect, ground, findings)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    for form, quality in _LADDER:
        stream = io.BytesIO()
        if form == "PNG":
            # Level 6 takes four times as long for a fifth fewer bytes, and every order waits for it.
            picture.save(stream, "PNG", compress_level=2)
        else:
            picture.save(stream, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
        data = stream.getvalue()
        if len(data) <= limit_bytes:
            if quality and quality < 90:
                findings.append(
                    _info("quality", f"Saved as JPEG at quality {quality} to stay under {limit_bytes} bytes.")
                )
            suffix = ".png" if form == "PNG" else ".jpg"
            return UploadImage(data, suffix, Size(width=picture.width, height=picture.height), tuple(findings))
    raise SourceError(f"{path.name} stays above {limit_bytes} bytes at the lowest quality.")


def contact_sheet(
    images: Sequence[tuple[Path, str]], *, columns: int = 3, cell_px: int = 480, ground: str = "#15161a"
) -> bytes:
    """All scenes on one sheet, each above its caption; those of one shape stand together, in the order given.

    Args:
        images: Pictures with their captions.
        columns: Wide pictures per row; upright ones are narrower, and more of them stand side by side.
        cell_px: Width of a wide picture.
        ground: Colour of the sheet.

    Returns:
        A JPEG file.

    Raises:
        SourceError: A picture cannot be read, or there is none.
    """
    from PIL import Image, ImageDraw, ImageFont

    if not images:
        raise SourceError("A contact sheet needs at least one picture.")
    shapes: dict[float, list[tuple[Image.Image, str]]] = {}
    for path, caption in images:
        try:
            with path.open("rb") as file, _opened(file) as image:
                shapes.setdefault(round(image.width / image.height, 2), []).append((_plain(image, ground, []), caption))
        except OSError as error:
            raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    gap, line = round(cell_px * 0.05), round(cell_px * 0.085)
    across = {shape: 2 * columns if shape < 0.8 else columns + (shape < 1.2) for shape in shapes}
    if len(shapes) == 1:
        across = {shape: min(count, len(shapes[shape])) for shape, count in across.items()}
    wide = next(iter(across.values())) if len(shapes) == 1 else columns
    inner = wide * (cell_px + gap) - gap
    cells: list[tuple[int, int, int, int, Image.Image, str]] = []
    top = gap
    for shape, shown in shapes.items():
        width = cell_px if len(shapes) == 1 else (inner - gap * (across[shape] - 1)) // across[shape]
        height = max(1, round(width / shape))
        for index, (image, caption) in enumerate(shown):
            left = gap + index % across[shape] * (width + gap)
            cells.append((left, top + index // across[shape] * (height + line + gap), width, height, image, caption))
        top += -(-len(shown) // across[shape]) * (height + line + gap)
    sheet = Image.new("RGB", (inner + 2 * gap, top), ground)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(_caption_font(), round(line * 0.52))
    for left, above, width, height, image, caption in cells:
        image.thumbnail((width, height), Image.Resampling.LANCZOS)
        sheet.paste(image, (left + (width - image.width) // 2, above + (height - image.height) // 2))
        text = caption
        while text and pen.textlength(text, font=font) > width:
            text = text[:-2].rstrip() + "…"
        pen.text((left, above + height + line * 0.22), text, fill="#e8e8ee", font=font)
    stream = io.BytesIO()
    sheet.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _caption_font() -> str:
    import fontpkg_inter

    return str(Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf")


@contextmanager
def _opened(file: io.IOBase, findings: list[Finding] | None = None) -> Iterator[Image.Image]:
    """A picture decoded whole, or SourceError."""
    from PIL import Image, UnidentifiedImageError

    name = Path(str(getattr(file, "name", "the picture"))).name
    try:
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(file, formats=FORMATS)  # type: ignore[arg-type]  # any binary file will do
    except UnidentifiedImageError:
        raise SourceError(f"{name} is not a PNG, JPEG or WebP picture.") from None
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError, struct.error) as error:
        raise SourceError(f"{name} is refused: {error}.") from None
    with image:
        if image.width * image.height > MOST_PIXELS:
            raise SourceError(f"{name} has {image.width}x{image.height} pixels; at most 40 million are taken.")
        if findings is not None and getattr(image, "n_frames", 1) > 1:
            findings.append(_info("animation", "Only the first frame is used."))
        try:
            image.load()  # verify() alone lets half a JPEG pass
        except (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError) as error:
            raise SourceError(f"{name} is damaged: {error}.") from None
        yield image


def _plain(image: Image.Image, ground: str, findings: list[Finding]) -> Image.Image:
    """RGB, upright, sRGB, without alpha and metadata."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size or upright is not image:
        orientation = image.getexif().get(0x0112, 1)
        if orientation != 1:
            findings.append(_info("orientation", "Turned upright."))
    image = _as_srgb(_eight_bit(upright), findings)
    if image.has_transparency_data:
        layered = Image.new("RGBA", image.size, ground)
        layered.alpha_composite(image.convert("RGBA"))
        findings.append(_info("alpha", "Transparent parts were filled."))
        image = layered
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    return bare


def _eight_bit(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        import numpy as np

        values = np.asarray(image).astype(np.float64)
        top = 65535.0 if image.mode != "F" else max(1.0, float(values.max()))
        return Image.fromarray(np.clip(values * 255.0 / top, 0, 255).round().astype(np.uint8))
    return image


def _as_srgb(image: Image.Image, findings: list[Finding]) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        findings.append(_info("profile", "Its colour profile is unusable and was ignored."))
        return image
    return converted or image


def _shaped(image: Image.Image, aspect: Aspect, ground: str, findings: list[Finding]) -> Image.Image:
    from PIL import Image, ImageOps

    if max(image.size) < _SMALLEST_PX:
        raise SourceError(f"A picture of {image.width}x{image.height} pixels is too small to use.")
    across, along = _UNITS[aspect]
    layout = LAYOUT_PX[aspect]
    units = min(layout.width // across, max(-(-image.width // across), -(-image.height // along)))
    wanted = image.width * along, image.height * across
    near = abs(wanted[0] - wanted[1]) <= _CROPPED_SHARE * max(wanted)
    if near:  # stay inside the picture rather than enlarge it
        units = min(layout.width // across, max(1, min(image.width // across, image.height // along)))
    else:  # hold all of it: round up
        units = min(units + units % 2, layout.width // across)
    units = max(2, units // 2 * 2)
    size = (across * units, along * units)
    if image.size == size:
        return image
    if near:
        if wanted[0] != wanted[1]:
            findings.append(_info("crop", f"Cropped to {aspect}."))
        return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    findings.append(_info("letterbox", f"Put whole on a {aspect} ground."))
    image = image.copy()
    image.thumbnail(size, Image.Resampling.LANCZOS)
    framed = Image.new("RGB", size, ground)
    framed.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return framed


def _info(rule: str, message: str) -> Finding:
    return Finding(level="info", rule=rule, message=message)
