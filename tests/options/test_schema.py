"""Options as a JSON schema: what a request may hold, and what a page shows."""

import json

from mullama.options import options_of, schema
from option_kinds import Kinds, Nested


def test_every_option_is_a_property_with_its_bounds_and_default() -> None:
    found = schema(Kinds)
    properties = found["properties"]
    assert list(properties) == list(options_of(Kinds))
    assert (found["title"], found["description"]) == ("Kinds", "All kinds of options.")
    assert (found["required"], found["additionalProperties"]) == (["out"], False)
    assert properties["top_p"] == {
        "type": "number", "minimum": 0, "maximum": 1, "description": "A share.", "default": 0.8,
    }  # fmt: skip
    assert properties["seed"]["anyOf"] == [
        {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        {"type": "null"},
    ]
    assert properties["mode"]["enum"] == ["ddp", "fsdp"]
    assert properties["workers"]["anyOf"] == [{"type": "integer"}, {"enum": ["auto"]}]
    assert properties["weights"]["items"] == {"type": "number", "minimum": 0}
    assert (properties["weights"]["default"], properties["tags"]["default"]) == ([1.0, 2.5], [])
    assert properties["keep"] == {
        "type": "boolean", "description": "Whether files stay.", "default": True,
    }  # fmt: skip
    assert "default" not in properties["out"]


def test_it_is_json_to_any_depth() -> None:
    found = json.loads(json.dumps(schema(Nested)))["properties"]
    assert found["parts"]["items"]["properties"]["steps"]["minimum"] == 1
    assert found["parts"]["items"]["required"] == ["name"]
    assert found["main"]["default"] == {"name": "main", "steps": 10, "rate": 1e-3}
    assert found["shares"]["additionalProperties"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert found["extra"]["additionalProperties"] == {}
