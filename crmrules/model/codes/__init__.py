"""The catalogue of issue codes, one module a room, gathered here into :data:`CODES`.

Codes are stable: they are what CI jobs, documentation and people hang on. A code is a letter for the room and
a number: F language, T tables, R rule-set documents, V vocabulary and model, W workbooks, D data, P planning,
C calendars and timing, H hosting, O outputs and reports, X running and command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crmrules.model.codes._base import IssueCode
from crmrules.model.codes.command import COMMAND_CODES
from crmrules.model.codes.data import DATA_CODES
from crmrules.model.codes.engine import ENGINE_CODES
from crmrules.model.codes.hosting import HOSTING_CODES
from crmrules.model.codes.language import LANGUAGE_CODES
from crmrules.model.codes.population import POPULATION_CODES
from crmrules.model.codes.review import REVIEW_CODES
from crmrules.model.codes.rulesets import RULESET_CODES
from crmrules.model.codes.tables import TABLE_CODES
from crmrules.model.codes.timing import TIMING_CODES

CODES: Mapping[str, IssueCode] = MappingProxyType(
    {
        entry.code: entry
        for entry in (
            *LANGUAGE_CODES,
            *TABLE_CODES,
            *TIMING_CODES,
            *RULESET_CODES,
            *DATA_CODES,
            *ENGINE_CODES,
            *POPULATION_CODES,
            *HOSTING_CODES,
            *REVIEW_CODES,
            *COMMAND_CODES,
        )
    }
)
