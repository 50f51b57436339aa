"""The audit trail: lanes that writers append to, seals and signed checkpoints over them, verification."""

from trail.lane import Trail
from trail.sealer import Sealed, seal
from trail.verify import Verdict, verify

__all__ = ["Sealed", "Trail", "Verdict", "seal", "verify"]
