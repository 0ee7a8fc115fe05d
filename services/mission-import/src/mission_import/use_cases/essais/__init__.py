"""What would become of closings, without writing any of it (0058)."""
