"""The instructions in the auditor's kit, for a reader who has never seen this software: parts, each made of blocks.

In texts `code` and **strong** stand between their marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.kit_faults import FAULTS

if TYPE_CHECKING:
    from pages.kit import Kit, KitKey


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """A list, numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Commands:
    """Lines to type, and on what."""

    lines: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its first column the rows' names."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the instructions; `id` names its place in the page."""

    id: str
    title: str
    blocks: tuple[Say | Steps | Commands | Table, ...]


def instructions(kit: Kit) -> tuple[Part, ...]:
    """Every part, in the order an auditor goes through them."""
    return (
        _what_this_is(kit),
        _keys(kit),
        _copy(kit),
        _verify(kit),
        _verdict(),
        _fingerprint(kit),
        _viewer(),
        _single(kit),
        _artefacts(kit),
        _limits(kit),
    )


def _what_this_is(kit: Kit) -> Part:
    rows = [
        ("`README.md`, `README.html`", "These instructions, twice the same."),
        (
            "`verify_trail.py`",
            "The verifier. One file that needs Python 3.9 or later and nothing else; made to be read.",
        ),
        ("`viewer.html`", "The viewer: verifies the record and shows it, in your browser, without network."),
        *((f"`{key.file}`", f"The public key of {_whose(key)}.") for key in kit.keys),
        *([("`ro-crate-metadata.json`", CRATE)] if kit.crate else []),
        ("`SHA256SUMS`", "The SHA-256 of every other file here."),
    ]
    return Part(
        "what",
        "What this folder is",
        (
            Say(
                "A study has kept a record of everything it did: every approval, consent, interview, check and claim "
                "is an entry. Entries can be added and not be changed, and what is new is closed and signed daily or "
                "more often. With this folder you find out whether the record you were given is still what was "
                "recorded. You need none of the study's software and nobody's help."
            ),
            Table(("File", "What it is"), tuple(rows)),
            Say(
                "Whoever writes the verifier decides what it says. So have the SHA-256 of `verify_trail.py` and "
                "`viewer.html` confirmed by somebody who has them from elsewhere, or read `verify_trail.py`: it was "
                "kept short for that. To see that no file was damaged on its way:"
            ),
            Commands(("sha256sum -c SHA256SUMS",), "Linux, in this folder"),
            Commands(("shasum -a 256 -c SHA256SUMS",), "macOS, in this folder"),
            Commands(("certutil -hashfile verify_trail.py SHA256",), "Windows, one file at a time, and compare"),
        ),
    )


CRATE = "The study's runs for machines: an RO-Crate 1.1, Process Run Crate 0.5. Nothing in it needs to be believed."


def _whose(key: KitKey) -> str:
    return {"trail": "the record", "countersigner": "a countersigner", "person": "a member of the team"}[key.of]


def _keys(kit: Kit) -> Part:
    countersigned = any(key.of == "countersigner" for key in kit.keys)
    without = (
        "This kit holds no countersigner's key. A countersigner is another party, such as an ethics office, that keeps "
        "what it last saw of the record and refuses a rewritten one. Without one, whoever holds the study's signing "
        "key can rewrite everything that no fingerprint noted elsewhere covers."
    )
    with_one = (
        "A countersigner is another party that keeps what it last saw of the record and refuses a rewritten one. Get "
        "its key from that party itself."
    )
    return Part(
        "keys",
        "First: are these the right keys?",
        (
            Say(
                "Everything rests on the keys. A key that came together with the record, or from the same bucket, "
                "proves nothing: whoever replaces the record replaces the key. Get each key, or its id and its text, a "
                "second way: the trail's key is printed in the ethics protocol."
            ),
            Table(
                ("Key", "Whose", "Name", "Id"),
                tuple((f"`{key.file}`", _whose(key), f"`{key.name}`", f"`{key.id}`") for key in kit.keys),
            ),
            Steps(
                (
                    "Open the file of the key with any text editor. It is one line: name, `+`, id, `+`, the key.",
                    "Compare the whole line with the one you got the second way. The id is for telling keys apart over "
                    "the telephone; it is too short to trust alone.",
                    "If anything differs, stop and ask the ethics office, not the study.",
                ),
                numbered=True,
            ),
            Say(with_one if countersigned else without),
        ),
    )


def _copy(kit: Kit) -> Part:
    bucket, _, prefix = kit.address.removeprefix("s3://").rstrip("/").partition("/")
    bucket = bucket if kit.address else "BUCKET"
    prefix = (prefix if kit.address else "PREFIX") + "/"
    prefix = "" if prefix == "/" else prefix
    listed = f" --prefix {prefix}" if prefix else ""
    fetch = Commands(
        (
            f"aws s3 sync s3://{bucket}/{prefix} trail",
            f"aws s3api list-object-versions --bucket {bucket}{listed} --output json > versions.json",
        ),
        "Any system, in this folder, with the `aws` program and an account that may only read",
    )
    given = (
        Say("The record lies on S3. Copy it, and the list of everything ever stored under each name:"),
        fetch,
    )
    either = (
        Say(
            "**A folder.** Put a copy of the record into this folder and call it `trail`. It holds `lanes`, `seals` "
            "and `checkpoints`. Work on the copy; verifying changes nothing."
        ),
        Say("**On S3.** Copy the record, and the list of everything ever stored under each name:"),
        fetch,
    )
    return Part("copy", "Get the record", given if kit.address else either)


