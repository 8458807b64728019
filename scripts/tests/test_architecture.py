import pytest

from scripts import architecture

CONTRACTS = """
[tool.importlinter]
[[tool.importlinter.contracts]]
id = "packages"
layers = ["portal", "(patients) | (accounts)", "core"]
"""
PAGE = "Before\n<!-- packages: drawn -->\nold\n<!-- end -->\nAfter\n"


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_text(CONTRACTS)
    (tmp_path / "docs/architecture.md").write_text(PAGE)
    return tmp_path


def test_an_old_picture_is_found(checkout, capsys):
    assert architecture.main(checkout, ["--check"]) == 1
    assert "behind the import contracts" in capsys.readouterr().out
    assert (checkout / "docs/architecture.md").read_text() == PAGE


def test_the_picture_follows_the_contract(checkout):
    assert architecture.main(checkout, []) == 0
    page = (checkout / "docs/architecture.md").read_text()
    assert "portal --> patients & accounts\n    patients & accounts --> core" in page
    assert page.startswith("Before\n") and page.endswith("After\n")
    assert architecture.main(checkout, ["--check"]) == 0


def test_a_page_without_pictures_yet_keeps_its_text(checkout):
    page = checkout / "docs/architecture.md"
    page.write_text("<!-- packages: drawn -->\n<!-- end -->\nText\n<!-- other: drawn -->\n<!-- end -->\n")
    architecture.main(checkout, [])
    assert "```\n<!-- end -->\nText\n<!-- other: drawn -->\n<!-- end -->\n" in page.read_text()
