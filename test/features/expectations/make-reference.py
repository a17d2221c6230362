"""Writes great-expectations.json: a table, expectations of it, and what Great Expectations itself says (pandas engine).

python -m venv V && V/bin/pip install great_expectations==1.24.1 pandas==3.1.1 numpy==2.4.6
V/bin/python make-reference.py great-expectations.json
"""

import datetime as dt
import json
import random
import sys

import great_expectations as gx
import numpy as np
import pandas as pd

random.seed(20261127)
N = 400
START = dt.datetime(2013, 1, 1)


def maybe(value, share=0.1):
    return None if random.random() < share else value


rows = [
    {
        "id": index,
        "group": random.choice("ABCD"),
        "code": maybe(random.choice(["JFK", "LGA", "EWR", "ewr", "J F", "K", ""])),
        "wind": maybe(round(random.gauss(12, 5), 1)),
        "gust": maybe(round(random.gauss(14, 5), 1)),
        "part": random.randrange(40),
        "rest": random.randrange(40),
        "whole": random.choice([39, 40, 41]),
        "steady": maybe(float(index // 3)),
        "bumpy": maybe(float(index if index % 50 else index - 7)),
        "nearly": maybe(index if index % 97 else 0, 0.05),
        "at": START + dt.timedelta(minutes=7 * index),
        "ok": random.random() < 0.8,
        "empty": None,
    }
    for index in range(N)
]
frame = pd.DataFrame(rows)
frame["at"] = pd.to_datetime(frame["at"]).astype("datetime64[ns]")
for name in ["wind", "gust", "steady", "bumpy", "nearly"]:
    frame[name] = frame[name].astype("float64")
for name in ["code", "group", "empty"]:
    frame[name] = frame[name].astype(object)

COLUMN = "expect_column_"
cases = [
    ("values_to_not_be_null", dict(column="wind")),
    ("values_to_not_be_null", dict(column="wind", mostly=0.8)),
    ("values_to_not_be_null", dict(column="id")),
    ("values_to_be_null", dict(column="wind", mostly=0.05)),
    ("values_to_be_null", dict(column="empty")),
    ("values_to_be_null", dict(column="wind")),
    ("values_to_be_unique", dict(column="id")),
    ("values_to_be_unique", dict(column="nearly")),
    ("values_to_be_unique", dict(column="nearly", mostly=0.9)),
    ("values_to_be_unique", dict(column="code", mostly=0.5)),
    ("values_to_be_between", dict(column="wind", min_value=0, max_value=25)),
    ("values_to_be_between", dict(column="wind", min_value=0, max_value=25, mostly=0.95)),
    ("values_to_be_between", dict(column="wind", min_value=12)),
    ("values_to_be_between", dict(column="part", min_value=0, max_value=39, strict_min=True)),
    ("values_to_be_between", dict(column="part", min_value=0, max_value=39, strict_max=True)),
    ("values_to_be_between", dict(column="part", min_value=0, max_value=39)),
    ("values_to_be_between", dict(column="part", min_value=0.5, max_value=38.5)),
    ("values_to_be_in_set", dict(column="code", value_set=["JFK", "LGA", "EWR"])),
    ("values_to_be_in_set", dict(column="code", value_set=["JFK", "LGA", "EWR"], mostly=0.3)),
    ("values_to_be_in_set", dict(column="group", value_set=["A", "B", "C", "D"])),
    ("values_to_be_in_set", dict(column="whole", value_set=[39, 40])),
    ("values_to_be_in_set", dict(column="ok", value_set=[True])),
    ("values_to_not_be_in_set", dict(column="code", value_set=["K", ""])),
    ("values_to_not_be_in_set", dict(column="group", value_set=["X"])),
    ("values_to_be_increasing", dict(column="steady")),
    ("values_to_be_increasing", dict(column="steady", strictly=True)),
    ("values_to_be_increasing", dict(column="bumpy")),
    ("values_to_be_increasing", dict(column="bumpy", mostly=0.9)),
    ("values_to_be_increasing", dict(column="at", strictly=True)),
    ("values_to_be_decreasing", dict(column="steady")),
    ("values_to_be_decreasing", dict(column="steady", strictly=True)),
    ("value_lengths_to_be_between", dict(column="code", min_value=1, max_value=3)),
    ("value_lengths_to_be_between", dict(column="code", min_value=1, max_value=3, strict_min=True)),
    ("value_lengths_to_be_between", dict(column="group", max_value=1)),
    ("value_lengths_to_equal", dict(column="code", value=3)),
    ("value_lengths_to_equal", dict(column="group", value=1)),
    ("values_to_match_regex", dict(column="code", regex="^[A-Z]{3}$")),
    ("values_to_match_regex", dict(column="code", regex="[FKAR]")),
    ("values_to_match_regex", dict(column="group", regex="[A-D]")),
    ("values_to_not_match_regex", dict(column="code", regex="\\s|^$")),
    ("values_to_not_match_regex", dict(column="code", regex="z")),
    ("values_to_match_regex_list", dict(column="code", regex_list=["^J", "R$"])),
    ("values_to_match_regex_list", dict(column="code", regex_list=["^J", "K$"], match_on="all")),
    ("values_to_not_match_regex_list", dict(column="code", regex_list=["^J", "(?i)ewr"])),
    ("pair_values_a_to_be_greater_than_b", dict(column_A="gust", column_B="wind")),
    ("pair_values_a_to_be_greater_than_b", dict(column_A="gust", column_B="wind", mostly=0.5)),
    ("pair_values_a_to_be_greater_than_b", dict(column_A="part", column_B="rest", or_equal=True)),
    ("pair_values_a_to_be_greater_than_b", dict(column_A="gust", column_B="wind", ignore_row_if="either_value_is_missing")),
    ("pair_values_to_be_equal", dict(column_A="part", column_B="rest")),
    ("pair_values_to_be_equal", dict(column_A="id", column_B="id")),
    ("pair_values_to_be_equal", dict(column_A="steady", column_B="bumpy", ignore_row_if="either_value_is_missing")),
    ("pair_values_to_be_in_set", dict(column_A="group", column_B="whole", value_pairs_set=[["A", 39], ["B", 40]])),
    ("mean_to_be_between", dict(column="wind", min_value=11, max_value=13)),
    ("mean_to_be_between", dict(column="part", max_value=10)),
    ("median_to_be_between", dict(column="wind", min_value=11, max_value=13)),
    ("median_to_be_between", dict(column="part", min_value=30)),
    ("stdev_to_be_between", dict(column="wind", min_value=4.5, max_value=5.5)),
    ("stdev_to_be_between", dict(column="part", max_value=1)),
    ("sum_to_be_between", dict(column="part", min_value=7000, max_value=9000)),
    ("sum_to_be_between", dict(column="wind", max_value=0)),
    ("min_to_be_between", dict(column="wind", min_value=-10, max_value=5)),
    ("min_to_be_between", dict(column="part", min_value=0, strict_min=True)),
    ("max_to_be_between", dict(column="wind", max_value=40)),
    ("max_to_be_between", dict(column="part", max_value=39, strict_max=True)),
    ("unique_value_count_to_be_between", dict(column="code", min_value=7, max_value=7)),
    ("unique_value_count_to_be_between", dict(column="id", max_value=10)),
    ("proportion_of_unique_values_to_be_between", dict(column="nearly", min_value=0.9, max_value=1)),
    ("proportion_of_unique_values_to_be_between", dict(column="group", min_value=0.5)),
    ("proportion_of_non_null_values_to_be_between", dict(column="wind", min_value=0.8)),
    ("proportion_of_non_null_values_to_be_between", dict(column="wind", min_value=0.99)),
    ("distinct_values_to_be_in_set", dict(column="group", value_set=["A", "B", "C", "D", "E"])),
    ("distinct_values_to_be_in_set", dict(column="code", value_set=["JFK"])),
    ("distinct_values_to_contain_set", dict(column="group", value_set=["A", "D"])),
    ("distinct_values_to_contain_set", dict(column="group", value_set=["A", "E"])),
    ("distinct_values_to_equal_set", dict(column="group", value_set=["A", "B", "C", "D"])),
    ("distinct_values_to_equal_set", dict(column="whole", value_set=[39, 40])),
    ("to_exist", dict(column="wind")),
    ("to_exist", dict(column="wind", column_index=3)),
    # Not column_index=0: Great Expectations takes it for "not given".
    ("to_exist", dict(column="wind", column_index=5)),
    ("to_exist", dict(column="winds")),
]
cases = [(COLUMN + name, arguments) for name, arguments in cases] + [
    ("expect_compound_columns_to_be_unique", dict(column_list=["group", "part", "rest"])),
    ("expect_compound_columns_to_be_unique", dict(column_list=["id", "group"])),
    ("expect_compound_columns_to_be_unique", dict(column_list=["code", "wind"], mostly=0.5)),
    ("expect_compound_columns_to_be_unique", dict(column_list=["code", "wind"], ignore_row_if="any_value_is_missing")),
    ("expect_select_column_values_to_be_unique_within_record", dict(column_list=["part", "rest", "whole"])),
    ("expect_select_column_values_to_be_unique_within_record", dict(column_list=["wind", "gust"])),
    ("expect_multicolumn_sum_to_equal", dict(column_list=["part", "rest"], sum_total=40, mostly=0.01)),
    ("expect_multicolumn_values_to_be_equal", dict(column_list=["part", "rest"])),
    ("expect_table_row_count_to_be_between", dict(min_value=1, max_value=399)),
    ("expect_table_row_count_to_be_between", dict(min_value=400)),
    ("expect_table_row_count_to_equal", dict(value=400)),
    ("expect_table_row_count_to_equal", dict(value=401)),
    ("expect_table_column_count_to_equal", dict(value=14)),
    ("expect_table_column_count_to_equal", dict(value=15)),
    ("expect_table_column_count_to_be_between", dict(min_value=1, max_value=14)),
    ("expect_table_columns_to_match_set", dict(column_set=list(frame.columns)[::-1])),
    ("expect_table_columns_to_match_set", dict(column_set=["id", "wind"])),
    ("expect_table_columns_to_match_set", dict(column_set=["id", "wind"], exact_match=False)),
    ("expect_table_columns_to_match_ordered_list", dict(column_list=list(frame.columns))),
    ("expect_table_columns_to_match_ordered_list", dict(column_list=list(frame.columns)[::-1])),
]
# Row conditions are written twice: in the words of pandas, and in SQL.
conditioned = [
    ("expect_column_values_to_be_between", dict(column="wind", max_value=15), 'group == "A"', "\"group\" = 'A'"),
    ("expect_column_values_to_be_unique", dict(column="part", mostly=0.1), 'part < 20 and group != "B"', "part < 20 AND \"group\" <> 'B'"),
    ("expect_column_values_to_be_increasing", dict(column="bumpy"), "id >= 100", "id >= 100"),
    ("expect_column_mean_to_be_between", dict(column="wind", min_value=0), 'group == "C"', "\"group\" = 'C'"),
    ("expect_column_stdev_to_be_between", dict(column="wind", max_value=2), 'group == "C"', "\"group\" = 'C'"),
    ("expect_column_unique_value_count_to_be_between", dict(column="group", max_value=3), 'group != "D"', "\"group\" <> 'D'"),
    ("expect_table_row_count_to_be_between", dict(max_value=200), "part < 20", "part < 20"),
    ("expect_compound_columns_to_be_unique", dict(column_list=["group", "part"]), "rest < 5", "rest < 5"),
]

context = gx.get_context(mode="ephemeral")
batch = (
    context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    .get_batch(batch_parameters={"dataframe": frame})
)


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(inner) for inner in value]
    if isinstance(value, (np.integer,)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return value.isoformat() + "Z"
    return value


def run(name, arguments, pandas_condition=None):
    cls = gx.expectations.registry.get_expectation_impl(name) if hasattr(gx.expectations, "registry") else None
    extra = {} if pandas_condition is None else dict(row_condition=pandas_condition, condition_parser="pandas")
    outcome = batch.validate(cls(**arguments, **extra), result_format={"result_format": "COMPLETE", "partial_unexpected_count": 0})
    if outcome.exception_info and outcome.exception_info.get("raised_exception"):
        raise RuntimeError(name + str(outcome.exception_info))
    assert not any(isinstance(v, dict) and v.get("raised_exception") for v in (outcome.exception_info or {}).values()), (name, outcome.exception_info)
    keep = ["element_count", "missing_count", "unexpected_count", "unexpected_percent", "observed_value", "unexpected_index_list"]
    result = {key: plain(outcome.result[key]) for key in keep if key in outcome.result}
    return {"success": bool(outcome.success), **result}


from great_expectations.expectations import registry as _registry  # noqa: E402

gx.expectations.registry = _registry
made = [{"name": n, "arguments": a, "sql": None, "gx": run(n, a)} for n, a in cases]
made += [{"name": n, "arguments": a, "sql": sql, "gx": run(n, a, condition)} for n, a, condition, sql in conditioned]
table = {name: [plain(value) for value in frame[name].tolist()] for name in frame.columns}
document = {
    "origin": "make-reference.py, with Great Expectations on pandas",
    "versions": {"great_expectations": gx.__version__, "pandas": pd.__version__, "numpy": np.__version__},
    "table": table,
    "cases": made,
}
with open(sys.argv[1], "w") as file:
    file.write('{\n "origin": ' + json.dumps(document["origin"]) + ',\n "versions": ' + json.dumps(document["versions"]) + ',\n "table": {\n')
    file.write(",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in table.items()) + '\n },\n "cases": [\n')
    file.write(",\n".join("  " + json.dumps(case) for case in made) + "\n ]\n}\n")
