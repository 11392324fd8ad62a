"""Reads a README into structure, every node with the lines it came from."""

from readme2video.readme.news import read_news
from readme2video.readme.reader import Reader, parse_readme
from readme2video.readme.text import cited_text

__all__ = ["Reader", "cited_text", "parse_readme", "read_news"]
