"""Single events, written out."""

from __future__ import annotations

from shop import audited_of, decisions_of, law, make_events

from rulekit.reports.audit.sections.examples import examples_of
from rulekit.reports.common.examples import decision_texts

EVENTS = make_events(50, seed=3)


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


def test_values_are_text_in_the_order_of_the_schema() -> None:
    audited = audited_of(law(), EVENTS, truth="fraud", teacher=Model())
    found = examples_of(audited, [7, 3], ["online", "amount", "nothing"])
    assert [example.event for example in found] == ["p0007", "p0003"]
    for example, place in zip(found, (7, 3), strict=True):
        assert list(example.values) == ["amount", "online"]
        amount, online = EVENTS["amount"][place], EVENTS["online"][place]
        assert example.values["amount"] == (
            None if amount is None else str(EVENTS["amount"].cast(str)[place])
        )
        assert example.values["online"] == (None if online is None else str(online).lower())
        assert example.decided == decision_texts(audited.decisions)[place]
        assert (example.truth, example.score) == (EVENTS["fraud"][place], EVENTS["model"][place])
        assert example.otherwise is None


def test_another_way_of_deciding_stands_beside() -> None:
    other = decisions_of(law(rules=[]), EVENTS)
    found = examples_of(audited_of(law(), EVENTS), [0, 1, 2], [], other)
    assert [example.otherwise for example in found] == decision_texts(other)[:3]
    assert {(example.truth, example.score) for example in found} == {(None, None)}
    assert [example.values for example in found] == [{}, {}, {}]


def test_no_places_no_examples() -> None:
    assert examples_of(audited_of(law(), EVENTS), [], ["amount"]) == ()
