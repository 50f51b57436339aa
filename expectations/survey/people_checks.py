"""The checks on what a survey has to do with people: registry, consent, waves, disclosure."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.survey.dictionary import Variable
from expectations.check import Check, Thresholds, at_least, at_most, is_false, is_true, is_zero, raised_by_code
from expectations.survey.answer_checks import on
from study import Protocol


def _disclosure_k(study: Protocol) -> Thresholds:
    """The fewest people a number may rest on outside the team."""
    return {"minimum": float(study.disclosure.k)}


CONTACT = Check(
    "SV050",
    "review",
    expectation=is_zero,
    title="No contact details or numbers of people in free text",
    reason="E-mail addresses, phones, numbers of states and records, addresses and days of birth identify people.",
    message="The text in {rows} holds what looks like contact details or somebody's number: remove them at the source.",
)
NAME = Check(
    "SV051",
    "review",
    expectation=is_zero,
    title="No names of the study's people in free text",
    reason="A comment that names somebody tells who answered, or tells of somebody who never agreed to it.",
    message="The text in {rows} holds what looks like the name of somebody in the registry: replace it at the source, "
    "or decide that it is no name (`fieldtrail review`).",
    rerun="across",
)
CONSTANT = Check(
    "SV046",
    "review",
    expectation=is_false,
    title="What stays the same for a person is the same in every wave",
    reason="Another birth date under the same key is another person, or a typing error.",
    message="{rows} say otherwise than the same key in the wave before: find out whether the key or the answer is "
    "wrong, and correct it at the source.",
    rerun="across",
)

FILE: tuple[Check, ...] = (
    Check(
        "SV009",
        "review",
        "shared_rows_share",
        at_most,
        {"maximum": 0.5},
        title="The file is not another survey's file again",
        reason="A file saved under the name of another wave counts the same people twice.",
        message="{value_percent} of the answers are exactly those of an earlier wave or of another survey file (at "
        "most {maximum_percent}): look whether the wrong file was put here.",
        rerun="across",
    ),
    Check(
        "SV036",
        "inform",
        "response_rate",
        at_least,
        {"minimum": 0.5},
        title="Enough of those invited answered",
        reason="The fewer answer, the more the answers may differ from those of everybody.",
        message="{value_percent} of those invited completed the survey (at least {minimum_percent} expected): remind "
        "them while the survey is open, and report the rate.",
        rerun="across",
    ),
    Check(
        "SV037",
        "review",
        "uninvited_count",
        is_zero,
        title="Everybody who answered was invited",
        reason="Who was not invited may not belong to the study, or the list is not this survey's.",
        message="Rows of nobody on the distribution list: {value}. Look whether the link was passed on, or complete "
        "the list.",
        rerun="across",
    ),
    Check(
        "SV038",
        "review",
        "completed_without_row_count",
        is_zero,
        title="Whoever completed is in the file",
        reason="A row that is not there was lost on the way, or the export is too old.",
        message="Completed by the distribution list and not in the file: {value}. Export the survey again.",
        rerun="across",
    ),
    Check(
        "SV039",
        "inform",
        "response_rate_change",
        at_least,
        {"minimum": -0.1},
        title="The response rate holds from wave to wave",
        reason="A rate that falls changes who is compared with whom.",
        message="The response rate changed by {value_percent} against the wave before (expected at least "
        "{minimum_percent}): look who is missing.",
        rerun="across",
    ),
    Check(
        "SV047",
        "inform",
        "lost_count",
        at_most,
        {"maximum": 0},
        title="Whoever answered the wave before answered this one",
        reason="Change can only be seen in people who answered twice; withdrawn people are not counted.",
        message="Answered the wave before and not this one, and still in the study: {value}. The list is with this "
        "query; remind them while the survey is open.",
        rerun="across",
    ),
)
"""Checks on the file, over features in `SurveyToJudge.about_file`."""
VARIABLES: tuple[Check, ...] = (
    Check(
        "SV048",
        "review",
        "wave_difference_count",
        is_zero,
        title="A question is the same in every wave",
        reason="Where wording or codes changed, a difference between waves may be the question's.",
        message="Differences of wording, type or codes from the wave before: {value}. Correct the data dictionary, or "
        "give the changed question a name of its own.",
        rerun="across",
    ),
    Check(
        "SV049",
        "block",
        "participant_code_share",
        at_most,
        {"maximum": 0.5},
        title="An anonymous survey holds no participant codes",
        reason="What leads from an answer to a person makes the survey a coded one, which needs consent.",
        message="The survey is declared anonymous, but {value_percent} of the values here are participant codes of the "
        "registry: take the column out, or declare the survey coded.",
        rerun="across",
    ),
    Check(
        "SV053",
        "review",
        "identifies_outside_restricted",
        is_false,
        title="What identifies by itself lies under restricted/",
        reason="Names, addresses and places do not belong beside answers.",
        message="This variable identifies people by itself: export the file without it, or keep the file under "
        "restricted/.",
    ),
)
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
        reason="Answers given before a consent or after its end may not be used.",
        message="No consent to the survey was in force on the day of {rows}: set them apart; restricted/consent/ says "
        "of each why.",
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
        message="The participant code in {rows} is spelled otherwise than in the registry (spaces, case, zeros in "
        "front): correct it at the source.",
        rerun="across",
    ),
    Check(
        "SV044",
        "review",
        "respondent:is_at_registered_site",
        is_true,
        title="The site is the one registered for that day",
        reason="A wrong site puts answers into the wrong group.",
        message="The site in {rows} is not the one the registry has for that person on that day: correct one of them.",
        rerun="across",
    ),
)

MEASURED = (
    Check(
        "SV007",
        "block",
        "respondent:is_of_declared_wave",
        is_true,
        title="The file is of the declared wave",
        reason="A file of another wave counts its answers at the wrong time.",
        message="The wave column of {rows} says another wave than study.yaml: put the right file here, or correct "
        "study.yaml. Waves are written as numbers (2, wave 2, T2).",
    ),
    Check(
        "SV008",
        "review",
        "respondent:days_outside_fieldwork",
        at_most,
        {"maximum": 0},
        title="Answers were given in the days of fieldwork",
        reason="An answer from before or long after is of another wave, a test, or a typing error.",
        message="{rows} were answered outside the days of fieldwork: look whether they are tests or of another wave, "
        "or correct `fieldwork` in study.yaml.",
    ),
    Check(
        "SV052",
        "inform",
        "respondent:cell_count",
        at_least,
        {"minimum": 5},
        title="No respondent stands out by what may identify",
        reason="Few people of one age, profession and site can be told by anybody who knows them.",
        message="In {rows} what may identify together is shared by fewer than {minimum} respondents: band or merge "
        "these variables before anything leaves the team.",
        declared=_disclosure_k,
    ),
)
"""Checks on rows that are made where another room measured them; what does not apply is null there."""

ABOUT = {
    "is_at_registered_site": "site",
    "is_of_declared_wave": "wave_column",
    "days_outside_fieldwork": "interview_date",
    "cell_count": "all",
}
"""As in `respondent_checks`."""
RAISED_BY_CODE = raised_by_code(
    (
        "SV054",
        "review",
        "The distribution list is there and can be read",
        "Without it nobody knows how many were asked.",
    ),
    (
        "SV055",
        "review",
        "A distribution list with contacts lies under restricted/",
        "E-mail addresses beside who answered tell who answered.",
    ),
)
CHECKS = (*RAISED_BY_CODE, CONTACT, NAME, CONSTANT, *FILE, *VARIABLES, *RESPONDENTS, *MEASURED)


def of_variable(variable: Variable, *, is_key: bool) -> Iterator[Check]:
    """The checks on answers that have to do with people, for one variable."""
    if variable.type == "text" and not is_key:
        yield on(CONTACT, variable, "contact_count")
        yield on(NAME, variable, "name_count")
    if variable.is_constant:
        yield on(CONSTANT, variable, "differs_from_wave_before")
