"""One dashboard a service: its requests by route, its readers, its relay, its database, its processes."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from imagin_dev.dashboards.business import academies, closings, documents, mails, santorin
from imagin_dev.dashboards.layout import Section, build
from imagin_dev.dashboards.panels import Panel, Query, curve, figure, rows
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, ServiceSpec

_OWN = {
    MISSION_IMPORT: ("Clôtures", closings),
    CONVOCATION: ("Ouvertures, convocations et documents", lambda: [*academies(), documents()]),
    SANTORIN_BRIDGE: ("Droits", santorin),
    NOTIFIER: ("Mails", mails),
}
_COUNT = "imagin_http_request_seconds_count"
_INTERVAL = "[$__rate_interval]"


def service(spec: ServiceSpec) -> Dashboard:
    of = f'{{job="{spec.name}"}}'
    title, own = _OWN[spec]
    sections = [
        Section(title, own()),
        Section("Demandes HTTP, par route", [_requests(of, spec.name)]),
        Section("Lecture de Kafka", [_reading(of), _batches(of)]),
        Section("Relais vers Kafka", [_waiting(of), _relay(of)]),
        Section("Base de données", [pool(of, "instance")]),
        Section("Processus", [_alive(of), _process(of)]),
    ]
    says = f"{spec.name} : demandes, lecture, relais, base et processus."
    return build(f"imagin-{spec.name}", f"IMAG’IN – {spec.name}", says, sections)


def quantile(q: float, histogram: str, of: str, by: str = "") -> str:
    """PromQL of a quantile; `by`: more labels than the buckets', with a comma before each."""
    return f"histogram_quantile({q}, sum by (le{by}) (rate({histogram}_bucket{of}{_INTERVAL})))"


def pool(of: str, by: str) -> list[Panel]:
    """Connections to PostgreSQL that a service has open, and who waits for one."""
    used = Query(f"sum by ({by}, state) (imagin_database_pool_connections{of})", f"{{{{{by}}}}} {{{{state}}}}")
    most = Query(f"sum by ({by}) (imagin_database_pool_max_connections{of})", f"{{{{{by}}}}} au plus")
    waiting = Query(f"sum by ({by}) (imagin_database_pool_waiting{of})", f"{{{{{by}}}}}")
    return [
        curve("Connexions ouvertes", "used : en usage ; idle : libres.", used, most),
        curve("On attend une connexion", "Demandes et lots qui n’en trouvent pas de libre.", waiting),
    ]


def _requests(of: str, job: str) -> list[Panel]:
    rate = Query(f"sum by (route) (rate({_COUNT}{of}{_INTERVAL}))", "{{route}}")
    good = f'{_COUNT}{{job="{job}", status!~"5.."}}'
    ratio = f"1 - sum by (route) (rate({good}{_INTERVAL})) / sum by (route) (rate({_COUNT}{of}{_INTERVAL}) > 0)"
    slow = Query(quantile(0.9, "imagin_http_request_seconds", of, ", route"), "{{route}}")
    fast, long = "ImaginErreursRapides", "ImaginReponsesLentes"
    return [
        curve("Demandes", "Par seconde.", rate, unit="reqps"),
        curve("Part d’erreurs (5xx)", "0 : aucune.", Query(ratio, "{{route}}"), unit="percentunit", alert=fast),
        curve("Durée", "Neuf réponses sur dix prennent moins.", slow, unit="s", alert=long),
    ]


def _reading(of: str) -> list[Panel]:
    outcomes = Query(f"sum by (topic, outcome) (rate(imagin_events_total{of}{_INTERVAL}))", "{{topic}} {{outcome}}")
    lag = Query(f"max by (group, topic, partition) (imagin_consumer_lag{of})", "{{topic}} {{partition}}")
    return [
        curve("Enregistrements", "Par seconde, par ce qu’il en est advenu.", outcomes, unit="cps"),
        curve("À lire", "Par partition.", lag, alert="ImaginLectureEnRetard"),
        standing(of),
    ]


