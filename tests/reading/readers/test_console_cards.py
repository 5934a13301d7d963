"""Check how the access denied card of the AWS console is read."""

from __future__ import annotations

from iamtriage import AccessDenied, parse
from tests.tables import (
    ANA,
    APP,
    DENIAL,
    DENIED,
    ROLE,
    Facts,
    Table,
    all_facts_in,
    check_rows,
    denied,
    facts_in,
    rows,
)

_TOPIC = "arn:aws:sns:eu-west-1:111122223333:orders"
_FIELDS = (
    ("User", APP),
    ("Action", "sns:Publish"),
    ("On resource(s)", _TOPIC),
    ("Context", "a service control policy explicitly denies the action"),
)
_CARD = "\n".join(f"{label}: {value}" for label, value in _FIELDS)
_PUBLISH: Facts = denied(
    principal=APP, action="sns:Publish", resource=_TOPIC, deny="explicit", policy_type="service_control"
)
_SUMMARY: Facts = denied(
    principal=ANA, action="iam:GetAccountSummary", resource="*", deny="implicit", policy_type="identity"
)
_HEADING = (
    "Access denied to sns:Publish\nYou don't have permission to sns:Publish. To request access, copy the following text "
    "and send it to your AWS administrator. Learn more about troubleshooting access denied errors.\n"
)
_NO = "no identity-based policy allows the action"

CARDS: Table = (
    ("lines", _CARD, _PUBLISH),
    ("with-heading", _HEADING + _CARD, _PUBLISH),
    ("quoted", "\n".join(f"`{line}`" for line in _CARD.splitlines()), _PUBLISH),
    ("bold", "\n".join(f"- **{label}:** {value}" for label, value in _FIELDS), _PUBLISH),
    ("html", f"I get this.<br/>{_CARD.replace(chr(10), '<br/>')}<br/>What now?", _PUBLISH),
    ("html-closed", f"<p>{_CARD.replace(chr(10), '<br>')}</p>", _PUBLISH),
    ("inline", f"I get this. {_CARD.replace(chr(10), ' ')} What now?", _PUBLISH),
    ("glued", f"{_HEADING.strip()} {_CARD}".replace("\n", ""), _PUBLISH),
    ("empty-lines", _CARD.replace("\n", "\n\n"), _PUBLISH),
    ("padded", "\n".join(f"{label:<16}: {value}" for label, value in _FIELDS), _PUBLISH),
    (
        "service-apart",
        f"User: {ANA}\nService: iam\nAction: GetAccountSummary\nOn resource(s): *\nContext: no identity-based policy allows the iam:GetAccountSummary action\n\nOn Monday",
        _SUMMARY,
    ),
    (
        "service-inline",
        f"User: {ANA} Service: iam Action: GetAccountSummary On resource(s): * Context: no identity-based policy allows the iam:GetAccountSummary action",
        _SUMMARY,
    ),
    (
        "name-of-the-action-alone",
        f"User: {ANA}\nAction: GetAccountSummary\nOn resource(s): *\nContext: no identity-based policy allows the iam:GetAccountSummary action",
        _SUMMARY,
    ),
    (
        "action-alone",
        f"Action: iam:ListUsers\nContext: {_NO}",
        denied(action="iam:ListUsers", deny="implicit", policy_type="identity"),
    ),
    (
        "code-above",
        f"AccessDenied\nAction: iam:ListUsers\nContext: {_NO}\n\nSo there is a boundary.",
        denied(code="AccessDenied", action="iam:ListUsers", deny="implicit", policy_type="identity"),
    ),
    (
        "heading-and-context",
        f"- **Access denied to `iam:ListUsers`**\n- Context: {_NO}",
        denied(action="iam:ListUsers", deny="implicit", policy_type="identity"),
    ),
    ("context-alone", f"Context: {_NO}", denied(deny="implicit", policy_type="identity")),
    (
        "boundary",
        f"User: {ANA}\nAction: iam:ListUsers\nOn resource(s): {ROLE}\nContext: no permissions boundary allows the action",
        denied(
            principal=ANA,
            action="iam:ListUsers",
            resource=ROLE,
            deny="implicit",
            policy_type="permissions_boundary",
        ),
    ),
    (
        "french",
        f"Utilisateur : {ANA}\nAction      : iam:ListUsers\nRessource   : {ROLE}\nContexte    : no session policy allows the iam:ListUsers action",
        denied(principal=ANA, action="iam:ListUsers", resource=ROLE, deny="implicit", policy_type="session"),
    ),
    (
        "japanese",
        f"ユーザー: {ANA}\nアクション: iam:ListUsers\nリソース: {ROLE}\nコンテキスト: {_NO}",
        denied(principal=ANA, action="iam:ListUsers", resource=ROLE, deny="implicit", policy_type="identity"),
    ),
    (
        "parted-from-other-fields",
        f"User: bob\nAction: sqs:SendMessage\n\nThis is what I see today:\n\nAction: iam:ListUsers\nContext: {_NO}",
        denied(action="iam:ListUsers", deny="implicit", policy_type="identity"),
    ),
)
CLAUSES: Table = (
    (
        "elided",
        "4. **`iam:CreateRole … no permissions boundary allows the iam:CreateRole action`** stops it.",
        denied(action="iam:CreateRole", deny="implicit", policy_type="permissions_boundary"),
    ),
    (
        "because",
        "because no permissions boundary allows the iam:CreateRole action",
        denied(action="iam:CreateRole", deny="implicit", policy_type="permissions_boundary"),
    ),
    (
        "alone",
        "no permissions boundary allows the iam:CreateRole action",
        denied(action="iam:CreateRole", deny="implicit", policy_type="permissions_boundary"),
    ),
    ("condition", "If no identity-based policy allows the s3:GetObject action, the request is refused.", None),
    ("condition-broken", "The request is refused if\nno identity-based policy allows the s3:GetObject action.", None),
    ("of-no-action", "Remember: no identity-based policy allows the action by itself.", None),
    ("prose", "A service control policy explicitly denies the action before any other is looked at.", None),
    ("another-context", "Context: no refund policy allows the transfer", None),
    ("fields-alone", f"User: {ANA}\nAction: iam:ListUsers\nOn resource(s): *", None),
)  # fmt: skip


@check_rows(("text", "expected"), rows((*CARDS, *CLAUSES)))
def test_facts_of_a_card(text: str, expected: Facts | None) -> None:
    """A card is read however it was pasted. Prose with the same words is not a denial."""
    assert facts_in(text) == expected


def test_cards_and_sentences_are_separate_failures() -> None:
    """Two cards with a sentence between them are three failures with their own values."""
    listing = _CARD.replace("sns:Publish", "sns:ListTopics").replace("a service", "a resource")
    found = all_facts_in(f"{_CARD}\n\n{DENIAL} because no session policy allows it\n\n{listing}\n")
    assert found == [
        _PUBLISH,
        {**DENIED, "deny": "implicit", "policy_type": "session"},
        {**_PUBLISH, "action": "sns:ListTopics", "policy_type": "resource_control"},
    ]


def test_a_value_of_two_fields_has_no_span() -> None:
    """An action that is composed of two fields does not occur in the text."""
    failure = parse(f"User: {ANA}\nService: iam\nAction: GetUser\nContext: {_NO}")
    assert isinstance(failure, AccessDenied)
    assert failure.action == "iam:GetUser"
    assert failure.spans.keys() >= {"principal", "service"}
    assert "action" not in failure.spans
    assert failure.reason == _NO
