"""Waves of one questionnaire in a study: what a later wave is compared with, and what is kept of an earlier one.

Of every wave the keyed digests of its rows are kept under restricted/readings/surveys/, so that a later wave is judged
without reading the earlier file again. They can be deleted at any time, and an erasure takes all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.survey import READER_VERSION, read_survey
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import Answers, answers_as_declared
from evidence.survey.waves import DIGEST_VERSION, WaveRows, comparable, wave_rows
from study import StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.readings import FOLDER
from tasks.survey_files import dictionary_of
from tasks.survey_links import People
from tasks.workspace import Workspace


class Waves:
    """One survey among the others of its study: the waves before it, and the surveys listed before it."""

    def __init__(self, place: Workspace, spec: Survey, known: People) -> None:
        self._place = place
        self._kept = known.kept
        self.spec = spec
        listed = place.protocol.surveys
        same = [s for s in listed if spec.instrument and s.instrument == spec.instrument and s.wave]
        self.earlier = sorted((s for s in same if spec.wave and (s.wave or 0) < spec.wave), key=lambda s: s.wave or 0)
        self._all = [s for s in same if s.name != spec.name] + [spec]
        before = listed[: [s.name for s in listed].index(spec.name)] if spec in listed else []
        self.others = list({s.name: s for s in (*before, *self.earlier) if s.name != spec.name}.values())

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody can be followed from one wave to the next."""
        return self.spec.linkage == "anonymous" or not self.spec.key

    @property
    def rests_on(self) -> list[Any]:
        """What a judgement rests on beyond its own file: whether it is another's, and the waves before with theirs."""
        before = [[e.model_dump(mode="json"), self._file(e.file), self._file(e.dictionary)] for e in self.earlier]
        return [self.copies(self._file(self.spec.file)), before]

    def copies(self, sha256: str) -> int:
        """How many of the surveys listed before have exactly this file."""
        return sum(self._file(other.file) == sha256 for other in self.others) if sha256 else 0

    def rows(self, answers: Answers, dictionary: DataDictionary) -> WaveRows:
        """The digests of this survey's own rows; kept for the waves after it."""
        made = self._made(self.spec, answers, dictionary)
        if self.spec.instrument:
            self._place.restricted.put(self._key(self.spec), made.packed(self._made_of(self.spec, dictionary)))
        return made

    def before(self) -> list[WaveRows] | None:
        """The digests of the waves before, as kept or read now, those whose file is there; None where one of them
        cannot be read."""
        found = []
        for earlier in self.earlier:
            dictionary = self.dictionary(earlier)
            if dictionary is None or not self._file(earlier.file):
                continue
            rows = self._kept_rows(earlier, dictionary) or self._read(earlier, dictionary)
            if rows is None:
                return None
            found.append(rows)
        return found

    def dictionary(self, spec: Survey) -> DataDictionary | None:
        """The data dictionary of a wave; None where it is not there or has no variable."""
        asked = ("dictionary", spec.dictionary)
        if asked not in self._kept:
            try:
                found = dictionary_of(spec, self._place.files.get(spec.dictionary))
                self._kept[asked] = found if found.variables else None
            except NotStored:
                self._kept[asked] = None
        dictionary: DataDictionary | None = self._kept[asked]
        return dictionary

    @property
    def compared(self) -> tuple[str, ...]:
        """The answers that rows of all waves are compared by; none where there is one wave only."""
        if not self.spec.instrument:
            return ()
        own = {name for s in self._all for name in (s.key, s.wave_column, s.interview_date, s.start, s.end)}
        dictionaries = [found for s in self._all if (found := self.dictionary(s)) is not None]
        return tuple(name for name in comparable(dictionaries) if name not in own)

    def _kept_rows(self, spec: Survey, dictionary: DataDictionary) -> WaveRows | None:
        try:
            return WaveRows.unpacked(self._place.restricted.get(self._key(spec)), self._made_of(spec, dictionary))
        except NotStored:
            return None

    def _read(self, spec: Survey, dictionary: DataDictionary) -> WaveRows | None:
        """An earlier wave's digests from its file: only the columns they are made of are read."""
        wanted = [spec.key, spec.wave_column, *self.compared, *constants_of(dictionary)]
        columns = [name for name in dict.fromkeys(wanted) if name]
        try:
            read = read_survey(self._place.root / spec.file, encoding=spec.encoding, columns=columns)
        except StudyError:
            return None
        rows = self._made(spec, answers_as_declared(read, dictionary), dictionary)
        self._place.restricted.put(self._key(spec), rows.packed(self._made_of(spec, dictionary)))
        return rows

    def _made(self, spec: Survey, answers: Answers, dictionary: DataDictionary) -> WaveRows:
        return wave_rows(
            answers,
            key=None if spec.linkage == "anonymous" else spec.key,
            wave=spec.wave,
            wave_column=spec.wave_column,
            constants=constants_of(dictionary),
            compared=self.compared,
            secret=self.secret,
        )

    @property
    def secret(self) -> str:
        """The 16 characters under which rows of this questionnaire are digested."""
        return self._place.codes.key(f"waves-{self.spec.instrument or self.spec.name}").hex()[:16]

    def _made_of(self, spec: Survey, dictionary: DataDictionary) -> str:
        parts = [DIGEST_VERSION, READER_VERSION, self._file(spec.file), dictionary.sha256, spec.model_dump(mode="json")]
        return digest(repr([*parts, self.compared, self.secret]).encode())

    def _file(self, path: str) -> str:
        """The SHA-256 of a file of the study, "" where there is none; taken once a run."""
        asked = ("file", path)
        if asked not in self._kept:
            self._kept[asked] = _sha256(self._place, path)
        found: str = self._kept[asked]
        return found

    @staticmethod
    def _key(spec: Survey) -> str:
        return f"{FOLDER}surveys/{spec.name}.wave.npz"


def constants_of(dictionary: DataDictionary) -> Sequence[str]:
    """The variables that stay the same for a person from wave to wave."""
    return [variable.name for variable in dictionary.variables if variable.is_constant]


def _sha256(place: Workspace, path: str) -> str:
    try:
        return digest(place.files.get(path))
    except NotStored:
        return ""
