# Shuke (熟客) as one image: the server, its libraries from the hashed lock, no tools, no root.
#
#   docker build --tag shuke .
#   docker run --publish 127.0.0.1:8000:8000 --volume /srv/shuke:/etc/shuke:ro shuke
#
# The configuration is /etc/shuke/config.toml ([server] host = "0.0.0.0"); what must last is in
# /var/lib/shuke: the key ring and, without PostgreSQL, the database.

FROM python:3.12-slim AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: --no-deps -r requirements.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin shuke \
    && install --directory --owner shuke --group shuke --mode 0700 /var/lib/shuke
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
# .dockerignore lets only the server's own packages and their data in.
COPY . .
RUN /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER shuke
VOLUME /var/lib/shuke
EXPOSE 8000
# The admin port stays inside the container; it answers from there.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8002/healthz', timeout=4)"]
CMD ["python", "-m", "bot", "serve", "--config", "/etc/shuke/config.toml"]
