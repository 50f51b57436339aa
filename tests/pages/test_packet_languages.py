"""Messages by language: complete, used, and a new language needs one file."""

from __future__ import annotations

import io
import re
import shutil
import string
from pathlib import Path

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn

from pages import wording as messages
from pages.packet import packet_forms, packet_frame, packet_language
from pages.wording import languages, wording
from study import StudyError, load_protocol
from tests.pages.packet_samples import made_packet
from trustworthiness.readability import reading_grade

PAGES = Path(messages.__file__).parent


def shape(value: object) -> object:
    """Keys, lengths of lists, and what is to be filled in."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return sorted(name for _, name, _, _ in string.Formatter().parse(str(value)) if name)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_messages_and_places_to_fill_in(language):
    assert shape(wording(language, "packet")) == shape(wording("en", "packet"))


def test_no_message_is_left_over():
    sources = [*PAGES.glob("packet*.py"), *PAGES.glob("templates/packet.*")]
    code = "".join(re.sub(r'"missing"', "", file.read_text("utf-8")) for file in sources)
    unused = [key for key in wording("en", "packet") if not re.search(rf'words\.{key}\b|"{key}"', code)]
    assert unused == []


@pytest.mark.parametrize("language", languages())
def test_our_own_words_are_plain(language):
    words = [
        text
        for value in wording(language, "packet").values()
        for text in ([value] if isinstance(value, str) else value)
    ]
    sentences = [re.sub(r"\{\w+\}", "", text) for text in words if len(text.split()) > 4]
    assert reading_grade("\n".join(sentences), language) < 6
    assert max(reading_grade(text, language) for text in sentences) < 8


def test_an_unknown_language_is_one_sentence():
    with pytest.raises(StudyError, match=r"no messages in the language 'tlh'. Choose one of en, es"):
        wording("tlh", "packet")


@pytest.fixture
def hebrew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A third language: a folder of messages with one file more, here English words under a Hebrew title."""
    folder = shutil.copytree(messages.FOLDER, tmp_path / "messages")
    english = (folder / "en.toml").read_text("utf-8")
    (folder / "he.toml").write_text(english.replace('title = "Did we understand you?"', 'title = "שלום"'), "utf-8")
    monkeypatch.setattr(messages, "FOLDER", folder)
    messages.wording.cache_clear()
    yield
    messages.wording.cache_clear()


@pytest.mark.real
@pytest.mark.usefixtures("hebrew")
def test_a_language_is_added_by_one_file_and_read_from_right_to_left_in_every_form():
    assert languages() == ["en", "es", "he"]
    forms = packet_forms(made_packet("he"), version=1, forms=["html", "docx", "pdf"])
    assert b'<html lang="he" dir="rtl">' in forms["html"]
    document = docx.Document(io.BytesIO(forms["docx"]))
    assert document.core_properties.title == "שלום"
    assert all(p._p.pPr.find(qn("w:bidi")) is not None for p in document.paragraphs)
    assert all(r.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is not None for r in document.element.body.iter(qn("w:r")))
    with pikepdf.open(io.BytesIO(forms["pdf"])) as pdf:
        assert (str(pdf.Root.Lang), str(pdf.Root.ViewerPreferences.Direction)) == ("he", "/R2L")


def test_a_packet_is_in_the_participants_language_and_shows_what_is_not_translated(example):
    protocol = load_protocol(example("fsp") / "study.yaml")
    assert [packet_language(own, protocol) for own in ("es", "es-MX", "tlh", "")] == ["es", "es", "en", "en"]
    theme = protocol.member_checking.themes[0].model_copy(
        update={"plain_in": {"es": "Cada quien se recupera a su modo."}}
    )
    plan = protocol.member_checking.model_copy(update={"themes": [theme, *protocol.member_checking.themes[1:]]})
    frame = packet_frame(protocol.model_copy(update={"member_checking": plan}), "es", ["T1", "T2"])
    assert [plain for plain, _ in frame["themes"].values()] == [
        "Cada quien se recupera a su modo.",
        plan.themes[1].plain,
    ]
    assert frame["theme_languages"] == {"T2": "en"}
    assert "coordinator" in frame["contact"]
