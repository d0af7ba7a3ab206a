"""deploy/kubernetes.yaml: valid, within the Pod Security Standard "restricted", its probes led to routes."""

from typing import Any

import mullama
from deploy.deployed import DEPLOY, USER, documents, entrypoint, lint, parsed, stops_within

OBJECTS = {found["kind"]: found for found in documents("kubernetes.yaml")}
TEMPLATE: dict[str, Any] = OBJECTS["Deployment"]["spec"]["template"]
POD: dict[str, Any] = TEMPLATE["spec"]
(CONTAINER,) = POD["containers"]
OPTIONS, LIMITS = parsed([*entrypoint(), *CONTAINER["args"]])
MOUNTS = {mount["mountPath"]: mount for mount in CONTAINER["volumeMounts"]}
VOLUMES = {volume["name"]: volume for volume in POD["volumes"]}
PROBES = {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}


def test_a_linter_finds_nothing() -> None:
    strict = ["--strict", "--quiet"]
    path = DEPLOY / "kubernetes.yaml"
    lint("kubernetes-validate", "pip install kubernetes-validate", *strict, path)


def test_it_keeps_to_the_restricted_standard() -> None:
    pod, container = POD["securityContext"], CONTAINER["securityContext"]
    assert pod["runAsNonRoot"] is container["runAsNonRoot"] is True
    assert pod["runAsUser"] == pod["runAsGroup"] == pod["fsGroup"] == USER
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["allowPrivilegeEscalation"] is False
    assert container["readOnlyRootFilesystem"] is True
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & {*POD}
    assert {kind for volume in VOLUMES.values() for kind in volume} <= {
        "name",
        "secret",
        "emptyDir",
    }


def test_it_knows_nothing_of_its_cluster_and_calls_nobody() -> None:
    assert POD["automountServiceAccountToken"] is False
    policy = OBJECTS["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    assert policy["podSelector"]["matchLabels"].items() <= TEMPLATE["metadata"]["labels"].items()


def test_probes_lead_to_routes_that_need_no_key() -> None:
    from mullama.serving.gate import OPEN

    for probe, path in PROBES.items():
        asked = CONTAINER[probe]["httpGet"]
        assert (asked["path"], asked["port"]) == (path, "http")
    assert {*PROBES.values()} <= OPEN
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": OPTIONS.port}]


def test_it_is_bounded() -> None:
    limits, requests = CONTAINER["resources"]["limits"], CONTAINER["resources"]["requests"]
    assert {*limits} == {*requests} == {"cpu", "memory", "ephemeral-storage"}
    (threads,) = CONTAINER["env"]
    assert threads["valueFrom"]["resourceFieldRef"]["resource"] == "limits.cpu"


def test_uploads_fit_where_they_lie() -> None:
    folder = VOLUMES[MOUNTS[str(LIMITS.stored_in)]["name"]]["emptyDir"]
    gigabytes = int(folder["sizeLimit"].removesuffix("Gi"))
    assert gigabytes * 1024 > LIMITS.max_stored_mb
    assert "emptyDir" in VOLUMES[MOUNTS["/tmp"]["name"]]


def test_keys_come_from_a_secret_and_are_not_in_the_environment() -> None:
    assert OPTIONS.keys is not None
    mount = MOUNTS[str(OPTIONS.keys.parent)]
    secret = VOLUMES[mount["name"]]["secret"]
    assert mount["readOnly"] is True
    assert secret["defaultMode"] == 0o440
    made = f"create secret generic {secret['secretName']} --from-file={OPTIONS.keys.name}="
    assert made in (DEPLOY / "kubernetes.yaml").read_text()


def test_answers_may_end_before_it_is_killed() -> None:
    pause = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert POD["terminationGracePeriodSeconds"] > pause + stops_within(LIMITS)


def test_the_service_finds_the_pods() -> None:
    service = OBJECTS["Service"]["spec"]
    chosen = OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= TEMPLATE["metadata"]["labels"].items()
    assert service["selector"] == chosen
    assert service["ports"][0]["targetPort"] == CONTAINER["ports"][0]["name"]


def test_its_image_is_this_version() -> None:
    assert CONTAINER["image"] == f"mullama:{mullama.__version__}"
    for labels in (OBJECTS["Deployment"]["metadata"]["labels"], TEMPLATE["metadata"]["labels"]):
        assert labels["app.kubernetes.io/version"] == mullama.__version__
