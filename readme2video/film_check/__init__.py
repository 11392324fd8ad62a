"""Whether a finished film may be posted: every row of the film checks as a verdict.

What a file shows is measured by the ``Examiner``; what the report and the ledger tell is judged by ``recorded_checks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from readme2video.film_check.examiner import Examiner, examine, frames_of
from readme2video.film_check.file import GITHUB_BYTES, GITHUB_COPY, copy_check
from readme2video.film_check.money import money_checks
from readme2video.film_check.picture import page_checks
from readme2video.film_check.sound import words_checks
from readme2video.film_check.story import story_checks
from readme2video.film_check.subject import examination_of_folder, seen_scenes
from readme2video.model.check import Verdict
from readme2video.model.order import Attempt
from readme2video.model.report import Report

__all__ = [
    "GITHUB_BYTES",
    "GITHUB_COPY",
    "Examiner",
    "copy_check",
    "examination_of_folder",
    "examine",
    "frames_of",
    "recorded_checks",
    "seen_scenes",
]


def recorded_checks(report: Report, attempts: Sequence[Attempt] | None, captions: Path) -> tuple[Verdict, ...]:
    """The rows that need no look at the film file: S2, S4, S5, P1, P2, P4, P6, P8, A2, A3 and M1 to M4.

    Args:
        attempts: The project's in the ledger; None when there is no ledger.
        captions: Where the captions would lie.
    """
    said = captions.read_text("utf-8", "replace") if captions.is_file() else None
    return (
        *story_checks(report),
        *page_checks(report),
        *words_checks(report, said),
        *money_checks(report, attempts),
    )
