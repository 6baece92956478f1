"""AccrueDB from Python: loyalty points, exact and durable.

    points = Client("http://127.0.0.1:8480", token="acr_...")
    points.accrue(1, {"member": "M1", "awards": [{"point_type": 1, "points": 100}]})
"""

from . import model
from .base import AccrueError, Pages, Refused, Unavailable
from .client import Client
from .model import PROBLEMS

__version__ = "0.1.0"
__all__ = ["AccrueError", "Client", "PROBLEMS", "Pages", "Refused", "Unavailable", "model"]
