"""What a paper is: its record, identity, names and venues."""
