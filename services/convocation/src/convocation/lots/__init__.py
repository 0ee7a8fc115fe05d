"""« Suivi des convocations »: all convocations of a lycée's session, who has read hers, and acts on several at once."""
