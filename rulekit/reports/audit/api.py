"""The verb ``rulekit.audit``: recorded decisions in, an :class:`rulekit.reports.audit.model.audit.Audit` out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rulekit.frames import Frame
from rulekit.induction.teachers.load import teacher as load_teacher
from rulekit.keys import PublicKey, load_public
from rulekit.log.open import is_log
from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.inputs.align import AlignedEvents, align
from rulekit.reports.audit.inputs.audit_input import AuditOptions, open_input
from rulekit.reports.audit.inputs.law import law_of_file, law_of_records
from rulekit.reports.audit.inputs.log import LogSource, read_logged, with_log_columns
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.sections.fpga import read_hardware, with_hardware
from rulekit.reports.audit.sections.replay import replay_decisions
from rulekit.reports.replay.record import Record, read_record
from rulekit.store.lookup import RulesetSource, load


def audit(  # noqa: PLR0913 - the public verb: all but the first by keyword
    decisions: str | Path,
    *,
    ruleset: RulesetSource | None = None,
    folder: str | Path | None = None,
    events: Frame | None = None,
    truth: str | None = None,
    teacher: Any = None,
    weight: str | None = None,
    accept: Sequence[str] | None = None,
    previous: RulesetSource | None = None,
    by: Sequence[str] | None = None,
    time: str | None = None,
    reference: Frame | None = None,
    expect: Sequence[str] = (),
    id_column: str | None = None,
    key: PublicKey | str | Path | None = None,
    sample: int = 1000,
    seed: int = 0,
    fpga: str | Path | None = None,
    command: str | None = None,
) -> Audit:
    """Audit recorded decisions: decide every event again, measure what was decided, and put the rules into words.

    Parameters
    ----------
    decisions : a file that ``rulekit decide`` wrote, with its manifest beside it; or a decision log.
    ruleset : the ruleset that the decisions claim to follow: a Ruleset, or YAML or JSON text, a file, a law folder,
        ``FOLDER@1.2.0`` or ``FOLDER@in-force``. Default: the one in the manifest. A log needs one, or a tree of law
        folders that holds it.
    folder : the law folder whose charter and register are shown; default: the folder that ``ruleset`` names.
    events : the events that were decided: a frame or a file. Default: the file that the manifest names. A log holds
        the values that were read; a file adds further columns.
    truth : column of the events that is true for signal; default: efficiency and purity are not measured.
    teacher : what the rules were distilled from: a fitted scikit-learn estimator, the path of an ``.onnx`` file,
        the name of a column of scores, or any object with a ``name`` and ``scores(frame)``.
    weight : column of the events with non-negative weights; default: every event counts 1. In a log that is a
        sample, each decision counts for all that it stands for.
    accept : outcomes that count as accepted; default: all but ``otherwise`` and ``invalid``.
    previous : another version of the ruleset, decided on the same events; named as ``ruleset`` is.
    by : columns of the events that make subgroups; default: every category feature.
    time : column of the events with the time; default: the events are taken to be in order of time. A log has it.
    reference : events that drift is measured against; default: the first period of the record.
    expect : further gates, such as ``"efficiency >= 0.7"``.
    id_column : for a log: the column of ``events`` with the event id.
    key : for a log: the public key that signed it, or its file.
    sample, seed : how many events the reference semantics decides again, and the seed that picks them.
    fpga : folder of a synthesised artifact of the ``systemverilog`` target, to be shown as well.
    command : the command line that made this report, to be named in it.

    Raises
    ------
    EventError
        when the decisions, their manifest or the events can't be read, or lack a column.
    LawError
        when the decisions name another ruleset, or a law or register can't be read.
    TeacherError
        when the teacher can't be read, or gives no finite score for every event.
    ArtifactError
        when the artifact is damaged, of another target or ruleset, or was not synthesised.
    LogError
        when the log can't be read, or was decided in several numerics.
    RulekitError
        when an outcome to accept is unknown, or an expectation is none.

    """
    source: Path | LogSource = Path(decisions)
    if is_log(decisions):
        source = LogSource(str(decisions), id_column, _public(key))
    record, aligned, place = _opened(source, ruleset, events)
    hardware = None if fpga is None else read_hardware(fpga, record.ruleset)
    options = AuditOptions(
        truth=truth,
        teacher=None if teacher is None else load_teacher(teacher, record.ruleset.schema),
        weight=weight,
        accept=None if accept is None else tuple(accept),
        previous=None if previous is None else load(previous),
        by=None if by is None else tuple(by),
        time=time,
        reference=reference,
        expect=tuple(expect),
    )
    if isinstance(source, LogSource):
        options = with_log_columns(options, aligned)
    audited = open_input(record, aligned, options)
    found = assemble(audited, replay_decisions(audited, sample, seed), folder or place, command)
    return found if hardware is None else with_hardware(found, audited, hardware)


def _public(key: PublicKey | str | Path | None) -> PublicKey | None:
    return load_public(Path(key)) if isinstance(key, (str, Path)) else key


def _opened(
    source: Path | LogSource, named: RulesetSource | None, events: Frame | None
) -> tuple[Record, AlignedEvents, Path | None]:
    """Return the decisions, their events, and the law folder that the ruleset was named by."""
    if isinstance(source, LogSource):
        law, folder = law_of_records(source.where, named)
        return *read_logged(source, law, events), folder
    claimed, folder = law_of_file(source, named)
    record = read_record(source, claimed)
    return record, align(record, events), folder
