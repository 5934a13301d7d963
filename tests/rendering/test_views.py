"""Test that every public value has a card and an IPython text, and that no text becomes markup."""

from __future__ import annotations

import inspect
import json
import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
from IPython.lib import pretty as printing

import iamtriage
from iamtriage import Failure, actions, authorization, aws_auth, boto, redact, sts
from iamtriage._rendering.blocks import Fields, Items, Labels
from iamtriage._rendering.fields import shown_fields
from iamtriage._rendering.value_blocks import blocks_of, without_secrets
from iamtriage._rendering.views import View
from iamtriage.aws_auth import AccessEntryPlan, AwsAuth, Finding, Match, Migration, PolicyAssociation
from iamtriage.sts import StsSettings
from tests.rendering.hostile import PAYLOADS
from tests.rendering.test_cards import ATTRIBUTES, ELEMENTS, read_card
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111122223333"
SECRET = "q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK0oIeRxQz"


def pretty(value: object, width: int = 79) -> str:
    """What IPython prints of a value."""
    return str(printing.pretty(value, max_width=width))  # type: ignore[no-untyped-call] # half typed


def _failure(cls: Any) -> Callable[[str], object]:  # noqa: ANN401 (any of sixteen classes)
    names = [field.alias for field in attrs.fields(cls) if field.name not in {"envelope", "span", "_marks"}]
    return lambda text: cls(iamtriage.Envelope(text, text, text), **dict.fromkeys(names, text))


def _denying(text: str) -> authorization.MatchedStatement:
    keys = (authorization.KeyValues(text, (text, text)),)
    return authorization.MatchedStatement(text, "DENY", (text,), (text,), (text, text), (text,), keys)


def _check(text: str) -> authorization.Check:
    matched = authorization.MatchedPolicy(text, (authorization.StatementMatch(text, "DENY"),))
    return authorization.Check(text, "EXPLICIT_DENY", text, (text, text), (matched,))


def _details(text: str) -> iamtriage.AuthorizationDetails:
    evaluation = authorization.Evaluation(text, text, "EXPLICIT_DENY", (), (_check(text),))
    policy = authorization.PolicyInfo(text, text, True, (text,), ((text, text),))  # noqa: FBT003 (as AWS tells)
    return iamtriage.AuthorizationDetails((evaluation,), (policy,), (), text)


def _denial(text: str) -> authorization.Denial:
    policy = authorization.DenyingPolicy(text, (text, text))
    evaluation = authorization.Evaluation(text, text)
    return authorization.Denial(evaluation, "explicit", "identity", _check(text), (policy,))


