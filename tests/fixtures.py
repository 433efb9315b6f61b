"""Two small rulesets that many tests share."""

FRAUD = """\
# What the bank looks at twice.
name: fraud.card_present
version: 1.2.0
schema:
  name: fraud.card_present
  version: 1.0.0
  features:
    - {name: amount, dtype: float32, unit: EUR, bounds: [0, 50000], required: true}
    - {name: cards_per_device_1h, dtype: int32, unit: cards, bounds: [0, 1000]}
    - {name: country, dtype: category, categories: [SE, NO, DK, FI]}
    - {name: device_age, dtype: float64, unit: day}
hit_policy: first              # order is the law here
otherwise: approve
rules:
  # card testing
  - id: many-cards-one-device
    title: Many cards from one device within the hour
    when: ["cards_per_device_1h >= 4", "amount > 50", {any: ["country not in {SE, NO}", "device_age is missing"]}]
    then: review
    because: Card testing. Costs 0.2 % of good customers a second look.
  - id: large-abroad
    title: Large amount abroad
    when: ["country not in {SE}", amount > 5000]
    then: block
"""

TRIGGER = """\
name: hep.menu
version: 0.1.0
schema:
  name: hep.menu
  version: 1.0.0
  features:
    - {name: met, dtype: float32, unit: GeV, bounds: [0, 2000], required: true}
    - {name: dimuon_mass, dtype: float64, unit: GeV}
    - {name: jets, dtype: int32}
hit_policy: collect
otherwise: reject
rules:
  - id: two-muons
    when: [15 <= dimuon_mass < 25]
    then: dimuon
  - id: high-met
    when: [met > 150, jets >= 2]
    then: met
"""
