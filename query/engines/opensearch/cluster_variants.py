"""What hyphens tie in a generation in a cluster: by its table, or asked of the papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.index.text.encoded import decode, encode
from indexer.index.text.ties import EVERYWHERE, HERE
from query.engines.collection import Collection
from query.engines.opensearch import clauses
from query.engines.opensearch.facts import KEPT, Statistics, escaped
from query.engines.variants import Parts, Variants


class ClusterVariants(Variants):
    """The variants of words of a generation in a cluster."""

    def __init__(self, collection: Collection, statistics: Statistics) -> None:
        super().__init__(collection)
        self._statistics = statistics

    def prepare(self, joined: Iterable[str]) -> None:
        """Ask for the variants of some stems in one request, where no table has them."""
        if self._statistics.lexicon.ties is not None:
            return
        known = self._statistics.variants
        if len(known) > KEPT:
            known.clear()
        new = [stem for stem in dict.fromkeys(joined) if stem not in known]
        if not new:
            return
        query = clauses.either([{"prefix": {"joins": {"value": f"{stem}\t"}}} for stem in new])
        found: dict[str, list[str]] = {stem: [] for stem in new}
        include = "|".join(f"{escaped(stem)}\t.*" for stem in new)
        for key, _ in self._statistics.values("joins", query, include):
            stem, _, parts = key.partition("\t")
            if stem in found:
                found[stem].append(parts)
        for stem, held in found.items():
            # In the order of the embedded table, whose keys are sorted as bytes.
            held.sort(key=encode)
            known[stem] = _parts(stem, held)

    def variants(self, joined: str) -> tuple[Parts, ...]:
        """Stems side by side that count as a joined stem."""
        if (ties := self._statistics.lexicon.ties) is not None:
            low, high = ties.keys.prefix_range(encode(f"{joined}\t"))
            return _parts(joined, [decode(ties.keys[row]).partition("\t")[2] for row in range(low, high)])
        found = self._statistics.variants.get(joined)
        if found is None:
            self.prepare([joined])
            found = self._statistics.variants[joined]
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages beside English that the index holds papers in."""
        return self._statistics.languages


def _parts(joined: str, held: Sequence[str]) -> tuple[Parts, ...]:
    """What ties a joined stem, as it stands in its keys."""
    return tuple(
        (text[0], joined, text[1:]) if text[0] in (HERE, EVERYWHERE) else tuple(text.split(" ")) for text in held
    )
