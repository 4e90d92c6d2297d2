"""A function of the rule language."""

from __future__ import annotations

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.types import STRING

_SHORTEST = 7


def mask_phone(phone: str) -> str:
    """The number with its middle hidden: three characters at the front and four at the end stay.

    >>> mask_phone("13812345678")
    '138****5678'
    """
    text = phone.strip()
    if len(text) < _SHORTEST:
        raise Failure(f"a phone number has at least {_SHORTEST} characters, this one {len(text)}")
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


MASK_PHONE = Builtin(
    "mask phone",
    (Signature((Param("phone", STRING),), mask_phone, STRING),),
    doc="Hides the middle of a phone number.",
)
