"""Which codes became which: declared, told by the tool's own ids, or proposed from segments that moved."""

from analysis import compare_codebooks, read_codebook
from analysis.codebook import Codebook, CodeEntry
from analysis.codebook_change import Succession

HEAD = b"code,definition,parent,origin,version,was\n"
OLD = read_codebook(HEAD + b"a,one,,inductive,1,\nb,two,,inductive,1,\nc,three,,inductive,1,\nd,four,,inductive,1,\n")


def test_merged_split_and_renamed_codes_are_declared_by_was() -> None:
    new = read_codebook(
        HEAD
        + b"a,one,,inductive,1,\nb,two,,inductive,1,\nc,three,,inductive,1,\nd,four,,inductive,1,\n"
        + b"ab,both,,inductive,2,a; b\nc1,left,,inductive,2,c\nc2,right,,inductive,2,c\nd_new,four,,inductive,2,d\n"
    )
    assert new.names == {"ab", "c1", "c2", "d_new"}
    assert new.recoded == {"a": "ab", "b": "ab", "d": "d_new"}
    change = compare_codebooks(OLD, new)
    assert [(one.kind, one.before, one.after, one.inferred) for one in change.successions] == [
        ("merged", ("a", "b"), ("ab",), False),
        ("split", ("c",), ("c1", "c2"), False),
        ("renamed", ("d",), ("d_new",), False),
    ]
    assert (change.added, change.removed, change.redefined) == ((), (), ())


def test_a_code_merged_into_one_that_stays_counts_there() -> None:
    new = read_codebook(
        HEAD + b"a,one,,inductive,1,\nb,two,,inductive,2,a;b\nc,three,,inductive,1,\nd,four,,inductive,1,\n"
    )
    assert new.recoded == {"a": "b"}
    (one,) = compare_codebooks(OLD, new).successions
    assert (one.kind, one.before, one.after) == ("merged", ("a", "b"), ("b",))


def test_a_chain_of_renamings_ends_at_the_last() -> None:
    new = read_codebook(HEAD + b"a,one,,inductive,1,\nx,one,,inductive,2,a\ny,one,,inductive,3,x\n")
    assert new.recoded == {"a": "y", "x": "y"}
    assert new.at("2").recoded == {"a": "x"}
    assert new.at("1").names == {"a"}


def test_redefined_and_moved_codes_are_told_apart() -> None:
    new = read_codebook(
        HEAD + b"a,other,,inductive,2,\nb,two,a,inductive,2,\nc,three,,deductive,2,\nd,four,,inductive,1,\n"
    )
    change = compare_codebooks(OLD, new)
    assert (change.redefined, change.reparented, change.successions) == (("a", "c"), ("b",), ())


def test_a_tool_s_own_id_tells_a_renaming() -> None:
    def book(name: str) -> Codebook:
        entry = CodeEntry(name, "one", "", "inductive", "", guid="0d62985d-b147-5d01-a9b5-cae5dcd98342")
        return Codebook("", (entry,))

    change = compare_codebooks(book("first"), book("second"))
    assert change.successions == (Succession(("first",), ("second",)),)


def test_moves_nobody_declared_are_proposed_and_marked() -> None:
    new = read_codebook(HEAD + b"ab,both,,inductive,2,\nc,three,,inductive,1,\nd,four,,inductive,1,\n")
    places = [("I1", "R", n, n) for n in range(8)]
    before = {"a": places[:4], "b": places[4:7], "c": places[7:]}
    now = {"ab": places[:7], "c": places[7:]}
    change = compare_codebooks(OLD, new, placed_before=before, placed_now=now)
    assert change.successions == (Succession(("a", "b"), ("ab",), inferred=True, segments=7),)
    assert change.removed == ("a", "b")
    assert compare_codebooks(OLD, new, placed_before=before, placed_now={"ab": places[:2]}).successions == ()
