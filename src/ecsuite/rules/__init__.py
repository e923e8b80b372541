"""The parts that a rule about more than one exchange is made of: what it needs, what it does, what it promises.

    representation  what a response must show of what was sent; pure
    values          fresh values, and what was drawn so far
    listing         lists with all their pages; `paging` walks them
    snapshots       everything that a call could change, before and after it
    verify          notes whether a promise was kept; `verify_state` looks at the API for it,
                    `verify_changes` at what calls left behind
    drafts          what a call needs before it is sent: a body, and ids of what is there
    entities        entities, made by the contract's links; `batches` of them, `calls` on them
    deliveries      what arrives at a webhook
    inputs          what a client sends by mistake, or on purpose
    world           a record of these parts

None of them knows the world, and each can be built around a client with a transport of its own.
"""
