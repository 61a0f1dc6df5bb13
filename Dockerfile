# The one image of pipeline and portal: every service of docker-compose.yml runs it with another command.
FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements.lock requirements-install.lock ./
COPY tools/install.sh tools/
RUN tools/install.sh requirements.lock

FROM python:3.11-slim
RUN useradd --uid 50000 --create-home satudata && install -d -o satudata -g satudata /data /data/airflow/logs /cadangan
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
RUN tools/install.sh requirements.lock
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SATUDATA_HOME=/data \
    AIRFLOW_HOME=/data/airflow
USER satudata
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["satudata", "--help"]
