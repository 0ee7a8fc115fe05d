"""Les réglages d’un client Kafka, du fichier habituel des clients Java (security.protocol, sasl.*, autorité en PEM)."""

import re
import ssl
from pathlib import Path


def reglages(bootstrap, fichier=None):
    """Ce qu’aiokafka demande. KeyError : le réglage qui manque au fichier."""
    lignes = Path(fichier).read_text(encoding="utf-8").splitlines() if fichier else []
    lus = dict(ligne.strip().split("=", 1) for ligne in lignes if "=" in ligne and not ligne.startswith("#"))
    protocole = lus.get("security.protocol", "PLAINTEXT")
    options = {"bootstrap_servers": bootstrap, "security_protocol": protocole}
    if protocole.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(cafile=lus.get("ssl.truststore.location"))
    if protocole.startswith("SASL"):
        jaas = dict(re.findall(r'(\w+)="([^"]*)"', lus["sasl.jaas.config"]))
        options |= {"sasl_mechanism": lus["sasl.mechanism"], "sasl_plain_username": jaas["username"]}
        options["sasl_plain_password"] = jaas["password"]
    return options
