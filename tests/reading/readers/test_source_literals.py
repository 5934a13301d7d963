"""String literals in source code are what a program looks for or says; the same words printed are failures."""

from __future__ import annotations

from tests.tables import ANA, REQUEST, Facts, Table, check_rows, denied, expect, facts_in, rows

_CALL = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
_CALL_FACTS = denied(code="AccessDenied", operation="PutObject")
_NO_ROLE = "no EC2 IMDS role found"
_INVALID = "The security token included in the request is invalid"
_MISSING = expect("missing_credentials")
_UNKNOWN = expect("invalid_credentials")
_DENIAL = f"User: {ANA} is not authorized to perform: s3:GetObject"
_DENIED = denied(principal=ANA, action="s3:GetObject")

SEARCHES: Table = tuple(
    (name, text, None)
    for name, text in (
        ("go", f'if strings.Contains(err.Error(), "{_NO_ROLE}") ||\n\tstrings.Contains(err.Error(), "dial tcp") {{'),
        (
            "joined",
            'assertThat(reason, containsString("is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::"\n    + OTHER_ACCOUNT + ":role/gone (Service: AWSSecurityTokenService; Status Code: 403;"\n    + " Error Code: AccessDenied; Request ID: "));',
        ),
        ("go-case", f'case strings.Contains(msg, "{_NO_ROLE}") || strings.HasPrefix(msg, "ExpiredToken"):'),
        (
            "go-generic",
            '_, err := retry.WhenMessageContains[*types.InvalidParameterException](ctx, wait, func() (any, error) {\n\treturn eks.CreateAccessEntry(ctx, input)\n}, "The specified principalArn is invalid")\n\nif err != nil {',
        ),
        ("java", 'if (e.getMessage().contains("STS is not activated in this region")) {'),
        ("csharp", f'if (!e.Message.Contains("{_INVALID}")\n    && !e.Message.StartsWith("{_NO_ROLE}"))'),
        ("javascript", f"if (err.message.includes('{_INVALID}')) retry();"),
        ("javascript-regex", "if (/the security token included in the request is expired/i.test(err.message)) retry();"),
        ("javascript-template", f"return message.startsWith(`{_INVALID}`)"),
        ("ruby", f"retry if error.message.include?('{_INVALID}')"),
        ("ruby-bare", f'retry if error.message.include? "{_INVALID}"'),
        ("rust", f'if text.contains("{_NO_ROLE}") {{'),
        ("php", f"if (strpos($e->getMessage(), '{_INVALID}') !== false) {{"),
        ("shell-like", f'[[ "$out" == "{_INVALID}" ]]'),
        ("list-comprehension", f'found = any(is_error(each) for each in lines if lower(each) == "{_INVALID}")'),
        ("equal", f"if (err.message === '{_INVALID}') {{"),
        ("python-in", f'if "{_INVALID}" in output:\n    verdict = "stale"'),
        ("python-elif", '# AWS says why\nelif "because no VPC endpoint policy" in output:\n    verdict = "endpoint"'),
        ("python-in-call", f"return '{_INVALID}' in str(error)"),
        ("python-in-attribute", f'assert "{_INVALID}" in str(raised.value)'),
        ("python-and", 'if "AccessDenied" in str(\n    error\n) and "is not authorized to perform: sts:AssumeRole" in str(error):\n    pass'),
        ("python-joined", f'STALE = [\n    "{_INVALID}",\n    "An error occurred (ResourceConflictException) when calling"\n    " the AddPermission operation: The statement",\n]'),
        ("javascript-match", f"assert.match(said, /Cause: {_INVALID}/);"),
        ("python-or", f'if (\n    "{_NO_ROLE}" in text\n    or "{_INVALID}" in text\n):'),
        ("python-test", f'with pytest.raises(ClientError, match="{_INVALID}"):'),
        ("python-search", f're.search(r"{_INVALID}", output)'),
        ("switch", f'case "{_INVALID}":\n    retry()'),
        ("java-set", f'static final Set<String> STALE = ImmutableSet.of(\n    "{_INVALID}",\n    "is not authorized to perform: glue:TagResource");'),
        ("kotlin-set", f'val stale = setOf("{_INVALID}", "{_NO_ROLE}")'),
        ("javascript-set", f'const stale = new Set(["{_INVALID}", "{_NO_ROLE}"]);'),
        ("javascript-retried", f'retryOnMessages: ["{_INVALID}"],\nwait: 5,'),
        ("yaml-ignored", f'ignored_errors: ["{_INVALID}"]'),
        ("query-sql", "SELECT * FROM events WHERE awsregion = 'eu-west-1' AND errorcode IN ('AccessDenied', 'ExpiredToken')"),
        ("query-of-logs", "fields @timestamp, errorCode\n| filter errorCode = 'AccessDenied' or errorCode = 'ExpiredToken'\n| sort @timestamp"),
        ("several", f'hasAny := containsAny(msg, "one", "two", "{_NO_ROLE}")'),
    )
)  # fmt: skip
SAYINGS: Table = tuple(
    (name, text, None)
    for name, text in (
        (
            "javascript-throw",
            "throw new auth.CredentialsProviderError(`The SSO session associated with this profile is invalid. ${hint}`, {",
        ),
        ("javascript-throw-kept", "const stale = new Error(`The SSO session associated with this profile is invalid. ${hint}`);"),
        ("go-return", 'if locked {\n\treturn nil, trace.AccessDenied("locked out of AWS")\n}'),
        ("go-return-added", '+\t\treturn nil, trace.AccessDenied("locked out of AWS")'),
        ("python-template", 'MESSAGE = (\n    f"User: {caller} is not authorized to perform: glue:GetTable"\n)'),
        ("javascript-log", f"console.error('{_INVALID}');"),
        ("javascript-log-lines", f"console.error(\n  path,\n  user.name,\n  '{_INVALID}',\n);"),
        ("php-throw", f"    throw new \\RuntimeException('{_INVALID}');"),
        ("java-log", 'logger.info("STS is not activated in this region for resource {} in {}", name, region, e);'),
        ("java-throw", f'throw new IllegalStateException("{_NO_ROLE}", e);'),
        ("java-constant", f'private static final String STALE = "{_INVALID}";'),
        ("python-log", f'self.log.error("{_INVALID}")\nraise'),
        ("python-raise", f"raise RuntimeError('{_INVALID}')"),
        ("python-raise-format", 'raise RuntimeError(f"Unable to locate credentials for {profile}")'),
        ("ruby-raise", f"raise Stale, '{_INVALID}' unless ok"),
        ("ruby-raise-bare", f'raise "{_INVALID}" unless ok'),
        ("go-format", 'return fmt.Errorf("error looking up service account %s/%s: %v", namespace, name, err)'),
        ("go-format-inner", 'return admission.NewForbidden(a, fmt.Errorf("error looking up service account %s: %v", name, err))'),
        ("go-new", f'var errNoRole = errors.New("{_NO_ROLE}")'),
        ("go-other-format", 'return oops.Wrapf(err, "error looking up service account %s", name)'),
        ("go-return", 'return msg + " — The provided token has expired; sign in"'),
        ("rust-format", "errors.push(format!(\"Credential should be scoped to a valid region not '{}'\", region));"),
        (
            "rust-constants",
            'const SCOPE: &str = "Credential should be scoped to a valid region. ";\npub static SERVICE: &str =\n    "Credential should be scoped to correct service: \'sts\'. ";',
        ),
        ("java-return-call", f'return failure("InvalidAccessKeyId",\n        "{_INVALID}");'),
        ("rust-raw-string", 'let answer = call(r#"{"error":"AccessDenied: no"}"#).await;'),
        ("rust-json", 'assert_eq!(\n    body,\n    json!({"error": "orders: AccessDenied: no"})\n);'),
        ("javascript-test", f'expect(hasExpired("{_INVALID}")).toBe(true)'),
        ("rust-header", 'ResponseTemplate::new(403).insert_header("x-amzn-errortype", "ExpiredTokenException")'),
        ("go-raw-string", f'answer := wire.NewAnswer(`{{"message": "{_INVALID}"}}`)'),
        ("javascript-return", f'  return {{\n    status: 401,\n    message: "{_INVALID}",\n  }}'),
        ("rust-into", f'    message: "{_INVALID}".into(),'),
        ("shell-echo", f'  echo "Error: {_INVALID}" >&2; exit 1'),
        ("shell-case", '*"unable to locate credentials"*|*"nocredentialproviders"*) kind=none ;;'),
        ("python-joined", f'click.secho(\n    "Orders: "\n    "{_INVALID}",\n    fg="red",\n)'),
        ("python-tuple", f'run.return_value = (\n    255,\n    "",\n    "{_INVALID}",\n)'),
        ("go-map", f'cases := map[string]string{{\n\t"bad": "{_INVALID}",\n\t"none": "{_NO_ROLE}",\n}}'),
        ("csharp-return", f'return "{_INVALID}";'),
        ("python-raise-second", f'raise Stale(\n    "ValidationException", "{_INVALID}"\n)'),
        ("python-raise-named", f'raise Stale(\n    path=self.path,\n    why="{_INVALID}",\n)'),
        ("python-raise-wrapped", f'raise Stale(\n    why=(\n        "{_INVALID}"\n    )\n)'),
        ("python-wrapped", f'why = (\n    "Orders: "\n    "{_INVALID}."\n)'),
        ("javascript-attribute", "const err = new Error('no');\nerr.code = 'AccessDenied';"),
        ("python-attribute", f"self.why = '{_INVALID}'"),
        ("python-class", f"class Stale(Failure):\n    fmt = '{_INVALID}'"),
        ("python-class-documented", f'class Stale(Failure):\n    """\n    The key is stale.\n    """\n\n    fmt = "{_INVALID}"'),
        ("metric", 'aws_calls_total{code="AccessDenied",operation="PutObject"} 3'),
        ("metric-with-a-time", 'aws_calls_total{code="ExpiredToken"} 1.5e+02 1791363600123\naws_up 1'),
        ("masked", "throw new Error(`User: arn:aws:iam::${account}:user/${name} is not authorized to perform: ${action}`)"),
    )
)  # fmt: skip
FAILURES: Table = (
    ("compared-with-an-account", f'if (error.message === "{_DENIAL}") {{', _DENIED),
    ("thrown-print", f'throw "{_CALL}";', _CALL_FACTS),
    ("repr", f"ClientError('{_CALL}')", _CALL_FACTS),
    ("repr-bare", f"RuntimeError('{_INVALID}')", _UNKNOWN),
    ("javascript-printed", f'Error("{_INVALID}")', _UNKNOWN),
    ("logfmt", f'level=error msg="{_INVALID}"', _UNKNOWN),
    ("logfmt-format", f'level=error msg="cannot list %s: {_INVALID}"', _UNKNOWN),
    ("json", f'{{"error": "{_INVALID}"}}', _UNKNOWN),
    ("json-trailing", f'{{"about": {{\n}}, "error": "{_INVALID}"\n}}', _UNKNOWN),
    ("field", f"Failed(errorMessage='{_INVALID}')", _UNKNOWN),
    ("terraform-value", f'status_reason = "{_INVALID}"', _UNKNOWN),
    ("wrapped-value", f'reason = ("{_INVALID}")', _UNKNOWN),
    ("prose-where", f"ERROR where = 7: {_INVALID}", _UNKNOWN),
    ("grpc", f'rpc error: code = Unknown desc = "{_NO_ROLE}"', _MISSING),
    ("logger-printed", f"ERROR:logger.error: {_INVALID}", _UNKNOWN),
    ("php-frame", f"#2 /app/a.php(7): Monolog\\Logger->error('{_INVALID}')", _UNKNOWN),
    ("repr-of-a-module", f"orders.failures.Refused('{_INVALID}')", _UNKNOWN),
    ("concrete-call", f'expect("{_DENIAL}")', _DENIED),
    ("prose-in", f'I see "{_INVALID}" in the logs.', _UNKNOWN),
    ("prose-match", f'The keys do not match (it says "{_INVALID}").', _UNKNOWN),
    ("prose-throw", f'It will throw "{_INVALID}" sometimes.', _UNKNOWN),
    ("prose-plural", f'The request(s) failed, and the message is "{_INVALID}".', _UNKNOWN),
    (
        "prose-methods",
        f'A request(PUT, GET, etc) with old credentials (of CI), and the SDK 2.7 returns "{_INVALID}"',
        _UNKNOWN,
    ),
    ("heading", f'=== "{_INVALID}" ===', _UNKNOWN),
    ("concrete-log", f'logger.error("{_DENIAL}")', _DENIED),
    ("concrete-throw", f"throw new Error('{_CALL}')", _CALL_FACTS),
    ("concrete-compared", f"assert '{_DENIAL}' == 'ok'", _DENIED),
    (
        "concrete-request",
        f'raise RuntimeError("{_NO_ROLE}, RequestID: {REQUEST}")',
        {**_MISSING, "request_id": REQUEST},
    ),
    (
        "python-traceback",
        f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    raise RuntimeError("{_INVALID}")\nRuntimeError: {_INVALID}',
        _UNKNOWN,
    ),
    (
        "node-traceback",
        f"/app/a.js:10\n    throw new Error(`{_INVALID} ${{hint}}`);\n    ^\n\nError: {_INVALID} Sign in.\n    at f (/app/a.js:10:11)",
        _UNKNOWN,
    ),
    (
        "notebook",
        f'----> 1 raise RuntimeError("{_INVALID}")\n\nRuntimeError: {_INVALID}',
        _UNKNOWN,
    ),
    ("cell-and-output", f'print("{_INVALID}")\n\n{_INVALID}', _UNKNOWN),
    ("code-then-log", f'if strings.Contains(msg, "{_NO_ROLE}") {{\n\n{_CALL}', _CALL_FACTS),
    (
        "pytest",
        f">       assert 'ready' in out\nE       AssertionError: assert 'ready' in '{_INVALID}'",
        _UNKNOWN,
    ),
)


@check_rows(("text", "expected"), rows((*SEARCHES, *SAYINGS)))
def test_literals_of_source_code_are_no_failures(text: str, expected: Facts | None) -> None:
    """What a program compares, throws, formats or keeps is not what happened."""
    assert facts_in(text) == expected


@check_rows(("text", "expected"), rows(FAILURES))
def test_printed_literals_are_failures(text: str, expected: Facts | None) -> None:
    """The same words in a log, a printed object, prose or with values of a real call are read."""
    assert facts_in(text) == expected
