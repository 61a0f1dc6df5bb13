"""S3 and its kin (MinIO, Ceph, …), read only, by Arrow's own client."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow.fs import AwsStandardS3RetryStrategy, FileInfo, FileSelector, FileType, S3FileSystem

from etl.extract.connections import Connection
from etl.extract.shares import Place
from etl.extract.shares.faults import TIMEOUT, Fault, Why, certificate

SECOND = 1_000_000_000
KINDS = {FileType.File: "file", FileType.Directory: "directory"}
CODE = re.compile(r"AWS Error ([A-Z_0-9]+)")
STATUS = re.compile(r"HTTP (?:status|response code) (\d{3})", re.IGNORECASE)
CURL = re.compile(r"curlCode: (\d+), ([^;]*)")


class S3Share(ArrowFSWrapper):  # type: ignore[misc]
    """Buckets of one endpoint with one key. Paths are `bucket/prefix/object`."""

    cachable = False
    flat = True
    """Folders are only prefixes: all below one is listed at once, a thousand objects per request."""

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """Everything below a prefix, however deep."""
        found = [_details(info) for info in self.fs.get_file_info(FileSelector(path, recursive=True))]
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Of one object, with the mark of its version (ETag)."""
        with self.fs.open_input_file(path) as opened:
            told = {name: value.decode() for name, value in opened.metadata().items()}
            moment = dt.datetime.fromisoformat(told["Last-Modified"])
            return {
                "name": path,
                "type": "file",
                "size": opened.size(),
                "mtime_ns": int(moment.timestamp()) * SECOND,
                "etag": told.get("ETag", ""),
            }

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise PermissionError("read only")
        return self.fs.open_input_stream(path, compression=None)


def _details(info: FileInfo) -> dict[str, Any]:
    return {
        "name": info.path,
        "type": KINDS.get(info.type, "other"),
        "size": info.size or 0,
        "mtime_ns": (info.mtime_ns or 0) // SECOND * SECOND,  # an object's own answer tells only seconds
    }


def connect(place: Place, connection: Connection | None) -> tuple[S3Share, str]:
    """login: access key, password: secret; extra: endpoint_url, region_name, ca_bundle, aws_session_token.

    Without a connection only what is public is read: a key that lies on this machine is nobody's business here.
    """
    extra = connection.extra if connection else {}
    options: dict[str, Any] = {
        "region": extra.get("region_name") or "us-east-1",
        "connect_timeout": TIMEOUT,
        "request_timeout": TIMEOUT,
        "retry_strategy": AwsStandardS3RetryStrategy(max_attempts=1),
    }
    if connection and connection.login:
        options |= {
            "access_key": connection.login,
            "secret_key": connection.password,
            "session_token": extra.get("aws_session_token"),
        }
    else:
        options["anonymous"] = True
    if extra.get("endpoint_url"):
        endpoint = urlsplit(str(extra["endpoint_url"]))
        if endpoint.scheme not in ("http", "https") or not endpoint.hostname or endpoint.path.strip("/"):
            raise Fault(Why.SETTING, "extra.endpoint_url harus seperti https://server:port, tanpa jalur di belakangnya")
        options |= {"scheme": endpoint.scheme, "endpoint_override": endpoint.netloc}
    if extra.get("ca_bundle"):
        options["tls_ca_file_path"] = str(extra["ca_bundle"])
    return S3Share(S3FileSystem(**options)), f"{place.host}{place.path}".rstrip("/")


def explain(error: Exception) -> Fault:
    """Arrow tells everything as an OSError with the service's words in its text."""
    text = str(error)
    curl = CURL.search(text)
    if curl:
        return _network(int(curl.group(1)), curl.group(2))
    code = CODE.search(text)
    status = STATUS.search(text)
    match code.group(1) if code else "":
        case "INVALID_ACCESS_KEY_ID" | "SIGNATURE_DOES_NOT_MATCH" | "UNRECOGNIZED_CLIENT" | "INVALID_CLIENT_TOKEN_ID":
            return Fault(Why.LOGIN, "Kunci akses (login) atau rahasianya (password) salah")
        case "ACCESS_DENIED":
            return Fault(Why.DENIED)
        case "NO_SUCH_BUCKET" | "NO_SUCH_KEY" | "RESOURCE_NOT_FOUND":
            return Fault(Why.MISSING)
        case "NETWORK_CONNECTION":
            return Fault(Why.HOST, "Server tidak menyala, atau memutus sambungan")
    match status.group(1) if status else "":
        case "401" | "403":
            return Fault(Why.LOGIN if "InvalidAccessKeyId" in text or "SignatureDoesNotMatch" in text else Why.DENIED)
        case "404":
            return Fault(Why.MISSING)
    return Fault(Why.LOST)


def _network(code: int, words: str) -> Fault:
    """curl's codes: https://curl.se/libcurl/c/libcurl-errors.html."""
    match code:
        case 6:
            return Fault(Why.HOST, "Nama server tidak dikenal")
        case 7:
            return Fault(Why.HOST, "Server tidak menyala atau menolak sambungan pada port itu")
        case 28:
            return Fault(Why.HOST, f"Server tidak menjawab dalam {TIMEOUT} detik")
        case 51 | 60 | 77 | 83:
            return Fault(Why.CERTIFICATE, certificate(words))
        case 35:
            return Fault(Why.HOST, "Server tidak berbicara TLS yang dikenal")
        case _:
            return Fault(Why.LOST, "Server memutus sambungan")
