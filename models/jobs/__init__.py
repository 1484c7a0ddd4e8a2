"""Which run trains when, on this machine or a cluster: queue, limits, restarts."""
