"""Check how a bare status 403 of an AWS endpoint is read."""

from __future__ import annotations

from iamtriage._reading.assembly import read
from tests.tables import ANA, CLUSTER, Facts, Table, all_facts_in, check_rows, denied, facts_in, rows

_HOST = "orders-data.s3.eu-west-1.amazonaws.com"
_URL = f"https://{_HOST}/2026/january.csv"
_S3 = denied(service="s3", status_code=403)

REFUSALS: Table = (
    (
        "duckdb-old-bucket",
        "HTTP GET error reading 's3://my_orders/a.parquet' in region 'us-east-1' (HTTP 403 Forbidden)",
        denied(service="s3", status_code=403),
    ),
    (
        "duckdb-masked-bucket",
        "HTTP Error: Unable to connect to URL s3://<bucket>/<key>.parquet: 403 (Forbidden).",
        denied(service="s3", status_code=403),
    ),
    ("requests", f"requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: {_URL}", _S3),
    (
        "signed",
        f"403 Client Error: Forbidden for url: {_URL}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600",
        _S3,
    ),
    ("requests-wrapped", f"403 Client Error: Forbidden for url:\n{_URL}", _S3),
    ("urllib", f"Cannot open {_URL}: HTTP Error 403: Forbidden", _S3),
    (
        "urllib-traceback",
        f'Fetching {_URL} to data/\nTraceback (most recent call last):\n  File "/app/fetch.py", line 3, in <module>\n    main()\nurllib.error.HTTPError: HTTP Error 403: Forbidden',
        _S3,
    ),
    ("duckdb", f"Error: HTTP Error: HTTP GET error on '{_URL}' (HTTP 403)", _S3),
    ("duckdb-wrapped", f"HTTP Error: HTTP GET error on\n'{_URL}'\n(HTTP 403)", _S3),
    ("browser", f"GET {_URL} 403 (Forbidden)", _S3),
    ("firefox-console", f"XHRPUT{_URL}\n[HTTP/1.1 403 Forbidden 297ms]", _S3),
    (
        "chrome-console",
        f"{_HOST}/orders.csv:1  Failed to load resource: the server responded with a status of 403 (Forbidden)",
        _S3,
    ),
    (
        "chrome-console-http-2",
        "Failed to load resource: the server responded with a status of 403 () runtime-v2-lex.eu-west-1.amazonaws.com/bots/orders",
        denied(service="lex", status_code=403),
    ),
    (
        "chrome-console-elsewhere",
        f"{_HOST}/orders.js:7  Loaded.\nfiles.example.com/a.csv:1  Failed to load resource: the server responded with a status of 403 ()",
        None,
    ),
    ("go", f'Get "{_URL}": unexpected status 403 Forbidden', _S3),
    ("guzzle-5", f"Client error response [url] {_URL} [status code] 403 [reason phrase] Forbidden", _S3),
    (
        "logstash",
        '[ERROR][logstash.outputs.opensearch][main] Encountered a retryable error {:code=>403, :url=>"https://loft.eu-west-1.aoss.amazonaws.com:443/_bulk", :content_length=>15421}',
        denied(service="aoss", status_code=403),
    ),
    (
        "logstash-other-host",
        'Encountered a retryable error {:code=>403, :url=>"https://search.example.com:443/_bulk"} after a call of https://s3.eu-west-1.amazonaws.com/a',
        None,
    ),
    ("aiohttp", f"aiohttp.ClientResponseError: 403, message='Forbidden', url=URL('{_URL}')", _S3),
    ("axios", f"Request failed with status code 403: PUT {_URL}", _S3),
    (
        "git",
        "fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/orders/': The requested URL returned error: 403",
        denied(service="codecommit", status_code=403),
    ),
    (
        "git-other",
        "fatal: unable to access 'https://git.example.com/orders/': The requested URL returned error: 403",
        None,
    ),
    ("pip", f"ERROR: HTTP error 403 while getting {_URL}", _S3),
    ("yum", f"{_URL}: [Errno 14] HTTPS Error 403 - Forbidden", _S3),
    ("curl", f"$ curl -fO {_URL}\ncurl: (22) The requested URL returned error: 403", _S3),
    (
        "catalog",
        "Request to 's3tables.eu-west-1.amazonaws.com/iceberg/v1/config?warehouse=orders' returned a non-200 status code (Forbidden_403), with reason:",
        denied(service="s3tables", status_code=403),
    ),
    (
        "catalog-masked",
        "Request to 'glue.<region>.amazonaws.com/iceberg/v1/config?warehouse=<ACCOUNT>' returned a non-200 status code (Forbidden_403), with reason:",
        denied(service="glue", status_code=403),
    ),
    (
        "wget",
        (
            f"--2026-01-02 03:04:05--  {_URL}\nResolving {_HOST} ({_HOST})... 192.0.2.7\nConnecting to {_HOST} ({_HOST})|192.0.2.7|:443... connected.\n"
            "HTTP request sent, awaiting response... 403 Forbidden\n2026-01-02 03:04:05 ERROR 403: Forbidden.\n"
        ),
        _S3,
    ),
    (
        "wget-resolved",
        f"Connecting to {_HOST} ({_HOST})|192.0.2.7|:443... connected.\nHTTP request sent, awaiting response... 403 Forbidden",
        _S3,
    ),
    ("wget-short", f"{_URL}:\n2026-01-02 03:04:05 ERROR 403: Forbidden.", _S3),
    (
        "prometheus",
        'msg="non-recoverable error" url=https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write err="server returned HTTP status 403 Forbidden"',
        denied(service="aps-workspaces", status_code=403),
    ),
    (
        "client-of-opensearch-for-python",
        "2026-01-02 03:04:05,678 - opensearch - WARNING - POST https://vpc-logs-a1b2c3d4.eu-west-1.es.amazonaws.com:443/_bulk [status:403 request:0.958s]",
        denied(service="es", status_code=403),
    ),
    (
        "client-of-opensearch-serverless",
        "GET https://a1b2c3d4.eu-west-1.aoss.amazonaws.com:443/logs/_search [status:403 request:0.120s]",
        denied(service="aoss", status_code=403),
    ),
    ("s3fs", f"curl_multi.cpp:MultiRead(221): failed a request(403: {_URL})", _S3),
    (
        "s3fs-syslog",
        (
            "Jan 02 03:04:05 files-1 s3fs[71]: curl.cpp:RequestPerform(2371): HTTP response code 403, returning EPERM. Body Text:\n"
            "Jan 02 03:04:05 files-1 s3fs[71]: curl_multi.cpp:MultiPerform(172): thread terminated with non-zero return code: -1\n"
            f"Jan 02 03:04:05 files-1 s3fs[71]: curl_multi.cpp:MultiRead(221): failed a request(403: {_URL})\n"
        ),
        _S3,
    ),
    (
        "masked-bucket",
        "curl_multi.cpp:MultiRead(221): failed a request(403: https://<bucket>.s3-eu-west-1.amazonaws.com/<key>)",
        _S3,
    ),
    (
        "duckdb-uri",
        'Runtime Error in model orders (models/orders.sql)\n  Unable to connect to URL "s3://orders-data/2026/january.parquet": 403 (Forbidden)',
        _S3,
    ),
    (
        "gitlab-runner",
        f"WARNING: uploading {_URL}: received: 403 Forbidden. Request failed with status 403",
        _S3,
    ),
    (
        "gitlab-runner-retry",
        f"Uploading cache.zip to {_URL} \nWARNING: Retrying...                                error=received: 403 Forbidden. Request failed.",
        _S3,
    ),
    ("response-code", f"GET {_URL}: Error, HTTP response code 403", _S3),
    (
        "r",
        "Error in parse_aws_s3_response(r, Sig, verbose = verbose) : \n  Forbidden (HTTP 403).",
        _S3,
    ),
    (
        "sccache",
        "WARN sccache::cache::s3: Got AWS error: Error(BadHTTPStatus(403), State { next_error: None })",
        denied(status_code=403),
    ),
    ("salt", "[ERROR   ] EC2 Response Status Code: 403 Forbidden", denied(service="ec2", status_code=403)),
    ("salt-of-aws", "[ERROR   ] AWS Response Status Code: 403 Forbidden", denied(status_code=403)),
    (
        "go-log",
        "2026/01/02 03:04:05 s3.DEBUG DEBUG: Response s3/HeadObject Details:\n---[ RESPONSE ]--------------------------------------\nHTTP/1.1 403 Forbidden\nConnection: close",
        denied(operation="HeadObject", service="s3", status_code=403),
    ),
    ("s3-error", "cannot write the cache: S3 error: 403 Forbidden", _S3),
    ("r-one-line", "Error in parse_aws_s3_response(r, Sig, verbose = verbose): Forbidden (HTTP 403).", _S3),
    (
        "object-store",
        "ComputeError: Generic S3 error: Error performing list request: Client error with status 403 Forbidden: No Body",
        _S3,
    ),
    (
        "r-verbose",
        f"S3 Request URL: {_URL}\nExecuting request with AWS credentials\nParsing AWS API response\nClient error: (403) Forbidden",
        _S3,
    ),
    (
        "crt",
        (
            "2026-01-02T03:04:05.679368Z DEBUG awscrt::http-stream: id=0x7fac8c018030: Client request complete, response status: 403 (Forbidden).\n"
            "2026-01-02T03:04:05.679399Z DEBUG awscrt::S3MetaRequest: id=0x5638ff289bf0: Request 0x7fac8c001990 finished with error code 14343 (aws-c-s3: AWS_ERROR_S3_INVALID_RESPONSE_STATUS, Invalid response status from request) and response status 403\n"
            "2026-01-02T03:04:05.679404Z ERROR awscrt::S3MetaRequest: id=0x5638ff289bf0 Meta request cannot recover from error 14343 (Invalid response status from request). (request=0x7fac8c001990, response status=403)"
        ),
        _S3,
    ),
    (
        "wrapped",
        f'failed to pull\nand unpack image "{_URL}":\nfailed to resolve reference: unexpected status code 403 Forbidden',
        _S3,
    ),
    (
        "crt-c",
        "[ERROR] [2026-01-02T03:04:05Z] [00007f1a] [S3MetaRequest] - id=0x5638ff289bf0 Meta request cannot recover from error 14343 (Invalid response status from request). (request=0x7fac8c001990, response status=403)",
        _S3,
    ),
)
NONE: Table = tuple(
    (name, text, None)
    for name, text in (
        ("elsewhere", "403 Client Error: Forbidden for url: https://files.example.com/a.csv"),
        ("no-host", "HTTP Error 403: Forbidden"),
        ("no-refusal", f"404 Client Error: Not Found for url: {_URL}"),
        ("nearer-host", f"Downloaded {_URL}, then https://files.example.com/b.csv: HTTP Error 403: Forbidden"),
        ("nearer-host-uri", "Read s3://orders-data/a.csv. GET https://files.example.com/b.csv: 403 (Forbidden)"),
        ("uri-in-a-path", "GET https://files.example.com/s3://orders-data/a.csv: 403 (Forbidden)"),
        ("uri-next-line", "The data is at s3://orders-data/a.csv\nMy own server answers 403 Forbidden"),
        ("next-sentence", f"The data is at {_URL}. My own server answers 403 Forbidden"),
        ("next-line-of-list", f"Files:\n- {_URL}\nMy own server answers 403 Forbidden"),
        ("next-line", f"The data is at {_URL}\nMy own server answers 403 Forbidden"),
        ("later-exchange", f"Read {_URL}\n\nurllib.error.HTTPError: HTTP Error 403: Forbidden"),
        ("api-server", "GET https://0A1B2C3D.gr7.eu-west-1.eks.amazonaws.com/api/v1/pods 403 (Forbidden)"),
        ("api-gateway", "GET https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/dev/orders 403 (Forbidden)"),
        ("issuer", "GET https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D: HTTP 403"),
        ("issuer-in-s3", f"GET https://{_HOST}/.well-known/openid-configuration: HTTP 403"),
        ("load-balancer", "GET http://orders-1234.eu-west-1.elb.amazonaws.com/ 403 (Forbidden)"),
        ("machine", "GET http://ec2-192-0-2-7.eu-west-1.compute.amazonaws.com/ 403 (Forbidden)"),
        ("old-machine", "GET http://ec2-192-0-2-7.compute-1.amazonaws.com/ 403 (Forbidden)"),
        ("proxy", f"Get {_URL}: Tunnel connection failed: 403 Forbidden"),
        ("proxy-curl", f"curl {_URL}\ncurl: (56) Received HTTP code 403 from proxy after CONNECT"),
        ("picture", f"I get HTTP 403 ![screen]({_URL})"),
        ("service-principal", '{"Service": "ec2.amazonaws.com"} HTTP Error 403: Forbidden'),
        ("s3fs-elsewhere", "curl_multi.cpp:MultiRead(221): failed a request(403: https://minio.example.com/a.csv)"),
        ("s3fs-no-host", "curl.cpp:RequestPerform(2371): HTTP response code 403, returning EPERM. Body Text:"),
        ("r-elsewhere", "Error in parse_response(r, verbose = verbose) : \n  Forbidden (HTTP 403)."),
        ("r-not-found", "Error in parse_aws_s3_response(r, Sig, verbose = verbose) : \n  Not Found (HTTP 404)."),
        ("http-log", "ERROR shop::http-stream: id=0x7f: Client request complete, response status: 403 (Forbidden)."),
        ("crt-not-found", "ERROR id=0x1 Meta request cannot recover from error 14343 (Invalid response status). (request=0x2, response status=404)"),
        ("number", f"Read 403 lines of {_URL}"),
        ("aws-error-elsewhere", "Azure error: Error(BadHTTPStatus(403), State { next_error: None })"),
        ("aws-error-not-found", "S3 error: 404 Not Found, 403 objects read"),
        ("salt-elsewhere", "[ERROR   ] Shop Response Status Code: 403 Forbidden"),
        ("salt-ok", "[DEBUG   ] EC2 Response Status Code: 200"),
        ("go-log-not-found", "DEBUG: Response s3/HeadObject Details:\n---[ RESPONSE ]------\nHTTP/1.1 404 Not Found"),
        ("go-log-of-others", "---[ RESPONSE ]------\nHTTP/1.1 403 Forbidden"),
        ("object-store-elsewhere", "Generic MicrosoftAzure error: Client error with status 403 Forbidden: No Body"),
    )
)  # fmt: skip


