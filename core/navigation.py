"""The shell's navigation: every package registers its own entries, so that names point downwards only."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import Text


@dataclass(frozen=True, order=True)
class NavItem:
    """One entry. `shown_to(user)` decides; `prefix` marks the entry as current for every path below
    it, or with a `$` at its end for that path alone."""

    order: int
    label: Text = field(compare=False)
    url_name: str = field(compare=False)
    icon: str = field(compare=False)
    prefix: str = field(compare=False)
    shown_to: Callable[[object], bool] = field(compare=False)


_items: list[NavItem] = []


def register(item: NavItem) -> None:
    """Add an entry; called once, from an AppConfig's ready()."""
    _items.append(item)


def items_for(user: object) -> list[NavItem]:
    """The entries that this person sees, in order."""
    return [item for item in sorted(_items) if item.shown_to(user)]
