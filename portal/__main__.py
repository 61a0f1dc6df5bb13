"""`python -m portal`: static files gathered, then the site served until it is told to stop."""

from __future__ import annotations

import argparse
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal", description="Portal Satu Data; setelan dari lingkungan.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="proses")
    parser.add_argument("--threads", type=int, default=4, help="jawaban yang dibuat bersamaan, per proses")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    try:
        django.setup()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    call_command("collectstatic", interactive=False, verbosity=0)
    # The server takes this process's place: signals reach it, and whoever watches sees one process.
    os.execv(  # noqa: S606
        sys.executable,
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", asked.host, "--port", str(asked.port),
            "--workers", str(asked.workers), "--blocking-threads", str(asked.threads), "--backlog", "1024",
            "--no-ws", "--respawn-failed-workers", "portal.wsgi:application",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
