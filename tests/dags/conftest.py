"""Airflow reads its environment when it is first imported: it is set here, before any test module imports it."""

from __future__ import annotations

import os
import tempfile

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="satudata-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
