"""How many of those invited answered: from a list of invitations, whichever program wrote it.

Everybody invited counts, also whom no message reached and who may not have been eligible: the smallest rate there can
be. `rate` is Response Rate 1 and `rate_with_partial` Response Rate 2 of the American Association for Public Opinion
Research, Standard Definitions (8th ed. 2015), Internet surveys of specifically named persons: complete answers (and
partial ones) over complete, partial, refused, not contacted, other and of unknown eligibility.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from evidence.survey.linkage import each, plain_keys
from study.errors import StudyError

_KEYS = ("participantid", "participantidentifier", "identifier", "externaldatareference", "externalreference", "record")
_NUMBERS = ("invitationid", "contactid", "contactlookupid", "surveyaccesscode")
_SITES = ("siteid", "site")
_MAILS = ("email", "emailaddress", "recipientemail")
_CONTACTS = (*_MAILS, "phone", "firstname", "lastname", "recipientfirstname", "recipientlastname")
_INVITED = ("invited", "invitationsent", "invitationsentstatus", "sentat", "sentdate")
_STARTED = ("started", "responsestartedat", "surveystartedat")
_COMPLETED = ("completed", "responsecompletedat", "surveycompletedat")
_RESPONDED = {
    "responded": (frozenset({"yes", "1", "true"}), frozenset({"partial"})),
    "responsestatus": (frozenset({"2"}), frozenset({"1"})),
}
"""REDCap's participant list on its page and from its API: what says that somebody completed, and that they began."""
_STATUS = ("status",)
_YES = frozenset({"1", "yes", "y", "true", "x", "2"})
_NO = frozenset({"", "0", "no", "n", "false", "-", "na", "n/a", "nan", "none", "null", "never", "not yet", "pending"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FINISHED = frozenset({"surveyfinished", "finished", "completed", "complete", "2"})
_BEGUN = frozenset({"surveystarted", "surveypartiallyfinished", "partiallyfinished", "partial", "started"})
_NOT_SENT = frozenset({"pending", "notsent", "scheduled"})


@dataclass(frozen=True, slots=True)
class Responses:
    """Of those invited how many started and completed; `by_site` the same for each site, where sites are known.

    `completed_from` says whether the list itself tells who completed, or the rows of the survey file do.
    """

    invited: int
    started: int
    completed: int
    completed_from: Literal["list", "file"] = "list"
    by_site: Mapping[str, Responses] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Completed over invited (RR1), None where nobody was invited."""
        return self.completed / self.invited if self.invited else None

    @property
    def rate_with_partial(self) -> float | None:
        """Started over invited (RR2): whoever completed has started."""
        return self.started / self.invited if self.invited else None

    def sites_of(self, k: int) -> dict[str, Responses]:
        """The sites at which at least `k` people were invited, as far as no other site follows by subtraction."""
        ranked = sorted(self.by_site.items(), key=lambda item: (item[1].invited, item[0]))
        hidden = [site for site, counts in ranked if counts.invited < k]
        while hidden and len(hidden) < len(ranked) and sum(self.by_site[s].invited for s in hidden) < k:
            hidden.append(ranked[len(hidden)][0])
        if len(hidden) == 1 and len(ranked) > 1:
            hidden.append(ranked[1][0])
        return {site: counts for site, counts in self.by_site.items() if site not in hidden}


@dataclass(frozen=True, slots=True)
class Invitations:
    """A distribution list, one row somebody invited: `key` (plain, or None), `number`, `site`, `started`, `completed`.

    `has_contacts` says whether it holds e-mail addresses, phone numbers or names, `says_completed` whether it tells
    who completed. `unknown` are columns with words that are neither yes nor no nor a day: nothing can be counted by
    them. `is_ahead` says that a day in it has not come, so that another day counts otherwise.
    """

    rows: pd.DataFrame
    has_contacts: bool
    says_completed: bool
    unknown: tuple[str, ...] = ()
    is_ahead: bool = False

    @property
    def is_keyed(self) -> bool:
        """Whether everybody's key is in it."""
        return bool(len(self.rows)) and bool(self.rows["key"].notna().all())


def invitations(frame: pd.DataFrame, *, key: str | None, today: date) -> Invitations:
    """A distribution list as its columns say; StudyError when they do not say who was invited.

    Known are our own list (invitation_id or the survey's `key`, site_id, invited, started, completed as days), REDCap's
    participant list, from its page or its API, and Qualtrics' distribution history. Messages to one person count once;
    what is dated after `today` has not happened.
    """
    named = {_plain(str(column)): str(column) for column in reversed(frame.columns)}
    keys = _column(frame, named, (_plain(key or ""), *_KEYS))
    numbers = _column(frame, named, _NUMBERS)
    mails = _column(frame, named, _MAILS)
    naming = [one for one in (keys, numbers, mails) if one is not None]
    if not naming:
        raise StudyError(
            "the distribution list does not say who was invited",
            remedy=f"Give it a column {key or 'invitation_id'} with one row for everybody invited.",
        )
    sent, begun, done = _happened(frame, named, today)
    site = next((named[name] for name in _SITES if name in named), None)
    who = pd.Series([f"row {i}" for i in range(len(frame))], frame.index, dtype=object)
    for one in reversed(naming):
        who = one.where(one.notna(), who)
    rows = pd.DataFrame(
        {
            "who": who,
            "key": keys if keys is not None else None,
            "number": numbers if numbers is not None else None,
            "site": each(frame[site], lambda cell: str(cell).strip() or None) if site else None,
            "invited": sent if sent is not None else True,
            "started": begun if begun is not None else False,
            "completed": done if done is not None else False,
        },
        index=frame.index,
    )
    one = rows.groupby("who", sort=False).agg(
        {"key": "first", "number": "first", "site": "first", "invited": "any", "started": "any", "completed": "any"}
    )
    one["started"] |= one["completed"]
    invited = one[one["invited"] | one["started"]].reset_index(drop=True)
    said = {column: {_says(cell) for cell in frame[column].unique()} for column in _marking(named)}
    return Invitations(
        invited.drop(columns="invited"),
        _has_contacts(frame, named),
        done is not None,
        tuple(column for column, answers in said.items() if None in answers),
        any(isinstance(one, str) and one > today.isoformat() for answers in said.values() for one in answers),
    )


def responses(
    listed: Invitations, *, answered: Collection[str] | int, sites: Mapping[str, str] | None = None
) -> Responses:
    """The counts of a list. Where it does not say who completed, `answered` does: the plain keys in the survey file,
    or how many rows it has. `sites` gives the site of a plain key where the list has none."""
    rows, source = listed.rows, "list" if listed.says_completed else "file"
    completed, started = rows["completed"].astype(bool), rows["started"].astype(bool)
    if source == "file" and not isinstance(answered, int):
        completed = rows["key"].isin(answered)
    counted = min(int(answered), len(rows)) if source == "file" and isinstance(answered, int) else int(completed.sum())
    started |= completed
    at = rows["site"].where(rows["site"].notna(), rows["key"].map(sites or {}))
    by_site: dict[str, Responses] = {}
    if at.notna().any() and not (source == "file" and isinstance(answered, int)):
        summed = pd.DataFrame({"site": at, "invited": 1, "started": started, "completed": completed}).groupby("site")
        found = summed[["invited", "started", "completed"]].sum().astype(int)
        by_site = {str(at): Responses(int(i), int(s), int(c), _source(source)) for at, i, s, c in found.itertuples()}
    return Responses(len(rows), max(int(started.sum()), counted), counted, _source(source), by_site)


def response_features(
    listed: Invitations | None, file_keys: pd.Series | None, rows: int, found: Responses | None, before: float | None
) -> dict[str, object]:
    """What is measured on a file with a distribution list, each null where it does not apply.

    `response_rate` (RR1, 0–1), `response_rate_change` against the wave before, `uninvited_count` (rows of nobody on the
    list; their positions under `uninvited_count:rows`), `completed_without_row_count` (completed on the list and not in
    the file). Without keys on both sides only counts are compared.
    """
    features: dict[str, object] = dict.fromkeys(FEATURES)
    if listed is None or found is None:
        return features
    features["response_rate"] = found.rate
    if found.rate is not None and before is not None:
        features["response_rate_change"] = found.rate - before
    completed = listed.rows[listed.rows["completed"].astype(bool)]
    if file_keys is not None and listed.is_keyed:
        stranger = file_keys.notna() & ~file_keys.isin(listed.rows["key"])
        features["uninvited_count"] = int(stranger.sum())
        features["uninvited_count:rows"] = tuple(int(i) for i in stranger.to_numpy().nonzero()[0])
        missing = completed.loc[~completed["key"].isin(file_keys.dropna()), "key"]
        features["completed_without_row_count"] = len(missing) if listed.says_completed else None
        features["completed_without_row_count:rows"] = sorted(map(str, missing))
    else:
        features["uninvited_count"] = max(rows - len(listed.rows), 0)
        features["completed_without_row_count"] = max(len(completed) - rows, 0) if listed.says_completed else None
    return features


FEATURES = ("response_rate", "response_rate_change", "uninvited_count", "completed_without_row_count")


def contact_columns(columns: Collection[str]) -> tuple[str, ...]:
    """The columns of a list that hold e-mail addresses, phones or names, by their names."""
    return tuple(column for column in columns if _plain(column) in _CONTACTS)


def key_columns(columns: Collection[str], key: str | None) -> tuple[str, ...]:
    """The columns of a list that say who was invited by code: the survey's own `key`, or as the platforms call it."""
    return tuple(column for column in columns if column == key or _plain(column) in _KEYS)


def _source(source: str) -> Literal["list", "file"]:
    return "list" if source == "list" else "file"


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _column(frame: pd.DataFrame, named: Mapping[str, str], wanted: Collection[str]) -> pd.Series | None:
    """The first of these columns that holds anything, as plain keys."""
    there = (named[name] for name in wanted if name and name in named)
    return next((plain_keys(frame[name]) for name in there if frame[name].notna().any()), None)


def _happened(
    frame: pd.DataFrame, named: Mapping[str, str], today: date
) -> tuple[pd.Series | None, pd.Series | None, pd.Series | None]:
    """Whether each row was invited, started and completed; None where no column says."""
    sent = _marked(frame, named, _INVITED, today)
    begun = _marked(frame, named, _STARTED, today)
    done = _marked(frame, named, _COMPLETED, today)
    for name in (*_RESPONDED, *_STATUS):
        if done is None and name in named:
            said = frame[named[name]].map(lambda cell: "" if pd.isna(cell) else _plain(str(cell).removesuffix(".0")))
            whole, part = _RESPONDED.get(name, (_FINISHED, _BEGUN))
            done, begun = said.isin(whole), said.isin(whole | part)
            if name in _STATUS and sent is None:
                sent = ~said.isin(_NOT_SENT)
    return sent, begun, done


def _marking(named: Mapping[str, str]) -> list[str]:
    """The columns that are read for whether somebody was invited, started and completed."""
    found = (
        next((named[name] for name in wanted if name in named), None) for wanted in (_INVITED, _STARTED, _COMPLETED)
    )
    return [column for column in found if column is not None]


def _marked(frame: pd.DataFrame, named: Mapping[str, str], wanted: Collection[str], today: date) -> pd.Series | None:
    """Which cells of the first of these columns say yes, or a day that has come."""
    name = next((named[name] for name in wanted if name in named), None)
    return None if name is None else frame[name].map(lambda cell: _has_come(_says(cell), today)).astype(bool)


def _has_come(said: str | bool | None, today: date) -> bool:
    return said <= today.isoformat() if isinstance(said, str) else bool(said)


def _says(cell: object) -> str | bool | None:
    """What a cell says: yes, no, the day on which it happened (YYYY-MM-DD); None where nobody knows."""
    if cell is None or cell != cell:
        return False
    if isinstance(cell, date):
        return str(cell)[:10]
    text = str(cell).strip()
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            return None
    plain = text.casefold().removesuffix(".0")
    return True if plain in _YES else False if plain in _NO else None


def _has_contacts(frame: pd.DataFrame, named: Mapping[str, str]) -> bool:
    """Whether a column of contacts is filled, or any cell is an e-mail address."""
    by_name = any(frame[named[name]].notna().any() for name in _CONTACTS if name in named)
    text = frame.select_dtypes(include=["object", "string"])
    return by_name or any(text[c].astype("string").str.fullmatch(_ADDRESS).fillna(False).any() for c in text)
