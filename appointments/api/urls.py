"""This package's routes of the API, relative to /api/."""

from appointments.api import appointments, times, wait_list
from core.api.routes import Route

routes: list[Route] = [
    Route("appointments", appointments.AppointmentsView.as_view(), "appointment-list"),
    Route("appointments/<id:pk>", appointments.AppointmentView.as_view(), "appointment-detail"),
    Route("appointments/<id:pk>/status", appointments.AppointmentStatusView.as_view(), "appointment-status"),
    Route("me/appointments", appointments.MyAppointmentsView.as_view(), "my-appointments"),
    Route("me/offers", wait_list.MyOffersView.as_view(), "my-offers"),
    Route("waitlist", wait_list.WaitlistView.as_view(), "waitlist-list"),
    Route("waitlist/<id:pk>", wait_list.WishView.as_view(), "waitlist-wish"),
    Route("waitlist/<id:pk>/offers", wait_list.WishOffersView.as_view(), "waitlist-offers"),
    Route("offers/<id:pk>/accept", wait_list.OfferAcceptView.as_view(), "offer-accept"),
    Route("offers/<id:pk>/decline", wait_list.OfferDeclineView.as_view(), "offer-decline"),
    Route("slots", times.SlotsView.as_view(), "slots"),
    Route("chairs", times.ChairsView.as_view(), "chairs"),
    Route("appointment-types", times.TypesView.as_view(), "appointment-types"),
]
