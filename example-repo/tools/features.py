"""The 27 inputs of flight-delay for every flight, as they were known two hours before its scheduled departure.

A feature at the time t of a prediction uses only what was known at t: weather from `recorded_at` on, arrivals from
`arrived_at` on, departures from `departed_at` on. A window of length w is (t - w, t]; its value is null when it is empty.
Shares and means have four decimals.
"""

from dataclasses import dataclass

import numpy as np
from tables import DATA, Part, connect, to_matrix

HOUR = 3600
DAY = 24 * HOUR

WEATHER_TTL_SECONDS = 3 * HOUR
AIRCRAFT_WINDOW_SECONDS = 24 * HOUR
YEAR_OF_FLIGHTS = 2013

# Name, unit, meaning: the columns of the models, in this order.
FEATURES = [
    ("temp", "°F", "Temperature at the origin; newest report of the last 3 h"),
    ("dewp", "°F", "Dew point at the origin; newest report of the last 3 h"),
    ("humid", "%", "Relative humidity at the origin; newest report of the last 3 h"),
    ("wind_speed", "mph", "Wind speed at the origin; newest report of the last 3 h, null above 150"),
    ("wind_gust", "mph", "Wind gust at the origin, null without gusts; newest report of the last 3 h"),
    ("precip", "in", "Precipitation of an hour at the origin; newest report of the last 3 h"),
    ("pressure", "mbar", "Sea level pressure at the origin; newest report of the last 3 h"),
    ("visib", "mi", "Visibility at the origin, at most 10; newest report of the last 3 h"),
    ("precip_sum_6h", "in", "Precipitation at the origin reported in the last 6 h"),
    ("carrier_delay_rate_6h", "share", "Share of the carrier's arrivals of the last 6 h that were 15 min late or more"),
    ("carrier_delay_rate_7d", "share", "Share of the carrier's arrivals of the last 7 d that were 15 min late or more"),
    ("carrier_delay_rate_30d", "share", "Share of the carrier's arrivals of the last 30 d that were 15 min late or more"),
    ("carrier_dep_delay_3h", "min", "Mean delay of the carrier's departures of the last 3 h"),
    ("origin_delay_rate_6h", "share", "Share of the arrivals of the last 6 h, of flights from this origin, that were 15 min late or more"),
    ("origin_delay_rate_7d", "share", "Share of the arrivals of the last 7 d, of flights from this origin, that were 15 min late or more"),
    ("origin_arr_delay_6h", "min", "Mean delay of the arrivals of the last 6 h, of flights from this origin"),
    ("origin_dep_delay_2h", "min", "Mean delay of the departures of the last 2 h from this origin"),
    ("origin_dep_delay_rate_2h", "share", "Share of the departures of the last 2 h from this origin that were 15 min late or more"),
    ("origin_departures_2h", "flights", "Departures of the last 2 h from this origin, null for none"),
    ("route_delay_rate_30d", "share", "Share of the route's arrivals of the last 30 d that were 15 min late or more"),
    ("dest_delay_rate_6h", "share", "Share of the arrivals of the last 6 h at this destination, from New York, that were 15 min late or more"),
    ("aircraft_arr_delay_24h", "min", "Delay of this aircraft's last arrival, if within 24 h"),
    ("plane_age", "years", "2013 minus the year in which the aircraft was built"),
    ("seats", "seats", "Seats of the aircraft"),
    ("distance", "mi", "Distance of the flight"),
    ("sched_hour", "h", "Hour of the scheduled departure, New York time, 0 to 23"),
    ("day_of_week", "ISO weekday", "Weekday of the scheduled departure, New York time, 1 = Monday"),
]
NAMES = [name for name, _, _ in FEATURES]

# From, until (exclusive) of sched_dep, UTC.
PARTS = {
    "train": ("2013-01-15", "2013-05-04"),
    "validation": ("2013-05-04", "2013-05-18"),
    "test": ("2013-05-18", "2013-06-01"),
    "production": ("2013-06-01", "2013-08-01"),
}


@dataclass(frozen=True)
class Window:
    """Features over the events of a key within a time before the prediction. `values` maps a feature to its SQL over
    the window's `n` (events) and sums."""

    name: str
    events: str
    key: str
    seconds: int
    values: dict


