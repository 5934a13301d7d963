"""Define the commands whose options are secrets, that read a secret from standard input, or print one, and such lines.

The options are from the manuals of curl, MySQL, Docker, Skopeo, Helm, sshpass, redis-cli, sqlcmd, the MongoDB shell,
OpenLDAP, OpenSSL, OpenSSH, PuTTY, FreeRDP, htpasswd, Info-ZIP, 7-Zip, RAR, Azure CLI, Google Cloud CLI, OpenShift,
kubectl, Vault, MinIO, GitHub CLI, Fly.io, Wrangler, the AWS CLI, SQL*Plus, cqlsh, PsExec, RabbitMQ, LFTP, Poetry,
Bundler, Bitwarden, Pulumi, Windows, GitHub Actions, IPMItool, Net-SNMP, Twine, Oracle Data Pump, Composer, Cargo, crane,
Consul, SOPS, Jenkins, HTTPie, govc, coturn, Mosquitto, Neo4j, Couchbase, Xcode, RACADM, InfluxDB, Codecov, NuGet, Snyk,
Netlify, Backblaze B2, kubeadm, swaks, macOS, Kickstart and Samba.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = (
    "COMMAND_ROWS",
    "LINE_ROWS",
    "MIXED",
    "PIPE_REACH",
    "PIPE_SPACES",
    "PRINTERS",
    "READS_INPUT",
    "VALUE",
    "WRITERS",
)

_LOGINS = (
    "docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "oc", "az", "cf", "helm registry", "helm",
    "crane auth",
)  # fmt: skip

# Commands that read a password from standard input.
_INPUT_READERS = (
    "--password-stdin", "--with-token", "passwd --stdin", "chpasswd", "sudo -s", "--passphrase-fd 0",
    "vault login -", "kinit ", "secret create", "secret put", "secret set", "secrets create",
    "secrets import", "secrets set", "secrets versions add",
)  # fmt: skip
READS_INPUT = "|".join(map(re.escape, _INPUT_READERS)).replace(r"sudo\ \-s", r"sudo\ \-S")
VALUE = (
    r"(?:\"(?P<double>[^\"\n]{1,2000})\"|'(?P<single>[^'\n]{1,2000})'"
    r"|(?P<plain>[^\s\"'`;&|<>(){}\\,\x1b-][^\s\"'`;&|<>(){}\\,\x1b]{0,2000}))"
)
# In a sentence: with a digit and a letter in it, or in quotes.
MIXED = r"(?=[^\s,;\\\x1b]{0,80}[0-9])(?=[^\s,;\\\x1b]{0,80}[A-Za-z])"
# The maximum number of characters between a pipe and the option that reads from it, and of spaces before the pipe.
PIPE_REACH, PIPE_SPACES = 200, 4
WRITERS = ("echo", "printf")

COMMAND_ROWS: tuple[tuple[tuple[str, ...], str, Secret], ...] = (
    (("curl",), r"\s-(?:[afgiIkLlMnNOpqRsSvjJ#0-9]{0,8}[uU]|-user|-proxy-user)[ =]?[\"']?[^\s\"':/@]{0,128}:(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("curl",), r"\s-(?:E|-cert|-proxy-cert)[ =]?[\"']?[^\s\"':]{1,128}:(?![/\\])(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("curl",), r"\s-(?:b|-cookie)[ =]?[\"']?(?P<plain>[\w.-]{1,80}=[^\s\"'`\\\x1b]{1,4000})", "cookie"),
    (("http ", "https ", "splunk ", "jenkins-cli"), r"\s-(?:a|-auth|auth)[ =][\"']?[^\s\"':/@]{0,128}:(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("http ", "https "), rf"\s-A[ ]{{1,4}}(?:bearer|jwt)[ ]{{1,4}}-a[ ]{{1,4}}{VALUE}", "token"),
    (("govc", "turnserver", "turnadmin"), r"\s-u[ =]{1,4}[\"']?[^\s\"':/@]{1,128}:(?P<plain>[^\s\"'`@\\\x1b]{1,400})", "password"),
    (("acl setuser",), r"\s>(?P<plain>[^\s\"'`\\\x1b]{4,400})", "password"),
    (("mysql", "mariadb", "7z a", "7z x", "7z e", "7z t", "unrar x", "unrar e", "rar a"), rf"\s-p{VALUE}", "password"),
    (("sshpass", *(f"{tool} login" for tool in _LOGINS)), rf"\s-p[ =]?{VALUE}", "password"),
    (("podman", "skopeo", "buildah", "nerdctl", "ctr ", "crictl"), r"\s--?(?:src-|dest-)?creds[ =][\"']?[^\s\"':/@]{1,128}:(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("redis-cli",), rf"\s-a[ ]{{1,4}}{VALUE}", "password"),
    (("sqlcmd", "bcp", "ipmitool", "mosquitto_pub", "mosquitto_sub", "zip", "unzip"), rf"\s-P[ ]?{VALUE}", "password"),
    (("snmpwalk", "snmpget", "snmpset", "snmpbulk"), rf"\s-[AX][ ]{{1,4}}{VALUE}", "password"),
    (("mongo", "cqlsh", "psexec", "useradd", "usermod", "twine", "cypher-shell", "couchbase-cli", "altool", "rabbitmqadmin", "racadm"), rf"\s-p[ =]{{1,4}}{VALUE}", "password"),
    (("mosquitto_passwd",), rf"\s-b[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}\S{{1,128}}[ ]{{1,4}}{VALUE}", "password"),
    (("influx ", "codecov"), rf"\s-t[ ]{{1,4}}(?:(?P<uuid>[0-9a-f-]{{36}})|{MIXED}(?P<plain>[^\s\"'`\\]{{20,200}}))", "token"),
    (("dotnet nuget push",), rf"\s-k[ ]{{1,4}}{VALUE}", "token"),
    (("setapikey",), rf"(?i:(?<=setapikey))[ ]{{1,4}}(?!-){VALUE}", "token"),
    (("snyk auth",), r"(?<=snyk auth)[ ]{1,4}(?P<uuid>[0-9a-f-]{36})", "token"),
    (("netlify",), rf"\s--auth[ =]{VALUE}", "token"),
    (("b2 account authorize", "b2 authorize-account"), rf"(?<=authorize)(?:-account)?[ ]{{1,4}}[0-9a-f]{{12,25}}[ ]{{1,4}}{VALUE}", "secret"),
    (("kubeadm",), r"\s--certificate-key[ =](?P<plain>[0-9a-f]{64})", "secret"),
    (("plink", "pscp", "psftp", "swaks"), rf"\s-(?:pw|ap)[ ]{{1,4}}{VALUE}", "password"),
    (("xfreerdp", "signtool", "winrs"), rf"\s[-/]p(?::|[ ]{{1,4}}){VALUE}", "password"),
    (("ssh-keygen",), rf"\s-[NP][ ]{{1,4}}{VALUE}", "password"),
    (("bw unlock", "bw login"), rf"(?<=bw (?:unlock|login ))[ ]{{1,4}}{MIXED}{VALUE}", "password"),
    (("config set",), rf"(?<=requirepass|.masterauth)[ ]{{1,4}}{VALUE}", "password"),
    (("encrypt_string",), rf"(?<=encrypt_string)[ ]{{1,4}}(?!--){VALUE}", "secret"),
    (("activate-refresh-token",), rf"(?<=refresh-token)[ ]{{1,4}}\S{{1,128}}[ ]{{1,4}}{VALUE}", "token"),
    (("mc alias set", "mc config host add"), rf"(?<=http)s?://\S{{1,200}}[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}{VALUE}", "secret access key"),
    (("ldappasswd",), rf"\s-[as][ ]{{1,4}}{VALUE}", "password"),
    (("networksetup",), rf"(?<=-setairportnetwork)[ ]{{1,4}}\S{{1,20}}[ ]{{1,4}}(?:\"[^\"\n]{{1,64}}\"|'[^'\n]{{1,64}}'|\S{{1,64}})[ ]{{1,4}}{VALUE}", "password"),
    (("rootpw",), rf"(?<=rootpw)[ ]{{1,4}}(?:--plaintext[ ]{{1,4}})?(?!--){MIXED}{VALUE}", "password"),
    (("ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "security add-generic-password", "security add-internet-password"), rf"\s-w[ ]{{0,4}}{VALUE}", "password"),
    (("openssl", "keytool", "-passin", "-passout"), rf"pass:{VALUE}", "password"),
    (("openssl enc", "openssl smime", "openssl aes", "openssl des"), rf"\s-k[ ]{{1,4}}{VALUE}", "password"),
    (("openssl enc", "openssl aes", "openssl des"), r"\s-K[ ]{1,4}(?P<plain>[0-9A-Fa-f]{32,128})", "secret"),
    (("htpasswd",), rf"\s-[A-Za-z]{{0,6}}b[A-Za-z]{{0,6}}(?:\s{{1,4}}-[A-Za-z]{{1,6}}){{0,4}}+\s{{1,4}}\S{{1,200}}\s{{1,4}}\S{{1,200}}\s{{1,4}}{VALUE}", "password"),
    (WRITERS, rf"{VALUE}\s{{0,{PIPE_SPACES}}}\|[^\n|]{{0,{PIPE_REACH}}}(?:{READS_INPUT})", "password"),
    (_INPUT_READERS, rf"<<<[ ]?{VALUE}", "password"),
    (("kubectl", "oc"), rf"--from-literal[ =][\"']?[\w.-]{{1,200}}={VALUE}", "secret"),
    (("vault kv put", "vault kv patch", "secrets set"), rf"\s\w[\w.-]{{0,80}}={VALUE}", "secret"),
    (("approle/login",), rf"\ssecret_id={VALUE}", "secret"),
    (("consul kv put",), rf"\s[\w./-]{{0,200}}(?:password|passwd|secret|token)[ ]{{1,4}}{VALUE}", "secret"),
    (("sops",), r"\s--?set[ ]['\"]?(?:\[[^\[\]\n]{1,100}\]){1,20}[ ]\\?\"(?P<double>[^\"\n]{1,2000})\"", "secret"),
    (("vault login",), r"(?<=vault login)[ ]{1,4}(?:token=)?(?P<plain>[a-z]{1,4}\.[\w-]{20,400}|(?=[\w.-]{0,40}[0-9])[\w.-]{12,400}(?![\w.=-]))", "token"),
    (("operator unseal",), rf"(?<=unseal)[ ]{{1,4}}{MIXED}{VALUE}", "secret"),
    (("keytool", "jarsigner"), rf"\s-(?:src|dest)?(?:store|key)pass[ ]{{1,4}}{VALUE}", "password"),
    (("smbclient", "rpcclient", "smbmap", "net ads", "net rpc"), r"\s-U[ ]?[\"']?[^\s%\"']{1,128}%(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("net use",), rf"(?i:\s/user:[^\s]{{1,128}})[ ]{{1,4}}{VALUE}", "password"),
    (("net use",), rf"(?<=net use)[ ]{{1,4}}(?:[A-Za-z]:[ ]{{1,4}})?\\{{2,4}}[^\s/]{{1,200}}[ ]{{1,4}}(?!/){VALUE}(?=[ ]{{1,4}}/[Uu])", "password"),
    (("net user",), rf"(?<=net user)[ ]{{1,4}}[^\s/]{{1,128}}[ ]{{1,4}}(?!/)(?=[^\n]{{1,400}}\s/|{MIXED}){VALUE}", "password"),
    (("cmdkey", "wmic"), rf"(?i:\s/pass(?:word)?:){VALUE}", "password"),
    (("schtasks",), rf"(?i:\s/rp)[ ]{{1,4}}{VALUE}", "password"),
    (("lftp",), r"\s-u[ ]?[\"']?[^\s\"',]{1,128},(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("sqlplus", "sqlldr", "impdp", "expdp", "jdbc:oracle:thin", "sql> conn"), r"[ :\"'][A-Za-z][\w$#]{0,60}/(?P<plain>[^\s@/\"']{1,200})@", "password"),
    (("rabbitmqctl", "poetry config", "composer config"), rf"\s(?:add_user|change_password|http-basic\.\S{{1,80}})[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}{VALUE}", "password"),
    (("poetry config",), rf"\spypi-token\.\S{{1,80}}[ ]{{1,4}}{VALUE}", "token"),
    (("cargo login",), rf"(?<=cargo login)[ ]{{1,4}}{MIXED}{VALUE}", "token"),
    (("bundle config",), r"\s[\w-]{1,80}(?:\.[\w-]{1,80}){1,8}[ ]{1,4}[^\s:\"']{1,128}:(?!//)(?P<plain>[^\s\"'`\\\x1b]{1,400})", "token"),
    (("pulumi config set",), rf"\s--secret[ ]{{1,4}}[\w.:-]{{1,80}}[ ]{{1,4}}{VALUE}", "secret"),
    (("pulumi config set",), rf"(?<=config set)[ ]{{1,4}}[\w.:-]{{1,80}}[ ]{{1,4}}{VALUE}(?=[^\n]{{0,200}}\s--secret)", "secret"),
    (("gh secret set",), rf"\s-(?:b|-body)[ =]?{VALUE}", "secret"),
    (("put-parameter",), rf"[ =](?<=--value.){VALUE}(?=[^\n]{{0,300}}SecureString)", "secret"),
    (("securestring", "keyvault secret set"), rf"[ =](?<=--value.){VALUE}", "secret"),
)  # fmt: skip
_WORD = r"[^\s\"'`,;(){}<>\[\]\\\x1b]"
# The words of a setting or of the output of a tool, its pattern, both in lower case, the kind of secret, and a part that
# a text is searched fast for. Formats: the manuals of strongSwan, Redis, Net-SNMP, curl, Postfix, Cisco IOS, Junos and
# Bundler, SonarScanner, IMAP (https://www.rfc-editor.org/rfc/rfc3501#section-6.2.3), and what Elasticsearch, MySQL, Jenkins, Consul,
# Nomad and netsh print.
LINE_ROWS: tuple[tuple[tuple[str, ...], str, Secret] | tuple[tuple[str, ...], str, Secret, str], ...] = (
    ((": psk ", ": eap ", ": xauth "), rf": (?:psk|eap|xauth) (?:\"(?P<double>[^\"\n]{{1,400}})\"|(?P<plain>{MIXED}\S{{4,400}}))[ \t]*\r?$", "password"),
    ((" on >",), r"user \S{1,80} on (?:[^\s>\"']{1,40} ){0,8}>(?P<plain>[^\s\"'`=\\][^\s\"'`\\]{0,400})", "password"),
    (("password ",), rf"^password [a-z_]{{2,40}} = (?P<plain>{MIXED}[a-z0-9]{{16,200}})\r?$", "password", "password [a-z_]{2,40} = "),
    (("new value: ",), r"password[^\n]{0,120}\n(?:[^\n]{0,120}\n)?new value: (?P<plain>[^\s\"']{4,200})", "password", "new value: "),
    (("is generated for ",), r"password is generated for \S{1,120}: (?P<plain>\S{6,200})", "password"),
    (("password for the ",), rf"password for the \S{{1,60}} user \([^()\n]{{1,120}}\):\s{{1,8}}(?P<plain>{MIXED}{_WORD}{{6,400}})", "password"),
    # A form: the label of each field is above it.
    (("password\n", "password \n", "password\r"), rf"(?:console |(?:user ?name|login|e-?mail)[ \t]{{0,8}}\r?\n[ \t]{{0,8}}\S{{1,80}}[ \t]{{0,8}}\r?\n[ \t]{{0,8}})password[ \t]{{0,8}}\r?\n[ \t]{{0,8}}(?P<plain>{MIXED}\S{{6,128}})[ \t]*\r?$", "password", r"password[ \t]{0,8}\r?\n"),
    (("bindpw ",), r"^[ \t]{0,8}bindpw (?P<plain>[^\s\"']{4,200})[ \t]*\r?$", "password"),
    # What kubectl describes of a ConfigMap, and what steps of GitHub Actions and Azure Pipelines set.
    (("----",), r"^[ \t]{0,8}[\w.-]{0,60}(?:password|passwd|secret|token|api[_-]?key):[ ]?\r?\n[ \t]{0,8}----[ ]?\r?\n[ \t]{0,8}(?P<line>[^\r\n]{4,4000})", "secret", r":[ ]?\r?\n[ \t]{0,8}----[ ]?\r?\n"),
    (("::set-output ", "issecret=true"), r"(?:::set-output name=[\w-]{0,60}(?:password|secret|token|key)::|issecret=true[^\]\n]{0,60}\])(?P<line>[^\r\n]{4,4000})", "secret"),
    # A response of Systems Manager that Python prints.
    (("'securestring', 'value': ",), r"'securestring', 'value': (?:'(?P<single>[^'\n]{1,4000})'|\"(?P<double>[^\"\n]{1,4000})\")", "secret"),
    (("following ",), rf"following (?:[a-z]{{2,20}} )?(?:password|passphrase|token|secret)(?: (?:to|for|in)\b[^\n:.]{{1,80}})?:\s{{1,8}}(?P<plain>{MIXED}{_WORD}{{8,2000}})", "password"),
    (("accessor",), r"accessor ?id\s{0,8}[:=]\s{1,20}[0-9a-f-]{36}\s{1,8}secret ?id\s{0,8}[:=]\s{1,20}(?P<uuid>[0-9a-f-]{36})", "token"),
    (("key content",), r"key content[ ]{1,30}: (?P<line>[^\r\n]{8,63})", "password"),
    ((" login ",), rf"^(?:[<>*cs:-]{{1,4}} )?[a-z]{{1,6}}[0-9]{{1,8}} login (?:\"[^\"\n]{{1,128}}\"|\S{{1,128}}) (?:\"(?P<double>[^\"\n]{{1,400}})\"|(?P<plain>{MIXED}\S{{4,400}}))\r?$", "password", " login (?<=[0-9] login )"),
    (("]:465", "]:587"), rf"\]:(?:465|587)[ \t]{{1,8}}[^\s:\[\]]{{1,128}}:(?P<plain>{MIXED}[^\s:]{{4,400}})\r?$", "password"),
    # Prompts, with what was typed.
    ((" for ",), rf"pass(?:word|phrase) for (?:user |key )?\S{{1,120}}:[ ](?P<plain>(?:{MIXED}|(?=[a-z]{{1,40}}-[a-z]{{1,40}}-[a-z]))\S{{6,400}})[ \t]*\r?$", "password", r"pass(?:word|phrase) for "),
    (("]> auth ", "> auth "), r":[0-9]{2,5}(?:\[[0-9]{1,3}\])?> auth (?:\S{1,80} )?(?P<plain>[^\s\"']{4,400})\r?$", "password", "[0-9]]?> auth "),
    # Users with their passwords in messages, and in what Wireshark shows.
    (("creds: ", "credentials: ", "/pass", "/pw"), rf"(?:creds(?<=\bcreds)|credentials(?<=[ \t]{{4}}credentials)|user(?:name)?/pass(?:word)?|user(?:name)?/pw): (?![\w.+-]{{1,40}}:/|arn:|environment/)[^\s:/]{{1,60}}(?:[ ]?/[ ]?|:)(?P<plain>{MIXED}[^\s/]{{6,200}})[ \t]*\r?$", "password", r": (?:(?<=creds: )|(?<=credentials: )|(?<=/pass: )|(?<=/password: )|(?<=/pw: ))"),
    (("/ ",), rf"[a-z0-9][\w.+-]{{0,63}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}} ?/ (?![a-z0-9]{{1,20}}(?:[-:.][a-z0-9]{{1,20}}){{1,8}}(?:[\s\x1b]|$))(?P<plain>{MIXED}[^\s/]{{6,200}})[ \t]*\r?$", "password", r"@[\w.-]{1,200} ?/ "),
    # Templates.
    (("default ",), r"pass(?:word)?: [^\n{}]{0,80}\{\{[^\n{}]{0,120}\| ?default \"(?P<double>[^\"\n{}]{4,400})\"", "secret", r"\| ?default \""),
    (("default ",), rf"(?:secret|token|(?:api|access|private|secret)[_-]?key): [^\n{{}}]{{0,80}}\{{\{{[^\n{{}}]{{0,120}}\| ?default \"(?P<double>{MIXED}[^\"\n{{}}]{{4,400}})\"", "secret", r"\| ?default \""),
    (("password:",), r"password:?[ ]?[\"'}];?\s{1,4}(?:exp_)?send\s{1,2}(?:-- )?\"(?P<double>[^\"\n\\$]{4,200})\\r", "password", r"send\s(?:(?<=\ssend\s)|(?<=\sexp_send\s))"),
    # A file of cookies, and a jar that Python prints.
    (("\ttrue\t", "\tfalse\t"), r"\t/[^\s]{0,200}\t(?:true|false)\t[0-9]{1,12}\t[^\s=]{1,200}\t(?P<plain>[^\s\"']{8,4000})", "cookie"),
    (("<cookie ", "net.cookie("), r"<cookie [^\s=<>]{1,80}=(?P<plain>[^\s<>]{8,4000}) for |net\.cookie\(\"[^\"\n]{1,80}\", ?\"(?P<double>[^\"\n]{8,4000})\"", "cookie"),
    # The key of a signature.
    (("jwt.",), rf"\bjwt\.(?:sign|verify|encode|decode)\([^()\"'\n]{{1,80}}, ?(?:'(?P<single>{MIXED}[^'\n]{{8,400}})'|\"(?P<double>{MIXED}[^\"\n]{{8,400}})\")", "secret"),
    (("stats auth ",), r"stats auth [^\s:]{1,128}:(?P<plain>[^\s\"']{1,400})", "password"),
    (('user = "',), rf"^(?:--)?(?:proxy-)?user = \"[^\s\":]{{1,80}}:(?P<plain>{MIXED}[^\s\"]{{4,200}})\"", "password", 'user = "'),
    *(
        ((f"{word} ",), rf"^[ \t]{{0,8}}{word} {user}(?:password|secret) (?:[0-9] )?(?P<plain>{MIXED}[^\s\"']{{4,200}})[ \t]*\r?$", "password", rf"{word} {user}(?:password|secret) ")
        for word, user in (("username", r"\S{1,60} (?:privilege [0-9]{1,2} )?"), ("enable", ""))
    ),
    *(((f"{name} ",), rf"{name} [067] (?P<plain>{MIXED}[^\s\"']{{6,200}})(?=[ \t]*\r?$| address | hostname )", "password", f"{name} [067] ") for name in ("password", "key")),
    (("crypto isakmp key",), r"crypto isakmp key (?:[06] )?(?P<plain>[^\s\"']{1,128}) (?:address|hostname) ", "password"),
    (("snmp-server community", "rocommunity ", "rwcommunity "), r"(?:snmp-server community|^r[ow]community6?) (?!public\b|private\b)(?P<plain>[^\s\"']{4,64})", "password"),
    (("tacacs", "radius"), rf"(?:tacacs|radius)[^\n]{{0,120}} (?:key|secret) (?:\"(?P<double>[^\"\n]{{4,200}})\"|(?P<plain>{MIXED}[^\s\"']{{4,200}})[ \t]*\r?$)", "password"),
    (("createuser ",), r"createuser \S{1,60} (?:md5|sha[0-9-]{0,4}) (?:\"(?P<double>[^\"\n]{4,200})\"|(?P<plain>\S{4,200}))", "password"),
    (("createuser ",), r"createuser \S{1,60} (?:md5|sha[0-9-]{0,4}) (?:\"[^\"\n]{4,200}\"|\S{4,200}) (?:aes|des)[0-9-]{0,4} (?:\"(?P<double>[^\"\n]{4,200})\"|(?P<plain>\S{4,200}))", "password"),
    (("sonar.login",), rf"sonar\.login[\"']?[ ]?[=:][ ]?[\"']?(?P<plain>{MIXED}[^\s\"']{{20,200}})", "token"),
    (("neo4j_auth", "basic_auth"), r"(?:neo4j_auth[\"']?[ ]?[=:][ ]?[\"']?[^\s/:\"']{1,60}/|basic_auth[\"']?[ ]?[=:][ ]?[\"']?(?!arn:)[^\s/:\"']{1,60}:)(?P<plain>[^\s\"']{1,200})", "password"),
    (("sp_addlogin",), r"sp_addlogin\s(?:@loginame\s?=\s?)?n?'[^'\n]{1,128}',\s?(?:@passwd\s?=\s?)?n?'(?P<single>[^'\n]{1,400})'", "password"),
    (('credentials("',), r"credentials\(\"[^\"\n]{0,200}\", ?\"[^\"\n]{1,200}\", ?\"[^\"\n]{1,128}\", ?\"(?P<double>[^\"\n]{1,400})\"\)", "password"),
    (("bundle_",), r"bundle_\w{2,200}__\w{2,60}[\"']?[ ]?[:=][ ]?[\"']?[^\s:\"'/]{1,80}:(?P<plain>[^\s\"'/][^\s\"']{0,400})", "password"),
)  # fmt: skip
PRINTERS: dict[str, str] = {
    "secretsmanager get-secret-value": r"--output[ =]text\b",
    **dict.fromkeys((
        "ecr get-login-password", "ecr-public get-login-password", "rds generate-db-auth-token",
        "kubectl create token", "gcloud secrets versions access", "gh auth token", "kubectl view-secret", "op read",
        "bw get password", "secret-tool lookup", "argocd admin initial-password", "keyring get", "credstash get",
        "openssl rand", "pass show"
    ), ""),
    " get secret": r"\.data",
    **dict.fromkeys(("vault kv get", "vault read"), "-field"),
    "gcloud auth print-": "token",
    **dict.fromkeys(("az account get-access-token", "az keyvault secret show"), "tsv"),
    **dict.fromkeys(("terraform output", "tofu output", "pulumi stack output"), r"\s[a-z0-9_]{0,60}(?:password|secret|token|key)\b"),
    **dict.fromkeys(("mwaa create-cli-token", "mwaa create-web-login-token"), "text"),
    "doppler secrets get": "--plain",
    **dict.fromkeys(("security find-generic-password", "security find-internet-password"), "-w"),
}  # fmt: skip
"""The commands that print nothing but a secret, and the option that they need for it."""
