"""What one looks at beside a search: authors, venues, related papers, completions, spellings."""
