"""Machinery that knows no patient. A closed list of modules: a new one needs an ADR."""

import django_stubs_ext

# Makes `QuerySet["User"]`, `ModelForm[M]` ... work at run time.
django_stubs_ext.monkeypatch()
