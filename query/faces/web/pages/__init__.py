"""Handlers that answer with pages."""
