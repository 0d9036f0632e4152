"""Constants of the segment format that both its writers and its readers know."""

from __future__ import annotations

SEGMENT_KIND = "segment"
IMPACTS_KIND = "impacts"
STATE_KIND = "state"
SEGMENT_DOCS = 65_535
"""Papers a segment may hold: a document number is 16 bits wide."""
SEGMENT_WORDS = 24_000_000
"""Words after which a segment is full whatever its papers: 0.6 GB of memory while it is sorted."""
NAME_BITS = 6
"""A position in the authors field is author number << NAME_BITS | word of the name, so that no phrase crosses two
authors; 64 words a name, and 1,023 authors before positions become exceptions."""
