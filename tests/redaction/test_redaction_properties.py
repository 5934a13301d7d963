"""Property tests of redaction: no secret is left in any notation, and the failure can still be read."""

from __future__ import annotations

import base64
import json
import re
import string
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import attrs
import pytest
from detect_secrets.plugins.aws import AWSKeyDetector
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from iamtriage import InvalidArnError, parse, parse_principal, to_record
from iamtriage.redaction import redact
from tests.redaction.notations import KEY_ID, NOTATIONS, to_camel_case, to_pascal_case
from tests.strategies import (
    ENVELOPES,
    LOG_SHAPES,
    Call,
    Case,
    Message,
    accounts,
    calls,
    fragments,
    hard_wrap,
    iam_names,
    known,
    ordinary_lines,
    other_clouds,
    soup,
    word_wrap,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# Fewer examples for each of the many notations.
few = settings(max_examples=max(5, settings.default.max_examples // 8))  # type: ignore[union-attr]

# ------------------------------------------------------------------------------------------ secrets

_BASE64 = string.ascii_letters + string.digits + "+/"
_WEB = string.ascii_letters + string.digits + "-_"


def _mixed(value: str) -> bool:
    """Return whether a value has digits, upper and lower case, like nearly every random secret."""
    return (
        any(map(str.isdigit, value))
        and any(map(str.isupper, value))
        and any(map(str.islower, value))
        and len(set(value)) > 5
    )


secret_keys = st.text(_BASE64, min_size=40, max_size=40).filter(_mixed)
TOKEN_STARTS = ("IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdz", "FQoGZXIvYXdz")
session_tokens = st.builds(
    "{}{}==".format,
    st.sampled_from((*TOKEN_STARTS, "")),
    st.text(_BASE64, min_size=100, max_size=400).filter(_mixed),
)
signatures = st.text("0123456789abcdef", min_size=64, max_size=64).filter(lambda value: len(set(value)) > 8)
_parts = (
    st.binary(min_size=20, max_size=60)
    .map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="))
    .filter(_mixed)
)
web_tokens = st.tuples(_parts, _parts, _parts).map(
    lambda parts: "eyJ" + ".eyJ".join(parts[:2]) + "." + parts[2]
)
eks_tokens = _parts.map("k8s-aws-v1.{}".format)
opaque_tokens = st.text(_WEB, min_size=20, max_size=80).filter(_mixed)
passwords = st.text(string.ascii_letters + string.digits + "!#%*+-.:=?^_~", min_size=8, max_size=30).filter(
    lambda value: _mixed(value) and value[0].isalnum() and value[-1].isalnum()
)
blobs = st.text(_WEB, min_size=60, max_size=400).filter(lambda value: _mixed(value) and len(set(value)) > 20)
bodies = st.text(_BASE64, min_size=130, max_size=400).filter(_mixed)

SCOPE = f"{KEY_ID}/20310405/eu-west-1/s3/aws4_request"

# The names of secrets, and their values.
_SNAKE: dict[str, st.SearchStrategy[str]] = {
    "aws_secret_access_key": secret_keys,
    "aws_session_token": session_tokens,
    "aws_security_token": session_tokens,
    "db_password": passwords,
    "client_secret": opaque_tokens,
    "access_token": st.one_of(opaque_tokens, web_tokens),
    "refresh_token": opaque_tokens,
    "web_identity_token": web_tokens,
    "github_token": opaque_tokens,
    "codeartifact_auth_token": st.one_of(opaque_tokens, web_tokens),
    "token": st.one_of(opaque_tokens, web_tokens, session_tokens, eks_tokens),
    "password": passwords,
}


_CASES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    to_pascal_case,
    to_camel_case,
    lambda name: name.replace("_", "-"),
    lambda name: name.replace("_", "."),
)


@attrs.frozen
class Planted:
    """A text that contains a secret, and the secret."""

    text: str
    secret: str


@st.composite
def assigned(draw: st.DrawFn, notation: str) -> Planted:
    name = draw(st.sampled_from(tuple(_SNAKE)))
    value = draw(_SNAKE[name])
    spelled = draw(st.sampled_from(_CASES))(name)
    return Planted(NOTATIONS[notation](spelled, value), value)


# Texts in which the form of a secret reveals it, not a name. Each has a strategy for the secret.
FORMS: dict[str, tuple[Callable[[str], str], st.SearchStrategy[str]]] = {
    "presigned": (lambda v: f"GET https://b.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={quote(SCOPE, safe='')}&X-Amz-Date=20310405T060708Z&X-Amz-Signature={v}", signatures),
    "presigned token": (lambda v: f"https://b.s3.amazonaws.com/k?X-Amz-Credential={SCOPE}&X-Amz-Security-Token={quote(v, safe='')}&X-Amz-SignedHeaders=host", session_tokens),
    "presigned, old": (lambda v: f"https://b.s3.amazonaws.com/k?AWSAccessKeyId={KEY_ID}&Expires=1933135628&Signature={quote(v, safe='')}", st.binary(min_size=20, max_size=20).map(lambda b: base64.b64encode(b).decode())),
    "version 4 header": (lambda v: f"Authorization: AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={v}", signatures),
    "version 4 header, botocore": (lambda v: f"'Authorization': b'AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={v}', 'X': b''", signatures),
    "version 4 header, Go": (lambda v: f"map[Authorization:[AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature={v}]]", signatures),
    "botocore log": (lambda v: f"2031-04-05 06:07:08,123 botocore.auth [DEBUG] Signature:\n{v}\n2031-04-05 06:07:08,124 next", signatures),
    "version 2 header": (lambda v: f"Authorization: AWS {KEY_ID}:{v}", st.binary(min_size=20, max_size=20).map(lambda b: base64.b64encode(b).decode())),
    "bearer": (lambda v: f"Authorization: Bearer {v}", st.one_of(opaque_tokens, web_tokens, eks_tokens)),
    "bearer in JSON": (lambda v: json.dumps({"headers": {"Authorization": [f"Bearer {v}"]}}), st.one_of(opaque_tokens, web_tokens)),
    "bearer in curl": (lambda v: f'curl -H "Authorization: Bearer {v}" https://sts.eu-west-1.amazonaws.com/', st.one_of(opaque_tokens, web_tokens)),
    "bearer in Python": (lambda v: repr({"Authorization": f"Bearer {v}"}), opaque_tokens),
    "basic": (lambda v: f"authorization: Basic {v}", st.binary(min_size=12, max_size=60).map(lambda b: base64.b64encode(b).decode()).filter(_mixed)),
    "authorization alone": (lambda v: f"Authorization: {v}", web_tokens),
    "web token": (lambda v: f"got {v} from the provider", web_tokens),
    "web token glued": (lambda v: f"token={v};next", web_tokens),
    "EKS token": (lambda v: json.dumps({"kind": "ExecCredential", "status": {"token": v}}), eks_tokens),
    "EKS token alone": (lambda v: f"sending {v}", eks_tokens),
    "session token alone": (lambda v: f"x {v} y", session_tokens.filter(lambda v: v.startswith(TOKEN_STARTS))),
    "beside an id": (lambda v: f"{KEY_ID} {v}", secret_keys),
    "beside an id, colon": (lambda v: f"{KEY_ID}:{v}", secret_keys),
    "beside an id, CSV": (lambda v: f"Access key ID,Secret access key\n{KEY_ID},{v}\n", secret_keys),
    "beside an id, in front": (lambda v: f"({v}, {KEY_ID})", secret_keys),
    "beside an id, lines": (lambda v: f"{KEY_ID}\n{v}\n", secret_keys),
    "triple": (lambda v: f"CREDENTIALS\t{KEY_ID}\t2031-04-05T06:07:08+00:00\t{'Ab1' * 13 + 'x'}\t{v}", session_tokens),
    "named like a key": (lambda v: f"aws_master_key_2 = '{v}'", secret_keys),
    "in a URL": (lambda v: f"postgres://orders:{v}@db.example.com:5432/orders", passwords.map(lambda v: quote(v, safe=""))),
    "git": (lambda v: f"git clone https://x-access-token:{v}@github.com/example/orders.git", opaque_tokens),
    "docker login": (lambda v: f"docker login -u AWS -p {v} 111122223333.dkr.ecr.eu-west-1.amazonaws.com", web_tokens),
    "docker login, long": (lambda v: f"docker login --username AWS --password {v} 111122223333.dkr.ecr.eu-west-1.amazonaws.com", web_tokens),
    "docker config": (lambda v: json.dumps({"auths": {"111122223333.dkr.ecr.eu-west-1.amazonaws.com": {"auth": v}}}), web_tokens.map(lambda v: base64.b64encode(f"AWS:{v}".encode()).decode())),
    "ECR": (lambda v: json.dumps({"authorizationData": [{"authorizationToken": v}]}), web_tokens.map(lambda v: base64.b64encode(f"AWS:{v}".encode()).decode())),
    "npm": (lambda v: f"//shop-111122223333.d.codeartifact.eu-west-1.amazonaws.com/npm/x/:_authToken={v}", opaque_tokens),
    "netrc": (lambda v: f"machine db.example.com login ana password {v}", passwords.filter(lambda v: len(v) >= 12)),
    "connection string": (lambda v: f"Server=db;Database=orders;User Id=ana;Password={v};Encrypt=true", passwords),
    "JDBC": (lambda v: f"jdbc:postgresql://db/orders?user=ana&password={quote(v, safe='')}&ssl=true", passwords),
    "GitHub": (lambda v: f"remote: ghp_{v} is gone", st.text(string.ascii_letters + string.digits, min_size=36, max_size=36).filter(_mixed)),
    "private key": (lambda v: f"-----BEGIN RSA PRIVATE KEY-----\n{chr(10).join(re.findall('.{1,64}', v))}\n-----END RSA PRIVATE KEY-----\n", bodies),
    "private key in JSON": (lambda v: json.dumps({"key": f"-----BEGIN PRIVATE KEY-----\n{v[:64]}\n{v[64:]}\n-----END PRIVATE KEY-----\n"}), bodies),
    "private key, cut": (lambda v: f"-----BEGIN EC PRIVATE KEY-----\n{v[:64]}\n{v[64:128]}\n{v[128:]}", bodies),
    "encoded message": (lambda v: f"You are not authorized to perform this operation. Encoded authorization failure message: {v}", blobs),
    "encoded message, quoted": (lambda v: f'Encoded authorization failure message: "{v}", request id: x', blobs),
    "encoded message in JSON": (lambda v: json.dumps({"Message": f"Encoded authorization failure message: {v}"}), blobs),
    "encoded message, JSON in JSON": (lambda v: json.dumps({"m": json.dumps({"Message": f"Encoded authorization failure message:\n{v}"})}), blobs),
    "encoded message in a command": (lambda v: f"aws sts decode-authorization-message --encoded-message {v}", blobs),
    "encoded message of a call": (lambda v: f"Action=DecodeAuthorizationMessage&EncodedMessage={v}&Version=2011-06-15", blobs),
    "secret of Secrets Manager": (lambda v: json.dumps({"Name": "orders/db", "SecretString": json.dumps({"username": "ana", "password": v})}), passwords),
    "federation": (lambda v: f"https://signin.aws.amazon.com/federation?Action=login&SigninToken={v}&Destination=x", opaque_tokens),
    "cookie": (lambda v: f"Cookie: aws-session={v}; lang=en", opaque_tokens),
}  # fmt: skip


def formed(form: str) -> st.SearchStrategy[Planted]:
    write, values = FORMS[form]
    return values.map(lambda value: Planted(write(value), value))


planted = st.one_of(
    st.sampled_from(tuple(NOTATIONS)).flatmap(assigned), st.sampled_from(tuple(FORMS)).flatmap(formed)
)


# --------------------------------------------------------------------------------------- what is left

_PIECE = 12


def is_gone(secret: str, text: str) -> bool:
    """Return whether a text contains no piece of a secret, with or without line breaks."""
    flat = "".join(text.split())
    pieces = [secret[at : at + _PIECE] for at in range(0, max(1, len(secret) - _PIECE + 1), 3)]
    # Other values contain runs of zeros, too.
    telling = [piece for piece in pieces if len(set(piece)) > 4]
    return secret not in text and not any(piece in text or piece in flat for piece in telling)


def assert_valid_document(before: str, after: str) -> None:
    """Check that valid JSON, XML and URLs are still valid."""
    try:
        json.loads(before)
    except ValueError:
        pass
    else:
        json.loads(after)
    try:
        ET.fromstring(before)
    except ET.ParseError:
        pass
    else:
        ET.fromstring(after)
    if before.startswith("https://") and " " not in before:
        asked, shown = urlsplit(before), urlsplit(after)
        assert (asked.hostname, asked.path) == (shown.hostname, shown.path)
        assert parse_qs(asked.query).keys() == parse_qs(shown.query).keys()


KEPT = ("kind", "action", "deny", "policy_type", "code", "operation", "service", "status_code")


def kept_facts(text: str) -> list[object] | None:
    failure = parse(text)
    if failure is None:
        return None
    record = to_record(failure)
    return [record[key] for key in KEPT]  # type: ignore[literal-required]


def check(item: Planted, text: str) -> str:
    """Redact a text that contains a planted one, and check what applies in any context."""
    shown = redact(text)
    assert is_gone(item.secret, shown), (item.secret, shown)
    assert "REDACTED" in shown
    assert redact(shown) == shown, "redacted twice"
    return shown


@pytest.mark.parametrize("notation", NOTATIONS)
@few
@given(data=st.data())
def test_named_secret_is_removed_in_every_notation(notation: str, data: st.DataObject) -> None:
    """The value is removed whatever is between it and its name, and documents stay valid."""
    item = data.draw(assigned(notation))
    assert_valid_document(item.text, check(item, item.text))


@pytest.mark.parametrize("form", FORMS)
@few
@given(data=st.data())
def test_secret_with_a_recognizable_form_is_removed(form: str, data: st.DataObject) -> None:
    """Signatures, tokens, keys near IDs, passwords in URLs and encoded messages need no name."""
    item = data.draw(formed(form))
    assert_valid_document(item.text, check(item, item.text))


@given(known, planted, st.sampled_from(("{0}\n{1}", "{1}\n{0}", "{1}\n\n{0}", "{1}\n{0}\n{1}")))
def test_secret_near_a_failure_is_removed_and_the_failure_kept(case: Case, item: Planted, how: str) -> None:
    """Kind, action, deny, policy type and the values of the envelope are the same as before."""
    assume(is_gone(item.secret, case.text))
    text = how.format(case.text, item.text)
    shown = check(item, text)
    # Lines of equal length look as if a terminal wrapped them, so the reader joins them.
    assume(not _equal_lines(text) and not _equal_lines(shown))
    assert kept_facts(shown) == kept_facts(text)


def _equal_lines(text: str) -> bool:
    sizes = [len(line) for line in text.split("\n") if line.strip()]
    return len(set(sizes)) < len(sizes)


@pytest.mark.parametrize("shape", LOG_SHAPES)
@few
@given(case=known, item=planted)
def test_secret_is_removed_in_every_log_shape(shape: str, case: Case, item: Planted) -> None:
    """Prefixes, escapes, colors and quotes of a logger hide no secret."""
    assume(is_gone(item.secret, case.text))
    shown = redact(LOG_SHAPES[shape](f"{item.text}\n{case.text}"))
    assert is_gone(item.secret, shown)


@st.composite
def encoded_denials(draw: st.DrawFn) -> Message:
    """A denial of EC2 that ends with an encoded message."""
    blob = draw(blobs)
    text = (
        f"User: arn:aws:sts::{draw(accounts)}:assumed-role/{draw(iam_names)}/i-0a1b2c3d4e5f60718 is not authorized to perform: ec2:RunInstances "
        f"on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy. "
        f"Encoded authorization failure message: {blob}"
    )
    return Message(
        text,
        {"kind": "access_denied", "encoded_message": blob},
        "UnauthorizedOperation",
        "RunInstances",
        "ec2",
    )


# A terminal breaks the label and the message, which then look like a string of YAML over several lines.
_BLOB = f"{'0' * 40}123456789ABCDEFGHIJa"
_WRAPPED_CALL = Call(
    Message(
        "User: arn:aws:sts::000000000000:assumed-role/deploy/i-0a1b2c3d4e5f60718 is not authorized to perform: ec2:RunInstances on "
        "resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy. Encoded "
        f"authorization failure message: {_BLOB}",
        {"kind": "access_denied", "encoded_message": _BLOB},
        "UnauthorizedOperation",
        "RunInstances",
        "ec2",
    ),
    status=403,
    request_id="e3e70682-c209-4cac-a29f-6fbed82c07cd",
    host_id="h7",
    region="eu-west-1",
    flag=False,
    number=1,
)


# A terminal can break the words that announce the message. No tool adds a prefix to each line of that.
_PREFIXES = {"docker compose", "stern", "journald", "GitHub Actions"}


@given(
    calls(encoded_denials()),
    st.sampled_from(tuple(ENVELOPES)),
    st.integers(60, 200),
    st.sampled_from((word_wrap, hard_wrap)),
    st.sampled_from((None, *LOG_SHAPES)),
)
@example(_WRAPPED_CALL, "json_body", 60, hard_wrap, None)
def test_encoded_message_is_removed_however_it_is_wrapped(
    call: Call, envelope: str, width: int, wrap: Callable[[str, int], str | None], shape: str | None
) -> None:
    """No piece is left in any envelope, wrapped by words or by a terminal, logged as a whole or by lines."""
    assume(wrap is word_wrap or shape not in _PREFIXES)
    blob = str(call.message.facts["encoded_message"])
    whole = ENVELOPES[envelope](call).text
    # Generated IDs contain runs of digits, too.
    assume(is_gone(blob, whole.replace(blob, "")))
    text = wrap(whole, width)
    assume(text is not None)
    assert text is not None
    text = text if shape is None else LOG_SHAPES[shape](text)
    shown = redact(text)
    assert is_gone(blob, shown)
    assert redact(shown) == shown


@given(calls(encoded_denials()), st.sampled_from(tuple(ENVELOPES)), st.integers(60, 200))
def test_wrapped_failure_is_read_without_its_encoded_message(call: Call, envelope: str, width: int) -> None:
    """The marker keeps the width of the lines, so the reader can still join them."""
    text = hard_wrap(ENVELOPES[envelope](call).text, width)
    assume(text is not None)
    assert text is not None
    assert kept_facts(redact(text)) == kept_facts(text)


# --------------------------------------------------------------------------------------- identifiers

# Words of messages, and names that are too short or too common to check.
_GRAMMAR = frozenset(
    {
        "role",
        "user",
        "root",
        "index",
        "by-day",
        "logs",
        "live",
        "table",
        "web",
        "anonymous",
        "resource_control_policy",
        "service_control_policy",
    }
)


def named_by(case: Case) -> set[str]:
    """The accounts and names in the record of a case that differ from other words."""
    found: set[str] = set()
    for key in ("principal", "resource", "policy_arn", "request_id", "host_id", "authorization_id"):
        value = case.facts.get(key)
        if isinstance(value, str) and ":aws:policy/" in value:
            # The policies of AWS exist in every account.
            return set()
        if not isinstance(value, str) or value.endswith("amazonaws.com"):
            continue
        arn = value.split(":", 5)
        if len(arn) == 6 and arn[4] != "aws":
            found.update((arn[4], *re.split("[:/]", arn[5])[1:]))
        elif len(arn) < 6:
            found.update(re.split("[/ ]", value))
    # A short name can be part of any word, and so can zeros.
    telling = {name for name in found - _GRAMMAR if len(name) > 3 and len(set(name)) > 3}
    return {name for name in telling if not name.isdigit() or len(name) >= 12}


def kind_of(principal: str | None) -> str:
    if principal is None:
        return ""
    try:
        return parse_principal(principal).kind
    except InvalidArnError:
        return "none of IAM's" if principal.startswith("arn:") else "a name"


def check_identifiers(text: str) -> str:
    shown = redact(text, identifiers=True)
    assert redact(shown, identifiers=True) == shown, "redacted twice"
    assert kept_facts(shown) == kept_facts(text)
    before, after = parse(text), parse(shown)
    if before is not None and after is not None:
        old, new = to_record(before), to_record(after)
        for key in (
            "principal",
            "account",
            "resource",
            "policy_arn",
            "request_id",
            "k8s_user",
            "k8s_namespace",
        ):
            assert (old[key] is None) == (new[key] is None), key
        if kind_of(old["principal"]) != "none of IAM's":
            assert kind_of(old["principal"]) == kind_of(new["principal"])
    return shown


@given(known)
def test_identifiers_are_replaced_and_the_failure_kept(case: Case) -> None:
    """No account, name or ID of the failure is left, and pseudonyms have the form of what they replace."""
    shown = check_identifiers(case.text)
    left = {
        name
        for name in named_by(case)
        if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", shown)
    }
    assert not left, shown


@pytest.mark.parametrize("shape", LOG_SHAPES)
@few
@given(case=known)
def test_identifiers_are_replaced_in_every_log_shape(shape: str, case: Case) -> None:
    """Identifiers are replaced in every format of a logger."""
    shown = check_identifiers(LOG_SHAPES[shape](case.text))
    left = {
        name
        for name in named_by(case)
        if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", shown)
    }
    assert not left, shown


@given(known, st.integers(60, 200), st.sampled_from((word_wrap, hard_wrap)))
def test_wrapped_identifiers_are_replaced_as_a_whole(
    case: Case, width: int, wrap: Callable[[str, int], str | None]
) -> None:
    """An account that a terminal wrapped is the same account."""
    text = wrap(case.text, width)
    assume(text is not None and not (wrap is word_wrap and _equal_lines(text)))
    assert text is not None
    shown = check_identifiers(text)
    account = case.facts.get("account")
    assert account is None or len(set(str(account))) < 4 or str(account) not in "".join(shown.split())


@given(known, planted)
def test_scanners_find_nothing(case: Case, item: Planted) -> None:
    """Run the AWS detector of detect-secrets, and the patterns of trufflehog and others for key IDs."""
    shown = redact(f"{item.text}\n{case.text}\n{KEY_ID} {item.text}", identifiers=True)
    assert list(AWSKeyDetector().analyze_string(shown)) == []
    assert re.search(r"\b((?:AKIA|ABIA|ACCA|ASIA)[A-Z0-9]{16})\b", shown) is None
    assert (
        re.search(
            r"(?i)(?:secret|aws|key).{0,40}[\"'=:\s][A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
            _without_hashes(shown),
        )
        is None
    )


def _without_hashes(text: str) -> str:
    # Hexadecimal digests are not secrets.
    return re.sub(r"\b[0-9a-f]{40}\b", "", text)


# ----------------------------------------------------------------------------------- what stays, and any text


@given(ordinary_lines)
def test_ordinary_lines_are_kept(text: str) -> None:
    """Log lines without secrets do not change, not even with identifiers."""
    assert redact(text) == text
    assert redact(text, identifiers=True) == text


@given(st.one_of(known.map(lambda case: case.text), other_clouds))
def test_text_without_secrets_does_not_change(text: str) -> None:
    """Failures without secrets do not change."""
    assume("Encoded authorization failure message" not in text)
    assert redact(text) == text


@given(
    st.one_of(
        st.text(st.characters(), max_size=200),
        soup,
        st.lists(st.one_of(fragments, planted.map(lambda item: item.text)), max_size=6).map("".join),
    )
)
@example("\ud800 password=\udfff\0 arn:aws:iam::111122223333:user/\udfff")
@example("\u0130 AWS_SECRET_ACCESS_KEY=a\u0130b")
@example('{"password":')
@example("https://a:@")
def test_no_text_raises(text: str) -> None:
    """Lone surrogates, NULs and truncated documents do not raise."""
    assert redact(text) == redact(text)
    assert isinstance(redact(text, identifiers=True), str)
