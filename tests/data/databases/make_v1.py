"""Writes v1.sqlite: a log of the first released form, in the words of that form and not of the program.

    python tests/data/databases/make_v1.py

Whatever the program becomes, it must read this file. So neither is ever changed; a new form gets files of its
own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

PATH = Path(__file__).with_name("v1.sqlite")
SESSION = "0e0b9a5c-52a7-4d8e-8f5e-3b1f4f3a2d10"
TEXT = '{"stem":"Which gate?"}'
HASH = hashlib.sha256(TEXT.encode()).hexdigest()

TABLES = (
    """
    CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        uuid TEXT NOT NULL UNIQUE,
        session TEXT NOT NULL,
        utc TEXT NOT NULL,
        utc_offset INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        versions TEXT NOT NULL
    )
    """,
    "CREATE TABLE text (hash TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL)",
)

ASKED = (
    f'"draws":[["w",0.9]],"order":[1,0],"question":"lstm-gates/forget","seed":7,"text":"{HASH}","variant":1'
)
EVENTS = (
    ("started", '{"mode":"study","queue":["lstm-gates/forget"],"subject":""}'),
    ("shown", f'{{"attempt":1,{ASKED},"explains":true,"hints":2,"position":0,"varies":true}}'),
    ("hinted", '{"hint":1,"question":"lstm-gates/forget"}'),
    (
        "answered",
        f'{{"answer":{{"kind":"choice","options":[1]}},"attempt":1,{ASKED},"certainty":"guess","credit":0.0,'
        '"hints":1,"misconceptions":["input-gate-keeps"],"numbers":[],"right":false,"seconds":12.5}',
    ),
    ("retracted", '{"answered":"00000000-0000-0000-0000-000000000004","question":"lstm-gates/forget"}'),
    (
        "answered",
        f'{{"answer":{{"kind":"choice","options":[0]}},"attempt":1,{ASKED},"certainty":"certain","credit":1.0,'
        '"hints":1,"misconceptions":[],"numbers":[["key",0.43046721]],"right":true,"seconds":null}',
    ),
    ("explained", '{"choice":"forget-product","question":"lstm-gates/forget","right":true}'),
    ("flagged", f'{{"flagged":true,"note":"why 0.9?","question":"lstm-gates/forget","text":"{HASH}"}}'),
    ("from-a-later-version", '{"anything":[1,2,{"x":null}]}'),
    ("finished", '{"completed":true}'),
)


def main() -> None:
    """Write the file."""
    PATH.unlink(missing_ok=True)
    with closing(sqlite3.connect(PATH, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA journal_mode = WAL")
        for table in TABLES:
            connection.execute(table)
        for number, (kind, payload) in enumerate(EVENTS, start=1):
            connection.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    f"00000000-0000-0000-0000-{number:012}",
                    SESSION,
                    f"2026-01-31T17:45:{number:02}.000000Z",
                    60,
                    kind,
                    payload,
                    '{"unrolled":"0.1.0"}',
                ),
            )
        connection.execute("INSERT INTO text VALUES (?, ?)", (HASH, TEXT))
        connection.execute("PRAGMA user_version = 1")


if __name__ == "__main__":
    main()
