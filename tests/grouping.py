"""Which tests run on one worker, one after the other: those that a group names."""

import re

from xdist.scheduler import LoadScopeScheduling


class ByGroup(LoadScopeScheduling):
    """Sends the tests of a group to one worker; any other test goes alone.

    A group is a system, in the tests of contracts; the tests of the wheel; or a file of those in `WHOLE`.
    """

    WHOLE = tuple(
        f"tests/{name}.py"
        for name in (
            "test_docs",
            "test_own_images",
            "gallery/test_live",
            "metrics/test_metrics_behaviour",
            "metrics/test_metrics_failures",
            "metrics/test_metrics_features",
        )
    )

    def _split_scope(self, nodeid):
        path, _, rest = nodeid.partition("::")
        if path.endswith("tests/test_contracts.py") and "[" in rest:
            return re.match(r"\w+", rest.partition("[")[2]).group()
        if "wheel" in rest:
            return "wheel"
        return path if path in self.WHOLE else nodeid
