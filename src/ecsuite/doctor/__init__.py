"""What `ecsuite doctor` looks at before a live run: each part of the way to the API, with what to do where it fails."""

from ecsuite.doctor.diagnosis import Diagnosis
from ecsuite.doctor.examination import examine

__all__ = ["Diagnosis", "examine"]
