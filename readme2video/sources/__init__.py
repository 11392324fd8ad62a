"""Where a README comes from: a folder, a file or a GitHub repository, fixed in time with the facts known about it."""

from readme2video.sources.address import GitHubSource, LocalSource, Source, parse_source
from readme2video.sources.announced import Announced, announced
from readme2video.sources.files import RepositoryFiles
from readme2video.sources.local import repository_of
from readme2video.sources.picture_fetcher import PictureFetcher
from readme2video.sources.pictures import gather_pictures
from readme2video.sources.pinning import Pinned, pin

__all__ = [
    "Announced",
    "GitHubSource",
    "LocalSource",
    "PictureFetcher",
    "Pinned",
    "RepositoryFiles",
    "Source",
    "announced",
    "gather_pictures",
    "parse_source",
    "pin",
    "repository_of",
]
