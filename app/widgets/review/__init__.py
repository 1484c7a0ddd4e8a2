"""The box in which a review is typed and its words are coloured."""
