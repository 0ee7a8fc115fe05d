"""The product on a cluster, under load and under faults drawn by lot; afterwards every promise is counted."""
