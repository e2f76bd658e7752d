"""Counts what hostile input was tried, for the table at the end of the tests' report."""

import pytest

from tfgan_zoo.utils.errors import status_of


class Tried:
    """The cases of one kind: `answers` runs one, and tells a result or a clear error from the rest."""

    def __init__(self, kind):
        self.kind = kind
        self.cases = self.refused = 0
        self.unclear = []

    def answers(self, function, *arguments):
        """What `function` gives, or its error if that has a message for the user.

        An error that is not for the user is kept as unclear, and fails the test.
        """
        self.cases += 1
        try:
            return function(*arguments)
        except Exception as error:
            if status_of(error) is None or not str(error).strip():
                self.unclear.append(f"{type(error).__name__}: {error}")
                raise
            self.refused += 1
            return error


@pytest.fixture
def tried(request, record_property):
    kind = request.node.get_closest_marker("kind").args[0]
    found = Tried(kind)
    yield found
    record_property("tried", [kind, found.cases, found.refused, len(found.unclear)])
