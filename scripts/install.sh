#!/bin/sh
# Makes .venv and installs the given requirement files into it, when they changed since the last time.
# Usage: PYTHON=python3 sh scripts/install.sh requirements.txt [requirements-dev.txt]
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
venv=.venv

stop() {
    echo "$1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || [ -x "$venv/bin/python" ] ||
    stop "Python is not installed. The clinic needs Python 3.11 or newer; name it with PYTHON=/path/to/python3."

# pip is the last thing a new environment gets: without it the making was interrupted.
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c "import pip" 2>/dev/null; then
    "$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" ||
        stop "The clinic needs Python 3.11 or newer; $python is older. Name another one with PYTHON=/path/to/python3."
    echo "Making a virtual environment ..."
    "$python" -m venv --clear "$venv" ||
        stop "Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"
fi

for file in "$@"; do
    stamp="$venv/.installed-$file"
    sum=$(cksum <"$file")
    [ "$sum" = "$(cat "$stamp" 2>/dev/null || true)" ] && continue
    echo "Installing what the clinic needs ($file, a minute the first time) ..."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$file" ||
        stop "The installation failed; the lines above say why. Run the same command again to continue."
    echo "$sum" >"$stamp"
done
