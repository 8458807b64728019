#!/bin/sh
# Everything that can be said about the code without running the tests. Goes on after a failure and says at the end
# which checks failed. Usage: make check
set -u
cd "$(dirname "$0")/.." || exit
failed=""

step() {
    title=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $title"
        [ "$title" = "shape" ] && echo "$output" | sed 's/^/        /'
    else
        echo "FAILED  $title"
        echo "$output" | sed 's/^/        /'
        failed="$failed $title,"
    fi
}

openapi() {
    fresh=$(mktemp)
    python manage.py spectacular --file "$fresh" --validate --fail-on-warn || { rm -f "$fresh"; return 1; }
    diff -u docs/openapi.yaml "$fresh" || { echo "docs/openapi.yaml is behind the code: run \`make docs\`"; rm -f "$fresh"; return 1; }
    rm -f "$fresh"
}

step "ruff lint" ruff check .
step "ruff format" ruff format --check .
step "types" mypy
step "imports" lint-imports --no-logo
step "template format" djlint --check --quiet templates
step "template lint" djlint --lint --quiet templates
step "migrations" python manage.py makemigrations --check --dry-run
step "shape" python -m scripts.shape
step "read scope" python -m scripts.read_scope
step "downward names" python -m scripts.downward_names
step "audited actions" python -m scripts.audited_actions
step "architecture" python -m scripts.architecture --check
step "status diagram" python -m scripts.status_diagram --check
step "access table" python manage.py access_table --check
step "openapi" openapi

[ -z "$failed" ] || { echo "Failed:${failed%,}"; exit 1; }
