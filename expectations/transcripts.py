"""Checks on transcripts: one row a transcript, one a turn, one a question, measured by `evidence.measure`.

On the file as it arrives what may identify somebody is work for de-identification, so TR060 to TR065 ask for review;
they block only a copy that is to be released or sent. TR041 and TR042 compare with every other transcript.
"""

from __future__ import annotations

from dataclasses import replace

from expectations.check import Check, Suite, at_least, at_most, at_most_where, between, is_zero

_OPENING = (
    Check(
        "TR001", "block", "open_faults_count", is_zero,
        title="The file opens and is what its ending says",
        reason="What cannot be opened cannot be analysed, and a renamed file is often the wrong file.",
        message="The file is empty, damaged, too large or not what its ending says. Ask for it again.",
    ),
    Check(
        "TR002", "block", "undecodable_count", is_zero,
        title="Every character is decoded",
        reason="A wrongly decoded letter changes words and hides names.",
        message="Characters, or the whole text, cannot be decoded. Save it as UTF-8, or declare its code page.",
    ),
    Check(
        "TR003", "block", "letters_kept_share", at_least, {"minimum": 0.995},
        title="No words are lost in reading",
        reason="Analysis rests on the whole interview; a reader that drops words does so in silence.",
        message="Only {value_percent} of the letters reached the turns (at least {minimum_percent}). Report the "
        "file's layout.",
    ),
    Check(
        "TR003.cues", "block", "cues_lost_count", is_zero,
        title="Every timed line becomes a cue",
        reason="A cue dropped in reading is a passage nobody will miss.",
        message="Timed lines that were not read: {value}. Look at the times in the file.",
    ),
)  # fmt: skip

_IDENTITY = (
    Check(
        "TR004", "block", "name_faults_count", is_zero,
        title="The file name fits and its interview is in the register",
        reason="A transcript that belongs to no known interview has no consent behind it.",
        message="The file name is not that of an interview in registers/interviews.csv. Rename the file, or enter the "
        "interview there.",
    ),
    Check(
        "TR005", "block", "ids_disagreeing_count", is_zero,
        title="The ids in header and properties are those of the file",
        reason="Two ids in one file mean that two interviews may be swapped.",
        message="The header or the properties name another interview than the file name, or somebody who was not in "
        "it. Find out which is right.",
    ),
    Check(
        "TR006", "review", "header_missing_count", is_zero,
        title="The header block is complete",
        reason="The header ties a transcript to its interview when the file name is lost.",
        message="Header fields missing or unreadable: {value}. Complete the header.",
    ),
    Check(
        "TR007", "block", "days_outside_study_count", at_most, {"maximum": 0},
        title="The date agrees with the register and is not before consent",
        reason="A recording made before consent was given may not be used.",
        message="The date in the header is {value} days off the register, before consent or after today. Correct the "
        "date that is wrong.",
    ),
)  # fmt: skip

_SPEAKERS = (
    Check(
        "TR010", "block", "speaking_roles_count", at_least, {"minimum": 2},
        title="An interviewer and a participant speak",
        reason="Without both, questions and answers cannot be told apart.",
        message="Declared roles that speak: {value} of 2. Have the speakers labelled.",
    ),
    Check(
        "TR011", "block", "unknown_labels_count", is_zero,
        title="Speaker labels are in the declared set",
        reason="An undeclared label may be a slip, a third person or a real name.",
        message="Speaker labels not declared in study.yaml: {value}. Correct them, or declare them.",
    ),
    Check(
        "TR012", "review", "unlabelled_share", at_most, {"maximum": 0.02},
        title="Hardly any paragraph is without a speaker",
        reason="Unlabelled speech is attributed by guess.",
        message="{value_percent} of the paragraphs have no speaker (at most {maximum_percent}). Label them.",
    ),
    Check(
        "TR013", "review", "interviewer_share", between, {"minimum": 0.05, "maximum": 0.45},
        title="The interviewer speaks a plausible share of the words",
        reason="In 36 real interviews it was .09 to .34; beyond that labels are often swapped.",
        message="The interviewer speaks {value_percent} of the words ({minimum_percent} to {maximum_percent} "
        "expected). Check the labels.",
    ),
    Check(
        "TR014", "review", "diarisation_labels_count", is_zero,
        title="No automatic speaker number is left",
        reason="`Speaker 1` says nothing about who spoke, and the numbers change within a file.",
        message="Automatic speaker labels left: {value}. Replace them with the declared labels.",
    ),
)  # fmt: skip

