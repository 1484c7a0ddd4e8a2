"""Data sets of pictures, and how a picture or a drawing becomes one of their rows."""
