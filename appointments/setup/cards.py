"""Where higher layers put their own editors on the setup page; filled in an AppConfig's ready()."""

from dataclasses import dataclass, field

from core.errors import Text


@dataclass(frozen=True, order=True)
class SetupCard:
    """One editor: what it is for, and the name of its page."""

    order: int
    title: Text = field(compare=False)
    about: Text = field(compare=False)
    url_name: str = field(compare=False)


cards: list[SetupCard] = []
