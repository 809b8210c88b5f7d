"""Brings a bare machine to a running demo or test suite: `python3 -m infra.machine COMMAND` (see the Makefile).

Standard library only, because it runs before anything is installed.
"""
