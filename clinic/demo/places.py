"""The invented clinic's two locations, their chairs, hours and closures."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from accounts.models import User
from appointments.day_plans.blocks import copied
from appointments.models import (
    BlockKind,
    BuiltDay,
    Chair,
    Closure,
    DayBlock,
    DayTemplate,
    Location,
    TemplateBlock,
    WorkingHours,
)
from charting.models import Phrase
from clinic.demo import contact

_WORKDAYS = range(5)
_SATURDAY = 5
_DANA_HOURS = ((time(8), time(12, 30)), (time(13, 30), time(17, 30)))
_OMAR_HOURS = ((time(8, 30), time(13)), (time(14), time(18)))
_SATURDAY_HOURS = ((time(9), time(13)),)
_PLANNED_DAYS = 35


PHRASES = (
    ("All well", "No complaints."),
    ("Brushing", "Brushing shown again, parent informed."),
    ("Elastics", "Elastics shown and practised; to be worn as written."),
    ("Wax", "Wax given, use explained."),
)


def make_places(today: date, dana: User, omar: User) -> None:
    """Write everything; today and tomorrow are working days of both doctors at the main location."""
    main = Location.objects.create(
        name="Demo Orthodontics",
        address="200 Broad Street, 3rd floor\nNew York, NY 10004",
        phone=contact.clinic_phone(0),
    )
    east = Location.objects.create(
        name="Demo Orthodontics East", address="18 Lakeview Road\nNew York, NY 10128", phone=contact.clinic_phone(1)
    )
    Phrase.objects.bulk_create(
        Phrase(label=label, text=text, position=place) for place, (label, text) in enumerate(PHRASES, start=1)
    )
    for location, count in ((main, 5), (east, 2)):
        Chair.objects.bulk_create(
            Chair(location=location, name=f"Chair {place}", position=place) for place in range(1, count + 1)
        )
    near = {today.weekday(), (today + timedelta(days=1)).weekday()}
    away = next(weekday for weekday in (3, 1, 4) if weekday not in near)
    WorkingHours.objects.bulk_create(_hours(main, east, dana, omar, near, away))
    Closure.objects.bulk_create(_closures(today, omar))
    _plan_days(main, today)


def _hours(main: Location, east: Location, dana: User, omar: User, near: set[int], away: int) -> Iterator[WorkingHours]:
    for weekday in sorted({*_WORKDAYS, *near}):
        yield WorkingHours(location=main, weekday=weekday, opens=time(8), closes=time(18))
        yield from _of_doctor(main, dana, weekday, _DANA_HOURS)
        yield from _of_doctor(east if weekday == away else main, omar, weekday, _OMAR_HOURS)
    yield WorkingHours(location=east, weekday=away, opens=time(8, 30), closes=time(18))
    if _SATURDAY not in near:
        yield WorkingHours(location=main, weekday=_SATURDAY, opens=time(9), closes=time(13))
        yield from _of_doctor(main, dana, _SATURDAY, _SATURDAY_HOURS)


def _of_doctor(
    location: Location, doctor: User, weekday: int, spans: tuple[tuple[time, time], ...]
) -> Iterator[WorkingHours]:
    for opens, closes in spans:
        yield WorkingHours(location=location, doctor=doctor, weekday=weekday, opens=opens, closes=closes)


def _plan_days(main: Location, today: date) -> None:
    """From tomorrow on the last chair is kept for emergencies in the morning, and everybody eats at one."""
    template = DayTemplate.objects.create(location=main, name="Usual day")
    lunch = TemplateBlock(template=template, opens=time(13), closes=time(13, 30), kind=BlockKind.LUNCH)
    last_chair = Chair.objects.filter(location=main).last()
    emergencies = TemplateBlock(
        template=template, chair=last_chair, opens=time(8), closes=time(12), kind=BlockKind.EMERGENCY
    )
    TemplateBlock.objects.bulk_create([lunch, emergencies])
    days = [today + timedelta(days=offset) for offset in range(1, _PLANNED_DAYS + 1)]
    days = [day for day in days if day.weekday() in _WORKDAYS]
    BuiltDay.objects.bulk_create(BuiltDay(location=main, day=day, template=template) for day in days)
    DayBlock.objects.bulk_create(copied(template, days))


def _closures(today: date, omar: User) -> Iterator[Closure]:
    monday = today - timedelta(days=today.weekday())
    holiday = monday + timedelta(weeks=6)
    yield Closure(starts_on=holiday, ends_on=holiday + timedelta(days=6), reason="Clinic holiday")
    last = monday - timedelta(weeks=20)
    yield Closure(starts_on=last, ends_on=last + timedelta(days=6), reason="Clinic holiday")
    congress = monday + timedelta(weeks=3, days=3)
    yield Closure(doctor=omar, starts_on=congress, ends_on=congress + timedelta(days=1), reason="Congress")
