"""How strongly the linear baselines are held back: what the page says and what training uses."""

RIDGE_ALPHA = 1.0
LASSO_SHARE = 0.01
"""The strength of the penalty. Ridge: scikit-learn's default, which means the same in every unit of
the answers. Lasso: a share of the standard deviation of the training rows' answers, so that it
means the same, too; of Boston's thirteen variables it leaves twelve."""
