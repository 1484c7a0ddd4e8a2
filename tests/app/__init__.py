"""Tests of ``app``, without a browser."""
