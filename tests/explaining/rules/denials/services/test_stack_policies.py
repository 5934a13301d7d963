"""Updates that the policy of a CloudFormation stack denies: IAM has no part in it."""

from __future__ import annotations

import pytest

from iamtriage import explain, scan

_MESSAGE = "Action denied by stack policy: Statement [#1] does not allow [Update:{}] for resource [LogicalResourceId/{}]"
_ROWS = f"""| OrdersDb | UPDATE_FAILED | AWS::RDS::DBInstance | {_MESSAGE.format("Replace", "OrdersDb")} |
| shop | UPDATE_ROLLBACK_IN_PROGRESS | AWS::CloudFormation::Stack | The following resource(s) failed to update: [OrdersDb]. |

I have AdministratorAccess in this account."""


@pytest.mark.parametrize(
    ("text", "stack", "effect", "is_lossy"),
    [
        (_ROWS, "shop", "would replace OrdersDb (AWS::RDS::DBInstance)", True),
        (
            f"The stack named shop failed to deploy: UPDATE_ROLLBACK_COMPLETE: {_MESSAGE.format('Delete', 'Carts')}",
            *("shop", "would delete Carts", True),
        ),
        (
            f"$ aws cloudformation describe-stack-events --stack-name shop\nUPDATE_FAILED\t{_MESSAGE.format('Modify', 'Api')}",
            *("shop", "would change Api", False),
        ),
        ("Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [*];", "STACK_NAME", "would change the resource", False),
    ],
)  # fmt: skip
def test_stack_policy(text: str, stack: str, effect: str, *, is_lossy: bool) -> None:
    explanation = explain(text)
    assert explanation.topic == "stack-policy"
    assert "the stack policy" in explanation.summary.lower()
    assert "not IAM" in explanation.summary
    assert effect in explanation.summary
    check, override = explanation.remedies
    assert check.commands[0].startswith(f"aws cloudformation get-stack-policy --stack-name {stack} ")
    assert check.policy is None
    assert any("Back up the data" in each for each in override.steps) is is_lossy
    # Nothing but the denied change of the denied resource is allowed.
    assert override.commands[0].count('"Effect":"Allow"') == 1
    assert '"Resource":"*"' not in override.commands[0]


def test_other_resource_of_the_update() -> None:
    text = f"{_MESSAGE.format('Replace', 'Db')}\n{_MESSAGE.format('Delete', 'Carts')}"
    summaries = [explain(each).summary for each in scan(text)]
    assert ["would replace Db" in summaries[0], "would delete Carts" in summaries[1]] == [True, True]
