"""Handlers that answer in JSON, and the document that describes them."""
