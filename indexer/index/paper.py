"""The record of a paper, converted once at the border and frozen ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})

TYPES = ("paper-conference", "article-journal", "article", "manuscript", "chapter", "thesis", "report", "book")


@dataclass(frozen=True, slots=True)
class Author:
    """One author as published: the name's spelling, the source's id for the person if any, the ORCID if any."""

    name: str
    id: str | None = None
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as published (DESIGN section 2). Strings that the record lacks are empty; `year` None is unknown.

    `extra` holds every other key of the record, as it came.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    venue: str = ""
    year: int | None = None
    type: str = ""
    url: str = ""
    pdf: str = ""
    doi: str = ""
    arxiv: str = ""
    keywords: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default=_NOTHING)
