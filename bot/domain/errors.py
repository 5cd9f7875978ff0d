"""A refused rule, told by a code that names the template explaining it."""


class DomainError(Exception):
    """A rule said no: nothing was changed, and `code` names the text that says why.

    `facts` are the values that text needs; they never hold case text.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
