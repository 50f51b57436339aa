"""The main job: one pass through the study protocol, from its opening to the dossier."""

from __future__ import annotations

from prefect import flow

from flows.approve_sample import approve_sample
from flows.assemble_member_checks import assemble_member_checks
from flows.assess_saturation import assess_saturation
from flows.compare_cases import compare_cases
from flows.compare_coders import compare_coders
from flows.open_study import open_study
from flows.propose_sample import propose_sample
from flows.publish_dossier import publish_dossier
from flows.record_amendment import record_amendment
from flows.record_member_checks import record_member_checks
from flows.report_progress import report_progress
from flows.seal_trail import seal_trail
from flows.track_consent import track_consent
from flows.track_recruitment import track_recruitment
from flows.validate_surveys import validate_surveys
from flows.validate_transcripts import validate_transcripts
from flows.verify_trail import verify_trail
from tasks.main_job import Procedure, closing_summary, finish_decisions
from tasks.outcome import Outcome
from tasks.request import StudyRequest


class RunStudy(StudyRequest):
    """Which study to run from its protocol to its dossier."""


@flow(name="run-study")
def run_study(request: RunStudy) -> Outcome:
    """Run the whole study once: sample, recruitment, consent, validation, analysis, member checks, dossier, trail.

    Each step reads what people put into the study folder and records what is new. What needs a person's decision
    waits, and the rest goes on. Starting it again records nothing that is recorded already.
    """
    with Procedure(request, steps=20, whatever_happens=("Sealing the trail", seal_trail)) as procedure:
        procedure.take("Opening the study", open_study)
        procedure.take("Recording amendments", record_amendment)
        procedure.outcomes.append(finish_decisions(request))
        procedure.take("Proposing the sample", propose_sample)
        procedure.take("Looking for the investigator's approval", approve_sample)
        procedure.take("Reading the recruitment log", track_recruitment)
        procedure.take("Reading the consent register", track_consent)
        procedure.take("Validating transcripts", validate_transcripts)
        procedure.take("Validating surveys", validate_surveys)
        procedure.take("Importing codings and assessing saturation", assess_saturation)
        procedure.take("Comparing coders", compare_coders)
        procedure.take("Comparing cases", compare_cases)
        procedure.take("Assembling member checks", assemble_member_checks)
        procedure.take("Recording member checks", record_member_checks)
        procedure.take("Reporting progress", report_progress)
        procedure.take("Sealing the trail", seal_trail)
        procedure.take("Verifying the trail", verify_trail)
        procedure.take("Publishing the dossier", publish_dossier)
    procedure.take("Verifying the trail once more", verify_trail)
    procedure.say("Writing the study page")
    return closing_summary(request, procedure)
