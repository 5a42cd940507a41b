"""What is deployed names what there is: settings, files, routes, services, volumes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.suffix in (".yml", ".yaml"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.scale.yml").read_text())
REPLICAS = [name for name in COMPOSE["services"] if name.startswith("replica")]
KUBERNETES = DEPLOY / "kubernetes"
NGINX = (DEPLOY / "scale/nginx.conf").read_text()
ROUTES = json.loads((ROOT / "app/openapi.json").read_text())["paths"]


def of_kind(kind: str) -> dict[str, Any]:
    """The one resource of a kind."""
    found = [yaml.safe_load(path.read_text()) for path in KUBERNETES.glob("*.yaml")]
    (one,) = [resource for resource in found if resource["kind"] == kind]
    return dict(one)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_a_file_is_yaml_and_names_settings_that_exist(path: Path) -> None:
    text = path.read_text()
    assert [*yaml.safe_load_all(text)]
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"\bFORYOU_[A-Z_]+", text)) <= known


def test_settings_of_a_replica_are_fit() -> None:
    given = COMPOSE["services"]["replica-1"]["environment"]
    names = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()
             if name.startswith(PREFIX)}  # fmt: skip
    settings = Settings(**names)
    assert settings.log_location == "postgresql://feed@db/feed"


def test_services_volumes_and_files_are_there() -> None:
    services = COMPOSE["services"]
    assert REPLICAS == ["replica-1", "replica-2", "replica-3"]
    for name, service in services.items():
        assert {*service.get("depends_on", ())} <= {*services}, name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), source
            else:
                assert source in COMPOSE["volumes"], source
    assert (DEPLOY / services["train"]["build"]["context"] / "Dockerfile").is_file()


def test_the_proxy_and_prometheus_know_all_replicas() -> None:
    servers = [f"{name}:8000" for name in REPLICAS]
    assert re.findall(r"^\s+server (\S+) max_fails=0", NGINX, re.MULTILINE) == servers
    config = yaml.safe_load((DEPLOY / "scale/prometheus.yml").read_text())
    assert config["scrape_configs"][0]["static_configs"][0]["targets"] == servers


def test_the_proxy_hashes_by_users_that_are_in_paths() -> None:
    (kinds,) = re.findall(r'"~\^/\(\?:([a-z|-]+)\)/', NGINX)
    for kind in kinds.split("|"):
        assert any(route.startswith(f"/{kind}/{{user_id}}") for route in ROUTES), kind


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    if (nginx := shutil.which("nginx", path="/usr/sbin:/usr/bin")) is None:
        pytest.skip("nginx is not installed here")
    config = tmp_path / "nginx.conf"
    here = re.sub(r"replica-(\d)", r"127.0.0.\1", NGINX)  # names that are known everywhere
    config.write_text(f"pid {tmp_path}/pid;\n{here}")
    done = subprocess.run(
        [nginx, "-t", "-c", str(config), "-e", "stderr"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_all_of_the_base_is_applied() -> None:
    base = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    others = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert {*base["resources"]} == others


def test_kustomize_builds_the_base() -> None:
    if (kubectl := shutil.which("kubectl")) is None:
        pytest.skip("kubectl is not installed here")
    command = [kubectl, "kustomize", str(KUBERNETES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}
    replica, training = (
        built[kind]["spec"]["template"]["metadata"]["labels"] for kind in ("Deployment", "Job")
    )
    for selector in (
        built["Service"]["spec"]["selector"],
        built["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        built["Deployment"]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= replica.items()
        assert not selector.items() <= training.items()


def test_everything_of_the_base_means_the_same_pods() -> None:
    deployment = of_kind("Deployment")
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert of_kind("Service")["spec"]["selector"] == labels
    assert of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    scaled = of_kind("HorizontalPodAutoscaler")["spec"]
    assert scaled["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert scaled["minReplicas"] == deployment["spec"]["replicas"]
    assert of_kind("PodDisruptionBudget")["spec"]["minAvailable"] < scaled["minReplicas"]
    claimed = pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
    assert of_kind("PersistentVolumeClaim")["metadata"]["name"] == claimed


def test_probes_ask_for_routes_that_exist() -> None:
    (container,) = of_kind("Deployment")["spec"]["template"]["spec"]["containers"]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["path"] in ROUTES
        assert asked["port"] in ports
