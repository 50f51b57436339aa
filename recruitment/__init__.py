"""Recruitment and consent: who is where, what each person agreed to, and when that changed."""

from recruitment.consent import (
    GATES,
    SCOPES,
    ConsentLedger,
    Decision,
    Gate,
    Refusal,
    consent_in_force,
    fold_consent,
    gate,
    refusals,
)
from recruitment.coverage import Coverage, consent_coverage, reconsents_due
from recruitment.flow_diagram import Box, flow_boxes, funnel
from recruitment.log import Interview, Recruitment, fold_recruitment
from recruitment.targets import Affiliation, target_progress
from recruitment.withdrawal import Impact, withdrawal_impact

__all__ = [
    "GATES",
    "SCOPES",
    "Affiliation",
    "Box",
    "ConsentLedger",
    "Coverage",
    "Decision",
    "Gate",
    "Impact",
    "Interview",
    "Recruitment",
    "Refusal",
    "consent_coverage",
    "consent_in_force",
    "flow_boxes",
    "fold_consent",
    "fold_recruitment",
    "funnel",
    "gate",
    "reconsents_due",
    "refusals",
    "target_progress",
    "withdrawal_impact",
]
