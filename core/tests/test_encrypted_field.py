"""An encrypted field is text for the program and ciphertext for the database."""

import pytest
from django.core.exceptions import FieldError

from core import audit
from core.crypto import Undecipherable
from core.fields import Ciphertext, EncryptedTextField
from core.models import Record


class Note(Record):
    """A record of these tests; its table does not exist."""

    text = EncryptedTextField(blank=True, default="")

    class Meta(Record.Meta):
        app_label = "core"
        managed = False


FIELD = Note._meta.get_field("text")


def stored(note):
    return FIELD.get_prep_value(FIELD.pre_save(note, add=True))


def read(note, value):
    copy = Note(pk=note.pk)
    copy.__dict__["text"] = FIELD.from_db_value(value, None, None)
    return copy


def test_stored_encrypted_and_read_as_text():
    note = Note(text="Latex allergy")
    value = stored(note)
    assert isinstance(value, Ciphertext)
    assert "Latex" not in value
    assert read(note, value).text == "Latex allergy"


def test_a_value_copied_to_another_row_does_not_open():
    value = stored(Note(text="Latex allergy"))
    with pytest.raises(Undecipherable):
        assert read(Note(), value).text


def test_what_was_not_read_is_written_back_untouched():
    note = Note(text="Latex allergy")
    value = stored(note)
    assert stored(read(note, value)) == value


def test_nothing_stays_nothing():
    note = Note()
    note.text = None
    assert stored(note) is None
    assert read(note, None).text is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: rows.filter(text="x"),
        lambda rows: rows.exclude(text="x"),
        lambda rows: rows.get(text="x"),
        lambda rows: rows.update(text="x"),
        lambda rows: rows.values("text"),
        lambda rows: rows.values_list("id", "text"),
        lambda rows: rows.values(),
    ],
)
def test_what_knows_no_row_is_refused(ask):
    with pytest.raises(FieldError):
        ask(Note.objects.all())


def test_other_fields_may_be_read_alone():
    assert "text" not in str(Note.objects.values_list("id", flat=True).query)


def test_the_audit_says_that_it_changed_and_not_what():
    assert audit.snapshot(Note(text="Latex allergy"), "text") == {"text": "changed"}
    assert Note(text="Latex")._difference("text", "Nickel") == "changed"
