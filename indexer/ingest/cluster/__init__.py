"""An index in a folder that a writer has made, into a cluster: shipped, counted, published."""
