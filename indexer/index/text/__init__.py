"""Texts of papers: as read, as shown, and as words."""
