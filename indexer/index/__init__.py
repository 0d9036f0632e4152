"""What an index is: record, names, text as read, analysis, schema, formula, codec, store. Imports nothing of ours."""
