"""Check how responses of API Gateway and of function URLs that state no reason are read."""

from __future__ import annotations

import pytest

from tests.tables import Facts, Table, all_facts_in, check_rows, denied, facts_in, rows

_URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders"
_ELSEWHERE = "https://shop.example.com/prod/orders"
_BODY = '{"message":"Forbidden"}'
_GATEWAY = denied(service="execute-api")
_GATEWAY_403 = denied(service="execute-api", status_code=403)

RESPONSES: Table = (
    ("curl", f"$ curl {_URL}\n{_BODY}", _GATEWAY),
    ("unauthorized", f'$ curl {_URL}\n{{"message":"Unauthorized"}}', _GATEWAY),
    (
        "httpie",
        f'$ http {_URL}\nHTTP/1.1 403 Forbidden\nContent-Type: application/json\n\n{{\n    "message": "Forbidden"\n}}',
        _GATEWAY_403,
    ),
    ("header", f"HTTP/2 403\napigw-requestid: AbCdEfGhIjKlMnO=\n\n{_BODY}", _GATEWAY_403),
    (
        "custom-domain",
        f"$ curl -i {_ELSEWHERE}\nHTTP/1.1 403 Forbidden\nx-amz-apigw-id: AbCdEfGhIjKlMnO=\n\n{_BODY}",
        _GATEWAY_403,
    ),
    ("python", f"GET {_URL} failed: {{'message': 'Forbidden'}}", _GATEWAY),
    ("axios", f"  config: {{ url: '{_URL}' }},\n  data: {{ message: 'Forbidden' }}", _GATEWAY),
    ("body-first", f"call failed: {_BODY} from {_URL}", _GATEWAY),
    (
        "escaped",
        f'{{"level":"error","msg":"call failed","body":"{{\\"message\\":\\"Forbidden\\"}}","url":"{_URL}"}}',
        _GATEWAY,
    ),
    (
        "web-socket",
        'wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod\n< {"message": "Forbidden", "connectionId":"AbCd=", "requestId":"EfGh="}',
        _GATEWAY,
    ),
    (
        "function-url",
        '$ curl https://abcdefgh.lambda-url.eu-west-1.on.aws/\n{"Message":"Forbidden"}',
        denied(service="lambda"),
    ),
    # Of any other server, or of an application behind API Gateway.
    ("alone", _BODY, None),
    ("elsewhere", f"$ curl {_ELSEWHERE}\n{_BODY}", None),
    ("nearer-host", f"$ curl {_URL}\n[]\n$ curl {_ELSEWHERE}\n{_BODY}", None),
    ("far-away", f"$ curl {_URL}\n{'orders, ' * 200}\n{_BODY}", None),
    ("longer-body", f'$ curl {_URL}\n{{"message":"Forbidden","path":"/prod/orders"}}', None),
    ("other-message", f'$ curl {_URL}\n{{"message":"Order not found"}}', None),
)


@check_rows(("text", "expected"), rows(RESPONSES))
def test_responses_without_a_reason(text: str, expected: Facts | None) -> None:
    """The body is a denial if a host or header of API Gateway or Lambda is next to it."""
    assert facts_in(text) == expected


@pytest.mark.parametrize("command", ["$ curl", "+ curl -s", "ana@build:~$ http"])
def test_body_after_the_command(command: str) -> None:
    """In the log of a script, the body belongs to the command that prints it, and not to an earlier one."""
    log = f"{command} {_URL}\n{_BODY}\n+ exit 1\n"
    assert all_facts_in(log) == [_GATEWAY]
    assert all_facts_in(f"{command} {_URL}\n{command} {_ELSEWHERE}\n{_BODY}\n") == []
