"""The ten digits as a person writes them with a mouse: strokes of points in a unit square."""

import math

Point = tuple[float, float]
Stroke = list[Point]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    """Return points on an ellipse between two angles, in degrees clockwise from the right."""
    steps = max(8, int(abs(end - start) / 12))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


DIGITS: dict[int, list[Stroke]] = {
    0: [arc(0.5, 0.5, 0.2, 0.32, -90, 270)],
    1: [[(0.52, 0.16), (0.5, 0.5), (0.48, 0.84)]],
    2: [
        [
            *arc(0.5, 0.34, 0.19, 0.17, -170, 35),
            (0.42, 0.66),
            (0.28, 0.82),
            (0.5, 0.8),
            (0.74, 0.81),
        ]
    ],
    3: [[*arc(0.47, 0.33, 0.18, 0.16, -150, 85), *arc(0.47, 0.66, 0.21, 0.17, -85, 150)]],
    4: [
        [(0.38, 0.18), (0.32, 0.36), (0.28, 0.52), (0.5, 0.52), (0.74, 0.5)],
        [(0.64, 0.2), (0.62, 0.85)],
    ],
    5: [[(0.66, 0.18), (0.36, 0.19), (0.34, 0.46), *arc(0.46, 0.63, 0.21, 0.19, -110, 145)]],
    6: [[(0.6, 0.16), (0.42, 0.36), (0.34, 0.58), *arc(0.5, 0.66, 0.17, 0.16, 180, -175)]],
    7: [[(0.28, 0.2), (0.5, 0.21), (0.72, 0.2), (0.6, 0.45), (0.5, 0.65), (0.44, 0.84)]],
    8: [
        [*arc(0.5, 0.33, 0.15, 0.16, 60, -240), *arc(0.5, 0.66, 0.19, 0.18, -60, 240), (0.56, 0.47)]
    ],
    9: [[*arc(0.48, 0.35, 0.17, 0.17, 0, -350), (0.66, 0.4), (0.64, 0.6), (0.6, 0.85)]],
}
