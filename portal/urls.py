"""Pages of patients and parents."""

from django.urls import path

from portal.views import booking, cards, home, offers, records, visits

app_name = "portal"

urlpatterns = [
    path("portal/", home.home, name="home"),
    path("portal/visits/", visits.visit_list, name="visit-list"),
    path("portal/visits/<id:pk>/", visits.visit_detail, name="visit-detail"),
    path("portal/visits/<id:pk>/move/", booking.visit_move, name="visit-move"),
    path("portal/visits/<id:pk>/cancel/", visits.visit_cancel, name="visit-cancel"),
    path("portal/visits/<id:pk>/card/", cards.visit_card, name="visit-card"),
    path("portal/visits/<id:pk>/card.pdf", cards.visit_card_pdf, name="visit-card-pdf"),
    path("portal/visits/<id:pk>/visit.ics", cards.visit_calendar, name="visit-calendar"),
    path("portal/offers/", offers.offer_list, name="offer-list"),
    path("portal/offers/<id:pk>/", offers.offer_answer, name="offer-answer"),
    path("portal/bookings/", booking.visit_create, name="visit-create"),
    path("portal/records/<id:pk>/", records.record_detail, name="record-detail"),
    path("portal/records/<id:pk>/edit/", records.record_edit, name="record-edit"),
    path("portal/records/<id:pk>/export/", records.record_export, name="record-export"),
]
