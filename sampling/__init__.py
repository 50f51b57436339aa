"""Purposive sampling that shows, bounds and explains its choice."""

from sampling.again import propose_again
from sampling.checks import SAMPLING_CHECKS
from sampling.declared import check_design
from sampling.design import Attribute, Design, Rule, design_of
from sampling.diagnostics import without_ids
from sampling.differences import changes, design_changes, frame_changes, remembered
from sampling.frame import Frame, frame_of, read_frame
from sampling.infeasible import Infeasible
from sampling.override import Exchange, exchange
from sampling.propose import propose
from sampling.proven import proof_in_words
from sampling.record import (
    Proposal,
    SampleState,
    StageState,
    after_overrides,
    approved,
    exchanged,
    fold_sample,
    overridden,
    proposed,
    site_replaced,
)
from sampling.replace import replace, replacement
from sampling.sample import CAVEAT, Sample, proposal_code
from sampling.status import TAKEN_OUT, evaluated
from sampling.strategies import STRATEGIES

__all__ = [
    "CAVEAT",
    "SAMPLING_CHECKS",
    "STRATEGIES",
    "TAKEN_OUT",
    "Attribute",
    "Design",
    "Exchange",
    "Frame",
    "Infeasible",
    "Proposal",
    "Rule",
    "Sample",
    "SampleState",
    "StageState",
    "after_overrides",
    "approved",
    "changes",
    "check_design",
    "design_changes",
    "design_of",
    "evaluated",
    "exchange",
    "exchanged",
    "fold_sample",
    "frame_changes",
    "frame_of",
    "overridden",
    "proof_in_words",
    "proposal_code",
    "propose",
    "propose_again",
    "proposed",
    "read_frame",
    "remembered",
    "replace",
    "replacement",
    "site_replaced",
    "without_ids",
]
