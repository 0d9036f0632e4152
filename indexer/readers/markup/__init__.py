"""XML: records cut out of a file of any size, then parsed one by one."""
