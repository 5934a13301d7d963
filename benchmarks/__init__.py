"""What iamtriage costs: ``python -m benchmarks [--json FILE] [NAME...]``.

Standard library and iamtriage only; ``arns`` compares with the packages of the dependency group ``bench``.
A figure with a limit is a ratio taken in one run, its two sides in turn, so that a slow or busy machine does
not decide; figures in seconds are for information.
"""
