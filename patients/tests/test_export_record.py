"""One whole record as a ZIP: complete, checkable with sha256sum, and for each reader what is theirs."""

import io
import json
import shutil
import subprocess
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from core import clock
from core.models import AuditEvent
from patients import actions
from patients.exports import handing_out
from patients.models import Consent, ContactPreference, Guardian, MedicalEntry, Relationship

pytestmark = pytest.mark.django_db

WHY = {"reason": "Change of clinic", "recipient": "Dr. Next"}
JPEG = b"\xff\xd8\xff\xe0 a face"


@pytest.fixture
def whole(pia, gus, dana, make_user):
    """Pia with one of everything; her mother has no sign-in to her record."""
    name = default_storage.save("photos/face.jpg", ContentFile(JPEG))
    pia.change(photo=name, treating_doctor=dana, account_note="Owes 100", alerts=["Latex"])
    mother = Guardian.objects.create(given_name="Mona", family_name="Away", phone="+41446681800")
    Relationship.objects.create(guardian=mother, patient=pia, kind="mother", restrictions="Court order")
    MedicalEntry.objects.create(patient=pia, category="allergy", description="Penicillin", critical=True)
    MedicalEntry.objects.create(patient=pia, description="Mistake", archived_at=clock.now())
    Consent.objects.create(patient=pia, kind="treatment", given_by="Mona Away")
    ContactPreference.objects.create(patient=pia, channel="sms", allowed=False)
    actions.set_sensitive(by=make_user("Adam", "admin"), patient=pia, sensitive=True, reason="Threatened")
    actions.grant_access(by=User.objects.get(name="Adam"), patient=pia, user=dana)
    return pia


def bytes_of(answer):
    return b"".join(answer.streaming_content)


def opened(answer):
    assert answer.status_code == 200, answer.content
    return zipfile.ZipFile(io.BytesIO(bytes_of(answer)))


def record_in(answer):
    return json.loads(opened(answer).read("record.json"))


@pytest.fixture
def staff(whole, web, dana):
    """Dana's file of Pia's record."""
    return lambda: web(dana).post(f"/patients/{whole.pk}/export/", WHY)


@pytest.fixture
def at_home(whole, web):
    """`at_home(gus)` is the same record, saved in the portal."""
    return lambda user: web(user).post(f"/portal/records/{whole.pk}/export/")


PATIENT = """_id chartNumber givenName familyName preferredName formerName birthDate sex phone phoneAlternative email
    address language dentist referrer school alerts selfRegistered createdAt updatedAt"""
FOR_STAFF = "signInEmail accountNote sensitive archivedAt archivedBy archiveReason"
TIES = """name givenName familyName phone phoneAlternative email kind sameHousehold mayConsent maySignIn pays endsOn"""
KEYS = """format formatVersion clinic madeAt madeBy recipient reason patient care family medicalHistory consents
    contactPreferences formerNumbers appointments visitsDue waitList checkouts calls accessLog disclosures files
    treatmentCard wires brackets elastics amendments exams scoreSheets teeth plans planOptions phases consultations
    signedConsents appliances applianceEvents aligners retentionChecks"""


def test_the_staff_gets_all_of_it(staff, whole):
    record = record_in(staff())
    assert set(record) == {*KEYS.split(), "putAside", "merges"}
    assert set(record["patient"]) == set(f"{PATIENT} {FOR_STAFF}".split())
    assert (record["patient"]["accountNote"], record["patient"]["sensitive"]) == ("Owes 100", True)
    assert set(record["family"][0]) == set(f"{TIES} restrictions reviewOn hasSignIn".split())
    assert {row["restrictions"] for row in record["family"]} == {"", "Court order"}
    (entry,) = record["medicalHistory"]
    assert entry["description"] == "Penicillin"
    assert set(entry) == set("category description since until critical createdAt".split())
    assert record["consents"][0]["givenBy"] == "Mona Away"
    assert record["contactPreferences"] == [{"channel": "sms", "allowed": False}]
    assert record["care"]["treatingDoctor"] == "Dr. Dana"
    assert {row["event"] for row in record["accessLog"]} == {"patient.sensitive_set", "patient.access_granted"}
    assert {row["reason"] for row in record["accessLog"]} == {"Threatened", ""}
    assert record["files"] == ["files/photo.jpg"]
    assert (record["madeBy"], record["recipient"], record["reason"]) == ("Dr. Dana", "Dr. Next", "Change of clinic")