def _verify(kit: Kit) -> Part:
    given = "".join(f" --{WORD[key.of]} {key.file}" for key in kit.keys)
    given += " --versions versions.json" if kit.address else ""
    on_s3 = (
        "Leave out `--versions versions.json` only where the copy did not come from S3: without it a file that was "
        "removed and stored again does not show."
        if kit.address
        else "Where the record came from S3, add `--versions versions.json`: without it a file that was removed and "
        "stored again does not show."
    )
    return Part(
        "verify",
        "Verify it",
        (
            Commands((f"python3 -I verify_trail.py trail{given}",), "Linux and macOS, in this folder"),
            Commands((f"py -I verify_trail.py trail{given}",), "Windows, in this folder"),
            Say(on_s3),
            Say(
                "To have it also say whether this copy is of today, add the time in UTC (on Windows write it out, "
                "such as `--now 2026-03-02T10:00:00Z`):"
            ),
            Commands((f'python3 -I verify_trail.py trail{given} --now "$(date -u +%Y-%m-%dT%H:%M:%SZ)"',)),
            Say(
                "Python asks nothing and installs nothing; `-I` keeps it from loading anything that lies around. A "
                "million entries take under a minute. Exit code 0: everything held; 1: something did not; 2: the "
                "command was mistyped. `--json` prints the same for a program."
            ),
        ),
    )


WORD = {"trail": "key", "countersigner": "cosigner", "person": "person"}


def _verdict() -> Part:
    return Part(
        "verdict",
        "Read what it says",
        (
            Steps(
                (
                    "`PASS: size …, root …` is the last line when everything held: every byte, chain, signature and "
                    "link. Size and root are the fingerprint of all of it.",
                    "`FAIL: n fault(s)`: the lines above it name each. One change gives one fault as a rule.",
                    "`note:` is what was not looked at, or is unusual without being a fault. Read these as carefully.",
                    "`limit:` is what no verdict of this kind can say.",
                )
            ),
            Table(("The line begins with", "It means"), tuple((f"`{name}`", meaning) for name, meaning in FAULTS)),
            Say(
                "After a fault change nothing, keep your copy, and report the line. A fault says that the record is "
                "not what was signed. It does not say who did it or why; a damaged disk gives the same line as a "
                "forger."
            ),
        ),
    )


def _fingerprint(kit: Kit) -> Part:
    if kit.pin is None:
        now: tuple[Say | Commands, ...] = (
            Say(
                f"This kit names none, because the record did not verify when it was made: `{kit.fault}`."
                if kit.fault
                else "This kit names none: the record had no closing when it was made."
            ),
        )
    else:
        size, root = kit.pin
        now = (
            Say(f"When this kit was made, the record as closed at {kit.closed_at} had the fingerprint"),
            Commands((f"{size}:{root}",)),
        )
    return Part(
        "fingerprint",
        "Note the fingerprint",
        (
            Say(
                "Size and root together are the record's fingerprint (`--pin`). Nobody can change, remove or reorder "
                "an older entry and keep it. So it protects everything up to it, from the day you write it down in a "
                "place the study cannot reach: your notes, a letter, a print."
            ),
            *now,
            Say("Write down the one your own verification printed. Next time, give it to the verifier:"),
            Commands(("python3 -I verify_trail.py trail --key keys/trail.vkey --pin SIZE:ROOT",)),
            Say(
                "The record may have grown since; then the size printed is larger and the verdict is still PASS. "
                "`ROLLBACK` and `FORK` mean that the past you saw is not the past you are shown."
            ),
        ),
    )


def _viewer() -> Part:
    return Part(
        "viewer",
        "Look at it",
        (
            Steps(
                (
                    "Open `viewer.html` in a current browser (a double click will do). It works without network, and "
                    "nothing you open in it leaves your computer.",
                    "Choose the folder `trail` and paste the text of the record's key. Other keys and a fingerprint go "
                    "under **More to check against**. Press **Check the record**.",
                    "It verifies the record with code of its own, then shows it: the entries in time, and what each "
                    "claim rests on, back to coding, transcript and consent.",
                    "Give it a file to learn whether that very file is in the record. For one about a person it also "
                    "needs that file's key, which only the study has.",
                ),
                numbered=True,
            ),
            Say("Verifier and viewer share no code. Where they disagree, something is wrong: report it."),
        ),
    )


def _single(kit: Kit) -> Part:
    cosigned = "".join(f" --cosigner {key.file}" for key in kit.keys if key.of == "countersigner")
    return Part(
        "proof",
        "Check one entry alone",
        (
            Say(
                "The study can hand you a proof (`fieldtrail trail prove` writes it): one file that shows that one "
                "entry is in the record, without the record."
            ),
            Commands((f"python3 -I verify_trail.py PROOF.json --key keys/trail.vkey{cosigned}",)),
        ),
    )


def _artefacts(kit: Kit) -> Part:
    return Part(
        "artefacts",
        "Check the files behind the record",
        (
            Say(
                "The record holds fingerprints of transcripts, forms and registers, not the files. Whether those are "
                "still the same can only be seen where they are: on the study's computer, with the team present, "
                "because they hold what participants said. Bring your own copy of `verify_trail.py` and the keys:"
            ),
            Commands(
                ("python3 -I verify_trail.py trail --key keys/trail.vkey --artefacts STUDY --keys STUDY/restricted",)
            ),
            Say(
                "`STUDY` is the study's folder. Take away the verdict, not the files. A file erased because its "
                "participant asked for it is named as `erased` with the entry that says so; that is no fault."
            ),
        ),
    )


def _limits(kit: Kit) -> Part:
    return Part(
        "limits",
        "What none of this can show",
        (
            Steps(kit.limits),
            Say(
                "So ask, besides: does an entry's day fit other papers (a letter, a calendar)? Were entries made at "
                "the time, or all in one evening? Does the evidence bear the claim?"
            ),
        ),
    )
