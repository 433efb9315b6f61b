from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from rulekit_adapters import fraud
from rulekit_adapters._pack import conform
from rulekit_adapters.fraud.ledger import ledger
from rulekit_adapters.fraud.velocity import with_velocity
from rulekit_adapters.fraud.world import distance

DTYPES = {
    "bool": pl.Boolean,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "category": pl.String,
}
VELOCITIES = (
    "transactions_1h",
    "transactions_24h",
    "spent_24h",
    "seconds_since_last",
    "cards_per_device_1h",
    "amount_ratio",
)
HOUR = 3_600_000
BATCH = 120_000


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    return fraud.generate(BATCH, 7)


def of(events: pl.DataFrame, scenario: str) -> pl.DataFrame:
    return events.filter(pl.col("scenario") == scenario)


def brute_force(ledger: pl.DataFrame) -> list[tuple[object, ...]]:
    """The velocities of each payment, from a list of the payments before it, in plain Python."""
    payments = list(ledger.select(pl.col("time").cast(pl.Int64), "card", "device", "cents").iter_rows())
    found = []
    for position, (now, card, device, cents) in enumerate(payments):
        past = payments[: position + 1]
        own = [payment for payment in past if payment[1] == card]
        day = [payment for payment in own if payment[0] > now - 24 * HOUR]
        at_device = {payment[1] for payment in past if payment[2] == device and payment[0] > now - HOUR}
        earlier = [payment[3] for payment in own[:-1]]
        found.append(
            (
                sum(payment[0] > now - HOUR for payment in own),
                len(day),
                sum(payment[3] for payment in day),
                (now - own[-2][0]) // 1000 if earlier else None,
                len(at_device),
                cents * len(earlier) / sum(earlier) if earlier else None,
            )
        )
    return found


def test_same_seed_same_frame_and_other_seed_another() -> None:
    assert_frame_equal(fraud.generate(3_000, 5), fraud.generate(3_000, 5), check_exact=True)
    assert not fraud.generate(3_000, 5).equals(fraud.generate(3_000, 6))


def test_frame_is_id_then_schema_then_truth_then_kind(events: pl.DataFrame) -> None:
    features = {feature.name: DTYPES[feature.dtype] for feature in fraud.SCHEMA.features}
    expected = {"transaction": pl.Int64, **features, "fraud": pl.Boolean, "scenario": pl.String}
    assert list(events.schema.items()) == list(expected.items())
    assert events["transaction"].to_list() == list(range(BATCH))


@pytest.mark.parametrize("count", [0, 1, 4, 250])
def test_few_events_have_the_dtypes_of_many(events: pl.DataFrame, count: int) -> None:
    few = fraud.generate(count, 3)
    assert few.height == count
    assert few.schema == events.schema


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match=r"events: expected a count of zero or more, got -2"):
        fraud.generate(-2, 0)


@pytest.mark.parametrize("feature", fraud.SCHEMA.features, ids=lambda feature: feature.name)
def test_values_lie_inside_bounds_and_categories(events: pl.DataFrame, feature) -> None:
    values = events[feature.name]
    if feature.required:
        assert values.null_count() == 0
    if feature.dtype in {"float32", "float64"}:
        assert not values.is_nan().any()
    if feature.bounds is not None:
        low, high = feature.bounds
        assert values.drop_nulls().is_between(low, high).all()
    if feature.dtype == "category":
        assert set(values.drop_nulls().unique()) == set(feature.categories)


def test_shares_of_the_scenarios(events: pl.DataFrame) -> None:
    counts = dict(events["scenario"].value_counts().iter_rows())
    expected = {"cloned_cards": 312, "takeover": 324, "card_testing": 264, "foreign_online": 264}
    assert counts == {**expected, "genuine": BATCH - sum(expected.values())}
    assert 0.008 < events["fraud"].mean() < 0.012


def test_truth_is_what_was_reported(events: pl.DataFrame) -> None:
    real = events["scenario"] != "genuine"
    assert 0.92 < events.filter(real)["fraud"].mean() < 0.995
    assert 0.0001 < events.filter(~real)["fraud"].mean() < 0.0006


