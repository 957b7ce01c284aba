#!/usr/bin/env bash
# Runs bakehouse from this checkout; makes a private environment first if there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./.environment.sh
prepare runtime ""
exec "$ENVIRONMENT/bin/bakehouse" "$@"