# A value of each class, with a text in every place.
MAKERS: dict[type, Callable[[str], object]] = {
    **{cls: _failure(cls) for cls in get_args(Failure)},
    iamtriage.Envelope: lambda text: iamtriage.Envelope(text, text, text, 403, text, text, text),
    iamtriage.AccessKeyId: lambda _: iamtriage.AccessKeyId("ASIARTX3GSDSVJNFUWS2"),
    iamtriage.Account: iamtriage.Account,
    iamtriage.Arn: lambda text: iamtriage.Arn("aws", "s3", "", "", text),
    iamtriage.AuthorizationDetails: _details,
    iamtriage.Cause: lambda text: iamtriage.Cause(text, text, "reported", (text, text)),
    iamtriage.DecodedMessage: lambda text: iamtriage.DecodedMessage(
        False,  # noqa: FBT003 (as STS tells)
        True,  # noqa: FBT003 (as above)
        (_denying(text),),
        authorization.DecodedPrincipal(text, text, text),
        text,
        text,
        (authorization.KeyValues(text, (text,)),),
    ),
    iamtriage.Explanation: lambda text: iamtriage.Explanation(
        iamtriage.AccessDenied(text=text, principal=text), text, text, (), (), (text,)
    ),
    iamtriage.Facts: lambda text: iamtriage.Facts(
        cluster=text,
        namespace=text,
        trust_policy={text: [text]},
        token_claims={"sub": text, "more": {text: 1}},
    ),
    iamtriage.FederatedUser: lambda text: iamtriage.FederatedUser("aws", ACCOUNT, text),
    iamtriage.IdentityCenterRole: lambda text: iamtriage.IdentityCenterRole("aws", ACCOUNT, text),
    iamtriage.InstanceProfile: lambda text: iamtriage.InstanceProfile("aws", ACCOUNT, text),
    iamtriage.Remedy: lambda text: iamtriage.Remedy(
        text, "you", (text, text), (), {"Statement": [text]}, {"Sid": text}, None, text, text
    ),
    iamtriage.Role: lambda text: iamtriage.Role("aws", ACCOUNT, text),
    iamtriage.RoleSession: lambda text: iamtriage.RoleSession("aws", ACCOUNT, text, text),
    iamtriage.Root: lambda _: iamtriage.Root("aws", ACCOUNT),
    iamtriage.ServiceLinkedRole: lambda text: iamtriage.ServiceLinkedRole("aws", ACCOUNT, text),
    iamtriage.ServicePrincipal: iamtriage.ServicePrincipal,
    iamtriage.StsDiagnosis: lambda text: iamtriage.StsDiagnosis(
        (sts.StsCause("missing-region", text, (text,), "possible", (sts.Fix("pod", text),)),)
    ),
    iamtriage.StsEndpoint: lambda text: iamtriage.StsEndpoint(text, text, text, text, False, None, text),  # noqa: FBT003 (a field)
    StsSettings: lambda text: StsSettings.from_sources(
        {"AWS_REGION": text or "eu-west-1"}, endpoint_url=text
    ),
    iamtriage.TrustResult: lambda text: iamtriage.TrustResult(
        None, text, 0, text, text, (text,), (text, text)
    ),
    iamtriage.User: lambda text: iamtriage.User("aws", ACCOUNT, text),
    actions.Action: lambda text: actions.Action(
        text, text, "read", (actions.ResourceType(text, (text, text)),), (actions.ResourceType(text, ()),)
    ),
    actions.OperationActions: lambda text: actions.OperationActions(text, text, (text, text)),
    actions.ResourceType: lambda text: actions.ResourceType(text, (text,)),
    aws_auth.SsoRole: lambda text: aws_auth.SsoRole(text, text, text),
    aws_auth.RoleEntry: lambda text: aws_auth.RoleEntry(
        text, text, (text, text), aws_auth.SsoRole(text, text)
    ),
    aws_auth.UserEntry: lambda text: aws_auth.UserEntry(text, text, (text,)),
    AwsAuth: lambda text: AwsAuth((aws_auth.RoleEntry(text),), (aws_auth.UserEntry(text),), (text, text)),
    Finding: lambda text: Finding(text, "error", 3, text, text, text),
    Match: lambda text: Match(text, (text, text), aws_auth.UserEntry(text), text),
    PolicyAssociation: lambda text: PolicyAssociation(text, "namespace", (text, text)),
    AccessEntryPlan: lambda text: AccessEntryPlan(
        text,
        aws_auth.UserEntry(text),
        None,
        text,
        text,
        text,
        (text,),
        (PolicyAssociation(text),),
        (text, text),
    ),
    Migration: lambda text: Migration("orders", (AccessEntryPlan(text, aws_auth.UserEntry(text)),), (text,)),
    authorization.DecodedPrincipal: lambda text: authorization.DecodedPrincipal(text, text, text),
    authorization.DenyingCondition: lambda text: authorization.DenyingCondition(text, 0, text, (text,), None),
    authorization.KeyValues: lambda text: authorization.KeyValues(text, (text, text)),
    authorization.MatchedStatement: _denying,
    authorization.Check: _check,
    authorization.ContextValue: lambda text: authorization.ContextValue(text, '["a"]'),
    authorization.Denial: _denial,
    authorization.DenyingPolicy: lambda text: authorization.DenyingPolicy(text, (text, text)),
    authorization.Evaluation: lambda text: authorization.Evaluation(text, text, None, (), (_check(text),)),
    authorization.MatchedPolicy: authorization.MatchedPolicy,
    authorization.PolicyInfo: lambda text: authorization.PolicyInfo(text, text),
    authorization.StatementMatch: lambda text: authorization.StatementMatch(text, text),
    sts.Fix: lambda text: sts.Fix("pod", text, ("aws sts get-caller-identity",)),
    sts.StsCause: lambda text: sts.StsCause("missing-region", text, (text,), "possible", ()),
    boto.FailoverEvent: lambda text: boto.FailoverEvent("failed", 1, text, text, text, 0.0, text),
}
_MODULES = (iamtriage, actions, authorization, aws_auth, boto, sts)
# These are not values to show.
_NO_VALUES = {boto.Failover}


