"""How well a record meets what was asked for: exact before beginning, that before nickname, slip and sound."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from patients.search import words
from patients.search.engines import Candidate
from patients.search.keys import Key, Kind
from patients.search.query import Query, Term

EXACT: Final = 1.0
SPELLED: Final = 0.97  # "mueller" for "muller"
BEGINNING: Final = 0.9
NICKNAME: Final = 0.8
SLIP: Final = 0.7
TWO_SLIPS: Final = 0.62
SOUND: Final = 0.6
SLIP_IN_BEGINNING: Final = 0.55
# The guardian's name is worth less than the patient's own, whatever the class.
OF_GUARDIAN: Final = 0.95
GUARDIANS: Final = frozenset({Kind.GUARDIAN, Kind.GUARDIAN_PHONE, Kind.GUARDIAN_EMAIL})
PHONES: Final = frozenset({Kind.PHONE, Kind.GUARDIAN_PHONE})
_NAMES: Final = frozenset({Kind.NAME, Kind.GUARDIAN})


@dataclass(frozen=True)
class Hit:
    """A record that meets every term: how well, and by which of its words and digits."""

    patient_id: str
    archived: bool
    score: float
    met: tuple[str, ...]


def ranked(query: Query, candidates: Iterable[Candidate], most: int) -> list[Hit]:
    """Those that meet every term, best first, at most so many; of equals the archived ones last."""
    scored = [(found, one) for one in candidates if (found := score(query, one)) is not None]
    scored.sort(key=lambda pair: (-pair[0], pair[1].archived, pair[1].patient_id))
    return [Hit(one.patient_id, one.archived, found, _met(query, one)) for found, one in scored[:most]]


def score(query: Query, candidate: Candidate) -> float | None:
    """The mean over the terms, 0 to 1; None if a term is not met."""
    best = [max((worth(term, key) for key in candidate.keys), default=0.0) for term in query.terms]
    return round(sum(best) / len(best), 3) if all(best) else None


def _met(query: Query, candidate: Candidate) -> tuple[str, ...]:
    keys = sorted(candidate.keys)
    best = [max((worth(term, key), -place) for place, key in enumerate(keys)) for term in query.terms]
    return tuple(dict.fromkeys(keys[-place].token for _worth, place in best))


def worth(term: Term, key: Key) -> float:
    """How well one key meets one term, 0 to 1; 0 for not at all."""
    found = likeness(term.spellings, key.token) if term.word and key.kind in _NAMES else _worth_of_value(term, key)
    return found * OF_GUARDIAN if key.kind in GUARDIANS else found


@lru_cache(maxsize=65536)
def likeness(spellings: tuple[str, ...], known: str) -> float:
    """How well a typed word, in any of its spellings, meets a known one."""
    typed = spellings[0]
    if typed == known:
        return EXACT
    if known in spellings or typed in words.spellings(known):
        return SPELLED
    if any(known.startswith(word) for word in spellings):
        return BEGINNING
    if known in words.nicknames(typed):
        return NICKNAME
    return _likeness_with_slips(typed, known)


def _likeness_with_slips(typed: str, known: str) -> float:
    allowed = words.slips_allowed(typed)
    if not allowed:
        return 0.0
    slips = OSA.distance(typed, known, score_cutoff=allowed)
    if slips <= allowed:
        return SLIP if slips == 1 else TWO_SLIPS
    if words.sound(typed) and words.sound(typed) == words.sound(known):
        return SOUND
    if len(typed) > words.BEGINNING and len(known) > len(typed):
        starts = (known[: len(typed) + more] for more in (-1, 0, 1))
        return SLIP_IN_BEGINNING if any(OSA.distance(typed, start) <= 1 for start in starts) else 0.0
    return 0.0


def _worth_of_value(term: Term, key: Key) -> float:
    found = 0.0
    for wanted in term.keys:
        if wanted.kind == key.kind and key.token == wanted.token:
            # Only the last digits are the same: another number, or the same one written another way.
            is_tail = key.kind in PHONES and len(key.token) < len(term.digits)
            found = max(found, SLIP if is_tail else EXACT)
        if wanted.kind == key.kind and wanted.prefix and key.token.startswith(wanted.token):
            found = max(found, BEGINNING)
    return found
