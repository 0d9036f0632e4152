"""The inner loops in C, and which of them run."""
