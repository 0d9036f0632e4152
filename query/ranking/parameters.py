"""The numbers of `ranking="best"`, in one place, with where they come from.

They were chosen on five judged collections together (scifact, cisi, med, lisa, adi) and checked leave-one-out by
`python -m benchmarks.ranking`: the claimed figures are those of settings that never saw the collection they are
measured on. Around each number stands a plateau: nDCG@10 averaged over the five stays within .005 when one of them
moves to its neighbour in the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

DEPTH = 200
"""So many hits are re-scored, whatever `limit` and `offset`."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """One setting. With the defaults it is the shipped one."""

    function: float = 0.3
    """What a function word weighs in a sentence (`sentence`). 0 loses .003 on scifact, 1 loses .02 on cisi."""
    adjacent: float = 0.2
    """Weight of words that stand in the paper as far apart as in the query."""
    distance: int = 3
    """Words of the query further apart than this are no pair."""
    title: float = 1.0
    """Weight of a title that runs as the query does: half a title is found at MRR .94 with it, .83 without."""
    covered: float = 1.0
    """Weight of the share of its words of a title that holds the whole query in order: half a short title is found at
    MRR .90 with it, .85 without, over titles that were drawn anew. 0.5 and 2 are as good."""
    forms: float = 0.3
    """Weight of such a title that holds the words of the query in their very forms."""
    first: float = 0.5
    """Weight of a query of one word that begins the title (`BERT: ...`): acronyms at MRR .91 with it, .86 without."""
    heading: float = 0.2
    """Weight of a title and authors that hold every content word: two words and a surname at MRR .93 with it, .92
    without."""
    cited: float = 1.0
    """Weight of a title that stands whole in the query beside one of its authors: a pasted reference."""
    written: float = 0.3
    """Weight of the one word of a query as it is written, beside other words of its stem (`transformers`). Where there
    are more words they tell the form: with it for queries of up to three words the five collections lose .001."""
    few: int = 5
    """Content words of which more are no search by title words and authors."""
    feedback: float = 0.5
    """Most that feedback gives, as a share of the best score."""
    certain: float = 0.4
    """Share of the highest score possible from which the first hit counts as found, and feedback is left out."""
    papers: int = 5
    """So many of the first papers give feedback."""
    words: int = 10
    """So many words of theirs are looked for."""
    rounds: int = 1
    """How often feedback is taken from the order it made itself."""


BEST = Parameters()
EXPAND = Parameters(certain=0.6, rounds=2)
"""The words that `--expand` adds to a query: taken twice over, and also where the first hit is nearer."""


def strength(best: float, highest: float, parameters: Parameters) -> float:
    """How much feedback counts, between 0 (not at all) and 1, from the best score and the highest possible one."""
    if highest <= 0 or best <= 0:
        return 0.0
    return max(0.0, 1.0 - best / highest / parameters.certain)
