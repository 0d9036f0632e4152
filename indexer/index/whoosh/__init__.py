"""Everything that knows Whoosh: the library, its table of contents, the codec."""
