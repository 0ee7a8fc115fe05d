"""Who acts, what the role may do, and what was done: acteur, policy, audit."""
