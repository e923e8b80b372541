"""Groups findings by their cause, so that a report shows each fault of a server once.

One fault often breaks several promises. Of the findings that it causes one is the lead, which is reported; the others
add to its evidence. Two findings with the same anchor (`results/anchors.py`) have the same cause anyway. Beyond that

    within_test     finds duplicates among the findings of one test, with the help of
    consequences    findings that follow from another one, and
    bad_requests    accepted bad requests that the same missing validation explains;
    across_tests    finds the lead of a cause among the causes of all tests, by the relations of
    of_access       calls that succeed on what is not there, or not the caller's,
    of_deliveries   deliveries,
    of_entities     entities that are missing, left, or stored under another's id,
    of_members      members that differ from what was sent, or whose wrong values are accepted, and
    of_responses    responses with a status or a body that is not promised, with the help of
    alterations     the same alteration of several values.

`group` and `traits` are what they ask of a cause and of a finding.
"""
