"""Prometheus takes its configuration, and each alert fires when it should, by its own tools."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "observe/alerts.yml"
ALERTS = {rule["alert"]: rule for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]}
LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
ROUTE = 'route="/timeline/{user_id}"'
Labels = dict[str, str]
FIRES: dict[str, tuple[Labels, dict[str, str]]] = {  # its labels, and series in minutes
    "ForYouDown": (
        {"job": "foryou", "instance": "api:8000"},
        {'up{job="foryou", instance="api:8000"}': "1x4 0x20"},
    ),
    "ForYouFallback": ({}, {"foryou_fallbacks_total": "0x18 1x6"}),
    "ForYouComponentFailing": (
        {"stage": "retrieve", "component": "Graph"},
        {'foryou_component_failures_total{stage="retrieve", component="Graph"}': "0x4 0+1x20"},
    ),
    "ForYouLoopFailing": (
        {"loop": "tail"},
        {'foryou_loop_failures_total{loop="tail"}': "0x4 0+1x20"},
    ),
    "ForYouSlow": (
        {},
        {
            f'foryou_request_seconds_bucket{{{ROUTE}, le="0.1"}}': "0+97x24",
            f'foryou_request_seconds_bucket{{{ROUTE}, le="1"}}': "0+100x24",
            f'foryou_request_seconds_bucket{{{ROUTE}, le="+Inf"}}': "0+100x24",
        },
    ),
}
QUIET = {
    'up{job="foryou", instance="api:8000"}': "1x24",
    "foryou_fallbacks_total": "3x24",
    'foryou_component_failures_total{stage="retrieve", component="Graph"}': "0x4 2x20",
    'foryou_loop_failures_total{loop="tail"}': "0x4 1x20",  # once, and it recovered
    f'foryou_request_seconds_bucket{{{ROUTE}, le="0.1"}}': "0+999x24",
    f'foryou_request_seconds_bucket{{{ROUTE}, le="+Inf"}}': "0+1000x24",
}
MINUTES = 20


def promtool(*given: str) -> None:
    """Prometheus's own checks; where it is not installed, what needs it is skipped."""
    if (program := shutil.which("promtool")) is None:
        pytest.skip("promtool, of Prometheus, is not installed here")
    done = subprocess.run([program, *given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def look(folder: Path, series: dict[str, str], expected: dict[str, list[Labels]]) -> None:
    """Have these series, a value per minute, looked at after twenty minutes."""
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": some} for name, some in series.items()],
        "alert_rule_test": [
            {
                "eval_time": f"{MINUTES}m",
                "alertname": name,
                "exp_alerts": [_alert(ALERTS[name], labels) for labels in some],
            }
            for name, some in expected.items()
        ],
    }
    path = folder / "rules.test.yml"
    path.write_text(json.dumps({"rule_files": [str(RULES)], "tests": [test]}))
    promtool("test", "rules", str(path))


def _alert(rule: dict[str, Labels], labels: Labels) -> dict[str, Labels]:
    """An alert with these labels, as `promtool` writes it down."""
    annotations = {
        name: LABEL.sub(lambda found: labels[found[1]], text)
        for name, text in rule["annotations"].items()
    }
    return {"exp_labels": labels | rule["labels"], "exp_annotations": annotations}


@pytest.mark.parametrize("config", ["observe/prometheus.yml", "scale/prometheus.yml"])
def test_prometheus_takes_its_configuration(config: str, tmp_path: Path) -> None:
    text = (DEPLOY / config).read_text().replace("/etc/prometheus/alerts.yml", str(RULES))
    (path := tmp_path / "prometheus.yml").write_text(text)
    promtool("check", "config", str(path))


@pytest.mark.parametrize("name", FIRES)
def test_an_alert_fires_alone(name: str, tmp_path: Path) -> None:
    labels, series = FIRES[name]
    look(tmp_path, series, {one: [labels] if one == name else [] for one in ALERTS})


def test_no_alert_fires_where_all_is_well(tmp_path: Path) -> None:
    assert FIRES.keys() == ALERTS.keys()
    look(tmp_path, QUIET, {name: [] for name in ALERTS})
