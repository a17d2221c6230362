"""`compare_future.py BEFORE AFTER CUT`: two training sets. Prints rows up to the cut and after it, and how many of each have other features."""

import json
import sys

import duckdb


def read(db, folder, part):
    # What stands beside a part has the time of each row's prediction, in the same order.
    sql = f"select * exclude (arr_delayed) from read_parquet('{folder}/{part}.parquet', file_row_number = true) order by file_row_number"
    times = f"""select epoch_us("__predict_at") from read_parquet('{folder}/side/{part}.parquet', file_row_number = true) order by file_row_number"""
    return list(zip((time for (time,) in db.execute(times).fetchall()), db.execute(sql).fetchall()))


def main(before, after, cut):
    db = duckdb.connect()
    (limit,) = db.execute(f"select epoch_us(timestamptz '{cut}')").fetchone()
    result = {"upToCut": [0, 0], "afterCut": [0, 0]}
    for part in ["train", "validation", "test"]:
        ours, theirs = read(db, before, part), read(db, after, part)
        assert len(ours) == len(theirs), (part, len(ours), len(theirs))
        for (time, row), (other_time, other) in zip(ours, theirs):
            assert time == other_time
            count = result["upToCut" if time <= limit else "afterCut"]
            count[0] += 1
            count[1] += row != other
    print(json.dumps(result))


main(*sys.argv[1:])
