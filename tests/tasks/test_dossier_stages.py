"""The sample in the dossier: scores of few respondents and counts of few people are not shown."""

from __future__ import annotations

import json
from types import SimpleNamespace

from pages.sample_pictures import Line, Scale
from pages.sample_section import FromSurvey, Stage
from study.objects import NotStored
from tasks.dossier_stages import _without_small_scores, stage_sections
from trustworthiness.dossier import Stage as StageLine

SCALES = (Scale("size", ((0.0, "1"), (1.0, "9"))), Scale("recovery", ((0.0, "1"), (1.0, "4"))))


def survey_stage(*rows):
    lines = (Line("S011", "chosen", (0.2, 0.8)),)
    scores = (FromSurvey("recovery", "Said.", rows),)
    return Stage("sites", "S", "R", "approved", "good", "P.", scales=SCALES, lines=lines, from_surveys=scores)


def test_a_mean_of_few_respondents_is_neither_in_the_table_nor_in_the_picture():
    shown = _without_small_scores(survey_stage(("S011", "2.10", "1.9 to 2.3", "4"), ("S012", "3", "2 to 4", "12")), 5)
    assert shown.from_surveys[0].rows == (
        ("S011", "suppressed", "suppressed", "fewer than 5"), ("S012", "3", "2 to 4", "12"),
    )  # fmt: skip
    assert [scale.name for scale in shown.scales] == ["size"]
    assert shown.lines[0].places == (0.2,)


def test_means_of_enough_respondents_stay():
    stage = survey_stage(("S011", "2.10", "1.9 to 2.3", "5"))
    assert _without_small_scores(stage, 5) == stage


class Out:
    def __init__(self, document):
        self.document = document

    def get(self, key):
        if self.document is None:
            raise NotStored(key)
        return json.dumps(self.document).encode()


def sections(document, of="people"):
    spec = SimpleNamespace(name="who", of=of, strategy="convenience", rationale="All asked.")
    protocol = SimpleNamespace(sampling=SimpleNamespace(stages=[spec]), disclosure=SimpleNamespace(k=5))
    place = SimpleNamespace(protocol=protocol, out=Out(document))
    line = StageLine("who", "convenience", "All asked.", 35, ("S1",) if of == "sites" else (), "optimal", True)
    return stage_sections(place, SimpleNamespace(decisions=()), [line])


def test_a_stage_of_people_says_only_rounded_counts():
    made = {
        "standing": "waiting", "approved_by": "", "size": 20, "eligible": 23, "proposal": "702d4347dbf3",
        "in_view": [], "caveat": "C.", "notes": ["3 said no."],
    }  # fmt: skip
    [stage] = sections(made)
    assert stage.strategy == "Convenience sampling: 20 or more of 20 or more eligible people, proposal 702d4347dbf3"
    assert stage.notes == ()


def test_without_the_pages_of_the_sample_the_trail_still_tells_what_was_selected():
    [stage] = sections(None, of="sites")
    assert [site.id for site in stage.chosen] == ["S1"]
    assert stage.standing == "approved"
