"""Picture files: what is trusted, what is refused, what is sent."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from readme2video.errors import SourceError
from readme2video.images import contact_sheet, png_size, prepare_upload
from readme2video.model.record import Size


def gradient(width: int = 320, height: int = 180) -> Image.Image:
    across = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    along = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([across, along, 255 - across], axis=2).astype(np.uint8))


def saved(path: Path, image: Image.Image, form: str = "PNG", **options: object) -> Path:
    image.save(path, form, **options)
    return path


def test_a_good_picture_has_no_findings(tmp_path: Path) -> None:
    for form in ("PNG", "JPEG", "WEBP"):
        assert prepare_upload(saved(tmp_path / f"a.{form}", gradient(), form), "16:9").findings == ()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA", "I;16"])
def test_every_mode_becomes_plain_rgb(tmp_path: Path, mode: str) -> None:
    image = gradient()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    path = saved(tmp_path / "a", image, "JPEG" if mode == "CMYK" else "PNG")
    upload = prepare_upload(path, "16:9")
    with Image.open(io.BytesIO(upload.data)) as result:
        assert result.mode == "RGB"
        values = np.asarray(result).astype(int)
    wanted = np.asarray(gradient().convert("L")).astype(int)
    assert abs(values.mean() - wanted.mean()) < 40
    assert values.max() > 120  # a 16-bit picture is scaled, not clipped to white
    assert len(np.unique(values)) > (1 if mode in "1P" else 20)


@pytest.mark.parametrize(
    ("size", "aspect", "wanted"),
    [
        ((1920, 1080), "16:9", (1920, 1080)),
        ((1280, 720), "16:9", (1280, 720)),
        ((3840, 2160), "16:9", (1920, 1080)),
        ((1000, 1000), "1:1", (1000, 1000)),
        ((800, 600), "9:16", (810, 1440)),
        ((4000, 40), "16:9", (1920, 1080)),
        ((1290, 720), "16:9", (1280, 720)),
    ],
)
def test_the_aspect_is_exact(tmp_path: Path, size: tuple[int, int], aspect: str, wanted: tuple[int, int]) -> None:
    upload = prepare_upload(saved(tmp_path / "a.png", gradient(*size)), aspect)  # type: ignore[arg-type]
    assert upload.size_px == Size(width=wanted[0], height=wanted[1])
    assert png_size(upload.data) == upload.size_px
    across, along = (int(part) for part in aspect.split(":"))
    assert upload.size_px.width * along == upload.size_px.height * across


def test_transparency_and_borders_get_the_ground(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    upload = prepare_upload(saved(tmp_path / "a.png", clear), "16:9", ground="#336699")
    with Image.open(io.BytesIO(upload.data)) as result:
        assert result.getextrema() == ((0x33, 0x33), (0x66, 0x66), (0x99, 0x99))
    assert {finding.rule for finding in upload.findings} == {"alpha", "letterbox"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_metadata_gone(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    image = gradient(320, 180) if orientation < 5 else gradient(180, 320)
    path = saved(tmp_path / "a.jpg", image, "JPEG", exif=exif, comment=b"secret", quality=95)
    upload = prepare_upload(path, "16:9")
    assert upload.size_px == Size(width=320, height=180)
    with Image.open(io.BytesIO(upload.data)) as result:
        assert not dict(result.getexif())
        assert not result.info.keys() & {"exif", "comment", "icc_profile", "xmp"}
    assert b"secret" not in upload.data
    assert any(finding.rule == "orientation" for finding in upload.findings) == (orientation != 1)


def test_profiles_become_srgb_or_are_ignored(tmp_path: Path) -> None:
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = prepare_upload(saved(tmp_path / "a.png", gradient(), icc_profile=good), "16:9")
    assert not upload.findings
    upload = prepare_upload(saved(tmp_path / "b.png", gradient(), icc_profile=b"nonsense" * 20), "16:9")
    assert [finding.rule for finding in upload.findings] == ["profile"]
    assert b"nonsense" not in upload.data


def test_text_chunks_and_foreign_tails_do_not_travel(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "somebody")
    path = saved(tmp_path / "a.png", gradient(), pnginfo=info)
    path.write_bytes(path.read_bytes() + b"<html><script>1</script>PK\x03\x04")
    upload = prepare_upload(path, "16:9")
    assert b"somebody" not in upload.data
    assert b"script" not in upload.data


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.webp", gradient(), "WEBP", save_all=True, append_images=[gradient().rotate(180)])
    upload = prepare_upload(path, "16:9")
    assert [finding.rule for finding in upload.findings] == ["animation"]


def test_f9_a_noisy_picture_goes_down_the_ladder(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8)
    path = saved(tmp_path / "a.png", Image.fromarray(noise))
    upload = prepare_upload(path, "16:9", limit_bytes=400_000)
    assert upload.suffix == ".jpg"
    assert len(upload.data) <= 400_000
    assert [finding.rule for finding in upload.findings] == ["quality"]
    with pytest.raises(SourceError, match="stays above"):
        prepare_upload(path, "16:9", limit_bytes=20_000)


def huge_header() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("words.png", b"hello"),
        ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("vector.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        ("animation.png", b"GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"),
        ("huge.png", huge_header()),
    ],
)
def test_what_is_no_picture_of_ours_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=name):
        prepare_upload(path, "16:9")


def test_pixels_are_counted_before_they_are_decoded(tmp_path: Path) -> None:
    path = saved(tmp_path / "wide.png", Image.new("1", (8000, 5100)))
    with pytest.raises(SourceError, match="40 million"):
        prepare_upload(path, "16:9")


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_half_a_picture_is_refused(tmp_path: Path, form: str) -> None:
    path = saved(tmp_path / "half", gradient(), form)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match="damaged"):
        prepare_upload(path, "16:9")


def test_tiny_and_missing_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="too small"):
        prepare_upload(saved(tmp_path / "a.png", Image.new("RGB", (1, 1))), "16:9")
    with pytest.raises(SourceError, match="cannot be read"):
        prepare_upload(tmp_path / "none.png", "16:9")


def test_png_size_needs_a_whole_file(tmp_path: Path) -> None:
    data = saved(tmp_path / "a.png", gradient()).read_bytes()
    assert png_size(data) == Size(width=320, height=180)
    assert png_size(data[:-12]) is None
    assert png_size(b"") is None


def test_a_contact_sheet_shows_all(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", gradient())
    sheet = contact_sheet(
        [(path, f"{index} a caption that is far too long to fit below it, title") for index in range(5)]
    )
    with Image.open(io.BytesIO(sheet)) as image:
        assert image.format == "JPEG"
        assert image.width > 3 * 480
        assert image.height > 2 * 270
    with pytest.raises(SourceError):
        contact_sheet([])


def test_shapes_stand_together_on_a_contact_sheet(tmp_path: Path) -> None:
    shown = []
    for shape, size in {"wide": (160, 90), "upright": (90, 160), "square": (90, 90)}.items():
        file = tmp_path / f"{shape}.png"
        Image.new("RGB", size, "#20c040").save(file)
        shown += [(file, shape)] * 6
    with Image.open(io.BytesIO(contact_sheet(shown))) as image:
        red, green, _ = np.moveaxis(np.asarray(image.convert("RGB")).astype(int), 2, 0)
    rows = green - red > 80  # captions are grey
    filled = rows.any(axis=1)
    starts = np.flatnonzero(filled & ~np.roll(filled, 1))
    across = [np.count_nonzero(np.diff(rows[at + 10].astype(int)) == 1) for at in starts]
    assert [count for count in across if count] == [3, 3, 6, 4, 2], "two rows of three, one of six, four and two"
