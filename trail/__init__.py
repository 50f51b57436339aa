"""The audit trail: lanes that writers append to, seals and signed checkpoints over them."""

from trail.lane import Trail
from trail.sealer import Sealed, seal

__all__ = ["Sealed", "Trail", "seal"]
