"""The front end stays small, self-contained and within the content security policy."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
KILOBYTE = 1000


@pytest.mark.parametrize(("pattern", "most"), [("css/*.css", 68 * KILOBYTE), ("js/*.js", 42 * KILOBYTE)])
def test_own_files_stay_within_their_budget(pattern, most):
    assert sum(path.stat().st_size for path in STATIC.glob(pattern)) <= most


@pytest.mark.parametrize(("folder", "listed_in"), [("css", "_styles.html"), ("js", "_scripts.html")])
def test_every_file_is_linked_once(folder, listed_in):
    text = (ROOT / "templates" / "components" / listed_in).read_text()

    linked = re.findall(rf"'{folder}/([\w-]+\.\w+)'", text)

    assert sorted(linked) == sorted(path.name for path in (STATIC / folder).iterdir())


def test_style_sheets_use_only_names_that_exist():
    text = "".join(path.read_text() for path in (STATIC / "css").glob("*.css"))

    assert set(re.findall(r"var\(--([\w-]+)", text)) <= set(re.findall(r"--([\w-]+):", text))


def test_nothing_is_loaded_from_elsewhere():
    files = [*(STATIC / "css").iterdir(), *(STATIC / "js").iterdir(), *TEMPLATES]
    loads = re.compile(r"""(?:src|href|url\(|@import|from)\s*[=(]?\s*["']?https?://""")

    assert [path.name for path in files if loads.search(path.read_text())] == []


def test_templates_hold_no_inline_style_or_script():
    inline = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|javascript:""")

    assert [str(path.relative_to(ROOT)) for path in TEMPLATES if inline.search(path.read_text())] == []


def test_every_icon_named_in_a_template_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([\w-]+)"', path.read_text())}

    assert named - drawn == set()
