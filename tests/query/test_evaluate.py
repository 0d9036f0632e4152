"""Our measures beside those of ir_measures, which calls trec_eval's own code."""

from __future__ import annotations

from random import Random

import ir_measures
import pytest
from ir_measures import AP, RR, R, nDCG

from query.evaluate import MEASURES

THEIRS = {"ndcg@10": nDCG @ 10, "map": AP @ 1000, "recall@100": R @ 100, "mrr@10": RR @ 10}


@pytest.mark.parametrize("seed", range(40))
def test_measures_agree_with_ir_measures(seed: int) -> None:
    """On random runs, short and long, with gains from 0 to 3, judged papers not found and found ones not judged."""
    random = Random(seed)
    papers = [f"p{number}" for number in range(random.choice((5, 30, 300, 1500)))]
    judged = {paper: random.choice((0, 1, 1, 2, 3)) for paper in random.sample(papers, random.randint(1, len(papers)))}
    judged[random.choice(papers)] = 1
    ranked = random.sample(papers, random.randint(0, len(papers)))
    run = {"q": {paper: float(-rank) for rank, paper in enumerate(ranked)}}
    for name, measure in THEIRS.items():
        theirs = ir_measures.calc_aggregate([measure], {"q": judged}, run)[measure] if ranked else 0.0
        assert MEASURES[name](ranked, judged) == pytest.approx(theirs, abs=1e-9), name
