#!/bin/sh
# Make the environment in .venv, or bring it up to date.
#
#     packaging/environment.sh run     what the program needs
#     packaging/environment.sh dev     and what its tests need
#
# Does nothing when the environment was made from the same pyproject.toml and constraints.txt. The variable PYTHON
# chooses the interpreter; without it the first that works is taken.
set -eu
cd "$(dirname "$0")/.."

kind=${1:?run or dev}
venv=.venv

# A name on the PATH may belong to a launcher whose Python is not there, or to an old Python: ask it.
suits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" && { echo "$PYTHON"; return; }
        echo "PYTHON=$PYTHON is not a Python from 3.11 to 3.14 that runs." >&2
        return 1
    fi
    for candidate in python3.13 python3.12 python3.11 python3; do
        suits "$candidate" && { echo "$candidate"; return; }
    done
    echo "No Python from 3.11 to 3.14 was found. Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv;" \
        "Fedora: sudo dnf install python3), or name one: make PYTHON=/path/to/python3" >&2
    return 1
}

wanted=$(cat pyproject.toml constraints.txt packaging/environment.sh | cksum)
is_current() {
    [ -f "$venv/$1.stamp" ] && [ "$(cat "$venv/$1.stamp")" = "$wanted" ]
}

# What the first start on a new profile would otherwise make for itself, which takes it half a second. The program
# does without, so failing at it stops nothing.
prebuild() {
    echo "preparing the texts and formulas of the shipped questions (some seconds, once)"
    "$venv/bin/python" -m app.prebuild >/dev/null || true
}

# What is installed may be kept when it runs and is of the version asked for.
if suits "$venv/bin/python" && { [ -z "${PYTHON:-}" ] ||
    [ "$(version_of "$PYTHON" 2>/dev/null)" = "$(version_of $venv/bin/python)" ]; }; then
    if is_current dev || { [ "$kind" = run ] && is_current run; }; then
        [ -d app/prebuilt ] || prebuild
        exit 0
    fi
else
    python=$(choose_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make environments. Debian, Ubuntu: sudo apt-get install" \
            "python$(version_of "$python")-venv" >&2
        exit 1
    fi
    echo "making an environment in $venv with Python $(version_of "$python")"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

echo "installing packages for '$kind' (some 300 MB the first time)"
[ "$kind" = dev ] && what='.[dev]' || what='.'
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable "$what"
prebuild
printf '%s\n' "$wanted" >"$venv/$kind.stamp"
