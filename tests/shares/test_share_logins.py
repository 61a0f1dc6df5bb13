"""What keeps a share closed is told for what it is: permission, certificate, host key, a setting that is missing."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import smbclient

from etl.extract.folder import StillWriting, fetch
from etl.extract.shares import webdav as webdav_share
from etl.findings import SourceUnavailable
from tests.servers.s3 import s3
from tests.servers.samba import samba
from tests.servers.sshd import keygen, sshd
from tests.servers.webdav import webdav
from tests.shares.conftest import VARIABLE


@pytest.fixture(scope="module")
def nas():
    with samba() as found:
        (found.share / "data.csv").write_text("a,b\n")
        yield found


@pytest.fixture(scope="module")
def ssh():
    with sshd() as found:
        (found.share / "data.csv").write_text("a,b\n")
        yield found


@pytest.fixture(scope="module")
def dav():
    with webdav(tls=True) as found:
        (found.share / "data.csv").write_text("a,b\n")
        yield found


@pytest.fixture
def told(listed):
    """Function: the finding when this cannot be listed."""

    def _told(url, connection):
        with pytest.raises(SourceUnavailable) as caught:
            listed(url, connection)
        assert "s4ndi" not in str(caught.value)
        return caught.value.finding

    return _told


def paths(listing):
    return [file.path for file in listing[0]]


# ── no permission ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_share_that_this_account_may_not_open(nas, told):
    finding = told(nas.url(share="terbatas"), nas.connection())
    assert finding.rule == "folder_tidak_terbaca"
    assert "tidak boleh dibaca" in finding.message
    assert VARIABLE in finding.action


def test_a_share_that_does_not_exist(nas, told):
    finding = told(nas.url(share="salah_tulis"), nas.connection())
    assert "tidak ada" in finding.message


def test_a_server_that_lets_in_and_shows_nothing(ssh, told):
    finding = told(ssh.url(), ssh.connection(key_file=str(ssh.root / "key_terbatas")))
    assert "tidak boleh dibaca" in finding.message


def test_a_bucket_that_this_key_may_not_list(told, monkeypatch):
    """A key that happens to lie on this machine is not used: without a login in the connection nobody is let in."""
    with s3() as found:
        found.put({"a": "b"}, bucket="bagi")
        finding = told("s3://terbatas/data", found.connection())
        assert "tidak boleh dibaca" in finding.message
        finding = told("s3://bagi/data", found.connection(key="AKIATIDAKADA"))
        assert finding.rule == "login_ditolak"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", found.key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", found.secret)
        told("s3://bagi", json.dumps({"conn_type": "aws", "extra": {"endpoint_url": found.endpoint}}))


def test_a_closed_folder_within_is_told_and_the_rest_is_read(nas, listed):
    closed = nas.share / "rahasia"
    closed.mkdir()
    if os.getuid() == 0:
        os.chown(closed, 0, 0)  # files are read as `nobody`
    closed.chmod(0o700 if os.getuid() == 0 else 0)
    try:
        files, notes = listed(nas.url(), nas.connection())
    finally:
        closed.chmod(0o755)
        closed.rmdir()
    assert [file.path for file in files] == ["data.csv"]
    assert [(note.rule, note.file) for note in notes] == [("folder_tidak_diperiksa", "rahasia")]


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "connection", "said"),
    [
        ("smb://pengguna:s4ndi@nas/bagi", "smb://u:s4ndi@nas", "Sandi tidak boleh"),
        ("smb://nas", "smb://u:s4ndi@nas", "nama bagian"),
        ("smb://nas/bagi", "smb://nas", "nama pengguna"),
        ("smb://nas/bagi", "smb://u:s4ndi@nas-lain", "nas-lain"),
        ("sftp://nas/bagi", "sftp://u:s4ndi@nas?host_key=sampah", "extra.host_key"),
        ("sftp://nas/bagi", "sftp://u@nas?known_hosts=%2Ftidak%2Fada", "extra.known_hosts"),
        ("sftp://nas/bagi", "sftp://u@nas?key_file=%2Ftidak%2Fada", "extra.key_file"),
        ("sftp://nas/bagi", "sftp://u@nas?private_key=s4ndi", "unci SSH"),
        ("sftp://nas/bagi", "sftp://nas", "nama pengguna"),
        ("webdavs://nas/bagi", "webdav://u:s4ndi@nas?ca_bundle=%2Ftidak%2Fada", "extra.ca_bundle"),
        ("s3://bagi", "aws://u:s4ndi@?endpoint_url=minio%3A9000", "extra.endpoint_url"),
        ("gopher://nas/bagi", "gopher://u:s4ndi@nas", "Jenis alamat".lower()),
        ("sftp:///bagi", "sftp://u:s4ndi@", "server"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(told, url, connection, said):
    """None of these sends anything anywhere: there is no server called nas."""
    finding = told(url, connection)
    assert finding.rule == "pengaturan_folder"
    assert said.lower() in finding.message.lower()
    assert VARIABLE in finding.action


# ── host keys ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_host_key_in_every_form_it_is_written(ssh, listed):
    known = ssh.root / "known_hosts"
    known.write_text(f"[127.0.0.1]:{ssh.port} {ssh.host_key}\n")
    for extra in (
        {"host_key": ssh.host_key},
        {"host_key": ssh.host_key.split()[1]},
        {"host_key": ssh.host_rsa},
        {"host_key": None, "known_hosts": str(known)},
    ):
        assert paths(listed(ssh.url(), ssh.connection(**extra))) == ["data.csv"]


def test_a_user_key_in_every_form_it_is_written(ssh, listed):
    ssh.allow(keygen(ssh.root / "kunci_rsa", "rsa"))
    for number in range(5):
        ssh.allow(keygen(ssh.root / f"kunci_ecdsa{number}", "ecdsa"))
    ssh.allow(keygen(ssh.root / "kunci_bersandi", passphrase="kata sandi"))
    locked = str(ssh.root / "kunci_bersandi")
    for extra in (
        {"key_file": None, "private_key": ssh.key},
        {"key_file": str(ssh.root / "kunci_rsa")},
        *({"key_file": str(ssh.root / f"kunci_ecdsa{number}")} for number in range(5)),
        {"key_file": locked, "private_key_passphrase": "kata sandi"},
        {"key_file": locked, "passphrase": "kata sandi"},
    ):
        assert paths(listed(ssh.url(), ssh.connection(**extra))) == ["data.csv"]


def test_an_unknown_host_key_is_shown_and_nothing_is_sent(ssh, told):
    asked = ssh.server.log.stat().st_size
    finding = told(ssh.url(), ssh.connection("s4ndi", host_key=None, no_host_key_check="true"))
    assert finding.rule == "kunci_server_tidak_dikenal"
    assert ssh.host_key in finding.message, "to be pasted once it is confirmed"
    assert "SHA256:" in finding.message
    assert "extra.host_key" in finding.action
    assert VARIABLE in finding.action
    log = ssh.server.log.read_bytes()[asked:].decode()
    assert "Accepted" not in log
    assert "Failed" not in log, "no login was tried"


def test_another_host_key_than_the_one_written(ssh, told):
    keygen(ssh.root / "kunci_lain")
    finding = told(ssh.url(), ssh.connection(host_key=(ssh.root / "kunci_lain.pub").read_text()))
    assert finding.rule == "kunci_server_tidak_dikenal"
    assert "berbeda dari yang dicatat" in finding.message


def test_a_wrong_password_over_ssh(ssh, told):
    assert told(ssh.url(), ssh.connection("s4ndi-salah", key_file=None)).rule == "login_ditolak"


def test_links_over_sftp(ssh, listed):
    """A link to a file inside the folder is that file; one that leads out, nowhere or to a folder is not followed."""
    folder = ssh.share / "tautan"
    folder.mkdir()
    (folder / "asli.csv").write_text("asli")
    (folder / "dalam.csv").symlink_to(folder / "asli.csv")
    (folder / "keluar.csv").symlink_to(ssh.share / "data.csv")
    (folder / "putus.csv").symlink_to(folder / "tiada")
    (folder / "lingkar").symlink_to(folder)
    os.mkfifo(folder / "pipa.csv")
    files, notes = listed(ssh.url("tautan"), ssh.connection())
    assert [(file.path, file.size) for file in files] == [("asli.csv", 4), ("dalam.csv", 4)]
    assert {note.file: note.rule for note in notes} == {
        "keluar.csv": "tautan_keluar_folder",
        "putus.csv": "bukan_berkas",
        "pipa.csv": "bukan_berkas",
    }


# ── Windows shares ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_another_program_keeps_to_itself_is_left_alone(nas, listed, archive):
    """As Explorer does while it copies: the driver's exclusive open, from a second session."""
    (found,), _ = listed(nas.url(), nas.connection())
    cache = {}
    login = {"username": nas.user, "password": nas.password, "port": nas.port, "connection_cache": cache}
    exclusive = smbclient.open_file(r"\\127.0.0.1\bagi\data.csv", "rb", share_access=None, **login)
    with exclusive, pytest.raises(StillWriting):
        fetch(found, archive)
    assert fetch(found, archive).size == 4
    smbclient.reset_connection_cache(connection_cache=cache)


