"""A withdrawal's impact as sentences: what would change here, then what only people can do."""

from __future__ import annotations

from collections.abc import Iterator

from pages.layout import plural
from recruitment import Impact
from recruitment.copies import GOES
from study import Protocol
from study.protocol.people import Target

CANNOT = (".dta", ".por", ".xpt", ".sas7bdat")
"""Survey files that are not written again here."""


def impact_said(impact: Impact, protocol: Protocol, *, applied: bool) -> tuple[str, ...]:
    """What changes, in counts; what people must do outside this system."""
    return (*_here(impact, protocol, applied=applied), *_by_people(impact, applied=applied))


def _here(impact: Impact, protocol: Protocol, *, applied: bool) -> Iterator[str]:
    verb = "was" if applied else "would be"
    scopes = ", ".join(_words(scope) for scope in impact.scopes_ending) or "nothing that was still in force"
    yield f"Consent {verb} ended from {impact.effective.isoformat()} on, for: {scopes}."
    yield _recruitment(impact, verb)
    yield _disposition(impact, verb)
    counted = (
        (len(impact.interviews_to_cancel), "interview", "to cancel"),
        (len(impact.sole_transcripts), "transcript", "of this person alone"),
        (len(impact.joint_transcripts), "transcript", "shared with others, to mask by hand"),
        (impact.codings, "coding", "of those transcripts"),
        (sum(impact.survey_rows.values()), "survey row", "of this person"),
    )
    for number, thing, what in counted:
        if number:
            yield f"{plural(number, thing)} {what}."
    if impact.exports:
        names = ", ".join(impact.exports)
        yield f"Clean exports to delete, of {names}: check the surveys and make them again with export_surveys."
    if impact.packets_to_stop:
        quotes = plural(impact.quotes_held_back, "quote")
        yield f"{plural(len(impact.packets_to_stop), 'packet')} to hold back, with {quotes}."
    for cell in impact.targets:
        yield (
            f"Interviews held, {_target(cell.target, protocol)}: {cell.after} in place of {cell.before}, "
            f"of {cell.target.count} wanted."
        )
    for change in impact.sequences:
        fewer = f"{change.interviews_after} coded interviews in place of {change.interviews_before}"
        label = (
            f"still {change.after}" if change.after == change.before else f"{change.after} in place of {change.before}"
        )
        yield f"Saturation, {change.name}: {label} ({fewer}); assess it again."


def _by_people(impact: Impact, *, applied: bool) -> Iterator[str]:
    if impact.packets_to_ask_back:
        packets, quotes = plural(len(impact.packets_to_ask_back), "packet"), plural(impact.quotes_sent, "quote")
        yield f"{packets} already sent, to ask back or have deleted, with {quotes}."
        if impact.disposition in GOES and not applied:
            yield "Ask for what was sent before you apply this: phone number and address go with the data."
    if impact.claims:
        times = "once" if impact.quotes_cited == 1 else f"{impact.quotes_cited} times"
        yield f"{plural(len(impact.claims), 'claim')} quoting this person {times}, to be put on other grounds."
    if impact.quotes_published:
        yield f"{plural(impact.quotes_published, 'quote')} in what was published or deposited: cannot be called back."
    by_hand = [name for name in impact.survey_rows if name.endswith(CANNOT)]
    if impact.disposition in GOES and by_hand:
        files = ", ".join(by_hand)
        yield f"Take the person's rows out of these files with the software that made them: {files}."
    if impact.disposition == "deidentify" and impact.sole_transcripts:
        yield "Read the masked transcripts: a program finds names and numbers, not a story that everybody knows."
    if impact.copies_elsewhere:
        copies = ", ".join(_words(c) for c in impact.copies_elsewhere)
        yield f"Look for copies elsewhere and have them removed: {copies}."


def _recruitment(impact: Impact, verb: str) -> str:
    before, after = _words(impact.state_before), _words(impact.state_after)
    if before == after:
        return f"In the recruitment log the person stays “{after}”."
    return f"In the recruitment log “{before}” {verb} changed to “{after}”."


def _disposition(impact: Impact, verb: str) -> str:
    """What becomes of data already given, in a coordinator's words."""
    if impact.disposition == "delete":
        return f"Data already given {verb} deleted, with every key and link that leads to the person."
    if impact.disposition == "deidentify":
        return (
            f"Data already given {verb} de-identified: names and numbers in transcripts and quotes masked, the rest of "
            "the person's rows taken out, and every key and link that leads to the person destroyed."
        )
    return f"Data already given {verb} kept, as the consent allowed when it was given."


def _target(target: Target, protocol: Protocol) -> str:
    """A target by the labels of the protocol."""
    labels = {r.id: r.label for r in protocol.participants.roles} | {
        g.id: g.label for g in protocol.participants.groups
    }
    named = [labels.get(name, name) for name in (target.role, target.group, target.site) if name]
    return ", ".join(named) or "the whole study"


def _words(code: str) -> str:
    return code.replace("_", " ")
