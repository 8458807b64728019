"""A text field that is encrypted at rest and bound to its row."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from core import crypto


class Ciphertext(str):
    """Text as it lies in the database."""


class _Decrypting(DeferredAttribute):
    """Opens the text when it is read: only here are the row and its id both known."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Ciphertext):
            return value
        return crypto.decrypt(value, place=self.field.place(instance))  # type: ignore[attr-defined]

    def __set__(self, instance: models.Model, value: Any) -> None:
        # With a setter Python asks this descriptor before the instance's own dictionary.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField[str, str]):
    """Free text, AES-256-GCM, with model, field and row id as associated data.

    `update()`, `filter()` and `values()` are refused: they know no row. Save the object instead.
    """

    descriptor_class = _Decrypting

    def place(self, instance: models.Model) -> str:
        """Where a value belongs: a ciphertext copied elsewhere does not open."""
        return f"{instance._meta.label}/{self.attname}/{instance.pk}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else Ciphertext(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Ciphertext):
            return value
        return Ciphertext(crypto.encrypt(value, place=self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Ciphertext):
            return value
        raise FieldError(f"{self.name} is encrypted: save the object, no update() or filter() on it")
