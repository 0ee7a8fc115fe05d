"""Kafka as our services see it; below, what its own exporters tell where there are any."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from imagin_dev.dashboards.layout import Section, build
from imagin_dev.dashboards.panels import Panel, Query, curve, figure
from imagin_dev.dashboards.services import quantile, standing


def kafka() -> Dashboard:
    sections = [
        Section("Lecteurs", [[_up(), *_readers()], [standing(""), _partitions()]]),
        Section("Écriture et connexions", [_writers()]),
        Section("Courtiers, par l’exporteur JMX (Strimzi)", [_brokers()], exporter="jmx_exporter"),
        Section("Groupes et partitions, par Kafka Exporter", [_groups()], exporter="kafka_exporter"),
    ]
    return build("imagin-kafka", "IMAG’IN – Kafka", "Kafka, vu par les services et par ses exporteurs.", sections)


def _up() -> Panel:
    up = Query("min by (job) (imagin_kafka_up)", "{{job}}")
    says = "0 : aucun courtier ne répond aux lecteurs d’un processus au moins."
    return curve("Kafka répond", says, up)


def _readers() -> list[Panel]:
    read = Query("sum by (topic) (rate(imagin_events_total[$__rate_interval]))", "{{topic}}")
    lag = Query("sum by (group, topic) (max by (group, topic, partition) (imagin_consumer_lag))", "{{group}} {{topic}}")
    return [
        curve("Enregistrements lus", "Par seconde, par topic.", read, unit="cps"),
        curve("À lire", "Par groupe et topic.", lag, alert="ImaginLectureEnRetard"),
    ]


def _partitions() -> Panel:
    read = Query("sum by (group) (imagin_consumer_partitions)", "{{group}}")
    return curve("Partitions lues", "Par groupe ; 0 : personne ne lit.", read, alert="ImaginPersonneNeLit")


def _writers() -> list[Panel]:
    sent = Query("sum by (job) (rate(imagin_relay_sent_total[$__rate_interval]))", "{{job}}")
    took = Query(quantile(0.99, "imagin_relay_send_seconds", "", ", job"), "{{job}}")
    connects = Query("sum by (job, result) (rate(imagin_kafka_connects_total[$__rate_interval]))", "{{job}} {{result}}")
    says = "Par seconde. open : ouverte ; refused : refusée ; silent : sans réponse."
    return [
        curve("Messages écrits", "Par seconde, par service.", sent, unit="cps"),
        curve("Durée d’une transaction", "99 sur cent prennent moins.", took, unit="s"),
        curve("Connexions commencées", says, connects, unit="cps"),
    ]


def _brokers() -> list[Panel]:
    under = Query("sum(kafka_server_replicamanager_underreplicatedpartitions)", "partitions")
    offline = Query("sum(kafka_controller_kafkacontroller_offlinepartitionscount)", "partitions")
    controllers = Query("sum(kafka_controller_kafkacontroller_activecontrollercount)", "contrôleurs")
    received = Query("sum(rate(kafka_server_brokertopicmetrics_bytesin_total[$__rate_interval]))", "reçus")
    return [
        figure("Partitions sous-répliquées", "Devrait être 0.", under),
        figure("Partitions hors ligne", "Devrait être 0.", offline),
        figure("Contrôleurs actifs", "Devrait être 1.", controllers),
        figure("Octets reçus", "Par seconde, par tous les courtiers.", received, unit="Bps"),
    ]


def _groups() -> list[Panel]:
    lag = Query("sum by (consumergroup, topic) (kafka_consumergroup_lag)", "{{consumergroup}} {{topic}}")
    under = Query("sum by (topic) (kafka_topic_partition_under_replicated_partition)", "{{topic}}")
    return [
        curve("Retard des groupes", "SANTORIN et Cyclades compris.", lag),
        curve("Partitions sous-répliquées", "Par topic ; devrait être 0.", under),
    ]
