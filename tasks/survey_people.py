"""What is measured on a survey that has to do with people: registry, consent, waves, invitations, disclosure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evidence.leaks import Flagged
from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary
from evidence.survey.disclosure import cell_counts, indirect_columns, is_direct, named_strings, text_counts
from evidence.survey.features import Answers
from evidence.survey.linkage import plain_key, plain_keys
from evidence.survey.responses import FEATURES, Responses, response_features, responses
from evidence.survey.waves import (
    WaveRows,
    days_outside,
    differing_constants,
    hashed_key,
    is_of_wave,
    joined,
    lost_keys,
    question_differences,
    shared_share,
)
from recruitment import fold_recruitment
from study.identifiers import digest
from study.protocol.material import Survey
from tasks.distribution import digest_of, distribution
from tasks.erasing import RESTRICTED
from tasks.survey_links import SCOPE, People, links, row_days
from tasks.survey_names import keep_strings, names
from tasks.survey_waves import Waves, constants_of
from tasks.workspace import Workspace

GONE = frozenset({"withdrawn", "lost"})
"""States of the recruitment log in which nobody is expected to answer any more."""
EXPOSED = (
    "The distribution list holds e-mail addresses, phone numbers or names and lies outside restricted/: move it there, "
    "and say so in study.yaml."
)


@dataclass(frozen=True, slots=True)
class OfPeople:
    """What other rooms need of it: columns of the row frame, features of the file and of variables, the responses, and
    what is wrong with the distribution list, as (check, sentence)."""

    links: pd.DataFrame
    about_file: Mapping[str, object]
    about_variables: Mapping[str, Mapping[str, object]]
    responses: Responses | None = None
    faults: tuple[tuple[str, str], ...] = field(default=())


def rests_on(place: Workspace, spec: Survey, known: People) -> dict[str, str]:
    """What a survey's judgement rests on besides its own file, by role: the waves before and files listed before it,
    the distribution lists, names and decided strings, who is still enrolled."""
    waves = Waves(place, spec, known)
    dictionary = waves.dictionary(spec)
    has_text = any(v.type == "text" for v in dictionary.variables) if dictionary else False
    parts = {
        "waves": waves.rests_on,
        "distribution lists": [digest_of(place, one) for one in (*waves.earlier[-1:], spec)],
        "names": names(place, known).digest if has_text else "",
        "enrolled": sorted(_gone(place, known)) if waves.earlier and not waves.is_anonymous else [],
        "codes": sorted(known.sites or ()) if spec.linkage == "anonymous" else [],
    }
    return {role: digest(json.dumps(part, sort_keys=True, default=str).encode()) for role, part in parts.items()}


def of_people(
    place: Workspace, spec: Survey, known: People, file: SurveyFile, dictionary: DataDictionary, answers: Answers
) -> OfPeople:
    """Everything that is measured; a feature that does not apply is null, one that could not be measured is absent."""
    known.kept["file", spec.file] = file.sha256
    waves = Waves(place, spec, known)
    values = answers.values
    present = [str(name) for name in values.columns]
    columns = {
        "respondent:is_of_declared_wave": _is_of_declared_wave(spec, values),
        "respondent:days_outside_fieldwork": _days_outside_fieldwork(spec, values),
        "respondent:cell_count": cell_counts(
            values[list(indirect_columns(dictionary, present, spec.site))],
            plain_keys(values[spec.key]) if spec.key in values else None,
        ),
        **_in_text(place, known, spec, dictionary, values),
    }
    about_file: dict[str, object] = {}
    own, before = waves.rows(answers, dictionary), waves.before()
    if before is not None:
        about_file |= _lost(place, known, waves, own, before)
        about_file["shared_rows_share"] = _shared(waves, file, own, before)
        columns |= _constants(waves, dictionary, own, before, values.index)
    listed, found, faults = _listed(place, spec, known, waves, values)
    about_file |= listed
    return OfPeople(
        pd.concat([links(known, spec, values), pd.DataFrame(columns, index=values.index)], axis=1),
        about_file,
        _of_variables(known, spec, waves, file, dictionary),
        found,
        faults,
    )


def _is_of_declared_wave(spec: Survey, values: pd.DataFrame) -> Any:
    if spec.wave is None or spec.wave_column not in values:
        return None
    return is_of_wave(values[spec.wave_column], spec.wave)


def _days_outside_fieldwork(spec: Survey, values: pd.DataFrame) -> Any:
    days = row_days(spec, values)
    if spec.fieldwork is None or days is None:
        return None
    return days_outside(days, pd.Timestamp(spec.fieldwork.start), pd.Timestamp(spec.fieldwork.end))


def _in_text(
    place: Workspace, known: People, spec: Survey, dictionary: DataDictionary, values: pd.DataFrame
) -> dict[str, Any]:
    """How many names of the study's people each free text holds; null where the study knows none.

    The strings themselves are kept for `fieldtrail review`.
    """
    found: dict[str, Any] = {}
    strings: list[Flagged] = []
    looked_for = names(place, known)
    about_rows = (spec.key, spec.site, spec.wave_column)
    for variable in dictionary.variables:
        if variable.type != "text" or variable.name not in values or variable.name in about_rows:
            continue
        found[f"{variable.name}:name_count"] = None
        if looked_for.is_known:
            texts, search = values[variable.name], {"decided": looked_for.decided}
            counts = text_counts(texts, looked_for.detectors, **search)["name_count"]
            found[f"{variable.name}:name_count"] = counts
            strings += named_strings(texts.where(counts > 0), looked_for.detectors, variable.name, **search)
    keep_strings(place, spec, strings)
    return found


def _constants(
    waves: Waves, dictionary: DataDictionary, own: WaveRows, before: list[WaveRows], index: pd.Index
) -> dict[str, Any]:
    """For each constant whether a row says otherwise than the wave before; null for nobody's and without a wave."""
    found: dict[str, Any] = {f"{name}:differs_from_wave_before": None for name in constants_of(dictionary)}
    if not waves.is_anonymous:
        for name, differs in differing_constants(own, joined(before)).items():
            found[f"{name}:differs_from_wave_before"] = differs.set_axis(index)
    return found


