"""JSON: how records lie in a file (lines, arrays, answers of an interface), and whose records they are (dialects)."""
