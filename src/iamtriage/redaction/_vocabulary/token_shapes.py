"""Define the provider tokens that are recognizable without a name.

Prefixes, alphabets and lengths are facts from four rule sets: gitleaks 8
(https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml), its successor Betterleaks 2
(https://github.com/betterleaks/betterleaks), detect-secrets 1.5
(https://github.com/Yelp/detect-secrets/tree/master/detect_secrets/plugins) and TruffleHog
(https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors). A token that is longer than its
rule says is removed, too. The rules lack, or know only in part, what these providers say about their tokens:

- AppSync: https://docs.aws.amazon.com/appsync/latest/APIReference/API_ApiKey.html, and the rules of several scanners.
- Azure DevOps: https://learn.microsoft.com/en-us/purview/sit-defn-azure-devops-personal-access-token.
- Discord, the URLs of its webhooks: https://discord.com/developers/docs/resources/webhook.
- NuGet: ``ApiKeyV4.cs`` of https://github.com/NuGet/NuGetGallery. A key is 46 characters of base32, after "v4" in base32.
- PASETO: https://github.com/paseto-standard/paseto-spec. API keys of Amazon Location have this form.
- PostHog: ``posthog/models/utils.py`` of https://github.com/PostHog/posthog. Its keys with ``phc_`` are public.
- SonarQube: ``TokenGeneratorImpl.java`` of https://github.com/SonarSource/sonarqube.
- Supabase: ``access_token.go`` of https://github.com/supabase/cli. Newer tokens have ``v0_``, as in public repositories.
- Tailscale: https://tailscale.com/kb/1277/key-prefixes. TruffleHog's rule has no lengths. The secret in the example there
  has 18 characters, so a shorter part than 12 belongs to a name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.notations import BEFORE, build_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("OPEN_TOKEN_SHAPES", "TOKEN_SHAPES", "TokenShape", "find_provider_tokens")


class TokenShape(NamedTuple):
    """The shape of a provider's tokens.

    Attributes:
        provider: The issuer of the token.
        starts: Strings of which the token contains one, at a fixed position; empty if its shape is open.
        offset: The number of characters before that string; negative if the token follows the string.
        pattern: The pattern of the token.
    """

    provider: str
    starts: tuple[str, ...]
    offset: int
    pattern: re.Pattern[str]


# Provider, strings that the token begins with or contains, the number of characters before them, pattern.
_ROWS: tuple[tuple[str, tuple[str, ...], int, str], ...] = (
    ("1Password", ("A3-",), 0, r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    ("1Password", ("ops_eyJ",), 0, r"ops_eyJ[A-Za-z0-9+/]{200,4000}={0,3}"),
    ("Adobe", ("p8e-",), 0, r"p8e-[A-Za-z0-9]{32}"),
    ("age", ("AGE-SECRET-KEY-1",), 0, r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("Airtable", ("pat",), 0, r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    ("Amazon Bedrock", ("ABSK",), 0, r"ABSK[A-Za-z0-9+/]{100,400}={0,2}"),
    ("Amazon Bedrock", ("bedrock-api-key-",), 0, r"bedrock-api-key-[A-Za-z0-9+/]{20,20000}={0,2}"),
    ("AWS AppSync", ("da2-",), 0, r"da2-[a-z0-9]{26}"),
    ("Anthropic", ("sk-ant-",), 0, r"sk-ant-[A-Za-z0-9_-]{20,300}"),
    ("Apify", ("apify_api_",), 0, r"apify_api_[A-Za-z0-9]{34,38}"),
    ("Artifactory", ("AKCp",), 0, r"AKCp[A-Za-z0-9]{10,100}"),
    ("Artifactory", ("cmVmd",), 0, r"cmVmd[A-Za-z0-9]{59}"),
    ("Atlassian", ("ATATT3",), 0, r"ATATT3[A-Za-z0-9_=-]{60,400}"),
    ("Azure", ("Q~",), 4, r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"),
    ("Azure DevOps", ("AZDO",), 76, r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
    ("Buildkite", ("bkua_",), 0, r"bkua_[a-z0-9]{40,53}"),
    ("Cerebras", ("csk-",), 0, r"csk-[a-z0-9]{48}"),
    ("CircleCI", ("CCIPAT_",), 0, r"CCIPAT_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    ("ClickHouse", ("4b1d",), 0, r"4b1d[A-Za-z0-9]{38}"),
    ("Clojars", ("CLOJARS_",), 0, r"CLOJARS_[A-Za-z0-9]{60}"),
    ("Cloudflare", ("v1.0-",), 0, r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    ("Cloudflare", ("cfat_", "cfut_"), 0, r"cf[au]t_[A-Za-z0-9]{40}[a-f0-9]{8}"),
    ("CockroachDB", ("CCDB1_",), 0, r"CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    ("Databricks", ("dapi",), 0, r"dapi[a-f0-9]{32}(?:-[0-9])?"),
    ("Deno", ("ddp_",), 0, r"ddp_[A-Za-z0-9]{36}"),
    ("DigitalOcean", ("_v1_",), 3, r"do[opr]_v1_[a-f0-9]{64}"),
    ("Discord", ("/api/webhooks/",), -14, r"[0-9]{17,20}/[A-Za-z0-9_-]{60,80}"),
    ("Docker Hub", ("dckr_pat_", "dckr_oat_"), 0, r"dckr_[op]at_[A-Za-z0-9_-]{26,64}"),
    ("Docker Swarm", ("SWMTKN-1-", "SWMKEY-1-"), 0, r"SWM(?:TKN-1-[a-z0-9]{50,60}-[a-z0-9]{24,30}|KEY-1-[A-Za-z0-9+/]{40,50})"),
    ("Doppler", ("dp.pt.",), 0, r"dp\.pt\.[A-Za-z0-9]{43}"),
    ("Dropbox", ("sl.",), 0, r"sl\.[A-Za-z0-9_=-]{130,1400}"),
    ("Duffel", ("duffel_",), 0, r"duffel_(?:test|live)_[A-Za-z0-9_=-]{43}"),
    ("Dynatrace", ("dt0",), 0, r"dt0[a-z][0-9]{2}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}"),
    ("EasyPost", ("EZAK", "EZTK"), 0, r"EZ[AT]K[A-Za-z0-9]{54}"),
    ("Elastic", ("essu_",), 0, r"essu_[A-Za-z0-9_-]{60,200}={0,2}"),
    ("Facebook", ("EAAM", "EAAC"), 0, r"EAA[MC][A-Za-z0-9]{100,400}"),
    ("Figma", ("figd_", "figh_", "figo_", "figoh_", "figor_", "figp_", "figr_", "figu_", "figuh_", "figur_"), 0, r"fig(?:[dhpr]|[ou][hr]?)_[A-Za-z0-9_=-]{38,100}"),
    ("Flutterwave", ("FLWSECK",), 0, r"FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,32}(?:-X)?"),
    ("Fernet", ("gAAAAA",), 0, r"gAAAAA[A-Za-z0-9_=-]{60,2000}"),
    ("Fly.io", ("fo1_",), 0, r"fo1_[A-Za-z0-9_-]{43}"),
    ("Fly.io", ("fm1a_", "fm1r_", "fm2_"), 0, r"fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,2000}={0,3}"),
    ("Frame.io", ("fio-u-",), 0, r"fio-u-[A-Za-z0-9_=-]{64}"),
    ("GitHub", ("github_pat_",), 0, r"github_pat_[A-Za-z0-9_]{20,255}"),
    ("GitHub", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), 0, r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    ("GitLab", ("glpat-", "gldt-", "glft-", "glffct-", "glsoat-", "glrt-", "glcbt-", "glimt-", "glptt-", "glagent-", "gloas-", "glrtr-"), 0, r"gl(?:pat|dt|ft|ffct|soat|rt|cbt|imt|ptt|agent|oas|rtr)-[A-Za-z0-9_-]{20,300}(?:\.[A-Za-z0-9]{2,9}){0,2}"),
    ("GitLab", ("GR1348941",), 0, r"GR1348941[A-Za-z0-9_-]{20,50}"),
    ("GitLab", ("_gitlab_session=",), -16, r"[0-9a-z]{32}"),
    ("Google", ("AIza",), 0, r"AIza[A-Za-z0-9_-]{35}"),
    ("Google", ("AQ.Ab8",), 0, r"AQ\.Ab8[A-Za-z0-9_-]{47}"),
    ("Google", ("GOCSPX-",), 0, r"GOCSPX-[A-Za-z0-9_-]{20,40}"),
    ("Google", ("ya29.",), 0, r"ya29\.[A-Za-z0-9_-]{20,2000}"),
    ("Grafana", ("eyJrIjoi",), 0, r"eyJrIjoi[A-Za-z0-9+/]{40,400}={0,3}"),
    ("Grafana", ("glc_",), 0, r"glc_[A-Za-z0-9+/]{32,400}={0,3}"),
    ("Grafana", ("glsa_",), 0, r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    ("Groq", ("gsk_",), 0, r"gsk_[A-Za-z0-9]{40,64}"),
    ("Harness", ("pat.", "sat."), 0, r"[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"),
    ("HashiCorp Terraform", (".atlasv1.",), 14, r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,80}"),
    ("HashiCorp Vault", ("hvs.", "hvb.", "hvr."), 0, r"hv[bsr]\.[A-Za-z0-9_-]{24,400}"),
    ("Heroku", ("HRKU-",), 0, r"HRKU-[A-Za-z0-9_-]{58,70}"),
    ("Hugging Face", ("hf_",), 0, r"hf_[A-Za-z]{34}"),
    ("Hugging Face", ("api_org_",), 0, r"api_org_[A-Za-z]{34}"),
    ("Infracost", ("ico-",), 0, r"ico-[A-Za-z0-9]{32}"),
    ("Intra42", ("s-s4t2",), 0, r"s-s4t2(?:ud|af)-[A-Fa-f0-9]{64}"),
    ("IVS", ("sk_us-", "sk_eu-", "sk_ap-"), 0, r"sk_[a-z]{2}-[a-z]{4,12}-[0-9]_[A-Za-z0-9]{12}_[A-Za-z0-9]{12,40}"),
    ("JSON web token in base64", ("ZXlK",), 0, r"ZXlK[A-Za-z0-9/_+-]{40,20000}={0,2}"),
    ("Langfuse", ("sk-lf-",), 0, r"sk-lf-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"),
    ("LangSmith", ("lsv2_",), 0, r"lsv2_(?:pt|sk)_[A-Fa-f0-9]{32}_[A-Fa-f0-9]{10}"),
    ("Linear", ("lin_api_",), 0, r"lin_api_[A-Za-z0-9]{40}"),
    ("LlamaCloud", ("llx-",), 0, r"llx-[A-Za-z0-9]{44,52}"),
    ("Mailchimp", ("-us",), 32, r"[0-9a-f]{32}-us[0-9]{1,2}"),
    ("Mailgun", ("key-",), 0, r"key-[a-f0-9]{32}"),
    ("Mapbox", ("sk.",), 0, r"sk\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{22}"),
    ("Mattermost", ("/hooks/",), -7, r"(?=[a-z]{0,25}[0-9])[a-z0-9]{26}"),
    ("MaxMind", ("_mmk",), 36, r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    ("Microsoft Teams", ("/IncomingWebhook/",), -17, r"[a-z0-9]{32}/[a-f0-9-]{36}"),
    ("MongoDB Atlas", ("mdb_sa_sk_",), 0, r"mdb_sa_sk_[A-Za-z0-9_-]{40}"),
    ("NATS", ("SU", "SA", "SO", "SN", "SC", "SX"), 0, r"S[UAONCX][A-Z2-7]{56}"),
    ("Neon", ("napi_",), 0, r"napi_[A-Za-z0-9]{64}"),
    ("New Relic", ("NRAK-", "NRJS-", "NRII-", "NRRA-"), 0, r"NR(?:AK|JS|II|RA)-[A-Za-z0-9-]{19,32}"),
    ("Notion", ("ntn_",), 0, r"ntn_[A-Za-z0-9]{46}"),
    ("npm", ("npm_",), 0, r"npm_[A-Za-z0-9]{36}"),
    ("NuGet", ("oy2",), 0, r"oy2[a-z0-9]{43}"),
    ("NVIDIA", ("nvapi-",), 0, r"nvapi-[A-Za-z0-9_-]{60,70}"),
    ("Octopus Deploy", ("API-",), 0, r"API-[A-Z0-9]{26}"),
    ("OpenAI", ("sk-",), 0, r"sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}|[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100})"),
    ("OpenRouter", ("sk-or-v1-",), 0, r"sk-or-v1-[a-f0-9]{64}"),
    ("OpenShift", ("sha256~",), 0, r"sha256~[A-Za-z0-9_-]{43}"),
    ("PASETO", ("v1.public.", "v2.public.", "v3.public.", "v4.public."), 0, r"v[1-4]\.public\.[A-Za-z0-9_-]{60,4000}(?:\.[A-Za-z0-9_-]{1,2000})?"),
    ("Perplexity", ("pplx-",), 0, r"pplx-[A-Za-z0-9]{48}"),
    ("Pinecone", ("pcsk_",), 0, r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}"),
    ("PlanetScale", ("pscale_",), 0, r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,64}"),
    ("PostHog", ("pha_", "phr_", "phs_", "phx_"), 0, r"ph[arsx]_[A-Za-z0-9_-]{40,60}"),
    ("Postman", ("PMAK-",), 0, r"PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}"),
    ("Prefect", ("pnu_",), 0, r"pnu_[A-Za-z0-9]{36}"),
    ("Pulumi", ("pul-",), 0, r"pul-[a-f0-9]{40}"),
    ("PyPI", ("pypi-AgE",), 0, r"pypi-AgE[A-Za-z0-9_-]{50,1000}"),
    ("ReadMe", ("rdme_",), 0, r"rdme_[a-z0-9]{70}"),
    ("Replicate", ("r8_",), 0, r"r8_[A-Za-z0-9_-]{37,40}"),
    ("Resend", ("re_",), 0, r"re_[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{24}"),
    ("RubyGems", ("rubygems_",), 0, r"rubygems_[a-f0-9]{48}"),
    ("Scalingo", ("tk-us-",), 0, r"tk-us-[A-Za-z0-9_-]{48}"),
    ("Segment", ("sgp_",), 0, r"sgp_[A-Za-z0-9]{64}"),
    ("SendGrid", ("SG.",), 0, r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("Sendinblue", ("xkeysib-",), 0, r"xkeysib-[A-Fa-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("Sentry", ("sntrys_", "sntryu_"), 0, r"sntry[su]_[A-Za-z0-9+/=_]{60,500}"),
    ("SettleMint", ("sm_aat_", "sm_pat_", "sm_sat_"), 0, r"sm_[aps]at_[A-Za-z0-9]{16}"),
    ("Shippo", ("shippo_",), 0, r"shippo_(?:live|test)_[A-Fa-f0-9]{40}"),
    ("Shopify", ("shpat_", "shpca_", "shppa_", "shpss_"), 0, r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    ("Slack", ("xoxa-", "xoxb-", "xoxc-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-"), 0, r"xox[abceoprs][-.](?:[0-9A-Za-z]{1,200}-){0,6}[0-9A-Za-z]{8,200}"),
    ("Slack", ("xoxd-",), 0, r"xoxd-[A-Za-z0-9_/+%-]{40,600}={0,2}"),
    ("Slack", ("xapp-",), 0, r"xapp-[0-9]-[A-Za-z0-9]{1,30}-[0-9]{1,30}-[A-Za-z0-9]{8,200}"),
    ("Slack", ("hooks.slack.com/",), -16, r"(?:services|workflows|triggers)/[A-Za-z0-9+/_]{20,80}"),
    ("SonarQube", ("squ_", "sqp_", "sqa_"), 0, r"sq[apu]_[A-Za-z0-9_=-]{40}"),
    ("SonarQube", ("sqco_",), 0, r"sqco_[A-Za-z0-9]{59}"),
    ("Sourcegraph", ("sgp_",), 0, r"sgp_(?:(?:[A-Fa-f0-9]{16}|local)_)?[A-Fa-f0-9]{40}"),
    ("Square", ("sq0atp-", "sq0csp-"), 0, r"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,60}"),
    ("Square", ("EAAA",), 0, r"EAAA[A-Za-z0-9_-]{56,60}"),
    ("Stripe", ("sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"), 0, r"[sr]k_(?:test|live|prod)_[A-Za-z0-9]{10,200}"),
    ("Stripe", ("whsec_",), 0, r"whsec_[A-Za-z0-9+/=]{24,64}"),
    ("Supabase", ("sbp_",), 0, r"sbp_(?:(?:oauth|v0)_)?[a-z0-9_-]{40}"),
    ("Supabase", ("sb_secret_",), 0, r"sb_secret_[A-Za-z0-9_-]{31}"),
    ("Tailscale", ("tskey-",), 0, r"tskey-[a-z]{1,20}-[A-Za-z0-9_]{1,64}-[A-Za-z0-9_]{12,128}"),
    ("Telegram", ("telegram.org/bot",), -16, r"[0-9]{8,16}:A[A-Za-z0-9_-]{34}"),
    ("Together AI", ("tgp_v1_",), 0, r"tgp_v1_[A-Za-z0-9_-]{43}"),
    ("Twilio", ("SK",), 0, r"SK[0-9A-Fa-f]{32}"),
    ("Typeform", ("tfp_",), 0, r"tfp_[A-Za-z0-9_.=-]{59}"),
    ("Vercel", ("vca_", "vci_", "vck_", "vcp_", "vcr_"), 0, r"vc[aikpr]_[A-Za-z0-9_-]{56}"),
    ("Weights & Biases", ("wandb_v1_",), 0, r"wandb_v1_[A-Za-z0-9_]{77}"),
    ("xAI", ("xai-",), 0, r"xai-[A-Za-z0-9_-]{70,120}"),
)  # fmt: skip
# These tokens do not begin with fixed characters. The second pattern is a part that a text is searched fast for.
_OPEN_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "Discord",
        r"\.[A-Za-z0-9_-]{6}\.",
        r"[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}",
    ),
    ("Telegram", r":A[A-Za-z0-9_-]{34}", r"[0-9]{8,16}:A[A-Za-z0-9_-]{34}"),
)

# Before and after a token.
_BEFORE = re.compile(rf"{BEFORE}|(?<=[/+-])")
_END = r"(?![A-Za-z0-9])"
# The minimum number of distinct characters, because examples in documentation repeat one character.
_MIN_CHARACTERS = 6

TOKEN_SHAPES = tuple(
    TokenShape(provider, starts, offset, re.compile(pattern + _END))
    for provider, starts, offset, pattern in _ROWS
)
OPEN_TOKEN_SHAPES = tuple(
    TokenShape(provider, (), 0, re.compile(pattern + _END)) for provider, _, pattern in _OPEN_ROWS
)
_PARTS = [re.compile(part) for _, part, _ in _OPEN_ROWS]


# The minimum length of a text with a token, and of one whose words are searched.
_MIN_LENGTH, _MIN_WORDS = 20, 1_000
# The characters of tokens and of their starts. A text is searched for these faster than for the starts.
_MIN_RUN = 13
_RUN, _SHORT_RUN = (re.compile(rf"[A-Za-z0-9_+/=~.-]{{{length},}}") for length in (_MIN_LENGTH, _MIN_RUN))
# The only shorter tokens begin with one of these, or contain it after their first character.
_SHORT_STARTS = ("xox", "xapp-", "AKCp", "k_test_", "k_live_", "k_prod_")


# What a token begins with, and what is inside or before one, of which a text has little.
_START = build_tree(
    [*map(re.escape, start)] for shape in TOKEN_SHAPES if not shape.offset for start in shape.starts
)
_INSIDE = [re.compile(re.escape(start)) for shape in TOKEN_SHAPES if shape.offset for start in shape.starts]
# A token begins after a sign or an escape. A text is searched fast for signs, because letters are more frequent.
_SEPARATE_START = re.compile(f"[^A-Za-z0-9_](?P<start>{_START})")
_ESCAPED_START = re.compile(rf"(?<=[\\%])(?:[nrt]|[0-9A-Fa-f]{{2}}|u00[0-9a-f]{{2}})(?P<start>{_START})")
_SHAPES_BY_START: dict[str, list[tuple[str, TokenShape]]] = {}
for _shape in TOKEN_SHAPES:
    for _start in _shape.starts:
        _SHAPES_BY_START.setdefault(_start, []).append((_start, _shape))


@cache
def _list_shapes(written: str) -> list[tuple[str, TokenShape]]:
    """Return the shapes whose beginning a text starts with, each with that beginning."""
    return [row for end in range(1, len(written) + 1) for row in _SHAPES_BY_START.get(written[:end], ())]


def find_provider_tokens(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield the position of each provider's token.

    Args:
        text: The text.
        words: Its distinct words.
    """
    if len(text) < _MIN_LENGTH:
        return
    if len(text) >= _MIN_WORDS:
        # Distinct long words are searched in less time. No token contains spaces.
        length = _MIN_RUN if any(map(words.__contains__, _SHORT_STARTS)) else _MIN_LENGTH
        words = "\n".join(dict.fromkeys(word for word in words.split() if len(word) >= length))
        if next(_find_in_words(words), None) is None:
            return
    yield from _find_in_words(text)


