"""The plain engine: the same answers through Whoosh's matchers."""
