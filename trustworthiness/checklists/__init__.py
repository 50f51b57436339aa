"""Reporting checklists filled from the records: COREQ, SRQR and GRAMMS."""

from trustworthiness.checklists.coreq import COREQ
from trustworthiness.checklists.gramms import GRAMMS
from trustworthiness.checklists.item import Answer, Filled, Records, Said, Stated, by_kind, filled, is_about_people
from trustworthiness.checklists.srqr import SRQR

CHECKLISTS = (COREQ, SRQR, GRAMMS)

__all__ = [
    "CHECKLISTS",
    "COREQ",
    "GRAMMS",
    "SRQR",
    "Answer",
    "Filled",
    "Records",
    "Said",
    "Stated",
    "by_kind",
    "filled",
    "is_about_people",
]
