"""Writes data/replay-2013-06-07.jsonl.gz: a prediction for every flight of June and July 2013, in order of time.

    python replay_rows.py
"""

import gzip
import json

import features
from tables import DATA, to_matrix
from write_versions import as_json

FILE = DATA / "replay-2013-06-07.jsonl.gz"

# Local months, as the timetable has them. A flight that was cancelled or diverted was predicted too; it has no outcome.
QUERY = """
select flight_id, arr_delayed, features.* exclude (flight_id),
  strftime(predict_at::timestamp, '%Y-%m-%dT%H:%M:%SZ') as time,
  strftime(arrived_at::timestamp, '%Y-%m-%dT%H:%M:%SZ') as label_known_at
from flights join features using (flight_id)
where month in (6, 7)
order by predict_at, flight_id
"""


def build_records(db):
    rows = db.execute(QUERY).fetchnumpy()
    inputs = to_matrix(rows, features.NAMES)
    unlabelled = rows["arr_delayed"].mask
    for index, row in enumerate(inputs):
        record = {
            "time": str(rows["time"][index]),
            "model": "flight-delay",
            "unit": str(rows["flight_id"][index]),
            "row": dict(zip(features.NAMES, [as_json(value) for value in row])),
        }
        if not unlabelled[index]:
            record["label"] = int(rows["arr_delayed"][index])
            record["label_known_at"] = str(rows["label_known_at"][index])
        yield record


def main():
    db = features.open_tables()
    features.create_features(db)
    lines = [json.dumps(record, separators=(",", ":")) for record in build_records(db)]
    # Without a time in its head, the same rows make the same file.
    FILE.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 9, mtime=0))
    print(f"{FILE}: {len(lines)} rows, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
