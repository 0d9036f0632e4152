"""The codec for any schema of Whoosh's: documents, postings and columns as arrays."""
