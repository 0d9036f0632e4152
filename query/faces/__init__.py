"""The faces of Quiver: the command line, what it prints, and the server. Thin: options, one call, render."""
