"""A run of Terraform cannot lock the state, although no permission is missing."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

HELD = """Error: Error acquiring the state lock

Error message: ConditionalCheckFailedException: The conditional request failed
Lock Info:
  ID:        {id}
  Path:      acme-state/shop.tfstate
  Operation: OperationTypeApply
  Who:       lea@tea-host
  Version:   1.9.0
  Created:   2026-11-02 09:14:03.118204 +0000 UTC
"""
ITEM = "Error: Error acquiring the state lock: 2 errors occurred:\n\t* ValidationException: One or more parameter values were invalid: {}\n\tstatus code: 400, request id: 0A1B"


@check_rows("lock", ["01234567-89ab-cdef-0123-456789abcdef", "4711"])
@check_rows("border", ["", "│ "])
def test_the_run_that_holds_the_lock_is_named(lock: str, border: str) -> None:
    text = "\n".join(f"{border}{line}" for line in HELD.format(id=lock).splitlines())
    explanation = explain(text)
    assert explanation.summary == (
        "The Terraform state is locked: terraform apply by lea@tea-host holds the lock, since 2026-11-02 09:14 UTC."
    )
    [remedy] = explanation.remedies
    assert remedy.commands[-1] == f"terraform force-unlock {lock}"
    assert "Make sure that this one has ended" in remedy.steps[0]


def test_a_lock_without_details() -> None:
    explanation = explain(HELD.partition("Lock Info")[0])
    assert explanation.summary == "The Terraform state is locked: a run holds the lock."
    assert explanation.remedies[0].commands[-1] == "terraform force-unlock LOCK_ID"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Missing the key lockid in the item", "its partition key is lockid, and Terraform writes LockID"),
        (
            "Type mismatch for key LockID expected: N actual: S",
            "its partition key LockID has the type N, and Terraform writes a String",
        ),
    ],
)
def test_the_table_has_another_key(message: str, says: str) -> None:
    explanation = explain(ITEM.format(message))
    assert says in explanation.summary
    assert "AttributeName=LockID,AttributeType=S" in explanation.remedies[0].commands[0]


def test_other_conditions_hold_no_lock() -> None:
    text = HELD.replace("Error acquiring the state lock", "Error updating the orders")
    assert "lock" not in explain(text.partition("Lock Info")[0]).summary
