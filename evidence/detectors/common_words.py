"""Words that are also names: they count as a name only when they look like one.

A list of our own making, of English given names and surnames that are everyday words.
"""

from __future__ import annotations

_WORDS = """
abbey ace amber angel april art ash aspen august autumn baker bay bell berry bill bishop black blue bond booker bowman
branch brook brooks brown buck bud bush butler candy carol case cash chance chase chip christian church clay cliff cook
cooper cross crystal curry daisy dale dawn day dean destiny dick dolly don drew duke earl ease east eve ever faith fern
field fish fisher flower ford forest foster fox frank freed french gene ginger glass glen gold good grace grant gray
green grove guy hale hall hand harmony hart harp hazel heath heaven hill holly holiday honey hood hope house hunter
ivory ivy jack jade jasmine jay jean jewel joy judge june justice ken key king knight lake lamb lane law lee leaf
lily long love luck major man mark marks mars marsh mason mat max may mercy merit merry mike miles mill miller mills
mo moon moore moss nick north norm olive page paige park parker parks pat patience pearl penny pepper piper pleasant
pointer pope porter potter powers price pride prince queen rain randy ray read reed reese rich river rob robin rock
rose ruby rush rusty sage sally sandy savage sharp short silver sky small smart smith snow star stark stone storm
strong sue summer summers sunny swan tanner taylor terry thorn tiger tony trinity troy tucker turner victor violet
walker wall walls ward warren waters way weaver webb wells west white wild will wills winter wise wolf wood woods work
world worth young york
"""

_PARTICLES = "al bin da das de del den der des di dos du el ibn la le los st ten ter van von y"
_FOLLOWING = """
i you we he she it they the a an this that these those there be have not my your our his her their as from also need
want all any one some anyone someone people
"""
_BEFORE_MONTH = "in last next since until by this early late mid of during every each before after to"

COMMON_WORDS = frozenset(_WORDS.split())
"""Folded names that are everyday words."""

PARTICLES = frozenset(_PARTICLES.split())
"""Parts of names that are no name by themselves."""

FOLLOWING = frozenset(_FOLLOWING.split())
"""Before one of these the capitalised word that begins a sentence is a word (`Will you`, `May I`)."""

BEFORE_MONTH = frozenset(_BEFORE_MONTH.split())
MONTHS = frozenset(("april", "may", "june", "august"))
"""After one of BEFORE_MONTH these are months."""
