"""Broken files of every format, read: `python -m benchmarks.transcripts_fuzz --files 10000`.

Each file is a sound one, broken in one to three ways drawn from its number alone, so that a fault is found again by
its number. Read, it may say whatever is wrong with it; it may not raise, take more than 5 s, or lose words in silence:
words known beforehand that still stand in the broken bytes are in what was read, or a fault or the counts of letters
and cues say that something is missing.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from benchmarks.transcripts_written import WRITERS, Said
from evidence.isolated import ReaderDied, call_each
from evidence.transcripts import Transcript, read_transcript

SLOWEST_S = 5.0
KEPT = 0.995
LABELS = ("I", "P")
LEGACY = (None, None, "cp1252")
_SAID = """garden morning kettle window harbour pencil blanket station orchard letter Grüße naïve 日本語 bicycle lantern
meadow thunder ladder compass river village basket mirror saddle feather candle"""
_SAID = """garden morning kettle window harbour pencil blanket station orchard letter Grüße naïve 日本語 bicycle lantern
meadow thunder ladder compass river village basket mirror saddle feather candle"""
_WORDS = tuple(_SAID.split())
_NOISE = (b"\x00", b"\xff\xfe", b"\xc3\x28", b"-->", b"\n\n", b"\r", b"<v ", b"</", b"{\\", b"}", b"]]>", b'"', b"\x15")


class Tried(NamedTuple):
    """What came of one broken file: `wrong` is "" or what may not happen."""

    number: int
    format: str
    seconds: float
    wrong: str
    faults: tuple[str, ...] = ()


def tried(number: int) -> Tried:
    """Make the file of that number and read it; seconds of processor time."""
    name, data = broken(number)
    chance = random.Random(f"read {number}")
    began = time.process_time()
    try:
        transcript = read_transcript(data, name, labels=LABELS, header=("date",), legacy_encoding=chance.choice(LEGACY))
    except Exception as error:
        return Tried(number, name, time.process_time() - began, f"raised {type(error).__name__}: {error}")
    seconds = time.process_time() - began
    faults = tuple(fault.kind for fault in transcript.faults)
    conserved = transcript.letters_kept >= KEPT * transcript.letters_in and transcript.cues >= transcript.arrows
    wrong = f"took {seconds:.1f} s" if seconds > SLOWEST_S else ""
    if not faults and not transcript.readable:
        wrong = "gave no turn and no fault"
    elif not faults and conserved and (lost := lost_words(data, transcript)):
        wrong = f"lost words in silence: {dict(lost)}"
    return Tried(number, name, seconds, wrong, faults if conserved else (*faults, "not conserved"))


def lost_words(data: bytes, transcript: Transcript) -> Counter[str]:
    """Words of the seeds that stand whole in the bytes and are nowhere in what was read.

    A PDF's bytes are no witness: what no page draws nobody sees. In .rtf what touches a control word is part of it.
    """
    if transcript.format == "pdf":
        return Counter()
    if transcript.format == "docx":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = parts.read("word/document.xml")
    text = data.decode("latin-1" if transcript.format == "rtf" else transcript.encoding or "utf-8", "replace")
    turns = transcript.turns
    whole = "\n".join([*turns["speaker"], *turns["text"], *(passage.text for passage in transcript.beside)])
    read = _known(whole)
    if transcript.format == "rtf":
        text = re.sub(r"\\\S* ?\S*", " ", text)
    if transcript.format == "json":  # tells the words twice, as a whole and by segment
        return Counter(set(_known(text)) - set(read))
    return _known(text) - read


def _known(text: str) -> Counter[str]:
    return Counter(re.findall("|".join(_WORDS), text))


@cache
def sound(format: str, which: int) -> bytes:
    """A sound file of that format."""
    chance = random.Random(f"{format} {which}")
    turns, at = list[Said](), 0.0
    for number in range(chance.randint(3, 24)):
        text = " ".join(chance.choices(_WORDS, k=chance.randint(1, 20)))
        if format == "pdf":
            text = text.replace("日本語", "river")
        took = len(text) / 12
        turns.append(Said(at, at + took, LABELS[number % 2], f"{text}."))
        at += took + chance.random()
    return WRITERS[format](turns)


def broken(number: int) -> tuple[str, bytes]:
    """The file of that number: its name and its bytes."""
    chance = random.Random(number)
    format = chance.choice(sorted(WRITERS))
    data = sound(format, chance.randrange(6))
    if format == "docx" and chance.random() < 0.6:
        data = _inside(data, chance)
    else:
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(_WAYS)(data, chance)
    ending = chance.choice(sorted(WRITERS)) if chance.random() < 0.15 else format
    return f"I0001.{ending}", data


def _inside(data: bytes, chance: random.Random) -> bytes:
    """A document broken inside its container, which stays whole."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename == "word/document.xml" or chance.random() < 0.05:
                body = chance.choice(_WAYS)(body, chance)
            if chance.random() > 0.02:
                new.writestr(info.filename, body)
    return held.getvalue()


def _flipped(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 8) if made else 0):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _spliced(data: bytes, chance: random.Random) -> bytes:
    other = sound(chance.choice(sorted(WRITERS)), chance.randrange(6))
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 20)) + data[end:]


def _left_out(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(1, 200) :]


def _noised(data: bytes, chance: random.Random) -> bytes:
    made = data
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(made) + 1)
        made = made[:at] + chance.choice(_NOISE) * chance.choice((1, 1, 3, 50)) + made[at:]
    return made


_WAYS = (_flipped, _flipped, _truncated, _spliced, _doubled, _left_out, _noised)


def run(numbers: range) -> Iterator[Tried]:
    """Each file in a child process, which a reader may crash or hang."""
    from benchmarks.transcripts_fuzz import tried  # by a name that a child process can import

    answers = call_each(tried, ((n,) for n in numbers), seconds=12 * SLOWEST_S, megabytes=1024)
    for number, answer in zip(numbers, answers, strict=True):
        if isinstance(answer, ReaderDied):
            yield Tried(number, broken(number)[0], SLOWEST_S, f"the reader died: {answer.reason} {answer.detail}")
        else:
            yield answer


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.transcripts_fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0, help="number of the first file")
    options = parser.parse_args(arguments)
    count, whole, slowest = 0, 0, 0.0
    wrong: list[Tried] = []
    for one in run(range(options.start, options.start + options.files)):
        count, whole, slowest = count + 1, whole + (not one.faults), max(slowest, one.seconds)
        if one.wrong:
            wrong.append(one)
            print(f"file {one.number} ({one.format}): {one.wrong}", flush=True)
    print(
        f"{count:,} broken files: {whole:,} read without a fault, {count - whole:,} with one; slowest {slowest:.2f} s; "
        f"{len(wrong)} raised, hung or lost text in silence"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
