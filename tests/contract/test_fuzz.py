"""An OpenAPI fuzzer (模糊测试) that knows nothing but the description, before a real server."""

import os
from pathlib import Path

from tests.contract.rig import scale

SEED = os.environ.get("SHUKE_RIG_SEED", "20270131")
PATIENCE_SECONDS = 300 * scale(1)
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
