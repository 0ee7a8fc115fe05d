"""« Préparer la session »: all missions of an établissement on one page, kept as a draft, convoked in one go."""
