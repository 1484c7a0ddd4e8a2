"""What all tests begin with."""

import signal

# A shell lets what it runs in the background ignore Ctrl-C, and that is handed down to every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
