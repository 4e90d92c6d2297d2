"""All built-in functions by name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from crmrules.feel.builtins.boolean import BOOLEAN_BUILTINS
from crmrules.feel.builtins.context import CONTEXT_BUILTINS
from crmrules.feel.builtins.conversion import CONVERSION_BUILTINS
from crmrules.feel.builtins.declare import Builtin
from crmrules.feel.builtins.lists import LIST_BUILTINS
from crmrules.feel.builtins.numeric import NUMERIC_BUILTINS
from crmrules.feel.builtins.ranges import RANGE_BUILTINS
from crmrules.feel.builtins.string import STRING_BUILTINS
from crmrules.feel.builtins.temporal import TEMPORAL_BUILTINS

BUILTINS: Final[Mapping[str, Builtin]] = MappingProxyType(
    {
        builtin.name: builtin
        for group in (
            BOOLEAN_BUILTINS,
            CONTEXT_BUILTINS,
            CONVERSION_BUILTINS,
            LIST_BUILTINS,
            NUMERIC_BUILTINS,
            RANGE_BUILTINS,
            STRING_BUILTINS,
            TEMPORAL_BUILTINS,
        )
        for builtin in group
    }
)


def nearest(name: str) -> str | None:
    """The built-in whose name is most like a misspelt one (``"sumof"`` gives ``"sum"``), or None."""
    folded = " ".join(name.replace("_", " ").split()).lower()
    found = get_close_matches(folded, list(BUILTINS), n=1, cutoff=0.6)
    return found[0] if found else None
