"""Checks the features of flights against the plain meaning of "known at t", without the SQL that makes them. Prints JSON.

Two checks: all features of some flights, reckoned again by loops over the rows of the files; and whether anything changes
for predictions up to a time when everything that became known later is made absurd.

    PYTHONPATH=example-repo/tools python leaks.py SCRATCH_FOLDER
"""

import json
import math
import random
import shutil
import sys
from pathlib import Path

import features
import numpy as np
from tables import DATA, connect

HOUR = 3600
DAY = 24 * HOUR
SAMPLE = 120
CUT = "2013-04-20 17:30:00+00"

FLIGHTS = """
select flight_id, epoch(predict_at)::bigint as t, carrier, origin, dest, route, tailnum, distance, sched_hour, day_of_week,
  epoch(departed_at)::bigint as departed, epoch(arrived_at)::bigint as arrived, dep_delay, arr_delay
from read_parquet('{data}/flights.parquet')
"""
WEATHER = """
select origin, epoch(recorded_at)::bigint as recorded, temp, dewp, humid, wind_speed, wind_gust, precip, pressure, visib
from read_parquet('{data}/weather_hourly.parquet')
"""

POISON = f"""
copy (select * replace (
  case when arrived_at > '{CUT}' then 999 else arr_delay end as arr_delay,
  case when arrived_at > '{CUT}' then 1 - arr_delayed else arr_delayed end as arr_delayed,
  case when departed_at > '{CUT}' then 999 else dep_delay end as dep_delay,
  case when arrived_at > '{CUT}' then arrived_at + interval 90 minutes else arrived_at end as arrived_at
) from read_parquet('{{data}}/flights.parquet')) to '{{scratch}}/flights.parquet' (format parquet);
copy (select * replace (
  case when recorded_at > '{CUT}' then 140 else temp end as temp,
  case when recorded_at > '{CUT}' then 140 else wind_speed end as wind_speed,
  case when recorded_at > '{CUT}' then 9 else precip end as precip
) from read_parquet('{{data}}/weather_hourly.parquet')) to '{{scratch}}/weather_hourly.parquet' (format parquet);
"""


def read_rows(sql):
    query = connect().execute(sql.format(data=DATA))
    names = [column[0] for column in query.description]
    return [dict(zip(names, row)) for row in query.fetchall()]


def mean(values):
    return round(sum(values) / len(values), 4) if values else None


def reckon(flight, world):
    """The features of a flight, from every row that was known at its t and from no other."""
    t = flight["t"]
    # Only for speed: nothing that departs or arrives within 30 days before t has its own t further away.
    near = {key: [o for o in index.get(flight[key], []) if t - 40 * DAY < o["t"] < t] for key, index in world["by"].items()}
    same = near.__getitem__
    arrived = lambda key, hours: [o for o in same(key) if o["arrived"] is not None and t - hours * HOUR < o["arrived"] <= t]
    departed = lambda key, hours: [o for o in same(key) if o["departed"] is not None and t - hours * HOUR < o["departed"] <= t]
    late = lambda flights: mean([int(o["arr_delay"] >= 15) for o in flights])
    here = [w for w in world["weather"] if w["origin"] == flight["origin"] and w["recorded"] <= t]
    newest = max((w for w in here if w["recorded"] > t - 3 * HOUR), key=lambda w: w["recorded"], default={})
    wind = newest.get("wind_speed")
    rain = [w["precip"] for w in here if w["recorded"] > t - 6 * HOUR and w["precip"] is not None]
    out = departed("origin", 2)
    last = max(arrived("tailnum", 24), key=lambda o: (o["arrived"], o["flight_id"]), default=None) if flight["tailnum"] else None
    plane = world["planes"].get(flight["tailnum"], {})
    return {
        **{name: newest.get(name) for name in ("temp", "dewp", "humid", "wind_gust", "precip", "pressure", "visib")},
        "wind_speed": wind if wind is not None and wind <= 150 else None,
        "precip_sum_6h": round(sum(rain), 2) if rain else None,
        "carrier_delay_rate_6h": late(arrived("carrier", 6)),
        "carrier_delay_rate_7d": late(arrived("carrier", 7 * 24)),
        "carrier_delay_rate_30d": late(arrived("carrier", 30 * 24)),
        "carrier_dep_delay_3h": mean([o["dep_delay"] for o in departed("carrier", 3)]),
        "origin_delay_rate_6h": late(arrived("origin", 6)),
        "origin_delay_rate_7d": late(arrived("origin", 7 * 24)),
        "origin_arr_delay_6h": mean([o["arr_delay"] for o in arrived("origin", 6)]),
        "origin_dep_delay_2h": mean([o["dep_delay"] for o in out]),
        "origin_dep_delay_rate_2h": mean([int(o["dep_delay"] >= 15) for o in out]),
        "origin_departures_2h": len(out) or None,
        "route_delay_rate_30d": late(arrived("route", 30 * 24)),
        "dest_delay_rate_6h": late(arrived("dest", 6)),
        "aircraft_arr_delay_24h": last["arr_delay"] if last else None,
        "plane_age": 2013 - plane["year_built"] if plane.get("year_built") else None,
        "seats": plane.get("seats"),
        **{name: flight[name] for name in ("distance", "sched_hour", "day_of_week")},
    }