def test_reading_locks_nobody_out(nas, listed, archive):
    """While we read, another may write and delete: opened beside us for all of it."""
    big = nas.share / "besar.csv"
    big.write_bytes(b"0" * 30_000_000)
    big.chmod(0o666)
    os.utime(big, (1_700_000_000, 1_700_000_000))
    found = next(file for file in listed(nas.url(), nas.connection())[0] if file.path == "besar.csv")
    fs, _ = found.share.opened
    cache = {}
    login = {"username": nas.user, "password": nas.password, "port": nas.port, "connection_cache": cache}
    with fs.open(found.place, "rb") as reading:
        assert reading.read(1000)
        with smbclient.open_file(r"\\127.0.0.1\bagi\besar.csv", "r+b", share_access="rwd", **login) as writing:
            writing.write(b"1")
        with pytest.raises(PermissionError):
            fs.open(found.place, "wb")
    big.unlink()
    smbclient.reset_connection_cache(connection_cache=cache)


# ── certificates and answers over HTTP ───────────────────────────────────────────────────────────────────────────────


def test_a_certificate_of_a_known_issuer(dav, listed):
    connection = dav.connection(ca_bundle=str(dav.authority))
    assert paths(listed(dav.url(), connection)) == ["data.csv"]
    assert paths(listed(dav.url(scheme="https"), connection)) == ["data.csv"]
    assert paths(listed(dav.url(), dav.connection(ca_bundle=str(dav.authority), auth="digest"))) == ["data.csv"]