def _public_classes() -> list[type[Any]]:
    named = (getattr(module, name) for module in _MODULES for name in module.__all__)
    found = {
        value
        for value in named
        if inspect.isclass(value)
        and not issubclass(value, BaseException)
        and (attrs.has(value) or hasattr(value, "_fields"))
        and value not in _NO_VALUES
    }
    return sorted(found, key=lambda cls: cls.__qualname__)


@check_rows("cls", _public_classes())
def test_every_public_value_is_a_view(cls: type) -> None:
    assert issubclass(cls, View)
    # IPython prefers the `__repr__` of a class to an inherited method, so each class must have the method.
    assert vars(cls)["_repr_pretty_"] is vars(View)["_repr_pretty_"]


CLASSES = pytest.mark.parametrize("make", MAKERS.values(), ids=[cls.__name__ for cls in MAKERS])


@pytest.mark.unmeasured
@CLASSES
@check_rows("text", PAYLOADS.values(), ids=PAYLOADS)
def test_no_text_becomes_markup(make: Callable[[str], Any], text: str) -> None:
    value = make(text)
    card = read_card(value._repr_html_())
    assert card.elements <= ELEMENTS | {"script"}
    assert card.attributes.keys() <= ATTRIBUTES
    shown = pretty(value)
    assert shown.replace("\n", "").isprintable()
    assert shown.strip()
    assert value._repr_markdown_().replace("\n", "").isprintable()


@CLASSES
def test_values_can_be_pickled_and_listed(make: Callable[[str], Any]) -> None:
    value = make("example")
    assert not hasattr(value, "__dict__")
    copied = pickle.loads(pickle.dumps(value))
    assert copied == value
    assert repr(copied) == repr(value)
    # In a list, a value is shown as its repr, on one line if it fits.
    assert repr(value).startswith(type(value).__name__)
    assert "".join(pretty([value], 10_000_000).split()) == "".join(f"[{value!r}]".split())


