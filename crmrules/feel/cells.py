"""Cells → tree: unary tests, with the spelling people use in spreadsheets.

A cell is a list of tests of which one must hold, ``not(…)`` of such a list, or ``-`` for anything. Relaxed cells also
know ``10-50万`` (both ends belong to it), ``50万以上``, ``超过50万``, and new lines or ``、`` between tests.
"""

from __future__ import annotations

from crmrules.feel import tree
from crmrules.feel.grammar import COMPARE, MAX_ITEMS
from crmrules.feel.lexer import END, NUMBER, SIGN, SUFFIXES, TEMPORAL, SyntaxFault, Token, scan
from crmrules.feel.parser import Parser, constant
from crmrules.feel.words import Lexicon


def parse_cell(text: str, lexicon: Lexicon) -> tree.Tests:
    """The tree of a cell; raises :class:`~crmrules.feel.lexer.SyntaxFault`."""
    tokens = scan(text, relaxed=lexicon.relaxed, cell=True, specials=lexicon.specials)
    return _CellParser(text, tokens, lexicon).cell()


class _CellParser(Parser):
    """A parser of one cell."""

    def cell(self) -> tree.Tests:
        tokens, end = self.tokens, len(self.text)
        first = tokens[0]
        if first.kind == END or (first.text == "-" and tokens[1].kind == END):
            return tree.Tests(0, end, ())
        self.cells = True
        if first.text == "not" and tokens[1].text == "(" and self.closes_at_end(1):
            self.at, self.brackets = 2, 1
            items = self.tests(")")
            self.take(")")
            return tree.Tests(0, end, items, negated=True)
        items = self.tests("")
        if tokens[self.at].kind != END:
            raise self.unexpected()
        return tree.Tests(0, end, items)

    def closes_at_end(self, opening: int) -> bool:
        """Whether the bracket at ``opening`` is closed by the text's last token."""
        depth = 0
        for index in range(opening, len(self.tokens) - 1):
            token = self.tokens[index]
            if token.kind == SIGN and token.text in ("(", ")", "[", "]"):
                depth += 1 if self.opens(index) else -1
                if depth == 0:
                    return index == len(self.tokens) - 2
        return False

    def opens(self, index: int) -> bool:
        """Whether the bracket there begins something; the square ones of ``]1..5[`` do it the other way round."""
        token, before, after = self.tokens[index], self.tokens[index - 1], self.tokens[index + 1]
        if token.text == "]":
            return before.text in ("(", ",", ";")
        if token.text == "[":
            return after.kind != END and after.text not in (",", ";", ")")
        return token.text == "("

    def tests(self, close: str) -> tuple[tree.Node, ...]:
        """Tests up to ``close`` (the end of the text when empty), separated by commas; relaxed, by ``;`` and lines."""
        items = [self.test()]
        while True:
            token = self.tokens[self.at]
            if token.text == "," or (self.relaxed and token.text == ";"):
                self.at += 1
                if self.relaxed and (self.tokens[self.at].text == close or self.tokens[self.at].kind == END):
                    break
            elif not (self.relaxed and token.line and token.kind != END and token.text != close):
                break
            items.append(self.test())
            if len(items) > MAX_ITEMS:
                raise SyntaxFault("F106", 0, len(self.text), limit=f"{MAX_ITEMS:,}")
        return tuple(items)

    def test(self) -> tree.Node:
        """One positive test of a cell."""
        token = self.tokens[self.at]
        if token.text in COMPARE and token.kind == SIGN:
            tail = self.tail()
            self.refuse_second(tail)
            return tail
        if self.relaxed and (ranged := self.dashed_range()) is not None:
            return ranged
        node = self.expression()
        follow = self.tokens[self.at]
        if self.relaxed and follow.kind == SIGN:
            if follow.text == "~":
                self.at += 1
                return self.between_ends(node, self.operand(5), token, self.tokens[self.at - 1])
            if follow.text in SUFFIXES:
                self.at += 1
                return tree.Tail(node.start, follow.end, SUFFIXES[follow.text], node)
        return node

    def refuse_second(self, first: tree.Tail) -> None:
        """``>= 10 and < 50``: a comma means "or", so two comparisons are written as a range."""
        joint, sign = self.tokens[self.at], self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if joint.text not in ("and", "且", "并且") or sign.text not in COMPARE:
            return
        self.at += 1
        second = self.tail()
        lows = [t for t in (first, second) if t.op in (">", ">=")]
        highs = [t for t in (first, second) if t.op in ("<", "<=")]
        if len(lows) == len(highs) == 1:
            low, high = lows[0], highs[0]
            ends = [self.text[t.operand.start : t.operand.end] for t in (low, high)]
            opening, closing = "[" if low.op == ">=" else "(", "]" if high.op == "<=" else ")"
            write = f"{opening}{ends[0]}..{ends[1]}{closing}"
        else:
            words = [f"? {t.op} {self.text[t.operand.start : t.operand.end]}" for t in (first, second)]
            write = " and ".join(words)
        raise SyntaxFault("F118", first.start, second.end, write=write)

    def dashed_range(self) -> tree.Node | None:
        """``10-50万`` and ``2026-01-01-2026-03-31``: in a cell, two constants around a dash are a range."""
        a, dash, b, after = (*self.tokens[self.at : self.at + 4], None, None, None)[:4]
        if a is None or dash is None or b is None or after is None or dash.text != "-":
            return None
        if a.kind not in (NUMBER, TEMPORAL) or b.kind not in (NUMBER, TEMPORAL):
            return None
        if not (after.kind == END or after.line or after.text in (",", ";", ")")):
            return None
        self.at += 3
        return self.between_ends(constant(a), constant(b), a, b)

    def between_ends(self, low: tree.Node, high: tree.Node, first: Token, last: Token) -> tree.Node:
        """A range with both ends; a unit written at the end only goes for the start as well."""
        if last.unit and isinstance(high, tree.Literal | tree.Temporal):
            if isinstance(low, tree.Negate):
                low = tree.Negate(low.start, low.end, self.with_unit(low.operand, high, last))
            else:
                low = self.with_unit(low, high, last)
        return tree.RangeLiteral(low.start, high.end, low, high, True, True)

    def with_unit(self, low: tree.Node, high: tree.Node, last: Token) -> tree.Node:
        """A plain number in the unit of the range's end; refused where it makes sense without the unit only."""
        token = next((t for t in self.tokens if t.start == low.start and t.end == low.end), None)
        if token is None or token.kind != NUMBER or token.unit:
            return low
        whole = scan(f"{token.text}{last.unit}", relaxed=True)[0]
        scaled = constant(whole._replace(start=low.start, end=low.end))
        if isinstance(high, tree.Literal) and isinstance(scaled, tree.Literal):
            if token.value <= high.value < scaled.value:
                raise SyntaxFault(
                    "F112", low.start, high.end, found=f"{token.text}-{last.text}",
                    one=f"{token.text}{last.unit}-{last.text}", two=f"[{token.value}..{high.value}]",
                )  # fmt: skip
        return scaled
