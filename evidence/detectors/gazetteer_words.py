"""Words beside which names stand, or which are no name though they begin with a capital."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONORIFICS = _words("""
dr mr mrs ms mx miss prof professor sr sra srta senor senora don dona madame monsieur frau herr pastor reverend rev
rabbi imam father sister brother aunt auntie uncle tia tio grandma grandpa nana officer sergeant captain coach judge
""")
"""Before a name; `Sister` and `Father` only count with a capitalised word after them that is no everyday word."""

RELATIVES = _words("""
son daughter husband wife spouse brother sister mother father mom mum dad cousin nephew niece uncle aunt grandmother
grandfather grandson granddaughter boyfriend girlfriend fiance fiancee ex partner friend roommate neighbor neighbour
boss supervisor manager director counselor counsellor therapist psychiatrist psychologist doctor nurse teacher sponsor
caseworker worker coworker colleague client mentor landlord pastor priest coach
""")
POSSESSIVES = _words("my his her our their your the with")
BESIDE_RELATIVES = _words("best old older oldest younger youngest big little late case social good dear peer")
NAMING = _words("named called name nicknamed is it's this am i'm im hi hello hey thanks thank dear")
"""Before a name that the lists need not know: `named`, `this is`, `hello`."""

CUES = HONORIFICS | RELATIVES | NAMING

ORGANISATIONS = _words("""
center centre clinic hospital house church university college school academy agency foundation institute shelter
services department association society council ministries ministry temple mosque synagogue chapel inc llc corporation
company bank hotel library museum station park apartments motel court manor lodge village ranch
""")
GENERIC = _words("""
mental health behavioral behavioural crisis community peer support service services recovery wellness full partnership
program programme center centre county state public social human adult children child family families youth general
medical department emergency drop in the of and for national federal city local regional office high middle elementary
school college university clinic hospital house agency station council department association day treatment housing
homeless outpatient inpatient residential urgent care primary training education rehabilitation rehab resource veterans
""")
"""An organisation written with these words alone names none."""

OPENERS = _words("the a an at in from our my your their this that these those and but so then when if i we")
BEFORE_PLACES = _words(
    "in from to near at around of outside inside into through toward towards downtown south north east west"
)
STOPS = _words("""
i i'm i'd i'll i've im monday tuesday wednesday thursday friday saturday sunday january february march april may june
july august september october november december christmas easter thanksgiving god lord jesus english spanish french
german chinese mandarin cantonese vietnamese tagalog hmong american mexican african asian latino latina latinx covid
zoom medicaid medicare medi ok okay yes no yeah mhm um uh
""")
"""Capitalised in running text, and never part of a person's name after one."""
