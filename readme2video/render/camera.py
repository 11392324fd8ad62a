"""Where the camera looks: poses to affine maps, with easing. Pure numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readme2video.model.film import CameraPath, Pose
from readme2video.motion import smooth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def pose_at(path: CameraPath, t: float) -> Pose:
    """The camera at ``t``, 0 to 1.

    ``glide`` keeps most of its speed at both ends, so that neither a scene's begin nor its transition freezes.
    """
    if path.easing == "glide":
        t = 0.7 * t + 0.3 * smooth(t)
    start, end = path.start, path.end
    return Pose(
        # Zooming multiplies: equal steps of the exponent look like equal speed.
        zoom=max(1.0, start.zoom * (end.zoom / start.zoom) ** t),
        x=start.x + (end.x - start.x) * t,
        y=start.y + (end.y - start.y) * t,
    )


def view_of(pose: Pose, width: int, height: int) -> tuple[float, float, float]:
    """The map from output to plate pixels: ``plate = scale * output + offset``.

    Returns:
        ``(scale, left, top)`` in pixels; the view always lies inside the plate.
    """
    scale = 1 / pose.zoom
    left = pose.x * (width - width * scale)
    top = pose.y * (height - height * scale)
    # Pixel centres: the middle of output pixel 0 shows the plate at left + scale / 2.
    shift = (scale - 1) / 2
    return scale, left + shift, top + shift


def luma_map(view: tuple[float, float, float]) -> NDArray[np.float32]:
    """The 2 x 3 inverse map of a luma plane for ``cv2.warpAffine`` with ``WARP_INVERSE_MAP``."""
    import numpy as np

    scale, left, top = view
    return np.array([[scale, 0, left], [0, scale, top]], np.float32)


def chroma_map(view: tuple[float, float, float]) -> NDArray[np.float32]:
    """The same for a left-sited chroma plane: sample (r, c) lies at luma (2r + 0.5, 2c)."""
    import numpy as np

    scale, left, top = view
    return np.array([[scale, 0, left / 2], [0, scale, (top + 0.5 * scale - 0.5) / 2]], np.float32)
