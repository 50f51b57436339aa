"""What a survey's rows have to do with people: registered, consenting on the day, withdrawn, at which site."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from evidence.survey.linkage import REPLACED, Spellings, each, nulls, plain_key
from recruitment import GATES, Refusal, fold_consent, refusals
from recruitment.ledger import KINDS, ConsentLedger
from study.protocol.material import Survey
from tasks.read import read_restricted_table
from tasks.workspace import Workspace

SCOPE = "survey"
STEP = "answer_survey"
LINKS = ("is_registered", "is_spelled_as_registered", "has_consent", "is_withdrawn", "is_at_registered_site")


class Stay(NamedTuple):
    """A site somebody belonged to, both days included; None where a side is open."""

    site: str
    start: date | None
    end: date | None

    def holds(self, day: date | None) -> bool:
        """Whether it was so on that day; any day will do where none is known."""
        return day is None or ((self.start is None or self.start <= day) and (self.end is None or day <= self.end))


@dataclass(frozen=True, slots=True)
class People:
    """The registry and the consent ledger as of this run; `sites` is by participant code, None without a registry.

    `stays` says since and until when somebody belonged to a site, where the registry does; `kept` is for what one run
    works out once.
    """

    sites: Mapping[str, str] | None
    trail_codes: Mapping[str, str]
    ledger: ConsentLedger
    today: date
    digest: str
    stays: Mapping[str, tuple[Stay, ...]] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    @property
    def spellings(self) -> Spellings:
        """Finds which participant code of the registry is meant."""
        if "spellings" not in self.kept:
            self.kept["spellings"] = Spellings(self.sites or ())
        found: Spellings = self.kept["spellings"]
        return found

    def spellings_of(self, spec: Survey) -> Spellings | None:
        """The spellings by which two keys of a survey are the same; None for one without people or registry."""
        return None if spec.linkage == "anonymous" or self.sites is None else self.spellings

    def was_at(self, code: str, site: str, day: date | None) -> bool:
        """Whether the registry has somebody at a site on a day."""
        stays = self.stays.get(code) or (Stay((self.sites or {})[code], None, None),)
        return any(stay.holds(day) and plain_key(stay.site) == plain_key(site) for stay in stays)

    def refused(self, trail_code: str, day: date) -> list[Refusal]:
        """What the gate of the survey refuses somebody who answered that day; asked once a person and day."""
        asked = ("refused", trail_code, day)
        if asked not in self.kept:
            days = {"survey_day": day, "today": self.today}
            self.kept[asked] = refusals(self.ledger, STEP, trail_code, days)
        found: list[Refusal] = self.kept[asked]
        return found


def people(place: Workspace) -> People:
    """Everything about people that the checks of a coded survey rest on, with a digest of it."""
    registry = read_restricted_table(place, "participants.csv")
    sites, stays = None, {}
    if registry is not None and {"participant_id", "site_id"} <= set(registry.columns):
        sites = dict(zip(registry["participant_id"], registry["site_id"], strict=True))
        stays = _stays(registry)
    events = place.events()
    rests_on = json.dumps([sites, stays, sorted(e.id for e in events if e.kind in KINDS)], sort_keys=True, default=str)
    return People(
        sites,
        place.known_trail_codes(),
        fold_consent(events),
        place.today,
        hashlib.sha256(rests_on.encode()).hexdigest(),
        stays,
    )


def _stays(registry: pd.DataFrame) -> dict[str, tuple[Stay, ...]]:
    """Every row of the registry that names a site, by participant code."""
    found: dict[str, list[Stay]] = {}
    nothing = [""] * len(registry)
    starts, ends = (registry[side] if side in registry.columns else nothing for side in ("from", "to"))
    for code, site, start, end in zip(registry["participant_id"], registry["site_id"], starts, ends, strict=True):
        found.setdefault(code, []).append(Stay(site, _day(start), _day(end)))
    return {code: tuple(stays) for code, stays in found.items()}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def links(known: People, spec: Survey, values: pd.DataFrame) -> pd.DataFrame:
    """The columns `respondent:<link>` of LINKS, one row a respondent, null where a link does not apply.

    Without a registry, or without the key among the values, the columns are absent, so that their checks say they could
    not be made; so are those that rest on a column of days or of sites that is named and not among the values. A row
    without a day has no consent on that day. A key that an erasure put in the place of somebody's is nobody's any more.
    """
    if spec.linkage == "anonymous":
        return pd.DataFrame({f"respondent:{link}": None for link in LINKS}, index=values.index, dtype=object)
    if known.sites is None or spec.key not in values.columns:
        return pd.DataFrame(index=values.index)
    keys = values[spec.key]
    is_key = keys.notna() & ~keys.astype("string").str.startswith(REPLACED).fillna(False).astype(bool)
    meant = each(keys.where(is_key), known.spellings.meant)
    is_known = meant.notna()
    trail = each(meant, lambda code: known.trail_codes.get(code, ""))
    days = _days(known, spec, values)
    can_tell_day = day_column(spec) is None or row_days(spec, values) is not None
    found = {
        "is_registered": is_known.astype(object).where(is_key, None),
        "is_spelled_as_registered": _is_written_so(keys, meant).astype(object).where(is_known, None),
        "is_withdrawn": each(trail, lambda code: _is_withdrawn(known, code)),
    }
    if can_tell_day:
        found["has_consent"] = _together(trail, days, lambda code, day: _has_consent(known, code, day))
    if spec.site is None:
        found["is_at_registered_site"] = nulls(values.index)
    elif can_tell_day and spec.site in values.columns:
        found["is_at_registered_site"] = _at_site(known, values[spec.site], meant, row_days(spec, values))
    told = [link for link in LINKS if link in found]
    return pd.DataFrame(found, index=values.index, columns=told, dtype=object).add_prefix("respondent:")


def _is_written_so(keys: pd.Series, meant: pd.Series) -> pd.Series:
    """Whether a key is written as the registry has it; a number reads as its digits."""
    written = each(keys, lambda key: key if isinstance(key, str) else plain_key(key))
    return written == meant


def _at_site(known: People, sites: pd.Series, codes: pd.Series, days: pd.Series | None) -> pd.Series:
    frame = pd.DataFrame({"site": sites, "code": codes, "day": days if days is not None else pd.NaT})
    where = frame["site"].notna() & frame["code"].notna()
    number = frame[where].groupby(["site", "code", "day"], dropna=False, sort=False).ngroup()
    first = frame.loc[number.drop_duplicates().index]
    said = [
        known.was_at(code, str(site), None if pd.isna(day) else _as_day(day))
        for site, code, day in zip(first["site"], first["code"], first["day"], strict=True)
    ]
    found = nulls(frame.index)
    found[where] = np.array([*said, None], dtype=object)[number.to_numpy(int)]
    return found


def _together(trail: pd.Series, days: pd.Series, function: Any) -> pd.Series:
    """`function` of every trail code and day, called once for each different pair; null without a trail code."""
    where = trail.notna()
    number = pd.DataFrame({"code": trail[where], "day": days[where]}).groupby(["code", "day"], dropna=False, sort=False)
    which = number.ngroup()
    first = which.drop_duplicates().index
    said = [function(code, day) for code, day in zip(trail[first], days[first], strict=True)]
    found = nulls(trail.index)
    found[where] = np.array([*said, None], dtype=object)[which.to_numpy(int)]
    return found


def _has_consent(known: People, trail_code: str, day: Any) -> bool:
    if not trail_code or pd.isna(day):
        return False
    return not known.refused(trail_code, _as_day(day))


def refused_answers(known: People, spec: Survey, values: pd.DataFrame) -> list[Refusal]:
    """Whom the gate refuses, once a person and day, those without any record of consent by their participant code.

    Empty for an anonymous survey and without a registry.
    """
    asked = _asked(known, spec, values).dropna().itertuples(index=False)
    return [r for code, day in asked for r in known.refused(known.trail_codes.get(code) or code, _as_day(day))]


def undated_answers(known: People, spec: Survey, values: pd.DataFrame) -> list[tuple[str, ...]]:
    """Lines for the list of refusals, one for each registered person with a row whose day is blank or no day."""
    asked = _asked(known, spec, values)
    needed, reason = GATES[STEP], f"A row holds no readable day in {day_column(spec)}."
    codes = asked.loc[asked["code"].notna() & asked["day"].isna(), "code"]
    return [(code, STEP, scope, "", reason, "") for code in codes for scope in needed.scopes]


def _asked(known: People, spec: Survey, values: pd.DataFrame) -> pd.DataFrame:
    """The different pairs of `code` (null for nobody registered) and `day`; none where the day's column is no use."""
    can_tell = day_column(spec) is None or row_days(spec, values) is not None
    if spec.linkage == "anonymous" or spec.key not in values.columns or known.sites is None or not can_tell:
        return pd.DataFrame({"code": [], "day": []})
    meant = each(values[spec.key], known.spellings.meant)
    return pd.DataFrame({"code": meant, "day": _days(known, spec, values)}).drop_duplicates()


