"""How `ranking="best"` re-scores the first hits of BM25F, and how `--expand` widens a query."""
