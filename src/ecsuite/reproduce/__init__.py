"""Scripts that reproduce a finding, made from the finding and the recorded requests of its run; pure functions."""
