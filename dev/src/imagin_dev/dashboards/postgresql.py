"""PostgreSQL as our services see it; below, what its own exporters tell where there are any."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from imagin_dev.dashboards.layout import Section, build
from imagin_dev.dashboards.panels import Panel, Query, curve, figure
from imagin_dev.dashboards.services import pool, quantile

_BACKUP = (
    "time() - max by (job, database) (max_over_time(backup_last_success_timestamp_seconds[3d])"
    " or max_over_time(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp[3d])"
    " or max_over_time(cnpg_collector_last_available_backup_timestamp[3d]))"
)


def postgresql() -> Dashboard:
    sections = [
        Section("Connexions des services", [[_up(), *pool("", "job")]]),
        Section("Ce que la base fait attendre", [_work()]),
        Section("Serveur, par postgres_exporter", [_server()], exporter="postgres_exporter"),
        Section("Serveur, par CloudNativePG", [_cluster()], exporter="cloudnative-pg"),
        Section("Sauvegardes, par node exporter ou CloudNativePG", [_backups()], exporter="node_exporter"),
    ]
    says = "PostgreSQL, vu par les services et par ses exporteurs."
    return build("imagin-postgresql", "IMAG’IN – PostgreSQL", says, sections)


def _up() -> Panel:
    up = Query("min by (job) (imagin_database_up)", "{{job}}")
    return curve("PostgreSQL répond", "0 : la base ne répond pas à un processus au moins.", up)


def _work() -> list[Panel]:
    batch = Query(quantile(0.9, "imagin_batch_seconds", "", ", job"), "{{job}}")
    pending = Query("sum by (job) (max by (job, source) (imagin_outbox_pending))", "{{job}}")
    purged = Query("sum by (job, genre) (increase(imagin_purged_total[1d]))", "{{job}} {{genre}}")
    return [
        curve("Durée d’un lot", "Neuf lots sur dix prennent moins. Plus d’une seconde : base lente.", batch, unit="s"),
        curve("Lignes à relayer", "outbox et droits à publier, par service.", pending),
        curve("Lignes purgées", "Passé leur durée de conservation, en un jour, par genre.", purged),
    ]


def _server() -> list[Panel]:
    sessions = Query("sum by (datname) (pg_stat_database_numbackends)", "{{datname}}")
    commits = Query("sum by (datname) (rate(pg_stat_database_xact_commit[$__rate_interval]))", "{{datname}}")
    size = Query("max by (datname) (pg_database_size_bytes)", "{{datname}}")
    return [
        curve("Sessions", "Par base.", sessions),
        curve("Transactions validées", "Par seconde, par base.", commits, unit="cps"),
        curve("Taille", "Par base.", size, unit="bytes"),
    ]


def _cluster() -> list[Panel]:
    up = Query("sum by (cluster) (cnpg_collector_up)", "{{cluster}}")
    sessions = Query("sum by (datname) (cnpg_backends_total)", "{{datname}}")
    lag = Query("max by (pod) (cnpg_pg_replication_lag)", "{{pod}}")
    size = Query("max by (datname) (cnpg_pg_database_size_bytes)", "{{datname}}")
    return [
        figure("Instances", "Qui répondent, par cluster.", up),
        figure("Sessions", "Par base.", sessions),
        figure("Retard de réplication", "Par instance.", lag, unit="s"),
        figure("Taille", "Par base.", size, unit="bytes"),
    ]


def _backups() -> list[Panel]:
    age = Query(_BACKUP, "{{database}}")
    return [curve("Âge de la dernière sauvegarde", "Par base.", age, unit="s", alert="ImaginSauvegardeAncienne")]
