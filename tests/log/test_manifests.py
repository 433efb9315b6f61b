"""Manifests in a log: when they are there, and what is read from them."""

import json

import pytest

import rulekit
from rulekit.digests import canonical_json, digest
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.log.manifests import (
    artifact_digest,
    manifest_digest,
    manifest_numerics,
    manifest_of,
    manifest_seed,
)


@pytest.fixture(scope="module")
def fixed(trigger):
    law = rulekit.load(trigger)
    formats = {feature.name: FixedFormat(width=24, fraction=4, signed=True) for feature in law.read}
    return rulekit.compile(law, "python", Fixed(formats=formats, rounding="floor"))


def test_native_numerics_need_no_manifest(fraud):
    artifact = rulekit.compile(fraud, "python")
    assert manifest_of(artifact) is None
    assert artifact_digest(artifact) == digest(canonical_json(artifact.manifest))


def test_other_numerics_are_read_back_exactly(fixed):
    text = manifest_of(fixed)
    assert json.loads(text) == fixed.manifest
    assert manifest_numerics(text) == fixed.numerics
    assert manifest_digest(text) == artifact_digest(fixed)


def test_no_manifest_is_native():
    assert manifest_numerics(None) == Native()
    assert manifest_seed(None) is None


@pytest.mark.parametrize(
    ("options", "seed"), [({"seed": 7}, 7), ({"seed": 0}, 0), ({}, None), ({"seed": "7"}, None)]
)
def test_the_seed_of_prescales(options, seed):
    assert manifest_seed(json.dumps({"options": options})) == seed


def test_a_manifest_without_options_has_no_seed():
    assert manifest_seed("{}") is None


def test_a_digest_is_of_the_very_text():
    assert manifest_digest("{}") != manifest_digest("{ }")
    assert manifest_digest("{}") == digest(b"{}")
