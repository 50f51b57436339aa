"""The protocol: study.yaml as strict models."""

from study.protocol.document import Protocol
from study.protocol.load import load_protocol

__all__ = ["Protocol", "load_protocol"]
