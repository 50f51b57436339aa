"""Analysis products read and summed up: codebook, codings, saturation, agreement, cross-case comparison."""

from analysis.agreement import cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha, percent_agreement
from analysis.cases import compare_cases, read_ratings
from analysis.checks import ANALYSIS_CHECKS
from analysis.codebook import Codebook, read_codebook
from analysis.codebook_change import compare_codebooks
from analysis.coders import compare_coders
from analysis.codings import Codings, read_codings
from analysis.saturation import guest_saturation

__all__ = [
    "ANALYSIS_CHECKS",
    "Codebook",
    "Codings",
    "cohen_kappa",
    "compare_cases",
    "compare_codebooks",
    "compare_coders",
    "fleiss_kappa",
    "guest_saturation",
    "gwet_ac1",
    "krippendorff_alpha",
    "percent_agreement",
    "read_codebook",
    "read_codings",
    "read_ratings",
]
