"""What changed between a proposal and now: rows and columns of the frame, keys of the design, in words.

A record keeps the frame as it was when the sample was proposed; of people every cell is a keyed digest and the words
are counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sampling.frame import Frame
from sampling.frame_file import listed
from sampling.record import Proposal, StageState

LATER_STAGES = {
    "among": "the approved sample of the stage within which it looks",
    "taken": "the approved samples of the stages it leaves out",
}
IDS = ("required", "forbidden", "chosen", *LATER_STAGES)
NAMED = {"attributes": "attribute", "rules": "rule"}
KEYED = ("criterion", "quotas")
LONGEST = 24


def remembered(frame: Frame, hide: Callable[[str], str] | None = None) -> dict[str, Any]:
    """The frame as plain values for a record; `hide` puts a keyed digest in the place of each cell."""
    columns = sorted(frame.table.columns)
    texts = {c: frame.texts(c) for c in columns}
    rows = {
        id: [hide(f"{id}|{c}|{texts[c][k]}") if hide else texts[c][k] for c in columns]
        for k, id in enumerate(frame.ids)
    }
    return {"columns": columns, "rows": rows}


def frame_changes(then: Mapping[str, Any], now: Mapping[str, Any], *, personal: bool = False) -> tuple[str, ...]:
    """Who and what was added, removed or changed between two remembered frames; of people only how many."""
    one = "people" if personal else "sites"
    before, after = then["rows"], now["rows"]
    came, went = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    columns_came = sorted(set(now["columns"]) - set(then["columns"]))
    columns_went = sorted(set(then["columns"]) - set(now["columns"]))
    said = [
        *([f"added: {_who(came, one, personal)}"] if came else []),
        *([f"removed: {_who(went, one, personal)}"] if went else []),
        *([f"new columns: {', '.join(columns_came)}"] if columns_came else []),
        *([f"columns gone: {', '.join(columns_went)}"] if columns_went else []),
    ]
    at, was_at = _places(now["columns"]), _places(then["columns"])
    for column in (c for c in now["columns"] if c in was_at):
        pairs = {i: (before[i][was_at[column]], after[i][at[column]]) for i in sorted(set(before) & set(after))}
        differ = {i: pair for i, pair in pairs.items() if pair[0] != pair[1]}
        if differ and personal:
            said.append(f"{column} of {len(differ)} {one}")
        elif differ:
            said.append(f"{column} of {listed([f'{i} ({_cell(a)}, now {_cell(b)})' for i, (a, b) in differ.items()])}")
    return tuple(said)


def design_changes(then: Mapping[str, Any], now: Mapping[str, Any], *, personal: bool = False) -> tuple[str, ...]:
    """Which keys of two canonical designs differ and how; of people ids only as counts."""
    said: list[str] = []
    for key in sorted(set(then) | set(now)):
        before, after = then.get(key), now.get(key)
        if before == after:
            continue
        if key in IDS:
            said.append(_ids_changed(key, before or (), after or (), personal))
        elif key in NAMED:
            said += _named_changed(NAMED[key], before or (), after or ())
        elif key in KEYED:
            columns = sorted(
                c for c in {*(before or {}), *(after or {})} if (before or {}).get(c) != (after or {}).get(c)
            )
            said.append(f"`{key}` of {', '.join(columns)}")
        elif key in ("rationale", "band", "each"):
            said.append(f"`{key}`")
        else:
            said.append(f"`{key}` ({_cell(before)}, now {_cell(after)})")
    return tuple(said)


def changes(
    state: StageState,
    proposal: Proposal | None,
    approved_code: str,
    *,
    frame: Sequence[str] = (),
    design: Sequence[str] = (),
    left: Mapping[str, str] | None = None,
) -> str:
    """In words, why an approval does not fit the current proposal: the frame, the design or the selection changed.

    `frame` and `design` say what changed in each where that is known, `left` why sites left since; without a current
    `proposal` both have changed only as far as they say so.
    """
    named = state.proposal_named(approved_code)
    if named is None:
        return "no proposal of this stage has that code"
    gone = [f"{i} ({why})" for i, why in sorted((left or {}).items()) if i in named.selected]
    is_other_frame = named.frame != proposal.frame if proposal else bool(frame)
    is_other_design = named.design != proposal.design if proposal else bool(design)
    is_other_choice = proposal is not None and (named.selected != proposal.selected or approved_code != named.code)
    differs = [
        *([_with_words("the frame has changed", frame)] if is_other_frame else []),
        *([_with_words("the sampling design has changed", design)] if is_other_design else []),
        *([f"it names who has left since: {', '.join(gone)}"] if gone else []),
        *(["the selection is another"] if is_other_choice else []),
    ]
    return "; and ".join(differs) or "the proposal has changed"


def _with_words(said: str, words: Sequence[str]) -> str:
    return f"{said} ({'; '.join(words)})" if words else said


def _who(ids: Sequence[str], one: str, personal: bool) -> str:
    return f"{len(ids)} {one}" if personal else listed(ids)


def _places(columns: Sequence[str]) -> dict[str, int]:
    return {column: k for k, column in enumerate(columns)}


def _cell(value: object) -> str:
    text = "not given" if value is None else "empty" if value == "" else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _ids_changed(key: str, before: Sequence[str], after: Sequence[str], personal: bool) -> str:
    came, went = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    name = LATER_STAGES.get(key, f"`{key}`")
    if personal:
        return f"{name}: {len(came)} more, {len(went)} fewer"
    parts = [*([f"with {listed(came)}"] if came else []), *([f"without {listed(went)}"] if went else [])]
    return f"{name} now {' and '.join(parts)}"


def _named_changed(what: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    """Attributes or rules that came, went or changed, by name; otherwise that their order did."""
    was, now = {b["name"]: b for b in before}, {a["name"]: a for a in after}
    said = [f"{what} {name} added" for name in now if name not in was]
    said += [f"{what} {name} removed" for name in was if name not in now]
    for name in (n for n in now if n in was and now[n] != was[n]):
        keys = sorted(k for k in {*was[name], *now[name]} if was[name].get(k) != now[name].get(k))
        shown = [k if k == "where" else f"{k} {_cell(was[name].get(k))}, now {_cell(now[name].get(k))}" for k in keys]
        said.append(f"{what} {name} changed ({', '.join(shown)})")
    return said or [f"the order of the {what}s"]
