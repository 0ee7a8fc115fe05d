"""The way of a closing through the four services, from left to right; what fires first."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from imagin_dev.dashboards.business import academies, closings, mails, santorin
from imagin_dev.dashboards.layout import Section, build
from imagin_dev.dashboards.panels import Panel, Query, count, curve, figure, rows

STAGES = {
    "mission-import": "Import",
    "convocation": "Convocation",
    "santorin-bridge": "SANTORIN",
    "notifier": "Mails",
}
"""The services in the order of the way, with what each stage is called."""


def flux() -> Dashboard:
    sections = [
        Section("Alertes", _alerts()),
        Section("Les quatre étapes, de gauche à droite", _stages()),
        Section("De la convocation à SANTORIN", santorin()),
        Section("Mails", mails()),
        Section("Clôtures", closings()),
        Section("Ouvertures et convocations", academies()),
    ]
    says = "De la clôture de Cyclades au droit dans SANTORIN et au mail : ce qui passe, ce qui attend, ce qui manque."
    return build("imagin-flux", "IMAG’IN – Flux", says, sections)


def _alerts() -> list[list[Panel]]:
    firing = 'ALERTS{{alertname=~"Imagin.*", alertstate="firing", severity="{}"}}'
    critical, warning = (f"count({firing.format(one)}) or vector(0)" for one in ("critical", "warning"))
    every = 'ALERTS{alertname=~"Imagin.*", alertstate="firing"}'
    columns = {"alertname": "Alerte", "severity": "Gravité", "job": "Service", "group": "Groupe"}
    return [
        [
            count("Alertes critiques", "Quelqu’un se lève.", Query(critical, "critiques"), "red"),
            count("Avertissements", "Aux heures de bureau.", Query(warning, "avertissements"), "orange"),
        ],
        [
            rows(
                "Ce qui sonne", "Vide quand tout va bien. La page « Alertes » dit que faire.", Query(every, ""), columns
            )
        ],
    ]


def _stages() -> list[list[Panel]]:
    lines = (_rate, _lag, _oldest, _dead, _leader)
    return [[panel(job, name) for job, name in STAGES.items()] for panel in lines]


def _rate(job: str, name: str) -> Panel:
    rate = f'sum by (topic) (rate(imagin_events_total{{job="{job}", outcome="applied"}}[$__rate_interval]))'
    return curve(f"{name} : événements appliqués", "Par topic lu, par seconde.", Query(rate, "{{topic}}"), unit="cps")


def _lag(job: str, name: str) -> Panel:
    lag = f'sum by (group, topic) (max by (group, topic, partition) (imagin_consumer_lag{{job="{job}"}}))'
    says = "Enregistrements de Kafka qui ne sont pas encore lus."
    return curve(f"{name} : à lire", says, Query(lag, "{{topic}}"), alert="ImaginLectureEnRetard")


def _oldest(job: str, name: str) -> Panel:
    age = Query(f'max by (source) (imagin_outbox_oldest_age_seconds{{job="{job}"}})', "{{source}}")
    says = "Âge de ce qui attend depuis le plus longtemps d’être écrit sur Kafka."
    return curve(f"{name} : le plus ancien qui attend", says, age, unit="s", alert="ImaginOutboxEnRetard")


def _dead(job: str, name: str) -> Panel:
    dead = Query(f'max(imagin_dlq_messages{{job="{job}"}})', "ouvertes")
    says = "Enregistrements qui n’ont pas pu être appliqués ; ils sont gardés."
    return figure(f"{name} : lettres mortes", says, dead, alert="ImaginLettresMortes")


def _leader(job: str, name: str) -> Panel:
    leader = Query(f'sum(imagin_relay_leader{{job="{job}"}})', "mènent le relais")
    alive = Query(f'sum(up{{job="{job}"}})', "répondent")
    says = "Processus qui répondent à Prometheus, et celui d’entre eux qui écrit sur Kafka : un seul."
    return figure(f"{name} : processus", says, leader, alive, alert="ImaginPersonneNeRelaie")
