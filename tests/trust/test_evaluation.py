"""Trust policies: every operator, principals, mismatches and fixes, and invalid documents."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.exceptions import InvalidArnError, PolicyError
from iamtriage.policies._conditions import PolicyValue, any_true, evaluate_condition, parse_operator
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.trust import TrustResult, check_trust_policy
from tests.tables import check_rows

ACCOUNT, OTHER = "111122223333", "444455556666"
IAM, STS = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"
ROLE = f"{IAM}role/team/app"
CLUSTER, ELSE = "0123456789ABCDEF0123456789ABCDEF", "FEDCBA9876543210FEDCBA9876543210"
ISSUER = f"oidc.eks.eu-west-1.amazonaws.com/id/{CLUSTER}"
PROVIDER = f"{IAM}oidc-provider/{ISSUER}"
SUBJECT = "system:serviceaccount:shop:cart"
AUDIENCE = "sts.amazonaws.com"
WEB = "sts:AssumeRoleWithWebIdentity"
CLAIMS: dict[str, Any] = {
    "iss": f"https://{ISSUER}",
    "aud": [AUDIENCE],
    "sub": SUBJECT,
    "exp": 1767225600,
    "nbf": 1767139200,
    "kubernetes.io": {"namespace": "shop"},
}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def statement(principal: object = "*", action: object = "sts:AssumeRole", condition: object = None, effect: str = "Allow") -> dict[str, Any]:  # fmt: skip
    built: dict[str, Any] = {"Effect": effect, "Principal": principal, "Action": action}
    return built if condition is None else built | {"Condition": condition}


def irsa(
    sub: str = SUBJECT,
    *,
    provider: str = PROVIDER,
    issuer: str = ISSUER,
    operator: str = "StringEquals",
    aud: str | None = AUDIENCE,
    action: object = WEB,
) -> dict[str, Any]:
    keys = {f"{issuer}:sub": sub} | ({f"{issuer}:aud": aud} if aud else {})
    return policy(statement({"Federated": provider}, action, {operator: keys}))


def check_irsa(
    document: dict[str, Any] | str,
    claims: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
) -> TrustResult:
    known = CLAIMS if claims is None else claims
    return check_trust_policy(document, action=WEB, role_arn=ROLE, claims=known, context=context)


# ------------------------------------------------ service accounts

MATCHES = {
    "exact": irsa(),
    "text": json.dumps(irsa()),
    "one statement": {"Version": "2012-10-17", "Statement": irsa()["Statement"][0]},
    "old version": {"Version": "2008-10-17", "Statement": irsa()["Statement"]},
    "no version": {"Statement": irsa()["Statement"]},
    "wildcard": irsa("system:serviceaccount:shop:*", operator="StringLike"),
    "one character": irsa("system:serviceaccount:shop:car?", operator="StringLike"),
    "no audience": irsa(aud=None),
    "action in another case": irsa(action="STS:assumerolewithwebidentity"),
    "action with wildcard": irsa(action=["sts:Assume*Identity", "sts:TagSession"]),
    "key in another case": irsa(issuer=ISSUER.upper()),
    "many providers": policy(
        statement({"Federated": [f"{IAM}oidc-provider/accounts.example", PROVIDER]}, WEB, irsa()["Statement"][0]["Condition"])
    ),
    "second statement": policy(statement({"Service": "ec2.amazonaws.com"}), irsa()["Statement"][0]),
    "set of audiences": policy(
        statement({"Federated": PROVIDER}, WEB, {"ForAnyValue:StringEquals": {f"{ISSUER}:aud": ["x", AUDIENCE]}})
    ),
    "NotAction": policy(
        {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "NotAction": "sts:AssumeRole"}
    ),
}  # fmt: skip


@check_rows("document", MATCHES.values(), ids=MATCHES)
def test_allowed_service_accounts(document: dict[str, Any]) -> None:
    result = check_irsa(document)

    assert result.allowed is True, result
    assert result.fix is None
    assert result.condition is None
    assert str(result).startswith("allowed: ")


Mismatch = tuple[dict[str, Any], tuple[str, ...], str | None, str | None, dict[str, Any]]


def mismatch(
    document: dict[str, Any],
    *words: str,
    fix: str | None,
    condition: str | None = None,
    claims: dict[str, Any] = CLAIMS,
) -> Mismatch:
    return document, words, fix, condition, claims


SUB = f'Statement[0].Condition.StringEquals["{ISSUER}:sub"]'
AUD = f'Statement[0].Condition.StringEquals["{ISSUER}:aud"]'
MISMATCHES = {
    "namespace": mismatch(
        irsa("system:serviceaccount:store:cart"),
        'expects "system:serviceaccount:store:cart"',
        'the namespace is "shop", not "store"',
        fix=f'set {SUB} to "{SUBJECT}"',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "name": mismatch(
        irsa("system:serviceaccount:shop:basket"),
        'the service account is "cart", not "basket"',
        fix=f'set {SUB} to "{SUBJECT}"',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "both": mismatch(
        irsa("system:serviceaccount:store:basket"),
        'the namespace is "shop", not "store" and the service account is "cart", not "basket"',
        fix=f'set {SUB} to "{SUBJECT}"',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "case": mismatch(
        irsa("system:serviceaccount:Shop:cart"),
        "differ in case",
        fix=f'set {SUB} to "{SUBJECT}"',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "StringEquals with a wildcard": mismatch(
        irsa("system:serviceaccount:shop:*"),
        "StringEquals does not treat * and ? as wildcards",
        fix=f'move "{ISSUER}:sub" from StringEquals to StringLike in Statement[0].Condition',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "escaped wildcard": mismatch(
        irsa("system:serviceaccount:shop:${*}", operator="StringLike"),
        'expects "system:serviceaccount:shop:*"',
        fix=f'set Statement[0].Condition.StringLike["{ISSUER}:sub"] to "{SUBJECT}"',
        condition=f"StringLike {ISSUER}:sub",
    ),
    "audience of the policy": mismatch(
        irsa(aud="https://kubernetes.default.svc"),
        'has "sts.amazonaws.com"',
        fix=f'set {AUD} to "sts.amazonaws.com"',
        condition=f"StringEquals {ISSUER}:aud",
    ),
    "audience of the token": mismatch(
        irsa(),
        'has "https://kubernetes.default.svc"',
        fix=f'request the token for the audience "sts.amazonaws.com", or set {AUD} to "https://kubernetes.default.svc"',
        condition=f"StringEquals {ISSUER}:aud",
        claims=CLAIMS | {"aud": ["https://kubernetes.default.svc"]},
    ),
    "China's audience": mismatch(
        irsa(aud="sts.amazonaws.com.cn"),
        'expects "sts.amazonaws.com.cn"',
        fix=f'set {AUD} to "sts.amazonaws.com"',
        condition=f"StringEquals {ISSUER}:aud",
    ),
    "subject and audience": mismatch(
        irsa("system:serviceaccount:shop:basket", aud="x"),
        "1 more mismatch",
        fix=f'set {SUB} to "{SUBJECT}"',
        condition=f"StringEquals {ISSUER}:sub",
    ),
    "another cluster": mismatch(
        irsa(provider=PROVIDER.replace(CLUSTER, ELSE), issuer=ISSUER.replace(CLUSTER, ELSE)),
        "the provider of another cluster, ",
        fix=f'replace "{ISSUER.replace(CLUSTER, ELSE)}" with "{ISSUER}" in Statement[0], in the Principal and in the condition keys',
    ),
    "another region": mismatch(
        irsa(provider=PROVIDER.replace("eu-west-1", "us-east-1")),
        "of another cluster in another region",
        fix=f'replace "{PROVIDER.replace("eu-west-1", "us-east-1")}" with "{PROVIDER}" in Statement[0].Principal.Federated',
    ),
    "key of another cluster": mismatch(
        irsa(issuer=ISSUER.replace(CLUSTER, ELSE), aud=None),
        "belongs to another issuer; the token's keys begin with",
        fix=f'replace the key "{ISSUER.replace(CLUSTER, ELSE)}:sub" with "{ISSUER}:sub" in Statement[0].Condition',
        condition=f"StringEquals {ISSUER.replace(CLUSTER, ELSE)}:sub",
    ),
    "key with a scheme": mismatch(
        irsa(issuer=f"https://{ISSUER}", aud=None),
        "spells the token's issuer differently; the token's keys begin with",
        fix=f'replace the key "https://{ISSUER}:sub" with "{ISSUER}:sub" in Statement[0].Condition',
        condition=f"StringEquals https://{ISSUER}:sub",
    ),
    "key without a claim": mismatch(
        policy(statement({"Federated": PROVIDER}, WEB, {"StringEquals": {ISSUER: SUBJECT}})),
        f'the key "{ISSUER}" names no claim, such as "{ISSUER}:sub"',
        fix=f'add the claim to the key "{ISSUER}" in Statement[0].Condition',
        condition=f"StringEquals {ISSUER}",
    ),
    "key with a slash": mismatch(
        irsa(issuer=f"{ISSUER}/", aud=None),
        "spells the token's issuer differently",
        fix=f'replace the key "{ISSUER}/:sub" with "{ISSUER}:sub" in Statement[0].Condition',
        condition=f"StringEquals {ISSUER}/:sub",
    ),
    "provider with a scheme": mismatch(
        irsa(provider=f"{IAM}oidc-provider/https://{ISSUER}"),
        "differ in the scheme",
        fix=f'replace "{IAM}oidc-provider/https://{ISSUER}" with "{PROVIDER}" in Statement[0].Principal.Federated',
    ),
    "provider with a slash": mismatch(
        irsa(provider=f"{PROVIDER}/"),
        "differ in a trailing slash",
        fix=f'replace "{PROVIDER}/" with "{PROVIDER}" in Statement[0].Principal.Federated',
    ),
    "provider in another case": mismatch(
        irsa(provider=PROVIDER.lower()),
        "differ in case",
        fix=f'replace "{ISSUER.lower()}" with "{ISSUER}" in Statement[0], in the Principal and in the condition keys',
    ),
    "issuer without TLS": mismatch(
        irsa(),
        "does not use https",
        fix=None,
        claims=CLAIMS | {"iss": f"http://{ISSUER}"},
    ),
    "provider's account": mismatch(
        irsa(provider=PROVIDER.replace(ACCOUNT, OTHER)),
        f'the provider is in account "{OTHER}", but STS looks for it in the role\'s account, "{ACCOUNT}"',
        fix=f'replace "{PROVIDER.replace(ACCOUNT, OTHER)}" with "{PROVIDER}" in Statement[0].Principal.Federated',
    ),
    "provider's partition": mismatch(
        irsa(provider=PROVIDER.replace("arn:aws:", "arn:aws-cn:")),
        'the provider is in partition "aws-cn", but STS looks for it in the role\'s partition, "aws"',
        fix=f'replace "{PROVIDER.replace("arn:aws:", "arn:aws-cn:")}" with "{PROVIDER}" in Statement[0].Principal.Federated',
    ),
    "issuer instead of the provider": mismatch(
        irsa(provider=f"https://{ISSUER}"),
        f'the policy trusts "https://{ISSUER}"',
        fix=f'add "{PROVIDER}" to Statement[0].Principal.Federated',
    ),
    "action": mismatch(
        irsa(action="sts:AssumeRole"),
        'its Action is "sts:AssumeRole"',
        fix=f'set Statement[0].Action to "{WEB}"',
    ),
    "actions": mismatch(
        irsa(action=["sts:TagSession", "sts:SetSourceIdentity"]),
        f'its Action is "sts:TagSession" or "sts:SetSourceIdentity", not {WEB}',
        fix=f'add "{WEB}" to Statement[0].Action',
    ),
    "NotAction": mismatch(
        policy({"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "NotAction": "sts:*"}),
        f"its NotAction excludes {WEB}",
        fix=f'remove "{WEB}" from Statement[0].NotAction',
    ),
    "claim without a key": mismatch(
        policy(statement({"Federated": PROVIDER}, WEB, {"StringEquals": {f"{ISSUER}:kubernetes.io/namespace": "shop"}})),
        'IAM has no condition key for the claim "kubernetes.io/namespace"',
        fix=None,
        condition=f"StringEquals {ISSUER}:kubernetes.io/namespace",
    ),
    "claim that the token lacks": mismatch(
        irsa(aud=None),
        "the token has no sub",
        fix=None,
        condition=f"StringEquals {ISSUER}:sub",
        claims={key: value for key, value in CLAIMS.items() if key != "sub"},
    ),
}  # fmt: skip


@check_rows(("document", "words", "fix", "condition", "claims"), MISMATCHES.values(), ids=MISMATCHES)
def test_rejected_service_accounts(
    document: dict[str, Any],
    words: tuple[str, ...],
    fix: str | None,
    condition: str | None,
    claims: dict[str, Any],
) -> None:
    result = check_irsa(document, claims)

    assert result.allowed is False
    assert result.statement == 0
    for each in words:
        assert each in result.reason
    assert result.fix == fix
    assert result.condition == condition
    assert str(result).startswith("not allowed: ")


JSON_TEXT = r'"(?:[^"\\\\]|\\\\.)*"'


def fixed(document: dict[str, Any], fix: str) -> dict[str, Any]:
    """Apply a fix. The test parses its text."""
    fixed = copy.deepcopy(document)
    texts = [json.loads(each) for each in re.findall(JSON_TEXT, fix)]
    one = fixed["Statement"][0]
    if fix.startswith("replace ") and ".Principal." not in fix:
        return cast("dict[str, Any]", json.loads(json.dumps(document).replace(texts[0], texts[1])))
    if fix.startswith("move "):
        operators = re.findall(r"\b(?:ForAnyValue:|ForAllValues:)?String\w+", fix)
        moved = one["Condition"][operators[0]].pop(texts[0])
        one["Condition"].setdefault(operators[1], {})[texts[0]] = moved
    elif fix.startswith("replace "):
        kind = fix.rpartition(".")[2]
        one["Principal"] = json.loads(json.dumps(one["Principal"]).replace(texts[0], texts[1]))
        assert kind in one["Principal"]
    elif "Condition" in fix:
        operator = re.search(r"Condition\.(\w+)", fix)
        assert operator
        key, value = texts
        one["Condition"][operator[1]][key] = value
    elif ".Principal." in fix:
        kind = fix.rpartition(".")[2]
        one["Principal"][kind] = [one["Principal"][kind], texts[0]]
    else:
        values = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        one["Action"] = [*values, texts[0]]
    return fixed


@check_rows(
    "name",
    [
        *("namespace", "name", "both", "case", "StringEquals with a wildcard", "escaped wildcard"),
        *("audience of the policy", "China's audience", "another cluster", "another region"),
        *("key of another cluster", "key with a scheme", "key with a slash", "provider with a scheme"),
        *("provider with a slash", "provider in another case", "provider's account", "provider's partition"),
        *("issuer instead of the provider", "action", "actions"),
    ],
)
def test_the_fix_works(name: str) -> None:
    document, _, fix, _, claims = MISMATCHES[name]
    assert fix is not None

    result = check_irsa(fixed(document, fix), claims)

    assert result.allowed is True, (fix, result)


def test_repeated_fixes_work() -> None:
    document = irsa("system:serviceaccount:store:basket", aud="x", action="sts:AssumeRole")
    for _ in range(3):
        result = check_irsa(document)
        assert result.allowed is False
        assert result.fix is not None
        document = fixed(document, result.fix)

    assert check_irsa(document).allowed is True


def test_expected_and_actual_values() -> None:
    result = check_irsa(irsa("system:serviceaccount:store:cart"))

    assert result.expected == ("system:serviceaccount:store:cart",)
    assert result.actual == (SUBJECT,)


def test_the_closest_statement_is_reported() -> None:
    document = policy(
        statement({"Service": "ec2.amazonaws.com"}),
        irsa("system:serviceaccount:store:cart", aud="x")["Statement"][0],
        irsa("system:serviceaccount:store:cart")["Statement"][0],
    )

    assert check_irsa(document).statement == 2


def test_a_policy_for_another_principal() -> None:
    result = check_irsa(policy(statement({"Service": "ec2.amazonaws.com"})))

    assert (result.allowed, result.statement, result.fix) == (False, None, None)
    assert "no statement trusts a token from" in result.reason


def test_without_the_role_the_account_is_assumed() -> None:
    result = check_trust_policy(irsa(), action=WEB, claims=CLAIMS)

    assert result.allowed is True
    assert "assuming that the provider is in the role's account" in result.reason


def test_without_claims_the_result_is_unknown() -> None:
    result = check_trust_policy(irsa(), action=WEB, role_arn=ROLE)
    with_provider = check_trust_policy(irsa(), action=WEB, role_arn=ROLE, caller=PROVIDER, context={})

    assert result.allowed is None
    assert "the token's issuer, which is unknown" in result.reason
    assert with_provider.allowed is None
    assert with_provider.condition == f"StringEquals {ISSUER}:sub"


def test_claims_without_an_issuer() -> None:
    assert check_irsa(irsa(), {"sub": SUBJECT}).allowed is False


def test_credentials_do_not_matter_with_a_token() -> None:
    document = policy(statement({"AWS": ROLE}, "sts:*"))

    assert check_trust_policy(document, action=WEB, caller=ROLE).allowed is False
    assert check_trust_policy(document, action=WEB, caller=ROLE, claims=CLAIMS).allowed is False
    assert check_trust_policy(document, action="sts:AssumeRole", caller=ROLE, claims=CLAIMS).allowed is True


@check_rows(
    ("now", "allowed"),
    [
        (1767225600, True),
        (1767225900, True),  # IAM accepts it for five more minutes
        (1767225901, False),
        ("2026-01-01T00:05:00Z", True),
        ("2026-01-01T00:05:01Z", False),
        ("2026-01-01T01:05:01+01:00", False),
        (datetime(2026, 1, 1, 0, 6, tzinfo=UTC), False),
        (datetime(2026, 1, 1, 0, 6), False),  # noqa: DTZ001 (taken as UTC)
        (date(2026, 1, 2), False),
        (1767139200 - 300, True),
        (1767139200 - 301, False),
    ],
)
def test_expiry(now: object, *, allowed: bool) -> None:
    result = check_irsa(irsa(), context={"aws:CurrentTime": now})

    assert result.allowed is allowed
    assert allowed or "the token" in result.reason


@check_rows("exp", [None, "soon", True, [], 10**400, float("nan"), float("inf")])
def test_an_invalid_expiry_is_ignored(exp: object) -> None:
    assert check_irsa(irsa(), CLAIMS | {"exp": exp}, context={"aws:CurrentTime": 1767225600}).allowed is True


def test_authorized_party() -> None:
    claims = CLAIMS | {"aud": "b", "azp": "a"}
    keys = {f"{ISSUER}:aud": "a", f"{ISSUER}:oaud": "b"}

    assert (
        check_irsa(policy(statement({"Federated": PROVIDER}, WEB, {"StringEquals": keys})), claims).allowed
        is True
    )
    assert check_irsa(policy(statement({"Federated": PROVIDER}, WEB, {"Null": {f"{ISSUER}:oaud": True}}))).allowed is True  # fmt: skip


def test_several_audiences() -> None:
    """IAM does not document how an operator for one value compares several."""
    claims = CLAIMS | {"aud": [AUDIENCE, "other"]}

    assert check_irsa(irsa(), claims).allowed is None
    assert check_irsa(irsa(aud="x"), claims).allowed is False


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-eusc"])
def test_other_partitions(partition: str) -> None:
    def there(text: str) -> str:
        return text.replace("arn:aws:", f"arn:{partition}:")

    document = json.loads(there(json.dumps(irsa())))

    assert check_trust_policy(document, action=WEB, role_arn=there(ROLE), claims=CLAIMS).allowed is True
    assert check_trust_policy(document, action=WEB, role_arn=ROLE, claims=CLAIMS).allowed is False


def test_known_and_unknown_claims_of_github() -> None:
    issuer = "token.actions.githubusercontent.com"
    claims = {"iss": f"https://{issuer}", "sub": "repo:example/shop:ref:refs/heads/main", "repository": "example/shop", "run_id": "7"}  # fmt: skip

    def allowed(key: str, value: str) -> bool | None:
        condition = {"StringEquals": {f"{issuer}:{key}": value}}
        document = policy(statement({"Federated": f"{IAM}oidc-provider/{issuer}"}, WEB, condition))
        return check_irsa(document, claims).allowed

    assert allowed("repository", "example/shop") is True
    assert allowed("run_id", "7") is None
    assert allowed("other", "7") is False


def test_plain_providers() -> None:
    document = policy(statement({"Federated": "cognito-identity.amazonaws.com"}, WEB, {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}))  # fmt: skip
    claims = {"iss": "https://cognito-identity.amazonaws.com", "amr": ["authenticated", "x"]}

    assert check_irsa(document, claims).allowed is True
    assert check_irsa(document, claims | {"amr": ["unauthenticated"]}).allowed is False
    assert check_irsa(document, claims | {"amr": []}).allowed is False


def test_a_provider_whose_issuer_ends_with_a_slash() -> None:
    document = irsa(
        provider=f"{IAM}oidc-provider/login.example/", issuer="login.example/", sub="ana", aud=None
    )

    assert check_irsa(document, {"iss": "https://login.example/", "sub": "ana"}).allowed is True
    assert check_irsa(document, {"iss": "https://login.example", "sub": "ana"}).allowed is False


TAGS = {"principal_tags": {"team": ["shop"]}, "transitive_tag_keys": ["team"]}


def test_session_tags_of_a_token_require_another_action() -> None:
    claims = CLAIMS | {"https://aws.amazon.com/tags": TAGS}
    result = check_irsa(irsa(), claims)

    assert result.allowed is False
    assert "sts:TagSession" in result.reason
    assert result.fix == 'add "sts:TagSession" to Statement[0].Action'
    assert check_irsa(irsa(action=[WEB, "sts:TagSession"]), claims).allowed is True


@check_rows(
    ("claims", "tag", "expected"),
    [
        (CLAIMS | {"https://aws.amazon.com/tags": TAGS}, "team", True),
        (CLAIMS | {"https://aws.amazon.com/tags": TAGS}, "Team", True),
        (CLAIMS | {"https://aws.amazon.com/tags": TAGS}, "stage", False),
        # A claim is not a session tag.
        (CLAIMS | {"team": "shop"}, "team", False),
        # A part of a token can lack the tags that the token has.
        ({"iss": CLAIMS["iss"], "sub": SUBJECT}, "team", None),
    ],
)
def test_conditions_on_session_tags_of_a_token(
    claims: dict[str, Any],
    tag: str,
    expected: bool | None,  # noqa: FBT001 (a row of the table)
) -> None:
    tags = {f"aws:RequestTag/{tag}": "shop"}
    provider = {"Federated": f"{IAM}oidc-provider/{ISSUER}"}
    document = policy(statement(provider, [WEB, "sts:TagSession"], {"StringEquals": tags}))

    assert check_irsa(document, claims).allowed is expected


def test_session_tags_and_source_identity_of_a_call() -> None:
    document = policy(statement({"AWS": ROLE}, ["sts:AssumeRole", "sts:TagSession"]))
    tags = {"aws:RequestTag/team": "shop"}

    def check(context: dict[str, Any], action: str = "sts:AssumeRole") -> TrustResult:
        return check_trust_policy(document, action=action, caller=ROLE, context=context)

    assert check(tags).allowed is True
    assert check(tags, "sts:TagSession").allowed is True
    assert check({"sts:SourceIdentity": "ana"}).fix == 'add "sts:SetSourceIdentity" to Statement[0].Action'


def test_only_assume_role_has_an_external_id() -> None:
    """A statement whose condition requires one never allows the session tags of the call.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    condition = {"StringEquals": {"sts:ExternalId": "shop-77"}}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    document = policy(statement({"AWS": ROLE}, actions, condition=condition))
    context = {"sts:ExternalId": "shop-77", "aws:RequestTag/team": "shop"}

    def check(action: str, context: dict[str, Any] | None) -> TrustResult:
        return check_trust_policy(document, action=action, caller=ROLE, context=context)

    assert check("sts:AssumeRole", {"sts:ExternalId": "shop-77"}).allowed is True
    for action in ("sts:TagSession", "sts:SetSourceIdentity"):
        for known in (None, context):
            assert check(action, known).allowed is False
    result = check("sts:AssumeRole", context)
    assert result.allowed is False
    assert result.reason.endswith("but sts:TagSession never has sts:ExternalId")
    assert result.fix == "allow sts:TagSession in a statement without this condition"


