"""Where rules live: checks over measured features, run by Great Expectations, turned into queries."""

from expectations.check import Check, Suite
from expectations.validate import Validation, validate, validate_full

__all__ = ["Check", "Suite", "Validation", "validate", "validate_full"]
