"""Define the commands whose options are secrets, that read a secret from standard input, or print one.

The options are from the manuals of curl, MySQL, Docker, Skopeo, Helm, sshpass, redis-cli, sqlcmd, the MongoDB shell,
OpenLDAP, OpenSSL, OpenSSH, PuTTY, FreeRDP, htpasswd, Info-ZIP, 7-Zip, RAR, Azure CLI, Google Cloud CLI, OpenShift,
kubectl, Vault, MinIO, GitHub CLI, Fly.io, Wrangler, the AWS CLI, SQL*Plus, cqlsh, PsExec, RabbitMQ, LFTP, Poetry,
Bundler, Bitwarden, Pulumi, Windows, GitHub Actions, IPMItool, Net-SNMP, Twine, Oracle Data Pump, Composer, Cargo, crane,
Consul and SOPS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = (
    "COMMAND_ROWS",
    "MIXED",
    "PIPE_REACH",
    "PIPE_SPACES",
    "PRINTED",
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
    (("http ", "https ", "splunk "), r"\s-(?:a|-auth|auth)[ =][\"']?[^\s\"':/@]{0,128}:(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("acl setuser",), r"\s>(?P<plain>[^\s\"'`\\\x1b]{4,400})", "password"),
    (("mysql", "mariadb", "7z a", "7z x", "7z e", "7z t", "unrar x", "unrar e", "rar a"), rf"\s-p{VALUE}", "password"),
    (tuple(f"{tool} login" for tool in _LOGINS), rf"\s-p[ =]?{VALUE}", "password"),
    (("podman", "skopeo", "buildah", "nerdctl", "ctr ", "crictl"), r"\s--?(?:src-|dest-)?creds[ =][\"']?[^\s\"':/@]{1,128}:(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("sshpass",), rf"\s-p[ ]?{VALUE}", "password"),
    (("redis-cli",), rf"\s-a[ ]{{1,4}}{VALUE}", "password"),
    (("sqlcmd", "bcp", "ipmitool"), rf"\s-P[ ]?{VALUE}", "password"),
    (("snmpwalk", "snmpget", "snmpset", "snmpbulk"), rf"\s-[AX][ ]{{1,4}}{VALUE}", "password"),
    (("mongo", "cqlsh", "psexec", "useradd", "usermod", "twine"), rf"\s-p[ =]{{1,4}}{VALUE}", "password"),
    (("plink", "pscp", "psftp"), rf"\s-pw[ ]{{1,4}}{VALUE}", "password"),
    (("xfreerdp",), rf"\s/p:{VALUE}", "password"),
    (("ssh-keygen",), rf"\s-[NP][ ]{{1,4}}{VALUE}", "password"),
    (("bw unlock", "bw login"), rf"(?<=bw (?:unlock|login ))[ ]{{1,4}}{MIXED}{VALUE}", "password"),
    (("config set",), rf"(?<=requirepass|.masterauth)[ ]{{1,4}}{VALUE}", "password"),
    (("mc alias set", "mc config host add"), rf"(?<=http)s?://\S{{1,200}}[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}{VALUE}", "secret access key"),
    (("ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami"), rf"\s-w[ ]{{0,4}}{VALUE}", "password"),
    (("openssl", "keytool", "-passin", "-passout"), rf"pass:{VALUE}", "password"),
    (("openssl enc", "openssl smime", "openssl aes", "openssl des"), rf"\s-k[ ]{{1,4}}{VALUE}", "password"),
    (("openssl enc", "openssl aes", "openssl des"), r"\s-K[ ]{1,4}(?P<plain>[0-9A-Fa-f]{32,128})", "secret"),
    (("htpasswd",), rf"\s-[A-Za-z]{{0,6}}b[A-Za-z]{{0,6}}\s{{1,4}}\S{{1,200}}\s{{1,4}}\S{{1,200}}\s{{1,4}}{VALUE}", "password"),
    (("zip", "unzip"), rf"\s-P[ ]{{1,4}}{VALUE}", "password"),
    (WRITERS, rf"{VALUE}\s{{0,{PIPE_SPACES}}}\|[^\n|]{{0,{PIPE_REACH}}}(?:{READS_INPUT})", "password"),
    (_INPUT_READERS, rf"<<<[ ]?{VALUE}", "password"),
    (("kubectl", "oc"), rf"--from-literal[ =][\"']?[\w.-]{{1,200}}={VALUE}", "secret"),
    (("vault kv put", "vault kv patch"), rf"\s\w[\w.-]{{0,80}}={VALUE}", "secret"),
    (("approle/login",), rf"\ssecret_id={VALUE}", "secret"),
    (("consul kv put",), rf"\s[\w./-]{{0,200}}(?:password|passwd|secret|token)[ ]{{1,4}}{VALUE}", "secret"),
    (("sops",), r"\s--?set[ ]['\"]?(?:\[[^\[\]\n]{1,100}\]){1,20}[ ]\\?\"(?P<double>[^\"\n]{1,2000})\"", "secret"),
    (("vault login",), r"(?<=vault login)[ ]{1,4}(?:token=)?(?P<plain>[a-z]{1,4}\.[\w-]{20,400}|(?=[\w.-]{0,40}[0-9])[\w.-]{12,400}(?![\w.=-]))", "token"),
    (("secrets set",), rf"\s[A-Za-z_]\w{{0,80}}={VALUE}", "secret"),
    (("keytool", "jarsigner"), rf"\s-(?:src|dest)?(?:store|key)pass[ ]{{1,4}}{VALUE}", "password"),
    (("smbclient", "rpcclient", "smbmap"), r"\s-U[ ]?[\"']?[^\s%\"']{1,128}%(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("net use",), rf"(?i:\s/user:[^\s]{{1,128}})[ ]{{1,4}}{VALUE}", "password"),
    (("net use",), rf"(?<=net use)[ ]{{1,4}}(?:[A-Za-z]:[ ]{{1,4}})?\\{{2,4}}[^\s/]{{1,200}}[ ]{{1,4}}(?!/){VALUE}(?=[ ]{{1,4}}/[Uu])", "password"),
    (("net user",), rf"(?<=net user)[ ]{{1,4}}[^\s/]{{1,128}}[ ]{{1,4}}(?!/)(?=[^\n]{{1,400}}\s/|{MIXED}){VALUE}", "password"),
    (("cmdkey",), rf"(?i:\s/pass:){VALUE}", "password"),
    (("schtasks",), rf"(?i:\s/rp)[ ]{{1,4}}{VALUE}", "password"),
    (("lftp",), r"\s-u[ ]?[\"']?[^\s\"',]{1,128},(?P<plain>[^\s\"'`\\\x1b]{1,400})", "password"),
    (("sqlplus", "sqlldr", "impdp", "expdp", "jdbc:oracle:thin"), r"[ :\"'][A-Za-z][\w$#]{0,60}/(?P<plain>[^\s@/\"']{1,200})@", "password"),
    (("rabbitmqctl",), rf"\s(?:add_user|change_password)[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}{VALUE}", "password"),
    (("poetry config", "composer config"), rf"\shttp-basic\.\S{{1,80}}[ ]{{1,4}}\S{{1,200}}[ ]{{1,4}}{VALUE}", "password"),
    (("poetry config",), rf"\spypi-token\.\S{{1,80}}[ ]{{1,4}}{VALUE}", "token"),
    (("cargo login",), rf"(?<=cargo login)[ ]{{1,4}}{MIXED}{VALUE}", "token"),
    (("bundle config",), r"\s[\w-]{1,80}(?:\.[\w-]{1,80}){1,8}[ ]{1,4}[^\s:\"']{1,128}:(?!//)(?P<plain>[^\s\"'`\\\x1b]{1,400})", "token"),
    (("pulumi config set",), rf"\s--secret[ ]{{1,4}}[\w.:-]{{1,80}}[ ]{{1,4}}{VALUE}", "secret"),
    (("pulumi config set",), rf"(?<=config set)[ ]{{1,4}}[\w.:-]{{1,80}}[ ]{{1,4}}{VALUE}(?=[^\n]{{0,200}}\s--secret)", "secret"),
    (("gh secret set",), rf"\s-(?:b|-body)[ =]?{VALUE}", "secret"),
    (("put-parameter",), rf"[ =](?<=--value.){VALUE}(?=[^\n]{{0,300}}SecureString)", "secret"),
    (("securestring", "keyvault secret set"), rf"[ =](?<=--value.){VALUE}", "secret"),
)  # fmt: skip
# Commands that print a secret, and the option that makes it the only word of the next line.
_PRINTER_ROWS: tuple[tuple[str, str], ...] = (
    ("secretsmanager get-secret-value", "secretstring"),
    ("ssm get-parameter", "--with-decryption[^\\n]{0,200}?value"),
    ("ecr get-login-password", ""),
    ("ecr-public get-login-password", ""),
    ("codeartifact get-authorization-token", "authorizationtoken"),
    ("rds generate-db-auth-token", ""),
    ("kubectl get secret", "\\.data"),
    ("kubectl create token", ""),
    ("vault kv get", "-field"),
    ("vault read", "-field"),
    ("gcloud secrets versions access", ""),
    ("gcloud auth print-", "token"),
    ("az account get-access-token", "tsv"),
    ("az keyvault secret show", "tsv"),
    ("gh auth token", ""),
    ("terraform output", "-raw [a-z0-9_]{0,60}(?:password|secret|token|key)\\b"),
    ("openssl rand", ""),
    ("kms decrypt", "plaintext"),
    ("kms generate-data-key", "plaintext"),
    ("security find-generic-password", "-w"),
    ("security find-internet-password", "-w"),
    ("pass show", ""),
)
PRINTERS = tuple(command for command, _ in _PRINTER_ROWS)
PRINTED = (
    "(?:" + "|".join(f"{command}(?=[^\\n]{{0,300}}?{option})" for command, option in _PRINTER_ROWS) + ")"
)
