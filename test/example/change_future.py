"""`change_future.py DATA OUT CUT`: copies the example's tables; whatever became known after CUT is other than it was."""

import sys

import duckdb

TABLES = {
    "flights": """select * replace (
            case when arrived_at > cut then 999 else arr_delay end as arr_delay,
            case when arrived_at > cut then 1 - arr_delayed else arr_delayed end as arr_delayed,
            case when departed_at > cut then 999 else dep_delay end as dep_delay)""",
    "weather_hourly": """select * replace (
            case when recorded_at > cut then -99 else temp end as temp,
            case when recorded_at > cut then 99 else precip end as precip)""",
    "planes": "select *",
}


def main(data, out, cut):
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'; set threads = 1")
    db.execute(f"set variable cut = timestamptz '{cut}'")
    for table, select in TABLES.items():
        sql = select.replace("cut ", "getvariable('cut') ")
        db.execute(f"copy ({sql} from read_parquet('{data}/{table}.parquet')) to '{out}/{table}.parquet' (format parquet)")


main(*sys.argv[1:])
