"""Collect these tests only where their engines are installed: ``nox -s engines`` installs them.

There they cannot be skipped: without an engine, the session fails because no test is found.
"""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [
    name
    for name, engine in (("test_spark.py", "pyspark"), ("test_ray.py", "ray"))
    if find_spec(engine) is None
]
