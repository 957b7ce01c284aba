# Shared by run.sh, run-tests.sh and .ci/run: the private environment of this checkout.

ENVIRONMENT="${BAKEHOUSE_ENVIRONMENT:-.venv}"

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Bakehouse needs Python 3.11 or newer (with venv). Install it, or name it: PYTHON=/path/to/python $0" >&2
    return 1
}

# prepare NAME EXTRAS: install this checkout with extras, unless it is there as it should be.
prepare() {
    local name="$1" extras="$2" stamp wanted python
    stamp="$ENVIRONMENT/.installed-$name"
    wanted="$(cat pyproject.toml requirements.lock | cksum) $PWD"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return
    fi
    if [ ! -x "$ENVIRONMENT/bin/python" ]; then
        python="$(find_python)"
        echo "Making a private environment in $ENVIRONMENT …" >&2
        "$python" -m venv "$ENVIRONMENT"
    fi
    echo "Installing Bakehouse$extras …" >&2
    "$ENVIRONMENT/bin/python" -m pip install --quiet --disable-pip-version-check \
        --constraint requirements.lock --editable ".$extras" >&2
    echo "$wanted" >"$stamp"
}
