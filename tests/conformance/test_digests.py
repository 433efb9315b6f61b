"""The SHA-256 digests of the project's law and of the corpus, which a change of the code must never change."""

from __future__ import annotations

import pytest
from places import RULES

from rulekit.store.lookup import load
from rulekit.testing import load_corpus

CORPUS = {
    "any": "5aaa02ec4a18b19c53febc3625aaa7fe06e7b0d8cd5f7671f9eae1c9c1d928a6",
    "catch-all": "cacdd5b58d9812f40b48d7d096b3ace4991420b29dc2c5bd57be8ddf07588b6d",
    "collect": "2662773890e270fab172122908150052a82ccafceec359b115d38558e2fcfb51",
    "empty": "479d6a8f0b8bf3288845fba981085c10e805a9c136075e75864d98cd8248a949",
    "first": "84caf9751bdccb0f3e56f926ff0ef5f391c32962f5e02fb1cdd946dd73ff9f3f",
    "fixed-floor": "4278adb3d919c6f9e3c45d4933c2ad57c8c220c0111fc5011154769d5291866a",
    "fixed-nearest": "a04ff653c2ce692adb20e55137fdca9777a9f57e3239d03db173d497196f124e",
    "float32": "0b70fb60dea4812adedc651ca85a5ed1c7326d22071cdd4ce42c413998e5f108",
    "floats": "3cb915f2b8ce982706a582c2f8340103ce33435ef0c5275887f2f3cceed08885",
    "integers": "6df1c6e41c10578bf0fdf297d30198691284a4de2c4ada31800d3726c3231b22",
    "missing": "a94cbfea655dea407c38caf7b9fdf8420490cfe65db5a95a69ad2dda3cadaaa4",
    "names": "4cadcb6a57f025b68c0129218fd9a4eae5dd479a290dd7d89f14325d43dbe496",
    "required": "f950e8d96c347bbe7fff63138c1a13c95f002193403d8f6ac10ffbd7b516daf8",
    "score-large": "03e9e9c330f12051757b04b129f7d49c634b7efbb9775ab84c856f223a9263f3",
    "score": "dba4d7a7ac0ac8c76601e7bc144daa52914883d83e18540c4007eb0f99935b32",
    "unique": "718f9bb1aeae183af739fcb40cd5f331ddba8e18c4f9eaa3a89ccb21b5e3ff47",
    "words": "2b9f319dd5d54ecc8f1c273f086e3950363e6e35b725640ef8394ba7e0aa5b76",
}
LAWS = {
    "fraud/card_payments/enacted/0.1.0.yaml": (
        "d942da3752e1ae34699f2adc74839fe4f690f6ca95afe9941b3a3131cb9946f2"
    ),
    "fraud/card_payments/ruleset.yaml": "d942da3752e1ae34699f2adc74839fe4f690f6ca95afe9941b3a3131cb9946f2",
    "hep/level1/enacted/0.1.0.yaml": "e0bc5d480380e9e3c8b75fe8ada1a10d0bf56141dd4d8b76ee59ab180eb5d49c",
    "hep/level1/ruleset.yaml": "e0bc5d480380e9e3c8b75fe8ada1a10d0bf56141dd4d8b76ee59ab180eb5d49c",
}


def test_the_corpus_has_the_digests_that_it_had() -> None:
    assert {case.file: case.ruleset.digest for case in load_corpus()} == {
        file: f"sha256:{digest}" for file, digest in CORPUS.items()
    }


@pytest.mark.parametrize("file", LAWS)
def test_a_law_has_the_digest_that_it_had(file: str) -> None:
    assert load(RULES / file).digest == f"sha256:{LAWS[file]}"


def test_every_law_is_pinned() -> None:
    found = {str(file.relative_to(RULES)) for file in RULES.glob("*/*/*/*.yaml")}
    found |= {str(file.relative_to(RULES)) for file in RULES.glob("*/*/ruleset.yaml")}
    assert found == set(LAWS)
