"""deploy/mullama.service: systemd accepts it, it is well shut in, and it starts what there is."""

from pathlib import Path

import pytest

from deploy.deployed import DEPLOY, lint, parsed, stops_within, unit, unit_command

OPTIONS, LIMITS = parsed(unit_command())
UNIT = unit()
EXPOSURE = 15
"""The most that `systemd-analyze security` may give, in tenths; an unconfined service gets 96."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit, with a program that is there."""
    copy = tmp_path / "mullama.service"
    text = (DEPLOY / "mullama.service").read_text()
    copy.write_text(text.replace(f"ExecStart={unit_command()[0]}", "ExecStart=/bin/true"))
    return copy


def test_systemd_accepts_every_line(installed: Path) -> None:
    verify = ["verify", "--man=no", installed]  # which only mentions what it does not know
    lint("systemd-analyze", "apt-get install systemd", *verify, silent=True)


def test_it_is_shut_in(installed: Path) -> None:
    security = ["security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}"]
    lint("systemd-analyze", "apt-get install systemd", *security, installed)


def test_it_is_nobody_who_may_write_nowhere_else() -> None:
    assert UNIT["DynamicUser"] == ["yes"]
    assert UNIT["ProtectSystem"] == ["strict"]
    assert UNIT["CapabilityBoundingSet"] == [""]
    assert UNIT["NoNewPrivileges"] == ["yes"]
    assert str(LIMITS.stored_in) == f"/var/lib/{UNIT['StateDirectory'][0]}"


def test_keys_are_a_credential_and_not_in_the_environment() -> None:
    name, _, path = UNIT["LoadCredential"][0].partition(":")
    assert str(OPTIONS.keys) == f"/run/credentials/{name}"
    assert path == "/etc/mullama/keys"
    assert "KEY" not in "".join(UNIT["Environment"])


def test_only_this_machine_reaches_it() -> None:
    assert OPTIONS.host == "127.0.0.1"
    assert UNIT["IPAddressDeny"] == ["any"]
    assert UNIT["IPAddressAllow"] == ["localhost"]


def test_it_is_bounded_and_may_end_its_answers() -> None:
    assert {"MemoryMax", "TasksMax", "LimitNOFILE"} <= {*UNIT}
    assert int(UNIT["TimeoutStopSec"][0]) > stops_within(LIMITS)
    assert int(UNIT["LimitNOFILE"][0]) > 2 * LIMITS.max_requests
