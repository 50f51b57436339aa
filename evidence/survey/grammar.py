"""Conditions and calculations of a data dictionary read by one grammar (grammar.lark); nothing is evaluated as code.

Ours names variables bare (`q1 == 1 and q2 in (2, 3)`). A text that names one in brackets is in REDCap's branching and
calculation syntax (`[q1] = '1' and [race(2)] = '0'`), a documented subset: docs/surveys.md lists it, with what differs.
Source: REDCap's help, questions on calculated fields and on branching logic.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from evidence.survey.grammar_nodes import (
    CONDITIONS,
    Arithmetic,
    Asked,
    Blank,
    Called,
    Chosen,
    Compared,
    Condition,
    DayDifference,
    Expression,
    Joined,
    Negated,
    Negative,
    Node,
    Number,
    Reference,
    Related,
    Text,
    Value,
)
from evidence.survey.grammar_words import (
    DAY_FORMATS,
    FUNCTIONS,
    ONE_DAY_TODAY,
    RESERVED,
    TESTS,
    UNITS,
    ConditionError,
    checkbox_variable,
    expected_words,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

DEEPEST = 100
"""Brackets, functions and negations inside each other."""
LONGEST = 20_000
"""Characters."""
KEPT = 4096
"""Texts whose nodes are kept, because the same condition stands beside many questions."""
_FIELD = re.compile(r"(?P<name>[^\W\d][\w.$]*)\s*(?:\((?P<code>[^()]*)\))?")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_COMMENT = re.compile(r"(?:#|//)[^\n]*")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)")


@lru_cache(maxsize=KEPT)
def parse_condition(text: str) -> Condition:
    """The condition written in `text`; raises ConditionError, which says what was expected and where."""
    reader = _Reader(text)
    node = reader.read()
    return reader.condition(node, 0)


@lru_cache(maxsize=KEPT)
def parse_calculation(text: str) -> Expression:
    """The calculation written in `text`; raises ConditionError."""
    reader = _Reader(text)
    node = reader.read()
    return reader.expression(node, 0)


@cache
def _parser() -> Lark:
    from lark import Lark  # takes a fifth of a second, which `fieldtrail --help` need not wait for

    text = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _tree(text: str) -> Tree[Token] | Token:
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    try:
        return _parser().parse(text)
    except UnexpectedToken as error:
        at = len(text.rstrip()) if error.token.type == "$END" else int(error.token.start_pos or 0)
        _refuse(expected_words(error.accepts or error.expected, str(error.token)), at)
    except UnexpectedCharacters as error:
        at = int(error.pos_in_stream or 0)
        if text[at] == "{":
            _refuse("{…} embeds a field in text, which is not read here; name a variable as in [q1]", at)
        if text[at] in "‘’“”´`":
            _refuse("write straight quotation marks, as in '1'", at)
        if text[at] in "'\"":
            _refuse("the quotation mark is not closed", at)
        if text[at] == "[":
            _refuse("the square bracket is not closed", at)
        closed = text[:at].count("(") == text[:at].count(")")
        _refuse(expected_words(set(error.allowed or ()) - ({"COMMA", "RPAR"} if closed else set()), text[at]), at)
    except UnexpectedInput as error:  # pragma: no cover - the two above are all that an LALR parser raises
        _refuse("this cannot be read", int(error.pos_in_stream or 0))


def _refuse(what: str, at: int) -> NoReturn:
    raise ConditionError(f"{what} (at character {at + 1})")


class _Reader:
    """One text: its tree made into nodes, in the way of writing it is in."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ConditionError(f"longer than {LONGEST} characters; write it more simply")
        self._written = text
        self.is_redcap = "[" in _COMMENT.sub("", _QUOTED.sub("", text))

    def read(self) -> Node:
        return self._node(_tree(self._written), 0)

    def condition(self, node: Node, at: int) -> Condition:
        if isinstance(node, CONDITIONS):
            return node
        example = "[q1] = '1'" if self.is_redcap else "q1 == 1"
        _refuse(f"expected a condition, which is true or false, as in {example}", at)

    def expression(self, node: Node, at: int) -> Expression:
        if isinstance(node, CONDITIONS):
            _refuse("expected a number or a text, not a condition; if(condition, 1, 0) makes a number of one", at)
        return node

    def _node(self, tree: Tree[Token] | Token, depth: int) -> Node:
        if depth > DEEPEST:
            raise ConditionError(f"more than {DEEPEST} brackets and functions inside each other; write it more simply")
        node: Node = getattr(self, f"_{tree.data}")(tree, depth + 1)  # type: ignore[union-attr]
        return node

    def _condition_of(self, tree: Tree[Token], depth: int) -> Condition:
        return self.condition(self._node(tree, depth), _at(tree))

    def _expression_of(self, tree: Tree[Token], depth: int) -> Expression:
        return self.expression(self._node(tree, depth), _at(tree))

    def _bracketed(self, tree: Tree[Token], depth: int) -> Node:
        return self._node(_child(tree), depth)

    def _either(self, tree: Tree[Token], depth: int) -> Node:
        return Joined("or", tuple(self._condition_of(c, depth) for c in _children(tree)))

    def _both(self, tree: Tree[Token], depth: int) -> Node:
        return Joined("and", tuple(self._condition_of(c, depth) for c in _children(tree)))

    def _negated(self, tree: Tree[Token], depth: int) -> Node:
        return Negated(self._condition_of(_child(tree), depth))

    def _blank(self, tree: Tree[Token], depth: int) -> Node:
        return Blank(self._expression_of(_child(tree), depth))

    def _not_blank(self, tree: Tree[Token], depth: int) -> Node:
        return Negated(self._blank(tree, depth))  # type: ignore[arg-type]

    def _compared(self, tree: Tree[Token], depth: int) -> Node:
        left, right = (self._expression_of(c, depth) for c in (tree.children[0], tree.children[2]))  # type: ignore[arg-type]
        sign = tree.children[1]
        word, at = str(sign), int(sign.start_pos or 0)  # type: ignore[union-attr]
        if self.is_redcap:
            word = {"==": "=", "!=": "<>"}.get(word, word)
        elif word in ("=", "<>"):
            _refuse(f"write {'==' if word == '=' else '!='} instead of {word}, or variables in brackets as in [q1]", at)
        elif isinstance(right, Reference):
            _refuse("put a text in quotation marks; two variables are equal where q1 - q2 == 0", _at(tree.children[2]))
        blank = Text("")
        if blank in (left, right):
            if word not in ("=", "<>"):
                _refuse("nothing compares with an empty text; write q1 is blank, or q1 is not blank", at)
            found = Blank(left if right == blank else right)
            return found if word == "=" else Negated(found)
        if isinstance(left, Reference) and not left.event and isinstance(right, Number | Text):
            return Compared(left.variable, word, (right.value,))
        return Related(left, word, right)

    def _one_of(self, tree: Tree[Token], depth: int) -> Node:
        first, *rest = _children(tree)
        left = self._expression_of(first, depth)
        if not isinstance(left, Reference) or left.event:
            _refuse("only a variable stands before `in`", _at(first))
        values: list[Value] = []
        for child in rest:
            value = self._node(child, depth)
            if not isinstance(value, Number | Text) or value == Text(""):
                _refuse("expected a number or a text in quotation marks", _at(child))
            values.append(value.value)
        if len({type(v) for v in values}) > 1:
            _refuse("the values after `in` must be all numbers or all texts", _at(rest[0]))
        return Compared(left.variable, "in", tuple(values))

    def _sum(self, tree: Tree[Token], depth: int) -> Node:
        return self._arithmetic(tree, depth)

    def _product(self, tree: Tree[Token], depth: int) -> Node:
        return self._arithmetic(tree, depth)

    def _arithmetic(self, tree: Tree[Token], depth: int) -> Node:
        parts = [self._expression_of(c, depth) for c in tree.children[::2]]  # type: ignore[arg-type]
        signs = [str(c) for c in tree.children[1::2]]
        return Arithmetic(parts[0], tuple(zip(signs, parts[1:], strict=True)))

    def _power(self, tree: Tree[Token], depth: int) -> Node:
        base, exponent = (self._expression_of(c, depth) for c in _children(tree))
        return Arithmetic(base, (("^", exponent),))

    def _negative(self, tree: Tree[Token], depth: int) -> Node:
        part = self._expression_of(_child(tree), depth)
        return Number(-part.value) if isinstance(part, Number) else Negative(part)

    def _number(self, tree: Tree[Token], depth: int) -> Node:
        value = float(str(tree.children[0]))
        if value - value != 0:
            _refuse("this number is too large", _at(tree))
        return Number(value)

    def _text_of(self, tree: Tree[Token]) -> str:
        quoted = str(tree.children[0])
        return quoted[1:-1].replace(quoted[0] * 2, quoted[0])

    def _text(self, tree: Tree[Token], depth: int) -> Node:
        """In REDCap's syntax a number in quotation marks is a number, and "NaN" is a blank."""
        text = self._text_of(tree)
        if self.is_redcap and _NUMBER.fullmatch(text):
            return Number(float(text))
        return Text("") if self.is_redcap and text == "NaN" else Text(text)

    def _name(self, tree: Tree[Token], depth: int) -> Node:
        name = str(tree.children[0])
        if name.lower() in RESERVED:
            _refuse(f"expected a variable instead of {name}", _at(tree))
        if self.is_redcap:
            _refuse("name every variable in square brackets, or none", _at(tree))
        return Reference(name)

    def _field(self, tree: Tree[Token], depth: int) -> Node:
        names = [str(child)[1:-1].strip() for child in tree.children]
        for name in names:
            shown = f"[{name[:40]}]"
            if ":" in name:
                _refuse(f"{shown} asks for a label or another piped text, which is no answer; compare codes", _at(tree))
            if "-" in name.partition("(")[0]:
                _refuse(f"{shown} is a smart variable, which is not in the file; name a variable", _at(tree))
        if len(names) > 2 or (len(names) == 2 and (names[1].isdigit() or "(" in names[0])):
            _refuse("instances of repeating forms are not read here; write [event][variable] or [variable]", _at(tree))
        found = _FIELD.fullmatch(names[-1])
        if found is None or (len(names) == 2 and not re.fullmatch(r"\w+", names[0])):
            _refuse("expected a variable's name in the square brackets", _at(tree))
        event = names[0] if len(names) == 2 else ""
        code = found["code"]
        return Reference(found["name"] if code is None else checkbox_variable(found["name"], code), event)

    def _called(self, tree: Tree[Token], depth: int) -> Node:
        token, *arguments = tree.children
        name = str(token)
        if name == "datediff":
            return self._datediff(tree, arguments, depth)  # type: ignore[arg-type]
        known = {"if": (3, 3), **{n: (f.fewest, f.most) for n, f in FUNCTIONS.items()}, **TESTS}
        if name not in known:
            _refuse(
                f"{name[:40]} is no function that is read here; known are {', '.join([*known, 'datediff'])}", _at(tree)
            )
        fewest, most = known[name]
        if not fewest <= len(arguments) <= (most or len(arguments)):
            _refuse(f"{name} takes {_counted(fewest, most)}", _at(tree))
        if name == "if":
            asked, then, otherwise = arguments
            condition = self._condition_of(asked, depth)  # type: ignore[arg-type]
            return Chosen(condition, self._expression_of(then, depth), self._expression_of(otherwise, depth))  # type: ignore[arg-type]
        if name == "isblankormissingcode":
            return Blank(self._expression_of(arguments[0], depth))  # type: ignore[arg-type]
        parts = tuple(self._argument(c, depth, as_text=name in TESTS) for c in arguments)  # type: ignore[arg-type]
        return Asked(name, parts) if name in TESTS else Called(name, parts)

    def _argument(self, tree: Tree[Token], depth: int, *, as_text: bool) -> Expression:
        return Text(self._text_of(tree)) if as_text and tree.data == "text" else self._expression_of(tree, depth)

    def _datediff(self, tree: Tree[Token], arguments: list[Tree[Token]], depth: int) -> Node:
        """`datediff(day, day, "unit", ["ymd" | "mdy" | "dmy"], [true | false])`; a day is a variable or a text."""
        if not 3 <= len(arguments) <= 5:
            _refuse("datediff takes two days, a unit such as 'd', and true for a signed result", _at(tree))
        words = [self._text_of(c) if c.data == "text" else str(c.children[0]) for c in arguments[2:]]
        unit, *rest = words
        if arguments[2].data != "text" or unit not in UNITS:
            _refuse(f"expected the unit of datediff: one of {', '.join(UNITS)} in quotation marks", _at(arguments[2]))
        order = rest.pop(0) if rest and rest[0] in DAY_FORMATS else "ymd"
        signed = rest.pop(0).lower() if rest else "false"
        if rest or signed not in ("true", "false"):
            _refuse("expected true or false for a signed result", _at(arguments[-1]))
        days = tuple(self._day(c, order, depth) for c in arguments[:2])
        return DayDifference(days[0], days[1], unit, signed == "true")

    def _day(self, tree: Tree[Token], order: str, depth: int) -> Expression:
        if tree.data != "text":
            return self._expression_of(tree, depth)
        text = self._text_of(tree)
        if text in ONE_DAY_TODAY:
            _refuse(f"{text} is another day tomorrow; name a variable that holds the day", _at(tree))
        try:
            day = datetime.strptime(text.replace("/", "-"), DAY_FORMATS[order])
        except ValueError:
            _refuse(f"expected a day written as {order} with hyphens, or a variable", _at(tree))
        return Text(day.date().isoformat())


def _counted(fewest: int, most: int) -> str:
    many = f"{fewest} or more" if not most else f"{fewest} to {most}" if most > fewest else str(fewest)
    return f"{many} {'argument' if many == '1' else 'arguments'}"


def _children(tree: Tree[Token]) -> list[Tree[Token]]:
    return tree.children  # type: ignore[return-value]


def _child(tree: Tree[Token]) -> Tree[Token]:
    return _children(tree)[0]


def _at(tree: Tree[Token] | Token) -> int:
    return int(getattr(getattr(tree, "meta", tree), "start_pos", 0) or 0)
