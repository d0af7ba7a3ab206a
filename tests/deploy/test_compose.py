"""deploy/compose.yaml: valid, locked down, bounded, and in step with the image."""

from typing import Any

import pytest

import mullama
from deploy.deployed import DEPLOY, USER, documents, entrypoint, lint, parsed, stops_within
from paths import ROOT

(COMPOSE,) = documents("compose.yaml")
SERVICE: dict[str, Any] = COMPOSE["services"]["mullama"]
OPTIONS, LIMITS = parsed([*entrypoint(), *SERVICE["command"]])
VOLUMES = {volume["target"]: volume for volume in SERVICE["volumes"]}


def test_a_linter_finds_nothing() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    lint("check-jsonschema", "pip install check-jsonschema", *schema, DEPLOY / "compose.yaml")


def test_it_may_do_nothing_but_serve() -> None:
    assert SERVICE["user"] == f"{USER}:{USER}"
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc"} & {*SERVICE}


def test_only_this_machine_reaches_it() -> None:
    assert SERVICE["ports"] == [f"127.0.0.1:{OPTIONS.port}:{OPTIONS.port}"]


def test_it_is_bounded() -> None:
    limits = SERVICE["deploy"]["resources"]["limits"]
    assert {*limits} == {"cpus", "memory", "pids"}
    assert SERVICE["environment"]["OMP_NUM_THREADS"] == limits["cpus"]
    assert all("size=" in mount for mount in SERVICE["tmpfs"])
    assert "--max-stored-mb" in SERVICE["command"]


def test_models_are_read_and_uploads_written() -> None:
    assert VOLUMES["/models"]["read_only"] is True
    uploads = VOLUMES[str(LIMITS.stored_in)]
    assert uploads["type"] == "volume"
    assert uploads["source"] in COMPOSE["volumes"]
    assert "read_only" not in uploads


def test_keys_come_from_a_file_and_are_not_in_the_environment() -> None:
    (secret,) = SERVICE["secrets"]
    assert str(OPTIONS.keys) == f"/run/secrets/{secret}"
    file = COMPOSE["secrets"][secret]["file"]
    assert not [name for name in SERVICE["environment"] if "KEY" in name]
    assert f"/deploy/{file.removeprefix('./')}\n" in (ROOT / ".gitignore").read_text()


def test_answers_may_end_before_it_is_killed() -> None:
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > stops_within(LIMITS)


def test_its_image_is_this_version_built_here() -> None:
    assert SERVICE["image"] == f"mullama:{mullama.__version__}"
    context = (DEPLOY / SERVICE["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / SERVICE["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_yaml_is_tidy(name: str) -> None:
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    lint("yamllint", "pip install yamllint", "--strict", "--config-data", rules, DEPLOY / name)