@pytest.mark.parametrize("size", [10, 100_000])
def test_large_values_are_clipped(size: int) -> None:
    arn = iamtriage.Arn("aws", "s3", "", "", "x" * size)
    roles = AwsAuth(tuple(aws_auth.RoleEntry(f"role {n}") for n in range(size // 10)))
    claims = iamtriage.Facts(token_claims={"sub": "x" * size})
    for value in (arn, roles, claims):
        assert len(value._repr_html_()) < 100_000
        assert len(pretty(value)) < 50_000
    assert ("more" in pretty(roles)) is (size > 10)


def test_failure_shows_its_facts_but_not_its_text() -> None:
    failure = iamtriage.parse(
        "An error occurred (AccessDenied) when calling the GetObject operation: User: "
        f"arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:GetObject on resource: "
        f"arn:aws:s3:::example-orders/list.csv\nAWS_SECRET_ACCESS_KEY={SECRET}"
    )
    assert isinstance(failure, iamtriage.AccessDenied)
    for shown in (failure._repr_html_(), failure._repr_markdown_(), pretty(failure)):
        assert f"arn:aws:iam::{ACCOUNT}:user/ana" in shown
        assert "s3:GetObject" in shown
        assert SECRET not in shown
    assert pretty(failure).splitlines()[0] == "Access denied [AccessDenied]"


@check_rows(
    "value",
    [
        pytest.param(iamtriage.Facts(token_claims={"password": SECRET, "sub": "ana"}), id="document"),
        pytest.param(iamtriage.Envelope(operation=f"AWS_SECRET_ACCESS_KEY={SECRET}"), id="field"),
        pytest.param(
            iamtriage.Cause("x", f"AWS_SECRET_ACCESS_KEY={SECRET}", "reported", (f"password={SECRET}",)),
            id="prose",
        ),
        pytest.param(
            aws_auth.RoleEntry(f"AWS_SECRET_ACCESS_KEY={SECRET}", groups=("a", f"password={SECRET}")),
            id="title and list",
        ),
        pytest.param(
            iamtriage.DecodedMessage(context=(authorization.KeyValues("password", (SECRET,)),)),
            id="named by its key",
        ),
    ],
)
def test_secrets_are_redacted(value: View) -> None:
    for shown in (value._repr_html_(), value._repr_markdown_(), pretty(value)):
        assert SECRET not in shown
        assert "REDACTED" in shown


@pytest.mark.unmeasured
def test_secrets_are_redacted_after_many_values() -> None:
    """However many values were searched before, each is searched, and only secrets are hidden."""
    for number in range(1_100):
        session = f"session-of-the-orders-service-{number}"
        assert session in repr(iamtriage.Envelope(operation=session))
    assert SECRET not in repr(iamtriage.Envelope(operation=f"AWS_SECRET_ACCESS_KEY={SECRET}"))
    assert "session-of-the-orders-service-7'" in repr(
        iamtriage.Envelope(operation="session-of-the-orders-service-7")
    )


@CLASSES
def test_plain_names_are_kept(make: Callable[[str], Any]) -> None:
    """The name of a field does not turn its value into a secret."""
    assert "REDACTED" not in make("orders-api")._repr_markdown_()


def test_parts_are_shown() -> None:
    """Mappings are documents, parts have titles, and empty fields are left out."""
    shown = pretty(AwsAuth((aws_auth.RoleEntry("arn:aws:iam::111122223333:role/app", groups=("a", "b")),)))
    assert shown.splitlines() == [
        "AwsAuth",
        "",
        "roles",
        "  arn:aws:iam::111122223333:role/app [RoleEntry]",
        "    rolearn  arn:aws:iam::111122223333:role/app",
        "    groups   a, b",
        "    line     1",
    ]


class Pair(dict[object, object]):
    """A mapping that is not valid JSON."""


def _itself() -> dict[str, object]:
    found: dict[str, object] = {}
    found["again"] = found
    return found


@check_rows(
    ("claims", "said"),
    [
        pytest.param(MappingProxyType({"sub": MappingProxyType({"a": 1})}), '"a": 1', id="of another type"),
        pytest.param({"sub": object()}, '"sub": "object"', id="of any value"),
        pytest.param(Pair({("a", "b"): 1}), "Pair of 1", id="of keys that JSON has not"),
        pytest.param(_itself(), "dict of 1", id="in itself"),
    ],
)
def test_any_mapping_can_be_shown(claims: Any, said: str) -> None:  # noqa: ANN401 (any mapping)
    facts = iamtriage.Facts(token_claims=claims)
    assert said in pretty(facts)
    assert "iamtriage-card" in facts._repr_html_()


def test_clipped_document_is_not_code() -> None:
    """Half of a policy must not be copied."""
    whole = iamtriage.Facts(trust_policy={"Statement": ["x" * 1000]})
    cut = iamtriage.Facts(trust_policy={"Statement": ["x" * 100_000]})
    assert 'data-iamtriage-code="json"' in whole._repr_html_()
    assert 'data-iamtriage-code="json"' not in cut._repr_html_()
    assert "x…" in cut._repr_html_()


@check_rows("before", range(560, 640, 7))
def test_secret_is_not_shown_in_part(before: int) -> None:
    value = iamtriage.Envelope(operation="x" * before + f" AWS_SECRET_ACCESS_KEY={SECRET} and more")
    shown = pretty(value).replace("\n", "").replace(" ", "")
    assert SECRET[:8] not in shown


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (iamtriage.AwsError(), "AWS error [AwsError]"),
        (iamtriage.InvalidArn(), "Invalid ARN [InvalidArn]"),
        (iamtriage.ConsoleKubernetesAccess(), "Console Kubernetes access [ConsoleKubernetesAccess]"),
    ],
)
def test_titles_of_kinds(failure: View, title: str) -> None:
    assert pretty(failure).splitlines()[0] == title


def test_remedy_can_be_copied() -> None:
    """Nothing in it is mistaken for a secret."""
    command = "aws sts decode-authorization-message --encoded-message ENCODED_MESSAGE"
    assert command in pretty(iamtriage.Remedy("Decode it", "you", commands=(command,)))


_SIGNATURE = "0123456789abcdef" * 4


@pytest.mark.unmeasured
@check_rows(
    "resource",
    [
        pytest.param(
            f"https://example-orders.s3.amazonaws.com/a?X-Amz-Signature={_SIGNATURE}", id="signed URL"
        ),
        # A signed URL used as an object key. A policy escapes its question mark.
        pytest.param(f"arn:aws:s3:::example-orders/a?X-Amz-Signature={_SIGNATURE}", id="signed key"),
        pytest.param(
            f"arn:aws:s3:::b/a?X-Amz-Security-Token={SECRET * 9}&X-Amz-Signature={_SIGNATURE}", id="two"
        ),
    ],
)
@check_rows("name", ["ana", f"AWS_SECRET_ACCESS_KEY={SECRET}"])
def test_no_format_of_an_explanation_shows_a_secret(resource: str, name: str) -> None:
    """The resource of a denial can be a signed URL, whose secrets are redacted in every format."""
    failure = iamtriage.AccessDenied(
        principal=f"arn:aws:iam::{ACCOUNT}:user/{name}",
        action="s3:GetObject",
        resource=resource,
        deny="implicit",
        policy_type="identity",
    )
    explanation = iamtriage.explain(failure)
    forms = (
        explanation.to_text(),
        explanation.to_markdown(),
        explanation.to_html(),
        explanation.to_html(page=True),
        json.dumps(explanation.to_dict()),
    )
    for shown in (
        *forms,
        explanation._repr_html_(),
        explanation._repr_markdown_(),
        pretty(explanation),
        pretty(failure),
    ):
        assert "s3:GetObject" in shown
        together = "".join(shown.split())
        assert _SIGNATURE[:20] not in together
        assert SECRET[:20] not in together
    for cause in explanation.causes:
        assert SECRET[:20] not in "".join(pretty(cause).split())


def test_data_of_an_explanation_is_unchanged_without_secrets() -> None:
    blob = "Ab3dE6fG9hK2-mN5pR8sT_" * 12
    explanation = iamtriage.explain(
        iamtriage.AccessDenied(
            principal=f"arn:aws:iam::{ACCOUNT}:user/ana",
            action="ec2:RunInstances",
            deny="implicit",
            policy_type="identity",
            encoded_message=blob,
        )
    )
    told = explanation.to_dict()
    assert explanation.failure is not None
    # Who decodes the message gets it from the failure.
    hidden = {"encoded_message": "[REDACTED encoded message]"}
    assert told["failure"] == {**iamtriage.to_record(explanation.failure), **hidden}
    assert told["remedies"] == [remedy.to_dict() for remedy in explanation.remedies]
    assert told["causes"] == [cause.to_dict() for cause in explanation.causes]


def test_explanation_without_facts_has_no_empty_table() -> None:
    explanation = iamtriage.explain("error: You must be logged in to the server (Unauthorized)")
    assert "<dl" not in explanation.to_html()
    assert "\n\n\n" not in explanation.to_text()


@attrs.frozen
class _Parts:
    parts: tuple[object, ...] = ()


def test_parts_of_a_value_are_lines() -> None:
    """A part is shown by its JSON, by its text, by its fields, or by its class if it has none."""
    parts = (
        {"a": 1},
        authorization.DenyingCondition(None, 0, "aws:X", ("a",), ("b",)),
        _Parts((1, 2)),
        _Parts(),
    )
    *_, shown = blocks_of(_Parts(parts))
    assert shown == Items(
        (
            '{"a": 1}',
            "'aws:X' is 'b' in the call; the statement compares it with 'a'.",
            "parts: 1, 2",
            "_Parts",
        )
    )


def test_other_values_have_no_fields() -> None:
    assert list(shown_fields(7)) == list(shown_fields(())) == []


def test_value_with_a_secret_name_is_redacted() -> None:
    name = "https://me:hunter2example@example.com"
    (shown,) = without_secrets([Fields(((name, "password=hunter2example"),))], redact)
    assert shown == Fields((("https://me:REDACTED-password@example.com", "password=[REDACTED password]"),))


def test_names_are_shown_without_secrets() -> None:
    token = "q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK"
    rows = ((f"token={token}", "1"),)
    shown = without_secrets([Fields(rows), Labels(rows)], redact)
    assert shown == (Fields((("token=[REDACTED token]", "1"),)), Labels((("token=[REDACTED token]", "1"),)))