def test_the_patient_gets_what_is_hers(at_home, whole):
    record = record_in(at_home(whole.user))
    assert set(record) == set(KEYS.split())
    assert set(record["patient"]) == set(f"{PATIENT} signInEmail".split())
    assert sorted(row["name"] for row in record["family"]) == ["Gus Lindholm", "Mona Away"]
    assert {key for row in record["family"] for key in row} == {"name", "kind"}
    assert record["medicalHistory"][0]["description"] == "Penicillin"
    assert record["consents"][0]["givenBy"] == "Mona Away"


def test_a_parent_learns_nothing_about_the_other_one(at_home, gus):
    answer = at_home(gus)
    record = record_in(answer)
    assert set(record["patient"]) == set(PATIENT.split())
    assert [row["name"] for row in record["family"]] == ["Gus Lindholm"]
    assert set(record["family"][0]) == set(TIES.split())
    assert set(record["consents"][0]) == {"kind", "givenOn", "withdrawnOn"}
    assert "Mona" not in json.dumps(record)


@pytest.mark.parametrize("who", ["pia", "gus"])
def test_the_clinics_own_notes_stay_in_the_clinic(who, at_home, request, whole):
    user = request.getfixturevalue(who)
    text = opened(at_home(getattr(user, "user", user))).read("record.json").decode()
    for word in ("Owes 100", "Court order", "Threatened", "sensitive", "access_granted", "Mistake", "accountNote"):
        assert word not in text


def test_who_looked_is_told_by_name(web, whole, gus, dana, at_home):
    web(dana).get(f"/patients/{whole.pk}/")
    web(whole.user).get(f"/portal/records/{whole.pk}/")
    log = record_in(at_home(gus))["accessLog"]
    assert [(row["who"], row["what"]) for row in log] == [
        ("Dr. Dana", "Record opened"),
        ("A family member", "Record opened"),
    ]
    assert set(log[0]) == {"at", "who", "role", "event", "what"}


def test_disclosures_are_accounted_for(staff, whole, web, dana, gus, at_home, make_patient):
    opened(staff())
    web(dana).post("/patients/export/", {"format": "csv", "reason": "Recall letters", "recipient": "Printer"})
    web(dana).post("/patients/export/", {"format": "csv", "reason": "Others only", "archived": "on"})
    told = [(row["what"], row["recipient"], row["reason"]) for row in record_in(staff())["disclosures"]]
    assert told == [
        ("Whole record", "Dr. Next", "Change of clinic"),
        ("List of patients", "Printer", "Recall letters"),
    ]
    assert len(record_in(at_home(whole.user))["disclosures"]) == 3
    of_parent = record_in(at_home(gus))["disclosures"]
    assert {key for row in of_parent for key in row} == {"at", "by", "what"}