def standing(of: str) -> Panel:
    """Readers that do not move, by partition."""
    found = "max by (group, topic, partition) (imagin_consumer_standing_seconds"
    query = Query(f"{found}{of})", "{{group}} {{topic}} {{partition}}")
    says = "Depuis quand le lecteur d’une partition n’avance plus alors que des enregistrements l’attendent."
    return curve("Lecteurs immobiles", says, query, unit="s", alert="ImaginLecteurImmobile")


def _batches(of: str) -> list[Panel]:
    took = Query(quantile(0.9, "imagin_batch_seconds", of, ", topic"), "{{topic}}")
    read = Query(f"sum by (group) (imagin_consumer_partitions{of})", "{{group}}")
    dead = Query(f"max(imagin_dlq_messages{of})", "ouvertes")
    return [
        curve("Durée d’un lot", "Neuf lots sur dix prennent moins.", took, unit="s"),
        curve("Partitions lues", "Par groupe, sur tous les processus.", read, alert="ImaginPersonneNeLit"),
        curve("Lettres mortes", "Enregistrements qui n’ont pas pu être appliqués.", dead, alert="ImaginLettresMortes"),
    ]


def _waiting(of: str) -> list[Panel]:
    pending = Query(f"max by (source) (imagin_outbox_pending{of})", "{{source}}")
    age = Query(f"max by (source) (imagin_outbox_oldest_age_seconds{of})", "{{source}}")
    leader = Query(f"sum(imagin_relay_leader{of})", "mènent")
    return [
        curve("À écrire sur Kafka", "outbox : événements ; habilitations : droits à publier.", pending),
        curve("Le plus ancien qui attend", "Par source.", age, unit="s", alert="ImaginOutboxEnRetard"),
        curve("Meneurs du relais", "Un seul processus écrit.", leader, alert="ImaginPersonneNeRelaie"),
    ]


def _relay(of: str) -> list[Panel]:
    sent = Query(f"sum(rate(imagin_relay_sent_total{of}{_INTERVAL}))", "messages")
    results = Query(f"sum by (result) (rate(imagin_relay_send_seconds_count{of}{_INTERVAL}))", "{{result}}")
    took = Query(quantile(0.99, "imagin_relay_send_seconds", of, ", result"), "{{result}}")
    return [
        curve("Messages écrits", "Par seconde.", sent, unit="cps"),
        curve("Transactions", "Par seconde, par résultat.", results, unit="cps"),
        curve("Durée d’une transaction", "99 sur cent prennent moins.", took, unit="s"),
    ]


def _alive(of: str) -> list[Panel]:
    up = Query(f"sum by (job) (up{of})", "répondent")
    starts = Query(f"max by (job) (changes(process_start_time_seconds{of}[30m]))", "redémarrages")
    build = Query(f"count by (version) (imagin_build_info{of})", "")
    return [
        figure("Processus", "Ceux qui répondent à Prometheus.", up, alert="ImaginServiceAbsent"),
        figure("Redémarrages", "D’un processus, en une demi-heure.", starts, alert="ImaginProcessusRedemarre"),
        rows("Versions", "Processus de chaque version.", build, {"version": "Version"}).height(4),
    ]


def _process(of: str) -> list[Panel]:
    lag = Query(f"max by (instance) (imagin_event_loop_lag_seconds{of})", "{{instance}}")
    memory = Query(f"max by (instance) (process_resident_memory_bytes{of})", "{{instance}}")
    busy = Query(f"sum by (instance) (rate(process_cpu_seconds_total{of}{_INTERVAL}))", "{{instance}}")
    return [
        curve("Retard de la boucle d’événements", "Au-delà de 0,2 s le processeur manque.", lag, unit="s"),
        curve("Mémoire", "Résidente.", memory, unit="bytes"),
        curve("Processeur", "1 : un cœur entier.", busy),
    ]
