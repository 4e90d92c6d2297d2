"""Calling a built-in with values: the signature is found, null passed over, arguments converted.

Generated code that knows a signature and its argument types may call ``signature.call`` itself; this is the general
way, for arguments whose kinds are only known when the rule runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.conform import conform
from crmrules.model.values import Value


def call(builtin: Builtin, args: Sequence[Value]) -> Value:
    """Call by position. :class:`Failure` for a wrong count and for arguments that no signature takes."""
    arranged = [(s, a) for s in builtin.signatures if (a := arrange(s, args)) is not None]
    if not arranged:
        raise Failure(f"{builtin.name}() takes {_counts(builtin)}, not {len(args)}")
    return _first_fitting(builtin, arranged, any(a is None for a in args))


def call_named(builtin: Builtin, args: Mapping[str, Value]) -> Value:
    """Call by parameter names. :class:`Failure` for names that no signature has."""
    arranged = [(s, a) for s in builtin.signatures if (a := arrange_named(s, args)) is not None]
    if not arranged:
        known = sorted({p.name for s in builtin.signatures for p in s.params})
        raise Failure(f"{builtin.name}() has no parameters ({', '.join(args)}); it knows {', '.join(known)}")
    return _first_fitting(builtin, arranged, any(a is None for a in args.values()))


def arrange(signature: Signature, args: Sequence[Value]) -> list[Value] | None:
    """The arguments in the parameters' order, variadic ones as one list; None when their number does not fit.

    A variadic parameter takes one argument or more.
    """
    params = signature.params
    if params and params[-1].variadic:
        fixed = len(params) - 1
        return [*args[:fixed], list(args[fixed:])] if len(args) > fixed else None
    required = sum(not p.optional for p in params)
    if not required <= len(args) <= len(params):
        return None
    return [*args, *[None] * (len(params) - len(args))]


def arrange_named(signature: Signature, args: Mapping[str, Value]) -> list[Value] | None:
    """The same for arguments by name; None when a name is unknown or a required one is missing."""
    names = [p.name for p in signature.params]
    if any(name not in names for name in args):
        return None
    if any(p.name not in args and not p.optional for p in signature.params):
        return None
    values = [args.get(name) for name in names]
    if signature.params and signature.params[-1].variadic:
        last = values[-1]
        values[-1] = last if isinstance(last, list) else [last]
    return values


def _first_fitting(builtin: Builtin, arranged: Sequence[tuple[Signature, list[Value]]], null_given: bool) -> Value:
    misfit: Failure | None = None
    for signature, args in arranged:
        try:
            values = [_argument(p, v) for p, v in zip(signature.params, args, strict=True)]
        except Failure as failure:
            misfit = misfit or failure
            continue
        if null_given and not signature.nulls:
            return None
        return signature.call(*values)
    reason = misfit.reason if misfit is not None else "no signature"
    raise Failure(f"{builtin.name}(): {reason}")


def _argument(param: Param, value: Value) -> Value:
    try:
        return [conform(v, param.type) for v in value] if param.variadic else conform(value, param.type)
    except Failure as failure:
        raise Failure(f"{param.name}: {failure.reason}") from None


def _counts(builtin: Builtin) -> str:
    least = min(sum(not p.optional for p in s.params) for s in builtin.signatures)
    most = max(len(s.params) for s in builtin.signatures)
    if any(p.variadic for s in builtin.signatures for p in s.params):
        return f"{least} or more arguments"
    if least == most:
        return f"{least} argument{'' if least == 1 else 's'}"
    return f"{least} to {most} arguments"
