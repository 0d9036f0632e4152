"""Random queries over some papers: words that occur, hyphenated ones, phrases, fields, patterns, operators, boosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from indexer.index.record.paper import Paper
from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read


class QueryMaker:
    """Makes query texts from the words of some papers."""

    def __init__(self, papers: Sequence[Paper], random: Random) -> None:
        self._papers, self._random = papers, random
        self._leaves: list[tuple[int, Callable[[], str]]] = [
            (10, self.word), (2, self._hyphenated), (2, self._function_word), (2, self._phrase), (1, self._near),
            (3, self._fielded), (1, self._prefix), (1, self._wildcard), (1, self._fuzzy), (1, self._years),
            (1, self._year),
            (1, self._name), (1, self._author_phrase), (1, self._exact), (1, self._nowhere), (1, self._fielded_phrase),
            (1, self._written), (1, self._parts), (1, self._by_authors), (1, self._initial),
        ]  # fmt: skip

    def query(self) -> str:
        """One query of one to five parts."""
        parts = [self._part(2) for _ in range(self._random.choice((1, 1, 2, 2, 3, 4, 5)))]
        if self._chance(0.15):
            parts.append(self._random.choice(parts))
        return " ".join(parts)

    def _part(self, depth: int) -> str:
        if depth and self._chance(0.22):
            inner = [self._part(depth - 1) for _ in range(self._random.choice((2, 2, 3)))]
            joined = f" {self._random.choice(('AND', 'OR', 'OR', ''))} ".join(inner)
            return f"({joined})" + self._boost()
        if self._chance(0.08):
            return self._random.choice(("-", "NOT ")) + self._leaf()
        return self._leaf()

    def _leaf(self) -> str:
        weights = [weight for weight, _ in self._leaves]
        return self._random.choices(self._leaves, weights)[0][1]()

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _boost(self) -> str:
        return self._random.choice(("", "", "", "^2", "^0.5"))

    def _paper(self) -> Paper:
        return self._random.choice(self._papers)

    def _run(self, text: str, length: int) -> list[str]:
        found = words(as_read(text)) or ["nothing"]
        start = self._random.randrange(max(1, len(found) - length + 1))
        return found[start : start + length]

    def _text(self) -> str:
        paper = self._paper()
        return self._random.choice(
            (paper.title, paper.abstract or paper.title, " ".join(paper.keywords) or paper.title)
        )

    def word(self) -> str:
        """A word of a text."""
        return self._run(self._text(), 1)[0] + self._boost()

    def _hyphenated(self) -> str:
        text = as_read(self._text())
        hyphenated = [run for run in text.split() if "-" in run.strip("-.,") and run.replace("-", "").isalnum()]
        run = self._random.choice(hyphenated) if hyphenated else "-".join(self._run(text, 2))
        return self._random.choice((run, run.replace("-", ""), run.replace("-", " "), run))

    def _function_word(self) -> str:
        return self._random.choice(("the", "of", "a", "is", "for", "will", "E", "on"))

    def _phrase(self) -> str:
        return f'"{" ".join(self._run(self._text(), self._random.choice((1, 2, 2, 3, 4))))}"' + self._boost()

    def _near(self) -> str:
        found = self._run(self._text(), 6)
        return f'"{found[0]} {found[-1]}"~{self._random.choice((1, 2, 5, 9))}'

    def _fielded(self) -> str:
        paper = self._paper()
        texts = {
            "title": paper.title, "ti": paper.title, "abstract": paper.abstract, "keyword": " ".join(paper.keywords),
            "venue": paper.venue, "author": paper.authors[0].name if paper.authors else "",
        }  # fmt: skip
        field = self._random.choice([name for name, text in texts.items() if text])
        return f"{field}:{self._run(texts[field], 1)[0]}" + self._boost()

    def _fielded_phrase(self) -> str:
        return f'title:"{" ".join(self._run(self._paper().title, 2))}"'

    def _prefix(self) -> str:
        return self.word().partition("^")[0][: self._random.choice((2, 3, 4, 6))] + "*" + self._boost()

    def _written(self) -> str:
        text = as_read(self._text())
        runs = [run for run in text.split() if run.isalnum() and run[0].isalpha()] or ["nothing"]
        start = self._random.randrange(len(runs))
        word = self._random.choice((runs[start], runs[start].lower(), runs[start].upper()))
        phrase = " ".join(runs[start : start + 2])
        return self._random.choice(("=", "=", "title:=", "abstract:=")) + self._random.choice((word, f'"{phrase}"'))

    def _parts(self) -> str:
        first, *rest = self._run(self._text(), 2)
        last = rest[0] if rest else first
        return self._random.choice((f"{first}-{last[:2]}*", f"title:{first}-{last[:1]}*", f'"{first} {last[:2]}*"'))

    def _wildcard(self) -> str:
        word = self.word().partition("^")[0]
        return f"{word[:2]}{self._random.choice('?*')}{word[3:]}" if len(word) > 3 else word

    def _fuzzy(self) -> str:
        return self.word().partition("^")[0] + self._random.choice(("~", "~1", "~2"))

    def _years(self) -> str:
        first = self._random.randrange(1995, 2026)
        return "year:" + self._random.choice((f"{first}", f"{first}..{first + 4}", f"..{first}", f"{first}.."))

    def _year(self) -> str:
        return str(self._random.randrange(2005, 2026))

    def _name(self) -> str:
        authors = self._paper().authors
        return self._random.choice(self._random.choice(authors).name.split()) if authors else "Wang"

    def _initial(self) -> str:
        given, *rest = self._name_of_author().split() or ["E"]
        last = rest[-1] if rest else given
        form = self._random.choice(("{0}. {1}", "{0} {1}", "{1}, {0}.", "{1} {0}", "{2} {0}. {1}", "{0}.{0}. {1}"))
        return form.format(given[:1], last, given)

    def _name_of_author(self) -> str:
        authors = self._paper().authors
        return self._random.choice(authors).name if authors else "Weinan E"

    def _by_authors(self) -> str:
        authors = self._paper().authors
        name = self._random.choice(authors).name if authors else "Wang"
        return self._random.choice(
            (f'first:"{name}"', f'last:="{name}"', f"last:{name.split()[-1]}", "authors:<=2", "authors:1", "authors:>2")
        )

    def _author_phrase(self) -> str:
        authors = self._paper().authors
        sign = self._random.choice(("", "", "="))
        return f'author:{sign}"{self._random.choice(authors).name}"' if authors else "author:Wang"

    def _exact(self) -> str:
        paper = self._paper()
        found = [
            f"id:{paper.id}",
            f"type:{paper.type or 'thesis'}",
            'venue:="NIPS"',
            "venue:NeurIPS",
            paper.doi,
            paper.url,
        ]
        return self._random.choice([text for text in found if text])

    def _nowhere(self) -> str:
        return self._random.choice(("zzyzx", "zz*", '"zzyzx qqq"', "qqqqqqq~"))
