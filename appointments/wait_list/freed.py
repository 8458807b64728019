"""Times that have become free lately and still are, and who waits for a time like that."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from accounts.models import User, with_profiles
from appointments import slots
from appointments.models import Appointment, AppointmentType, StatusEvent
from appointments.models.wait_list import WaitlistEntry
from appointments.rules import FREES_ALL, FREES_THE_REST, HOLDING, LONGEST_MINUTES, UNIT_MINUTES
from appointments.slots import Slot
from appointments.wait_list.rules import OfferState, ranked
from core import clock
from patients.models import Patient

if TYPE_CHECKING:
    pass

LOOKED_AHEAD: Final = timedelta(days=28)
_FREEING: Final = (*FREES_ALL, *FREES_THE_REST)
_MOST: Final = 200
_MOST_WISHES: Final = 200
MOST_SHOWN: Final = 3


@dataclass(frozen=True)
class Match:
    """A wish and the free time that fits it."""

    entry: WaitlistEntry
    slot: Slot
    offered: bool = False

    @property
    def value(self) -> str:
        """What the button sends: start, doctor, chair and location."""
        slot = self.slot
        return f"{clock.iso(slot.start)}|{slot.doctor_id}|{slot.chair_id or ''}|{slot.location_id}"


@dataclass
class Freed:
    """A stretch of a doctor's time that a visit has left, as far as it is free."""

    start: datetime
    end: datetime
    doctor: User
    matches: list[Match] = field(default_factory=list)

    @property
    def first(self) -> list[Match]:
        """Those who are asked first."""
        return self.matches[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many wait besides."""
        return max(0, len(self.matches) - MOST_SHOWN)


def freed_times(user: User) -> list[Freed]:
    """What was cancelled, moved away or missed in the last days, if it lies ahead, is free now and somebody waits."""
    return _with_matches(user, _left(user))


def freed_by(user: User, visit: Appointment) -> Freed | None:
    """The time of one visit that does not stand any more."""
    if visit.end <= clock.now() or visit.status not in _FREEING:
        return None
    found = _with_matches(user, [Freed(max(visit.start, clock.now()), visit.end, visit.doctor)])
    return found[0] if found else None


def _left(user: User) -> list[Freed]:
    """Times ahead that visits have left: called off, missed, or moved away."""
    now = clock.now()
    ahead = {"gt": now, "lte": now + LOOKED_AHEAD}
    # read-scope: the time alone is shown, and who waits for it
    off = Appointment.objects.filter(start__gt=ahead["gt"], start__lte=ahead["lte"], status__in=_FREEING)
    events = StatusEvent.objects.filter(kind="moved", from_start__gt=ahead["gt"], from_start__lte=ahead["lte"])
    moved = list(events.order_by("from_start")[:_MOST])
    visits = Appointment.objects.in_bulk({event.appointment_id for event in moved})
    times = [(visit.start, visit.minutes, visit.doctor_id) for visit in off.order_by("start")[:_MOST]]
    # Whose doctor changed with the time is looked for with the new one: both may have room there.
    for event in moved:
        visit = visits[event.appointment_id]
        times.append((event.from_start or now, visit.minutes, visit.doctor_id))
    doctors = {row.pk: row for row in with_profiles(User.objects.doctors().filter(pk__in={time[2] for time in times}))}
    found: dict[tuple[datetime, str], Freed] = {}
    for start, minutes, doctor in times:
        if doctor in doctors:
            end = start + timedelta(minutes=minutes)
            found.setdefault((start, doctor), Freed(start, end, doctors[doctor]))
    return [found[key] for key in sorted(found)]


def _with_matches(user: User, gaps: list[Freed]) -> list[Freed]:
    if not gaps:
        return []
    entries = ranked(WaitlistEntry.objects.visible_to(user).waiting()[:_MOST_WISHES])
    types = AppointmentType.objects.in_bulk({entry.type_id for entry in entries})
    people = Patient.objects.in_bulk({entry.patient_id for entry in entries})
    for entry in entries:
        entry.type, entry.patient = types[entry.type_id], people[entry.patient_id]
    entries = [entry for entry in entries if not entry.patient.is_archived]
    free = _free({entry.type for entry in entries}, gaps)
    out, busy = _offered(entries), _busy(entries, gaps)
    for gap in gaps:
        for entry in entries:
            slot = _fitting(entry, gap, free.get(entry.type_id, ()))
            if slot and not _is_elsewhere(entry, slot, busy):
                gap.matches.append(Match(entry, slot, offered=(entry.pk, slot.start) in out))
    return [gap for gap in gaps if gap.matches]


def _free(types: Iterable[AppointmentType], gaps: list[Freed]) -> dict[str, list[Slot]]:
    """What is really free now, for each kind of visit: a freed time may have been booked again."""
    days: list[date] = sorted({clock.wall(gap.start).date() for gap in gaps})
    doctors = list({gap.doctor.pk: gap.doctor for gap in gaps}.values())
    return {
        type.pk: slots.free_slots(
            doctors=doctors,
            first_day=days[0],
            last_day=days[-1],
            pattern=type.pattern,
            step=UNIT_MINUTES,
            type_code=type.code,
        )
        for type in types
    }


def _busy(entries: Iterable[WaitlistEntry], gaps: list[Freed]) -> dict[str, list[Appointment]]:
    """Visits of those who wait that may lie beside a freed time."""
    first, last = min(gap.start for gap in gaps) - timedelta(minutes=LONGEST_MINUTES), max(gap.end for gap in gaps)
    rows = Appointment.objects.filter(patient_id__in={entry.patient_id for entry in entries}, status__in=HOLDING)
    found: dict[str, list[Appointment]] = {}
    for visit in rows.filter(start__gte=first, start__lt=last):  # read-scope: of patients whom the person sees
        found.setdefault(visit.patient_id, []).append(visit)
    return found


def _is_elsewhere(entry: WaitlistEntry, slot: Slot, busy: dict[str, list[Appointment]]) -> bool:
    """Whether the patient has another visit then, or what is to be replaced comes sooner anyway."""
    for visit in busy.get(entry.patient_id, ()):
        if visit.pk == entry.instead_of_id:
            if visit.start <= slot.start:
                return True
        elif visit.start < slot.end and slot.start < visit.end:
            return True
    return False


def _fitting(entry: WaitlistEntry, gap: Freed, free: Iterable[Slot]) -> Slot | None:
    now = clock.now()
    return next(
        (
            slot
            for slot in free
            if gap.start <= slot.start < gap.end
            and slot.doctor_id == gap.doctor.pk
            and entry.wish.fits(slot.start, slot.end, slot.doctor_id, now)
        ),
        None,
    )


def _offered(entries: Iterable[WaitlistEntry]) -> set[tuple[str, datetime]]:
    from appointments.models.wait_list import WaitlistOffer

    rows: Iterable[WaitlistOffer] = WaitlistOffer.objects.filter(
        entry_id__in=[entry.pk for entry in entries], state=OfferState.OFFERED, expires_at__gt=clock.now()
    )
    return {(row.entry_id, row.start) for row in rows}
