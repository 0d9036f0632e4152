"""What a search may be asked, a row each: the one table behind options, arguments of Python and parameters of HTTP.

It imports nothing heavy: the command line reads it for `--help`.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.index.record.paper import TYPES
from query.language.years import FORMS

SORTS = ("relevance", "newest", "oldest", "title")
MATCHES = ("auto", "all", "any")
RANKINGS = ("best", "bm25f")
FACETS = ("venue", "year", "type", "author")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a search is asked.

    `argument` is its name in `PaperIndex.search`, `http` in a URL, `option` on the command line (empty: not there).
    `kind` is text, choice, years, count, seconds or flag; `many` says that it may be repeated. `choices` are the words
    of a choice, `least` and `most` the ends of a count. `longest` is how many characters a text has at most over HTTP.
    """

    argument: str
    http: str
    option: str
    kind: str
    help: str
    many: bool = False
    choices: tuple[str, ...] = ()
    default: str | int | bool | None = None
    least: int = 0
    most: int = 0
    longest: int = 0
    metavar: str = ""


MOST_HITS = 1000
"""Hits of one answer over HTTP; exports give any number."""
DEEPEST = 10_000
"""Hits that an answer over HTTP may pass over: what lies deeper is read by exports."""
LONGEST_TIME = 60
"""Seconds of a search over HTTP."""
LONGEST_QUERY = 10_000
"""Characters of a query over HTTP: a whole abstract, pasted, is 2,000."""
LONGEST_NAME = 1000
"""Characters of a name in a filter over HTTP."""
MOST_VALUES = 100
"""Values of one filter over HTTP."""

QUERY = Parameter(
    "query", "q", "", "text", "The query: words, phrases, operators, fields.", default="", longest=LONGEST_QUERY
)
FILTERS = (
    Parameter(
        "authors",
        "author",
        "--author",
        "text",
        "Papers of this author cluster; repeat for papers of all.",
        many=True,
        longest=LONGEST_NAME,
        metavar="NAME",
    ),
    Parameter(
        "venues",
        "venue",
        "--venue",
        "text",
        "Papers of this venue; repeat for any of several.",
        many=True,
        longest=LONGEST_NAME,
        metavar="VENUE",
    ),
    Parameter(
        "years",
        "year",
        "--year",
        "years",
        f"Papers of these years: {FORMS}; repeat for any of several.",
        many=True,
        metavar="YEARS",
    ),
    Parameter(
        "types",
        "type",
        "--type",
        "choice",
        f"Papers of this type of CSL: {', '.join(TYPES[:8])}, ...; repeat for any of several.",
        many=True,
        choices=TYPES,
        metavar="TYPE",
    ),
    Parameter(
        "exclude_venues",
        "exclude_venue",
        "--exclude-venue",
        "text",
        "No papers of this venue.",
        many=True,
        longest=LONGEST_NAME,
        metavar="VENUE",
    ),
    Parameter(
        "exclude_types",
        "exclude_type",
        "--exclude-type",
        "choice",
        "No papers of this type.",
        many=True,
        choices=TYPES,
        metavar="TYPE",
    ),
    Parameter(
        "since",
        "since",
        "--since",
        "text",
        "Papers that the index first had in this generation (12) or on this day (2026-11-01, UTC), or later.",
        longest=40,
        metavar="GENERATION|DATE",
    ),
)
LIMIT = Parameter("limit", "limit", "--limit", "count", "How many hits at most.", default=10, most=MOST_HITS)
OFFSET = Parameter("offset", "offset", "--offset", "count", "How many to pass over.", default=0, most=DEEPEST)
SORT = Parameter("sort", "sort", "--sort", "choice", "The order.", choices=SORTS, default=SORTS[0])
MATCH = Parameter(
    "match",
    "match",
    "--match",
    "choice",
    "Which bare words must match; auto: all, and any when fewer than ten papers have all.",
    choices=MATCHES,
    default=MATCHES[0],
)
RANKING = Parameter(
    "ranking",
    "ranking",
    "--ranking",
    "choice",
    "How scores are made; best re-scores the first 200 of bm25f.",
    choices=RANKINGS,
    default=RANKINGS[0],
)
FACET = Parameter(
    "facets",
    "facets",
    "--facet",
    "choice",
    "Count venues, years, types or authors of the answer; repeat, or part by commas.",
    many=True,
    choices=FACETS,
)
SNIPPETS = Parameter("snippets", "snippets", "", "flag", "The passage in which the words stand.", default=True)
EXPLAIN = Parameter("explain", "explain", "--explain", "flag", "Say how each score came about.", default=False)
EXPAND = Parameter(
    "expand",
    "expand",
    "--expand",
    "flag",
    "Add words that the first papers share; papers with any of the words are found.",
    default=False,
)
TIMEOUT = Parameter(
    "timeout",
    "timeout",
    "--timeout",
    "seconds",
    "Seconds after which the answer is what was found until then, and says that it is partial.",
    most=LONGEST_TIME,
    metavar="SECONDS",
)

WHAT = (QUERY, *FILTERS, MATCH)
"""Which papers: what facets need."""
WHICH = (*WHAT, SORT, RANKING, EXPAND)
"""Which papers in which order: what exports and feeds need."""
SEARCH = (*WHICH, LIMIT, OFFSET, FACET, SNIPPETS, EXPLAIN, TIMEOUT)
"""All of a search."""