def test_a_certificate_of_an_unknown_issuer(dav, told):
    finding = told(dav.url(), dav.connection())
    assert finding.rule == "sertifikat_tidak_sah"
    assert "penerbit yang tidak dikenal" in finding.cause
    assert "extra.ca_bundle" in finding.action
    assert VARIABLE in finding.action


def test_a_certificate_of_another_server(told):
    with webdav(tls=True, certificate_for="nas.dinkes.example") as found:
        finding = told(found.url(), found.connection(ca_bundle=str(found.authority)))
    assert finding.rule == "sertifikat_tidak_sah"
    assert "nama server lain" in finding.cause


def test_certificates_of_an_object_store(listed, told):
    with s3(tls=True) as found:
        found.put({"dinkes/data.csv": "1"})
        assert paths(listed("s3://bagi/dinkes", found.connection(ca_bundle=str(found.authority)))) == ["data.csv"]
        assert told("s3://bagi/dinkes", found.connection()).rule == "sertifikat_tidak_sah"


FOLDER = (
    "<response><href>/bagi/</href>"
    "<propstat><prop><resourcetype><collection/></resourcetype></prop></propstat></response>"
)
ENTRY = "<response><href>{}</href><propstat><prop><getcontentlength>1</getcontentlength></prop></propstat></response>"


