"""Components of the Analyze page: a confusion matrix, samples and figures."""
