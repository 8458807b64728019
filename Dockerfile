# syntax=docker/dockerfile:1
# `docker build -t patient-management .` and `docker run -p 5000:5000 -v clinic:/data patient-management`.
# To pin by digest, put it behind the tag: python:3.11.14-slim-bookworm@sha256:...
# `python -m scripts.container_steps` runs these very steps without Docker.

FROM python:3.11.14-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt .
# pip has done its work, and nobody asks where in the world a phone number is.
RUN python -m venv /opt/clinic \
    && /opt/clinic/bin/python -m pip install --requirement requirements.txt \
    && rm -rf /opt/clinic/lib/python3.11/site-packages/pip \
        /opt/clinic/lib/python3.11/site-packages/phonenumbers/geodata

FROM python:3.11.14-slim-bookworm AS pages
# The keys that any start makes for itself stay in this stage.
ENV PATH=/opt/clinic/bin:$PATH DATA_DIR=/build/data STATIC_ROOT=/srv/static
COPY --from=packages /opt/clinic /opt/clinic
WORKDIR /srv/clinic
COPY . .
RUN python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .

FROM python:3.11.14-slim-bookworm
# Demo people have no place in a container unless asked for: DEMO=1.
ENV PATH=/opt/clinic/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static \
    PORT=5000 \
    DEMO=0
# Pango sets the type of PDF papers; its version is the base image's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin clinic \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=packages /opt/clinic /opt/clinic
COPY --from=pages /srv /srv
WORKDIR /srv/clinic

USER 10001:10001
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --start-interval=2s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
