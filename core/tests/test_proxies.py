"""Whose word counts about where a call comes from."""

import pytest
from django.test import RequestFactory

from core import proxies
from core.middleware import client_address

PROXY, CLIENT, LIE = "10.0.0.2", "203.0.113.7", "198.51.100.1"


@pytest.mark.parametrize(
    ("trusted", "told", "expected"),
    [
        ("", "", PROXY),
        ("", CLIENT, PROXY),  # by default nobody is believed
        ("0", CLIENT, PROXY),
        ("1", CLIENT, CLIENT),
        ("1", f"{LIE}, {CLIENT}", CLIENT),  # what the caller wrote himself stands further out
        ("2", f"{LIE}, {CLIENT}, 10.0.0.9", CLIENT),
        ("2", CLIENT, CLIENT),  # a call that came past one proxy only
        ("1", "", PROXY),
        ("10.0.0.0/8", CLIENT, CLIENT),
        ("10.0.0.0/8", f"{LIE}, {CLIENT}, 10.1.1.1", CLIENT),
        ("192.168.0.0/16", CLIENT, PROXY),  # the connection itself is not from a proxy of ours
        ("10.0.0.2, fd00::/8", f"{LIE}, {CLIENT}", CLIENT),
        ("1", "Quixote", PROXY),
        ("1", f"{CLIENT}:51234", CLIENT),
        ("1", "[2001:db8::7]:443", "2001:db8::7"),
        ("1", "::ffff:203.0.113.7", CLIENT),
        ("2", f"{LIE}, unknown, {CLIENT}", CLIENT),
    ],
)
def test_the_caller_is_who_our_own_proxies_saw(settings, trusted, told, expected):
    settings.TRUSTED_PROXIES = proxies.parse(trusted)
    more = {"HTTP_X_FORWARDED_FOR": told} if told else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, **more)) == expected


@pytest.mark.parametrize("value", ["all", "-1", "11", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1,", "proxy.example"])
def test_what_names_nobody_is_refused(value):
    with pytest.raises(ValueError):
        proxies.parse(value)
