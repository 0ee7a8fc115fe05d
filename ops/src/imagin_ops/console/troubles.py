"""What needs somebody, out of the measures: each with the alert whose page says what to do, causes before effects.

The limits are those of deploy/prometheus/alertes.yml, without its delays: an alert wakes somebody, this is read by who
is awake.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from francais import enumeration, nombre, pluriel
from imagin_ops.console.samples import History
from imagin_ops.console.sources import Alert
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES

STANDING_SECONDS, OUTBOX_SECONDS, STALE_SECONDS = 60.0, 60.0, 30.0
CLOSING_SECONDS, MAIL_SECONDS, LAG = 3 * 86_400.0, 43_200.0, 1_000.0
SHARE_OF_ERRORS, SHARE_OF_MAILS, FEW = 14.4 * 0.001, 0.05, 10
RESTARTS, RESTARTS_SECONDS = 3, 1_800.0
_SILENT_SECONDS = 5.0  # SANTORIN's own time to answer, as the simulator's; nobody is woken before an hour
_LASTING_SECONDS = 30.0  # what a rebalance or a change of leader makes and ends
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Trouble:
    """`alert`: its section of docs/exploitation/alertes.md; `command`: what the operator types first, if anything."""

    alert: str
    critical: bool
    sentence: str
    command: str = "status"


def troubles(history: History, alerts: Sequence[Alert]) -> list[Trouble]:
    """Critical ones first. An alert that fires and says what is found here already is not told twice."""
    found = [one for rule in _RULES for one in rule(history)]
    known = {one.alert for one in found}
    found += [Trouble(one.name, one.critical, one.summary) for one in alerts if one.name not in known]
    return sorted(found, key=lambda one: not one.critical)


def duration(seconds: float) -> str:
    """« 8 s », « 12 min », « 3 h 05 », « 4 j »; 0 s of what another machine's clock has in the future."""
    if math.isinf(seconds):
        return "toujours"
    whole = max(0, round(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < 2 * _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02}"
    return f"{whole // _DAY} j"


def _postgresql(history: History) -> Iterator[Trouble]:
    if jobs := _jobs(history, "imagin_database_up"):
        yield Trouble("ImaginPersonneNeRelaie", True, f"PostgreSQL ne répond pas à {jobs}", "doctor")


def _kafka(history: History) -> Iterator[Trouble]:
    if jobs := _jobs(history, "imagin_kafka_up"):
        yield Trouble("ImaginLecteurImmobile", True, f"Kafka ne répond pas à {jobs}", "doctor")


def _services(history: History) -> Iterator[Trouble]:
    for service in SERVICES:
        ups = {series.instance: value for series, value in history.now.find("up", service.name)}
        mute = sorted(instance for instance, value in ups.items() if not value)
        if len(mute) == len(ups):
            says = f"aucun processus ne répond ({enumeration(mute)})" if mute else "aucun processus n’est connu"
            yield Trouble("ImaginServiceAbsent", True, f"{service.name} : {says}")
        else:
            for instance in mute:
                yield Trouble("ImaginProcessusMuet", False, f"{service.name} : {instance} ne répond pas")


def _restarts(history: History) -> Iterator[Trouble]:
    starts: dict[tuple[str, str], set[float]] = {}
    for look in history.since(RESTARTS_SECONDS):
        for series, value in look.find("process_start_time_seconds"):
            starts.setdefault((series.job, series.instance), set()).add(value)
    for (job, instance), found in sorted(starts.items()):
        if len(found) > RESTARTS:
            sentence = f"{job} : {instance} a redémarré {len(found) - 1} fois en une demi-heure"
            yield Trouble("ImaginProcessusRedemarre", True, sentence)


def _mail_server(history: History) -> Iterator[Trouble]:
    if _jobs(history, "imagin_smtp_up"):
        waiting = round(history.now.most("imagin_mails_waiting"))
        sentence = f"Le serveur de mail ne prend plus rien : {pluriel(waiting, 'mail attend', 'mails attendent')}"
        yield Trouble("ImaginServeurDeMailAbsent", True, sentence, "doctor")
    if _jobs(history, "imagin_convocation_up"):
        yield Trouble("ImaginMailsSansAdresse", True, "convocation ne dit plus à notifier quoi envoyer", "doctor")


def _santorin(history: History) -> Iterator[Trouble]:
    bridge = SANTORIN_BRIDGE.name
    rights, answers = ("imagin_convocation_to_santorin_seconds_count", bridge), ("imagin_accuses_total", bridge)
    silent, waiting = map(history.now.most, ("imagin_accuse_attendu_age_seconds", "imagin_accuses_attendus"))
    if history.now.knows(bridge, "imagin_database_up") and history.now.knows(bridge, "imagin_kafka_up"):
        seconds, asked = history.unanswered(rights, answers)  # else it is not SANTORIN that is silent
        silent, waiting = max(silent, seconds), max(waiting, asked)  # the bridge counts its table twice a minute
    if silent > _SILENT_SECONDS:
        what = pluriel(round(waiting), "droit", "droits")
        yield Trouble("ImaginSantorinMuet", False, f"SANTORIN n’a pas répondu à {what} depuis {duration(silent)}")
    if refused := round(history.now.most("imagin_habilitations_refusees")):
        yield Trouble("ImaginSantorinRefuse", False, f"SANTORIN refuse {pluriel(refused, 'droit', 'droits')}")


def _relays(history: History) -> Iterator[Trouble]:
    if _jobs(history, "imagin_database_up") or _jobs(history, "imagin_kafka_up"):
        return  # a leader needs both
    for service in SERVICES:
        if _lasting(history, "imagin_relay_leader", service.name):
            yield Trouble("ImaginPersonneNeRelaie", True, f"{service.name} : personne ne mène le relais", "doctor")
        if (age := history.now.most("imagin_outbox_oldest_age_seconds", service.name)) > OUTBOX_SECONDS:
            sentence = f"{service.name} n’écrit plus sur Kafka depuis {duration(age)}"
            yield Trouble("ImaginOutboxEnRetard", True, sentence, "outbox")


def _readers(history: History) -> Iterator[Trouble]:
    now, without_kafka = history.now, _jobs(history, "imagin_kafka_up")
    for group in now.by("group", "imagin_consumer_partitions"):
        if _lasting(history, "imagin_consumer_partitions", group=group):
            yield Trouble("ImaginPersonneNeLit", True, f"{group} : aucun processus ne lit", "doctor")
    for group, seconds in now.by("group", "imagin_consumer_standing_seconds").items():
        if seconds > STANDING_SECONDS and not without_kafka:
            yield Trouble("ImaginLecteurImmobile", True, f"{group} ne lit plus depuis {duration(seconds)}")
    for group in now.by("group", "imagin_consumer_lag"):
        behind = min(look.unread(group=group) for look in history.since(120.0))
        if behind > LAG:
            sentence = f"{group} a {nombre(round(behind))} enregistrements de retard"
            yield Trouble("ImaginLectureEnRetard", False, sentence)


def _state(history: History) -> Iterator[Trouble]:
    now = history.now
    if (age := now.most("imagin_habilitations_as_of_age_seconds")) > STALE_SECONDS:
        sentence = f"La vérification des droits répond 503 : rien n’est à jour depuis {duration(age)}"
        yield Trouble("ImaginHabilitationsPerimees", True, sentence)
    for service in SERVICES:
        if letters := round(now.most("imagin_dlq_messages", service.name)):
            sentence = f"{service.name} : {pluriel(letters, 'lettre morte', 'lettres mortes')}"
            yield Trouble("ImaginLettresMortes", False, sentence, f"dlq list --service {service.name}")


def _work(history: History) -> Iterator[Trouble]:
    now = history.now
    for cause, count in now.by("cause", "imagin_reconciliation_differences").items():
        if count:
            sentence = f"{pluriel(round(count), 'écart', 'écarts')} entre convocation, droits et topic : {cause}"
            yield Trouble("ImaginEcartsSantorin", True, sentence, "reconcile santorin")
    if (age := now.most("imagin_clotures_a_valider_oldest_age_seconds", MISSION_IMPORT.name)) > CLOSING_SECONDS:
        yield Trouble("ImaginClotureEnAttente", False, f"Une clôture attend d’être validée depuis {duration(age)}")
    if (age := now.most("imagin_mails_oldest_age_seconds", NOTIFIER.name)) > MAIL_SECONDS:
        yield Trouble("ImaginMailsEnRetard", False, f"Un mail attend depuis {duration(age)}")
    sent, failed, bounced = (
        history.growth("imagin_emails_total", NOTIFIER.name, result=result) for result in ("SENT", "FAILED", "BOUNCED")
    )
    if failed + bounced >= FEW and failed + bounced > SHARE_OF_MAILS * (sent + failed):
        sentence = f"{nombre(round(failed + bounced))} mails ont échoué ou sont revenus en une heure"
        yield Trouble("ImaginMailsEchouent", False, sentence)


def _errors(history: History) -> Iterator[Trouble]:
    counter, seconds = "imagin_http_request_seconds_count", 300.0
    for service in (CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE):
        answers = history.growth(counter, service.name, seconds)
        statuses = {series.label("status") for series, _ in history.now.find(counter, service.name)}
        failed = sum(
            history.growth(counter, service.name, seconds, status=status) for status in statuses if status[:1] == "5"
        )
        if failed >= FEW and failed > SHARE_OF_ERRORS * answers:
            sentence = f"{service.name} a répondu par {nombre(round(failed))} erreurs en cinq minutes"
            yield Trouble("ImaginErreursRapides", True, sentence, "doctor")


_RULES: tuple[Callable[[History], Iterable[Trouble]], ...] = (
    _postgresql,
    _kafka,
    _services,
    _restarts,
    _mail_server,
    _santorin,
    _relays,
    _readers,
    _state,
    _work,
    _errors,
)


def _jobs(history: History, name: str) -> str:
    """The services of which a process that answers says 0, in words; empty without one."""
    now = history.now
    found = {series.job for series, value in now.find(name) if not value and now.saw(series.job, series.instance)}
    return enumeration(service.name for service in SERVICES if service.name in found)


def _lasting(history: History, name: str, job: str = "", **labels: str) -> bool:
    """Whether somebody says it, and the sum was 0 at each look of the last half minute, and there were some."""
    looks = history.since(_LASTING_SECONDS + 1)
    told = all(any(look.find(name, job, **labels)) and not look.total(name, job, **labels) for look in looks)
    return told and looks[-1].at - looks[0].at >= _LASTING_SECONDS - 5
