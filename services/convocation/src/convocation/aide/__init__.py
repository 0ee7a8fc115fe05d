"""« Aide »: a page in French a subject, from the page where one is."""
