"""How a query is answered: over the arrays on this machine, or by Whoosh's matchers over the same files."""
