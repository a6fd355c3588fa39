"""The nouns that cross the house's rooms: frozen values, no behaviour beyond reading themselves.

They are msgspec Structs: a dataclass costs a millisecond to define, which every start would pay thirty times, and twice
as much to make. `msgspec.structs.replace` makes a changed copy.
"""
