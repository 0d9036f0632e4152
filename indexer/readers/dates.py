"""The year that a date says, as people, programs and standards write dates."""

from __future__ import annotations

import re
from typing import Any

from indexer.index.record.values import Misfit, Misfits, shown

_YEAR = re.compile(r"(?<!\d)(1\d{3}|2\d{3})(?!\d)")


def year_of(value: Any, misfits: Misfits, shown_as: str = "date") -> int | None:
    """The year of a date in text (`2014//`, `2011-05-25~/2012`, `May 1998`), a number, or None with a misfit."""
    if value is None or value == "":
        return None
    if type(value) is int and 1000 <= value <= 2999:
        return value
    found = _YEAR.search(value) if isinstance(value, str) else None
    if found is None or re.match(r"\s*(?:c\.|ca\.?|circa|before|after|-\d)", str(value), re.IGNORECASE):
        misfits.append(Misfit("year", f"{shown_as} {shown(value)} does not say a year"))
        return None
    return int(found[1])
