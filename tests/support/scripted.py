"""A function that stands in for the API in unit tests of rules, and helpers to read results from the journal."""


class Scripted:
    """An API that accepts every request. Keyword arguments set responses by request line; requests are recorded."""

    def __init__(self, **answers):
        self.lines: list[str] = []
        self.sent: list[object] = []
        self._answers = answers

    def __call__(self, line, sent):
        self.lines.append(line)
        self.sent.append(sent)
        for name, answer in self._answers.items():
            if line.startswith(name.replace("_", " ", 1)):
                return answer(line, sent) if callable(answer) else answer
        method = line.partition(" ")[0]
        if method == "POST":
            return 201, dict.fromkeys(("id", "webhookId", "meterId"), "given") | {
                "simulatedEvent": {"id": "e"},
                **(sent or {}),
            }
        return 204 if method == "DELETE" else (200, {})

    def posted(self, path):
        """The bodies of POST requests to a path."""
        return [sent for line, sent in zip(self.lines, self.sent, strict=True) if line == f"POST {path}"]


def kinds(world):
    """The entity types of a world's contract, by the id of the creating operation."""
    return {each.creator.id: each for each in world.contract.entity_types}


def recorded(world, promise):
    """Results for a promise in the journal: breaches, number of passes, and reasons for "not checked"."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.actual.value)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]
