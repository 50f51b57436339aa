"""The checks on what a survey has to do with people: registry, consent, waves, disclosure."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.survey.dictionary import Variable
from expectations.check import Check, is_false, is_true, is_zero
from expectations.survey.answer_checks import on

CONTACT = Check(
    "SV050",
    "review",
    expectation=is_zero,
    title="No contact details in free text",
    reason="Contact details identify people.",
    message="The text in {rows} holds what looks like contact details: remove them at the source.",
)

FILE: tuple[Check, ...] = ()
"""Checks on the file, over features in `SurveyToJudge.about_file`."""
VARIABLES: tuple[Check, ...] = ()
"""Checks on variables, over features in `SurveyToJudge.about_variables`."""
RESPONDENTS = (
    Check(
        "SV041",
        "block",
        "respondent:is_registered",
        is_true,
        title="Every key is in the registry",
        reason="Answers of somebody the study does not know have no consent.",
        message="The registry does not know the participant code in {rows}: correct the code, or register the person.",
        rerun="across",
    ),
    Check(
        "SV042",
        "block",
        "respondent:has_consent",
        is_true,
        title="Consent to the survey was in force on the day",
        reason="Answers given without consent may not be used.",
        message="No consent to the survey was in force on the day of {rows}: set them apart, see the consent register.",
        rerun="across",
    ),
    Check(
        "SV043",
        "block",
        "respondent:is_withdrawn",
        is_false,
        title="Nobody who withdrew is in the file",
        reason="Withdrawn answers are to be deleted, or to lose their key.",
        message="Somebody who withdrew their answers is still in {rows}: remove them at the source.",
        rerun="across",
    ),
    Check(
        "SV045",
        "review",
        "respondent:is_spelled_as_registered",
        is_true,
        title="Keys are spelled as in the registry",
        reason="P1 and p1 are two people to most programs.",
        message="The participant code in {rows} is spelled otherwise than in the registry (spaces, case): correct it.",
        rerun="across",
    ),
    Check(
        "SV044",
        "review",
        "respondent:is_at_registered_site",
        is_true,
        title="The site is the registered one",
        reason="A wrong site puts answers into the wrong group.",
        message="The site in {rows} is not the one the registry has for that person: correct one of them.",
        rerun="across",
    ),
)

ABOUT = {"is_at_registered_site": "site"}
"""As in `respondent_checks`."""
CHECKS = (CONTACT, *FILE, *VARIABLES, *RESPONDENTS)


def of_variable(variable: Variable, *, is_key: bool) -> Iterator[Check]:
    """The checks on answers that have to do with people, for one variable."""
    if variable.type == "text" and not is_key:
        yield on(CONTACT, variable, "contact_count")
