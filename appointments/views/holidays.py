"""Public holidays of a year, from a list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions.holidays import add_holidays
from appointments.models import Location
from appointments.setup.holidays import read
from core import clock
from core.forms import Form


class HolidaysForm(Form):
    """The days, and where."""

    days = forms.CharField(
        label=gettext_lazy("Days"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: the date, then its name. For example: 25 December Christmas Day"),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        min_value=2000,
        max_value=2190,
        help_text=gettext_lazy("Of dates that do not say it."),
    )
    location = forms.ModelChoiceField(
        label=gettext_lazy("Location"),
        queryset=Location.objects.none(),  # read-scope: locations are no person's
        required=False,
        empty_label=gettext_lazy("All locations"),
    )
    each_year = forms.BooleanField(
        label=gettext_lazy("The same days every year"),
        required=False,
        help_text=gettext_lazy(
            "For days with a fixed date. Add the movable ones, such as Easter Monday, by themselves."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["location"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Location.objects.filter(is_active=True)  # read-scope: locations are no person's
        self.fields["year"].initial = clock.today().year + (clock.today().month > 6)


@allow(Permission.CLINIC_SETUP)
def holidays(request: HttpRequest) -> HttpResponse:
    """Paste a list of days; all of them are added, or none and why."""
    form = HolidaysForm(request.POST or None)

    def save(data: dict[str, Any]) -> list[Any]:
        days = read(data["days"], data["year"])
        return [add_holidays(by=me(request), days=days, location=data["location"], each_year=data["each_year"])]

    if request.method == "POST" and (done := form.submit(save)):
        count = len(done[0])
        told = ngettext("%(n)s day added.", "%(n)s days added.", count) % {"n": count}
        messages.success(request, told if count else _("All of these days are closed already."))
        return redirect("appointments:closure-list")
    return render(request, "appointments/setup/holidays.html", {"form": form}, status=form.status)
