"""What a rule refuses comes back into the form."""

import pytest
from django import forms

from core.errors import NotFound, NotPermitted, Refused, TooMany
from core.forms import Form


class Sample(Form):
    name = forms.CharField(max_length=5)
    code = forms.CharField(required=False)  # type: ignore[assignment]


def submit(data, error=None):
    form = Sample(data)

    def work(cleaned):
        if error:
            raise error
        return cleaned["name"]

    return form, form.submit(work)


def test_what_the_work_gives_back():
    form, result = submit({"name": "Rita"})
    assert (result, form.status, form.refusal_code) == ("Rita", 200, "")


@pytest.mark.parametrize("name", ["", "too long", "a\x00"])
def test_a_shape_error(name):
    form, result = submit({"name": name})
    assert (result, form.status, form.refusal_code) == (None, 400, "invalid")


def test_a_refusal_at_its_field():
    form, result = submit({"name": "Rita"}, Refused("Taken.", code="email_taken", field="name"))
    assert (result, form.status, form.refusal_code) == (None, 409, "email_taken")
    assert form.errors == {"name": ["Taken."]}


def test_a_refusal_of_a_field_that_the_form_has_not():
    form, _ = submit({"name": "Rita"}, Refused("No.", code="not_now", field="chair"))
    assert form.non_field_errors() == ["No."]
    assert form.status == 422


def test_too_many_attempts_say_when():
    form, _ = submit({"name": "Rita"}, TooMany(30))
    assert (form.status, form.retry_after) == (429, 30)


@pytest.mark.parametrize("error", [NotPermitted(), NotFound()])
def test_what_is_not_the_forms_business(error):
    with pytest.raises(type(error)):
        submit({"name": "Rita"}, error)


def test_a_field_called_code_does_not_hide_the_refusals():
    form, _ = submit({"name": "Rita", "code": "CONS"}, Refused("No.", code="in_use"))
    assert 'data-code="in_use"' in str(form)
