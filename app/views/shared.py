"""A shared run: what the link in the address lets anybody look at."""

from app.sharing.shared_run import shared_run

shared_run()