def multistatus(*entries):
    return 207, {}, f'<?xml version="1.0"?><multistatus xmlns="DAV:">{FOLDER}{"".join(entries)}</multistatus>'


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f']><multistatus xmlns="DAV:">{FOLDER}{ENTRY.format("/bagi/&j;.csv")}</multistatus>'
)


@pytest.fixture
def answering():
    """Function: what a server of HTTP answers, by path → its port. Remembers who asked for what, with which login."""
    servers = []

    def start(answers):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = answers.get(self.path, (404, {}, ""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_PROPFIND = do_GET = answer

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


LOGIN = "webdav://dinkes:s4ndi@127.0.0.1"


def url_of(server):
    return f"webdav://127.0.0.1:{server.server_port}/bagi"


def test_a_redirect_to_another_server_is_refused(answering, told):
    thief = answering({"/bagi/": multistatus()})
    server = answering({"/bagi/": (302, {"Location": f"http://127.0.0.1:{thief.server_port}/bagi/"}, "")})
    finding = told(url_of(server), LOGIN)
    assert finding.rule == "pengalihan_ditolak"
    assert thief.asked == []


def test_a_redirect_on_the_same_server_is_followed(answering, listed, told):
    server = answering({"/bagi/": (301, {"Location": "/pindah/"}, ""), "/pindah/": (302, {"Location": "/pindah/"}, "")})
    assert "terus-menerus" in told(url_of(server), LOGIN).cause
    assert all(login == server.asked[0][2] for _, _, login in server.asked)


@pytest.mark.parametrize(
    ("answer", "rule", "said"),
    [
        ((200, {}, "<html><body>Masuk dahulu</body></html>"), "pengaturan_folder", "bukan sebagai folder WebDAV"),
        ((405, {}, ""), "pengaturan_folder", "bukan sebagai folder WebDAV"),
        ((207, {}, "<html><body>Request Rejected</body>"), "folder_tidak_terbaca", "terpotong atau bukan XML"),
        ((207, {}, multistatus(ENTRY.format("/bagi/a.csv"))[2][:-40]), "folder_tidak_terbaca", "terpotong"),
        ((207, {}, BOMB), "folder_tidak_terbaca", "XML"),
        ((207, {}, '<multistatus xmlns="DAV:"/>'), "folder_tidak_terbaca", "bukan tentang folder itu"),
        ((403, {}, ""), "folder_tidak_terbaca", "hak akses"),
        ((503, {}, "s4ndi"), "folder_tidak_terbaca", "HTTP 503"),
    ],
)
def test_an_answer_that_is_no_listing(answering, told, answer, rule, said):
    finding = told(url_of(answering({"/bagi/": answer})), LOGIN)
    assert finding.rule == rule
    assert said.lower() in f"{finding.message} {finding.cause}".lower()


def test_only_what_lies_in_the_folder_is_taken_from_a_listing(answering, listed):
    names = ["/bagi/a.csv", "/lain/b.csv", "/bagi/../c.csv", "/bagi/x/d.csv", "http://jahat.example/bagi/e.csv"]
    files, _ = listed(url_of(answering({"/bagi/": multistatus(*map(ENTRY.format, names))})), LOGIN)
    assert [file.path for file in files] == ["a.csv", "e.csv"], "an address counts by its path: proxies rename the host"


def test_a_listing_without_end(answering, told, monkeypatch):
    monkeypatch.setattr(webdav_share, "MAX_LISTING", 100_000)
    server = answering({"/bagi/": multistatus(*(ENTRY.format(f"/bagi/{n}.csv") for n in range(2000)))})
    assert "lebih besar daripada" in told(url_of(server), LOGIN).cause
