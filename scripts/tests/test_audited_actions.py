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
    text = "def archive(*, by): ..."
    plant(tmp_path, patients__actions__archive_py=text, patients__actions_family_py=text)
    assert len(messages(tmp_path)) == 2


def test_other_modules_and_the_decorator_itself_are_not_actions(tmp_path):
    text = "def archive(patient): ..."
    plant(tmp_path, core__actions_py=text, patients__rules_py=text, patients__tests__actions_py=text)
    assert messages(tmp_path) == []
