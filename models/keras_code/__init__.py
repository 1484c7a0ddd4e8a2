"""The Keras program of an experiment: as a script, as a notebook, as an exercise."""
