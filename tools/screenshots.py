"""The README's pictures, taken from a running installation (`make up`) with headless Chromium from Debian's packages.

    .venv/bin/python tools/screenshots.py

Writes docs/gambar/*.png: the DAG of one agency with its last runs, the report of a submission with findings, and the
portal on a desk, on a phone, in the dark and on paper.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psycopg2
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from etl.services.airflow import USER, installation_secrets
from etl.services.state import Running
from etl.settings import PROJECT, Settings

PICTURES = PROJECT / "docs" / "gambar"
WITH_FINDINGS = """
    SELECT s.id, s.skpd, s.dataset FROM audit.submission s JOIN audit.finding f ON f.submission_id = s.id
    WHERE s.status = 'menunggu' GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1 LIMIT 1"""


def airflow(browser: Browser, settings: Settings, url: str, skpd: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 820})
    page.goto(f"{url}/auth/login")
    page.get_by_label("Username").fill(USER)
    page.get_by_label("Password").fill(installation_secrets(settings.home)["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda reached: "/auth/" not in reached)
    page.wait_for_load_state("networkidle")
    page.goto(f"{url}/dags/skpd_{skpd}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)
    page.screenshot(path=PICTURES / "airflow.png")


def report(browser: Browser, path: Path) -> None:
    for name, width, height in (("laporan", 1200, 1500), ("laporan-ponsel", 390, 844)):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(path.as_uri())
        page.screenshot(path=PICTURES / f"{name}.png")


SITE = (
    ("portal-beranda", "/", 1280, 900, "light"),
    ("portal-dataset", "/dataset/disdukcapil.penduduk_umur", 1280, 1050, "light"),
    ("portal-rencana", "/rencana", 1280, 1050, "light"),
    ("portal-ponsel", "/dataset/bappeda.kemiskinan", 390, 844, "light"),
    ("portal-gelap", "/", 1280, 900, "dark"),
)
PRINTED = "/angka/faskes.posyandu/64.08.08/2021"


def site(browser: Browser, url: str) -> None:
    for name, address, width, height, scheme in SITE:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(url + address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)  # a chart is drawn when it comes near
        page.screenshot(path=PICTURES / f"{name}.png")
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.emulate_media(media="print")
    page.goto(url + PRINTED)
    page.screenshot(path=PICTURES / "portal-cetak.png", full_page=True)


def main() -> None:
    settings = Settings.from_env()
    running = Running.read(settings.home)
    chromium = shutil.which("chromium")
    if running is None or not running.url or chromium is None:
        raise SystemExit("Perlu `make up` yang sedang berjalan dan paket Debian chromium.")
    with psycopg2.connect(running.dsn) as conn, conn.cursor() as cursor:
        cursor.execute(WITH_FINDINGS)
        found = cursor.fetchone()
    if found is None:
        raise SystemExit("Belum ada kiriman dengan temuan yang menunggu rilis.")
    number, skpd, dataset = found
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        airflow(browser, settings, running.url, skpd)
        site(browser, running.site)
        report(browser, settings.reports / skpd / dataset.split(".")[1] / f"{number}.html")
        browser.close()


if __name__ == "__main__":
    main()
