"""Where a population is cut: the frozen borders that ``top share`` and ``quantile`` compare one customer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmrules.model.values import DateTime


class Measure(StrEnum):
    """What of the population is asked for."""

    TOP_SHARE = "top share"
    QUANTILE = "quantile"


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut of a population.

    ``size`` customers had a value. ``points`` are values of theirs, ascending: for a top share the lowest value that
    is still in, for a quantile the highest value of each bucket but the last. They are empty when nobody had a value.
    ``of`` and ``among`` are the texts of the value and of the filter (blank: everybody), ``part`` the share or the
    number of buckets.
    """

    fact: str
    measure: Measure
    of: str
    part: Any
    size: int
    points: tuple[Any, ...]
    among: str = ""


@dataclass(frozen=True, slots=True)
class CutPoints:
    """All cuts of one evaluation of a population as of one instant, by the key that the rule set has for them.

    A decision made with the same cut points can be made again for a single customer at any time.
    """

    as_of: DateTime | None = None
    cuts: Mapping[str, Cut] = field(default_factory=dict)


NO_CUT_POINTS = CutPoints()
