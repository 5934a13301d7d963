"""Read the values in tables of the AWS CLI, as lines with the name of each column.

Format: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html#table-output.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern

__all__ = ("list_table_values",)

# The names of the columns between two borders, and the rows up to the next border.
_TABLE = lazy_pattern(
    r"(?m)^[ \t|]{0,12}\+[-+]{4,200}[+|]{1,4}[ \t\r]*\n(?P<names>[ \t]{0,8}\|[^\n]{1,300}\|)[ \t\r]*\n[ \t|]{0,12}\+[-+]{4,200}[+|]{1,4}[ \t\r]*\n"
    r"(?P<rows>(?:[ \t]{0,8}\|(?!\+)[^\n]{1,300}\|[ \t\r]*\n){1,40})"
)
_NAME = lazy_pattern(r"[A-Za-z][\w.]{1,60}")


def list_table_values(text: str) -> Iterator[str]:
    r"""Yield each value in the tables of a text, after the name of its column.

    >>> table = "+-------+-----------+\n|  Name |  State    |\n+-------+-----------+\n|  a    |  running  |\n+-------+-----------+\n"
    >>> list(list_table_values(table))
    ['Name: a', 'State: running']
    """
    if "+--" not in text:
        return
    for table in _TABLE.finditer(text):
        names = _split(table["names"])
        if not all(map(_NAME.fullmatch, names)):
            continue
        for row in table["rows"].splitlines():
            values = _split(row)
            if len(values) == len(names):
                yield from (f"{name}: {value}" for name, value in zip(names, values, strict=True) if value)


def _split(row: str) -> list[str]:
    return [each.strip() for each in row.strip().strip("|").split("|")]
