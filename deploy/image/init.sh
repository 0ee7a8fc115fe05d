#!/bin/sh
# The init job of compose.yaml: what an installation has before its services start. Run again, it changes nothing that is there.
set -eu
umask 077
cd /var/lib/imagin
# Everything is drawn here once. A key that changed would end links, sessions and printed convocations.
draw() { [ -s "$1" ] || python -c 'import secrets; print(secrets.token_urlsafe(32))' > "$1"; }
for name in link verification calendar bounce console; do draw "$name"; done
for name in notifier santorin-bridge imagin; do
  [ -s "$name.private" ] || imagin-ops keys create > "$name.private"
done
imagin-ops keys public imagin.private > imagin.public
for service in mission_import convocation santorin_bridge notifier; do
  draw "$service.password"
  echo "postgresql://$service:$(cat "$service.password")@postgres:5432/$service" > "$service.url"
done
export MISSION_IMPORT_DATABASE_PASSWORD_FILE=$PWD/mission_import.password CONVOCATION_DATABASE_PASSWORD_FILE=$PWD/convocation.password
export SANTORIN_BRIDGE_DATABASE_PASSWORD_FILE=$PWD/santorin_bridge.password NOTIFIER_DATABASE_PASSWORD_FILE=$PWD/notifier.password
python - > "$IMAGIN_DATABASE_URL_FILE" <<'PYTHON'
import os
from urllib.parse import quote

print(f"postgresql://postgres:{quote(os.environ['POSTGRES_PASSWORD'], safe='')}@postgres:5432/postgres")
PYTHON
imagin-ops topics apply --replication 1
imagin-ops db create