def test_the_audit_names_the_very_file(staff, whole, dana):
    import hashlib

    manifest = opened(staff()).read("manifest.sha256")
    event = AuditEvent.objects.get(event="patient.record_disclosed")
    assert (event.actor_id, event.patient_id, event.reason) == (dana.pk, whole.pk, "Change of clinic")
    assert event.changes == {"recipient": "Dr. Next", "manifest_sha256": hashlib.sha256(manifest).hexdigest()}


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here")
def test_sha256sum_finds_one_changed_byte(staff, tmp_path):
    archive = opened(staff())
    archive.extractall(tmp_path)
    assert (tmp_path / "files/photo.jpg").read_bytes() == JPEG

    def check():
        command = ["sha256sum", "--strict", "-c", "manifest.sha256"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    whole = check()
    assert (whole.returncode, whole.stdout.count(": OK")) == (0, 3)
    names = {line.split("  ")[1] for line in (tmp_path / "manifest.sha256").read_text().splitlines()}
    assert names | {"manifest.sha256"} == set(archive.namelist())
    photo = tmp_path / "files/photo.jpg"
    photo.write_bytes(JPEG[:-1] + b"x")
    broken = check()
    assert broken.returncode == 1
    assert "files/photo.jpg: FAILED" in broken.stdout


def test_the_answer_is_a_download_named_after_nobody(staff, whole):
    answer = staff()
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="patient-record-{clock.today()}.zip"'
    assert "no-store" in answer["Cache-Control"]
    bytes_of(answer)
    assert "Lindholm" not in str(answer.headers)


def test_a_lost_photo_does_not_stop_it(staff, whole):
    default_storage.delete(whole.photo)
    archive = opened(staff())
    assert set(archive.namelist()) == {"record.json", "README.txt", "manifest.sha256"}
    assert json.loads(archive.read("record.json"))["files"] == []


def test_the_readme_is_plain_words(staff):
    text = opened(staff()).read("README.txt").decode()
    assert "Record of Pia Lindholm" in text
    assert "sha256sum -c manifest.sha256" in text
    assert "&" not in text


def test_it_takes_both_rights(whole, web, api, rita, nina, make_user):
    for user in (rita, nina):  # the desk reads no medical history, an assistant saves no files
        assert web(user).get(f"/patients/{whole.pk}/export/").status_code == 403
        assert web(user).post(f"/patients/{whole.pk}/export/", WHY).status_code == 403
        assert api(user).post(f"/api/patients/{whole.pk}/export", WHY).status_code == 403


def test_a_chart_one_may_not_open_is_unknown(whole, web, api, omar, make_patient):
    stranger = make_patient("Zoe", "Stranger")
    for pk in (whole.pk, "f" * 24):  # sensitive, and Omar has no grant
        assert web(omar).post(f"/patients/{pk}/export/", WHY).status_code == 404
        assert api(omar).post(f"/api/patients/{pk}/export", WHY).status_code == 404
    for pk in (stranger.pk, "f" * 24):
        assert web(whole.user).post(f"/portal/records/{pk}/export/").status_code == 404
    assert not AuditEvent.objects.filter(event="patient.record_disclosed").exists()


def test_the_action_itself_refuses_a_strangers_record(gus, make_patient):
    from core.errors import NotFound
    from patients.exports.purpose import Purpose

    with pytest.raises(NotFound):
        handing_out.own_record(gus, make_patient("Zoe", "Stranger"), Purpose("Mine"))
    assert not AuditEvent.objects.filter(event="patient.record_disclosed").exists()


def test_the_api_gives_the_same(whole, api, dana, staff):
    answer = api(dana).post(f"/api/patients/{whole.pk}/export", WHY, HTTP_ACCEPT="application/zip")
    assert answer["Content-Type"] == "application/zip"
    mine, theirs = record_in(staff()), record_in(answer)
    assert mine["patient"] == theirs["patient"]
    refused = api(dana).post(f"/api/patients/{whole.pk}/export", {"reason": " "}, HTTP_ACCEPT="application/zip")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])


def test_no_file_without_a_reason(whole, web, dana):
    page = web(dana).post(f"/patients/{whole.pk}/export/", {"reason": " ", "recipient": "Dr. Next"})
    assert page.status_code == 400
    assert "Dr. Next" in page.content.decode()
    assert not AuditEvent.objects.filter(event="patient.record_disclosed").exists()


def test_the_limit_holds_for_families_too(at_home, gus, monkeypatch):
    monkeypatch.setattr(handing_out, "FILES_AN_HOUR", 1)
    assert opened(at_home(gus))
    refused = at_home(gus)
    assert refused.status_code == 429
    assert "Try again in 60 minutes." in refused.content.decode()


def test_the_buttons_stand_where_they_work(whole, web, dana, nina, gus):
    assert "Save the whole record" in web(dana).get(f"/patients/{whole.pk}/").content.decode()
    whole.change(sensitive=False)
    assert "Save the whole record" not in web(nina).get(f"/patients/{whole.pk}/").content.decode()
    assert f"/portal/records/{whole.pk}/export/" in web(gus).get(f"/portal/records/{whole.pk}/").content.decode()