def test_pod_identity_tags_its_sessions() -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html."""
    pods = "pods.eks.amazonaws.com"

    def check(action: object) -> TrustResult:
        document = policy(statement({"Service": pods}, action))
        return check_trust_policy(document, action="sts:AssumeRole", role_arn=ROLE, caller=pods)

    assert check(["sts:AssumeRole", "sts:TagSession"]).allowed is True
    assert check("sts:AssumeRole").fix == 'add "sts:TagSession" to Statement[0].Action'


def test_source_identity_of_a_token() -> None:
    claims = CLAIMS | {"https://aws.amazon.com/source_identity": "ana"}
    condition = {"StringEquals": {"sts:SourceIdentity": "ana"}}
    document = policy(statement({"Federated": PROVIDER}, [WEB, "sts:SetSourceIdentity"], condition))

    assert check_irsa(document, claims).allowed is True
    assert check_irsa(document, claims | {"https://aws.amazon.com/source_identity": "ben"}).allowed is False


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("arn:oidc", '"arn:oidc" is not an ARN'),
        (f"{IAM}saml-provider/corp", "is not an OIDC provider"),
        (f"{IAM}oidc-provider/accounts.example", 'the policy trusts the provider "accounts.example"'),
    ],
)
def test_providers_of_another_kind(provider: str, words: str) -> None:
    result = check_irsa(irsa(provider=provider))

    assert result.allowed is False
    assert words in result.reason


def test_subjects_that_are_not_service_accounts() -> None:
    result = check_irsa(irsa("system:node:a:b"))

    assert result.allowed is False
    assert "namespace" not in result.reason


# ------------------------------------------------ principals

SESSION = f"{STS}assumed-role/app/ana"
# The trusted principal, the caller, the result.
PRINCIPALS: dict[str, tuple[Any, str, bool | None]] = {
    "everyone": ("*", SESSION, True),
    "everyone under AWS": ({"AWS": "*"}, f"{IAM}user/ana", True),
    "account": ({"AWS": ACCOUNT}, SESSION, True),
    "account in a list": ({"AWS": [OTHER, ACCOUNT]}, SESSION, True),
    "root": ({"AWS": f"{IAM}root"}, SESSION, True),
    "root for a user": ({"AWS": f"{IAM}root"}, f"{IAM}user/team/ana", True),
    "root for a federated user": ({"AWS": f"{IAM}root"}, f"{STS}federated-user/ana", True),
    "root for the account": ({"AWS": f"{IAM}root"}, ACCOUNT, True),
    "another account": ({"AWS": OTHER}, SESSION, False),
    "another root": ({"AWS": f"arn:aws:iam::{OTHER}:root"}, SESSION, False),
    "root of another partition": ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}, SESSION, False),
    "role": ({"AWS": f"{IAM}role/app"}, f"{IAM}role/app", True),
    "role for its session": ({"AWS": f"{IAM}role/app"}, SESSION, True),
    "role with a path for its session": ({"AWS": ROLE}, SESSION, True),
    "role with a path for the same without": ({"AWS": ROLE}, f"{IAM}role/app", True),
    "role without a path for one with": ({"AWS": f"{IAM}role/app"}, ROLE, False),
    "role of another path": ({"AWS": ROLE}, f"{IAM}role/other/app", False),
    "another role": ({"AWS": f"{IAM}role/web"}, SESSION, False),
    "role of another account": ({"AWS": f"arn:aws:iam::{OTHER}:role/app"}, SESSION, False),
    "role in another case": ({"AWS": f"{IAM}role/App"}, SESSION, False),
    "session": ({"AWS": SESSION}, SESSION, True),
    "another session": ({"AWS": SESSION}, f"{STS}assumed-role/app/ben", False),
    "session for its role": ({"AWS": SESSION}, f"{IAM}role/app", None),
    "session for another role": ({"AWS": SESSION}, f"{IAM}role/web", False),
    "user": ({"AWS": f"{IAM}user/team/ana"}, f"{IAM}user/team/ana", True),
    "user of another path": ({"AWS": f"{IAM}user/ana"}, f"{IAM}user/team/ana", False),
    "user for the account": ({"AWS": f"{IAM}user/ana"}, ACCOUNT, None),
    "federated user": ({"AWS": f"{STS}federated-user/ana"}, f"{STS}federated-user/ana", True),
    "deleted": ({"AWS": "AROAEXAMPLEEXAMPLEID1"}, SESSION, False),
    "wildcard": ({"AWS": f"{IAM}role/*"}, SESSION, False),
    "not a principal": ({"AWS": "app"}, SESSION, False),
    "not an IAM principal": ({"AWS": "arn:aws:s3:::shop"}, SESSION, False),
    "service": ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com", True),
    "service of China": ({"Service": "ec2.amazonaws.com.cn"}, "ec2.amazonaws.com", False),
    "another service": ({"Service": ["ecs-tasks.amazonaws.com"]}, "lambda.amazonaws.com", False),
    "service for a role": ({"Service": "ec2.amazonaws.com"}, SESSION, False),
    "account for a service": ({"AWS": ACCOUNT}, "ec2.amazonaws.com", False),
    "provider for a role": ({"Federated": PROVIDER}, SESSION, False),
    "canonical user": ({"CanonicalUser": "0" * 64}, SESSION, False),
    "empty list": ({"AWS": []}, SESSION, False),
    "empty": ({}, SESSION, False),
}  # fmt: skip


@check_rows(("principal", "caller", "allowed"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_principals(principal: object, caller: str, *, allowed: bool | None) -> None:
    result = check_trust_policy(
        policy(statement(principal)), action="sts:AssumeRole", role_arn=ROLE, caller=caller
    )

    assert result.allowed is allowed, result
    denial = policy(statement("*"), statement(principal, effect="Deny"))
    denied = check_trust_policy(denial, action="sts:AssumeRole", role_arn=ROLE, caller=caller)
    assert denied.allowed is {True: False, False: True, None: None}[allowed]


CAVEAT = "the caller's identity-based policies must allow it, too"


def test_the_callers_identity_based_policies() -> None:
    """In the role's account, a policy that names the caller is sufficient; naming an account never is."""

    def reason(principal: str, role: str | None) -> str:
        document = policy(statement({"AWS": principal}))
        return check_trust_policy(document, action="sts:AssumeRole", role_arn=role, caller=SESSION).reason

    assert CAVEAT not in reason(f"{IAM}role/app", f"{IAM}role/target")
    assert CAVEAT in reason(f"{IAM}root", f"{IAM}role/target")
    assert CAVEAT in reason(f"{IAM}role/app", f"arn:aws:iam::{OTHER}:role/target")
    assert "if the role is in another account" in reason(f"{IAM}role/app", None)


