import pytest

from rulekit.files import write_text, write_whole


def test_a_failed_write_leaves_what_was_there_and_no_draft(tmp_path):
    path = tmp_path / "law.yaml"
    write_text(path, "the law\n")

    def fail(draft):
        draft.write_text("half of")
        raise OSError("no space left on the device")

    with pytest.raises(OSError, match="no space"):
        write_whole(path, fail)
    assert path.read_text() == "the law\n"
    assert list(tmp_path.iterdir()) == [path]


def test_line_feeds_stay_plain(tmp_path):
    write_text(tmp_path / "a", "å\n")
    assert (tmp_path / "a").read_bytes() == "å\n".encode()
