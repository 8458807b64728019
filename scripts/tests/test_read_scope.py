import pytest

from scripts import read_scope
from scripts.tests.planted import plant


def found(root):
    return [(finding.path, finding.line) for finding in read_scope.check(root)]


@pytest.mark.parametrize(
    "line",
    [
        "rows = Patient.objects.all()",
        "rows = Patient.objects.filter(name='x').order_by('name')",
        "row = get_object_or_404(Patient, pk=pk)",
        "row = get_object_or_404(Patient.objects, pk=pk)",
        "row = shortcuts.get_object_or_404(models.Patient, pk=pk)",
        "rows = Patient._base_manager.all()",
        "rows = both(Patient.objects.visible_to(user), Visit.objects.all())",
        "rows = Patient.objects.all()  # read-scope:",
    ],
)
def test_a_read_past_the_scope_is_found(tmp_path, line):
    plant(tmp_path, patients__views_py=line)
    assert found(tmp_path) == [("patients/views.py", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "rows = Patient.objects.visible_to(user).order_by('name')",
        "rows = Patient.objects.current().visible_to(user)",
        "row = get_object_or_404(Patient.objects.visible_to(user), pk=pk)",
        "row = get_object_or_404(rows, pk=pk)",
        "rows = Chair.objects.all()  # read-scope: chairs are no secret",
        "# read-scope: chairs are no secret\nrows = Chair.objects.all()",
        "rows = (\n    Chair.objects  # read-scope: chairs are no secret\n    .all()\n)",
    ],
)
def test_a_scoped_or_explained_read_passes(tmp_path, text):
    plant(tmp_path, patients__views_py=text)
    assert found(tmp_path) == []


def test_an_explanation_covers_its_own_statement_only(tmp_path):
    text = """
    def show(request):
        if Chair.objects.exists():
            return 1  # read-scope: not about the line above
    """
    plant(tmp_path, patients__views_py=text)
    assert found(tmp_path) == [("patients/views.py", 2)]


def test_every_kind_of_door_is_looked_at(tmp_path):
    line = "x = P.objects.all()"
    plant(
        tmp_path,
        accounts__views_staff_py=line,
        accounts__views__staff_py=line,
        patients__api_py=line,
        patients__api__list_py=line,
        portal__home_py=line,
    )
    assert len(found(tmp_path)) == 5


def test_actions_models_admin_core_and_tests_may_read_everything(tmp_path):
    line = "x = P.objects.all()"
    plant(
        tmp_path,
        patients__actions_py=line,
        patients__models_py=line,
        patients__admin_py=line,
        portal__admin_py=line,
        core__api__idempotency_py=line,
        patients__tests__test_views_py=line,
    )
    assert found(tmp_path) == []
