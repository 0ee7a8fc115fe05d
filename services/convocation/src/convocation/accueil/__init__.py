"""« Ce qui reste à faire »: the first page of each role, in numbered steps."""
