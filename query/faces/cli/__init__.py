"""The `quiver` command."""
