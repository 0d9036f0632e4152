"""Queries made of an index's own titles, names and signs: none may be silent, none may miss the paper it was made of.

Run `python -m benchmarks.own_words INDEX [--queries 10000] [--seed 1]`. Every query is built from what one paper has:
words of its title or abstract with their signs, a phrase, a name in another form, a pattern, a field. Two things are
counted: an answer without papers that gives no diagnostic, and a paper that its own words do not find.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_read
from query import PaperIndex, QuiverError
from query.language.parser import parse
from query.language.tree import Exact

Make = Callable[[random.Random, Paper], str]
_SHOWN = 20


def _pieces(text: str) -> list[str]:
    return [piece for piece in as_read(text).split() if any(sign.isalnum() for sign in piece)]


def _words(chance: random.Random, text: str, most: int) -> str:
    pieces = _pieces(text)
    return " ".join(chance.sample(pieces, min(len(pieces), chance.randint(1, most))))


def _run(chance: random.Random, text: str, most: int) -> str:
    pieces = _pieces(text)
    size = min(len(pieces), chance.randint(1, most))
    start = chance.randint(0, len(pieces) - size) if pieces else 0
    return " ".join(pieces[start : start + size])


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{5,}", as_read(text))


def _name(chance: random.Random, paper: Paper) -> str:
    return " ".join(chance.choice(paper.authors).name.split()) if paper.authors else ""


def _initials(chance: random.Random, paper: Paper) -> str:
    *given, last = _name(chance, paper).split() or [""]
    return f'author:"{" ".join(f"{name[0]}." for name in given)} {last}"' if given and "." not in last else ""


def _inverted(chance: random.Random, paper: Paper) -> str:
    *given, last = _name(chance, paper).split() or [""]
    return f'author:"{last}, {" ".join(given)}"' if given and "," not in last else ""


def _plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != "Mn")


def _pattern(chance: random.Random, paper: Paper) -> str:
    words = _letters(paper.title)
    return f"{chance.choice(words)[: chance.randint(3, 5)]}*" if words else ""


def _quoted(text: str) -> str:
    text = re.sub(r"[\"“”„‟«»「」＂]", "", text)
    return f'"{text}"' if text.strip() else ""


KINDS: dict[str, Make] = {
    "words of the title": lambda chance, paper: _words(chance, paper.title, 5),
    "words of the abstract": lambda chance, paper: _words(chance, paper.abstract, 4),
    "whole title": lambda chance, paper: paper.title,
    "run of the title": lambda chance, paper: _run(chance, paper.title, 6),
    "phrase of the title": lambda chance, paper: _quoted(_run(chance, paper.title, 4)),
    "phrase of the abstract": lambda chance, paper: _quoted(_run(chance, paper.abstract, 3)),
    "title in capitals": lambda chance, paper: _run(chance, paper.title, 5).upper(),
    "title without accents": lambda chance, paper: _plain(_run(chance, paper.title, 5)),
    "name": _name,
    "name in quotes": lambda chance, paper: _quoted(_name(chance, paper)),
    "author: name": lambda chance, paper: f"author:{_quoted(_name(chance, paper))}",
    "author: initials": _initials,
    "author: inverted": _inverted,
    "pattern": _pattern,
    "title: word": lambda chance, paper: f"title:{chance.choice(_letters(paper.title) or ['paper'])}",
    "=word": lambda chance, paper: f"={chance.choice(_letters(paper.title) or ['paper'])}",
    "name and words": lambda chance, paper: f"{_name(chance, paper)} {_words(chance, paper.title, 3)}",
    "venue, year and words": lambda chance, paper: f"{paper.venue} {paper.year or ''} {_words(chance, paper.title, 3)}",
}


def misses(index: PaperIndex, papers: list[Paper], queries: int, chance: random.Random) -> dict[str, list[str]]:
    """What went wrong, by kind: queries that were silent, refused, or missed their paper."""
    found: dict[str, list[str]] = {}
    for _ in range(queries):
        paper = chance.choice(papers)
        kind = chance.choice(list(KINDS))
        query = KINDS[kind](chance, paper).strip()
        if not query or query in ("author:", 'author:""'):
            continue
        if (wrong := _wrong(index, paper, query)) is not None:
            found.setdefault(f"{kind}: {wrong}", []).append(f"{query}  [{paper.id}: {paper.title[:60]}]")
    return found


def _wrong(index: PaperIndex, paper: Paper, query: str) -> str | None:
    try:
        page = index.search(query, limit=0, snippets=False)
        if not page.total:
            return "missed" if page.diagnostics else "silent"
        parsed = parse(query)
        own = replace(parsed, required=(*parsed.required, Exact(paper.id, "id")))
        return None if index.search(own, limit=0, match="all").total else "missed"
    except QuiverError as error:
        return f"refused ({str(error)[:60]})"


def main() -> None:
    """Print the kinds that went wrong, how often, and some of their queries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index")
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with PaperIndex.open(given.index) as index:
        ids = chance.sample(list(index.ids()), min(len(index), 2_000))
        papers = [index.paper(name) for name in ids]
        found = misses(index, papers, given.queries, chance)
    counts = Counter({kind: len(queries) for kind, queries in found.items()})
    print(f"{given.queries:,} queries, {sum(counts.values()):,} not answered by their paper")
    for kind, count in counts.most_common():
        print(f"{count:6}  {kind}")
        for query in found[kind][:_SHOWN]:
            print(f"        {query}")
    sys.exit(1 if counts else 0)


if __name__ == "__main__":
    main()
