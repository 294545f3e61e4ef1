"""Each finger of a slap upright in a picture of its own, without its neighbours."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.finger.enhance import Mask
from biometrics.finger.parameters import CELL
from biometrics.finger.slap.pieces import Piece, Upright
from biometrics.finger.slap.tips import Box

MARGIN: Final = 8
"""Pixels at 500 dpi around the box: a ridge period, which extraction takes off at a rim."""


def views(grey: Gray, boxes: list[Box], fingers: list[list[Piece]], plate: Upright) -> list[Gray]:
    """Of a slap at 500 dpi: one picture a box. Beyond the plate and where another finger lies is paper."""
    paper = int(np.percentile(grey, 90))
    owners = np.zeros(plate.mask.shape, np.uint8)
    for number, finger in enumerate(fingers, 1):
        for piece in finger:
            owners[piece.y, piece.x] = number
    return [_view(grey, one, (owners > 0) & (owners != number), plate, paper) for number, one in enumerate(boxes, 1)]


def _view(grey: Gray, one: Box, others: npt.NDArray[np.bool_], plate: Upright, paper: int) -> Gray:
    size = round(one.width) + 2 * MARGIN, round(one.height) + 2 * MARGIN
    turn = np.array([[math.cos(one.angle), -math.sin(one.angle)], [math.sin(one.angle), math.cos(one.angle)]])
    # pixels of the view to pixels of the slap, both counted at their middles
    shift = np.array([one.x, one.y]) - 0.5 - turn @ ((np.array(size) - 1) / 2)
    inverse = cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(
        grey, np.column_stack([turn, shift]), size, flags=cv2.INTER_CUBIC | inverse, borderValue=paper
    )
    onward, away = plate.matrix[:, :2], plate.matrix[:, 2]
    to_cells = np.column_stack([onward @ turn / CELL, onward @ ((shift + 0.5) / CELL - 0.5) + away])
    foreign: Mask = np.asarray(
        cv2.warpAffine(others.astype(np.uint8), to_cells, size, flags=cv2.INTER_NEAREST | inverse), np.uint8
    )
    return np.asarray(np.where(foreign > 0, paper, picture), np.uint8)
