"""What keeps a resource policy from allowing an unsigned request: its principals, paths, networks, or a Deny."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

_DENIED = '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/prod/GET/orders"}\n'
_NETWORK = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}


def _policy(**changed: object) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **changed}]})


@check_rows(
    ("policy", "words", "says"),
    [
        (
            _policy(Condition=_NETWORK),
            "",
            "allows unsigned requests only if aws:SourceIp is 198.51.100.0/24.",
        ),
        (
            _policy(Condition=_NETWORK),
            "My address is 203.0.113.9.",
            "aws:SourceIp is 198.51.100.0/24, and the request has 203.0.113.9.",
        ),
        (
            _policy(Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}),
            "",
            "only if aws:SourceVpce is vpce-0a1b2c3d4e5f60718.",
        ),
        (
            _policy(Principal={"AWS": "arn:aws:iam::111122223333:role/web"}),
            "",
            "allows only arn:aws:iam::111122223333:role/web, and an unsigned request has no identity.",
        ),
        (_policy(Resource="execute-api:/prod/POST/*"), "", "allows only execute-api:/prod/POST/*."),
        # This one allows it, so it is not in effect, or not the policy of the API.
        (_policy(), "", "the API's resource policy does not allow this unsigned request."),
        ("", "", "the API's resource policy does not allow this unsigned request."),
    ],
)
def test_resource_policy_in_the_text(policy: str, words: str, says: str) -> None:
    explanation = explain(f"{_DENIED}{policy}\n{words}")
    assert explanation.summary.endswith(says)
    assert ("203.0.113.9/32" if words else "CALLER_CIDR") in explanation.to_text(detail="full")


@check_rows(
    ("policy", "title", "values", "changes"),
    [
        (
            _policy(Condition=_NETWORK),
            "Call from 198.51.100.0/24, or add 203.0.113.9/32 to the API's resource policy",
            ["198.51.100.0/24", "203.0.113.9/32"],
            ["update-rest-api", "create-deployment"],
        ),
        # Only the statement is known, so the rest of the policy has to be read.
        (
            json.dumps(json.loads(_policy(Condition=_NETWORK))["Statement"][0]),
            "Call from 198.51.100.0/24, or add 203.0.113.9/32 to the API's resource policy",
            ["198.51.100.0/24", "203.0.113.9/32"],
            ["get-rest-api", "update-rest-api", "create-deployment"],
        ),
        (
            _policy(Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}),
            "Call through vpce-0a1b2c3d4e5f60718, which the API's resource policy lets in",
            None,
            [],
        ),
        # Another condition can be the reason, and other principals have to sign.
        (
            _policy(Condition={**_NETWORK, "StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}),
            "Let the caller sign, or allow its network in the API's resource policy",
            None,
            ["get-rest-api", "create-deployment"],
        ),
        (
            _policy(Principal={"AWS": "arn:aws:iam::111122223333:role/web"}),
            "Let the caller sign, or allow its network in the API's resource policy",
            None,
            ["get-rest-api", "create-deployment"],
        ),
    ],
)
def test_network_that_the_policy_lets_in(
    policy: str, title: str, values: list[str] | None, changes: list[str]
) -> None:
    remedy = explain(f"{_DENIED}{policy}\nMy address is 203.0.113.9.").remedies[0]
    assert remedy.title == title
    conditions = [each["Condition"] for each in (remedy.policy or {}).get("Statement", [])]
    listed = [each["IpAddress"]["aws:SourceIp"] for each in conditions]
    assert listed == ([] if values is None else [values])
    lines = "\n".join(remedy.commands)
    assert [
        each for each in ("get-rest-api", "update-rest-api", "create-deployment") if each in lines
    ] == changes


_VIA_ENDPOINT = (
    "$ curl https://a1b2c3d4e5-vpce-0bbb2222cccc3333d.execute-api.eu-west-1.amazonaws.com/prod/orders\n"
)


def test_endpoint_of_the_call_is_added_to_the_policy() -> None:
    policy = _policy(Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}})
    explanation = explain(f"{_VIA_ENDPOINT}{_DENIED}{policy}\n")
    remedy = explanation.remedies[0]
    assert remedy.title.endswith("or add vpce-0bbb2222cccc3333d to the API's resource policy")
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d4e5f60718", "vpce-0bbb2222cccc3333d"]}
    }
    assert "create-deployment" in remedy.commands[-1]
    assert "aws:SourceIp" not in explanation.to_text(detail="full")


def test_endpoint_of_the_call_is_in_the_statement_for_an_unknown_policy() -> None:
    statement = explain(f"{_VIA_ENDPOINT}{_DENIED}").remedies[0].statement
    assert statement is not None
    assert statement["Condition"] == {"StringEquals": {"aws:SourceVpce": "vpce-0bbb2222cccc3333d"}}


_SEARCH = '{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}'
_API = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders"
_DOMAIN = "https://search-carts.eu-west-1.es.amazonaws.com/_cat/indices"


@check_rows(
    ("before", "denied", "url"),
    [
        (f"$ curl -s {_API}\n", _DENIED, _API),
        (f"$ curl -s https://ipinfo.io/json\n$ curl -s {_API}\n", _DENIED, _API),
        ("$ curl -s https://checkip.amazonaws.com\n203.0.113.9\n", _DENIED, _API),
        ("$ curl https://hooks.example.com/prod/orders\n", _DENIED, _API),
        # Another API, and a host that only begins like this one.
        (f"$ curl {_API.replace('e5.', 'f6.')}\n", _DENIED, _API),
        (f"$ curl {_API.replace('.com/', '.com.example.net/')}\n", _DENIED, _API),
        (
            f"$ curl {_API.replace('e5.', 'e5-vpce-0a1b2c3d.')}\n",
            _DENIED,
            _API.replace("e5.", "e5-vpce-0a1b2c3d."),
        ),
        (f"$ curl {_DOMAIN}\n", _SEARCH, _DOMAIN),
        (f"$ curl {_API}\n$ curl {_DOMAIN}\n", _SEARCH, _DOMAIN),
        ("$ curl https://checkip.amazonaws.com\n203.0.113.9\n", _SEARCH, "DOMAIN_URL/REQUEST_PATH"),
        ("$ curl https://hooks.example.com/deploy\n", _SEARCH, "DOMAIN_URL/REQUEST_PATH"),
    ],
)
def test_signed_request_goes_only_to_the_denied_service(before: str, denied: str, url: str) -> None:
    explanation = explain(f"{before}{denied}")
    signed = [line for remedy in explanation.remedies for line in remedy.commands if "--aws-sigv4" in line]
    assert [line.rpartition('" ')[2].partition(" ")[0] for line in signed] == [url]


_READ = 'An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::carts/1.json" {}\n'


@check_rows(
    ("words", "is_seen"),
    [
        ("My public IP is 203.0.113.9.", True),
        ("at home my ip is 203.0.113.9, should it work?", True),
        ("the ship is 203.0.113.9 miles away", False),
        ("$ curl -s https://checkip.amazonaws.com\n203.0.113.9", True),
        ("The database is at 203.0.113.9.", False),
        ("My address is 10.1.2.3.", False),
        # The call went another way than this traffic, or the policy would not deny it.
        ("My address is 198.51.100.7.", False),
    ],
)
def test_address_of_the_caller(words: str, *, is_seen: bool) -> None:
    denied = _READ.format("with an explicit deny in a resource-based policy")
    deny = _policy(
        Effect="Deny",
        Action="s3:*",
        Resource="arn:aws:s3:::carts/*",
        Condition={"NotIpAddress": _NETWORK["IpAddress"]},
    )
    summary = explain(f"{denied}{deny}\n{words}").summary
    assert ("because aws:SourceIp is 203.0.113.9, not in 198.51.100.0/24" in summary) is is_seen
    assert ("unless aws:SourceIp is 198.51.100.0/24" in summary) is not is_seen
