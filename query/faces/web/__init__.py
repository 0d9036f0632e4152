"""The web face: an API, pages and feeds over one open index (extra `web`)."""
