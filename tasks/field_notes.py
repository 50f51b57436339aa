"""Field notes and other documents: received and scanned as transcripts are, by the checks that fit any document."""

from __future__ import annotations

from evidence.reading import NO_CONVENTIONS
from study import Fact
from study.protocol.material import Transcripts
from tasks.transcript_files import TranscriptFile, received_facts, references_in
from tasks.workspace import Workspace

FIELD_NOTES = "field_notes"


def document_files(place: Workspace) -> list[TranscriptFile]:
    """Every file of field_notes/ and of the folders study.yaml names beside it, by path."""
    found = (pair for folder in document_folders(place) for pair in references_in(place, f"{folder}/"))
    files = {path: TranscriptFile(path, "", ref.ref, ref, place.files, "fieldnote") for path, ref in found}
    return list(files.values())


def document_folders(place: Workspace) -> tuple[str, ...]:
    """field_notes and the folders study.yaml names beside it, each once."""
    return tuple(dict.fromkeys((FIELD_NOTES, *(folder.strip("/") for folder in place.protocol.documents))))


def conventions_of(place: Workspace) -> Transcripts:
    """How documents are read: as any text, in the code page the study declared for its transcripts."""
    declared = place.protocol.transcripts
    return NO_CONVENTIONS.model_copy(update={"legacy_encoding": declared.legacy_encoding if declared else None})


def field_note_facts(place: Workspace) -> list[Fact]:
    """That documents arrived, one fact a version of a file."""
    return received_facts(place, document_files(place))
