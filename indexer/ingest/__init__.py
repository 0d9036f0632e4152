"""How files become an index, and what a change does."""
