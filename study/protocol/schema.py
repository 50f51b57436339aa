"""The JSON Schema of study.yaml, so that editors complete it: `python -m study.protocol.schema`."""

from __future__ import annotations

import json

from study.protocol.document import Protocol


def json_schema() -> str:
    """The schema as indented JSON text (JSON Schema 2020-12)."""
    schema = Protocol.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