def test_unknown_caller() -> None:
    result = check_trust_policy(policy(statement({"AWS": ACCOUNT})), action="sts:AssumeRole")

    assert result.allowed is None
    assert "the caller, which is unknown" in result.reason
    assert check_trust_policy(policy(statement("*")), action="sts:AssumeRole").allowed is True


FIXES = {
    "root": ({"AWS": OTHER}, SESSION, f'add "{IAM}root" to Statement[0].Principal.AWS'),
    "role": ({"AWS": f"{IAM}role/web"}, SESSION, f'add "{IAM}role/app" to Statement[0].Principal.AWS'),
    "user": ({"AWS": f"{IAM}user/ben"}, f"{IAM}user/ana", f'add "{IAM}user/ana" to Statement[0].Principal.AWS'),
    "deleted": (
        {"AWS": "AIDAEXAMPLEEXAMPLEID1"},
        f"{IAM}user/ana",
        f'replace "AIDAEXAMPLEEXAMPLEID1" with "{IAM}user/ana" in Statement[0].Principal.AWS',
    ),
    "path unknown": ({"AWS": f"{IAM}role/web"}, f"{STS}assumed-role/AWSReservedSSO_View_0123456789abcdef/ana", None),
    "service": (
        {"Service": "ec2.amazonaws.com"},
        "ecs-tasks.amazonaws.com",
        'add "ecs-tasks.amazonaws.com" to Statement[0].Principal.Service',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("principal", "caller", "fix"), FIXES.values(), ids=FIXES)
def test_fix_of_a_principal(principal: object, caller: str, fix: str | None) -> None:
    assert check_trust_policy(policy(statement(principal)), action="sts:AssumeRole", caller=caller).fix == fix


def test_saml() -> None:
    provider = f"{IAM}saml-provider/corp"
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    document = policy(statement({"Federated": provider}, "sts:AssumeRoleWithSAML", condition))

    def allowed(caller: str | None, context: dict[str, Any] | None) -> bool | None:
        return check_trust_policy(
            document, action="sts:AssumeRoleWithSAML", caller=caller, context=context
        ).allowed

    assert allowed(provider, {"saml:aud": "https://signin.aws.amazon.com/saml"}) is True
    assert allowed(provider, {"saml:aud": "x"}) is False
    assert allowed(provider, None) is None
    assert allowed(f"{IAM}saml-provider/other", {}) is False
    assert allowed(None, {"saml:aud": "https://signin.aws.amazon.com/saml"}) is None


# ------------------------------------------------ other accounts

OUTSIDE = policy(
    statement(
        {"AWS": f"arn:aws:iam::{OTHER}:root"},
        condition={
            "StringEquals": {"sts:ExternalId": "shop-7"},
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
        },
    )
)
GUEST = f"arn:aws:iam::{OTHER}:user/guest"
WITH_MFA = {"aws:MultiFactorAuthPresent": True}


def outside(context: dict[str, Any] | None) -> TrustResult:
    return check_trust_policy(OUTSIDE, action="sts:AssumeRole", role_arn=ROLE, caller=GUEST, context=context)


def test_another_account() -> None:
    result = outside(WITH_MFA | {"STS:externalid": "shop-7"})

    assert result.allowed is True
    assert CAVEAT in result.reason


def test_external_id() -> None:
    missing, wrong, unknown = (
        outside(WITH_MFA),
        outside(WITH_MFA | {"sts:ExternalId": "shop-8"}),
        outside(None),
    )

    assert missing.allowed is wrong.allowed is False
    assert missing.fix == wrong.fix == 'pass ExternalId "shop-7"'
    assert missing.condition == "StringEquals sts:ExternalId"
    assert (wrong.expected, wrong.actual) == (("shop-7",), ("shop-8",))
    assert unknown.allowed is None
    assert "it depends on sts:ExternalId, which is unknown" in unknown.reason
    assert str(unknown).startswith("undecided: ")


def test_mfa() -> None:
    result = outside({"sts:ExternalId": "shop-7", "aws:MultiFactorAuthPresent": "false"})

    assert result.allowed is False
    assert "MFA" in str(result.fix)
    assert result.condition == "Bool aws:MultiFactorAuthPresent"


def test_organization() -> None:
    document = policy(statement("*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}))

    def check(context: dict[str, Any] | None) -> TrustResult:
        return check_trust_policy(document, action="sts:AssumeRole", caller=GUEST, context=context)

    assert check({"aws:PrincipalOrgID": "o-exampleorg1"}).allowed is True
    assert check({"aws:PrincipalOrgID": "o-exampleorg2"}).allowed is False
    assert check({}).allowed is False
    assert check(None).allowed is None


def test_confused_deputy() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:{ACCOUNT}:*"}}  # fmt: skip
    document = policy(statement({"Service": "glue.amazonaws.com"}, condition=condition))
    context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:aws:s3:eu-west-1:{ACCOUNT}:job/a:b"}

    def allowed(context: dict[str, Any]) -> bool | None:
        return check_trust_policy(
            document, action="sts:AssumeRole", caller="glue.amazonaws.com", context=context
        ).allowed

    assert allowed(context) is True
    assert allowed(context | {"aws:SourceAccount": OTHER}) is False


# Operator, value of aws:PrincipalArn in the policy, the result for a session of the role app.
ARNS: dict[str, tuple[str, str, bool | None]] = {
    "plain": ("ArnEquals", f"{IAM}role/app", True),
    "wildcard": ("ArnLike", f"{IAM}role/*", True),
    "another": ("ArnEquals", f"{IAM}role/web", False),
    "path": ("ArnEquals", ROLE, None),
    "path with wildcard": ("ArnLike", f"{IAM}role/team/*", None),
    "any account": ("StringLike", "arn:aws:iam::*:role/team/*", None),
    "another account": ("ArnLike", f"arn:aws:iam::{OTHER}:role/*", False),
    "not": ("ArnNotEquals", f"{IAM}role/app", False),
    "not another": ("ArnNotLike", f"{IAM}role/web", True),
    "not a path": ("StringNotLike", ROLE, None),
    "user": ("StringEquals", f"{IAM}user/app", False),
    "not an ARN": ("StringEquals", "app", False),
}


@pytest.mark.parametrize(("operator", "value", "allowed"), ARNS.values(), ids=ARNS)
def test_the_arn_of_a_sessions_role(operator: str, value: str, *, allowed: bool | None) -> None:
    document = policy(statement({"AWS": ACCOUNT}, condition={operator: {"aws:PrincipalArn": value}}))

    assert check_trust_policy(document, action="sts:AssumeRole", caller=SESSION).allowed is allowed


def test_a_stated_arn_takes_precedence() -> None:
    document = policy(statement({"AWS": ACCOUNT}, condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}))

    def allowed(arn: str) -> bool | None:
        return check_trust_policy(
            document, action="sts:AssumeRole", caller=SESSION, context={"aws:principalarn": arn}
        ).allowed

    assert allowed(ROLE) is True
    assert allowed(f"{IAM}role/app") is False


DERIVED = {
    "account": (SESSION, "aws:PrincipalAccount", ACCOUNT),
    "session": (SESSION, "aws:PrincipalType", "AssumedRole"),
    "linked": (f"{IAM}role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", "aws:PrincipalType", "AssumedRole"),
    "user": (f"{IAM}user/team/ana", "aws:username", "ana"),
    "root": (f"{IAM}root", "aws:PrincipalType", "Account"),
    "service": ("ec2.amazonaws.com", "aws:PrincipalServiceName", "ec2.amazonaws.com"),
    "is a service": ("ec2.amazonaws.com", "aws:PrincipalIsAWSService", "true"),
    "an account": (ACCOUNT, "aws:PrincipalAccount", ACCOUNT),
}  # fmt: skip


def test_keys_of_an_account_are_unknown() -> None:
    condition = {"ArnLike": {"aws:PrincipalArn": f"{IAM}user/*"}}
    document = policy(statement({"AWS": ACCOUNT}, condition=condition))

    assert check_trust_policy(document, action="sts:AssumeRole", caller=ACCOUNT).allowed is None
    assert check_trust_policy(document, action="sts:AssumeRole", caller=f"{IAM}user/ana").allowed is True


@pytest.mark.parametrize(("null", "allowed"), [("true", False), ("false", True)])
def test_null_of_a_sessions_arn(null: str, *, allowed: bool) -> None:
    document = policy(statement({"AWS": ACCOUNT}, condition={"Null": {"aws:PrincipalArn": null}}))

    assert (
        check_trust_policy(document, action="sts:AssumeRole", caller=SESSION, context={}).allowed is allowed
    )


def test_the_time_in_seconds() -> None:
    document = policy(statement(condition={"NumericLessThan": {"aws:EpochTime": "1767225600"}}))

    def allowed(time: str) -> bool | None:
        context = {"aws:CurrentTime": time}
        return check_trust_policy(document, action="sts:AssumeRole", caller=ROLE, context=context).allowed

    assert allowed("2025-12-31T23:59:59Z") is True
    assert allowed("2026-01-01T00:00:00Z") is False


@pytest.mark.parametrize("principal", ["*", {"AWS": ACCOUNT}, {"AWS": f"{IAM}root"}], ids=str)
def test_the_root_user_cannot_assume_a_role(principal: object) -> None:
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    result = check_trust_policy(policy(statement(principal)), action="sts:AssumeRole", caller=f"{IAM}root")
    assert (result.allowed, result.statement, result.fix) == (False, 0, None)
    assert "root user" in result.reason


@pytest.mark.parametrize(("caller", "key", "value"), DERIVED.values(), ids=DERIVED)
def test_keys_that_follow_from_the_caller(caller: str, key: str, value: str) -> None:
    # The root user cannot call sts:AssumeRole.
    document = policy(statement("*", "sts:TagSession", condition={"StringEquals": {key: value}}))

    assert check_trust_policy(document, action="sts:TagSession", caller=caller).allowed is True


# ------------------------------------------------ operators

# Operator, policy's values, request's values, result.
OPERATORS: list[tuple[str, Any, Any, bool | None]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ["b", "a"], "a", True),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a*", "a*", True),
    ("StringEquals", [], "a", False),
    ("StringEquals", "a", None, False),
    ("StringEquals", True, "true", True),
    ("StringEquals", 7, "7", True),
    ("StringEquals", 7.0, 7, True),
    ("stringequals", "a", "a", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIgnoreCase", "aB", "Ab", True),
    ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringNotEqualsIgnoreCase", "a", None, True),
    ("StringLike", "a*", "ab", True),
    ("StringLike", "a?", "a", False),
    ("StringLike", "A*", "ab", False),
    ("StringLike", "*", "", True),
    ("StringNotLike", "a*", "ab", False),
    ("StringNotLike", "a*", "b", True),
    ("StringNotLike", "a*", None, True),
    ("NumericEquals", "10", 10, True),
    ("NumericEquals", "10.0", "10", True),
    ("NumericNotEquals", 10, "11", True),
    ("NumericNotEquals", 10, None, True),
    ("NumericLessThan", 10, 9, True),
    ("NumericLessThan", 10, 10, False),
    ("NumericLessThan", 10, "9.5", True),
    ("NumericLessThanEquals", 10, 10, True),
    ("NumericGreaterThan", 10, 10, False),
    ("NumericGreaterThan", "9", "10", True),
    ("NumericGreaterThanEquals", 10, 10, True),
    ("NumericLessThan", 10, None, False),
    ("NumericLessThanIfExists", 10, None, True),
    ("NumericEquals", "ten", 10, None),
    ("NumericEquals", ["ten", 10], 10, True),
    ("NumericNotEquals", "ten", 10, None),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
    ("DateEquals", "2026-01-01", 1767225600, True),
    ("DateNotEquals", "2026-01-01", "2026-01-02", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("DateLessThanEquals", "1767225600", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", True),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2025-12-31", False),
    ("DateGreaterThan", "soon", "2025-12-31", None),
    ("DateGreaterThan", "2026-01-01", None, False),
    ("Bool", "true", True, True),
    ("Bool", "True", "true", True),
    ("Bool", False, "true", False),
    ("Bool", "true", None, False),
    ("BoolIfExists", "true", None, True),
    ("BoolIfExists", "true", False, False),
    ("Bool", "yes", "true", None),
    ("BinaryEquals", "c2hvcA==", b"shop", True),
    ("BinaryEquals", "c2hvcA==", b"cart", False),
    ("IpAddress", "192.0.2.0/24", "192.0.2.7", True),
    ("IpAddress", "192.0.2.7", "192.0.2.7", True),
    ("IpAddress", ["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", True),
    ("IpAddress", "192.0.2.0/24", "198.51.100.7", False),
    ("IpAddress", "192.0.2.9/24", "192.0.2.7", True),
    ("IpAddress", "home", "192.0.2.7", None),
    ("NotIpAddress", "192.0.2.0/24", "192.0.2.7", False),
    ("NotIpAddress", "192.0.2.0/24", "2001:db8::1", True),
    ("NotIpAddress", "192.0.2.0/24", None, True),
    ("ArnEquals", "arn:aws:s3:::shop", "arn:aws:s3:::shop", True),
    ("ArnEquals", "arn:aws:s3:::sh*", "arn:aws:s3:::shop", True),
    ("ArnLike", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:a:b", True),
    ("ArnLike", "arn:*:shop", "arn:aws:s3:::shop", False),
    ("ArnLike", "*", "arn:aws:s3:::shop", False),
    ("ArnLike", "arn:aws:s3:::shop", None, False),
    ("ArnNotEquals", "arn:aws:s3:::shop", "arn:aws:s3:::shop", False),
    ("ArnNotLike", "arn:aws:s3:::c*", "arn:aws:s3:::shop", True),
    ("ArnNotLike", "arn:aws:s3:::c*", None, True),
    ("ArnLikeIfExists", "arn:aws:s3:::c*", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", False, "a", True),
    ("Null", "false", None, False),
    ("Null", "maybe", None, None),
    ("Null", ["true", "false"], "a", True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("ForAnyValue:StringEquals", ["a", "b"], ["b", "c"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
    ("ForAnyValue:StringEquals", "a", None, False),
    ("ForAnyValue:StringNotEquals", "a", ["a", "b"], True),
    ("ForAnyValue:StringNotEquals", "a", ["a"], False),
    ("ForAnyValue:StringNotEquals", "a", None, False),
    ("ForAnyValue:StringEqualsIfExists", "a", None, False),
    ("ForAllValues:StringEquals", ["a", "b"], ["b", "a"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["b", "c"], False),
    ("ForAllValues:StringEquals", "a", None, True),
    ("ForAllValues:StringEquals", "a", [], True),
    ("ForAllValues:StringEquals", "a", "", True),
    ("ForAllValues:StringNotEquals", "a", ["b", "c"], True),
    ("ForAllValues:StringNotEquals", "a", ["a", "c"], False),
    ("forallvalues:stringlike", "a*", {"ab", "ac"}, True),
    ("ForAnyValue:NumericLessThan", "5", (9, 4), True),
    ("StringEquals", "a", ["a", "b"], None),
    ("StringEquals", ["a", "b"], ["a", "b"], True),
    ("StringEquals", "c", ["a", "b"], False),
    ("StringEquals", "a", "a" * 20_001, None),
    ("NumericEquals", "0.5", 0.5, True),
    ("NumericEquals", "7", Decimal(7), True),
    ("DateEquals", "2026-01-01", date(2026, 1, 1), True),
    ("DateGreaterThan", "2026-01-01", "x" * 41, None),
]


@check_rows(("operator", "expected", "value", "result"), OPERATORS)
def test_operators(operator: str, expected: object, value: object, *, result: bool | None) -> None:
    """As the condition of an Allow, and of a Deny next to an Allow of everything."""
    condition = {operator: {"aws:Example": expected}}
    context = {"AWS:example": value}

    allow = check_trust_policy(
        policy(statement(condition=condition)), action="sts:AssumeRole", caller=ROLE, context=context
    )
    deny = check_trust_policy(
        policy(statement(), statement(condition=condition, effect="Deny")),
        action="sts:AssumeRole",
        caller=ROLE,
        context=context,
    )

    assert allow.allowed is result, allow
    assert deny.allowed is {True: False, False: True, None: None}[result], deny
    assert deny.fix is None


def test_conditions_are_joined_by_and() -> None:
    condition = {"StringEquals": {"aws:a": "1", "aws:b": "2"}, "Bool": {"aws:c": "true"}}

    def allowed(context: dict[str, Any]) -> bool | None:
        return check_trust_policy(
            policy(statement(condition=condition)), action="sts:AssumeRole", caller=ROLE, context=context
        ).allowed

    assert allowed({"aws:a": "1", "aws:b": "2", "aws:c": True}) is True
    assert allowed({"aws:a": "1", "aws:b": "2"}) is False
    assert allowed({"aws:a": "1", "aws:c": True}) is False


# Value with variables, context, result for the value "ana" under StringLike.
VARIABLES = {
    "known": ("${aws:username}", {"aws:UserName": "ana"}, True),
    "another": ("${aws:username}", {"aws:username": "ben"}, False),
    "within": ("a${aws:x}a", {"aws:x": "n"}, True),
    "two": ("${aws:x}${aws:y}", {"aws:x": "a", "aws:y": "na"}, True),
    "default": ("${aws:x, 'ana'}", {}, True),
    "default not needed": ("${aws:x, 'ana'}", {"aws:x": "ben"}, False),
    "missing": ("${aws:x}", {}, None),
    "a wildcard in it is ordinary": ("${aws:x}", {"aws:x": "*"}, False),
    "several": ("${aws:x}", {"aws:x": ["ana", "ben"]}, None),
    "with a wildcard": ("${aws:x}*", {"aws:x": "a"}, True),
    "too long": ("${aws:x}${aws:x}", {"aws:x": "a" * 10_001}, None),
    "not closed": ("${aws:x", {"aws:x": "ana"}, False),
}


@pytest.mark.parametrize(("value", "context", "result"), VARIABLES.values(), ids=VARIABLES)
def test_variables(value: str, context: dict[str, Any], *, result: bool | None) -> None:
    document = policy(statement(condition={"StringLike": {"aws:Example": value}}))

    checked = check_trust_policy(
        document, action="sts:AssumeRole", caller=ROLE, context=context | {"aws:example": "ana"}
    )

    assert checked.allowed is result, checked


def test_variables_of_the_old_version_are_literal() -> None:
    document = policy(statement(condition={"StringEquals": {"aws:x": "${aws:y}"}}), version="2008-10-17")

    assert check_trust_policy(document, action="sts:AssumeRole", caller=ROLE, context={"aws:x": "${aws:y}"}).allowed is True  # fmt: skip


def test_unknown_variables_without_a_context() -> None:
    document = policy(statement({"AWS": ACCOUNT}, condition={"StringEquals": {"aws:username": "${aws:PrincipalTag/name}"}}))  # fmt: skip
    result = check_trust_policy(document, action="sts:AssumeRole", caller=f"{IAM}user/ana")

    assert result.allowed is None
    assert "variable" in result.reason


# ------------------------------------------------ denials

DENY_GUEST = statement({"AWS": GUEST}, "sts:*", effect="Deny")


def test_a_deny_overrides_every_allow() -> None:
    result = check_trust_policy(
        policy(statement(), DENY_GUEST, statement()), action="sts:AssumeRole", caller=GUEST
    )

    assert (result.allowed, result.statement, result.fix) == (False, 1, None)
    assert "which overrides any allow" in result.reason
    assert result.is_explicit_deny


def test_the_values_of_a_matching_deny_meet_its_condition() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "old"}}
    document = policy(statement(), statement(condition=condition, effect="Deny"))

    def check(external_id: str) -> TrustResult:
        return check_trust_policy(
            document, action="sts:AssumeRole", caller=GUEST, context={"sts:ExternalId": external_id}
        )

    assert (check("old").expected, check("old").actual) == (("old",), ("old",))
    assert check("old").is_explicit_deny
    assert check("old").fix is None
    assert check("new").allowed is True
    implicit = check_trust_policy(
        policy(statement({"AWS": GUEST})), action="sts:AssumeRole", caller="ec2.amazonaws.com"
    )
    assert (implicit.allowed, implicit.is_explicit_deny) == (False, False)


def test_an_unknown_deny() -> None:
    denial = statement(condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}, effect="Deny")
    document = policy(statement(), denial)

    def check(context: dict[str, Any] | None) -> TrustResult:
        return check_trust_policy(document, action="sts:AssumeRole", caller=GUEST, context=context)

    assert check(None).allowed is None
    assert check(None).statement == 1
    assert check(None).condition == "StringNotEquals aws:PrincipalOrgID"
    assert check({}).allowed is False  # a missing key is not equal
    assert check({"aws:PrincipalOrgID": "o-exampleorg1"}).allowed is True


def test_a_policy_that_only_denies() -> None:
    result = check_trust_policy(policy(DENY_GUEST), action="sts:AssumeRole", caller=SESSION)

    assert result == TrustResult(allowed=False, reason="the policy has no Allow statement")


# ------------------------------------------------ invalid documents

OK = statement()
BAD: dict[str, tuple[Any, str, str]] = {
    "not JSON": ("{", "", "not JSON"),
    "empty": ("", "", "not JSON"),
    "list": ([], "", "TypeError"),
    "list as text": ("[]", "", "a policy must be an object, not a list"),
    "text": ('"x"', "", "not a string"),
    "null": ("null", "", "not null"),
    "percent-encoded": ("%7B%22Version%22%3A", "", "percent-encoded"),
    "trailing comma": ('{"Statement": [],}', "", "line 1, column"),
    "no statement": ({}, "Statement", "missing"),
    "of a role": ({"AssumeRolePolicyDocument": policy(OK)}, "", "AssumeRolePolicyDocument"),
    "lowercase statement": ({"statement": []}, "", "did you mean Statement?"),
    "version": ({"Version": "2012-10-18", "Statement": []}, "Version", "2012-10-17 or 2008-10-17"),
    "version is a list": ({"Version": [1], "Statement": []}, "Version", "2012-10-17 or 2008-10-17, got a list"),
    "statement is text": ({"Statement": "x"}, "Statement", "expected a list, got a string"),
    "statement is a number": (policy(cast("Any", 1)), "Statement[0]", "expected an object, got a number"),
    "effect": (policy(OK | {"Effect": "allow"}), "Statement[0].Effect", "Allow"),
    "effect a list": (policy(OK | {"Effect": ["Allow"]}), "Statement[0].Effect", "Allow"),
    "no effect": (policy({"Principal": "*", "Action": "*"}), "Statement[0].Effect", "Allow"),
    "not a principal": (policy({"Effect": "Allow", "Action": "*"}), "Statement[0].Principal", "missing"),
    "NotPrincipal": (
        policy({"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "*"}),
        "Statement[0].NotPrincipal",
        "IAM rejects NotPrincipal in a trust policy",
    ),
    "resource": (policy(OK | {"Resource": "*"}), "Statement[0].Resource", "must not have a Resource"),
    "both actions": (policy(OK | {"NotAction": "*"}), "Statement[0].Action", "either Action or NotAction"),
    "no action": (policy({"Effect": "Allow", "Principal": "*"}), "Statement[0].Action", "either Action or NotAction"),
    "action is a number": (policy(OK | {"Action": [1]}), "Statement[0].Action", "a string or a list of strings, got a number"),
    "action too long": (policy(OK | {"Action": "*" * 10_241}), "Statement[0].Action", "at most 10,240 characters, not 10,241"),
    "action null": (policy(OK | {"Action": None}), "Statement[0].Action", "got null"),
    "principal text": (policy(OK | {"Principal": ROLE}), "Statement[0].Principal", 'expected "*" or an object'),
    "principal kind": (policy(OK | {"Principal": {"Aws": ROLE}}), "Statement[0].Principal", "expected one of AWS"),
    "principal number": (policy(OK | {"Principal": {"AWS": 111122223333}}), "Statement[0].Principal.AWS", "got a number"),
    "condition list": (policy(OK | {"Condition": []}), "Statement[0].Condition", "expected an object, got a list"),
    "operator": (policy(OK | {"Condition": {"StringMatches": {}}}), "Statement[0].Condition", "StringMatches"),
    "set operator": (policy(OK | {"Condition": {"ForSome:StringEquals": {}}}), "Statement[0].Condition", "ForSome"),
    "NullIfExists": (policy(OK | {"Condition": {"NullIfExists": {}}}), "Statement[0].Condition", "NullIfExists"),
    "operator's block": (
        policy(OK | {"Condition": {"StringEquals": "x"}}),
        "Statement[0].Condition.StringEquals",
        "expected an object, got a string",
    ),
    "value null": (
        policy(OK | {"Condition": {"StringEquals": {"aws:x": None}}}),
        'Statement[0].Condition.StringEquals["aws:x"]',
        "got null",
    ),
    "value object": (
        policy(OK | {"Condition": {"ForAnyValue:StringLike": {"aws:x": ["a", {}]}}}),
        'Statement[0].Condition["ForAnyValue:StringLike"]["aws:x"]',
        "got an object",
    ),
    "value too long": (
        policy(OK | {"Condition": {"StringLike": {"aws:x": "*" * 10_241}}}),
        'Statement[0].Condition.StringLike["aws:x"]',
        "at most 10,240 characters, not 10,241",
    ),
    "number too long": (
        policy(OK | {"Condition": {"NumericEquals": {"aws:x": 10**5000}}}),
        'Statement[0].Condition.NumericEquals["aws:x"]',
        "at most 40 digits",
    ),
    "value NaN": (
        policy(OK | {"Condition": {"NumericEquals": {"aws:x": float("nan")}}}),
        'Statement[0].Condition.NumericEquals["aws:x"]',
        "a finite number",
    ),
    "NaN": ('{"Statement": NaN}', "", "NaN"),
    "huge number": ('{"Statement": ' + "1" * 5000 + "}", "", "too many digits"),
    "duplicate": ('{"Statement": [], "Statement": []}', "", 'duplicate key "Statement"'),
    "unknown": (policy(OK | {"Principals": "*"}), "Statement[0]", '"Principals"'),
    "key is a number": ({"Statement": {1: 2}}, "Statement", "expected a string as key, got a number"),
    "deep": ("[" * 200_000, "", "nested too deeply"),
    "long": (" " * 1_000_001, "", "not 1,000,001"),
}  # fmt: skip


@check_rows(("document", "path", "reason"), BAD.values(), ids=BAD)
def test_invalid_policies(document: object, path: str, reason: str) -> None:
    expected = TypeError if reason == "TypeError" else PolicyError
    with pytest.raises(expected) as caught:
        check_trust_policy(cast("str", document), action="sts:AssumeRole")

    if isinstance(caught.value, PolicyError):
        assert caught.value.path == path
        assert reason in str(caught.value)
        assert len(str(caught.value)) < 1000
        assert caught.value.__cause__ is None


def test_yaml_converts_the_version_to_a_date() -> None:
    document = {"Version": date(2012, 10, 17), "Statement": OK}

    assert check_trust_policy(document, action="sts:AssumeRole").allowed is True


@check_rows(
    ("arguments", "error"),
    [
        ({"action": "AssumeRole"}, ValueError),
        ({"action": "s3:GetObject"}, ValueError),
        ({"action": "sts:*"}, ValueError),
        ({"action": 1}, TypeError),
        ({"role_arn": "app"}, InvalidArnError),
        ({"role_arn": f"{IAM}user/ana"}, InvalidArnError),
        ({"role_arn": 1}, TypeError),
        ({"caller": "ana"}, InvalidArnError),
        ({"caller": f"{IAM}instance-profile/node"}, InvalidArnError),
        ({"caller": 1}, TypeError),
        ({"claims": "x"}, TypeError),
        ({"claims": {1: 2}}, TypeError),
        ({"context": []}, TypeError),
        ({"context": {1: 2}}, TypeError),
        ({"context": {"aws:x": object()}}, TypeError),
        ({"context": {"aws:x": {"a": "b"}}}, TypeError),
        ({"context": {"aws:CurrentTime": "now"}}, ValueError),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        check_trust_policy(policy(OK), **cast("Any", {"action": "sts:AssumeRole"} | arguments))


# ------------------------------------------------ text

NASTY = "\x1b[31m\u202e\n\ud800é" + "x" * 5000


def test_texts_are_printable_and_bounded() -> None:
    documents = [
        irsa(NASTY),
        irsa(issuer=NASTY),
        irsa(action=NASTY),
        irsa(provider=NASTY),
        irsa(provider=f"{IAM}oidc-provider/{NASTY}"),
    ]
    for claims in (CLAIMS, CLAIMS | {"sub": NASTY}, CLAIMS | {"iss": NASTY}, CLAIMS | {"aud": [NASTY, "b"]}):
        for document in documents:
            text = str(check_irsa(document, claims)).replace("\nfix: ", " ")

            assert text.isprintable()
            assert text.isascii()
            assert len(text) < 4000


def test_only_what_is_known_is_shown() -> None:
    shown = TrustResult(True, "everyone may")._repr_markdown_()  # noqa: FBT003 (the result)
    assert shown == "## allowed: everyone may"


def test_results_pickle_and_copy() -> None:
    result = check_irsa(irsa("x"))

    assert pickle.loads(pickle.dumps(result)) == result == copy.deepcopy(result)
    with pytest.raises(AttributeError):
        result.allowed = True  # type: ignore[misc]


# ------------------------------------------------ properties

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
# Parts of policies, mostly in valid places.
principals = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": [ROLE, OTHER]},
        {"AWS": SESSION},
        {"Federated": PROVIDER},
        {"Service": "ec2.amazonaws.com"},
    ]
)
conditions = st.dictionaries(
    st.sampled_from(sorted({each[0] for each in OPERATORS})),
    st.dictionaries(
        st.sampled_from(["aws:PrincipalArn", "sts:ExternalId", f"{ISSUER}:sub", f"{ISSUER}:aud", "aws:CurrentTime"]),
        st.sampled_from([SUBJECT, AUDIENCE, "a", "*", ROLE, "true", "${aws:username}", ["a", SUBJECT], 7, False]),
        max_size=2,
    ),
    max_size=2,
)  # fmt: skip
statements = st.builds(
    statement,
    principals | json_values,
    st.sampled_from(["sts:*", "sts:AssumeRole", WEB, ["sts:AssumeRole*", "*"]]) | json_values,
    st.none() | conditions | json_values,
    st.sampled_from(["Allow", "Deny"]),
)
good = st.builds(
    statement,
    principals,
    st.sampled_from(["sts:*", "sts:AssumeRole", WEB]),
    st.none() | conditions,
    st.sampled_from(["Allow", "Deny"]),
)
calls = st.fixed_dictionaries(
    {"action": st.sampled_from(["sts:AssumeRole", WEB, "sts:TagSession", "sts:AssumeRoleWithSAML"])},
    optional={
        "role_arn": st.just(ROLE),
        "caller": st.sampled_from([ROLE, SESSION, GUEST, ACCOUNT, "ec2.amazonaws.com", PROVIDER]),
        "claims": st.just(CLAIMS)
        | st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp"]), json_values),
        "context": st.dictionaries(
            st.sampled_from(["sts:ExternalId", "aws:username", "aws:PrincipalArn"]),
            st.text(max_size=5) | st.lists(st.text(max_size=5), max_size=3),
        ),
    },
)


def checked(document: object, call: dict[str, Any]) -> TrustResult | None:
    try:
        return check_trust_policy(cast("str", document), **call)
    except (PolicyError, TypeError):
        return None


@given(json_values | st.builds(policy, statements), calls)
def test_nothing_else_is_raised(document: object, call: dict[str, Any]) -> None:
    """For any document, as a value and as JSON text, with the same result."""
    result = checked(document, call)
    as_text = json.dumps(document)

    if "NaN" not in as_text and "Infinity" not in as_text and isinstance(document, dict):
        assert checked(as_text, call) == result


@given(st.text() | st.text(alphabet='{}[]":,StatementEffect '), calls)
def test_nothing_else_is_raised_for_texts(document: str, call: dict[str, Any]) -> None:
    checked(document, call)


@given(st.lists(good, max_size=4), good, calls)
def test_an_allow_never_overrides_a_deny(
    others: list[dict[str, Any]], one: dict[str, Any], call: dict[str, Any]
) -> None:
    """If a statement alone allows a call, it denies it as a Deny, regardless of other statements."""
    alone = check_trust_policy(policy(one | {"Effect": "Allow"}), **call)
    if alone.allowed:
        result = check_trust_policy(policy(*others, one | {"Effect": "Deny"}), **call)
        assert result.allowed is False
        assert result.fix is None


@given(st.lists(good, max_size=3), good, calls)
def test_order_does_not_matter(
    others: list[dict[str, Any]], one: dict[str, Any], call: dict[str, Any]
) -> None:
    first = check_trust_policy(policy(one, *others), **call)
    last = check_trust_policy(policy(*others, one), **call)

    assert first.allowed is last.allowed


@given(good, calls)
def test_more_context_never_changes_a_known_result(one: dict[str, Any], call: dict[str, Any]) -> None:
    """A result without a context stays with any context, unless that has the keys that follow from the caller."""
    without = check_trust_policy(policy(one), **cast("Any", call | {"context": None}))
    if without.allowed is not None and "aws:PrincipalArn" not in str(one):
        context = {key: value for key, value in call.get("context", {}).items() if key != "aws:username"}
        assert (
            check_trust_policy(policy(one), **cast("Any", call | {"context": context})).allowed
            is without.allowed
        )


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab\n", max_size=8))
def test_globs_against_regular_expressions(pattern: str, text: str) -> None:
    escaped = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)

    assert matches(text, compile_glob(pattern)) is bool(re.fullmatch(escaped, text, re.DOTALL))


def test_long_globs() -> None:
    assert not matches("a" * 20_000, compile_glob("a*" * 2_000 + "b"))
    assert matches("a" * 20_000, compile_glob("*a" * 2_000 + "*"))


def test_long_variables() -> None:
    condition = {"StringLike": {"aws:y": ["${aws:x}" * 1_250] * 50}}
    context = {"aws:x": "a" * 1_000, "aws:y": "a" * 1_000}

    result = check_trust_policy(
        policy(statement(condition=condition)), action="sts:AssumeRole", caller=ROLE, context=context
    )

    assert result.allowed is None


@given(st.sampled_from(sorted({each[0] for each in OPERATORS})), st.lists(st.sampled_from("ab1"), max_size=3))
def test_negated_operators_are_the_opposite_for_one_value(name: str, expected: list[str]) -> None:
    operator = parse_operator(name)
    assert operator is not None
    opposite = parse_operator(name.replace("Not", "")) if operator.is_negated else None
    if opposite is None or operator.set_operator:
        return
    values = [PolicyValue(each, compile_glob(each)) for each in expected]
    plain, negated = (evaluate_condition(each, values, ["a"]) for each in (opposite, operator))

    assert (plain is None) is (negated is None)
    assert plain is None or plain is not negated
    assert any_true([]) is False
