"""Reads the model cards that it is given as Hugging Face's own library does, and prints what that makes of them as JSON."""
import json
import sys

from huggingface_hub import ModelCard

cards = []
for path in sys.argv[1:]:
    with open(path, encoding="utf8") as file:
        card = ModelCard(file.read(), ignore_metadata_errors=False)
    results = [
        {
            "task": result.task_type,
            "dataset": [result.dataset_type, result.dataset_name, result.dataset_split, result.dataset_revision],
            "metric": result.metric_type,
            "name": result.metric_name,
            "value": result.metric_value,
        }
        for result in card.data.eval_results or []
    ]
    cards.append({"model": card.data.model_name, "license": card.data.license, "library": card.data.library_name, "tags": card.data.tags, "pipeline": card.data.pipeline_tag, "results": results})
print(json.dumps(cards))
