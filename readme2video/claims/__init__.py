"""Claims compile: every string on screen is held against the lines it cites."""

from readme2video.claims.checking import check_claims, check_scene
from readme2video.claims.claim import Claim, ClaimKind
from readme2video.claims.evidence import Evidence
from readme2video.claims.gate import claims_of, refusal, told
from readme2video.claims.support import is_hype

__all__ = [
    "Claim",
    "ClaimKind",
    "Evidence",
    "check_claims",
    "check_scene",
    "claims_of",
    "is_hype",
    "refusal",
    "told",
]
