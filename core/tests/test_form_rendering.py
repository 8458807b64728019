"""Forms and fields through templates/forms/."""

import pytest
from django import forms

from core.errors import Refused
from core.forms import Form
from core.templatetags import ui


class Sample(Form):
    name = forms.CharField(label="Name", help_text="As on the card.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    sex = forms.ChoiceField(label="Sex", widget=forms.RadioSelect, choices=[("f", "Female"), ("m", "Male")])
    critical = forms.BooleanField(label="Critical", required=False)
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


def refused():
    form = Sample({"token": "t"})
    form.submit(lambda values: values)
    return str(form)


def test_a_label_belongs_to_its_control():
    shown = str(Sample()["name"].as_field_group())

    assert 'for="id_name"' in shown
    assert 'id="id_name"' in shown


@pytest.mark.parametrize(("name", "marked"), [("name", False), ("note", True)])
def test_only_optional_fields_are_marked(name, marked):
    assert ("optional" in str(Sample()[name].as_field_group())) is marked


def test_a_filter_may_leave_the_mark_out():
    assert "optional" not in ui.field(Sample()["note"], optional=False)


def test_choices_are_a_group_with_a_legend():
    shown = str(Sample()["sex"].as_field_group())

    assert "<fieldset" in shown
    assert "<legend>Sex" in shown


def test_hints_and_errors_are_tied_to_the_control():
    shown = refused()

    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown


def test_the_summary_names_the_code_and_leads_to_the_fields():
    shown = refused()

    assert 'role="alert"' in shown
    assert 'data-code="invalid"' in shown
    assert 'href="#id_name"' in shown
    assert 'href="#id_sex_0"' in shown


def test_a_refusal_keeps_its_code_and_what_was_typed():
    form = Sample({"name": "Pia", "sex": "f", "token": "t"})

    def refuse(values):
        raise Refused("That time has just been taken.", code="slot_taken")

    form.submit(refuse)
    shown = str(form)

    assert 'data-code="slot_taken"' in shown
    assert "That time has just been taken." in shown
    assert 'value="Pia"' in shown


def test_hidden_fields_have_no_label():
    shown = str(Sample())

    assert '<input type="hidden" name="token" value="t" id="id_token">' in shown
    assert 'for="id_token"' not in shown


def test_a_width_is_a_class():
    assert 'class="field field--half"' in ui.field(Sample()["name"], width="half")
