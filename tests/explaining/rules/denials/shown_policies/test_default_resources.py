"""A call that names no workgroup, event bus or cluster is one for the default, which the policy need not allow."""

from __future__ import annotations

import pytest

from iamtriage import explain

_CALLER = "User: arn:aws:sts::111122223333:assumed-role/analyst/ana is not authorized to perform: "
_DENIED = _CALLER + "{0} on resource: arn:aws:{1} because no identity-based policy allows the {0} action\n"
_PRIMARY = _DENIED.format("athena:StartQueryExecution", "athena:eu-west-1:111122223333:workgroup/primary")
_UNNAMED = "You are not authorized to perform: athena:StartQueryExecution on the resource. After your AWS administrator or you have updated your permissions, please try again. (Service: Athena, Status Code: 400, Request ID: d565803f-1111)\n"
_POLICY = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{}", "Resource": "arn:aws:{}"}}]}}\n'
_SALES = _POLICY.format("athena:StartQueryExecution", "athena:eu-west-1:111122223333:workgroup/sales")
_RUN = '$ aws athena start-query-execution --work-group sales --query-string "select 1"\n{"QueryExecutionId": "0d6f"}\n'
_BUS = _DENIED.format("events:PutEvents", "events:eu-west-1:111122223333:event-bus/default")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        (_PRIMARY + _SALES, 'WorkGroup="sales"; with the AWS CLI, --work-group sales'),
        (f"import awswrangler as wr\n{_PRIMARY}{_SALES}", 'workgroup="sales" in each call'),
        (f"pyathena.connect(region_name='eu-west-1')\n{_PRIMARY}{_RUN}", 'work_group="sales" in connect()'),
        (f"{_PRIMARY}It works with --work-group sales.", "--work-group sales"),
        (f"jdbc:athena://Region=eu-west-1;\n{_UNNAMED}{_SALES}", "WorkGroup=sales; in the JDBC URL"),
        (_BUS + _POLICY.format("events:PutEvents", "events:eu-west-1:111122223333:event-bus/orders"), 'EventBusName="orders" in each entry'),
        (f'Grafana, workgroup is "primary"\n{_UNNAMED}{_SALES}', "the workgroup sales in the settings of the data source"),
        # The policy allows the default one, all of them, or the text names one for the call.
        (_PRIMARY + _SALES.replace("sales", "primary"), None),
        (_PRIMARY + _SALES.replace("sales", "*"), None),
        (_PRIMARY + _SALES.replace('"arn:aws:athena:eu-west-1:111122223333:workgroup/sales"', '["arn:aws:athena:eu-west-1:111122223333:workgroup/sales", "arn:aws:athena:us-east-1:111122223333:workgroup/primary"]'), None),
        (f"{_PRIMARY}Does it run with --work-group sales?", None),
        (f"{_PRIMARY}I run it with --work-group sales on my laptop.", None),
        (f"jdbc:athena://Region=eu-west-1;WorkGroup=tests\n{_UNNAMED}{_SALES}", None),
        (_PRIMARY.replace("workgroup/primary", "workgroup/tests") + _SALES, None),
        (_UNNAMED + _RUN, None),
    ],
)  # fmt: skip
def test_default_resource(text: str, setting: str | None) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "default-resource") is (setting is not None)
    assert (setting or "") in str(explanation.remedies[0].steps)
    # Nothing is to be allowed on the default resource.
    assert setting is None or not any(each.policy for each in explanation.remedies)
