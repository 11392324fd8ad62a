"""Reads a README into structure, every node with the lines it came from."""

from readme2video.readme.reader import Reader, parse_readme
from readme2video.readme.text import decode

__all__ = ["Reader", "decode", "parse_readme"]
