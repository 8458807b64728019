"""The editors of types, chairs, holidays: colours that can be read, ready-made types, order, lists of days."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from appointments.actions import day_plans, setup
from appointments.actions.holidays import add_holidays
from appointments.models import AppointmentType, Chair, Closure, DayTemplate, Location, TemplateBlock
from appointments.setup import holidays, ready_made
from appointments.setup.colours import PALETTE, WHITE, contrast, is_readable, nearest_readable
from appointments.tests.desk import book, kind, monday, refusal
from core.errors import Refused
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(ada: User, client: Client) -> Client:
    client.force_login(ada)
    return client


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#000000", "#4492b5", "#101010"])
def test_the_nearest_readable_colour(colour: str) -> None:
    assert not is_readable(colour)
    assert is_readable(nearest_readable(colour))


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#767676", WHITE), 2) == 4.54
    assert all(is_readable(colour) for colour in PALETTE)


def test_a_colour_that_cannot_be_read_is_refused_where_it_changes(ada: User) -> None:
    with refusal("unreadable_colour") as caught:
        setup.change_type(by=ada, type=kind("ADJ"), colour="#ffee88")
    assert is_readable(caught.value.extra["nearest"])
    AppointmentType.objects.filter(code="ADJ").update(colour="#ffee88")  # from before there was a rule
    assert setup.change_type(by=ada, type=kind("ADJ"), name="Adjusting").colour == "#ffee88"


def test_ready_made_types_that_are_missing(ada: User) -> None:
    AppointmentType.objects.filter(code__in=["RETC", "BOND"]).delete()
    setup.change_type(by=ada, type=kind("OBS"), name="Look again")
    added = setup.add_ready_made_types(by=ada)
    assert {row.code for row in added} == {"RETC", "BOND"}
    assert (kind("OBS").name, kind("BOND").minutes) == ("Look again", 90)
    assert not ready_made.missing()
    assert not setup.add_ready_made_types(by=ada)


def test_what_is_kept_for_a_type_follows_its_new_code(ada: User, practice: Location) -> None:
    template = day_plans.add_template(by=ada, location=practice, name="Usual")
    TemplateBlock.objects.create(template=template, opens="08:00", closes="09:00", types="ADJ BOND")
    day_plans.build_days(by=ada, template=template, version=1, days=[monday().date()])
    setup.change_type(by=ada, type=kind("BOND"), code="BRAC")
    assert template.blocks.get().codes == ("ADJ", "BRAC")
    from appointments.models import DayBlock

    assert DayBlock.objects.get().codes == ("ADJ", "BRAC")


def test_chairs_change_places(ada: User, practice: Location) -> None:
    Chair.objects.update(position=0)  # as a clinic that never gave them an order

    def names() -> list[str]:
        return [chair.name for chair in Chair.objects.filter(location=practice)]

    setup.move_chair(by=ada, chair=Chair.objects.get(name="Chair 3"), earlier=True)
    assert names() == ["Chair 1", "Chair 3", "Chair 2"]
    setup.move_chair(by=ada, chair=Chair.objects.get(name="Chair 1"), earlier=True)
    assert names() == ["Chair 1", "Chair 3", "Chair 2"]


@pytest.mark.parametrize(
    ("line", "day", "name"),
    [
        ("2027-12-25 Christmas Day", date(2027, 12, 25), "Christmas Day"),
        ("25.12.2027, Christmas", date(2027, 12, 25), "Christmas"),
        ("1.8. National day", date(2026, 8, 1), "National day"),
        ("25 December 2027 Christmas", date(2027, 12, 25), "Christmas"),
        ("1 Jan New Year", date(2026, 1, 1), "New Year"),
        ("5 April 2027\tEaster Monday", date(2027, 4, 5), "Easter Monday"),
    ],
)
def test_days_as_people_write_them(line: str, day: date, name: str) -> None:
    assert holidays.read(f"\n{line}\n\n", 2026) == [holidays.Holiday(day, name)]


@pytest.mark.parametrize("line", ["Christmas", "31.2.2027 Never", "12/25/2027 Christmas", "25 Xyz 2027", ""])
def test_a_line_that_is_no_day_is_named(line: str) -> None:
    with pytest.raises(Refused) as caught:
        holidays.read(f"1 Jan New Year\n{line}" if line else "", 2026)
    assert not line or line in str(caught.value)


def test_holidays_are_added_once(ada: User) -> None:
    days = holidays.read("25 December Christmas\n26 December Boxing Day", 2027)
    assert len(add_holidays(by=ada, days=days, each_year=True)) == 2
    assert add_holidays(by=ada, days=days) == []
    assert Closure.objects.get(reason="Christmas").each_year


@pytest.mark.once(reason="pages: the same rows on every database")
class TestPages:
    def test_out_of_use_with_visits_to_come_asks_again(
        self, desk: Client, rita: User, dana: User, pia: Patient, practice: Location
    ) -> None:
        visit = book(rita, pia, dana, monday(9))
        assert visit.chair
        page, sent = f"/setup/chairs/{visit.chair_id}/", {"name": visit.chair.name, "position": 1}
        answer = desk.post(page, sent)
        assert answer.status_code == 409
        assert "1 visit to come" in answer.content.decode() and "Lindholm, Pia" in answer.content.decode()
        assert Chair.objects.get(pk=visit.chair_id).is_active
        desk.post(page, sent | {"all_the_same": "1"})
        assert not Chair.objects.get(pk=visit.chair_id).is_active
        assert "Lindholm, Pia" in desk.get(page).content.decode()

    def test_the_readable_colour_that_was_offered_is_taken(self, desk: Client) -> None:
        page = f"/setup/types/{kind('ADJ').pk}/"
        sent = {"code": "ADJ", "name": "Adjustment", "pattern": "AAdA", "colour": "#ffee88", "is_active": "on"}
        answer = desk.post(page, sent)
        assert answer.status_code == 422
        nearest = answer.context["form"].extra["nearest"]
        assert f'value="{nearest}"' in answer.content.decode()
        desk.post(page, sent | {"nearest": nearest})
        assert kind("ADJ").colour == nearest

    def test_a_template_is_drawn_and_applied(self, desk: Client, practice: Location) -> None:
        made = desk.post("/setup/day-templates/new/", {"location": practice.pk, "name": "Usual"})
        template = DayTemplate.objects.get()
        page = f"/setup/day-templates/{template.pk}/"
        assert made.headers["Location"] == page
        block = {"chair": "", "opens": "12:00", "closes": "13:00", "kind": "lunch", "version": template.version}
        desk.post(page, block)
        part = template.blocks.get()
        shown = desk.get(f"/setup/day-blocks/{part.pk}/")
        assert "Lunch, 12:00" in shown.content.decode()
        template.refresh_from_db()
        desk.post(f"/setup/day-blocks/{part.pk}/", block | {"opens": "12:15", "version": template.version})
        assert f"{template.blocks.get().opens:%H:%M}" == "12:15"
        stale = desk.post(page, block | {"opens": "14:00", "closes": "15:00"})
        assert (stale.status_code, template.blocks.count()) == (412, 1)
        days = {"first": monday().date(), "last": monday().date().replace(), "weekdays": ["0"]}
        shown = desk.get(f"{page}apply/", days)
        assert "1 day to build" in shown.content.decode()
        template.refresh_from_db()
        built = desk.post(f"{page}apply/", days | {"version": template.version}, follow=True)
        assert "1 day has been built" in built.content.decode()
        again = desk.get(f"{page}apply/", days)
        assert "1 day built already" in again.content.decode()

    def test_an_absence_leads_to_its_visits(
        self, desk: Client, rita: User, dana: User, omar: User, pia: Patient, practice: Location
    ) -> None:
        visit = book(rita, pia, dana, monday(9))
        day = monday().date().isoformat()
        added = desk.post("/setup/closures/new/", {"starts_on": day, "ends_on": day, "doctor": dana.pk})
        page = f"/schedule/absences/{Closure.objects.get().pk}/"
        assert added.headers["Location"] == page
        shown = desk.get(page).content.decode()
        assert f'value="{day}"' in shown and "Lindholm, Pia" in shown
        sent = {"move": "on", "version": 1, "day": day}
        row: dict[str, Any] = {f"{visit.pk}-{name}": value for name, value in sent.items()}
        wrong = desk.post(page, row | {f"{visit.pk}-time": "", f"{visit.pk}-doctor": omar.pk})
        assert wrong.status_code == 400 and "Give the day and the time" in wrong.content.decode()
        done = desk.post(page, row | {f"{visit.pk}-time": "09:00", f"{visit.pk}-doctor": omar.pk}, follow=True)
        assert "1 visit moved." in done.content.decode()
        run = done.redirect_chain[0][0]
        desk.post(f"{run}undo/")
        visit.refresh_from_db()
        assert visit.doctor == dana

    def test_a_year_of_closings(self, desk: Client, dana: User) -> None:
        Closure.objects.create(starts_on="2027-05-03", ends_on="2027-05-07", doctor=dana)
        body = desk.get("/setup/closures/?year=2027").content.decode()
        assert body.count('data-mark="away"') == 5