_TIMES = (
    Check(
        "TR020", "block", "time_faults_count", is_zero,
        title="Times can be read and end after they start",
        reason="A passage is found again in the recording by its time.",
        message="Times that cannot be read, have 60 seconds or more, or end before they start: {value}. Correct them.",
    ),
    Check(
        "TR023", "block", "audio_difference_s", at_most_where("audio_difference_share"),
        {"maximum": 60, "share": 0.05},
        title="The last time is about the length of the recording",
        reason="A transcript that ends long before its recording lacks its end; one that ends after it belongs to "
        "another.",
        message="The last time is {value} s off the end of the recording (at most {maximum} s or {share_percent} of "
        "its length). Compare the end with the recording.",
        given="audio_difference_share",
    ),
    Check(
        "TR024", "review", "words_per_minute", between, {"minimum": 80, "maximum": 220},
        title="The pace is that of speech",
        reason="Far fewer words a minute mean text left out, far more mean times that are wrong.",
        message="{value} words a minute ({minimum} to {maximum} expected). Compare a few minutes with the recording.",
    ),
)  # fmt: skip

_WORDING = (
    Check(
        "TR030", "review", "inaudible_per_1000_words", at_most, {"maximum": 2},
        title="Little is marked inaudible",
        reason="What a transcriber did not hear, a second person often can.",
        message="{value} inaudible marks per 1,000 words (at most {maximum}). Have a second person listen.",
    ),
    Check(
        "TR030.block", "block", "inaudible_per_1000_words", at_most, {"maximum": 10},
        title="The recording can be understood",
        reason="Above this the transcript is a patchwork; it needs another transcriber or a better copy.",
        message="{value} inaudible marks per 1,000 words (at most {maximum}). Have it transcribed again.",
    ),
    Check(
        "TR031.notation", "review", "extra_notations_count", at_most, {"maximum": 0},
        title="One notation for what is not heard, for pauses and for what is taken out",
        reason="Marks written in several ways are counted and searched for in one of them only.",
        message="Ways of marking the same thing beyond the first: {value} (at most {maximum}). Write each in one way.",
    ),
    Check(
        "TR032", "inform", "fillers_in_full_per_1000_words", at_least, {"minimum": 1},
        title="Hesitations are written down, as full verbatim promises",
        reason="People hesitate all the time (Bortfeld et al. 2001, Language and Speech 44, 123-147): a transcript "
        "without an um was tidied, and an analysis of how something was said would be misled.",
        message="{value} hesitations per 1,000 words (at least {minimum} where verbatim is full). Ask the transcriber, "
        "or declare the level that was ordered.",
    ),
    Check(
        "TR032.intelligent", "inform", "fillers_in_intelligent_per_1000_words", at_most, {"maximum": 5},
        title="Hesitations are left out, as intelligent verbatim promises",
        reason="Where some files keep hesitations and others do not, people seem to speak differently who do not.",
        message="{value} hesitations per 1,000 words (at most {maximum} where verbatim is intelligent). Ask the "
        "transcriber, or declare the level that was ordered.",
    ),
    Check(
        "TR034", "review", "declared_language_share", at_least, {"minimum": 0.8},
        title="The transcript is in the declared language",
        reason="A translation in place of the original, or a stretch in another language, is analysed as if it had "
        "been said so, and other checks look for the wrong words.",
        message="{value_percent} of the words that belong to one language are of the declared one (at least "
        "{minimum_percent}). Look whether it is the original, and declare its language.",
    ),
    Check(
        "TR040", "review", "unfinished_endings_count", is_zero,
        title="The transcript does not break off",
        reason="Files are cut in transfer, and the end of an interview is where people say what matters.",
        message="The last words end no sentence, or the last times have no words. Compare with the recording.",
    ),
    Check(
        "TR044", "review", "self_names_elsewhere_count", is_zero,
        title="Nobody introduces themselves as another participant",
        reason="When two participants' transcripts are swapped, everything else about the files may still fit.",
        message="Somebody says to be, or is labelled as, a participant who was not in this interview: {value} times. "
        "Find out whose interview it is.",
    ),
)  # fmt: skip

