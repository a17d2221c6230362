"""Computes the training set of the example a second time, without a join, and compares every cell with the one in a folder.

`training_set.py DATA DATASET`: DATA has the example's Parquet files, DATASET is what `mainward dataset` wrote. Prints one JSON line:
rows, cells, and per column how many cells differ. Values of a view are as of g = floor((t - lag) / refresh) * refresh, t being the
time of the prediction. Everything is counted in microseconds, every sum in whole numbers or by math.fsum.
"""

import bisect
import json
import math
import sys
from collections import defaultdict

import duckdb
import numpy as np

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
REFRESH = 15 * MINUTE
LAG = MINUTE
TTL_WEATHER = 4 * HOUR
TTL_AIRCRAFT = 24 * HOUR
PARTS = {"train": ("2013-01-15", "2013-05-04"), "validation": ("2013-05-04", "2013-05-18"), "test": ("2013-05-18", "2013-06-01")}

WEATHER = ["temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
# Feature: events, key, value, window, function.
WINDOWS = {
    "carrier_delay_rate_6h": ("arrivals", "carrier", "arr_delayed", 6 * HOUR, "mean"),
    "carrier_delay_rate_7d": ("arrivals", "carrier", "arr_delayed", 7 * DAY, "mean"),
    "carrier_delay_rate_30d": ("arrivals", "carrier", "arr_delayed", 30 * DAY, "mean"),
    "carrier_dep_delay_3h": ("departures", "carrier", "dep_delay", 3 * HOUR, "mean"),
    "origin_delay_rate_6h": ("arrivals", "origin", "arr_delayed", 6 * HOUR, "mean"),
    "origin_delay_rate_7d": ("arrivals", "origin", "arr_delayed", 7 * DAY, "mean"),
    "origin_arr_delay_6h": ("arrivals", "origin", "arr_delay", 6 * HOUR, "mean"),
    "origin_dep_delay_2h": ("departures", "origin", "dep_delay", 2 * HOUR, "mean"),
    "origin_dep_delay_rate_2h": ("departures", "origin", "dep_delayed", 2 * HOUR, "mean"),
    "origin_departures_2h": ("departures", "origin", None, 2 * HOUR, "count"),
    "route_delay_rate_30d": ("arrivals", "route", "arr_delayed", 30 * DAY, "mean"),
    "dest_delay_rate_6h": ("arrivals", "dest", "arr_delayed", 6 * HOUR, "mean"),
}


def read(db, sql):
    """Rows as dictionaries; times as microseconds since the epoch."""
    result = db.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]


class Window:
    """Events of each key by time, with running counts and sums: what lies in (g - window, g] is a difference."""

    def __init__(self, events, key, value):
        by_key = defaultdict(list)
        for event in events:
            number = 1 if value is None else event[value]
            if event[key] is not None and number is not None:
                by_key[event[key]].append((event["at"], number))
        self.times, self.sums = {}, {}
        for name, pairs in by_key.items():
            pairs.sort()
            self.times[name] = [at for at, _ in pairs]
            self.sums[name] = np.concatenate([[0], np.cumsum([number for _, number in pairs], dtype=np.int64)])

    def at(self, key, g, window):
        times = self.times.get(key)
        if times is None:
            return 0, 0
        until, since = bisect.bisect_right(times, g), bisect.bisect_right(times, g - window)
        return until - since, int(self.sums[key][until] - self.sums[key][since])


class Newest:
    """The newest event of each key that is known at g: of those at one time, the one that was known last, then the first row."""

    def __init__(self, events, key):
        by_key = defaultdict(list)
        for row, event in enumerate(events):
            if event[key] is not None:
                by_key[event[key]].append((event["known"], event["at"], -row, event))
        self.known, self.best = {}, {}
        for name, found in by_key.items():
            found.sort(key=lambda item: item[:3])
            self.known[name] = [item[0] for item in found]
            best, newest = [], None
            for known, at, row, event in found:
                if newest is None or (at, known, row) > newest[:3]:
                    newest = (at, known, row, event)
                best.append(newest[3])
            self.best[name] = best

    def at(self, key, g):
        index = bisect.bisect_right(self.known.get(key, []), g)
        return None if index == 0 else self.best[key][index - 1]


def read_flights(db, data):
    return read(
        db,
        f"""select flight_id, carrier, origin, dest, route, tailnum, distance, sched_hour, day_of_week, arr_delayed, arr_delay, dep_delay,
            epoch_us(predict_at) as t, epoch_us(sched_dep) as sched, epoch_us(arrived_at) as arrived, epoch_us(departed_at) as departed
            from read_parquet('{data}/flights.parquet', file_row_number = true) order by file_row_number""",
    )


