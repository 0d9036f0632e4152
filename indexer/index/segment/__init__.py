"""Segments as arrays in files mapped into memory, and the door through which Whoosh reads them."""
