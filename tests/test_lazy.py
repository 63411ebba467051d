"""Attributes that are computed once."""

from quantsync.lazy import lazy


def test_the_value_is_computed_once_for_each_instance():
    calls = []

    class Circle:
        def __init__(self, radius):
            self.radius = radius

        @lazy
        def area(self):
            """Area over pi."""
            calls.append(self.radius)
            return self.radius**2

    small, large = Circle(1), Circle(2)
    assert (small.area, large.area, large.area) == (1, 4, 4)
    assert calls == [1, 2]
    assert Circle.area.__doc__ == "Area over pi."
