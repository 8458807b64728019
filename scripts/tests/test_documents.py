"""What the documents say about the code is compared with the code."""

import re

import pytest
import yaml

from scripts.tree import ROOT

READS = re.compile(
    r"""(?:read|needed|number|zone|region|folder|secret|trusted_proxies|public_url|field_keys|environ\.get|NAME =)"""
    r"""\(?\s*["']([A-Z][A-Z_]+)["']"""
)


def variables():
    modules = [path for path in (ROOT / "clinic").rglob("*.py") if "tests" not in path.parts]
    names = {name for path in modules for name in READS.findall(path.read_text())}
    return sorted(names - {"DJANGO_SETTINGS_MODULE"})


def test_the_reader_of_this_test_still_finds_the_variables():
    assert {"PORT", "HOST", "DATABASE_URL", "SECRET_KEY", "CLINIC_TIME_ZONE"} <= set(variables())


@pytest.mark.parametrize("name", variables())
def test_every_variable_is_in_the_readme_and_in_the_example(name):
    assert f"`{name}`" in (ROOT / "README.md").read_text()
    if name != "DEBUG":
        assert re.search(rf"^#{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_example_names_no_variable_that_nobody_reads():
    named = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named - set(variables()) == set()


def test_core_is_the_closed_list_of_its_decision():
    page = (ROOT / "docs/adr/0006-core-is-closed.md").read_text()
    listed = re.findall(r"`(\w+)`", page.split("needs an ADR.")[1].split("Where a lower")[0])
    found = {path.stem for path in (ROOT / "core").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__", "apps", "migrations", "tests"} - set(listed) == set()


def test_every_link_between_the_documents_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = {(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())}
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_the_compose_file_has_no_password():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    settings = {
        name: value
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
    }
    secret = {name: value for name, value in settings.items() if re.search("PASSWORD|SECRET|KEY|_URI|_URL", name)}
    assert secret
    assert all(name.endswith("_FILE") and value.startswith("/run/keys/") for name, value in secret.items())
