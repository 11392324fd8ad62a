"""The gate before the first frame: what is not supported is told all at once, and stops the film."""

from __future__ import annotations

from collections.abc import Sequence

from readme2video.claims.checking import check_claims
from readme2video.claims.claim import Claim
from readme2video.claims.evidence import Evidence
from readme2video.errors import StoryboardError
from readme2video.model.brief import Brief
from readme2video.model.storyboard import Storyboard

MOST_TOLD = 8


def claims_of(storyboard: Storyboard, brief: Brief) -> tuple[Claim, ...]:
    """Every string of a storyboard held against what its brief allows it to say."""
    evidence = Evidence.of(brief, storyboard.project)
    return check_claims(storyboard, evidence, translated=not evidence.speaks(storyboard.language))


def told(claim: Claim, *, mended: bool = True) -> str:
    """A claim's problem in one line: where, the words, what is wrong and, if wanted, how it is mended."""
    words = claim.text if len(claim.text) <= 80 else f"{claim.text[:77]}…"
    shown = " / ".join(line.strip() for line in words.split("\n") if line.strip())
    fix = f" {claim.fix}" if mended and claim.fix else ""
    return f"scenes.{claim.place}.{claim.path} ({claim.scene}) {shown!r}: {claim.problem}{fix}"


def refusal(unsupported: Sequence[Claim]) -> StoryboardError:
    """The error that names every string the README does not support, the first eight of them in full."""
    first, count = unsupported[0], len(unsupported)
    lines = [told(claim) for claim in unsupported[:MOST_TOLD]]
    if count > MOST_TOLD:
        lines.append(f"and {count - MOST_TOLD} more.")
    head = "1 string says" if count == 1 else f"{count} strings say"
    return StoryboardError(
        "\n".join([f"{head} what the README does not:", *lines]),
        path=f"scenes.{first.place}.{first.path}",
        hint="Mend them in the storyboard, or make the film all the same with --allow-unsupported.",
        scene=first.scene,
    )
