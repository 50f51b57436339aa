"""What each check says to the people who can mend it: what is wrong, then what to do."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, str] = {
    "RG001": (
        "A row names a participant who is in neither the recruitment register nor "
        "restricted/participants.csv, or whose code does not look like one. Correct the code, or enter the "
        "person first."
    ),
    "RG002": "A row names a site that is not in the sampling frame. Correct the site id.",
    "RG003": "A row holds something that is not a day. Write the day as 2016-03-05.",
    "RG004": (
        "A row writes the day in another format than {known}. Write every day so; the number of days that a "
        "spreadsheet shows in place of one is no day."
    ),
    "RG005": "A row repeats an earlier one word for word and is not counted. Delete it, or correct what differs.",
    "RG006": "A row holds a step, action or outcome the register does not know. Use one of: {known}.",
    "RG007": "A row names a role that study.yaml does not know. Use one of: {known}.",
    "RG008": (
        "A row holds a clock time without its zone. Write the plain day, or add the zone as in 2016-03-05T14:30-08:00."
    ),
    "RG009": (
        "The row says something else than what was recorded from it. Restore the row; where the record is "
        "wrong, record a correction with its reason."
    ),
    "RG010": (
        "A row that was recorded is no longer in the register. Put it back; where it was wrong, record a "
        "correction with its reason."
    ),
    "RG011": (
        "The step {attempted} does not follow {state}. After {state} may come: {allowed}. Enter the missing "
        "row, or correct the step or its day."
    ),
    "RG012": (
        "A row records a contact at a site that was not activated that day. Correct the day, enter the site's"
        " activation, or report the deviation."
    ),
    "RG013": "A row names a consent form that study.yaml does not know. Use one of: {known}.",
    "RG014": "A row holds a word this column does not know. Use: {known}.",
    "RG015": "The column {known} is missing, so that nothing was read from this file. Add it to the header row.",
    "RG016": "A row lies ahead of today and is recorded when its day comes. Correct the day if it is a slip.",
    "RG017": (
        "A row names a site that is not in the approved sample. Correct the site, or have the investigator "
        "decide on it."
    ),
    "RG018": (
        "The register cannot be read: {what}. {remedy} Until then nothing but withdrawals is taken from this file."
    ),
    "RG019": "study.yaml names this file and it is not there. Put it there, or correct the name in study.yaml.",
    "RG020": (
        "The text differs from the one recorded under this version. Restore it; give a changed text its own version "
        "with its own approval."
    ),
    "RG021": (
        "A row names somebody who is not in the team of study.yaml. Correct the code, or add the person with the "
        "tasks delegated to them. Use one of: {known}."
    ),
    "RG022": (
        "A row names somebody to whom the task {task} was not delegated that day. Correct the code or the day, or "
        "the delegation in study.yaml (team, tasks); if it happened so, report the deviation."
    ),
    "RG023": (
        "A row names somebody who was not trained for the task {task} that day: {courses}. Enter the training in "
        "study.yaml (team, trainings); if there was none, train the person and report the deviation."
    ),
    "RG024": (
        "A row records a contact with somebody who had asked not to be contacted. Correct the day or the participant; "
        "if it happened so, report the deviation."
    ),
    "CN001": (
        "The form was signed outside the days on which that version could be signed. Correct the day or the "
        "version; if it happened so, obtain consent again and report the deviation."
    ),
    "CN002": (
        "The consent names a form version that does not exist in that language. Correct version or language; "
        "if it happened so, obtain consent again with an approved form."
    ),
    "CN003": (
        "The consent was obtained before the form or the study was approved. Correct the day; if it happened "
        "so, obtain consent again and report the deviation."
    ),
    "CN004": (
        "The interview took place before the consent. Correct the day; if it happened so, stop using the "
        "interview and report the deviation."
    ),
    "CN005": (
        "Consent to take part was not in force on the day of the interview: {reason} Do not use the interview"
        " until this is resolved; report the deviation."
    ),
    "CN006": (
        "The consent was obtained by somebody not authorised to obtain it that day. Correct the code or the "
        "delegation in study.yaml; if it happened so, obtain consent again."
    ),
    "CN007": ("A short form was used and no witness is recorded. Enter the witness; without one obtain consent again."),
    "CN008": ("A newer version of the form makes this participant consent again {due}. Obtain the new consent first."),
    "CN009": (
        "The interview took place while no ethics approval was in force. Enter the renewal if there was one; "
        "otherwise report the deviation to the board."
    ),
    "CN010": (
        "Two versions of this form can be signed on the same day. Set `closes` of the older version to the "
        "day before the newer one opens."
    ),
    "CN011": (
        "Consent and interview fall on one day, so that their order cannot be shown. Add the clock times with"
        " their zone if you have them."
    ),
    "CN012": (
        "The interview was recorded, and consent to record was not in force that day: {reason} Destroy the "
        "recording or clear it with the participant; report the deviation."
    ),
    "CN013": (
        "The participant asked for deletion and it has not been carried out. Look at what would change with "
        "`fieldtrail withdraw`, then apply it."
    ),
    "CN014": (
        "The form version was not approved in the language in which consent was given. Correct the language; if it "
        "happened so, obtain consent again with a form approved in that language."
    ),
    "CN015": (
        "The consent was given in a mode that only the ethics board can allow, and study.yaml has no reference for it. "
        "Enter the board's reference under `references` of that form version, or correct the mode; without one obtain "
        "consent again."
    ),
    "CN016": (
        "The form needs the participant's representative, and none is recorded. Enter the representative; without one "
        "obtain consent again."
    ),
    "CN017": (
        "The form needs the participant's assent, and it is not recorded as given. Enter it in the column assent; "
        "without it do not go on with this participant."
    ),
    "CN018": (
        "The form asks that understanding is checked, and that is not recorded. Enter yes in the column understanding "
        "if it was; else go through the form with the participant again."
    ),
    "CN019": "A copy of the form is to be given, and that is not recorded. Give one, and enter yes in copy_given.",
    "CN020": (
        "Somebody signed version {version} of this form, and study.yaml does not have it any more. Put it back as it "
        "was, with `closes` if it is not to be signed any more."
    ),
    "CN021": (
        "This was used before its amendment {amendment} {state}. Correct the day; if it happened so, do not use it "
        "until the board approved, and report the deviation."
    ),
    "CN022": (
        "study.yaml held this before its amendment {amendment} {state}. Take it back until the board approved; report "
        "the deviation if it was acted upon."
    ),
    "CN023": (
        "The signed form is not the one that was recorded with this consent, or is gone. Put the recorded one back; "
        "if a wrong one was filed first, record a correction with its reason."
    ),
    "CN024": (
        "The protocol asks for the signed form, and none is on file. Put its scan into restricted/consents under the "
        "participant code, named {name}, or enter its SHA-256 in signed_form_sha256."
    ),
    "CN025": (
        "{count} in restricted/consents belong to no consent in the register. Name each after its form and version, or "
        "enter the consent."
    ),
    "CN026": (
        "What was entered about this participant came after what it covers: as known now, {what} not covered by "
        "consent. Look at restricted/consent/late.csv; set the material apart and report the deviation."
    ),
    "CN027": (
        "No ethics approval was in force from {start} to {end}, and meanwhile there was: {what}. Look at "
        "restricted/consent/lapses.csv; enter the renewal or the board's exception if there was one, else report the "
        "deviation."
    ),
    "CN028": (
        "A recording was sent to be transcribed without consent for it that day: {reason} Correct the day or the "
        "consent; if it happened so, have it deleted there, and report the deviation."
    ),
    "CN030": (
        "The transcript holds the words of somebody whose data is to go ({withdrawal}), and of others. Mask that "
        "person's turns, put the masked file in its place, and have it validated and released again."
    ),
    "CN031": (
        "Copies of the data of somebody who withdrew ({withdrawal}) may lie elsewhere: {places}. Look there, have them "
        "removed, and enter each place in registers/decisions.csv: copy_removed, {withdrawal}, the place, who, when. "
        "What to ask for is in restricted/withdrawals/{withdrawal}.csv."
    ),
    "CN032": "A row `copy_removed` names nothing known in this column. Write {known}.",
    "CN033": (
        "No ethics approval is in force since {start}: contact, collection and analysis of identifiable data wait. "
        "Enter the renewal under ethics.approvals in study.yaml, or what the board allowed meanwhile."
    ),
}
