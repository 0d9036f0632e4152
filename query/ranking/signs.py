"""Words with signs in them (`L1/L2`, `f(x)`, `10,000`): papers that write them so stand first.

The index has their parts; whether a paper has the signs between them is read from its text, of the re-scored hits
alone and only where such a word was typed: some 20 us a hit.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from indexer.index.late_pattern import late
from query.language.tree import Query
from query.ranking.candidates import Candidates

FEW = 4
"""Queries of more words are sentences and titles, in which signs are punctuation."""
# A sign between letters or digits, or one that ends or opens a word; a hyphen where one side is a letter or number.
_SIGNED = late(r"\w[^\w\s'’-]+\w|\w(?:[+#*]{1,2}|\([\w,.]+\))$|^\.[^\W\d_]{2}|(?:^|\W)[^\W_]-\w|\w-(?:[^\W_]|[0-9.]+)$")
_EDGES = ",;:!?.\"'“”"


def signed_words(query: Query) -> list[str]:
    """The optional words that are written with signs; none of a longer query."""
    if len(query.optional) > FEW:
        return []
    found = [leaf.text.lstrip(_EDGES.replace(".", "")).rstrip(_EDGES) for leaf in query.optional]
    return [word for word in found if not word.isalnum() and len(word) > 1 and _SIGNED.search(word)]


def written_so(candidates: Candidates, signed: list[str]) -> npt.NDArray[np.bool_]:
    """Which hits have all of some words in title or abstract as they were typed, capitals aside; an s may follow."""
    tests = [re.compile(rf"(?<!\w){re.escape(word)}s?(?![\w*+#])", re.IGNORECASE) for word in signed]

    def holds(segment: int, doc: int) -> bool:
        papers = candidates.collection.segments[segment].papers
        title = str(papers.head(doc)["title"])
        left = [test for test in tests if not test.search(title)]
        return not left or all(test.search(abstract) for abstract in [papers.abstract(doc)] for test in left)

    pairs = zip(candidates.segments.tolist(), candidates.docs.tolist(), strict=True)
    return np.array([holds(segment, doc) for segment, doc in pairs], dtype=bool)
