"""Test what policies of Vault deny, often after a login with an AWS role."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_GO = "Error making API request.\n\nURL: {} https://vault.acme.example:8200/v1/{}\nCode: 403. Errors:\n\n* 1 error occurred:\n\t* permission denied\n"
_HVAC = "hvac.exceptions.Forbidden: 1 error occurred:\n\t* permission denied\n\n, on get https://vault.acme.example/v1/kv/data/shop/api\n"


def _policy(path: str, capabilities: str = '"read"') -> str:
    return f'$ vault policy read shop\npath "{path}" {{\n  capabilities = [{capabilities}]\n}}\n'


@check_rows(
    ("text", "says"),
    [
        (_GO.format("GET", "secret/data/shop/db") + _policy("secret/shop/*"), ("the policy shop allows secret/shop/*, but", 'path "secret/data/shop/*" {', 'path "secret/metadata/shop/*" {')),
        (_GO.format("GET", "team/kv/data/shop/db") + _policy("team/kv/+/db"), ("read on team/kv/data/shop/db", "allows team/kv/+/db")),
        (_GO.format("GET", "sys/internal/ui/mounts/secret/shop/db"), ("read on secret/data/shop/db",)),
        (_GO.format("PUT", "secret/data/shop/db") + _policy("secret/data/shop/*"), ("the policy shop has only read for secret/data/shop/*", '["read", "create", "update"]')),
        (_GO.format("GET", "secret/metadata/shop?list=true"), ("denied list on secret/metadata/shop", '["list"]')),
        (_GO.format("GET", "secret/data/shop/db") + _policy("secret/data/cart/*"), ("names secret/data/cart/* instead",)),
        (_HVAC + 'token_policies     ["api" "default"]\nsecretsmanager:* did not help', ("denied read on kv/data/shop/api", "The login worked", "vault policy write api policy.hcl", "secretsmanager:*, if")),
        (_HVAC, ("or the token is not valid any more", "POLICY_NAME")),
    ],
)  # fmt: skip
def test_policy_of_vault(text: str, says: tuple[str, ...]) -> None:
    explanation = explain(text)
    shown = " ".join(explanation.to_text(detail="full").split())
    assert explanation.topic == "decided-elsewhere"
    assert [words for words in says if words not in shown] == []
    assert not any(remedy.policy for remedy in explanation.remedies)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_GO.format("PUT", "auth/aws/login"), id="the login itself"),
        pytest.param(_GO.format("GET", "secret/data/shop").replace("403", "503"), id="sealed"),
        pytest.param("permission denied: https://api.acme.example/v1/secret/data/shop", id="another API"),
    ],
)
def test_other_answers_of_servers(text: str) -> None:
    assert explain(text).topic != "decided-elsewhere"


@check_rows(
    ("name", "is_leased"),
    [
        ("vault-token-films-1767000000-a1b2", True),
        ("team/vault-approle-films-1767000000-a1b2", True),
        ("vault-admin", False),
    ],
)
def test_users_that_vault_creates(name: str, is_leased: bool) -> None:  # noqa: FBT001
    shown = str(
        explain(
            f"User: arn:aws:iam::111122223333:user/vault is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/{name} because no identity-based policy allows the iam:CreateUser action"
        )
    )
    users = f"user/{name.partition('vault-')[0]}vault-*"
    assert (users in shown) is is_leased
