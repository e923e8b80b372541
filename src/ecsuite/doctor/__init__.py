"""Checks for `ecsuite doctor`: each part of the connection to the API, with advice if it fails."""

from ecsuite.doctor.diagnosis import Diagnosis
from ecsuite.doctor.examination import examine

__all__ = ["Diagnosis", "examine"]
