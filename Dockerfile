# syntax=docker/dockerfile:1
FROM python:3.11.14-slim-bookworm AS packages

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/clinic && /opt/clinic/bin/pip install --requirement requirements.txt

FROM python:3.11.14-slim-bookworm

# Demo people have no place in a container unless asked for: DEMO=1.
ENV PATH=/opt/clinic/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    PORT=5000 \
    DEMO=0

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin clinic \
    && install --directory --owner=clinic --group=clinic --mode=0700 /data

COPY --from=packages /opt/clinic /opt/clinic
WORKDIR /srv/clinic
COPY . .

USER 10001
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --start-interval=2s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

CMD ["python", "manage.py", "serve"]
