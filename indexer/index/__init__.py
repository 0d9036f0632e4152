"""What an index is: records, names, text as read, analysis, schema, formula, codec and store. Imports nothing of ours."""
