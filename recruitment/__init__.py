"""Recruitment and consent: who is where, what each person agreed to, and when that changed."""

from recruitment.consent import GATES, ConsentLedger, Decision, consent_in_force, fold_consent, gate
from recruitment.log import Interview, Recruitment, fold_recruitment

__all__ = [
    "GATES",
    "ConsentLedger",
    "Decision",
    "Interview",
    "Recruitment",
    "consent_in_force",
    "fold_consent",
    "fold_recruitment",
    "gate",
]
