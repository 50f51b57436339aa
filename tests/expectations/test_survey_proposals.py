"""A team with only an SPSS file: the dictionary proposed from it raises no query on how file and dictionary agree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evidence.survey import read_survey
from evidence.survey.dictionary import read_dictionary
from evidence.survey.dictionary_proposal import propose
from evidence.survey.dictionary_written import written
from evidence.survey.features import answers_as_declared
from expectations.survey.suites import SurveyToJudge, judge
from study import load_protocol

STUDY = Path(__file__).parents[2] / "examples" / "fsp" / "study"


@pytest.mark.real
def test_a_proposed_dictionary_raises_no_query_of_its_own():
    study = load_protocol(STUDY)
    spec = study.surveys[0].model_copy(update={"scales": []})
    file = read_survey(STUDY / spec.file)
    dictionary = read_dictionary(written(propose(file)), spec.dictionary)
    assert dictionary.faults == ()
    whole = SurveyToJudge(spec, file, dictionary, answers_as_declared(file, dictionary), pd.DataFrame())
    rows = whole.rows(date(2026, 12, 31))
    raised = {q.check for v in judge(whole, rows, study=study, ref="a1") for q in v.queries}
    assert {check for check in raised if "SV010" <= check <= "SV018"} == set()
