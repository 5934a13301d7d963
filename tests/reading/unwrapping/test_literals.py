"""String literals on adjacent lines are read as one text, and quoted lines of a list or log are not."""

from __future__ import annotations

from iamtriage import parse, scan
from tests.tables import check_rows

_USER = "arn:aws:iam::111122223333:user/ana"
_OBJECT = "arn:aws:s3:::orders/2026.csv"
_PARTS = (
    "AccessDenied: User: ",
    f"{_USER} is not authorized to perform: s3:GetObject on resource: ",
    f"{_OBJECT} because no identity-based policy allows the s3:GetObject action",
)


def _literals(prefix: str = "    ", suffix: str = "", quote: str = '"') -> str:
    return "\n".join(f"{prefix}{quote}{part}{quote}{suffix}" for part in _PARTS)


@check_rows(
    "text",
    [
        _literals(),
        _literals(quote="'"),
        _literals(prefix="... "),
        _literals(prefix="...     f"),
        _literals(prefix="+   "),
        _literals(suffix=" +"),
        _literals(prefix="  + "),
        ">>> explain(\n" + _literals(prefix="...     ") + "\n... )",
    ],
    ids=["Python", "single", "session", "f-strings", "diff", "Java", "Kotlin", "doctest"],
)
def test_adjacent_literals_are_one_text(text: str) -> None:
    failure = parse(text)
    assert failure is not None
    assert (failure.principal, failure.resource) == (_USER, _OBJECT)
    for key in ("principal", "resource"):
        start, end = failure.spans[key]
        assert failure.text[start:end] == getattr(failure, key)


def test_quoted_lines_are_not_joined() -> None:
    """Each is a whole text, or a comma shows that they are values of a list."""
    lines = [
        f"User: {_USER} is not authorized to perform: sqs:{action} on resource: *"
        for action in ("SendMessage", "DeleteQueue")
    ]
    for separator in ('",\n"', '"\n\n"', '"\n"'):
        found = list(scan('"' + separator.join(lines) + '"'))
        assert [(each.action, each.resource) for each in found] == [
            ("sqs:SendMessage", "*"),
            ("sqs:DeleteQueue", "*"),
        ]
