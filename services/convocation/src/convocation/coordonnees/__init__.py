"""« Coordonnées de l’établissement »: where the people whom it convokes reach it."""
