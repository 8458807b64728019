"""This package's routes of the API, relative to /api/."""

from appointments.api import appointments, times
from core.api.routes import Route

routes: list[Route] = [
    Route("appointments", appointments.AppointmentsView.as_view(), "appointment-list"),
    Route("appointments/<id:pk>", appointments.AppointmentView.as_view(), "appointment-detail"),
    Route("appointments/<id:pk>/status", appointments.AppointmentStatusView.as_view(), "appointment-status"),
    Route("me/appointments", appointments.MyAppointmentsView.as_view(), "my-appointments"),
    Route("slots", times.SlotsView.as_view(), "slots"),
    Route("chairs", times.ChairsView.as_view(), "chairs"),
    Route("appointment-types", times.TypesView.as_view(), "appointment-types"),
]
