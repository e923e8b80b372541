"""Scripts that show a finding again: from a finding and what the clients of its run sent; pure."""
