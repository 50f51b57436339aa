"""Words that are also names: they count as a name only when they look like one.

Lists of our own making: names that are everyday words, and the words around them that tell which they are.
"""

from __future__ import annotations

from evidence.detectors.everyday import is_everyday

_WORDS = """
abbey ace amber angel april art ash aspen august autumn baker bay bell berry bill bishop bond branch brook brown buck
bud bush butler candy carol chance chase chip christian cliff cook cross crystal curry dawn dean destiny dick don drew
ease eve faith fish fisher flower ford forest foster fox frank freed french gene ginger glass grace grant gray green
grove guy hale harmony hart harp heaven hill holiday honey hood hope hunter ivy jewel joy judge june justice key king
knight lake lamb lane leaf love luck man mark marks mars marsh mat max may mercy merit merry miles mill mo moon moss
olive page park parks pat patience pearl penny pepper piper pleasant pointer pope porter potter pride prince queen
randy ray river rob rock rose rush rusty sage savage sky stark stone summers sunny swan thorn tiger trinity walker
wall walls ward waters wells will wills wolf wood woods york
"""

_FUNCTION = """
i me my mine you your yours he him his she her hers it its we us our ours they them their theirs who whom whose which
what this that these those here there where when why how while because since although though unless until till if then
than so as like such too very quite just only even also still yet ever never now ok okay yes yeah no nope oh ah um uh
hey hi hello well and or but nor not a an the in on at to of by up for from off out into over am is are was were be been
do does did done has have had will would shall should can could may might must go going got get let one two ten all any
some many much more most good right sure see say said know think mean please thank thanks look even every each
"""

_PARTICLES = "al bin da das de del den der des di dos du el ibn la le los st ten ter van von y"
_FOLLOWING = """
i you we he she it they the a an this that these those there be have not my your our his her their as from also need
want all any one some anyone someone
"""
_GROUPS = """
people person man woman men women folk folks guys kids lady ladies community communities male female american americans
"""
_BEFORE_MONTH = "in last next since until by this early late mid of during every each before after to"
_DETERMINERS = """
a an the this that these those my your our his her their its no every each some any very so more most too really pretty
just not is was are were be been being get got feel felt
"""
_TITLES = "mr mrs ms miss dr doctor prof professor uncle aunt auntie"
_TOLD = "told asked met hey hi hello dear named thanks calls"
_TALKING = """
said says told tells asked asks thinks thought knows knew explained mentioned texted agreed laughed laughs wrote
"""
_ACTING = """
came comes went goes wants wanted works worked lives lived called calls gave gives took takes showed helped helps likes
loves loved died moved left started talked
"""

COMMON_WORDS = frozenset(_WORDS.split())
"""Folded names that are everyday words, and are met as names as well."""

FUNCTION_WORDS = frozenset(_FUNCTION.split())
"""Words so frequent that a capital says nothing where a sentence begins (the surnames So, You, Do)."""

PARTICLES = frozenset(_PARTICLES.split())
"""Parts of names that are no name by themselves."""

GROUPS = frozenset(_GROUPS.split())
"""Before one of these it is a word for what people are (`Black people`)."""

FOLLOWING = frozenset(_FOLLOWING.split()) | GROUPS
"""Before one of these the capitalised word that begins a sentence is a word (`Will you`, `May I`)."""

BEFORE_MONTH = frozenset(_BEFORE_MONTH.split())
MONTHS = frozenset(("april", "may", "june", "august"))
"""After one of BEFORE_MONTH, or beside a number, these are months."""

DETERMINERS = frozenset(_DETERMINERS.split())
"""After one of these a word that might be a name is a word (`the young`, `so rich`)."""

TITLES = frozenset(_TITLES.split())
"""Before a name and nothing else."""

TOLD = frozenset(_TOLD.split())
TALKING = frozenset(_TALKING.split())
ACTING = TALKING | frozenset(_ACTING.split())
"""After TOLD and before ACTING stands somebody; before TALKING surely a person."""

CUES = (
    ("my", "name", "is"), ("my", "name"), ("name", "is"), ("was", "named"),
    ("is", "named"), ("guy", "named"), ("name", "was"), ("was", "called"), ("is", "called"), ("guy", "called"),
    ("woman", "called"), ("man", "called"), ("friend", "called"), ("call", "me"), ("calls", "me"), ("call", "him"),
    ("call", "her"), ("the", "name", "of"),
)  # fmt: skip
"""Words after which somebody's name follows, also in lower case."""


def is_guarded(word: str) -> bool:
    """Whether a folded name is an everyday word too, or too short to count by itself."""
    return len(word) <= 2 or word in COMMON_WORDS or is_everyday(word)
