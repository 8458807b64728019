"""What a form begins with: the words of a consent out of the option that was chosen, the options of a presentation."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charting.models import Plan, PlanOption


def consent_words(patient_name: str, plan: Plan, option: PlanOption, extractions: list[str]) -> str:
    """To be read and changed before it is signed."""
    lines = [
        _("I agree to the orthodontic treatment of %(name)s as it was explained to me.") % {"name": patient_name},
        "",
        option.title,
        option.text,
        "",
        _("Appliances: %(what)s") % {"what": plan.appliances} if plan.appliances else "",
        _("Teeth to be removed: %(teeth)s") % {"teeth": ", ".join(extractions)} if extractions else "",
        _("Estimated duration: %(how_long)s") % {"how_long": _duration(plan.estimated_months or option.months)},
        _("Fee: %(fee)s") % {"fee": option.fee} if option.fee else "",
        "",
        _("I could ask questions, and I know that I may take this consent back at any time."),
    ]
    return "\n".join(line for place, line in enumerate(lines) if line or _parts(lines, place))


def options_presented(options: Iterable[PlanOption]) -> str:
    """One option a line: title, fee, months."""
    rows = [
        [option.title, _duration(option.months) if option.months else "", option.fee, option.text] for option in options
    ]
    return "\n".join(" · ".join(filter(None, row)) for row in rows)


def fees_shown(options: Iterable[PlanOption]) -> str:
    """As they were entered; no figure is reckoned."""
    return "; ".join(f"{option.title}: {option.fee}" for option in options if option.fee)[:200]


def _parts(lines: list[str], place: int) -> bool:
    """Whether a blank line stands between two that say something."""
    return 0 < place < len(lines) - 1 and bool(lines[place - 1]) and any(lines[place + 1 :])


def _duration(months: int | None) -> str:
    if not months:
        return _("not known yet")
    return ngettext("about %(n)s month", "about %(n)s months", months) % {"n": months}
