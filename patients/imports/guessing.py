"""Which column holds what: from the last file with the same headings, else from the headings' own words."""

import hashlib
from collections.abc import Mapping, Sequence

from patients.imports.kinds import Kind
from patients.imports.words import headings, plain
from patients.models import Import


def header_key(names: Sequence[str]) -> str:
    """The same for files whose headings say the same."""
    return hashlib.sha256("\n".join(plain(name) for name in names).encode()).hexdigest()


def guess(kind: Kind, names: Sequence[str], key: str) -> dict[str, str]:
    """What each column holds, by its place in the row; columns that nobody knows are left out."""
    remembered = Import.objects.latest_like(kind.slug, key)
    if remembered is not None:
        return dict(remembered.mapping)
    known = headings(kind.slug)
    offered = {column.name for column in kind.columns}
    found: dict[str, str] = {}
    for place, name in enumerate(names):
        meant = known.get(plain(name), "")
        if meant in offered and meant not in found.values():
            found[str(place)] = meant
    return found


def cells_of(mapping: Mapping[str, str], cells: Sequence[str]) -> dict[str, str]:
    """The texts of one row by what they are; empty ones are left out."""
    places = ((int(place), name) for place, name in mapping.items())
    return {name: cells[place] for place, name in places if place < len(cells) and cells[place]}
