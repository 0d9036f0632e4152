"""What is shown of an answer: snippets, marks, explanations, facets."""
