#!/usr/bin/env bash
# Runs the tests with the arguments given (`--thorough` for the long ones); makes a private
# environment with the development extras first if there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./.environment.sh
prepare dev "[dev]"
if [ $# -eq 0 ] || [ "$*" = "--thorough" ]; then
    set -- -n "${BAKEHOUSE_TEST_WORKERS:-2}" "$@"
fi
exec "$ENVIRONMENT/bin/python" -m pytest "$@"
