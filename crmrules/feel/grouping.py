"""Digit groups of the relaxed spelling: ``1,000,000`` is one number where a comma cannot separate two."""

from __future__ import annotations

from crmrules.feel.lexer import NUMBER, SIGN, SyntaxFault, Token, scan


def join_groups(tokens: list[Token]) -> list[Token]:
    """Make one number of ``1,000,000``; raise where a comma may as well separate two values (``100,200``)."""
    if not any(t.text == "," for t in tokens):
        return tokens
    out: list[Token] = []
    ranged = _ranged_brackets(tokens)
    stack: list[bool] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        last = index
        if token.kind == NUMBER and token.text.isdigit() and len(token.text) <= 3:
            while _is_group(tokens, last):
                last += 2
        if token.kind == SIGN and token.text in "([{":
            stack.append(index in ranged)
        elif token.kind == SIGN and token.text in ")]}" and stack:
            stack.pop()
        if last == index or (stack and not stack[-1] and not _leading_zero(tokens, index, last)):
            out.append(token)
            index += 1
            continue
        out.append(_grouped(tokens, index, last, inside=bool(stack) and not stack[-1]))
        index = last + 1
    return out


def _is_group(tokens: list[Token], at: int) -> bool:
    if at + 2 >= len(tokens):
        return False
    comma, digits = tokens[at + 1], tokens[at + 2]
    if comma.text != "," or comma.space or digits.space or digits.kind != NUMBER:
        return False
    return len(digits.text) >= 3 and digits.text[:3].isdigit() and not digits.text[3:4].isdigit()


def _leading_zero(tokens: list[Token], first: int, last: int) -> bool:
    return any(tokens[i].text[0] == "0" for i in range(first + 2, last + 1, 2))


def _grouped(tokens: list[Token], first: int, last: int, *, inside: bool) -> Token:
    start, end = tokens[first], tokens[last]
    parts = [tokens[i].text for i in range(first, last + 1, 2)]
    digits = "".join(parts)
    if inside or (len(parts[0]) == 3 and not _leading_zero(tokens, first, last)):
        raise SyntaxFault("F112", start.start, end.end, found=",".join(parts), one=digits, two=", ".join(parts))
    whole = scan(digits, relaxed=True)[0]
    return whole._replace(start=start.start, end=end.end, space=start.space, line=start.line)


def _ranged_brackets(tokens: list[Token]) -> set[int]:
    """Indexes of brackets that hold a range, where a comma cannot separate anything."""
    found: set[int] = set()
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind != SIGN:
            continue
        if token.text in ("(", "[", "{"):
            stack.append(index)
        elif token.text == ".." and stack:
            found.add(stack[-1])
        elif token.text in (")", "]", "}") and stack:
            stack.pop()
    return found
