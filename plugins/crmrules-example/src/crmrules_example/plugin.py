"""What this distribution gives to crmrules: one function per hook."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmrules.feel.builtins.declare import Builtin
from crmrules.hosting.hooks import hookimpl
from crmrules.model.ports import Notifier, Storage
from crmrules_example.eml import open_eml
from crmrules_example.functions import MASK_PHONE
from crmrules_example.vcard import VCardStorage


@hookimpl
def crmrules_storages() -> list[Storage]:
    """``storage: vcard`` in data-source files."""
    return [VCardStorage()]


@hookimpl
def crmrules_notifiers() -> Mapping[str, Callable[[str], Notifier]]:
    """``--notify eml:FOLDER``."""
    return {"eml": open_eml}


@hookimpl
def crmrules_functions() -> list[Builtin]:
    """``mask phone(phone)`` in conditions, formulas and results."""
    return [MASK_PHONE]