WINDOWS = [
    Window("carrier_6h", "arrivals", "carrier", 6 * HOUR, {"carrier_delay_rate_6h": "late / n"}),
    Window("carrier_7d", "arrivals", "carrier", 7 * DAY, {"carrier_delay_rate_7d": "late / n"}),
    Window("carrier_30d", "arrivals", "carrier", 30 * DAY, {"carrier_delay_rate_30d": "late / n"}),
    Window("carrier_3h", "departures", "carrier", 3 * HOUR, {"carrier_dep_delay_3h": "delay / n"}),
    Window("origin_6h", "arrivals", "origin", 6 * HOUR, {"origin_delay_rate_6h": "late / n", "origin_arr_delay_6h": "delay / n"}),
    Window("origin_7d", "arrivals", "origin", 7 * DAY, {"origin_delay_rate_7d": "late / n"}),
    Window(
        "origin_2h",
        "departures",
        "origin",
        2 * HOUR,
        {"origin_dep_delay_2h": "delay / n", "origin_dep_delay_rate_2h": "late / n", "origin_departures_2h": "n"},
    ),
    Window("route_30d", "arrivals", "route", 30 * DAY, {"route_delay_rate_30d": "late / n"}),
    Window("dest_6h", "arrivals", "dest", 6 * HOUR, {"dest_delay_rate_6h": "late / n"}),
    # Hundredths of an inch: sums of whole numbers do not depend on their order.
    Window("precip_6h", "reports", "origin", 6 * HOUR, {"precip_sum_6h": "hundredths / 100"}),
]

TABLES = """
create table flights as
  select *, epoch(predict_at)::bigint as t from read_parquet('{data}/flights.parquet');
create table weather as
  select * replace (case when wind_speed <= 150 then wind_speed end as wind_speed), epoch(recorded_at)::bigint as at_second
  from read_parquet('{data}/weather_hourly.parquet');
create table planes as select * from read_parquet('{data}/planes.parquet');
create table arrivals as
  select *, epoch(arrived_at)::bigint as at_second, arr_delayed as late, arr_delay as delay from flights where arrived_at is not null;
create table departures as
  select *, epoch(departed_at)::bigint as at_second, (dep_delay >= 15)::int as late, dep_delay as delay
  from flights where departed_at is not null;
create table reports as
  select origin, at_second, round(precip * 100)::int as hundredths from weather where precip is not null;
"""


def open_tables(data=DATA):
    """An in-memory database with the tables that the features are made of; `at_second` and `t` are UTC seconds."""
    db = connect()
    db.execute(TABLES.format(data=data))
    return db


def create_features(db):
    """Creates the table `features`: a row a flight, by `flight_id`, with the columns of NAMES as 32-bit floats."""
    for window in WINDOWS:
        create_window(db, window)
    joins = "\n".join(f"join {window.name} using (flight_id)" for window in WINDOWS)
    columns = ", ".join(f"{name}::float as {name}" for name in NAMES)
    weather = ["temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
    reported = ", ".join(f"case when w.at_second > f.t - {WEATHER_TTL_SECONDS} then w.{name} end as {name}" for name in weather)
    db.execute(f"""
        create table known as
          select f.flight_id, {reported},
            case when l.at_second > f.t - {AIRCRAFT_WINDOW_SECONDS} then l.delay end as aircraft_arr_delay_24h,
            {YEAR_OF_FLIGHTS} - p.year_built as plane_age, p.seats
          from flights f
          asof left join weather w on f.origin = w.origin and f.t >= w.at_second
          asof left join (
            select tailnum, at_second, arg_max(delay, flight_id) as delay from arrivals where tailnum is not null group by all
          ) l on f.tailnum = l.tailnum and f.t >= l.at_second
          left join planes p on f.tailnum = p.tailnum
    """)
    db.execute(f"create table features as select flight_id, {columns} from flights join known using (flight_id) {joins}")


def create_window(db, window):
    """Creates a table of the window's features: the difference of two running sums, one at t and one at t - w."""
    sums = ["hundredths"] if window.events == "reports" else ["late", "delay"]
    running = ", ".join(f"sum({name}) over (partition by key order by at_second) as {name}" for name in ["n", *sums])
    totals = ", ".join(f"sum({name}) as {name}" for name in sums)
    spans = ", ".join(f"(until.{name} - coalesce(since.{name}, 0))::double as {name}" for name in ["n", *sums])
    values = ", ".join(f"case when n > 0 then round({sql}, 4) end as {name}" for name, sql in window.values.items())
    db.execute(f"""
        create or replace temp table running as
          select key, at_second, {running}
          from (select {window.key} as key, at_second, count(*) as n, {totals} from {window.events} group by all);
        create table {window.name} as
          select flight_id, {values}
          from (
            select f.flight_id, {spans}
            from (select flight_id, {window.key} as key, t, t - {window.seconds} as t_since from flights) f
            asof left join running until on f.key = until.key and f.t >= until.at_second
            asof left join running since on f.key = since.key and f.t_since >= since.at_second
          )
    """)


def read_parts(db):
    """The labelled rows of every part."""
    return {part: read_part(db, part) for part in PARTS}


def read_part(db, part):
    since, until = PARTS[part]
    rows = db.execute(
        f"""
        select flight_id, arr_delayed, features.* exclude (flight_id)
        from flights join features using (flight_id)
        where sched_dep >= ?::timestamptz and sched_dep < ?::timestamptz and arr_delayed is not null
        order by sched_dep, flight_id
        """,
        [since, until],
    ).fetchnumpy()
    return Part(inputs=to_matrix(rows, NAMES), labels=np.asarray(rows["arr_delayed"], dtype=np.int64))
