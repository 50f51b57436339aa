"""Exports of coding tools: REFI-QDA codebooks and projects read and written, and tables of six tools."""

from analysis.coding_tools.export import ToolExport
from analysis.coding_tools.reading import codebook_from, read_codebook_file, read_export
from analysis.coding_tools.refi_written import write_qdc, write_qdpx
from analysis.coding_tools.tables import CALLED

__all__ = ["CALLED", "ToolExport", "codebook_from", "read_codebook_file", "read_export", "write_qdc", "write_qdpx"]
