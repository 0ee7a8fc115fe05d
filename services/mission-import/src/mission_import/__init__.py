"""Generates the missions of every lycée from its Cyclades closing (R6–R11)."""