_LIKENESS = (
    Check(
        "TR041", "block", "same_text_count", is_zero,
        title="No other id has the same text",
        reason="One interview under two ids counts twice.",
        message="Other transcripts with the same words: {value}. Find out whose interview it is, and replace the "
        "wrong file.",
        rerun="across",
    ),
    Check(
        "TR042", "block", "containment_share", at_most, {"maximum": 0.3},
        title="No large part of another transcript",
        reason="Different real interviews share at most .02 of their runs of eight words.",
        message="{value_percent} of its text is word for word in another transcript (at most {maximum_percent}). Find "
        "out which file is right.",
        rerun="across",
    ),
)  # fmt: skip

_CONSENT = (
    Check(
        "TR050", "block", "consents_missing_count", is_zero,
        title="Consent to take part, record and transcribe was in force on the interview date",
        reason="45 CFR 46.116: without it neither the recording nor the transcript may be used.",
        message="Consents (take part, record, transcribe) not in force on the interview date: {value}. Set the file "
        "apart, and look at the consent register.",
    ),
    Check(
        "TR051", "inform", "later_uses_absent_count", is_zero,
        title="Which later uses are covered",
        reason="Quoting, contacting again, archiving and audit are each refused at their own act, never here.",
        message="Later uses (quote, recontact, archive, audit) not covered by consent: {value}. Nothing to do now: "
        "each is refused when its time comes.",
    ),
)  # fmt: skip

_LEAKS = (
    Check(
        "TR060", "review", "registry_hits_count", is_zero,
        title="No registered name, alias or site is left",
        reason="The registry of names is what we can check for certain; it is not proof that nobody can be recognised.",
        message="Registered names, aliases or sites found: {value}. Replace each with its pseudonym or a placeholder.",
    ),
    Check(
        "TR061", "review", "near_hits_count", is_zero,
        title="No word is one letter away from a registered name",
        reason="Speech recognition and typists misspell names; a misspelt name still points at its person.",
        message="Words one letter away from a registered name: {value}. Look at each: replace it if it is the name, "
        "or decide that it is none.",
    ),
    Check(
        "TR062", "review", "identifier_hits_count", is_zero,
        title="No e-mail, phone, national id, address or day of birth is left",
        reason="Each of these identifies a person without any name.",
        message="E-mails, phones, ids, addresses or days of birth found: {value}. Replace each with a placeholder.",
    ),
    Check(
        "TR063", "review", "unreviewed_strings_count", is_zero,
        title="Every possible name was looked at by a person",
        reason="Names of people the study never registered are found by hints only, so a person decides on each string "
        "once for the whole study.",
        message="Different strings that may be names and that nobody has decided on: {value}. Decide on them with "
        "`fieldtrail review`.",
    ),
    Check(
        "TR064", "review", "disguised_hits_count", is_zero,
        title="No name is spelled out or written in small letters",
        reason="Speech recognition writes names without capitals, and people spell theirs.",
        message="Names spelled out or in small letters: {value}. Replace each, or decide that it is none.",
    ),
    Check(
        "TR065", "review", "document_traces_count", is_zero,
        title="No author, tracked change, comment or hidden text is left",
        reason="A document keeps what a reader no longer sees.",
        message="Traces of editing or hidden text: {value}. Accept the changes and remove what is hidden.",
    ),
)  # fmt: skip

_DECLARED = (
    Check(
        "TR066.declared", "block", "open_identifier_kinds_count", is_zero,
        title="A file that calls itself de-identified holds nothing that identifies",
        reason="A file that says in its name, header, notes or properties that it is de-identified is passed on "
        "without another look.",
        message="The file calls itself de-identified, yet of names, near misses, identifiers, undecided strings, "
        "disguised names and traces of editing {value} kinds are open. Settle them, or take the declaration back.",
    ),
)  # fmt: skip

_COPIES = (
    Check(
        "TR066", "block", "open_identifier_kinds_count",
        title="A de-identified copy holds nothing that identifies",
        reason="What is released or sent as de-identified is not looked at again.",
        message="Something that identifies is open in the copy. Settle it, and make the copy again.",
    ),
)  # fmt: skip
"""Raised by the code that makes the copy, which searches it anew."""

_PERMITTED = (
    Check(
        "TR071", "block", "misplaced_pseudonyms_count", is_zero,
        title="Pseudonyms stand only where the study permits them",
        reason="A pseudonym in a file name, a note or a document's properties ties the published words to the file "
        "and its interview for everybody who sees a list of files.",
        message="Pseudonyms in parts of the file where study.yaml (transcripts.pseudonyms_in) does not permit them: "
        "{value}. Take them out there.",
    ),
)  # fmt: skip

