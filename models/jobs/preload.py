"""What the trainer's fork server imports first, before it forks a worker.

There is no garbage in between, and looking for it would take a sixth of the time; nor will any of
this ever be garbage, so that workers need not touch the memory that they share.
"""

import gc

gc.disable()

import pebble  # noqa: E402, F401
import sklearn.linear_model  # noqa: E402, F401

import models.training  # noqa: E402, F401

gc.freeze()
gc.enable()
