from scripts import shape
from scripts.tests.planted import plant


def lines_of(count, indent=""):
    return "\n".join(f"{indent}x = {number}" for number in range(count))


def messages(root):
    return [str(finding) for finding in shape.check(root)[1]]


def test_a_function_over_fifty_lines_is_found(tmp_path):
    plant(tmp_path, core__clock_py=f"def now():\n{lines_of(50, '    ')}\n")
    assert messages(tmp_path) == ["core/clock.py:1: now() has 51 lines, at most 50"]


def test_a_function_of_fifty_lines_is_fine(tmp_path):
    plant(tmp_path, core__clock_py=f"def now():\n{lines_of(49, '    ')}\n")
    assert messages(tmp_path) == []


def test_a_file_over_four_hundred_lines_is_found(tmp_path):
    plant(tmp_path, patients__rules_py=lines_of(401))
    assert messages(tmp_path) == ["patients/rules.py:1: the file has 401 lines, at most 400"]


def test_tests_may_have_long_functions_but_no_long_files(tmp_path):
    plant(tmp_path, core__tests__test_clock_py=f"def test_it():\n{lines_of(400, '    ')}\n")
    assert messages(tmp_path) == ["core/tests/test_clock.py:1: the file has 401 lines, at most 400"]


def test_migrations_and_settings_may_be_long(tmp_path):
    plant(tmp_path, core__migrations__first_py=lines_of(500), clinic__settings_py=lines_of(500))
    assert messages(tmp_path) == []


def test_a_template_over_120_lines_is_found(tmp_path):
    plant(tmp_path, templates__base_html="<p></p>\n" * 121)
    assert messages(tmp_path) == ["templates/base.html:1: the template has 121 lines, at most 120"]


def test_the_figures_are_printed(tmp_path):
    plant(
        tmp_path, core__one_py="def a():\n    return 1\n", core__two_py="def b():\n    x = 1\n    y = 2\n    return 3\n"
    )
    functions, files, *_ = shape.check(tmp_path)[0]
    assert functions.split() == ["functions", "2", "median", "3", "p90", "5", "max", "4"]
    assert files.split() == ["files", "2", "median", "3", "p90", "5", "max", "4"]
