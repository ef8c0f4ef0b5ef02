FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
RUN useradd --system --create-home --uid 10001 oms
WORKDIR /app

# Wheels only: there is no compiler in here. The wheel of PostgreSQL stays for its clients: `db psql`, `db backup`.
COPY requirements.txt .
RUN pip install --no-cache-dir --only-binary :all: -r requirements.txt

COPY . .
USER oms

# Every option of the web server is one of these; `docs/operations.md`.
ENV GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=8 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true \
    GRANIAN_WORKERS_KILL_TIMEOUT=20 \
    GRANIAN_LOG_CONFIG=/app/oms/granian.json
EXPOSE 8000
# Where the web processes count together; what is missing or wrong in the settings is one line, before any is started.
CMD ["sh", "-c", "export PROMETHEUS_MULTIPROC_DIR=$(mktemp -d) && python -c 'import oms.wsgi' && exec python -m granian oms.wsgi:application"]
