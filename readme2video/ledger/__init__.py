"""The ledger: every order in durable marks, so that no clip is ever paid for twice."""

from readme2video.ledger.book import Ledger, new_attempt_id, recorded_attempts
from readme2video.ledger.conflicts import AlreadyOrderedError, IllegalTransitionError
from readme2video.ledger.database import FILE

__all__ = ["FILE", "AlreadyOrderedError", "IllegalTransitionError", "Ledger", "new_attempt_id", "recorded_attempts"]
