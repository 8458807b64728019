"""Whether two records may be one person: why they look alike, and how much. No queries here."""

from patients.duplicates.judging import (
    LIKELY,
    LISTED,
    STRONG,
    Bond,
    Lookalike,
    Reason,
    Verdict,
    judge,
    likely,
    look_like,
)
from patients.duplicates.traits import Traits

__all__ = [
    "LIKELY",
    "LISTED",
    "STRONG",
    "Bond",
    "Lookalike",
    "Reason",
    "Traits",
    "Verdict",
    "judge",
    "likely",
    "look_like",
]
