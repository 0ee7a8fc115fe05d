"""deploy/kubernetes: how pods are held: without rights, within limits, spread, replaced one after the other."""

import pytest

SERVICES = ["mission-import", "convocation", "santorin-bridge", "notifier"]


def test_each_pod_passes_the_restricted_standard_and_writes_nowhere_but_in_tmp(manifests):
    [namespace] = manifests.of("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in manifests.pods().items():
        spec = pod["spec"]
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        }, name
        assert spec["automountServiceAccountToken"] is False
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert [one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")] == ["/tmp"]
        volumes = {one["name"]: set(one) - {"name"} for one in spec["volumes"]}
        assert volumes == {"tmp": {"emptyDir"}, "secrets": {"projected"}}


def test_each_pod_says_what_it_needs_and_how_much_memory_it_may_take(manifests):
    for name, pod in manifests.pods().items():
        [container] = pod["spec"]["containers"]
        assert container["image"].split(":")[0].endswith("imagin-e3c")
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
        assert set(container["resources"]["limits"]) == {"memory"}, name  # a limit of CPU would only slow it down


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_spread_and_goes_on_while_a_node_is_emptied_or_a_release_comes(manifests, name):
    deployment = manifests.one("Deployment", name)["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    chosen = [deployment["selector"]["matchLabels"]]
    spread = deployment["template"]["spec"]["topologySpreadConstraints"]
    assert {one["topologyKey"] for one in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    chosen += [one["labelSelector"]["matchLabels"] for one in spread]
    budget = manifests.one("PodDisruptionBudget", name)["spec"]
    assert budget["maxUnavailable"] == 1
    chosen += [budget["selector"]["matchLabels"], manifests.one("Service", name)["spec"]["selector"]]
    for one in chosen:
        assert one == {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "service"}
        assert one.items() <= labels.items()
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_all_that_is_ours_is_labelled_and_what_prepares_is_told_apart_from_what_serves(manifests):
    for one in manifests.of("Deployment", "Job", "Service", "NetworkPolicy", "PodDisruptionBudget", "ScaledObject"):
        assert one["metadata"]["labels"]["app.kubernetes.io/part-of"] == "imagin-e3c"
    components = {
        name: pod["metadata"]["labels"]["app.kubernetes.io/component"] for name, pod in manifests.pods().items()
    }
    jobs = {one["metadata"]["name"] for one in manifests.of("Job")}
    assert {name for name, one in components.items() if one == "preparation"} == jobs
    assert {name for name, one in components.items() if one == "service"} == set(SERVICES)
    assert jobs == {"topics", *(f"migrations-{one}" for one in SERVICES)}


def test_in_production_kafka_and_every_database_outlive_one_and_each_database_has_backups(files):
    assert files.one("KafkaNodePool", "courtiers")["spec"]["replicas"] == 3
    [store] = files.of("ObjectStore")
    clusters = files.of("Cluster")
    assert [one["metadata"]["name"] for one in clusters] == sorted(f"{one}-pg" for one in SERVICES)
    for one in clusters:
        assert one["spec"]["instances"] == 3
        assert one["spec"]["postgresql"]["synchronous"]["dataDurability"] == "required"
        scheduled = files.one("ScheduledBackup", one["metadata"]["name"])["spec"]
        assert scheduled["cluster"]["name"] == one["metadata"]["name"]
    assert store["spec"]["retentionPolicy"] == "35d"


def test_each_database_sends_its_log_to_the_store_where_backups_are_taken(overlay):
    clusters = overlay.of("Cluster")
    assert len(clusters) == len(SERVICES)
    stores = {one["metadata"]["name"] for one in overlay.of("ObjectStore")}
    for one in clusters:
        named = {plugin["parameters"]["barmanObjectName"] for plugin in one["spec"].get("plugins", [])}
        assert named == stores
    assert len(overlay.of("ScheduledBackup")) == len(stores) * len(SERVICES)
