"""Amazon RDS Proxy knows only the database users for whom it has a secret."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

MESSAGE = "FATAL:  This RDS proxy has no credentials for the role shop_ro. Check the credentials for this role and try again."
HOST = "shop-proxy.proxy-abcdefghijkl.eu-west-1.rds.amazonaws.com"
ENTRY = '{"AuthScheme": "SECRETS", "SecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/app-AbCdEf", "IAMAuth": "REQUIRED"}'


@check_rows(
    ("text", "said", "unsaid"),
    [
        (
            f'psql: error: connection to server at "{HOST}" failed: {MESSAGE}',
            "describe-db-proxies --db-proxy-name shop-proxy",
            "PROXY_NAME",
        ),
        (
            f'{HOST}\n{MESSAGE}\n["arn:aws:iam::111122223333:role/shop-proxy-role", [{ENTRY}]]',
            "SecretArn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/app-AbCdEf,IAMAuth=REQUIRED",
            "OTHER_SECRET_ARN",
        ),
        (f"{HOST}\n{MESSAGE}\n{ENTRY}", "secret:shop/shop_ro-??????", "ACCOUNT_ID"),
        (f'{MESSAGE}\n{{"username": "shop_app"}}', "The proxy has one for shop_app only", "for shop_ro only"),
        (f"error: {MESSAGE}\n    at Parser.parseErrorMessage", "not an IAM role", "rds-db:connect"),
    ],
    ids=["host", "entries", "secret", "other user", "bare"],
)
def test_user_without_a_secret(text: str, said: str, unsaid: str) -> None:
    shown = " ".join(explain(text).to_text(detail="full").split()).replace(" \\ ", " ")
    assert said in shown
    assert unsaid not in shown
    assert "--auth replaces the whole list" in shown


def test_login_of_the_database() -> None:
    text = f'{HOST}: FATAL:  password authentication failed for user "shop_ro"'
    assert "proxy-lacks-secret" not in {each.code for each in explain(text).causes}
