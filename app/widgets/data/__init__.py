"""What shows a data set: the variables of a table, its rows, the numbers of a picture."""
