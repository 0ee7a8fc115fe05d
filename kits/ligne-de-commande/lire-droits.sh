#!/bin/sh
# Lit les droits de SANTORIN, du début du topic à sa fin, et les affiche tels qu'ils sont.
#
#     lire-droits.sh HOTE:PORT [client.properties]
#
# Une ligne par convocation, triées : convocation_id version status role droit|aucun
# Il faut un shell POSIX, python3, et les outils de Kafka 4.2 ou plus (kafka-console-consumer.sh, kafka-get-offsets.sh) :
# sur le PATH, ou dans le dossier que nomme KAFKA_BIN. L'outil ne sait pas où est la fin : la lecture s'arrête à la fin
# vue au départ, ou après ATTENTE_MS (10000) sans rien de plus.
set -eu
topic=imagin.public.habilitation.v1
outils=${KAFKA_BIN:+$KAFKA_BIN/}
echec() { echo "$1" >&2; exit 1; }
[ $# -eq 1 ] || [ $# -eq 2 ] || echec "usage : lire-droits.sh HOTE:PORT [client.properties]"

dossier=$(mktemp -d)
lecteur=""
trap '[ -z "$lecteur" ] || kill $lecteur 2>/dev/null; rm -rf "$dossier"' EXIT
reglages=$dossier/client.properties
cat "${2:-/dev/null}" >"$reglages"
printf '\nrequest.timeout.ms=10000\ndefault.api.timeout.ms=15000\n' >>"$reglages"
cat >"$dossier/retenir.py" <<'FIN'
import json
import re
import sys

TYPE = "fr.imagin.habilitation.v1"
ROLES = {"COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT", "NUMERISATION"}
reste = {int(ligne.split(":")[1]): int(ligne.split(":")[2]) for ligne in open(sys.argv[1])}  # partition -> fin
fins, droits = {partition: fin for partition, fin in reste.items() if fin > 0}, {}
reste = dict(fins)
for ligne in sys.stdin.buffer if reste else ():
    partition, offset, entetes, cle, valeur = ligne.decode().rstrip("\n").split("\t", 4)
    partition, offset = int(partition.split(":")[1]), int(offset.split(":")[1])
    if offset >= fins.get(partition, 0) - 1:
        reste.pop(partition, None)
    if offset >= fins.get(partition, 0):
        continue
    types = re.findall(r"(?:^|,)ce_type:([^,]*)", entetes)
    if types and types != [TYPE]:  # un événement que nous ne connaissons pas encore
        pass
    elif valeur == "null":  # une valeur nulle efface la clé
        droits.pop(cle, None)
    else:
        try:
            corps = json.loads(valeur)  # les champs inconnus sont ignorés
            nouveau = int(corps["version"]), str(corps["status"]), str(corps["role"])
        except (ValueError, KeyError, TypeError, RecursionError):
            sys.exit(f"enregistrement illisible : partition {partition}, offset {offset}")
        if cle not in droits or nouveau[0] > droits[cle][0]:  # la plus haute version, où qu'elle soit
            droits[cle] = nouveau
    if not reste:
        break
for cle, (version, status, role) in sorted(droits.items()):
    print(cle, version, status, role, "droit" if status == "GRANTED" and role in ROLES else "aucun")
sys.exit(3 if reste else 0)
FIN

fins() {
    "${outils}kafka-get-offsets.sh" --bootstrap-server "$1" --command-config "$reglages" --topic "$topic" --time latest
}
fins "$@" >"$dossier/fins" 2>"$dossier/erreurs" ||
    echec "le topic $topic n'a pas pu être lu : $(cat "$dossier/fins" "$dossier/erreurs" | tail -n 1)"

mkfifo "$dossier/lignes"
"${outils}kafka-console-consumer.sh" --bootstrap-server "$1" --command-config "$reglages" --topic "$topic" \
    --from-beginning --isolation-level read_committed --timeout-ms "${ATTENTE_MS:-10000}" \
    --formatter-property print.partition=true --formatter-property print.offset=true \
    --formatter-property print.headers=true --formatter-property print.key=true \
    >"$dossier/lignes" 2>"$dossier/erreurs" &
lecteur=$!
resultat=0
python3 "$dossier/retenir.py" "$dossier/fins" <"$dossier/lignes" >"$dossier/droits" || resultat=$?
if [ $resultat -eq 3 ]; then  # la lecture a cessé avant la fin vue au départ
    arret=0
    wait $lecteur || arret=$?
    lecteur=""
    # L'outil sort avec 0 même quand il s'arrête sur une erreur ; seule l'attente écoulée en est une bonne, si Kafka répond.
    if [ $arret -ne 0 ] || { grep -q "Error processing message" "$dossier/erreurs" &&
        ! grep -q "TimeoutException" "$dossier/erreurs"; } || ! fins "$@" >/dev/null 2>&1; then
        echec "la lecture de $topic s'est arrêtée avant la fin : $(tail -n 1 "$dossier/erreurs")"
    fi
elif [ $resultat -ne 0 ]; then
    exit $resultat
fi
cat "$dossier/droits"
