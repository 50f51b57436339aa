"""Registers as feeds: the team's own tables, workbooks and REDCap exports read as our registers."""

from recruitment.feeds.files import Sheet, read_sheet
from recruitment.feeds.mapping import Mapped, columns_of, mapped
from recruitment.feeds.naming import mapped_columns, mapping_faults
from recruitment.feeds.proof import proof_of
from recruitment.feeds.reading import Fed, Unread, endings_in, own_feed, read_feed

__all__ = [
    "Fed",
    "Mapped",
    "Sheet",
    "Unread",
    "columns_of",
    "endings_in",
    "mapped",
    "mapped_columns",
    "mapping_faults",
    "own_feed",
    "proof_of",
    "read_feed",
    "read_sheet",
]