_PSEUDONYMS = (
    Check(
        "TR070", "block", "pseudonym_collisions_count", is_zero,
        title="Pseudonyms are one-to-one and nobody's real name",
        reason="Two people under one pseudonym merge into one; a pseudonym that is a real name points at somebody.",
        message="Pseudonyms shared, doubled or somebody's real name: {count}. Choose others.",
        rerun="across",
    ),
)  # fmt: skip

_TURNS = (
    Check(
        "TR021", "block", "backward_s", at_most, {"maximum": 0.5},
        title="Starts never run backwards",
        reason="Times that jump back mean passages out of order or two files joined.",
        message="The times jump back by {value} s (at most {maximum} s). Check the order of the passages.",
    ),
    Check(
        "TR022", "review", "gap_s", at_most, {"maximum": 120},
        title="No long gap without an explanation",
        reason="A gap nobody explains may be a passage left out.",
        message="{value} s pass without a word or a note (at most {maximum} s). Listen there, or note the pause.",
        at="before turn {part}",
    ),
    Check(
        "TR033", "review", "loop_repeats_count", at_most, {"maximum": 3},
        title="No speech-recognition loop",
        reason="Speech recognition fills silence by repeating itself; nobody said it.",
        message="The same words follow themselves {value} times (at most {maximum}). Compare with the recording.",
    ),
    Check(
        "TR031", "review", "unclosed_brackets_count", is_zero,
        title="Every bracket is closed",
        reason="A mark that is not closed swallows words: searches and counts take them for a note.",
        message="Brackets that are not opened or not closed: {value}. Close them.",
    ),
    Check(
        "TR035", "inform", "turn_words_count", at_most, {"maximum": 1500},
        title="No very long turn",
        reason="A turn of many minutes is often a missed change of speaker.",
        message="One turn has {value} words (more than {maximum}). Look whether somebody else speaks in it.",
    ),
)  # fmt: skip

_QUESTIONS = (
    Check(
        "TR043", "review", "question_score", at_least, {"minimum": 0.5},
        title="Each required question of the guide is traced",
        reason="A question never asked cannot be answered; saturation and comparison assume it was.",
        message="A required question is traced only {value} in the interviewer's words (at least {minimum}; a keyword "
        "alone gives 0.5, its own wording without a keyword up to 1). Note why, or add keywords.",
        at="question {part}",
    ),
)  # fmt: skip

_QUOTES = (
    Check(
        "TR072", "review", "people_sharing_count", at_least, {"minimum": 5},
        title="What is said beside a quote fits enough people",
        reason="Role, site and group together single out a person whose name is nowhere (Sweeney 2002, "
        "doi 10.1142/S0218488502001648).",
        message="What stands beside the quote fits only {value} people (at least {minimum}). Leave out the site, the "
        "role or the group.",
        declared=lambda study: {"minimum": study.disclosure.k},
        at="quote {part}",
    ),
)  # fmt: skip

TRANSCRIPTS = Suite(
    "transcripts",
    (
        *_OPENING, *_IDENTITY, *_SPEAKERS, *_TIMES, *_WORDING, *_LIKENESS, *_CONSENT, *_LEAKS, *_DECLARED, *_PERMITTED,
    ),
)  # fmt: skip
"""One row a transcript, with `subject_column`."""

TURNS = Suite("turns of transcripts", _TURNS)
"""One row a turn, with `subject_column` and `part_column`."""

QUESTIONS = Suite("questions of the interview guide", _QUESTIONS)
"""One row a required question and transcript, with `subject_column` and `part_column`."""

QUOTES = Suite("quotes in the analysis", _QUOTES)
"""One row a quote that a claim rests on, still inside the team."""

SHOWN_QUOTES = Suite("quotes shown", tuple(replace(check, severity="block") for check in _QUOTES))
"""One row a quote in a packet, the dossier, a display or an export."""

PSEUDONYMS = Suite("pseudonyms", _PSEUDONYMS, file="restricted/participants.csv", row_key="row")
"""One row a participant; the table is the subject."""

CHECKS = tuple(
    sorted(
        (*TRANSCRIPTS.checks, *TURNS.checks, *QUESTIONS.checks, *PSEUDONYMS.checks),
        key=lambda check: check.id,
    )
)
"""Every check on transcripts as they arrive, and on pseudonyms."""

ELSEWHERE = (*_COPIES, *_QUOTES)
"""Checks made where something is released or used: on copies and quotes."""
