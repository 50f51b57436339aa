"""A reply read back from the packet's Word document, whatever people and programs did to it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pages.packet_docx import packet_docx
from study import StudyError
from tests.pages.packet_samples import made_packet
from tests.trustworthiness import filled_docx as word
from trustworthiness.packet import packet_sha256
from trustworthiness.reply import read_reply
from trustworthiness.reply_docx import read_envelope_docx, read_reply_docx

PACKET = made_packet()
DOCUMENT = packet_docx(PACKET, version=3)
FIRST_QUOTE, SECOND_QUOTE = (quote.quote_id for quote in PACKET.quotes)
VERDICTS = ("fits", "partly", "does_not", "not_answered")
XML_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=30)
COMMENTS = st.lists(XML_TEXT, max_size=3).map("\n".join).map(str.strip).filter(lambda s: s != "Click here to write")


def read(data: bytes) -> dict:
    return read_reply_docx(data, "replies/reply.docx")


def after(*steps) -> dict:
    """The reply after these steps, each (function, arguments)."""

    def change(root: etree._Element) -> None:
        for function, *arguments in steps:
            function(root, *arguments)

    return read(word.changed(DOCUMENT, change))


def verdicts(reply: dict) -> dict[str, str]:
    return {answer["theme_id"]: answer["verdict"] for answer in reply["answers"]}


def test_an_untouched_document_answers_nothing_and_names_its_packet():
    assert read(DOCUMENT) == {
        "packet_id": "MC-I0007",
        "packet_sha256": packet_sha256(PACKET),
        "participant_code": "P001",
        "version": 3,
        "answers": [{"theme_id": id, "verdict": "not_answered", "comment": ""} for id in ("T1", "T2", "T3")],
        "missing": "",
        "withdraw_quote_ids": [],
        "received_via": "docx",
        "remarks": [],
        "doubts": [],
    }
    envelope = read_envelope_docx(DOCUMENT, "renamed by somebody (2).docx")
    assert envelope == {k: read(DOCUMENT)[k] for k in ("packet_id", "packet_sha256", "participant_code", "version")}


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    given=st.tuples(*[st.tuples(st.sampled_from([None, *VERDICTS]), COMMENTS)] * 3),
    missing=COMMENTS,
    withdrawn=st.sets(st.sampled_from([FIRST_QUOTE, SECOND_QUOTE])),
)
def test_what_is_filled_in_is_what_the_page_would_have_saved(given, missing, withdrawn):
    saved = {
        **{k: v for k, v in read(DOCUMENT).items() if k not in ("remarks", "doubts")},
        "answers": [
            {"theme_id": id, "verdict": verdict or "not_answered", "comment": comment}
            for id, (verdict, comment) in zip(("T1", "T2", "T3"), given, strict=True)
        ],
        "missing": missing,
        "withdraw_quote_ids": [q.quote_id for q in PACKET.quotes if q.quote_id in withdrawn],
    }
    steps = [(word.tick, f"answer:{id}:{v}") for id, (v, _) in zip(("T1", "T2", "T3"), given, strict=True) if v]
    steps += [(word.write, f"comment:{id}", c) for id, (_, c) in zip(("T1", "T2", "T3"), given, strict=True) if c]
    steps += [(word.write, "missing", missing)] if missing else []
    steps += [(word.tick, f"withdraw:{id}") for id in withdrawn]
    reply = after(*steps)
    assert {k: v for k, v in reply.items() if k not in ("remarks", "doubts")} == saved
    assert reply["remarks"] == reply["doubts"] == []
    assert read_reply(json.dumps(reply).encode(), "r.json") == read_reply(json.dumps(saved).encode(), "r.json")


def test_two_boxes_on_one_theme_are_no_answer_and_a_doubt():
    reply = after((word.tick, "answer:T1:fits"), (word.tick, "answer:T1:partly"), (word.tick, "answer:T2:does_not"))
    assert verdicts(reply) == {"T1": "not_answered", "T2": "does_not", "T3": "not_answered"}
    assert reply["doubts"] == ["more than one box is ticked on theme T1; it counts as not answered"]


def test_a_field_deleted_is_a_doubt_and_the_rest_still_counts():
    def delete(root, tag):
        sdt = word.control(root, tag)
        sdt.getparent().remove(sdt)

    reply = after((delete, "answer:T1:fits"), (delete, f"withdraw:{FIRST_QUOTE}"), (word.tick, "answer:T1:partly"))
    assert verdicts(reply)["T1"] == "partly"
    assert reply["withdraw_quote_ids"] == []
    assert reply["doubts"] == [
        "the field answer:T1:fits is gone from the document",
        f"the field withdraw:{FIRST_QUOTE} is gone from the document",
    ]


def test_words_beside_the_fields_are_kept_as_remarks():
    def add(root):
        line = next(p for p in root.iter(f"{word.W}p") if "This fits in part" in "".join(p.itertext()))
        etree.SubElement(etree.SubElement(line, f"{word.W}r"), f"{word.W}t").text = " but only in spring"

    reply = after((word.paragraph, "You got my year wrong."), (add,))
    assert reply["remarks"] == ["You got my year wrong.", "This fits in part but only in spring"]
    assert verdicts(reply)["T1"] == "not_answered"


def test_lines_without_end_beside_the_fields_are_counted_and_not_all_kept():
    reply = after(*((word.paragraph, f"line {n}") for n in range(205)))
    assert (len(reply["remarks"]), reply["remarks"][:2]) == (200, ["line 0", "line 1"])
    assert reply["doubts"] == ["more than 200 lines stand beside the fields"]


def test_what_was_deleted_with_changes_tracked_is_gone_and_what_was_inserted_is_there():
    def track(root):
        word.write(root, "comment:T1", "kept")
        content = word.control(root, "comment:T1").find(f"{word.W}sdtContent")
        deleted = etree.SubElement(etree.SubElement(content, f"{word.W}del"), f"{word.W}r")
        etree.SubElement(deleted, f"{word.W}delText").text = "taken back"
        inserted = etree.SubElement(etree.SubElement(content, f"{word.W}ins"), f"{word.W}r")
        etree.SubElement(inserted, f"{word.W}t").text = " and added"

    assert after((track,))["answers"][0]["comment"] == "kept and added"


def test_words_typed_over_a_hint_whose_flag_stayed_are_kept_for_a_person_to_see():
    def type_over(root):
        next(word.control(root, "comment:T2").iter(f"{word.W}t")).text = "typed in another program"

    reply = after((type_over,))
    assert reply["answers"][1]["comment"] == ""
    assert reply["remarks"] == ["typed in another program"]


def test_the_hint_left_behind_without_its_flag_is_no_comment():
    def lose_flags(root):
        for flag in list(root.iter(f"{word.W}showingPlcHdr")):
            flag.getparent().remove(flag)

    assert [a["comment"] for a in after((lose_flags,))["answers"]] == ["", "", ""]


def test_a_program_that_keeps_fields_but_not_the_state_of_boxes_is_read_by_their_marks():
    def plain_boxes(root):
        word.tick(root, "answer:T3:fits")
        for box in list(root.iter(f"{word.W14}checkbox")):
            box.getparent().remove(box)

    assert verdicts(after((plain_boxes,))) == {"T1": "not_answered", "T2": "not_answered", "T3": "fits"}


def test_a_box_whose_mark_and_state_differ_is_not_ticked_and_a_doubt():
    def half(root):
        next(word.control(root, f"withdraw:{FIRST_QUOTE}").iter(f"{word.W}t")).text = "\u2612"

    reply = after((half,))
    assert reply["withdraw_quote_ids"] == []
    assert reply["doubts"] == [
        f"the box withdraw:{FIRST_QUOTE} is ticked in one place and not in another; it counts as not ticked"
    ]


def test_a_field_copied_with_its_words_is_read_once():
    def copy(root):
        word.write(root, "comment:T1", "the same")
        sdt = word.control(root, "comment:T1")
        sdt.addnext(etree.fromstring(etree.tostring(sdt)))

    assert after((copy,))["answers"][0]["comment"] == "the same"


def test_without_the_custom_xml_the_locked_lines_say_which_packet_it_is():
    reply = read(word.without(word.changed(DOCUMENT, lambda root: word.tick(root, "answer:T1:fits")), "customXml/"))
    assert (reply["packet_id"], reply["version"], verdicts(reply)["T1"]) == ("MC-I0007", 3, "fits")
    assert [answer["comment"] for answer in reply["answers"]] == ["", "", ""]
    assert reply["remarks"] == []


def test_without_the_locked_lines_the_custom_xml_says_it():
    def drop(root):
        for tag in ("packet_id", "packet_sha256", "participant_code", "version"):
            sdt = word.control(root, tag)
            sdt.getparent().remove(sdt)

    assert after((drop,))["packet_sha256"] == packet_sha256(PACKET)


def saying(tag: str, words: str) -> bytes:
    """The document with other words in one of its locked lines."""
    return word.changed(DOCUMENT, lambda root: word.write(root, tag, words))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a Word document"),
        (b"PK\x03\x04 cut off", "not a Word document"),
        (DOCUMENT[: len(DOCUMENT) // 2], "not a Word document"),
        (word.without(DOCUMENT, "word/document.xml"), "not a Word document"),
        (word.changed(DOCUMENT, word.unwrap), "lost its fields"),
        (word.without(word.changed(DOCUMENT, word.unwrap), "customXml/"), "no longer says which packet"),
        (saying("packet_id", "X"), "names two packets"),
        (word.without(saying("version", "x"), "customXml/"), "no longer says which packet"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(data, what):
    with pytest.raises(StudyError, match=f"replies/reply.docx: .*{what}.* by hand"):
        read(data)


def bomb(size: int, text: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", text or b" " * size)
    return packed.getvalue()


@pytest.mark.slow
def test_a_document_that_unpacks_without_end_is_refused():
    with pytest.raises(StudyError, match="too large"):
        read(bomb(5_000_001))
    lying = bytearray(bomb(1_000_000))
    start = lying.rindex(b"PK\x01\x02")
    lying[start + 24 : start + 28] = (10).to_bytes(4, "little")  # the directory says 10 bytes
    with pytest.raises(StudyError, match="not a Word document"):
        read(bytes(lying))


@pytest.mark.parametrize(
    ("opened", "closed", "times", "what"),
    [
        ("<w:p>", "</w:p>", 80, "nested deeper"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 5, "more fields"),
        ("<w:sdt/>", "", 5001, "more fields"),
    ],
)
def test_a_document_made_to_keep_its_reader_busy_is_refused(opened, closed, times, what):
    namespace = word.W[1:-1]
    body = f'<w:document xmlns:w="{namespace}">{opened * times}{closed * times}</w:document>'
    with pytest.raises(StudyError, match=what):
        read(bomb(0, body.encode()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding):
    evil = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><d>&e;</d>'
    with pytest.raises(StudyError, match="not a Word document"):
        read(bomb(0, evil.encode(encoding)))
    names = word.changed(DOCUMENT, lambda root: None)
    assert read(names)["packet_id"] == "MC-I0007"
