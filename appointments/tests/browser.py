"""A browser without scripts, for the tests of pages: who has signed in, what the page says, what its form sends."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import User


def web(user: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    """The page's HTML."""
    page: str = answer.content.decode()
    return page


def words(answer: Any) -> str:
    """The page's text on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text_of(answer))).split())


def code_of(answer: Any) -> str:
    """The code of the refusal that the page shows, or ""."""
    found = re.search(r'data-code="(\w*)"', text_of(answer))
    return found[1] if found else ""


def offers_of(answer: Any) -> list[str]:
    """What the buttons of the free times send."""
    return [html.unescape(value) for value in re.findall(r'name="slot"\s+value="([^"]+)"', text_of(answer))]
