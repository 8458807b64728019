"""Appliances, aligners and retention: what is refused, what is estimated, what the page shows."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from appointments.tests.browser import code_of, text_of, web, words
from charting.actions import appliances
from charting.actions.appliance_photos import remove_appliance_photo
from charting.models import AlignerSeries, Appliance, ApplianceEvent, RetentionCheck, ToothFinding
from charting.rules import stripping
from charting.rules.aligners import Series
from charting.rules.notation import Notation
from charting.rules.spans import contacts
from charting.rules.teeth import Arch
from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent
from patients.photos import read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refusal(code, field=None):
    return pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field))


@pytest.fixture
def expander(dana, pia):
    placed = clock.today() - 30 * DAY
    return appliances.place_appliance(
        by=dana, patient=pia, kind="Rapid palatal expander", placed_on=placed, teeth="16,26"
    )


@pytest.fixture
def series(dana, pia):
    begun = clock.today() - 28 * DAY
    return appliances.start_series(
        by=dana, patient=pia, brand="Clear", started_on=begun, upper=20, lower=16, days_per_tray=14, hours=22
    )


class TestAppliances:
    def test_turns_are_counted_until_it_is_out(self, dana, pia, expander):
        for turns in (7, 7):
            appliances.note_appliance_event(
                by=dana, appliance=expander, what="activated", on=clock.today() - 10 * DAY, turns=turns
            )
        page = words(web(dana).get(f"/patients/{pia.pk}/chart/appliances/"))
        assert "14 turns" in page
        appliances.remove_appliance(by=dana, appliance=expander, removed_on=clock.today() - 5 * DAY)
        with refusal("out_of_order", "on"):
            appliances.note_appliance_event(by=dana, appliance=expander, what="checked", on=clock.today())

    def test_what_cannot_be(self, dana, pia, expander):
        with refusal("in_the_future", "placed_on"):
            appliances.place_appliance(by=dana, patient=pia, kind="Herbst", placed_on=clock.today() + DAY)
        with refusal("out_of_order", "removed_on"):
            appliances.remove_appliance(by=dana, appliance=expander, removed_on=expander.placed_on - DAY)
        with refusal("out_of_range", "turns"):
            appliances.note_appliance_event(by=dana, appliance=expander, what="activated", on=clock.today(), turns=61)
        assert (Appliance.objects.count(), ApplianceEvent.objects.count()) == (1, 0)
        assert AuditEvent.objects.filter(event="appliance.placed").count() == 1

    def test_two_people(self, dana, nina, expander):
        other = Appliance.objects.get()
        appliances.remove_appliance(by=dana, appliance=expander, removed_on=clock.today())
        with pytest.raises(Stale):
            appliances.remove_appliance(by=nina, appliance=other, removed_on=clock.today() - DAY)


class TestAligners:
    def test_delivered_verified_estimated(self, dana, pia, series):
        with refusal("tray_beyond_series", "delivered"):
            appliances.hand_out_aligners(by=dana, series=series, delivered=21)
        with refusal("not_delivered", "tray"):
            appliances.verify_aligner(by=dana, series=series, tray=1, on=clock.today(), tracking="on_track")
        appliances.hand_out_aligners(by=dana, series=series, delivered=6)
        with refusal("tray_beyond_series", "tray"):
            appliances.verify_aligner(by=dana, series=series, tray=21, on=clock.today(), tracking="on_track")
        appliances.verify_aligner(by=dana, series=series, tray=2, on=clock.today() - 14 * DAY, tracking="watch")
        page = words(web(dana).get(f"/patients/{pia.pk}/chart/appliances/"))
        assert "3 of 20" in page and "Watch" in page
        head = words(web(dana).get(f"/patients/{pia.pk}/chart/"))
        assert "3 of 20" in head

    def test_a_refinement_ends_the_series_before(self, dana, pia, series):
        with refusal("out_of_range", "upper"):
            appliances.start_series(by=dana, patient=pia, started_on=clock.today(), upper=81, lower=0)
        assert AlignerSeries.objects.get().ended_on is None
        appliances.start_series(by=dana, patient=pia, started_on=clock.today(), upper=8, lower=8, refinement=1)
        before = AlignerSeries.objects.get(pk=series.pk)
        assert before.ended_on == clock.today()
        with refusal("status_conflict"):
            appliances.hand_out_aligners(by=dana, series=before, delivered=7)


def test_retention_is_checked_four_times(dana, pia):
    appliances.plan_retention(by=dana, patient=pia, since=clock.today())
    first = RetentionCheck.objects.order_by("due_on").first()
    appliances.note_retention_check(by=dana, check=first, done_on=clock.today(), note="Bonded retainer holds")
    appliances.plan_retention(by=dana, patient=pia, since=clock.today() + DAY)
    assert RetentionCheck.objects.count() == 5  # the one that was done stays


SERIES = Series(upper=20, lower=0, days_per_tray=14, started_on=clock.today())


class TestStripping:
    @pytest.mark.parametrize(
        ("typed", "notation", "kept"),
        [
            ("13-12 0.2 before 5", "fdi", [("13-12", "0.2", 5)]),
            ("12-13 .20mm @ 5, 11-21 0.3", "fdi", [("13-12", "0.2", 5), ("11-21", "0.3", None)]),
            ("6-7 0.2 before 5\n8–9: 0.30 tray 7;", "universal", [("13-12", "0.2", 5), ("11-21", "0.3", 7)]),
            ("UR3-UR2 0.05 at 20", "palmer", [("13-12", "0.05", 20)]),
            (" \n", "fdi", []),
        ],
    )
    def test_as_people_write_it(self, typed, notation, kept):
        found = stripping.check_plan(stripping.read(typed, Notation(notation)), SERIES)
        assert [(row["contact"], row["mm"], row.get("tray")) for row in found] == kept

    @pytest.mark.parametrize(
        ("typed", "code", "said"),
        [
            ("13-12", "invalid", "“13-12” cannot be read"),
            ("13-12 a lot", "invalid", "“13-12 a lot”"),
            ("13-11 0.2", "contact_impossible", "13 and 11 do not touch"),
            ("13-43 0.2", "span_impossible", "different arches"),
            ("19-18 0.2", "tooth_unknown", "19"),
            ("13-12 0.2, 13-12 5", "out_of_range", "13-12: IPR goes from 0.05"),
            ("13-12 0.07", "out_of_range", "13-12"),
            ("13-12 0.2 before 21", "tray_beyond_series", "13-12: "),
            ("13-12 0.2 before 0", "tray_beyond_series", "13-12: "),
            ("43-42 0.2 before 2", "tray_beyond_series", "no lower aligners"),
            ("13-12 0.2, 12-13 0.2", "contact_twice", "13-12 is named twice"),
            ("13-12 0.6 before 2, 12-13 0.5 before 9", "out_of_range", "1.1 mm in all"),
        ],
    )
    def test_what_cannot_be_names_the_field_and_the_contact(self, typed, code, said):
        with refusal(code, "ipr") as caught:
            stripping.check_plan(stripping.read(typed), SERIES)
        assert said in str(caught.value)

    def test_neighbours_of_a_tooth_that_is_gone_touch(self):
        assert stripping.check_plan(stripping.read("15-13 0.2"), SERIES, {"14"})[0]["contact"] == "15-13"
        with refusal("contact_impossible", "ipr"):
            stripping.check_plan(stripping.read("15-14 0.2"), SERIES, {"14"})

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(contacts(Arch.UPPER)),
                st.integers(1, 20),
                st.none() | st.integers(1, 20),
            ),
            unique_by=lambda row: row[0],
        ),
        st.sampled_from(Notation),
    )
    def test_what_is_shown_can_be_typed_again(self, rows, notation):
        plan = [{"contact": contact, "mm": str(Decimal(steps) / 20), "tray": tray} for contact, steps, tray in rows]
        kept = stripping.check_plan(plan, SERIES)
        typed = stripping.written(kept, notation)
        assert stripping.check_plan(stripping.read(typed, notation), SERIES) == kept

    @given(st.text(max_size=60))
    def test_anything_typed_is_read_or_refused(self, text):
        try:
            stripping.check_plan(stripping.read(text), SERIES)
        except Refused as refused:
            assert refused.field == "ipr"

    def test_kept_with_the_series_and_changed(self, dana, nina, pia, series):
        ToothFinding.objects.create(patient=pia, by=dana, tooth="14", state="extracted")
        said = {"attachments": "23,13,13", "ipr": stripping.read("15-13 0.2 before 5"), "instructions": "Chewies"}
        appliances.plan_series(by=nina, series=series, version=1, **said)
        row = AlignerSeries.objects.get()
        assert (row.attachments, row.ipr) == ("13,23", [{"contact": "15-13", "mm": "0.2", "tray": 5}])
        with refusal("tooth_absent", "attachments"):
            appliances.plan_series(by=nina, series=row, version=2, **said | {"attachments": "14"})
        with pytest.raises(Stale):
            appliances.plan_series(by=dana, series=row, version=1, **said | {"ipr": []})
        appliances.end_series(by=dana, series=row, ended_on=clock.today())
        with refusal("status_conflict"):
            appliances.plan_series(by=dana, series=row, version=3, **said | {"ipr": []})
        told = AuditEvent.objects.get(event="aligners.planned")
        assert told.changes["ipr"] == [[], [{"contact": "15-13", "mm": "0.2", "tray": 5}]]

    def test_a_new_series_is_checked_as_a_whole(self, dana, pia):
        begun = {"started_on": clock.today(), "upper": 9, "lower": 9}
        for wrong in ([{"contact": "13-11", "mm": "0.2"}], [{"contact": "13-12", "mm": "much"}], [{}]):
            with pytest.raises(Refused, check=lambda error: error.field == "ipr"):
                appliances.start_series(by=dana, patient=pia, ipr=wrong, **begun)
        assert not AlignerSeries.objects.exists()


def picture(size=(2400, 1200), kind="JPEG"):
    target = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", size, "teal").save(target, kind, exif=exif)
    return target.getvalue()


class TestPhotos:
    @pytest.fixture
    def taken(self, dana, expander):
        photo = read(picture(), side=1600)
        return appliances.note_appliance_event(
            by=dana, appliance=expander, what="checked", on=clock.today(), photo=photo, shows="Crack on the left"
        )

    def test_kept_under_a_name_nobody_can_guess(self, pia, taken):
        assert re.fullmatch(r"photos/[0-9a-f]{32}\.jpg", taken.photo)
        with default_storage.open(taken.photo) as file:
            content = file.read()
        assert max(Image.open(BytesIO(content)).size) == 1600
        assert b"taken at home" not in content
        told = AuditEvent.objects.get(event="appliance.noted")
        assert told.changes["photo"] == [None, "changed"]
        assert taken.photo not in str(told.changes)

    def test_nothing_is_left_of_what_is_refused(self, dana, expander, monkeypatch):
        name, seen = f"photos/{'ab' * 16}.jpg", []

        def fail(*_args, **_more):
            seen.append(default_storage.exists(name))
            raise ZeroDivisionError

        monkeypatch.setattr("charting.actions.stored_photos.secrets", SimpleNamespace(token_hex=lambda n: "ab" * n))
        monkeypatch.setattr("charting.actions.appliances.audit.record", fail)
        with pytest.raises(ZeroDivisionError):
            appliances.note_appliance_event(
                by=dana, appliance=expander, what="checked", on=clock.today(), photo=read(picture())
            )
        assert (seen, default_storage.exists(name)) == ([True], False)
        assert not ApplianceEvent.objects.exists()

    def test_removed_for_a_reason(self, dana, nina, ada, taken, django_capture_on_commit_callbacks):
        name, other = taken.photo, ApplianceEvent.objects.get()
        with refusal("reason_missing", "reason"):
            remove_appliance_photo(by=dana, event=taken, reason=" ")
        with pytest.raises(NotPermitted):
            remove_appliance_photo(by=ada, event=taken, reason="Another patient")
        with django_capture_on_commit_callbacks(execute=True):
            remove_appliance_photo(by=nina, event=taken, reason="Another patient")
        assert not default_storage.exists(name)
        row = ApplianceEvent.objects.get()
        assert (row.photo, row.shows, row.what) == ("", "", "checked")
        told = AuditEvent.objects.get(event="appliance.photo_removed")
        assert (told.reason, told.patient_id) == ("Another patient", row.patient_id)
        assert name not in str(told.changes)
        with pytest.raises(Stale):
            remove_appliance_photo(by=dana, event=other, reason="Late")

    def test_it_belongs_to_the_whole_record(self, taken):
        from charting import keeping
        from patients.exports.registry import Reader, Request

        files = list(keeping._photos(Request(taken.by, taken.patient, Reader.STAFF)))
        assert [file.name for file in files] == [f"appliances/{taken.on}-{taken.pk}.jpg"]
        with files[0].open() as file:
            assert Image.open(file).format == "JPEG"
        (part,) = keeping._part(ApplianceEvent)(Request(taken.by, taken.patient, Reader.STAFF))
        assert part["shows"] == "Crack on the left"
        assert "photos/" not in str(part)


@pytest.mark.once(reason="about the pages; what they write is tested on each database")
class TestPages:
    def test_a_photo_from_the_form_to_the_page(self, rita, gus, nina, dana, pia, expander, make_patient):
        browser, chart = web(nina), f"/patients/{pia.pk}/chart/appliances/"
        note = {"what": "checked", "on": clock.today().isoformat(), "shows": "Crack <left>"}
        page = text_of(browser.get(f"{chart}{expander.pk}/note/"))
        assert 'enctype="multipart/form-data"' in page
        for content in (b"<svg onload='alert(1)'/>", b"GIF89a", picture()[:300], b"\xff" * (8 * 1024 * 1024 + 1)):
            answer = browser.post(
                f"{chart}{expander.pk}/note/", note | {"photo": SimpleUploadedFile("a.jpg", content, "image/jpeg")}
            )
            assert (answer.status_code, code_of(answer)) == (422, "not_a_photo")
            assert "Crack &lt;left&gt;" in text_of(answer)
        assert not ApplianceEvent.objects.exists()
        upload = SimpleUploadedFile("../../etc/passwd.jpg", picture(kind="PNG"), "image/png")
        assert browser.post(f"{chart}{expander.pk}/note/", note | {"photo": upload}).status_code == 302
        made = ApplianceEvent.objects.get()
        address = f"{chart}photos/{made.pk}/"
        page = text_of(browser.get(chart))
        assert f'<img src="{address}" loading="lazy" alt="Crack &lt;left&gt;">' in page
        answer = browser.get(address)
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        for person in (rita, gus):
            assert web(person).get(address).status_code == 403
        other = make_patient("An", "Other")
        assert web(dana).get(f"/patients/{other.pk}/chart/appliances/photos/{made.pk}/").status_code == 404
        assert "Crack &lt;left&gt;" in text_of(browser.get(f"{address}remove/"))
        assert browser.post(f"{address}remove/", {"reason": ""}).status_code == 400
        assert browser.post(f"{address}remove/", {"reason": "Another patient"}).status_code == 302
        assert browser.get(address).status_code == 404
        assert "<img" not in text_of(browser.get(chart)).partition('id="in"')[2]

    def test_stripping_is_typed_shown_and_changed(self, nina, pia):
        from charting.models import ChartSettings

        ChartSettings.objects.create(pk="0" * 24, notation="universal")
        browser, chart = web(nina), f"/patients/{pia.pk}/chart/"
        typed = {"started_on": clock.today().isoformat(), "refinement": "0", "upper": "20", "lower": "0"}
        typed |= {"days_per_tray": "14", "hours": "22", "attachments": "6, 11", "ipr": "6-8 0.2 before 5"}
        answer = browser.post(f"{chart}aligners/new/", typed)
        assert (answer.status_code, "6 and 8 do not touch" in words(answer)) == (422, True)
        assert "6-8 0.2 before 5</textarea>" in text_of(answer)
        assert re.search(r'aria-describedby="[^"]*id_ipr_error', text_of(answer))
        unread = browser.post(f"{chart}aligners/new/", typed | {"ipr": "36-37 0.2"})
        assert (unread.status_code, "36-37 0.2</textarea>" in text_of(unread)) == (400, True)
        assert browser.post(f"{chart}aligners/new/", typed | {"ipr": "6-7 0.2 before 5"}).status_code == 302
        row = AlignerSeries.objects.get()
        assert (row.attachments, row.ipr) == ("13,23", [{"contact": "13-12", "mm": "0.2", "tray": 5}])
        page = words(browser.get(f"{chart}appliances/"))
        assert "6, 11" in page and "6-7 0.2 mm before 5" in page
        plan = f"{chart}aligners/{row.pk}/plan/"
        form = text_of(browser.get(plan))
        assert "6-7 0.2 before 5</textarea>" in form and 'value="6, 11"' in form
        changed = {"version": "1", "attachments": "6", "ipr": "6-7 0.2 before 5\n8-9 0.3", "instructions": ""}
        assert browser.post(plan, changed).status_code == 302
        late = browser.post(plan, changed | {"ipr": ""})
        assert (late.status_code, code_of(late)) == (412, "stale")
        assert len(AlignerSeries.objects.get().ipr) == 2

    def test_typed_in_the_clinics_notation(self, dana, nina, pia):
        from charting.models import ChartSettings

        ChartSettings.objects.create(pk="0" * 24, notation="universal")
        browser = web(nina)
        page = f"/patients/{pia.pk}/chart/appliances/new/"
        answer = browser.post(page, {"kind": "Lingual arch", "teeth": "19, 30", "placed_on": clock.today().isoformat()})
        assert answer.status_code == 302
        assert Appliance.objects.get().teeth == "36,46"
        wrong = browser.post(page, {"kind": "Twin Block", "teeth": "33", "placed_on": clock.today().isoformat()})
        assert wrong.status_code == 400
        assert 'value="Twin Block"' in text_of(wrong)

    def test_every_form_opens_and_works(self, dana, pia, expander, series):
        browser, chart = web(dana), f"/patients/{pia.pk}/chart/"
        page = text_of(browser.get(f"{chart}appliances/"))
        for address in re.findall(rf'href="({chart}(?:appliances|aligners|retention)[^"]+)"', page):
            assert browser.get(address).status_code == 200, address
        assert browser.post(f"{chart}aligners/{series.pk}/deliver/", {"delivered": "4"}).status_code == 302
        refused = browser.post(f"{chart}aligners/{series.pk}/deliver/", {"delivered": "40"})
        assert (refused.status_code, 'value="40"' in text_of(refused)) == (422, True)

    def test_who_may_what(self, rita, ada, dana, pia, expander, make_patient):
        chart = f"/patients/{pia.pk}/chart/"
        assert web(rita).get(f"{chart}appliances/").status_code == 403
        assert "Take out" not in text_of(web(ada).get(f"{chart}appliances/"))
        assert web(ada).post(f"{chart}appliances/{expander.pk}/out/").status_code == 403
        other = make_patient("An", "Other")
        assert web(dana).get(f"/patients/{other.pk}/chart/appliances/{expander.pk}/out/").status_code == 404
        with pytest.raises(NotPermitted):
            appliances.remove_appliance(by=rita, appliance=expander, removed_on=clock.today())