def _find_in_words(text: str) -> Iterator[tuple[int, int]]:
    ends: dict[str, int] = {}
    for at, written in _find_starts(text):
        for start, shape in _list_shapes(written):
            begin = max(0, at - shape.offset)
            if at < ends.get(start, 0) or (shape.offset >= 0 and not _is_separate(text, begin)):
                continue
            token = shape.pattern.match(text, begin)
            if token:
                ends[start] = token.end()
                if len(set(token[0])) >= _MIN_CHARACTERS:
                    yield token.span()
    for part, shape in zip(_PARTS, OPEN_TOKEN_SHAPES, strict=True):
        for token in shape.pattern.finditer(text) if part.search(text) else ():
            if len(set(token[0])) >= _MIN_CHARACTERS and _is_separate(text, token.start()):
                yield token.span()


def _find_starts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the position of each start of a token, and the start."""
    has_short = any(map(text.__contains__, _SHORT_STARTS))
    # Also before the first character is a sign.
    padded = f" {text}"
    for run in (_SHORT_RUN if has_short else _RUN).finditer(text):
        at, end = run.span()
        if escaped := _ESCAPED_START.match(text, at, end):
            yield escaped.start("start"), escaped["start"]
        while found := _SEPARATE_START.search(padded, at, end + 1):
            at = found.start()
            yield at, found["start"]
            at += 1
    for inside in _INSIDE:
        yield from ((m.start(), m[0]) for m in inside.finditer(text))


def _is_separate(text: str, at: int) -> bool:
    """Return whether a token can begin at a position, because no word continues there."""
    before = text[at - 1 : at]
    # Most letters and digits belong to a word, and few to an escape.
    return not (before.isalnum() or before == "_") or _BEFORE.match(text, at) is not None
