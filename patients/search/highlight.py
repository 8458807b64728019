"""Marks in what is shown the letters and digits that met a search: "Müller" for a typed "muller". Always escaped."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from patients.search import words
from patients.search.keys import FEWEST_DIGITS, TOKEN_LENGTH, Kind
from patients.search.query import Query

Span = tuple[int, int]  # from here to before there

_LONGEST: Final = TOKEN_LENGTH // 2 - 1  # letters of a word that the search knows
_DAY: Final = re.compile(r"\d{4}-(?:\d\d-\d\d)?", re.ASCII)
_NUMBERS: Final = (Kind.PHONE, Kind.GUARDIAN_PHONE)
_ADDRESSES: Final = (Kind.EMAIL, Kind.GUARDIAN_EMAIL)


class Marker:
    """For one search and one patient. A text without anything to mark comes back escaped and otherwise as it was.

    `tokens` are the words and digits of the record that met the search (`Found.tokens`). Of a word that begins with
    what was typed the beginning is marked; a word met by a slip, its sound or a nickname is marked whole.
    """

    def __init__(self, tokens: Iterable[str], query: Query) -> None:
        self.tokens = tuple(tokens)
        self._typed = {spelling for term in query.names for spelling in term.spellings}
        keys = [key for term in query.values for key in term.keys]
        self._numbers = {key.token for key in keys if key.kind in _NUMBERS}
        self._addresses = {key.token for key in keys if key.kind in _ADDRESSES}
        self._years = {term.year for term in query.values if term.year}

    def name(self, text: str) -> SafeString:
        """A name of one or more words."""
        found = _words(text)
        return marked(text, (self._within(text, span) for token in self.tokens for span in _spans(token, found)))

    def in_name(self, text: str) -> set[str]:
        """The tokens that are words of this name."""
        found = _words(text)
        return {token for token in self.tokens if any(_spans(token, found))}

    def phone(self, text: str) -> SafeString:
        """A phone number, however it is written."""
        places = [place for place, char in enumerate(text) if char.isascii() and char.isdigit()]
        spans = []
        for token in self.in_phone(text):
            first = len(places) - len(token)
            length = len(_part(token, self._numbers))
            spans.append((places[first], places[first + length - 1] + 1))
        return marked(text, spans)

    def in_phone(self, text: str) -> set[str]:
        """The tokens that are the last digits of this number."""
        digits = "".join(char for char in text if char.isascii() and char.isdigit())
        long = {token for token in self.tokens if len(token) >= FEWEST_DIGITS and token.isdecimal()}
        return {token for token in long if digits.endswith(token)}

    def email(self, text: str) -> SafeString:
        """An address."""
        spans = ((0, len(_part(token, self._addresses))) for token in self.in_email(text))
        return marked(text, spans)

    def in_email(self, text: str) -> set[str]:
        """The token that is this address."""
        return {token for token in self.tokens if text and token == words.plain(text)}

    def chart(self, number: str) -> SafeString:
        """A chart number, with or without its leading zeros."""
        return marked(number, [(0, len(number))] if self.in_chart(number) else [])

    def in_chart(self, number: str) -> set[str]:
        """The token that is this chart number."""
        plain = words.plain(number)
        return {plain, plain.lstrip("0")} & set(self.tokens)

    def born(self, day: date, text: str) -> SafeString:
        """A date of birth written as `text`; only the year if no more was typed."""
        if not self.in_date(day):
            return marked(text, [])
        year = str(day.year)
        place = text.find(year) if year in self._years else -1
        return marked(text, [(0, len(text)) if place < 0 else (place, place + len(year))])

    def in_date(self, day: date) -> set[str]:
        """The tokens that are this day, or its year."""
        return {token for token in self.tokens if _DAY.fullmatch(token) and day.isoformat().startswith(token)}

    def _within(self, text: str, span: Span) -> Span:
        """The part of a word or of several that was typed: all of it if that was not its beginning."""
        start, end = span
        wanted = _part(_joined(text[start:end]), self._typed)
        seen = ""
        for place in range(start, end):
            seen += _joined(text[place])
            if not wanted.startswith(seen[: len(wanted)]):
                break
            if len(seen) >= len(wanted):
                return start, _past_accents(text, place + 1)
        return span


def marked(text: str, spans: Iterable[Span]) -> SafeString:
    """The text with these parts in <mark>; parts that touch become one."""
    pieces: list[SafeString] = []
    place = 0
    for start, end in _merged(spans):
        pieces += [escape(text[place:start]), format_html("<mark>{}</mark>", text[start:end])]
        place = end
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, escape(text[place:])]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    made: list[Span] = []
    for start, end in sorted(set(spans)):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def _words(text: str) -> list[tuple[Span, str]]:
    """Every run of letters and digits, with the accents that stand on them, and how the search knows it."""
    found: list[Span] = []
    for place, char in enumerate(text):
        goes_on = bool(found) and found[-1][1] == place
        if goes_on and (char.isalnum() or _is_accent(char)):
            found[-1] = (found[-1][0], place + 1)
        elif char.isalnum():
            found.append((place, place + 1))
    return [((start, end), _joined(text[start:end])) for start, end in found]


def _spans(token: str, found: list[tuple[Span, str]]) -> Iterator[Span]:
    """Where the token stands: one word, or several that were joined ("vanderberg")."""
    for first, ((start, _end), _word) in enumerate(found):
        joined = ""
        for (_start, end), word in found[first:]:
            joined += word
            if joined[:_LONGEST] == token:
                yield start, end
            if not token.startswith(joined):
                break


def _part(token: str, typed: Iterable[str]) -> str:
    """The longest of what was typed that the token begins with; the whole token if it begins with none."""
    return max((part for part in typed if part and token.startswith(part)), key=len, default=token)


def _joined(text: str) -> str:
    return "".join(words.split(words.plain(text)))


def _past_accents(text: str, place: int) -> int:
    while place < len(text) and _is_accent(text[place]):
        place += 1
    return place


def _is_accent(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"
