"""The fields, a row each: what is searched, in which group it is indexed, how it weighs in BM25F."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One searched field: its group (one dictionary a group), its BM25F weight and length normalisation b."""

    name: str
    group: str
    weight: float
    b: float


TEXT = "text"
NAMES = "names"

# The order inside a group is the order of positions inside a paper; keywords come last because the gaps between
# them make their extent longer than their length.
FIELDS: tuple[Field, ...] = (
    Field("title", TEXT, 3.0, 0.5),
    Field("venue", TEXT, 1.0, 0.5),
    Field("abstract", TEXT, 1.0, 0.75),
    Field("keywords", TEXT, 1.0, 0.5),
    Field("authors", NAMES, 2.0, 0.5),
)
FIELD_NUMBERS: dict[str, int] = {field.name: number for number, field in enumerate(FIELDS)}
GROUPS: dict[str, tuple[Field, ...]] = {
    group: tuple(field for field in FIELDS if field.group == group) for group in (TEXT, NAMES)
}
K1 = 1.5
