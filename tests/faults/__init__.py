"""The product under fire: real processes killed at random while a gateway misbehaves.

`run.storm` is one run; `python -m tests.faults` a long one, `test_storm.py` the short one.
"""
