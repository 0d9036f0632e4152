"""What reference managers write: BibTeX, RIS and its relatives, tables."""
