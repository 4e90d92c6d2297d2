"""How functions are called: built-ins by signature, function values by position or by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crmrules.feel.builtins import calling
from crmrules.feel.builtins.declare import Builtin, Failure, Signature
from crmrules.feel.conform import conform, is_subtype
from crmrules.feel.typefacts import takes
from crmrules.feel.types import ANY, FunctionType, Type
from crmrules.model.values import Function, Value, kind_of

Caller = Callable[..., Value]
"""Takes the instant of evaluation and the arguments; raises :class:`Failure`."""


def caller(builtin: Builtin, count: int, names: Sequence[str] = (), types: Sequence[Type] = ()) -> Caller:
    """The built-in for calls with so many arguments, or with arguments of these names, in their order.

    ``types`` are the arguments' types as far as they are known; where they settle everything, nothing is left to check
    when the rule runs.
    """
    if builtin.clock:
        if count:
            return _refuse(f"{builtin.name}() takes no arguments")
        clock = builtin.signatures[0].call
        return lambda instant: clock(instant)
    if names:
        return lambda instant, *arguments: calling.call_named(builtin, dict(zip(names, arguments, strict=True)))
    fitting = [s for s in builtin.signatures if takes(s, count, ())]
    if fitting and types and _certain(fitting[0], types):
        return _direct(fitting[0], count)
    if len(fitting) == 1 and fitting[0].params and not fitting[0].params[-1].variadic:
        return _only_form(builtin, fitting[0], count)
    return lambda instant, *arguments: calling.call(builtin, arguments)


def _refuse(reason: str) -> Caller:
    def refuse(instant: Value, *arguments: Value) -> Value:
        raise Failure(reason)

    return refuse


def _certain(signature: Signature, types: Sequence[Type]) -> bool:
    """Whether arguments of these types certainly fit as they are."""
    params = signature.params
    if params and params[-1].variadic:
        return False
    return all(p.type == ANY or (t != ANY and is_subtype(t, p.type)) for t, p in zip(types, params, strict=False))


def _direct(signature: Signature, count: int) -> Caller:
    call, nulls = signature.call, signature.nulls
    missing = [None] * (len(signature.params) - count)
    if count == 1 and not missing and not nulls:
        return lambda instant, argument: None if argument is None else call(argument)

    def invoke(instant: Value, *arguments: Value) -> Value:
        if not nulls and None in arguments:
            return None
        return call(*arguments, *missing)

    return invoke


def _only_form(builtin: Builtin, signature: Signature, count: int) -> Caller:
    """The same as :func:`calling.call` for the usual case, with the search for a signature done beforehand."""
    call, nulls = signature.call, signature.nulls
    types = [p.type for p in signature.params[:count]]
    missing = [None] * (len(signature.params) - count)

    def invoke(instant: Value, *arguments: Value) -> Value:
        try:
            values = [a if a is None or t is ANY else conform(a, t) for a, t in zip(arguments, types, strict=True)]
        except Failure:
            return calling.call(builtin, arguments)  # says which argument does not fit
        if not nulls and None in arguments:
            return None
        return call(*values, *missing)

    return invoke


def builtin_function(builtin: Builtin) -> Function:
    """The built-in as a value, which can be passed and called by position."""
    params = tuple(p.name for p in builtin.signatures[0].params)

    def call(*arguments: Value) -> Value:
        return caller(builtin, len(arguments))(None, *arguments)

    return Function(params, call, builtin.name)


def call_value(function: Value, arguments: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """Call a value; :class:`Failure` when it is no function or does not take these arguments."""
    if function is None:
        return None
    if not isinstance(function, Function):
        raise Failure(f"cannot call {kind_of(function)}")
    if names:
        if set(names) != set(function.params) or len(names) != len(function.params):
            raise Failure(f"the function takes {', '.join(function.params) or 'no arguments'}")
        given: dict[str, Any] = dict(zip(names, arguments, strict=True))
        return function.call(*(given[p] for p in function.params))
    return function.call(*arguments)


def feel_function(name: str, kind: FunctionType, params: tuple[str, ...], body: Callable[..., Value]) -> Function:
    """A function value around ``body``; arguments are converted to the parameter types of ``kind``."""
    types = kind.params
    typed = any(t != ANY for t in types)

    def call(*arguments: Value) -> Value:
        if len(arguments) != len(params):
            raise Failure(f"the function takes {len(params)} arguments, not {len(arguments)}")
        if typed:
            arguments = tuple(conform(a, t) for a, t in zip(arguments, types, strict=True))
        return body(*arguments)

    return Function(params, call, name, kind)
