"""Writes data/replay-2013-06-07.jsonl.gz: a prediction for every flight of June and July 2013, in order of time.

    python replay_rows.py     with the package duckdb

A row has what a client knows of the flight two hours before its departure: the keys that the views are joined by, and the
request features. The rest comes from the views.
"""

import gzip
import json
from pathlib import Path

import duckdb

DATA = Path(__file__).resolve().parent.parent / "data"
FILE = DATA / "replay-2013-06-07.jsonl.gz"
KEYS = ["origin", "dest", "carrier", "route", "tailnum"]
REQUEST_FEATURES = ["distance", "sched_hour", "day_of_week"]

# Local months, as the timetable has them. A flight that was cancelled or diverted was predicted too; it has no outcome.
QUERY = f"""
select flight_id, arr_delayed, {", ".join([*KEYS, *REQUEST_FEATURES])},
  strftime(predict_at::timestamp, '%Y-%m-%dT%H:%M:%SZ') as time,
  strftime(arrived_at::timestamp, '%Y-%m-%dT%H:%M:%SZ') as label_known_at
from read_parquet('{DATA}/flights.parquet')
where month in (6, 7)
order by predict_at, flight_id
"""


def connect():
    """An in-memory database that reckons in UTC."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    return db


def build_record(flight):
    record = {
        "time": flight["time"],
        "model": "flight-delay",
        "unit": flight["flight_id"],
        "row": {name: flight[name] for name in [*KEYS, *REQUEST_FEATURES]},
    }
    if flight["arr_delayed"] is not None:
        record["label"] = flight["arr_delayed"]
        record["label_known_at"] = flight["label_known_at"]
    return record


def main():
    result = connect().execute(QUERY)
    names = [column[0] for column in result.description]
    lines = [json.dumps(build_record(dict(zip(names, row))), separators=(",", ":")) for row in result.fetchall()]
    # Without a time in its head, the same rows make the same file.
    FILE.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 9, mtime=0))
    print(f"{FILE}: {len(lines)} rows, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
