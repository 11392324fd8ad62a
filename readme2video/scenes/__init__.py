"""Scenes as pictures: HTML laid out per aspect in a locked-down Chromium and shot as layers."""

from readme2video.scenes.logo import LogoReader
from readme2video.scenes.shooter import Shooter, zone_of

__all__ = ["LogoReader", "Shooter", "zone_of"]
