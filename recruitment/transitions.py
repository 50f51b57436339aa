"""How people, interviews and sites may move, as data: which kind reaches a state and which states may follow it."""

from __future__ import annotations

from collections.abc import Mapping

BEFORE_CONSENT = ("identified", "approached", "screened", "ineligible", "invited", "no_response", "declined")

PERSON_REACHED_BY: Mapping[str, str] = {
    **dict.fromkeys(BEFORE_CONSENT, "recruitment.tallied"),
    "consented": "consent.given",
    "enrolled": "recruitment.enrolled",
    "scheduled": "interview.scheduled",
    "no_show": "interview.missed",
    "interviewed": "interview.held",
    "lost": "recruitment.lost",
    "withdrawn": "recruitment.withdrawn",
}
"""State of a person → the one kind that reaches it."""

PERSON_NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("identified", "approached"),
    "identified": ("approached", "screened", "ineligible", "declined"),
    "approached": ("approached", "screened", "ineligible", "invited", "no_response", "declined"),
    "screened": ("screened", "ineligible", "invited", "declined"),
    "ineligible": (),
    "invited": ("invited", "consented", "no_response", "declined"),
    "no_response": ("approached", "invited", "consented", "declined"),
    "declined": (),
    "consented": ("enrolled", "lost", "withdrawn"),
    "enrolled": ("scheduled", "no_show", "interviewed", "lost", "withdrawn"),
    "scheduled": ("scheduled", "no_show", "interviewed", "lost", "withdrawn"),
    "no_show": ("scheduled", "no_show", "interviewed", "lost", "withdrawn"),
    "interviewed": ("interviewed", "lost", "withdrawn"),
    "lost": ("enrolled", "scheduled", "no_show", "interviewed", "withdrawn"),
    "withdrawn": ("consented", "withdrawn"),
}
"""State of a person → the states that may follow."""

PERSON_STAYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("consented", "enrolled", "scheduled", "no_show", "lost"), ("consented",)),
    "interviewed": ("consented", "scheduled", "no_show"),
}
"""What may happen without moving the person: consenting again, a further sitting after the first interview."""

INTERVIEW_REACHED_BY: Mapping[str, str] = {
    "scheduled": "interview.scheduled",
    "no_show": "interview.missed",
    "full": "interview.held",
    "part": "interview.held",
    "notes_only": "interview.held",
}
INTERVIEW_NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("scheduled", "no_show", "full", "part", "notes_only"),
    "scheduled": ("scheduled", "no_show", "full", "part", "notes_only"),
    "no_show": ("scheduled", "no_show", "full", "part", "notes_only"),
    "full": ("scheduled", "no_show", "full", "part", "notes_only"),
    "part": ("scheduled", "no_show", "full", "part", "notes_only"),
    "notes_only": ("scheduled", "no_show", "full", "part", "notes_only"),
}
"""State of an interview with one participant → the states that may follow; a second sitting is allowed."""

SITE_REACHED_BY: Mapping[str, str] = {
    "selected": "sample.approved",
    "chosen": "sample.overridden",
    "replacement": "site.replaced",
    "invited": "site.invited",
    "permitted": "site.permitted",
    "approved": "site.approved",
    "activated": "site.activated",
    "visited": "site.visited",
    "closed": "site.closed",
    "declined": "site.declined",
    "withdrew": "site.withdrew",
}
SAMPLED = ("selected", "chosen", "replacement")
SITE_NEXT: Mapping[str, tuple[str, ...]] = {
    "": (*SAMPLED, "invited"),
    **dict.fromkeys(
        ("selected", "chosen", "replacement"), ("selected", "chosen", "replacement", "invited", "declined")
    ),
    "invited": ("invited", "permitted", "declined"),
    "permitted": ("approved", "activated", "declined", "withdrew"),
    "approved": ("activated", "declined", "withdrew"),
    "activated": ("visited", "closed", "withdrew"),
    "visited": ("visited", "closed", "withdrew"),
    "closed": (),
    "declined": ("replacement",),
    "withdrew": (),
}
"""State of a site → the states that may follow. Activation needs the permission letter."""

SITE_STAYS: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("invited", "permitted", "approved", "activated", "visited", "closed", "withdrew"), SAMPLED
)
"""A sample approved after a site was invited does not move the site back."""
