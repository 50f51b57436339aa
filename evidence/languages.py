"""Languages known by their commonest function words, and the sounds by which people hesitate in them.

The words that carry grammar make up half of what people say, whatever they talk about. Of those that belong to one of
these languages only, a text in that language holds many and a text in another hardly any; nothing is learnt, and
anybody can look the words up here. Words that are common words of another language too (`was`, `die`, `met`) do not
count for either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

_LISTS = {
    "en": "the and you that it to of is was i they have this but with what not there are so we my be do she he at from "
    "your or about just know because think people when would them how really their were out then who which could more "
    "our been had has did does don't it's that's i'm didn't very some than other into these those always should where "
    "why can will her him his us me no yes if on for in a an as all up get got going like "
    "here",
    "de": "der die das und ich ist nicht ein eine einen einem einer ja es wir sie ihr auch dass man aber was wenn mir "
    "mich dann wie mit auf für schon noch habe hat haben sind war waren bin dem den des im zu so von bei oder nur mal "
    "weil immer sehr kann doch über alle alles diese dieser dieses keine kein sein ihre uns nach aus werden wird würde "
    "hier jetzt etwas wieder durch gibt also an in er am um nichts gar ganz eigentlich halt",
    "fr": "le la les de des et je vous que est un une pas on il elle qui dans ce pour nous ça c'est mais avec sur ne "
    "plus j'ai tout au aux du par mon ma mes ses son sa cette ces leur leurs été être avoir fait comme quand très bien "
    "où aussi donc alors parce même peut sont était j'étais d'un d'une qu'on qu'il n'est y en à a si non oui chez moi "
    "lui eux sans rien toujours voilà quoi étaient ont avait",
    "es": "el la los las de que y en un una es no se por con para como lo pero me yo más muy porque qué mi su sus le "
    "les ya está esto eso todo también cuando hay ha he hasta donde quien desde nos nosotros ellos ella sí si sin "
    "sobre entonces así ser tengo tiene era fue estaba bueno pues uno aquí nada siempre mucho están a al del te tu o "
    "son",
    "it": "il lo la gli le di che e è un una non per con sono mi ma come ho ha si più anche se io questo questa quello "
    "perché quando della del dei delle nel nella alla al da dal ci molto cosa era c'è hanno poi sempre tutto tutti "
    "essere fare noi loro mia mio suo sua anni così però quindi proprio stato a in o su ne i",
    "nl": "de het een en van ik dat niet je is in op te dan maar wel met ook die zijn voor we wat er ze als naar heb "
    "heeft hebben bij om aan uit nog dus toch mij mijn hij zij haar ons onze gewoon heel veel geen deze dit was waren "
    "werd omdat gaat moet kan kunnen altijd iets niets hoe waar wie daar hier toen want of over door had me",
    "pt": "o a os as de que e em um uma não é eu se com por para mas como mais da do das dos na no nas nos ele ela "
    "eles muito também quando porque está isso isto tem ter foi era meu minha seu sua já só então aí gente você vocês "
    "nós são estava fazer tudo assim aqui lá pra sempre coisa ao à até ou me te",
}

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {code: frozenset(text.split()) for code, text in _LISTS.items()}
"""Language code → its commonest function words."""

_TIMES = Counter(word for words in FUNCTION_WORDS.values() for word in words)
OWN_WORDS: Mapping[str, frozenset[str]] = {
    code: frozenset(word for word in words if _TIMES[word] == 1) for code, words in FUNCTION_WORDS.items()
}
"""Language code → those of them that are in no other list."""

FILLERS: Mapping[str, frozenset[str]] = {
    code: frozenset(text.split())
    for code, text in {
        "en": "uh uhh um umm uhm er err erm hm hmm mm mmm mhm",
        "de": "äh ähm öh öhm hm hmm mhm ehm",
        "fr": "euh heuh hm hmm mh mhm",
        "es": "eh eeh em mmm hm hmm mhm",
        "it": "eh ehm mm mmm mhm",
        "nl": "uh uhm eh ehm hm hmm mhm",
        "pt": "hã hum ahn hm hmm mhm",
    }.items()
}
"""Language code → sounds of hesitation and listening, which only a full verbatim transcript writes down."""

FEWEST = 30
"""So many words that belong to one language only are needed before a share of them means anything."""


def base_of(language: str) -> str:
    """`en-US` as `en`."""
    return language.casefold().replace("_", "-").partition("-")[0]


def declared_share(counts: Mapping[str, int], language: str) -> float | None:
    """Of the words that belong to one known language only, the share that belongs to the declared one; None for a
    language without a list and for fewer than `FEWEST` such words. `counts` has words without case."""
    declared = base_of(language)
    if declared not in OWN_WORDS:
        return None
    found = {code: sum(counts.get(word, 0) for word in words) for code, words in OWN_WORDS.items()}
    total = sum(found.values())
    return found[declared] / total if total >= FEWEST else None
