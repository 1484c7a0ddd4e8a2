"""What the trainer's fork server imports first, before it forks a worker.

There is no garbage in between, and looking for it would take a sixth of the time; nor will any of
this ever be garbage, so that workers need not touch the memory that they share.
"""

import gc

from data.parent_process import be_killed_with_parent

gc.disable()

import pebble  # noqa: E402, F401
import sklearn.linear_model  # noqa: E402, F401

import models.training.loop  # noqa: E402, F401

be_killed_with_parent()  # and with it the workers, which it is the parent of
gc.freeze()
gc.enable()
