"""Tokens → tree: a Pratt parser that asks the scope which neighbouring tokens form a name.

It knows the language's grammar and the words in scope, and nothing of types. Cells (unary tests) build on it in
:mod:`crmrules.feel.cells`; what cannot be read raises :class:`~crmrules.feel.lexer.SyntaxFault`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from crmrules.feel import access, brackets, forms, tree
from crmrules.feel.grammar import COMPARE, CONSTANTS, CONTINUES, GOES_ON, HINTS, INFIX, MAX_DEPTH, MAX_HEIGHT
from crmrules.feel.grouping import join_groups
from crmrules.feel.lexer import (
    END,
    MULTIPLIERS,
    NUMBER,
    SIGN,
    STRING,
    TEMPORAL,
    WORD,
    SyntaxFault,
    Token,
    scan,
)
from crmrules.feel.typenames import TypeNameFault, read_type
from crmrules.feel.types import Type
from crmrules.feel.words import LOCAL, VALUE, Known, Lexicon, Match, Meaning, find, joined, known


def parse_expression(text: str, lexicon: Lexicon) -> tree.Node:
    """The tree of an expression."""
    parser = Parser(text, scan(text, relaxed=lexicon.relaxed, specials=lexicon.specials), lexicon)
    return parser.whole(parser.expression)


class Parser:
    """One text being read. ``height`` is that of the node returned last, so that trees stay shallow enough to walk."""

    def __init__(self, text: str, tokens: list[Token], lexicon: Lexicon) -> None:
        self.text, self.lexicon, self.relaxed = text, lexicon, lexicon.relaxed
        self.at = self.depth = self.height = self.brackets = 0
        self.cells = False
        self.tokens = join_groups(tokens) if lexicon.relaxed else tokens
        self.locals: list[dict[str, list[Known]]] = []
        self.globals = (lexicon.values, lexicon.names)
        self.keys: dict[str, list[Known]] = {}

    # --- the ways in ------------------------------------------------------------------------------------------

    def whole(self, read: Callable[[], tree.Node]) -> tree.Node:
        if self.tokens[0].kind == END:
            raise SyntaxFault("F100", 0, len(self.text))
        node = read()
        if self.tokens[self.at].kind != END:
            raise self.unexpected()
        return node

    def tail(self) -> tree.Tail:
        token = self.tokens[self.at]
        self.at += 1
        self.refuse_double(token)
        operand = self.operand(5)
        return tree.Tail(token.start, operand.end, token.text, operand)

    def refuse_double(self, token: Token) -> None:
        """``==``, ``=>``, ``<>`` and the like: say what to write instead."""
        follow = self.tokens[self.at]
        if follow.kind == SIGN and not follow.space and (hint := HINTS.get(token.text + follow.text)):
            raise SyntaxFault("F115", token.start, follow.end, found=token.text + follow.text, write=hint)

    # --- expressions ------------------------------------------------------------------------------------------

    def expression(self, above: int = 0) -> tree.Node:
        """An expression inside another construct; its operators are of level ``above`` or tighter."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.too_deep()
        left = self.infix(self.prefix(), above)
        self.depth -= 1
        return left

    def operand(self, above: int) -> tree.Node:
        """What stands on one side of an operator."""
        return self.infix(self.prefix(), above)

    def infix(self, left: tree.Node, above: int) -> tree.Node:
        height = self.height
        chained = False
        while True:
            token = self.tokens[self.at]
            level = INFIX.get(token.text, 0) if token.kind in (SIGN, WORD) else 0
            if level == 0 or level < above or self.ends_line(token):
                break
            if level == 4 and chained:
                raise SyntaxFault("F116", token.start, token.end, found=token.text)
            self.at += 1
            if level == 4:
                chained = True
                left = self.comparison(left, token)
            elif level in (2, 3):
                left = self.logic(left, token.text, level)
            elif level == 9:
                self.take("of")
                left = tree.InstanceOf(left.start, self.tokens[self.at].end, left, self.type_name())
                self.height = 0
            else:
                right = self.operand(level + 1)
                left = tree.Arithmetic(left.start, right.end, token.text, left, right)
            height = self.grown(height)
        self.height = height
        return left

    def ends_line(self, token: Token) -> bool:
        """In a cell, a new line starts a new test unless a word plainly goes on (``and``, ``else`` …)."""
        return self.cells and self.relaxed and token.line and self.brackets == 0 and token.text not in CONTINUES

    def grown(self, height: int) -> int:
        height = max(height, self.height) + 1
        if height > MAX_HEIGHT:
            raise self.too_deep()
        self.height = height
        return height

    def logic(self, left: tree.Node, word: str, level: int) -> tree.Node:
        items = [left, self.operand(level + 1)]
        height = self.height
        while self.tokens[self.at].text == word and self.tokens[self.at].kind == WORD:
            self.at += 1
            items.append(self.operand(level + 1))
            height = max(height, self.height)
        self.height = height
        make = tree.Conjunction if word == "and" else tree.Disjunction
        return make(left.start, items[-1].end, tuple(items))

    def comparison(self, left: tree.Node, token: Token) -> tree.Node:
        if token.text == "between":
            low = self.operand(5)
            height = self.height
            self.take("and")
            high = self.operand(5)
            self.height = max(height, self.height)
            return tree.Between(left.start, high.end, left, low, high)
        if token.text == "in":
            tests = self.in_tests()
            return tree.In(left.start, self.tokens[self.at - 1].end, left, tests)
        self.refuse_double(token)
        right = self.operand(5)
        return tree.Comparison(left.start, right.end, token.text, left, right)

    def in_tests(self) -> tuple[tree.Node, ...]:
        token = self.tokens[self.at]
        if token.kind == SIGN and token.text in COMPARE:
            return (self.tail(),)
        if token.text != "(" or token.kind != SIGN:
            return (self.operand(5),)
        self.open()
        items: list[tree.Node] = []
        height = 0
        while True:
            follow = self.tokens[self.at]
            tail = follow.kind == SIGN and follow.text in COMPARE
            items.append(self.tail() if tail else self.expression())
            height = max(height, self.height)
            if self.tokens[self.at].text == ".." and len(items) == 1 and not tail:
                return (self.infix(self.postfix(brackets.range_from(self, token, items[0], False)), 5),)
            if self.tokens[self.at].text != ",":
                break
            self.at += 1
        self.close(")")
        self.height = height
        if len(items) == 1 and not isinstance(items[0], tree.Tail):
            return (self.infix(self.postfix(items[0]), 5),)
        return tuple(items)

    # --- what an expression starts with -----------------------------------------------------------------------

    def prefix(self) -> tree.Node:
        token = self.tokens[self.at]
        kind = token.kind
        self.height = 0
        if kind in (NUMBER, TEMPORAL):
            if (match := self.find()) is not None:
                return self.postfix(self.named(match))
            self.at += 1
            self.refuse_unit(token)
            return self.postfix(constant(token))
        if kind == STRING:
            self.at += 1
            return self.postfix(tree.Literal(token.start, token.end, token.value))
        if kind == WORD:
            return self.word(token)
        if kind == SIGN:
            if (match := self.find()) is not None:
                return self.postfix(self.named(match))
            if token.text == "-":
                self.at += 1
                operand = self.expression(8)
                self.grown(0)
                return tree.Negate(token.start, operand.end, operand)
            if (read := _OPENERS.get(token.text)) is not None:
                return self.postfix(read(self, token))
        raise self.missing()

    def refuse_unit(self, token: Token) -> None:
        """``50万元``, ``3kg``: letters that touch a number are no unit we know."""
        follow = self.tokens[self.at]
        if self.relaxed and follow.kind == WORD and not follow.space and token.kind == NUMBER:
            more = {}
            if follow.text.endswith("元"):
                write = f"{token.text}{follow.text[:-1]}"
                more = {"suggestion": f"delete 元: {write}", "suggestion_zh": f"请删去“元”：{write}"}
            raise SyntaxFault("F114", token.start, follow.end, found=follow.text, number=token.text,
                              units=" ".join(MULTIPLIERS), **more)  # fmt: skip

    def word(self, token: Token) -> tree.Node:
        match = self.find()
        if match is None or match.length == 1:
            if token.text in CONSTANTS and (match is None or match.meaning.kind != VALUE):
                self.at += 1
                return self.postfix(tree.Literal(token.start, token.end, CONSTANTS[token.text]))
            read = _KEYWORD_FORMS.get(token.text)
            if read is not None and (match is None or match.meaning.kind != VALUE):
                if token.text != "function" or self.tokens[self.at + 1].text == "(":
                    return read(self, token)
        return self.postfix(self.named(self.longer_unknown(match)))

    def find(self) -> Match | None:
        return find((*reversed(self.locals), *self.globals), self.tokens, self.at)

    def longer_unknown(self, match: Match | None) -> Match:
        """The known word here; but if more words follow without an operator, all of them are one unknown name."""
        run = 0
        for token in self.tokens[self.at :]:
            if token.kind != WORD or (run and (token.text in GOES_ON or self.ends_line(token))):
                break
            run += 1
        if match is not None and match.length >= run:
            return match
        if run == 0:
            raise self.missing()
        text = joined(self.tokens[self.at : self.at + run])
        return Match(run, text, Meaning("unknown", text))

    def named(self, match: Match) -> tree.Node:
        first, last = self.tokens[self.at], self.tokens[self.at + match.length - 1]
        self.at += match.length
        if match.meaning.kind == VALUE:
            return tree.Literal(first.start, last.end, match.meaning.value, word=True)
        return tree.Name(first.start, last.end, match.text, match.meaning.name)

    def postfix(self, node: tree.Node) -> tree.Node:
        """``.name``, ``[…]`` and ``(…)`` as often as they follow."""
        while True:
            token = self.tokens[self.at]
            if token.kind != SIGN or (token.line and self.ends_line(token)):
                return node
            if token.text == ".":
                node = access.property_of(self, node)
                self.grown(self.height)
            elif token.text == "[" and not access.closes_range(self):
                height = self.height
                node = access.filter_of(self, node)
                self.grown(height)
            elif token.text == "(" and not (self.cells and token.line):
                height = self.height
                node = access.call_of(self, node)
                self.grown(height)
            else:
                return node

    # --- brackets ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        self.at += 1
        self.brackets += 1

    def close(self, sign: str) -> int:
        self.brackets -= 1
        return self.take(sign).end

    def declare(self, name: str) -> None:
        """Bring a parameter, an iteration variable or a context key into scope, innermost."""
        if not name.strip():
            return
        entry, _ = known(name, Meaning(LOCAL, name), relaxed=self.relaxed)
        for table in (self.locals[-1], self.keys):
            same = table.setdefault(entry.parts[0][0], [])
            same.insert(next((i for i, k in enumerate(same) if len(k.parts) <= len(entry.parts)), len(same)), entry)

    # --- types and faults ---------------------------------------------------------------------------------------

    def type_name(self) -> Type:
        try:
            read, self.at = read_type(self.tokens, self.at, self.lexicon.types)
        except TypeNameFault as fault:
            token = self.tokens[fault.at]
            if token.kind == END:
                raise self.unexpected() from None
            raise SyntaxFault("F123", token.start, token.end, found=fault.name) from None
        return read

    def take(self, text: str) -> Token:
        token = self.tokens[self.at]
        if token.text != text or token.kind == STRING:
            raise self.expected(text)
        self.at += 1
        return token

    def expected(self, text: str) -> SyntaxFault:
        token = self.tokens[self.at]
        if token.kind == END:
            return SyntaxFault("F110", token.start, token.end, expected=text)
        return SyntaxFault("F101", token.start, token.end, found=token.text, expected=text)

    def missing(self) -> SyntaxFault:
        token = self.tokens[self.at]
        if token.kind == END:
            return SyntaxFault("F110", token.start, token.end, expected="…")
        return SyntaxFault("F109", token.start, token.end, found=token.text)

    def unexpected(self) -> SyntaxFault:
        token = self.tokens[self.at]
        follow = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        pair = token.text + (follow.text if not follow.space else "")
        for text in (pair, token.text):
            if token.kind == SIGN and (hint := HINTS.get(text)):
                return SyntaxFault("F115", token.start, token.end, found=text, write=hint)
        return SyntaxFault("F111", token.start, token.end, found=token.text)

    def too_deep(self) -> SyntaxFault:
        token = self.tokens[self.at]
        return SyntaxFault("F105", token.start, token.end, limit=str(MAX_DEPTH))


_OPENERS: Final[Mapping[str, Callable[[Parser, Token], tree.Node]]] = {
    "(": brackets.parenthesis,
    "[": brackets.bracket,
    "]": brackets.open_range,
    "{": brackets.brace,
}
_KEYWORD_FORMS: Final[Mapping[str, Callable[[Parser, Token], tree.Node]]] = {
    "if": forms.if_form,
    "for": forms.for_form,
    "some": forms.quantified,
    "every": forms.quantified,
    "function": forms.function_form,
}


def constant(token: Token) -> tree.Literal | tree.Temporal:
    if token.kind == NUMBER:
        return tree.Literal(token.start, token.end, token.value)
    return tree.Temporal(token.start, token.end, token.value, token.unit)
