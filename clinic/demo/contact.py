"""How invented people are reached: numbers that ring nowhere, mailboxes that do not exist."""

from functools import cache

import phonenumbers

from patients.rules import fold

# 555-0100 to 555-0199 are kept free for stories in every area of North America.
_PER_AREA = 100
_HOME_AREAS = (646, 917, 347, 929, 718, 212)
_CLINICS_AREA = 332
# Spreads neighbours over the areas; shares no factor with the number of numbers.
_STRIDE = 7919


@cache
def _areas() -> tuple[int, ...]:
    possible = [area for area in range(201, 990) if area not in (*_HOME_AREAS, _CLINICS_AREA) and _is_ordinary(area)]
    return (*_HOME_AREAS, *possible)


def _is_ordinary(area: int) -> bool:
    number = phonenumbers.parse(f"+1{area}5550123")
    kind = phonenumbers.number_type(number)
    return phonenumbers.is_valid_number(number) and kind == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE


def phone(serial: int) -> str:
    """A valid number in E.164; the first 600 lie in the clinic's own areas."""
    near = len(_HOME_AREAS) * _PER_AREA
    total = len(_areas()) * _PER_AREA
    place = serial * 7 % near if serial < near else near + serial * _STRIDE % (total - near)
    area, tail = divmod(place, _PER_AREA)
    return f"+1{_areas()[area]}55501{tail:02d}"


def clinic_phone(serial: int) -> str:
    """A number of the clinic's own, which no family has."""
    return f"+1{_CLINICS_AREA}55501{serial:02d}"


def email(given: str, family: str, serial: int) -> str:
    """A mailbox below .example, which never exists; empty letters fall back to the serial number."""
    name = ".".join(filter(None, (_plain(given), _plain(family)))) or "family"
    return f"{name}.{serial}@mail.example"


def _plain(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isascii() and letter.isalnum())
