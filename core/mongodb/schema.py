"""Collections and indexes, as migrations change them."""

from typing import Any

from django.db import models
from django_mongodb_backend.schema import DatabaseSchemaEditor as Upstream
from pymongo.operations import IndexModel

from core.mongodb import companions, sequences

Model = type[models.Model]
Field = models.Field[Any, Any]


class DatabaseSchemaEditor(Upstream):
    """Unique indexes that queries use; defaults of any type; indexes and counters that follow a rename."""

    def add_index(
        self, model: Model, index: models.Index, *, field: Any = None, unique: bool = False, **options: Any
    ) -> None:
        """Make a unique index plain where no column may be NULL, and give the others a plain companion.

        5.2.4 makes every unique index partial (`{"$type": ...}`, so that several NULLs may stand). No query says the
        type, so the planner reads the whole collection for each session, each sign-in. May go when test_indexes.py
        shows IXSCAN for Session and User without it.
        """
        if index.contains_expressions or options.get("column_prefix"):
            super().add_index(model, index, field=field, unique=unique, **options)
            return
        fields = [field] if field else [model._meta.get_field(name) for name, _ in index.fields_orders]
        describe: Any = index.get_pymongo_index_model  # type: ignore[attr-defined]  # upstream adds it
        plain = describe(model, schema_editor=self, field=field).document
        collection = self.get_collection(model._meta.db_table)
        if unique and not any(column.null for column in fields):
            collection.create_indexes([_index(plain, name=index.name, unique=True)])
            return
        if not unique:
            companions.make_room(collection, plain)
        super().add_index(model, index, field=field, unique=unique, **options)
        companions.settle(collection)

    def remove_index(self, model: Model, index: models.Index) -> None:
        """Take the companion away too, as the two methods below do; they go with add_index."""
        super().remove_index(model, index)
        self._settle(model)

    def _remove_composed_index(self, model: Model, *args: Any, **options: Any) -> None:
        super()._remove_composed_index(model, *args, **options)
        self._settle(model)

    def _remove_field_unique(self, model: Model, *args: Any, **options: Any) -> None:
        super()._remove_field_unique(model, *args, **options)
        self._settle(model)

    def _remove_field_index(self, model: Model, field: Field, column_prefix: str = "") -> None:
        """Take away the index of `db_index=True` and no other, though unique ones stand on the same column.

        5.2.4 counts those of Meta.constraints too and refuses: allauth's migrations could not go back. May go when
        test_an_index_beside_a_unique_one (test_schema.py) passes without it.
        """
        own = {index.name for index in model._meta.indexes}
        columns = [f"{column_prefix}{field.column}"]
        kind = {"index": True, "unique": False, "type_": models.Index.suffix}
        collection = self.get_collection(model._meta.db_table)
        for name in self._constraint_names(model, columns, exclude=own, **kind):
            if not name.endswith(companions.PLAIN):
                collection.drop_index(name)
        self._settle(model)

    def _settle(self, model: Model) -> None:
        companions.settle(self.get_collection(model._meta.db_table))

    def effective_default(self, field: Field) -> Any:
        """The default as a literal: 5.2.4 puts it bare into an update pipeline, where `{}` is an error and a text that
        begins with `$` names another field. May go when test_schema.py adds a JSONField(default=dict) without it."""
        return {"$literal": super().effective_default(field)}

    def _alter_field(self, model: Model, old_field: Field, new_field: Field, *args: Any, **options: Any) -> None:
        """Let indexes over several columns follow a renamed one, and a unique one follow a change of NULL.

        5.2.4 renames the column and leaves such indexes on the old name: uniqueness would silently end. May go when
        test_schema.py passes without it.
        """
        super()._alter_field(model, old_field, new_field, *args, **options)
        if old_field.column != new_field.column:
            self._rename_in_indexes(model, old_field.column, new_field.column)
        if old_field.null != new_field.null:
            self._rebuild_uniques(model, old_field, new_field)

    def _rename_in_indexes(self, model: Model, old: Any, new: Any) -> None:
        collection = self.get_collection(model._meta.db_table)
        for name, index in (collection.index_information() or {}).items():
            columns = [column for column, _ in index["key"]]
            if old not in columns:
                continue
            collection.drop_index(name)
            keys = [(new if column == old else column, order) for column, order in index["key"]]
            kept = {option: index[option] for option in ("unique", "partialFilterExpression") if option in index}
            if condition := kept.get("partialFilterExpression"):
                kept["partialFilterExpression"] = {new if c == old else c: value for c, value in condition.items()}
            collection.create_indexes([IndexModel(keys, name=name, **kept)])

    def _rebuild_uniques(self, model: Model, old_field: Field, new_field: Field) -> None:
        if self._field_should_have_unique(old_field) and self._field_should_have_unique(new_field):
            self._remove_field_unique(model, new_field)
            self._add_field_unique(model, new_field)
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and new_field.name in constraint.fields:
                self.remove_constraint(model, constraint)
                self.add_constraint(new_field.model, constraint)

    def alter_db_table(self, model: Model, old_db_table: str, new_db_table: str) -> None:
        """The counter of the integer key goes with the collection, and this with core.mongodb.sequences."""
        super().alter_db_table(model, old_db_table, new_db_table)
        if old_db_table != new_db_table and not self.collect_sql:
            sequences.rename(self.connection.database, old_db_table, new_db_table)

    def delete_model(self, model: Model) -> None:
        """The counter of the integer key goes with the collection, and this with core.mongodb.sequences."""
        super().delete_model(model)
        if not self.collect_sql:
            sequences.forget(self.connection.database, model._meta.db_table)


def _index(document: dict[str, Any], **changes: Any) -> IndexModel:
    options = {name: value for name, value in document.items() if name not in {"key", "name"}}
    return IndexModel(list(document["key"].items()), **options | changes)
