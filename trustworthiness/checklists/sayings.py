"""What can be said from the records: each function gives the statements it supports, and none where there is nothing.

A statement counts what is recorded. Whether that is enough for an item is for whoever reads the paper to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from study import Event
from trustworthiness.checklists.item import Records, Said, Saying, is_about_people
from trustworthiness.counting import counted as things
from trustworthiness.counting import standing_claims

PROTOCOL = ("study.opened", "protocol.amended")
"""The events that hold the digest of study.yaml, cited for what the protocol declares."""


def counted(kind: str, words: str, one: str = "") -> Saying:
    """How many things the records of a kind are about: `words` with `{n}`, `one` where it is one."""

    def say(records: Records) -> Iterable[Said]:
        found = things(kind, records.events)
        if found:
            yield Said(words, (kind,), found, one or words, is_about_people(kind))

    return say


def declared(topic: str) -> Saying:
    """What study.yaml declares on a topic."""

    def say(records: Records) -> Iterable[Said]:
        cited = tuple(kind for kind in PROTOCOL if records.of(kind))
        for sentence in records.protocol.get(topic, ()):
            yield Said(f"Protocol: {sentence}", cited)

    return say


def people_interviewed(records: Records) -> Iterable[Said]:
    """How many people were interviewed, not how many interviews were held."""
    people = {s.id for e in records.of("interview.held") for s in e.subject if s.type == "participant"}
    if people:
        yield Said("{n} people interviewed.", ("interview.held",), len(people), "{n} person interviewed.", True)


def non_participation(records: Records) -> Iterable[Said]:
    """How many who were asked did not take part, from the newest counts, and that some left after consent.

    Reasons one by one stand in the flow of participants only, where few are pooled: two roundings of them would part
    what is pooled there.
    """
    tallies = records.of("recruitment.tallied")
    if tallies:
        data = tallies[-1].data
        out = int(data["declined"]) + int(data["no_response"]) + sum(int(n) for _, n in data["ineligible"])
        if out:
            words = "{n} declined, gave no answer or were not eligible; the flow of participants has the reasons."
            yield Said(words, ("recruitment.tallied",), out, of_people=True)
    left = tuple(kind for kind in ("recruitment.withdrawn", "recruitment.lost") if records.of(kind))
    if left:
        yield Said("Who left after consent is in the flow of participants.", left)


def repeat_interviews(records: Records) -> Iterable[Said]:
    """How many people were interviewed more than once."""
    sittings = {(s.id, e.subject_id("interview")) for e in records.of("interview.held") for s in e.subject
                if s.type == "participant"}  # fmt: skip
    times = Counter(person for person, _ in sittings)
    again = sum(n > 1 for n in times.values())
    if again:
        yield Said("{n} people interviewed more than once.", ("interview.held",), again, of_people=True)
    elif times:
        yield Said("No interview with the same person twice is recorded.", ("interview.held",))


def recorded_interviews(records: Records) -> Iterable[Said]:
    """How many interviews were recorded, and of how many there are notes only."""
    held = records.of("interview.held")
    recorded = sum(bool(e.data["recorded"]) for e in held)
    notes = sum(e.data["outcome"] == "notes_only" for e in held)
    if recorded:
        yield Said("{n} interviews recorded.", ("interview.held",), recorded, "{n} interview recorded.", True)
    if notes:
        yield Said("Notes only of {n} interviews.", ("interview.held",), notes, "Notes only of {n} interview.", True)


def modes(records: Records) -> Iterable[Said]:
    """In which ways interviews were held, with how many each."""
    found = Counter(e.data.get("mode") for e in records.of("interview.held"))
    for mode, words in (("in_person", "in person"), ("phone", "by phone"), ("video", "by video")):
        if found[mode]:
            yield Said(f"{{n}} interviews held {words}.", ("interview.held",), found[mode], of_people=True)


def sites_visited(records: Records) -> Iterable[Said]:
    """How many sites were visited."""
    sites = {e.subject_id("site") for e in records.of("site.visited")}
    if sites:
        yield Said("{n} sites visited.", ("site.visited",), len(sites), "{n} site visited.")


def saturation(records: Records) -> Iterable[Said]:
    """The newest assessment of each sequence as the index puts it, and what people decided."""
    newest = {str(e.data["sequence"]): e for e in records.of("saturation.assessed")}
    for name, event in sorted(newest.items()):
        words = {"reached": f"reached at {event.data.get('label', '')}", "not_reached": "not reached",
                 "too_few": "too few interviews to say", "undefined": "undefined"}[event.data["status"]]  # fmt: skip
        yield Said(
            f"Sequence {name}: {words} (base {event.data['base']}, run {event.data['run']}, threshold "
            f"{event.data['threshold'] / 10:g} %).",
            ("saturation.assessed",),
        )
    yield from counted("saturation.decided", "{n} decisions to stop or go on, by named people.")(records)


def coders(records: Records) -> Iterable[Said]:
    """How many people coded."""
    people = {coder for e in records.of("coding.imported") for coder in e.data["coders"]}
    if people:
        yield Said("{n} people coded.", ("coding.imported",), len(people), "{n} person coded.")


def agreement(records: Records) -> Iterable[Said]:
    """The newest comparison of coders."""
    found = records.of("agreement.assessed")
    if found:
        data = found[-1].data
        shown = ", ".join(
            f"{name} {data[key] / 1e6:.2f}"
            for key, name in (("percent", "share alike"), ("alpha", "alpha"), ("kappa", "kappa"), ("ac1", "AC1"))
            if data.get(key) is not None
        )
        yield Said(
            f"Coders compared over {data['units']} units ({data['unit']}): {shown or 'undefined'}.",
            ("agreement.assessed",),
        )


def codebook(records: Records) -> Iterable[Said]:
    """How many codes the newest codebook holds, and how often it changed."""
    found = records.of("codebook.changed", "codebook.frozen")
    if found:
        newest = max(found, key=lambda e: e.recorded_at)
        kinds = tuple(dict.fromkeys(e.kind for e in found))
        versions = len({(e.data["version"], e.data["codebook"]) for e in found})
        yield Said(
            f"Codebook of {newest.data['codes']} codes; {{n}} versions on record.",
            kinds,
            versions,
            f"Codebook of {newest.data['codes']} codes; {{n}} version on record.",
        )


def findings_checked(records: Records) -> Iterable[Said]:
    """How many packets with findings went out, and how many people answered."""
    sent = {e.subject_id("participant") for e in records.of("member_check.sent")}
    answered = {e.subject_id("participant") for e in records.of("member_check.returned")}
    if sent:
        yield Said("Findings sent to {n} people.", ("member_check.sent",), len(sent), of_people=True)
        yield Said("{n} answered; silence is not counted as agreement.", ("member_check.returned",), len(answered),
                   of_people=True)  # fmt: skip


def transcripts_returned(records: Records) -> Iterable[Said]:
    """How many people were sent their transcript (or a summary of it), where the protocol says that this is done."""
    returned = records.protocol.get("transcripts_returned", ())
    sent = {e.subject_id("participant") for e in records.of("member_check.sent")}
    if returned and sent:
        yield Said(f"{returned[0]} sent back to {{n}} people.", ("member_check.sent",), len(sent), of_people=True)


def negative_cases(records: Records) -> Iterable[Said]:
    """Negative cases, how many of them were decided on, and counter-narratives."""
    raised = {e.data["case"] for e in records.of("negative_case.raised")}
    decided = {e.data["case"] for e in records.of("negative_case.resolved")} & raised
    if raised:
        yield Said("{n} negative cases raised.", ("negative_case.raised",), len(raised), "{n} negative case raised.")
    if decided:
        words = f"{{n}} of {len(raised)} negative case{'s' if len(raised) > 1 else ''} decided on."
        yield Said(words, ("negative_case.resolved",), len(decided))
    yield from counted(
        "counter_narrative.recorded", "{n} counter-narratives on record.", "{n} counter-narrative on record."
    )(records)


def claims(records: Records) -> Iterable[Said]:
    """How many of the claims that stand name the codings they rest on, and how many were retracted."""
    standing, gone = _claims(records)
    if standing:
        supported = sum(e.data["codings"] > 0 for e in standing.values())
        many = f"{{n}} of {len(standing)} claims name the coded passages they rest on."
        words = many if len(standing) > 1 else "{n} of 1 claim names the coded passages it rests on."
        yield Said(words, ("claim.asserted",), supported)
    yield from gone


def claims_asserted(records: Records) -> Iterable[Said]:
    """How many claims stand, and how many were retracted."""
    standing, gone = _claims(records)
    if standing:
        yield Said("{n} claims asserted.", ("claim.asserted",), len(standing), "{n} claim asserted.")
    yield from gone


def themes_of_claims(records: Records) -> Iterable[Said]:
    """How many of the claims that stand name a theme."""
    standing, _ = _claims(records)
    if standing:
        named = sum(e.data["themes"] > 0 for e in standing.values())
        many = f"{{n}} of {len(standing)} claims name a theme."
        words = many if len(standing) > 1 else "{n} of 1 claim names a theme."
        yield Said(words, ("claim.asserted",), named)


def _claims(records: Records) -> tuple[Mapping[str, Event], list[Said]]:
    """The claims that stand, and the sentence on those that do not any more."""
    asserted = records.of("claim.asserted")
    standing = standing_claims(asserted, records.of("claim.retracted"))
    gone = {e.subject_id("claim") for e in asserted} - set(standing)
    said = Said("{n} claims were retracted.", ("claim.retracted",), len(gone), "{n} claim was retracted.")
    return standing, [said] if gone else []


def authorised(records: Records) -> Iterable[Said]:
    """How many people of the team were authorised for how many tasks."""
    found = records.of("personnel.authorised")
    if found:
        people = {e.subject_id("person") for e in found}
        tasks = {str(e.data["task"]).replace("_", " ") for e in found}
        words = f"authorised for: {', '.join(sorted(tasks))}."
        yield Said(f"{{n}} people of the team {words}", ("personnel.authorised",), len(people),
                   f"{{n}} person of the team {words}")  # fmt: skip


def affiliated(records: Records) -> Iterable[Said]:
    """For how many people role and site are on record."""
    people = {e.subject_id("participant") for e in records.of("participant.affiliated")}
    if people:
        yield Said("Role and site of {n} people on record.", ("participant.affiliated",), len(people), of_people=True)


def imported(records: Records) -> Iterable[Said]:
    """How many transcripts have codings on record."""
    transcripts = {e.subject_id("transcript") for e in records.of("coding.imported")}
    if transcripts:
        yield Said("Codings of {n} transcripts imported.", ("coding.imported",), len(transcripts), of_people=True)


def cases(records: Records) -> Iterable[Said]:
    """The newest comparison of cases."""
    found = records.of("cases.compared")
    if found:
        data = found[-1].data
        yield Said(f"{len(data['diverging'])} of {data['cases']} cases diverge.", ("cases.compared",))


def groups(records: Records) -> Iterable[Said]:
    """The newest comparison of groups."""
    found = records.of("groups.compared")
    if found:
        data = found[-1].data
        yield Said(f"{data['codes']} codes compared between {data['groups']} groups.", ("groups.compared",))


def displays(records: Records) -> Iterable[Said]:
    """The newest joint display of scores and themes."""
    found = records.of("joint_display.made")
    if found:
        data = found[-1].data
        fit = f"confirmed at {data['confirmed']}, expanded at {data['expanded']}, discordant at {data['discordant']}"
        yield Said(f"Survey scores beside themes at {data['sites']} sites: {fit}.", ("joint_display.made",))


def surveys(records: Records) -> Iterable[Said]:
    """How many surveys were received and checked."""
    found = {e.subject_id("survey") for e in records.of("survey.received")}
    if found:
        kinds = tuple(kind for kind in ("survey.received", "survey.validated") if records.of(kind))
        yield Said("{n} surveys received and checked.", kinds, len(found), "{n} survey received and checked.")
