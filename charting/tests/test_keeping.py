"""The chart goes along when two records become one, and stands in the patient's whole record."""

import io
import json
import zipfile
from typing import Any

import pytest

from appointments.tests.browser import web
from charting.actions import entries
from charting.card.head import wires_in_mouth
from charting.models import Exam, Visit, WireChange
from charting.tests.history import treated
from patients.actions.merging import undo_merge
from patients.models import MergeRecord
from patients.tests.test_merge import merge

pytestmark = pytest.mark.django_db


def record_of(answer: Any) -> Any:
    content = b"".join(answer.streaming_content)
    return json.loads(zipfile.ZipFile(io.BytesIO(content)).read("record.json"))


def test_two_charts_become_one_and_two_again(dana, pia, make_patient):
    twin = make_patient("Pia", "Berg")
    treated(twin, dana, wires=[("upper", "0.016", "NiTi")])
    Exam.objects.create(patient=twin, by=dana, kind="initial")
    merge(dana, pia, twin)
    assert [one.wire.label for one in wires_in_mouth(pia)] == [".016 NiTi"]
    assert {*Visit.objects.values_list("patient_id", flat=True)} == {pia.pk}
    undo_merge(by=dana, record=MergeRecord.objects.get())
    assert not wires_in_mouth(pia)
    for model in (Visit, WireChange, Exam):
        assert {*model._default_manager.values_list("patient_id", flat=True)} == {twin.pk}


def test_the_patient_gets_what_is_signed(dana, pia):
    signed = treated(pia, dana, wires=[("upper", "0.016", "NiTi")])
    draft = entries.start_entry(by=dana, patient=pia, doctor=dana)
    own = {"patient": pia, "by": dana, "visit": draft, "on": draft.on}
    WireChange.objects.create(**own, arch="upper", kind="placed", size="0.018", material="SS")
    why = {"reason": "Change of clinic", "recipient": "Dr. Next"}
    whole = record_of(web(dana).post(f"/patients/{pia.pk}/export/", why))
    assert [row["size"] for row in whole["wires"]] == ["0.016", "0.018"]
    hers = record_of(web(pia.user).post(f"/portal/records/{pia.pk}/export/"))
    assert [row["_id"] for row in hers["treatmentCard"]] == [signed.pk]
    assert [row["size"] for row in hers["wires"]] == ["0.016"]
    assert hers["treatmentCard"][0]["by"] == "Dr. Dana"
