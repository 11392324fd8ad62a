"""Golden pictures: compared with a tolerance, renewed with ``pytest --update-golden``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).with_name("golden")
WIDTH_PX = 480
# Another Chromium places letters and rounds gradients a little differently; another layout differs by far more.
MEAN_TOLERANCE = 2.5
FAR_SHARE = 0.02


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden pictures anew")


def compare(path: Path, name: str, *, update: bool) -> None:
    """Assert that a picture looks like the golden one of that name, or write it."""
    golden = FOLDER / f"{name}.png"
    with Image.open(path) as image:
        small = image.convert("RGB").resize(
            (WIDTH_PX, round(WIDTH_PX * image.height / image.width)), Image.Resampling.BOX
        )
    if update:
        FOLDER.mkdir(exist_ok=True)
        small.quantize(128, dither=Image.Dither.NONE).save(golden, optimize=True)
        return
    assert golden.is_file(), f"no golden picture {golden.name}; run pytest --update-golden and look at it"
    with Image.open(golden) as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    found = np.asarray(small).astype(int)
    assert found.shape == wanted.shape
    difference = np.abs(found - wanted)
    far = float((difference.max(axis=2) > 48).mean())
    assert difference.mean() < MEAN_TOLERANCE, f"{name}: mean difference {difference.mean():.2f}"
    assert far < FAR_SHARE, f"{name}: {far:.1%} of the pixels differ much"
