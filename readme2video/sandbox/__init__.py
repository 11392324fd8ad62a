"""A local stand-in of the providers, so that anyone can try the whole paid road for free."""

from readme2video.sandbox.account import BoughtOrder, SeenRequest
from readme2video.sandbox.claude import AskedClaude
from readme2video.sandbox.server import Sandbox

__all__ = ["AskedClaude", "BoughtOrder", "Sandbox", "SeenRequest"]