def _shared(waves: Waves, file: SurveyFile, own: WaveRows, before: list[WaveRows]) -> float | None:
    """How much of the file is another one's: all of it where the bytes are the same."""
    if waves.copies(file.sha256):
        return 1.0
    shares = [share for other in before if (share := shared_share(own, other)) is not None]
    return max(shares, default=None)


def _lost(place: Workspace, known: People, waves: Waves, own: WaveRows, before: list[WaveRows]) -> dict[str, object]:
    """How many of those who answered the wave before did not answer this one, and who is still in the study."""
    features: dict[str, object] = {"lost_count": None, "lost_share": None}
    lost = None if waves.is_anonymous else lost_keys(own, joined(before))
    if lost is None:
        return features
    there = joined([*before, own])
    last = [n for n in there.numbers if n < own.numbers[-1]][-1]
    answered = set(there.of(last).keys.tolist()) - {0}
    codes = {hashed_key(code, waves.secret): code for code in known.sites or ()}
    gone = {digest for digest, code in codes.items() if code in _gone(place, known)}
    missing = set(lost.tolist()) - gone
    features["lost_count"] = len(missing)
    features["lost_count:rows"] = sorted(codes[one] for one in missing & codes.keys())
    features["lost_share"] = len(missing) / len(answered - gone) if answered - gone else None
    return features


def _gone(place: Workspace, known: People) -> frozenset[str]:
    """Participant codes of people who are not expected to answer: withdrawn from the survey, or out of the study."""
    if "gone" not in known.kept:
        states = fold_recruitment(place.events(), at=place.today).states
        withdrawn = {code for code, ends in known.ledger.withdrawn.items() for w in ends if _has_ended(w, known)}
        out = {code for code, state in states.items() if state in GONE} | withdrawn
        known.kept["gone"] = frozenset(p for p, code in known.trail_codes.items() if code in out)
    found: frozenset[str] = known.kept["gone"]
    return found


def _has_ended(withdrawal: Any, known: People) -> bool:
    return SCOPE in withdrawal.scopes and withdrawal.at.day <= known.today


def _listed(
    place: Workspace, spec: Survey, known: People, waves: Waves, values: pd.DataFrame
) -> tuple[dict[str, object], Responses | None, tuple[tuple[str, str], ...]]:
    """The features of the distribution list, the responses, and what is wrong with the list."""
    read = distribution(place, spec, known)
    if read is None:
        return dict.fromkeys(FEATURES), None, ()
    faults = [("SV054", read.why)] if read.why else []
    if read.is_exposed:
        faults.append(("SV055", EXPOSED))
    keys = None if spec.linkage == "anonymous" or spec.key not in values else plain_keys(values[spec.key])
    if read.listed is None:
        return {}, None, tuple(faults)
    answered = set(keys.dropna()) if keys is not None and read.listed.is_keyed else len(values)
    sites = {plain_key(code): site for code, site in (known.sites or {}).items()}
    found = responses(read.listed, answered=answered, sites=sites)
    before = None
    for earlier in waves.earlier[-1:]:
        other = distribution(place, earlier, known)
        if other and other.listed and other.listed.says_completed:
            before = responses(other.listed, answered=0).rate
    features = response_features(read.listed, keys, len(values), found, before)
    if isinstance(plain := features.get(f"{FEATURES[-1]}:rows"), list):
        features[f"{FEATURES[-1]}:rows"] = [known.spellings.meant(key) or key for key in plain]
    return features, found, tuple(faults)


def _of_variables(
    known: People, spec: Survey, waves: Waves, file: SurveyFile, dictionary: DataDictionary
) -> dict[str, dict[str, object]]:
    """Features of variables, by feature and variable; null where one does not apply."""
    before = next((d for e in reversed(waves.earlier) if (d := waves.dictionary(e)) is not None), None)
    is_inside = spec.file.startswith(RESTRICTED)
    direct = {v.name for v in dictionary.variables if v.identifies == "direct"}
    direct |= {str(name) for name in file.frame.columns if is_direct(str(name))}
    filled = {str(name): bool(file.frame[name].notna().any()) for name in file.frame.columns}
    coded: dict[str, object] = {}
    if spec.linkage == "anonymous" and known.sites:
        coded = {str(name): _code_share(known, file.frame[name]) for name in file.frame.columns}
    return {
        "wave_difference_count": dict(question_differences(dictionary, before)) if before else {},
        "participant_code_share": coded,
        "identifies_outside_restricted": {n: n in direct and has and not is_inside for n, has in filled.items()},
    }


def _code_share(known: People, column: pd.Series) -> float | None:
    """How many of a column's different values are participant codes of the registry; null for days and fractions."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return None
    if pd.api.types.is_float_dtype(column) and not np.equal(np.mod(column.dropna(), 1), 0).all():
        return None
    return known.spellings.share(column)
