"""Count the denials of many inputs, and group them into problems.

A DuckDB file stores the denials as rows. A second report reads only new inputs, and a report that was stopped
continues where it left off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import is_installed, lazy_names

if TYPE_CHECKING:
    from iamtriage.exceptions import ReportError
    from iamtriage.report._baselines import Baseline
    from iamtriage.report._building import build_report
    from iamtriage.report._contents import Progress
    from iamtriage.report._report import Report

__all__ = ("Baseline", "Progress", "Report", "ReportError", "build_report")

for _name in ("duckdb", "pyarrow"):
    # Fail when the package is imported, not after hours of reading.
    if not is_installed(_name):
        _msg = f"iamtriage.report needs {_name}: pip install 'iamtriage[report]'"
        raise ImportError(_msg, name=_name)

_MODULE_BY_NAME = {
    "Baseline": "_baselines",
    "Progress": "_contents",
    "Report": "_report",
    "ReportError": ".exceptions",
    "build_report": "_building",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
