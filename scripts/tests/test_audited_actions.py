import pytest

from scripts import audited_actions
from scripts.tests.planted import plant


def messages(root):
    return [str(finding) for finding in audited_actions.check(root)]


def test_an_action_without_audit_is_found(tmp_path):
    plant(tmp_path, patients__actions_py="def archive(*, by, patient): ...")
    assert messages(tmp_path) == ["patients/actions.py:1: archive() is not @audited"]


@pytest.mark.parametrize("signature", ["by, *, patient", "*, patient, by", "*args", ""])
def test_an_action_says_by_whom_first_and_takes_keywords_only(tmp_path, signature):
    plant(tmp_path, patients__actions_py=f"@audited\ndef archive({signature}): ...")
    assert messages(tmp_path) == ["patients/actions.py:2: archive() must take keywords only, `by` first"]


@pytest.mark.parametrize("decorator", ["@audited", "@actions.audited", "@core.actions.audited"])
def test_an_audited_action_passes(tmp_path, decorator):
    plant(tmp_path, patients__actions_py=f"{decorator}\ndef archive(*, by, patient): ...\n\ndef _row(x): ...")
    assert messages(tmp_path) == []


def test_every_actions_module_is_looked_at(tmp_path):
    text = "@audited\ndef add(*, by): ...\n\ndef archive(*, by): ..."
    plant(tmp_path, patients__actions_py=text, accounts__actions__staff_py=text, patients__actions_family_py=text)
    assert len(messages(tmp_path)) == 3


def test_other_modules_and_the_decorator_itself_are_not_actions(tmp_path):
    text = "def archive(patient): ..."
    plant(tmp_path, core__actions_py=text, patients__rules_py=text, patients__tests__actions_py=text)
    assert messages(tmp_path) == []


def test_steps_that_only_the_actions_share_are_left_alone(tmp_path):
    plant(
        tmp_path,
        patients__actions__steps_py="def note(patient): ...",
        patients__actions__records_py="from patients.actions import steps\n\n@audited\ndef add(*, by): ...",
    )
    assert messages(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        "from patients.actions import steps",
        "from patients.actions.steps import note",
        "import patients.actions.steps",
    ],
)
def test_a_door_may_not_use_steps_that_are_not_audited(tmp_path, line):
    plant(tmp_path, patients__actions__steps_py="def note(*, by): ...", patients__views_py=line)
    assert messages(tmp_path) == ["patients/actions/steps.py:1: note() is not @audited"]


def test_what_the_package_offers_is_an_action(tmp_path):
    offer = "from patients.actions.steps import note"
    plant(tmp_path, patients__actions__steps_py="def note(*, by): ...", patients__actions____init___py=offer)
    assert messages(tmp_path) == ["patients/actions/steps.py:1: note() is not @audited"]


def test_a_forgotten_decorator_beside_other_actions_is_found(tmp_path):
    plant(tmp_path, patients__actions__records_py="@audited\ndef add(*, by): ...\n\ndef archive(*, by): ...")
    assert messages(tmp_path) == ["patients/actions/records.py:4: archive() is not @audited"]
