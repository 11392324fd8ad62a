"""A local stand-in of the provider, so that anyone can try the whole paid road for free."""

from readme2video.sandbox.account import BoughtOrder, SeenRequest
from readme2video.sandbox.server import Sandbox

__all__ = ["BoughtOrder", "Sandbox", "SeenRequest"]
