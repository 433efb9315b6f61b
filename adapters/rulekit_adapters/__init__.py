"""Domain packs: a vocabulary, a seeded generator of events and a teacher, one module per domain.

A pack is a plain module, and the module itself is the interface::

    NAME        str              the pack's name
    SCHEMA      Schema           the vocabulary that the rules are written in
    ID          str              the event id: int64, unique, increasing
    TRUTH       str              the Boolean truth
    generate    (events, seed) -> pl.DataFrame: ID, features in schema order, TRUTH, the kind of event
    teacher     (seed) -> BaseEstimator, unfitted, exportable to ONNX

Packs: ``hep`` (Level-1-like collision events, two signals) and ``fraud`` (card transactions, four kinds of
fraud, velocity features computed from the past alone).

Chosen
    Generators in place of downloaded data: they run offline, are free of licences and personal data, give as
    many events as a benchmark asks for, and the same frame for the same seed on the same library versions.
    A physical or behavioural model in place of Gaussian blobs: peaks, steep spectra, structural missing
    values and features that only mean something together are what makes rules hard to distil.
    Two layers in each pack: what happened (processes, campaigns) and what is seen (resolution, velocities).
    The second knows nothing of the truth, so no feature can leak it.
    Missing is null, never NaN and never a sentinel such as -999: rules would compare it as a number.
    Velocities by Polars' rolling windows over times that are made strictly increasing, so that "the past" has
    one meaning; money in whole cents, so that a sum over a window is exact in any order.

Refused
    A base class or a registry of packs: six names in a module need neither.
    Global random state: each pack owns a ``numpy.random.Generator`` made from the seed it is given.
    Detector simulation and real card data: the packs show shapes and traps, not cross-sections or loss rates.
    ``HistGradientBoostingClassifier`` as a teacher: skl2onnx cannot convert it.
"""
