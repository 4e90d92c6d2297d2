"""XPath's regular expressions, which are FEEL's, run by RE2 or by Python's ``re``.

A pattern is parsed once and written out in the engine's own syntax, so that what differs between the dialects
(``.``, ``$``, class subtraction, ``\\p{…}``, ``\\i``, ``\\c``, unset groups) means what XPath says. RE2 never takes
more than linear time. Where it is missing, and for back-references, which it lacks, ``re`` is used, for patterns and
texts whose product stays small: nothing hangs, a :class:`Failure` says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from crmrules.feel.builtins import charsets
from crmrules.feel.builtins.charsets import Charset
from crmrules.feel.builtins.declare import Failure

_MAX_PATTERN: Final = 1_000
_MAX_NESTING: Final = 40
_MAX_REPEAT: Final = 1_000
_MAX_STEPS: Final = 20_000_000  # of the backtracking engine; a second or so

_SINGLE: Final = {"n": "\n", "r": "\r", "t": "\t"} | {c: c for c in "\\|.-^?*+{}()[]$"}
_DOT: Final[Charset] = charsets.complement(((0x0A, 0x0A), (0x0D, 0x0D)))
_ANYTHING: Final[Charset] = ((0, 0x10FFFF),)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: ``engine`` has ``search`` and ``finditer``; ``loops`` is None where time is linear."""

    engine: Any
    groups: int
    loops: int | None

    def check(self, text: str) -> None:
        """A :class:`Failure` when this text could keep a backtracking engine busy too long."""
        if self.loops is not None and len(text) ** (self.loops + 1) > _MAX_STEPS:
            raise Failure(f"a text of {len(text)} characters is too long for this pattern without RE2 (extra 'regex')")

    def search(self, text: str) -> bool:
        """Whether the pattern occurs anywhere."""
        self.check(text)
        try:
            return self.engine.search(text) is not None
        except UnicodeError:
            raise Failure("the text has half a character (a lone surrogate)") from None

    def matches(self, text: str) -> list[Any]:
        """Every match, left to right."""
        self.check(text)
        try:
            return list(self.engine.finditer(text))
        except UnicodeError:
            raise Failure("the text has half a character (a lone surrogate)") from None


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """The pattern, ready to run; :class:`Failure` when it or a flag is wrong."""
    if any(flag not in "smix" for flag in flags):
        raise Failure(f'flags are any of s, m, i, x, not "{flags[:10]}"')
    if len(pattern) > _MAX_PATTERN:
        raise Failure(f"the pattern is longer than {_MAX_PATTERN} characters")
    re2 = _re2()
    parser = _Parser(pattern, flags, for_re2=re2 is not None)
    body = parser.parse()
    if re2 is not None and parser.refers_back:
        parser = _Parser(pattern, flags, for_re2=False)
        body = parser.parse()
        re2 = None
    prefix = "(?i)" if "i" in flags else ""
    if re2 is not None:
        options = re2.Options()
        options.log_errors = False
        try:
            return Pattern(re2.compile(prefix + body.text, options), parser.groups, None)
        except re2.error as error:
            raise Failure(f"the pattern cannot be used: {error}") from None
        except UnicodeError:
            raise Failure("the pattern has half a character (a lone surrogate)") from None
    if body.tangled:
        raise Failure("a repetition inside a repetition needs RE2 (extra 'regex') and no back-reference")
    try:
        return Pattern(re.compile(prefix + body.text), parser.groups, parser.loops)
    except (re.error, OverflowError, RecursionError) as error:
        raise Failure(f"the pattern cannot be used: {error}") from None


