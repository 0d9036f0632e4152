"""The tools of a collection for agents, over the Model Context Protocol (extra `mcp`)."""
