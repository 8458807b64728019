"""A name that was typed into a search and found nobody, on its way to the form for a new patient."""

import re

from django.http import HttpRequest

_LONGEST = 200
_PHONE = re.compile(r"\+?[\d\s()/.-]{6,}")


def typed_elsewhere(request: HttpRequest) -> dict[str, str] | None:
    """What the form for a new patient begins with, if a search led here; None for the form itself.

    The button says in `name_from` which of the fields that were sent holds the name.
    """
    if request.method != "POST" or "name_from" not in request.POST:
        return None
    text = request.POST.get(request.POST["name_from"], "")[:_LONGEST]
    return fields_of(" ".join(text.split())) if text.isprintable() else {}


def fields_of(text: str) -> dict[str, str]:
    """Names in the order of typing, "Keller, Pia" too; a phone number in its own field, other figures nowhere."""
    phone = _PHONE.search(text)
    rest = text.replace(phone[0], " ") if phone else text
    words = [word for word in re.split(r"(,)|\s+", rest) if word and not any(letter.isdigit() for letter in word)]
    found = {"phone": phone[0].strip()} if phone and not re.fullmatch(r"\d{4}-\d\d-\d\d", phone[0].strip()) else {}
    if "," in words:
        at = words.index(",")
        family, given = words[:at], [word for word in words[at:] if word != ","]
    else:
        family, given = words[-1:], words[:-1]
    named = {"family_name": _spelled(family), "given_name": _spelled(given)}
    return found | {name: value for name, value in named.items() if value}


def _spelled(words: list[str]) -> str:
    """Typed in small letters, names get their capitals."""
    text = " ".join(words)
    return text.title() if text.islower() else text
