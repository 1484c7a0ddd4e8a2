"""Reviews: morphemes, vocabularies, and the processes that analyse Korean."""
