"""Waves of one questionnaire compared: the same people, the same questions, and no file taken for another.

Rows are compared by keyed digests (SipHash, Aumasson and Bernstein 2012, as pandas' `hash_array`), so that what is kept
of a wave holds no key and no answer; nought stands for what is missing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import SHORTEST_VECTOR, Answers
from evidence.survey.linkage import REPLACED, nulls, plain_key, plain_keys

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
DIGEST_VERSION = 1
"""Raised whenever the same rows give other digests."""
_WAVE = re.compile(r"(?:wave|w|time|t|round|year|y)?[\s_.-]*(\d+)(?:\.0+)?")
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class WaveRows:
    """The rows of a file as digests: `number` of the wave each belongs to (0 unknown), `keys`, `constants` by variable,
    `vectors` over `compared` answers (nought where fewer than SHORTEST_VECTOR of them are there)."""

    number: Hashes
    keys: Hashes
    vectors: Hashes
    constants: Mapping[str, Hashes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The waves that rows are of, in order."""
        return tuple(int(n) for n in np.unique(self.number) if n)

    def of(self, number: int) -> WaveRows:
        """The rows of one wave."""
        here = self.number == number
        return WaveRows(
            self.number[here],
            self.keys[here],
            self.vectors[here],
            {name: values[here] for name, values in self.constants.items()},
        )

    def packed(self, rests_on: str) -> bytes:
        """All of it as bytes, with what it was made of."""
        held = io.BytesIO()
        arrays = {"number": self.number, "keys": self.keys, "vectors": self.vectors}
        arrays |= {f"constant {name}": values for name, values in self.constants.items()}
        np.savez_compressed(held, rests_on=np.array(rests_on), **arrays)  # type: ignore[arg-type]
        return held.getvalue()

    @classmethod
    def unpacked(cls, data: bytes, rests_on: str) -> WaveRows | None:
        """The inverse of `packed`; None when it was made of something else, or is damaged."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                if str(kept["rests_on"]) != rests_on:
                    return None
                constants = {n.removeprefix("constant "): kept[n] for n in kept.files if n.startswith("constant ")}
                return cls(kept["number"], kept["keys"], kept["vectors"], constants)
        except Exception:  # whatever a damaged archive makes numpy raise
            return None


def wave_rows(
    answers: Answers,
    *,
    key: str | None,
    wave: int | None,
    wave_column: str | None,
    constants: Iterable[str],
    compared: Sequence[str],
    secret: str,
) -> WaveRows:
    """The digests of a file's rows; `secret` has 16 characters. A row's wave is what the file says, else `wave`."""
    values = answers.values
    rows = len(values)
    keys = plain_keys(values[key]) if key in values else nulls(values.index)
    keys = keys.where(~keys.astype("string").str.startswith(REPLACED).fillna(False), None)
    said = stated_waves(values[wave_column]) if wave_column in values else None
    number = np.full(rows, wave or 0, np.uint64)
    if said is not None:
        number = np.where(said.notna(), said.fillna(0), wave or 0).astype(np.uint64)
    there = [name for name in compared if name in answers]
    return WaveRows(
        number,
        hashed(keys, secret),
        _vectors(answers, there, secret) if len(there) >= SHORTEST_VECTOR else np.zeros(rows, np.uint64),
        {name: _each(answers, name, secret) for name in constants if name in answers},
    )


def joined(parts: Iterable[WaveRows]) -> WaveRows:
    """The rows of several files; a constant that one of them does not have is missing there."""
    listed = list(parts)
    names = dict.fromkeys(name for part in listed for name in part.constants)
    nothing = np.zeros(0, np.uint64)
    return WaveRows(
        np.concatenate([nothing, *(p.number for p in listed)]),
        np.concatenate([nothing, *(p.keys for p in listed)]),
        np.concatenate([nothing, *(p.vectors for p in listed)]),
        {
            name: np.concatenate([nothing, *(p.constants.get(name, np.zeros(len(p), np.uint64)) for p in listed)])
            for name in names
        },
    )


def stated_waves(column: pd.Series) -> pd.Series:
    """The number of the wave each cell says (`2`, `2.0`, `wave 2`, `T2`); nought for other words, null for a blank."""

    def number(cell: object) -> float:
        match = _WAVE.fullmatch(plain_key(cell))
        return float(match[1]) if match else 0.0

    codes, unique = pd.factorize(column)
    said = np.array([*map(number, unique), np.nan])
    return pd.Series(said[codes], column.index)


def differing_constants(rows: WaveRows, earlier: WaveRows) -> dict[str, pd.Series]:
    """For each constant whether a row says otherwise than the same key in the wave before; null where there is none."""
    both = joined([earlier, rows])
    found = {}
    for name in rows.constants:
        values = both.constants[name]
        before = _row_before(both, values != 0)[len(earlier) :]
        own = rows.constants[name]
        known = (before >= 0) & (own != 0)
        differs = nulls(pd.RangeIndex(len(rows))).to_numpy(object, copy=True)
        differs[known] = (values[before[known]] != own[known]).tolist()
        found[name] = pd.Series(differs)
    return found


def _row_before(rows: WaveRows, says: Any) -> Any:
    """For each row the position of the row with its key in the latest wave before its own that says anything; else -1.

    Of several such rows of one wave the last one counts.
    """
    frame = pd.DataFrame({"key": rows.keys, "wave": rows.number, "at": np.arange(len(rows))})
    usable = frame[says & (rows.keys != 0) & (rows.number != 0)]
    latest = usable.sort_values(["key", "wave", "at"]).drop_duplicates(["key", "wave"], keep="last")
    latest = latest.assign(before=latest.groupby("key", sort=False)["at"].shift().fillna(-1).astype(np.int64))
    which = usable.merge(latest[["key", "wave", "before"]], on=["key", "wave"], how="left")
    found = np.full(len(rows), -1, np.int64)
    found[which["at"].to_numpy()] = which["before"].to_numpy()
    return found


def lost_keys(rows: WaveRows, earlier: WaveRows) -> Hashes | None:
    """The digests of keys in the wave before the latest of these rows and not in that; None where no wave is before."""
    if not rows.numbers:
        return None
    both, latest = joined([earlier, rows]), rows.numbers[-1]
    before = [number for number in both.numbers if number < latest]
    if not before:
        return None
    there, here = both.of(before[-1]).keys, both.of(latest).keys
    lost: Hashes = np.setdiff1d(there, here)
    found: Hashes = lost[lost != 0]
    return found


def shared_share(rows: WaveRows, other: WaveRows) -> float | None:
    """How many of these rows' answers, 0–1, are exactly those of a row of the other file; None without such rows."""
    ours, theirs = (pd.Series(part.vectors[part.vectors != 0]).value_counts() for part in (rows, other))
    if not len(ours) or not len(theirs):
        return None
    return float(np.minimum(ours, theirs.reindex(ours.index).fillna(0)).sum() / ours.sum())


