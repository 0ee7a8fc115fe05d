"""« Rappeler des établissements »: who is late, ticked, one text for all, a letter to each, never twice by mistake."""
