"""An API that is a function for tests of the rules' parts, and what they record in its journal."""


class Scripted:
    """An API that takes whatever is sent; what it answers to some lines is given. Each line is noted with its body."""

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
        """What was posted to a path."""
        return [sent for line, sent in zip(self.lines, self.sent, strict=True) if line == f"POST {path}"]


def kinds(world):
    """The entity types of a world's contract, by the ids of the operations that make them."""
    return {each.creator.id: each for each in world.contract.entity_types}


def recorded(world, promise):
    """What is broken of a promise, how often it was kept, and why it was not checked."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.actual.value)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]
