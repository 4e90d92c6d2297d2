"""What a rule set says, as one short text: two rule sets with the same content have the same fingerprint."""

from __future__ import annotations

import hashlib
import json

from crmrules.model.ruleset import RuleSet
from crmrules.rulesets.writer import to_document


def fingerprint(ruleset: RuleSet) -> str:
    """SHA-256, in hex, of the rule set's canonical document: the same for YAML and Excel, whatever files and places.

    Order counts, because hit policies and listings follow it. Tests do not count: a rule set with one case more
    says the same.
    """
    document = to_document(ruleset)
    document.pop("tests", None)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
