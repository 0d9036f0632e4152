"""An index that lives in an OpenSearch cluster: its address, its fields, its generations."""
