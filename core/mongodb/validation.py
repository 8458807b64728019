"""System checks of fields."""

from django_mongodb_backend.validation import DatabaseValidation as Upstream


class DatabaseValidation(Upstream):
    """5.2.4 forbids AutoField (mongodb.E001), so third-party migrations could not run; core.mongodb.sequences makes
    integers. May go together with the sequences, when upstream has integer auto fields."""

    prohibited_fields: set[str] = set()