def test_truth_is_no_feature_of_time(events: pl.DataFrame) -> None:
    rates = [part["fraud"].mean() for part in events.iter_slices(BATCH // 4)]
    assert rates == pytest.approx([0.0097] * 4, abs=0.004)


def test_ledger_times_are_strictly_increasing_and_give_the_hour() -> None:
    paid = ledger(20_000, 3)
    assert (paid["time"].diff().drop_nulls().dt.total_milliseconds() > 0).all()
    hours = paid["time"].cast(pl.Int64) // HOUR % 24
    assert hours.equals(paid["hour"], check_dtypes=True)
    assert paid["time"].cast(pl.Int64).is_between(0, 60 * 24 * HOUR).all()


# Few customers make 600 payments a busy world: many windows hold more than one payment.
@pytest.mark.parametrize("seed", [0, 1])
def test_velocities_equal_brute_force(seed: int) -> None:
    paid = ledger(900, seed)
    dense = paid.with_columns(
        pl.from_epoch(pl.col("time").cast(pl.Int64) // 40, time_unit="ms")
        .cast(pl.Datetime("ms"))
        .alias("time"),
        pl.col("card") % 25,
        pl.col("device") % 12,
    ).unique("time", keep="first", maintain_order=True)
    assert dense.height > 850
    expected = brute_force(dense)
    assert list(with_velocity(dense).select(VELOCITIES).iter_rows()) == expected
    assert max(row[0] for row in expected) >= 3
    assert max(row[4] for row in expected) >= 4


def test_generated_features_are_the_velocities_of_the_ledger() -> None:
    paid = ledger(700, 9)
    expected = pl.DataFrame(
        brute_force(paid), schema=list(VELOCITIES), orient="row", infer_schema_length=None
    )
    events = fraud.generate(700, 9)
    for name in VELOCITIES:
        assert events[name].to_list() == expected[name].cast(events.schema[name]).to_list()
    assert events["amount"].to_list() == [float(np.float32(cents / 100)) for cents in paid["cents"]]


def test_window_is_open_on_the_left_and_holds_the_payment_itself() -> None:
    paid = pl.DataFrame(
        {
            "time": [0, HOUR - 1, HOUR, 2 * HOUR - 1],
            "card": [1] * 4,
            "device": [1] * 4,
            "cents": [100, 200, 300, 600],
        },
    ).with_columns(pl.col("time").cast(pl.Datetime("ms")))
    seen = with_velocity(paid)
    assert seen["transactions_1h"].to_list() == [1, 2, 2, 2]
    assert seen["spent_24h"].to_list() == [100, 300, 600, 1200]
    assert seen["amount_ratio"].to_list() == [None, 2.0, 2.0, 3.0]
    assert seen["seconds_since_last"].to_list() == [None, 3599, 0, 3599]


def test_the_future_changes_nothing() -> None:
    paid = ledger(5_000, 4)
    whole, cut = with_velocity(paid), with_velocity(paid.head(3_000))
    assert_frame_equal(whole.head(3_000), cut, check_exact=True)


def test_missing_features(events: pl.DataFrame) -> None:
    assert events["distance_km"].is_null().equals(events["online"])
    assert (
        events.filter(~pl.col("online"))["device_age"].null_count() == events.filter(~pl.col("online")).height
    )
    assert 0.06 < events.filter("online")["device_age"].is_null().mean() < 0.10
    assert events["abroad"].is_null().equals(events["country"].is_null())
    assert 0.005 < events["country"].is_null().mean() < 0.009
    assert events["amount_ratio"].is_null().equals(events["seconds_since_last"].is_null())


def test_norway_is_a_country_and_common(events: pl.DataFrame) -> None:
    assert 0.18 < (events["country"] == "NO").mean() < 0.30


def test_cloned_cards_meet_at_one_terminal(events: pl.DataFrame) -> None:
    cloned, genuine = of(events, "cloned_cards"), of(events, "genuine")
    assert not cloned["online"].any()
    assert cloned["cards_per_device_1h"].mean() > 2.0 * genuine["cards_per_device_1h"].mean()
    assert cloned["amount_ratio"].median() > 2.0 * genuine["amount_ratio"].median()
    assert cloned["distance_km"].median() > 100.0 > genuine["distance_km"].median()


def test_takeover_is_a_nightly_burst_of_higher_amounts(events: pl.DataFrame) -> None:
    taken, genuine = of(events, "takeover"), of(events, "genuine")
    assert (taken["hour"] < 7).mean() > 0.7
    assert (genuine["hour"] < 7).mean() < 0.3
    assert taken["transactions_1h"].mean() > 2.0
    assert genuine["transactions_1h"].mean() < 1.2
    assert taken["amount_ratio"].median() > 2.0 * genuine["amount_ratio"].median()


def test_card_testing_is_many_cards_and_tiny_amounts_on_one_device(events: pl.DataFrame) -> None:
    tested = of(events, "card_testing")
    assert tested["online"].all()
    assert tested["amount"].max() <= 5.0
    assert tested["cards_per_device_1h"].max() >= 10
    assert (tested["merchant"] == "digital").all()


def test_foreign_online_is_abroad_on_a_young_device(events: pl.DataFrame) -> None:
    foreign = of(events, "foreign_online")
    assert foreign["online"].all()
    assert foreign["abroad"].drop_nulls().all()
    assert foreign["device_age"].median() < 1.0 < of(events, "genuine")["device_age"].median()


def test_no_single_feature_gives_the_truth_away(events: pl.DataFrame) -> None:
    alerts = round(0.01 * BATCH)
    for feature in fraud.SCHEMA.features:
        if feature.bounds is None:
            continue
        for descending in (False, True):
            best = events.sort(feature.name, descending=descending, nulls_last=True).head(alerts)
            assert best["fraud"].sum() < 0.5 * events["fraud"].sum(), feature.name


def test_numbers_beyond_the_bounds_saturate() -> None:
    events = fraud.generate(2, 0).with_columns(
        pl.Series("amount", [-1.0, 60_000.0]),
        pl.Series("hour", [-3, None]),
        pl.Series("device_age", [1e9, 5.0]),
    )
    seen = conform(events, fraud.SCHEMA, fraud.ID, fraud.TRUTH, fraud.KIND)
    assert seen["amount"].to_list() == [0.0, 50_000.0]
    assert seen["hour"].to_list() == [0, None]
    assert seen["device_age"].to_list() == [10_000.0, 5.0]


def test_distance_is_the_great_circle() -> None:
    stockholm, oslo, antipode = [59.33, 18.07], [59.91, 10.75], [-59.33, 18.07 - 180.0]
    found = distance(np.array([stockholm] * 3), np.array([stockholm, oslo, antipode]))
    assert found == pytest.approx([0.0, 416.0, np.pi * 6371.0], abs=2.0)
