"""One small index of each on-disk format version, and the program that makes them."""