def _re2() -> Any:
    """Google's RE2, when the extra ``regex`` is installed."""
    try:
        return import_module("re2")
    except ImportError:
        return None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the pattern in the engine's syntax.

    ``varied``: it can match the same text in different ways or lengths; ``tangled``: such a part is repeated inside,
    which makes a backtracking engine try exponentially many ways.
    """

    text: str
    varied: bool = False
    tangled: bool = False


class _Parser:
    """Recursive descent over one pattern; ``parse`` is called once."""

    def __init__(self, pattern: str, flags: str, for_re2: bool) -> None:
        self.pattern = pattern
        self.flags = flags
        self.for_re2 = for_re2
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.loops = 0
        self.refers_back = False

    def parse(self) -> _Piece:
        piece = self.alternatives(0)
        if self.at < len(self.pattern):
            raise self.wrong(f"a {self.pattern[self.at]!r} that closes nothing")
        return piece

    def wrong(self, what: str) -> Failure:
        return Failure(f'the pattern "{self.pattern[:40]}" has {what} (character {self.at + 1})')

    def peek(self) -> str:
        """The next character that counts, or nothing at the end; flag x drops blanks outside classes."""
        if "x" in self.flags:
            while self.at < len(self.pattern) and self.pattern[self.at] in " \t\n\r":
                self.at += 1
        return self.pattern[self.at : self.at + 1]

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise self.wrong(f"no {expected!r} where one is needed")
        self.at += 1

    # --- structure ------------------------------------------------------------------------------------------

    def alternatives(self, depth: int) -> _Piece:
        if depth > _MAX_NESTING:
            raise self.wrong(f"groups nested deeper than {_MAX_NESTING}")
        branches = [self.branch(depth)]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.branch(depth))
        return _Piece(
            "|".join(b.text for b in branches),
            varied=len(branches) > 1 or branches[0].varied,
            tangled=any(b.tangled for b in branches),
        )

    def branch(self, depth: int) -> _Piece:
        pieces = []
        while self.peek() not in ("", "|", ")"):
            pieces.append(self.repeated(self.atom(depth)))
        return _Piece("".join(p.text for p in pieces), any(p.varied for p in pieces), any(p.tangled for p in pieces))

    def repeated(self, atom: _Piece) -> _Piece:
        sign = self.peek()
        if sign not in ("?", "*", "+", "{") or not sign:
            return atom
        self.at += 1
        least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign) or self.counts()
        text = atom.text + (sign if sign != "{" else f"{{{least}{'' if least == most else f',{_or_empty(most)}'}}}")
        if self.peek() == "?":
            self.at += 1
            text += "?"
        if self.peek() in ("?", "*", "+", "{") and self.peek():
            raise self.wrong("two repetitions in a row")
        varied = least != most
        if varied and most != 1:
            self.loops += 1
        tangled = atom.tangled or (atom.varied and most != 1)
        return _Piece(text, varied or atom.varied, tangled)

    def counts(self) -> tuple[int, int | None]:
        """The ``n}``, ``n,}`` or ``n,m}`` after an opening brace."""
        match = re.compile(r"([0-9]{1,9})(,?)([0-9]{0,9})\}").match(self.pattern, self.at)
        if match is None or (match[3] and not match[2]):
            raise self.wrong("a { that begins no repetition such as {2} or {1,3}")
        least = int(match[1])
        most = least if not match[2] else (int(match[3]) if match[3] else None)
        if most is not None and most < least:
            raise self.wrong("a repetition whose end is below its start")
        if max(least, most or 0) > _MAX_REPEAT:
            raise self.wrong(f"more than {_MAX_REPEAT} repetitions")
        self.at = match.end()
        return least, most

    def atom(self, depth: int) -> _Piece:
        char = self.peek()
        self.at += 1
        match char:
            case "(":
                return self.group(depth)
            case "[":
                negated, charset = self.char_class(depth)
                return _Piece(self.class_text(charset, negated))
            case "\\":
                return self.escape()
            case ".":
                return _Piece(self.class_text(_ANYTHING if "s" in self.flags else _DOT))
            case "^":
                return _Piece("(?m:^)" if "m" in self.flags else r"\A")
            case "$":
                return _Piece("(?m:$)" if "m" in self.flags else (r"\z" if self.for_re2 else r"\Z"))
            case "?" | "*" | "+":
                self.at -= 1
                raise self.wrong(f"a {char!r} with nothing to repeat")
            case "{" | "}" | "]":
                self.at -= 1
                raise self.wrong(f"a bare {char!r} (write \\{char})")
        return _Piece(_literal(char))

    def group(self, depth: int) -> _Piece:
        number = 0
        if self.peek() == "?":
            self.at += 1
            self.take(":")
        else:
            self.groups += 1
            number = self.groups
        inner = self.alternatives(depth + 1)
        self.take(")")
        if number:
            self.closed.add(number)
        return _Piece(("(" if number else "(?:") + inner.text + ")", inner.varied, inner.tangled)

    def escape(self) -> _Piece:
        """After a backslash, outside a class."""
        char = self.pattern[self.at : self.at + 1]
        if char.isascii() and char.isdigit() and char != "0":
            return self.back_reference()
        charset = self.class_escape()
        if charset is not None:
            return _Piece(self.class_text(charset))
        return _Piece(_literal(self.single_escape()))

    def back_reference(self) -> _Piece:
        number = int(self.pattern[self.at])
        self.at += 1
        while self.pattern[self.at : self.at + 1].isdigit():
            longer = number * 10 + int(self.pattern[self.at])
            if longer > self.groups:
                break
            number = longer
            self.at += 1
        if number not in self.closed:
            raise self.wrong(f"a reference to group {number}, which is not complete there")
        self.refers_back = True
        return _Piece(f"(?:(?({number})\\{number}))", varied=True)  # an unset group counts as empty

    # --- characters -----------------------------------------------------------------------------------------

    def single_escape(self) -> str:
        char = self.pattern[self.at : self.at + 1]
        if not char or char not in _SINGLE:
            raise self.wrong(f"an unknown escape \\{char}")
        self.at += 1
        return _SINGLE[char]

    def class_escape(self) -> Charset | None:
        r"""The set of ``\d``, ``\p{…}`` and their like; None when another escape stands there."""
        char = self.pattern[self.at : self.at + 1]
        kind = char.lower()
        if not char or kind not in "sdwicp":
            return None
        self.at += 1
        match kind:
            case "s":
                charset = charsets.SPACE
            case "d":
                charset = self.category("Nd")
            case "w":
                charset = charsets.word()
            case "i":
                charset = charsets.NAME_START
            case "c":
                charset = charsets.NAME
            case _:
                match = re.compile(r"\{([A-Za-z0-9-]+)\}").match(self.pattern, self.at)
                if match is None:
                    raise self.wrong(f"a \\{char} without its {{name}}")
                charset = self.category(match[1])
                self.at = match.end()
        return charsets.complement(charset) if char.isupper() else charset

    def category(self, name: str) -> Charset:
        charset = charsets.named(name)
        if charset is None:
            raise self.wrong(f"an unknown category or block {name!r}")
        return charset

    def char_class(self, depth: int) -> tuple[bool, Charset]:
        """After ``[``: whether negated, and the set before negation."""
        if depth > _MAX_NESTING:
            raise self.wrong(f"classes nested deeper than {_MAX_NESTING}")
        negated = self.pattern[self.at : self.at + 1] == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while True:
            char = self.pattern[self.at : self.at + 1]
            if not char:
                raise self.wrong("a [ that is never closed")
            if char == "]":
                if first:
                    raise self.wrong("an empty class")
                self.at += 1
                return negated, charsets.union(ranges)
            if char == "-" and self.pattern[self.at + 1 : self.at + 2] == "[" and not first:
                return self.subtraction(charsets.union(ranges), negated, depth)
            ranges.extend(self.class_item(first))
            first = False

    def subtraction(self, base: Charset, negated: bool, depth: int) -> tuple[bool, Charset]:
        self.at += 2
        inner_negated, inner = self.char_class(depth + 1)
        if self.pattern[self.at : self.at + 1] != "]":
            raise self.wrong("something after a class that is taken away")
        self.at += 1
        left = charsets.complement(base) if negated else base
        return False, charsets.minus(left, charsets.complement(inner) if inner_negated else inner)

    def class_item(self, first: bool) -> Charset:
        """One character, one range of characters, or one escape that stands for many."""
        low = self.class_char(first)
        if isinstance(low, tuple):
            return low
        following = self.pattern[self.at : self.at + 2]
        if following[:1] != "-" or following[1:] in ("]", "[", ""):
            return ((low, low),)
        self.at += 1
        high = self.class_char(False)
        if isinstance(high, tuple) or high < low:
            raise self.wrong("a range of characters whose ends are not in order")
        return ((low, high),)

    def class_char(self, first: bool) -> int | Charset:
        char = self.pattern[self.at]
        self.at += 1
        if char == "\\":
            charset = self.class_escape()
            return charset if charset is not None else ord(self.single_escape())
        if char == "[":
            raise self.wrong("a bare '[' inside a class (write \\[)")
        if char == "-" and not first and self.pattern[self.at : self.at + 1] != "]":
            raise self.wrong("a '-' inside a class that is neither first nor last (write \\-)")
        return ord(char)

    def class_text(self, charset: Charset, negated: bool = False) -> str:
        if not charset:
            return self.class_text(_ANYTHING, not negated)
        body = "".join(self.code(low) + (f"-{self.code(high)}" if high > low else "") for low, high in charset)
        return f"[{'^' if negated else ''}{body}]"

    def code(self, point: int) -> str:
        return f"\\x{{{point:x}}}" if self.for_re2 else f"\\U{point:08x}"


def _literal(char: str) -> str:
    return char if char.isalnum() or not char.isascii() else f"\\x{ord(char):02x}"


def _or_empty(most: int | None) -> str:
    return "" if most is None else str(most)
