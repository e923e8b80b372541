"""The parts of rules, which test promises about more than one exchange.

    representation  what a response must show of what was sent; pure
    values          fresh values, and which of them were drawn so far
    listing         lists with all their pages; `paging` verifies the pages
    snapshots       everything that a call could change, before and after it
    verify          records whether a promise was kept; `verify_state` reads the state of the API for that,
                    `verify_changes` compares the state before and after calls
    drafts          what a call needs before it is sent: a body, and ids of existing entities
    entities        entities, created by the contract's links; `batches` of them, `calls` on them
    deliveries      the deliveries to a webhook
    inputs          wrong and unusual inputs
    world           a record of these parts

No part knows the world, and each can be built around a client with a transport of its own.
"""
