"""Whose word counts about where a call comes from: X-Forwarded-For is believed as far as our own proxies wrote it."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

# How many proxies stand in a row before us, or the networks in which they stand.
Trusted: TypeAlias = int | tuple[IPv4Network | IPv6Network, ...]
MOST_PROXIES = 10


def parse(value: str) -> Trusted:
    """`2`, or `10.0.0.0/8, 192.168.1.7`; empty is 0: nobody. Raises ValueError."""
    if not value.strip():
        return 0
    if value.strip().isdecimal():
        count = int(value)
        if count > MOST_PROXIES:
            raise ValueError("too many proxies")
        return count
    return tuple(ip_network(part.strip()) for part in value.split(","))


def caller(peer: str, forwarded_for: str, trusted: Trusted) -> str:
    """The address of who asked: from the connection inwards to outwards, past our proxies and no further.

    What is no address ends the way: then the last one that is known to be true is the answer.
    """
    found = peer
    ahead = [part.strip() for part in forwarded_for.split(",")] if forwarded_for else []
    passed = 0
    while ahead and _is_ours(found, passed, trusted):
        outer = _address(ahead.pop())
        if not outer:
            break
        found, passed = outer, passed + 1
    return found


def _is_ours(address: str, passed: int, trusted: Trusted) -> bool:
    if isinstance(trusted, int):
        return passed < trusted
    known = _address(address)
    return bool(known) and any(ip_address(known) in network for network in trusted)


def _address(text: str) -> str:
    """The plain form of an address, which may carry a port as some proxies write it; empty for anything else."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
