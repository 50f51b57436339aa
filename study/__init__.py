"""The vocabulary every room speaks: protocol, facts and events, queries, errors, store protocols."""

from study.errors import ProtocolError, StudyError
from study.event import Actor, Cause, Event, Fact, Reference, Run, Subject
from study.protocol import Protocol, load_protocol
from study.query import Query

__all__ = [
    "Actor",
    "Cause",
    "Event",
    "Fact",
    "Protocol",
    "ProtocolError",
    "Query",
    "Reference",
    "Run",
    "StudyError",
    "Subject",
    "load_protocol",
]
