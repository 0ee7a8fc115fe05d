"""Cyclades, as far as IMAG'IN sees it: closings of real lycées, and the teachers invented for them."""
