"""Tests of the trainer. Mainward runs them before every training, in the trainer's environment: `training.test: [pytest, -q]`."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import onnxruntime
import pytest
from train import Wrong, drop_null, main, make_estimator, read_part

# skl2onnx 1.20 writes booleans where protobuf 7 will want integers: requirements.txt stays below 7.
pytestmark = pytest.mark.filterwarnings("ignore:Field onnx.AttributeProto.ints")

TREES = {"estimator": "hist_gradient_boosting", "max_iter": 10, "min_samples_leaf": 20}
LOGISTIC = {"estimator": "logistic_regression", "C": 0.3}


def write_rows(file, rows=600, first=0):
    """Rows with a signal in `heat`, none in `noise`, and a null in every seventh row of `heat`."""
    duckdb.sql(f"""
        copy (
            select
                case when i % 7 = 0 then null else cast(i % 100 as float) end as heat,
                cast(hash(i) % 10 as integer) as noise,
                cast(i % 100 + hash(i + 1) % 60 > 80 as integer) as late
            from range({first}, {first + rows}) as t(i)
            order by i
        ) to '{file}' (format parquet)
    """)


@pytest.fixture
def environment(tmp_path):
    output = tmp_path / "output"
    output.mkdir()
    write_rows(tmp_path / "train.parquet")
    write_rows(tmp_path / "validation.parquet", first=600)
    files = {"MAINWARD_TRAIN": "train.parquet", "MAINWARD_VALIDATION": "validation.parquet", "MAINWARD_PARAMS": "params.json"}
    return {**{name: str(tmp_path / file) for name, file in files.items()}, "MAINWARD_SEED": "7", "MAINWARD_OUTPUT": str(output)}


def run(environment, params):
    """The bytes of the model that the parameters make."""
    Path(environment["MAINWARD_PARAMS"]).write_text(json.dumps(params))
    main(environment)
    return Path(environment["MAINWARD_OUTPUT"], "model.onnx").read_bytes()


def score(model, inputs):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"input": np.asarray(inputs, dtype=np.float32)})[0][:, 1]


def test_reads_features_in_order_and_the_label_last(environment):
    part = read_part(environment["MAINWARD_TRAIN"])
    assert part.names == ["heat", "noise"]
    assert np.isnan(part.inputs[0, 0]) and np.isnan(part.inputs[7, 0])
    assert part.inputs[1:4, 0].tolist() == [1, 2, 3]
    assert set(part.labels.tolist()) == {0, 1}


@pytest.mark.parametrize("params", [TREES, LOGISTIC])
def test_the_model_file_says_what_the_estimator_says(environment, params):
    model = run(environment, params)
    part = read_part(environment["MAINWARD_TRAIN"])
    fitted = make_estimator(params, part.names, 7).fit(part.inputs, part.labels)
    assert np.allclose(score(model, part.inputs), fitted.predict_proba(part.inputs)[:, 1], atol=1e-5)


@pytest.mark.parametrize("params", [TREES, LOGISTIC])
def test_learns_the_signal_and_takes_nulls(environment, params):
    cold, hot, unknown = score(run(environment, params), [[5, 5], [95, 5], [np.nan, np.nan]])
    assert cold < unknown < hot


@pytest.mark.parametrize("params", [TREES, LOGISTIC])
def test_makes_the_same_bytes_again(environment, params):
    assert run(environment, params) == run(environment, params)


@pytest.mark.parametrize("params", [TREES, LOGISTIC])
def test_looks_at_the_columns_of_the_parameters_alone(environment, params):
    scores = score(run(environment, {**params, "columns": ["heat"]}), [[40, 0], [40, 9]])
    assert scores[0] == scores[1]


def test_leaves_out_rows_without_a_value(environment):
    part = read_part(environment["MAINWARD_TRAIN"])
    kept = drop_null(part, ["heat"])
    assert len(kept.labels) == 600 - 86
    assert not np.isnan(kept.inputs).any()
    assert run(environment, {**TREES, "drop_null": ["heat"]}) != run(environment, TREES)
    with pytest.raises(Wrong, match="parameter drop_null: expected features of the model .*, found cold"):
        drop_null(part, ["cold"])


def test_writes_metrics_of_the_validation_part(environment):
    run(environment, TREES)
    metrics = json.loads(Path(environment["MAINWARD_OUTPUT"], "metrics.json").read_text())
    assert 0.6 < metrics["validation_roc_auc"] <= 1


def test_trains_without_a_validation_part(environment):
    del environment["MAINWARD_VALIDATION"]
    assert len(run(environment, TREES)) > 0
    assert [file.name for file in Path(environment["MAINWARD_OUTPUT"]).iterdir()] == ["model.onnx"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "expected logistic_regression or hist_gradient_boosting, found None"),
        ({"estimator": "logistic_regression", "depth": 3}, "unexpected keyword argument 'depth'"),
        ({**LOGISTIC, "columns": ["cold"]}, r"expected features of the model \(heat, noise\), found cold"),
    ],
)
def test_says_what_is_wrong_with_parameters(environment, params, message):
    with pytest.raises(Wrong, match=message):
        run(environment, params)


def test_says_that_there_is_one_class(environment):
    duckdb.sql(f"copy (select 1.0::float as heat, 1 as late) to '{environment['MAINWARD_TRAIN']}' (format parquet)")
    with pytest.raises(Wrong, match=r"expected two classes, found \[1\] in 1 rows"):
        run(environment, TREES)


def test_says_which_column_is_no_number(environment):
    duckdb.sql(f"copy (select 'UA' as carrier, 1 as late) to '{environment['MAINWARD_TRAIN']}' (format parquet)")
    with pytest.raises(Wrong, match="found object in column carrier"):
        run(environment, TREES)


def test_ends_with_one_line_of_what_is_wrong(environment):
    Path(environment["MAINWARD_PARAMS"]).write_text("{}")
    ended = subprocess.run([sys.executable, "train.py"], cwd=Path(__file__).parent, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "parameter estimator: expected logistic_regression or hist_gradient_boosting, found None\n"
