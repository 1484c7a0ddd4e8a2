"""The page files, relative to the script that navigates between them."""

HOME = "views/home.py"
DATA = "views/data.py"
TRAIN = "views/train.py"
PREDICT = "views/predict.py"
ANALYZE = "views/analyze.py"
COMPARE = "views/compare.py"
RUNS = "views/runs.py"
