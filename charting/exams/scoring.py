"""IOTN of one exam: the sheet that was kept last or the one that exam and teeth fill, and what follows from it."""

from dataclasses import dataclass

from charting.exams.sheets import read_iotn
from charting.models import Exam, Index, ScoreSheet, ToothFinding
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.prefill import iotn_sheet


@dataclass(frozen=True)
class Iotn:
    """The sheet and what was kept with it; `kept` is None as long as nobody scored."""

    sheet: iotn.ScoreSheet
    kept: ScoreSheet | None

    @property
    def study_casts(self) -> bool:
        return bool(self.kept and self.kept.facts.get("study_casts"))

    @property
    def aesthetic(self) -> int | None:
        return self.kept.facts.get("aesthetic") if self.kept else None

    @property
    def computed(self) -> iotn.Dental:
        """The grade of the sheet."""
        return iotn.dental(self.sheet, study_casts=self.study_casts)

    @property
    def need(self) -> iotn.Need:
        """Whether the NHS would treat; a clinician's own grade goes before the computed one."""
        return need_of(self.computed, self.kept)


def iotn_of(exam: Exam) -> Iotn:
    """Of an exam that the person may see."""
    # read-scope: of a patient whose chart was opened by somebody who may; the same below
    rows = ScoreSheet.objects.filter(patient_id=exam.patient_id, exam_id=exam.pk, index=Index.IOTN)
    kept = rows.order_by("-created_at", "-id").first()
    if kept is not None:
        return Iotn(read_iotn(kept.facts), kept)
    # read-scope: as above
    teeth = ToothFinding.objects.filter(patient_id=exam.patient_id).order_by("on", "created_at", "id")
    return Iotn(iotn_sheet(rules.read(exam.facts), {row.tooth: row.state for row in teeth}), None)


def need_of(computed: iotn.Dental, kept: ScoreSheet | None) -> iotn.Need:
    """Whether the NHS would treat."""
    aesthetic = kept.facts.get("aesthetic") if kept else None
    judged = int(kept.judged[0]) if kept and kept.judged else None
    return iotn.nhs(judged or computed.grade, aesthetic, is_final=bool(judged) or computed.is_final)
