"""The engine that looks at a logo: its size, its clear parts and its colours, measured in the browser's sandbox."""

from __future__ import annotations

from readme2video.brand import areas
from readme2video.engine import Work
from readme2video.model.brand import LogoLook, LogoRequest
from readme2video.model.record import Size, Stage
from readme2video.scenes.shooter import Shooter


class LogoReader:
    """Decodes a logo where README pictures are decoded, on a page without network and scripts, and counts colours."""

    stage: Stage = "read"
    fingerprint = "logo/1"
    output = LogoLook
    parallel = 1

    def __init__(self, shooter: Shooter) -> None:
        self._shooter = shooter

    async def perform(self, request: LogoRequest, work: Work) -> LogoLook:
        """Measure it; one that cannot be drawn has no size.

        Raises:
            BrowserError: No browser, or it failed twice in a row.
        """
        found = await self._shooter.measure(request.logo, work.path, work.notice)
        work.progress(1.0)
        if found is None:
            return LogoLook()
        counts = [(f"#{red:02x}{green:02x}{blue:02x}", weight) for red, green, blue, weight in found["counts"]]
        return LogoLook(
            size_px=Size(width=found["width"], height=found["height"]),
            clear=found["clear"],
            colours=areas(counts),
        )
