"""Every mail as it is read, word for word. To approve a change: `IMAGIN_UPDATE_SNAPSHOTS=1 ./imagin test …`."""

import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
UPDATE = bool(os.environ.get("IMAGIN_UPDATE_SNAPSHOTS"))


def snapshot(file, text):
    text = text.replace("\r\n", "\n")
    if UPDATE:
        assert not os.environ.get("CI"), "what CI compares with is never made by CI"
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode(), f"{file.name}: is the change meant? see the head of this test"


def test_every_mail_is_the_one_that_was_read_and_approved(name, mails, mail):
    read = message_from_bytes(bytes(mail(mails[name])), policy=default)
    heads = [f"{key}: {value}" for key, value in read.items() if key not in {"Content-Type", "MIME-Version"}]
    pieces = [
        f"[{part.get_content_type()} {part.get_filename()} {part['Content-Type'].params.get('method', '')}".rstrip()
        + "]"
        for part in read.iter_attachments()
    ]
    text = read.get_body(["plain"]).get_content()
    snapshot(SNAPSHOTS / f"{name}.txt", "\n".join([*heads, "", text, *pieces, ""]))
    snapshot(SNAPSHOTS / f"{name}.html", read.get_body(["html"]).get_content())


def test_no_snapshot_is_of_a_mail_that_is_not_sent_any_more(mails):
    assert {file.stem for file in SNAPSHOTS.iterdir()} == set(mails)
