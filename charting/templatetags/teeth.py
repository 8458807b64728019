"""Teeth as the clinic numbers them."""

from django import template

from charting.rules import spans
from charting.rules.notation import named
from charting.rules.teeth import TEETH

register = template.Library()


@register.filter
def teeth(codes: str) -> str:
    """FDI codes with commas, as they are stored, in the notation on screen: "16,26" is "3, 14" in Universal."""
    return ", ".join(named(TEETH[code]) for code in codes.split(",") if code in TEETH)


@register.filter
def contact(span: str) -> str:
    """Two FDI codes with a hyphen, as they are stored, in the notation on screen: "13-12" is "6-7" in Universal."""
    stored = spans.stored_span(span)
    return stored.named if stored else ""
