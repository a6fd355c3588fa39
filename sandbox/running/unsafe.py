"""Variables of a launch as YAML in which no text is a template: what users send is data, never code."""

import json
from typing import Any


def unsafe_yaml(value: Any) -> str:
    if isinstance(value, str):
        return f"!unsafe {json.dumps(value, ensure_ascii=False)}"
    if isinstance(value, dict):
        inner = ", ".join(
            f"{json.dumps(str(key), ensure_ascii=False)}: {unsafe_yaml(one)}" for key, one in value.items()
        )
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(unsafe_yaml(one) for one in value)}]"
    return json.dumps(value, default=str)
