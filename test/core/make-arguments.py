"""Writes expectation-arguments.json: which arguments Great Expectations' own classes take, and which of them must be given.

python -m venv V && V/bin/pip install great_expectations==1.24.1; V/bin/python make-arguments.py expectation-arguments.json
"""

import json
import sys

import great_expectations as gx
from great_expectations.expectations import registry

KEPT_OUT = {"id", "meta", "notes", "result_format", "description", "catch_exceptions", "rendered_content", "windows", "batch_id", "library_metadata", "condition_parser"}
known = {}
for name in sorted(registry.list_registered_expectation_implementations()):
    fields = registry.get_expectation_impl(name).__fields__
    known[name] = {field: bool(info.required) for field, info in fields.items() if field not in KEPT_OUT}
with open(sys.argv[1], "w") as file:
    file.write(json.dumps({"origin": "make-arguments.py", "great_expectations": gx.__version__}).rstrip("}") + ', "arguments": {\n')
    file.write(",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in known.items()) + "\n}}\n")
