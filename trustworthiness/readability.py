"""How hard a text of ours is to read, and MC004: packets are in plain words and in the participant's language.

English: the Flesch-Kincaid grade (Kincaid et al. 1975), syllables by the hyphenation patterns of pyphen. Spanish:
Crawford's years of schooling (1989), made for elementary school material, so above grade 6 it is extrapolated. Both
are made for passages: a single short sentence gives a rough figure. No formula knows whether a text is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pyphen  # type: ignore[import-untyped]

from trustworthiness.packet import Packet
from trustworthiness.packet_faults import Fault

GRADED = ("en", "es")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|\n+")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúüy]+")
_SPANISH_NUCLEUS = re.compile(r"[aeoáéóíú]")


def syllables(word: str, language: str) -> int:
    """The syllables of a word, at least 1; ValueError for a language that is neither English nor Spanish."""
    if language == "en":
        return len(_english().positions(word)) + 1
    if language != "es":
        raise ValueError(f"no syllables are known in {language!r}")
    runs = _SPANISH_VOWELS.findall(re.sub(r"y(?=[aeiouáéíóú])", "-", word.lower()))
    return max(1, sum(max(1, len(_SPANISH_NUCLEUS.findall(run))) for run in runs))


def reading_grade(text: str, language: str) -> float | None:
    """The school grade at which a text can be read, not below 0; None for a text without words, or other languages.

    `language` is a BCP 47 tag, of which only the language counts. Line ends end sentences, as they do in lists.
    """
    base = _base(language)
    words = _WORD.findall(text)
    if base not in GRADED or not words:
        return None
    sentences = sum(1 for part in _SENTENCE_END.split(text) if _WORD.search(part))
    per_sentence = len(words) / sentences
    per_word = sum(syllables(word, base) for word in words) / len(words)
    if base == "en":
        return max(0.0, 0.39 * per_sentence + 11.8 * per_word - 15.59)
    return max(0.0, -0.205 * 100 / per_sentence + 0.049 * 100 * per_word - 3.407)


def _base(language: str) -> str:
    """The language of a tag without its region: es of es-MX."""
    return language.strip().split("-")[0].lower()


@cache
def _english() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US", left=1, right=1)


def plain_language(packet: Packet, *, grade: float, own_language: str = "") -> list[Fault]:
    """What in a packet needs a higher school grade than this, or is not in the participant's language.

    Looked at are the team's words: introduction and questions, themes, summary; never the participant's own. Themes are
    graded together, because the formulas are for passages. `own_language` is the participant's, empty where it is not
    known: a packet is in another one where there are no messages in it. A fault of a theme or of a language's words is
    the same for every packet that shares it. Where no formula is known the fault says that nobody has checked.
    """
    faults = [_untranslated(theme.theme_id, packet.language) for theme in packet.themes if theme.language]
    if own_language and _base(own_language) != _base(packet.language):
        faults.append(_unspoken(own_language))
    own = [theme.plain for theme in packet.themes if not theme.language]
    opening = " ".join([*packet.intro, *packet.questions])
    passages = [
        ("words", f"language:{packet.language}", f"pages/messages/{packet.language}.toml", _without(packet, opening)),
        ("themes", f"language:{packet.language}", "study.yaml, member_checking.themes", "\n".join(own)),
        ("summary", f"packet:{packet.packet_id}", "restricted, the interview's summary", "\n".join(packet.summary)),
    ]
    if _base(packet.language) not in GRADED:
        return [*faults, _unchecked(packet.language)]
    for rule, subject, where, text in passages:
        found = reading_grade(text, packet.language)
        if found is not None and found > grade:
            hardest = _hardest(own, packet) if rule == "themes" else ""
            faults.append(_too_hard(rule, subject, where, found, grade, hardest))
    return faults


def _without(packet: Packet, text: str) -> str:
    """The text without the study's title, which is a name and no prose."""
    return text.replace(packet.study, "") if packet.study else text


def _hardest(texts: Iterable[str], packet: Packet) -> str:
    """The id of the theme that needs the highest grade."""
    graded = {t.theme_id: reading_grade(t.plain, packet.language) or 0.0 for t in packet.themes if t.plain in texts}
    return max(graded, key=lambda id: graded[id])


def _too_hard(rule: str, subject: str, where: str, found: float, grade: float, hardest: str) -> Fault:
    what = {
        "words": "The packet's own words need",
        "themes": f"The themes' plain words, above all those of {hardest}, need",
        "summary": "The summary of the interview needs",
    }[rule]
    mend = "Write shorter sentences and shorter words, or raise member_checking.reading_grade."
    return Fault("MC004", subject, rule, where, f"{what} school grade {found:.1f}; the protocol says {grade:g}. {mend}")


def _untranslated(theme: str, language: str) -> Fault:
    return Fault(
        "MC004",
        f"theme:{theme}",
        f"translation.{language}",
        f"study.yaml, member_checking.themes ({theme}), plain_in",
        f"The theme has no words in {language!r}, in which a participant is addressed; their packet shows it in the "
        "protocol's language. Add the translation, and assemble again.",
    )


def _unspoken(language: str) -> Fault:
    return Fault(
        "MC004",
        f"language:{language}",
        "messages",
        "restricted/participants.csv, column language",
        f"There are no messages in {language!r}, so whoever is to be addressed in it gets a packet in the protocol's "
        f"language. Add pages/messages/{language}.toml and the themes' translations, and assemble again; or hand the "
        "packet over with somebody who interprets, and set this aside saying who did.",
    )


def _unchecked(language: str) -> Fault:
    return Fault(
        "MC004",
        f"language:{language}",
        "unchecked",
        "study.yaml, member_checking.reading_grade",
        f"No formula is known for the reading grade of texts in {language!r}, so nobody has checked it. Let somebody "
        "of that community read a packet, then set this aside saying who did.",
    )
