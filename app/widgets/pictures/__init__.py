"""The canvas, pictures as pixels, grids of pictures and bars of probabilities."""
