"""Medical entries, consents, preferences and the photo, on the page."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core import clock
from core.models import AuditEvent
from patients.models import Consent, ContactPreference, MedicalEntry

pytestmark = pytest.mark.django_db


def of(patient, rest):
    return f"/patients/{patient.pk}/{rest}"


ENTRY = {"category": "allergy", "description": "Latex", "since": "2015-02-28", "critical": "on"}


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("gus", 403), ("nina", 302), ("dana", 302), ("ada", 302)])
def test_who_writes_medical_entries(who, status, web, request, pia):
    assert web(request.getfixturevalue(who)).post(of(pia, "medical/new/"), ENTRY).status_code == status


def test_the_life_of_a_medical_entry(web, dana, pia):
    client = web(dana)
    client.post(of(pia, "medical/new/"), ENTRY)
    entry = MedicalEntry.objects.get()
    one = of(pia, f"medical/{entry.pk}/")
    client.post(one, ENTRY | {"description": "Latex, severe", "version": "1"})
    assert MedicalEntry.objects.get().description == "Latex, severe"
    assert client.post(one, ENTRY | {"version": "1"}).status_code == 412
    client.post(f"{one}end/")
    entry.refresh_from_db()
    assert not entry.is_running
    assert client.post(f"{one}remove/", {"reason": ""}).status_code == 400
    client.post(f"{one}remove/", {"reason": "Another patient's"})
    assert not MedicalEntry.objects.visible_to(dana).exists()
    assert client.get(one).status_code == 404
    events = list(
        AuditEvent.objects.filter(event__startswith="medical.").order_by("id").values_list("event", flat=True)
    )
    assert events == ["medical.added", "medical.changed", "medical.ended", "medical.removed"]


def test_a_bad_entry_keeps_what_was_typed(web, dana, pia):
    tomorrow = clock.today() + timedelta(days=1)
    response = web(dana).post(of(pia, "medical/new/"), ENTRY | {"since": str(tomorrow)})
    assert response.status_code == 422
    assert 'data-code="in_the_future"' in response.content.decode()
    assert "Latex" in response.content.decode()


def test_consent(web, rita, pia, gus):
    page = web(rita).get(of(pia, "consents/new/")).content.decode()
    assert 'value="Gus Lindholm"' in page
    given = {"kind": "photos", "given_by": "Gus Lindholm", "given_on": str(clock.today())}
    web(rita).post(of(pia, "consents/new/"), given)
    consent = Consent.objects.get()
    web(rita).post(of(pia, f"consents/{consent.pk}/withdraw/"))
    consent.refresh_from_db()
    assert consent.withdrawn_on == clock.today()
    late = given | {"given_on": str(clock.today() + timedelta(days=2))}
    assert web(rita).post(of(pia, "consents/new/"), late).status_code == 422


def test_contact_preferences(web, rita, pia):
    web(rita).post(of(pia, "preferences/"), {"channels": ["email"]})
    allowed = dict(ContactPreference.objects.values_list("channel", "allowed"))
    assert allowed == {"email": True, "sms": False, "phone": False, "post": False}
    web(rita).post(of(pia, "preferences/"), {"channels": ["email", "sms"]})
    assert ContactPreference.objects.get(channel="sms").allowed
    last = AuditEvent.objects.filter(event="contact_preference.changed").order_by("id").last()
    assert last.changes == {"sms": [False, True]}
    web(rita).post(of(pia, "preferences/"), {})
    assert not ContactPreference.objects.filter(allowed=True).exists()


def picture(kind="JPEG", size=(1200, 900)):
    target = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", size, "teal").save(target, kind, exif=exif)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_small_and_silent(kind, web, rita, pia):
    upload = SimpleUploadedFile("../../etc/passwd.jpg", picture(kind), "image/jpeg")
    assert web(rita).post(of(pia, "photo/edit/"), {"photo": upload}).status_code == 302
    pia.refresh_from_db()
    assert "passwd" not in pia.photo
    answer = web(rita).get(of(pia, "photo/"))
    content = answer.content
    image = Image.open(BytesIO(content))
    assert (image.format, max(image.size)) == ("JPEG", 512)
    assert b"taken at home" not in content
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?php ?>",
        b"\xff\xd8\xff",
        picture()[:400],
        b"GIF89a",
    ],
)
def test_what_is_no_photo(content, web, rita, pia):
    upload = SimpleUploadedFile("face.jpg", content, "image/jpeg")
    response = web(rita).post(of(pia, "photo/edit/"), {"photo": upload})
    assert response.status_code == 422
    assert 'data-code="not_a_photo"' in response.content.decode()
    pia.refresh_from_db()
    assert pia.photo == ""


def test_too_large_or_missing(web, rita, pia):
    big = SimpleUploadedFile("face.jpg", b"\xff" * (8 * 1024 * 1024 + 1), "image/jpeg")
    assert web(rita).post(of(pia, "photo/edit/"), {"photo": big}).status_code == 422
    assert web(rita).post(of(pia, "photo/edit/"), {}).status_code == 400


def test_replaced_and_removed(web, rita, pia, django_capture_on_commit_callbacks):
    names = []
    for _number in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            web(rita).post(of(pia, "photo/edit/"), {"photo": SimpleUploadedFile("a.jpg", picture())})
        pia.refresh_from_db()
        names.append(pia.photo)
    assert [default_storage.exists(name) for name in names] == [False, True]
    with django_capture_on_commit_callbacks(execute=True):
        web(rita).post(of(pia, "photo/remove/"))
    assert not default_storage.exists(names[1])
    assert web(rita).get(of(pia, "photo/")).status_code == 404


def test_photos_are_for_those_who_see_the_patient(web, rita, pia, gus, make_patient):
    web(rita).post(of(pia, "photo/edit/"), {"photo": SimpleUploadedFile("a.jpg", picture())})
    stranger = make_patient()
    stranger.change(photo=pia.__class__.objects.get(pk=pia.pk).photo)
    assert web(gus).get(of(pia, "photo/")).status_code == 200
    assert web(gus).get(of(stranger, "photo/")).status_code == 404
    assert web(gus).get(of(pia, "photo/edit/")).status_code == 403


@pytest.mark.parametrize(
    "path", ["medical/new/", "family/new/", "consents/new/", "preferences/", "photo/edit/", "edit/"]
)
def test_nothing_is_written_into_an_archived_record(path, web, dana, pia):
    from patients import actions

    actions.archive(by=dana, patient=pia, reason="Moved")
    data = {
        "medical/new/": ENTRY,
        "family/new/": {"kind": "mother", "given_name": "A", "family_name": "B"},
        "consents/new/": {"kind": "photos", "given_by": "x", "given_on": str(clock.today())},
        "preferences/": {"channels": ["email"]},
        "photo/edit/": {"photo": SimpleUploadedFile("a.jpg", picture())},
        "edit/": {"given_name": "Pia", "family_name": "Other"},
    }[path]
    response = web(dana).post(of(pia, path), data)
    assert response.status_code == 422
    assert 'data-code="archived"' in response.content.decode()