def read_world(flights):
    by = {key: {} for key in ("carrier", "origin", "dest", "route", "tailnum")}
    for flight in flights:
        for key, index in by.items():
            index.setdefault(flight[key], []).append(flight)
    planes = {row["tailnum"]: row for row in read_rows("select tailnum, year_built, seats from read_parquet('{data}/planes.parquet')")}
    return {"by": by, "weather": read_rows(WEATHER), "planes": planes}


def differs(found, expected):
    if expected is None or found is None or math.isnan(found):
        return not (expected is None and (found is None or math.isnan(found)))
    return abs(found - expected) > 1.1e-4


def check_meaning(db):
    """Features that differ, by name, over a sample of flights."""
    flights = read_rows(FLIGHTS)
    world = read_world(flights)
    sample = random.Random(7).sample(flights, SAMPLE)
    query = db.execute("select * from features where list_contains(?, flight_id)", [[f["flight_id"] for f in sample]])
    names = [column[0] for column in query.description]
    found = {row[0]: dict(zip(names, row)) for row in query.fetchall()}
    wrong, nulls = {}, {}
    for flight in sample:
        for name, expected in reckon(flight, world).items():
            nulls[name] = nulls.get(name, 0) + (expected is None)
            if differs(found[flight["flight_id"]][name], expected):
                wrong.setdefault(name, []).append([flight["flight_id"], found[flight["flight_id"]][name], expected])
    return {"compared": sorted(nulls), "wrong": wrong, "nulls": nulls}


def check_future(db, scratch):
    """Features that change, by name, when what became known after CUT is absurd: up to it, and later."""
    shutil.copy(DATA / "planes.parquet", scratch)
    connect().execute(POISON.format(data=DATA, scratch=scratch))
    poisoned = features.open_tables(scratch)
    features.create_features(poisoned)
    return {
        "upToCut": changed(db, poisoned, f"predict_at <= '{CUT}'"),
        "afterCut": changed(db, poisoned, f"predict_at > '{CUT}' and predict_at < '{CUT}'::timestamptz + interval 1 day"),
    }


def changed(db, poisoned, condition):
    query = f"select features.* from flights join features using (flight_id) where {condition} order by flight_id"
    first, second = db.execute(query).fetchnumpy(), poisoned.execute(query).fetchnumpy()
    return {
        "flights": len(first["flight_id"]),
        "changed": [name for name in features.NAMES if not np.array_equal(fill(first[name]), fill(second[name]), equal_nan=True)],
    }


def fill(column):
    return np.ma.filled(np.ma.asarray(column).astype(float), np.nan)


def main():
    db = features.open_tables()
    features.create_features(db)
    print(json.dumps({"meaning": check_meaning(db), "future": check_future(db, Path(sys.argv[1]))}))


main()
