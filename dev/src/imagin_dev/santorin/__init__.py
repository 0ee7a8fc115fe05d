"""SANTORIN, as far as IMAG'IN sees it: reads the rights, answers each version of them."""
