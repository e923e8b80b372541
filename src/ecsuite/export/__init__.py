"""Exports the quickstart and the contract to formats of other tools: Postman, Arazzo, OpenAPI, .http files and HAR.

    recording, contract -> chapters of calls -> one pure renderer for each format

A call is a request with variables for values that differ between runs, and the responses that the contract promises.
The renderers are independent of each other. No output contains a secret: credentials are variables.
"""
