"""Measure what iamtriage costs: ``python -m benchmarks [--json FILE] [NAME...]``.

The benchmarks need only the standard library and iamtriage, except for ``arns``, which compares with the packages
of the dependency group ``bench``. A figure with a limit is a ratio of two measurements that alternate in one run,
so that a slow or busy machine makes no difference. Figures in seconds are for information.
"""
