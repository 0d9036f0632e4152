"""The same answers from a cluster of OpenSearch: it matches and counts, what is first is scored here."""
