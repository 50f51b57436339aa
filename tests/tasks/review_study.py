"""A small study whose transcripts were checked, with four strings that nobody has decided on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.detectors import Entry
from evidence.reading import NO_CONVENTIONS, Looker
from tasks.readings import Readings
from tasks.request import StudyRequest
from tasks.string_decisions import decided
from tasks.workspace import Workspace, opened

PROTOCOL = (Path(__file__).parents[2] / "cli" / "starting_study" / "study.yaml").read_text()
FILES = {
    "transcripts/I0001.txt": "Interviewer: Did Quillon call?\n\nParticipant: No, Tessa did, and Ridge <b>too</b>.\n",
    "transcripts/I0002.txt": "Interviewer: And Ridge?\n\nParticipant: Ridge was there with Orlo.\n",
}
ENTRIES = (
    Entry("alias", "Quillon"),
    Entry("alias", "Ridge"),
    Entry("name", "Tessa Examplewood"),
    Entry("alias", "Orlo"),
)
IDENTITIES = """participant_id,name,aliases,phone,email,heard_as
P001,Tessa Examplewood,Tess;Bitsy,,,Examplewould
P002,Orlo Fakenham,,,,
"""


def checked(place: Workspace, files: dict[str, str]) -> None:
    """Keep what reading the files flags, as a check of the transcripts does."""
    look = Looker(NO_CONVENTIONS, ENTRIES, decided=decided(place)).look
    kept = {}
    for path, text in files.items():
        place.files.put(path, text.encode())
        kept[place.ref(path)] = (path, {}, look(text.encode(), Path(path).name))
    Readings(place.restricted).keep(kept)


@contextmanager
def study_to_review(root: Path) -> Iterator[Workspace]:
    """The study made in a folder, open as its investigator; Ridge is in two files, Orlo, Quillon and Tessa in one."""
    (root / "study.yaml").write_text(PROTOCOL)
    (root / "restricted").mkdir()
    (root / "restricted/identities.csv").write_text(IDENTITIES)
    with opened(StudyRequest(study=str(root), acting="PI"), "review-strings", create=True) as place:
        checked(place, FILES)
        yield place
