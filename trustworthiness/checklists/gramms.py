"""GRAMMS: 6 items for reports of mixed-methods studies (O'Cathain, Murphy and Nicholl 2008)."""

from __future__ import annotations

from trustworthiness.checklists import sayings as say
from trustworthiness.checklists.item import Checklist, Item

GRAMMS = Checklist(
    name="GRAMMS",
    title="Good reporting of a mixed methods study",
    cited="O'Cathain A, Murphy E, Nicholl J. J Health Serv Res Policy 2008;13(2):92–98. "
    "doi 10.1258/jhsrp.2007.007074",
    parts=(
        (
            "Mixed methods",
            (
                Item(1, "Why methods were mixed"),
                Item(2, "The design: purpose, weight and order of the methods", (), (say.declared("strands"),)),
                Item(3, "Each method: sample, collection, analysis",
                     ("sample.approved", "interview.held", "survey.received", "coding.imported"), (
                         say.declared("sampling"), say.people_interviewed, say.surveys, say.coders,
                     )),
                Item(4, "Where and how they were brought together, and by whom",
                     ("joint_display.made",), (say.declared("integration"), say.displays)),
                Item(5, "Limits one method set the other"),
                Item(6, "What was learnt from mixing them", ("joint_display.made",)),
            ),
        ),
    ),
)  # fmt: skip
