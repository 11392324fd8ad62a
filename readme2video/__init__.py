"""readme2video: turns a repository's README into a short promo film."""

__version__ = "0.1.0"
