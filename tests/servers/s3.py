"""S3: moto's server from PyPI, in an environment of its own (tools/servers.sh), which checks keys and signatures."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from etl.settings import PROJECT
from tests.servers.ports import Server, free_port, serving

BIN = PROJECT / ".venv-servers" / "bin"
SETUP = 3
"""Requests that make the user; after them moto asks for keys."""

MAKE_USER = """
import boto3, json, sys
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1",
                   aws_access_key_id="awal", aws_secret_access_key="awal", verify=sys.argv[2] or None)
iam.create_user(UserName="pipeline")
every = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::terbatas", "arn:aws:s3:::terbatas/*"]}]}
iam.put_user_policy(UserName="pipeline", PolicyName="semua", PolicyDocument=json.dumps(every))
key = iam.create_access_key(UserName="pipeline")["AccessKey"]
print(json.dumps([key["AccessKeyId"], key["SecretAccessKey"]]))
"""

PUT = """
import boto3, json, sys
endpoint, authority, key, secret, bucket = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key,
                  aws_secret_access_key=secret, verify=authority or None)
if bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket)
for name, text in json.load(sys.stdin).items():
    if text is None:
        s3.delete_object(Bucket=bucket, Key=name)
    else:
        s3.put_object(Bucket=bucket, Key=name, Body=text.encode("utf-8", "surrogateescape"))
"""


@dataclass
class S3:
    """A server with one user, who may do all but look into the bucket `terbatas`."""

    server: Server
    key: str
    secret: str
    authority: Path | None = None

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.authority else 'http'}://127.0.0.1:{self.port}"

    def put(self, objects: Mapping[str, str | None], bucket: str = "bagi") -> None:
        """Objects by name, None to delete one; the bucket is made where it is not there."""
        arguments = [self.endpoint, str(self.authority or ""), self.key, self.secret, bucket]
        command = [BIN / "python", "-c", PUT, *arguments]
        subprocess.run(command, input=json.dumps(objects), text=True, check=True, capture_output=True)

    def connection(self, secret: str | None = None, key: str | None = None, **extra: str) -> str:
        """As AIRFLOW_CONN_… holds it."""
        options = {"endpoint_url": self.endpoint, "region_name": "us-east-1", **extra}
        fields = {"conn_type": "aws", "login": key or self.key, "password": secret or self.secret, "extra": options}
        return json.dumps(fields)


@contextmanager
def s3(tls: bool = False) -> Iterator[S3]:
    root = Path(tempfile.mkdtemp(prefix="satudata-s3-"))
    port = free_port()
    command: list[str | Path] = [BIN / "moto_server", "-H", "127.0.0.1", "-p", str(port)]
    authority = None
    if tls:
        issuer = trustme.CA()
        certificate = issuer.issue_cert("127.0.0.1")
        authority = root / "ca.pem"
        issuer.cert_pem.write_to_path(str(authority))
        certificate.private_key_pem.write_to_path(str(root / "key.pem"))
        certificate.cert_chain_pems[0].write_to_path(str(root / "cert.pem"))
        command += ["--ssl-cert", root / "cert.pem", "--ssl-key", root / "key.pem"]
    try:
        with serving(command, port, root / "stdout.log", {"INITIAL_NO_AUTH_ACTION_COUNT": str(SETUP)}) as server:
            found = S3(server, "", "", authority)
            made = subprocess.run(
                [BIN / "python", "-c", MAKE_USER, found.endpoint, str(authority or "")],
                text=True,
                check=True,
                capture_output=True,
            )
            found.key, found.secret = json.loads(made.stdout)
            yield found
    finally:
        shutil.rmtree(root, ignore_errors=True)
