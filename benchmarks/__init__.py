"""Measure the time and memory of iamtriage: ``python -m benchmarks [--json FILE] [NAME...]``.

The benchmarks need only the standard library and iamtriage, except for ``arns``, which compares with the packages
of the dependency group ``bench``. A figure with a limit is the ratio of two measurements that alternate in one run,
so that it does not depend on the machine and its load. Figures in seconds are for information.
"""
