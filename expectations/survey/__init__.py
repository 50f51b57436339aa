"""The survey checks, and the suites that a data dictionary and the protocol ask for."""

from expectations.survey.checks import CHECKS

__all__ = ["CHECKS"]