def _as_day(day: Any) -> date:
    return day.date() if isinstance(day, pd.Timestamp) else day


def row_days(spec: Survey, values: pd.DataFrame) -> pd.Series | None:
    """The day on which each row was answered, null where it is blank or no day.

    None where no column says, and where the column that is to say it is not there or was not declared to hold days: a
    text is never guessed to be a day.
    """
    column = day_column(spec)
    if column not in values.columns or not pd.api.types.is_datetime64_any_dtype(values[column]):
        return None
    days: pd.Series = values[column].dt.normalize()
    return days


def day_column(spec: Survey) -> str | None:
    """The column in which study.yaml says the day of a row stands; None where it names none."""
    return next(filter(None, (spec.interview_date, spec.start, spec.end)), None)


def _days(known: People, spec: Survey, values: pd.DataFrame) -> pd.Series:
    """The day of each row: from the column that holds it, null where that cannot be used; today where none is named."""
    days = row_days(spec, values)
    if days is None:
        return pd.Series(pd.NaT if day_column(spec) else pd.Timestamp(known.today), values.index, "datetime64[us]")
    return days


def _is_withdrawn(known: People, trail_code: str) -> bool:
    """Whether the person withdrew from the survey by today and did not leave the answers as they are."""
    return any(
        SCOPE in w.scopes and w.at.day <= known.today and w.disposition in ("delete", "deidentify")
        for w in known.ledger.withdrawn.get(trail_code, ())
    )