def read_weather(db, data):
    rows = read(
        db,
        f"""select origin, epoch_us(observed_at) as at, epoch_us(recorded_at) as known, {', '.join(WEATHER)}
            from read_parquet('{data}/weather_hourly.parquet', file_row_number = true) order by file_row_number""",
    )
    for row in rows:
        if row["wind_speed"] is not None and row["wind_speed"] > 150:
            row["wind_speed"] = None
    return rows


def open_windows(flights):
    events = {
        "arrivals": [{**flight, "at": flight["arrived"]} for flight in flights if flight["arrived"] is not None],
        "departures": [
            {**flight, "at": flight["departed"], "dep_delayed": None if flight["dep_delay"] is None else int(flight["dep_delay"] >= 15)}
            for flight in flights
            if flight["departed"] is not None
        ],
    }
    made = {}
    for kind, key, value, _, _ in WINDOWS.values():
        if (kind, key, value) not in made:
            made[kind, key, value] = Window(events[kind], key, value)
    arrivals = [{**event, "known": event["at"]} for event in events["arrivals"]]
    return made, Newest(arrivals, "tailnum")


def add_windows(row, flight, g, windows):
    for name, (kind, key, value, window, function) in WINDOWS.items():
        count, total = windows[kind, key, value].at(flight[key], g, window)
        row[name] = count if function == "count" else (total / count if count > 0 else None)


def add_weather(row, flight, g, weather, reports):
    found = weather.at(flight["origin"], g)
    is_fresh = found is not None and found["at"] >= flight["t"] - TTL_WEATHER
    for name in WEATHER:
        row[name] = found[name] if is_fresh else None
    recent = [
        report["precip"]
        for report in reports[flight["origin"]]
        if g - 6 * HOUR < report["at"] <= g and report["known"] <= g and report["precip"] is not None
    ]
    row["precip_sum_6h"] = math.fsum(recent) if recent else None


def add_aircraft(row, flight, g, last, planes):
    found = last.at(flight["tailnum"], g)
    row["arr_delay"] = found["arr_delay"] if found is not None and found["at"] >= flight["t"] - TTL_AIRCRAFT else None
    plane = planes.get(flight["tailnum"])
    row["plane_age"] = None if plane is None or plane["year_built"] is None else 2013 - plane["year_built"]
    row["seats"] = None if plane is None else plane["seats"]


class Reports:
    """The reports of an airport that can lie in a window that ends at g."""

    def __init__(self, rows):
        self.by_origin = defaultdict(list)
        for row in sorted(rows, key=lambda row: row["at"]):
            self.by_origin[row["origin"]].append(row)
        self.times = {origin: [row["at"] for row in found] for origin, found in self.by_origin.items()}

    def near(self, origin, g):
        times = self.times[origin]
        return {origin: self.by_origin[origin][bisect.bisect_right(times, g - 6 * HOUR) : bisect.bisect_right(times, g)]}


def compute(db, data):
    """Rows of each part, in the order of the flights."""
    flights, reports = read_flights(db, data), read_weather(db, data)
    windows, last = open_windows(flights)
    weather, near = Newest(reports, "origin"), Reports(reports)
    planes = {row["tailnum"]: row for row in read(db, f"select * from read_parquet('{data}/planes.parquet')")}
    parts = {name: [] for name in PARTS}
    bounds = {
        name: [db.execute(f"select epoch_us(timestamp '{day}')").fetchone()[0] for day in days] for name, days in PARTS.items()
    }
    for flight in flights:
        part = next((name for name, (since, until) in bounds.items() if since <= flight["sched"] < until), None)
        if part is None or flight["arr_delayed"] is None:
            continue
        g = (flight["t"] - LAG) // REFRESH * REFRESH
        row = {"arr_delayed": flight["arr_delayed"]}
        for name in ["distance", "sched_hour", "day_of_week"]:
            row[name] = flight[name]
        add_windows(row, flight, g, windows)
        add_weather(row, flight, g, weather, near.near(flight["origin"], g))
        add_aircraft(row, flight, g, last, planes)
        parts[part].append(row)
    return parts


def main(data, dataset):
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    expected = compute(db, data)
    result = {"rows": {}, "columns": 0, "cells": 0, "wrong": {}}
    for part, rows in expected.items():
        found = read(db, f"select * from read_parquet('{dataset}/{part}.parquet', file_row_number = true) order by file_row_number")
        result["rows"][part] = [len(rows), len(found)]
        names = list(rows[0])
        result["columns"] = len(names)
        for ours, theirs in zip(rows, found):
            for name in names:
                result["cells"] += 1
                if ours[name] != theirs[name]:
                    wrong = result["wrong"].setdefault(name, {"count": 0, "first": [ours[name], theirs[name]]})
                    wrong["count"] += 1
    print(json.dumps(result))


main(*sys.argv[1:])
