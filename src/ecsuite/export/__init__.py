"""The quickstart and the contract in the formats of other tools: Postman, Arazzo, OpenAPI, REST client files, HAR.

    recording, contract -> chapters of calls -> one pure renderer a format

A call is a request with variables in the place of what differs from run to run, and what the contract promises of its
response. No format knows another, and none holds a secret: credentials are variables.
"""
