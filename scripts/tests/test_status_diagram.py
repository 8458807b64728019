"""The picture of the statuses says what the table says."""

import re

import pytest

from appointments.rules import TRANSITIONS
from scripts import status_diagram
from scripts.tree import ROOT

pytestmark = pytest.mark.once(reason="about a document")


def test_an_old_picture_is_found_and_drawn_anew(tmp_path, capsys):
    page = tmp_path / status_diagram.PAGE
    page.parent.mkdir()
    page.write_text("Before\n<!-- picture: drawn -->\nold\n<!-- end -->\nAfter\n")
    assert status_diagram.main(tmp_path, ["--check"]) == 1
    assert "behind the table" in capsys.readouterr().out
    assert status_diagram.main(tmp_path, []) == 0
    assert page.read_text().startswith("Before\n") and page.read_text().endswith("After\n")
    assert status_diagram.main(tmp_path, ["--check"]) == 0


def test_the_document_has_an_arrow_for_every_step_and_no_other():
    page = (ROOT / status_diagram.PAGE).read_text()
    arrows = set(re.findall(r"^    (\w+) --> (\w+)$", page, re.MULTILINE))
    assert arrows == {(before.value, after.value) for before, all_after in TRANSITIONS.items() for after in all_after}