def comparable(dictionaries: Iterable[DataDictionary]) -> tuple[str, ...]:
    """The coded and numeric variables that every one of these data dictionaries has, in order of the first."""
    listed = [{v.name for v in d.variables if v.is_numeric or v.type == "single"} for d in dictionaries]
    return tuple(sorted(set.intersection(*listed))) if listed else ()


def asked_in(dictionary: DataDictionary, wave: int | None, present: Collection[str]) -> DataDictionary:
    """The dictionary without the questions that another wave asks and the file does not have."""
    kept = (v for v in dictionary.variables if wave is None or not v.waves or wave in v.waves or v.name in present)
    return replace(dictionary, variables=tuple(kept))


def question_differences(now: DataDictionary, before: DataDictionary) -> dict[str, int]:
    """How much each shared variable differs between two waves: wording, type, codes labelled otherwise or not there."""
    then = {variable.name: variable for variable in before.variables}
    return {v.name: _differences(v, then[v.name]) for v in now.variables if v.name in then}


def _differences(now: Variable, before: Variable) -> int:
    ours, theirs = {**now.values, **now.missing}, {**before.values, **before.missing}
    codes = {*ours, *theirs}
    labels = sum(_said(ours.get(code)) != _said(theirs.get(code)) for code in codes)
    return labels + (_said(now.label) != _said(before.label)) + (now.type != before.type)


def _said(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split()).casefold()


def hashed(values: pd.Series, secret: str) -> Hashes:
    """A keyed digest of every value, 0 for null; numbers and days count by what they say, however they are stored."""
    codes, unique = pd.factorize(values)
    texts = np.array([_written(value) for value in unique], dtype=object)
    digests = pd.util.hash_array(texts, hash_key=secret, categorize=False) if len(texts) else np.zeros(0, np.uint64)
    return np.append(np.maximum(digests, np.uint64(1)), np.uint64(0))[codes]


def hashed_key(key: str, secret: str) -> int:
    """The digest under which a key is found in `WaveRows.keys`."""
    return int(hashed(pd.Series([plain_key(key)], dtype=object), secret)[0])


def _written(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.12g}"
    return value.isoformat() if isinstance(value, pd.Timestamp) else " ".join(str(value).split()).casefold()


def _each(answers: Answers, name: str, secret: str) -> Hashes:
    """A digest of each row's answer to one question; each different answer is digested once."""
    to = answers.to(name)
    found: Hashes = hashed(to.values, secret)[to.codes]
    return found


def _vectors(answers: Answers, names: Sequence[str], secret: str) -> Hashes:
    """One digest a row over its answers to these questions in order; 0 for few answers."""
    total = np.zeros(len(answers.index), np.uint64)
    given = np.zeros(len(answers.index), np.int32)
    for name in names:
        total *= _ODD
        total += _each(answers, name, secret)
        given += answers.to(name).is_there[answers.to(name).codes]
    return np.where(given >= SHORTEST_VECTOR, np.maximum(total, np.uint64(1)), np.uint64(0))


def is_of_wave(column: pd.Series, wave: int) -> pd.Series:
    """Whether each row says it is of this wave; null for a blank."""
    said = stated_waves(column)
    return (said == wave).astype(object).where(said.notna(), None)


def days_outside(days: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    """Whole days by which each day lies before the first or after the last one, 0 within; null without a day."""
    day = days.dt.normalize()
    beyond = pd.concat([(first - day).dt.days, (day - last).dt.days], axis=1).max(axis=1)
    outside: pd.Series = beyond.clip(lower=0).where(day.notna())
    return outside