@check_rows(("text", "expected"), rows((*REFUSALS, *NONE)))
def test_status_of_an_endpoint(text: str, expected: Facts | None) -> None:
    assert facts_in(text) == expected


def test_status_belongs_to_a_failure_near_it() -> None:
    """A failure takes precedence over the bare status, and gets it."""
    sentence = f"User: {ANA} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}"
    found = all_facts_in(
        f"403 Client Error: Forbidden for url: https://eks.eu-west-1.amazonaws.com/\n{sentence}\n"
    )
    assert found == [denied(principal=ANA, action="eks:DescribeCluster", resource=CLUSTER, status_code=403)]


def test_each_endpoint_is_a_failure() -> None:
    other = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
    lines = [f"GET {_URL} 403 (Forbidden)", f"GET {_URL} 403 (Forbidden)", f"POST {other} 403 (Forbidden)"]
    assert all_facts_in("\n".join(lines)) == [_S3, denied(service="sqs", status_code=403)]


@check_rows(("distance", "count"), [(600, 1), (1400, 1), (1600, 2), (3000, 2)])
def test_status_far_from_a_failure_is_another_one(distance: int, count: int) -> None:
    lines = (
        "An expired token was reported: ExpiredToken: The security token included in the request is expired",
        f"GET {_URL} 403 (Forbidden)",
    )
    _, candidates = read(("\n" + "shipping an order, " * 200)[:distance].join(lines))
    assert len(candidates) == count
