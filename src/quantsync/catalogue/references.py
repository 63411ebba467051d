"""Functions of one's own by their place: ``module:name``, or ``path/to/file.py:name``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import sysconfig
import traceback
from collections.abc import Collection
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from quantsync.errors import InvalidArgumentError, QuantsyncError, nearest_name
from quantsync.system import Measure

LIBRARIES = tuple({sysconfig.get_path(n) for n in ("stdlib", "purelib", "platlib")})
PACKAGE = str(Path(__file__).parents[1])
_found: dict[int, tuple[Any, str]] = {}  # what has been found under which text; kept for its id


def remember(value: Any, text: str) -> Any:
    """The value, of which is known from now on under which text it is found again."""
    _found[id(value)] = (value, text)
    return value


def found_as(value: Any) -> str | None:
    """The text under which a function or a measure was found; None if it was handed over."""
    known = _found.get(id(value))
    return known[1] if known is not None and known[0] is value else None


def is_reference(text: Any) -> bool:
    """Whether a text is the place of a function, and not the name of one."""
    return isinstance(text, str) and ":" in text


def require_allowed(text: str, allowed: Collection[str], folder: Path | None = None) -> None:
    """Raise unless the module of a reference, or a package around it, is among those allowed."""
    module, _ = _parts(text, folder)
    if not _is_among(module, allowed):
        shown = os.path.relpath(module) if _is_file(module) else module
        raise InvalidArgumentError(
            f"{text!r} is a function of Python code, which a file may only name if the command "
            f"line allows it: add --allow {shown}, if you trust that code."
        )


def load(text: str, folder: Path | None = None, allowed: Collection[str] | None = None) -> Any:
    """What a reference stands for, imported.

    Modules are looked for in the present folder first, as ``python -m`` does; a file is taken from
    ``folder`` (the present one by default). With ``allowed``, only what these modules define.
    """
    module_name, attribute = _parts(text, folder)
    if allowed is not None:
        require_allowed(text, allowed, folder)
    module = _imported(module_name)
    _take_along(module)
    value: Any = module
    for part in attribute.split("."):
        if not hasattr(value, part):
            names = [n for n in getattr(value, "__dict__", {}) if not n.startswith("_")]
            nearest = nearest_name(part, names)
            hint = f"did you mean {nearest!r}?" if nearest else f"it has {_listed(names)}."
            raise InvalidArgumentError(f"{text!r}: {_shown(module_name)} has no {part!r}; {hint}")
        value = getattr(value, part)
    if allowed is not None and not isinstance(value, Measure):
        home = _home(value)
        if home is not None and not _is_among(home, allowed):
            raise InvalidArgumentError(
                f"{text!r} is not defined in {_shown(module_name)} but in {home}, which the "
                "command line does not allow."
            )
    if not callable(value) and not isinstance(value, Measure):
        raise InvalidArgumentError(
            f"{text!r} must be a function or a Measure, but is {type(value).__name__}."
        )
    place = f"{module_name}:{attribute}"
    return remember(value, place)


def load_module(text: str) -> ModuleType:
    """A module, or a file of Python, as `load` finds it."""
    return _imported(_module_of(text, None))


def is_module(text: str) -> bool:
    """Whether a text is a file of Python, or a module that can be imported from here."""
    if _is_file(text):
        return True
    _put_first(os.getcwd())
    try:
        return importlib.util.find_spec(text) is not None
    except (ImportError, ValueError):
        return False


def own_line(error: BaseException) -> str:
    """The last line of one's own code that an error, or its cause, came through; empty if none."""
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        own = [frame for frame in frames if _is_own(frame.filename)]
        if own:
            code = f": {own[-1].line}" if own[-1].line else ""
            return f"{_shown(own[-1].filename)}, line {own[-1].lineno}{code}"
        context = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or context
    return ""


def told(error: BaseException) -> str:
    """What an error says, with the line of one's own code that it came through."""
    where = own_line(error)
    text = str(error) if isinstance(error, QuantsyncError) else f"{type(error).__name__}: {error}"
    text = " ".join(text.split())
    return f"{text} ({where})" if where else text


def functions_in(module: ModuleType) -> dict[str, Any]:
    """The functions and measures that a module defines for others, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (
            isinstance(value, Measure)
            or (inspect.isfunction(value) and value.__module__ == module.__name__)
        )
    }


def _parts(text: str, folder: Path | None) -> tuple[str, str]:
    """Module, or absolute path of a file, and name within it."""
    module, _, attribute = (part.strip() for part in text.rpartition(":"))
    if not module or not all(part.isidentifier() for part in attribute.split(".")):
        raise InvalidArgumentError(
            f"{text!r} must have the form module:function or path/to/file.py:function."
        )
    return _module_of(module, folder), attribute


def _module_of(text: str, folder: Path | None) -> str:
    if _is_file(text):
        return str(((folder or Path()) / Path(text).expanduser()).resolve())
    if not all(part.isidentifier() for part in text.split(".")):
        raise InvalidArgumentError(f"{text!r} is neither a module nor a file ending in .py.")
    return text


def _is_file(module: str) -> bool:
    return module.endswith(".py")


def _is_among(module: str, allowed: Collection[str]) -> bool:
    for one in allowed:
        name = _module_of(one, None)
        if module == name or module.startswith(f"{name}."):
            return True
        if _is_file(name) and not _is_file(module):  # the name that such a file gets
            loaded = getattr(sys.modules.get(module), "__file__", None)
            if loaded is not None and Path(loaded).resolve() == Path(name):
                return True
    return False


def _home(value: Any) -> str | None:
    """The module that defines a function or a class; None for objects, which are data of theirs."""
    if inspect.isroutine(value) or inspect.isclass(value):
        return str(getattr(value, "__module__", None) or "builtins")
    return None


def _imported(module: str) -> ModuleType:
    """A module, looked for as Python does; what goes wrong in one line."""
    try:
        with redirect_stdout(sys.stderr):  # standard output is for answers
            if _is_file(module):
                return _imported_file(Path(module))
            _put_first(os.getcwd())
            importlib.invalidate_caches()
            return importlib.import_module(module)
    except SystemExit:
        raise _failed(
            module,
            "it ends Python when it is imported; put that under `if __name__ == '__main__':`",
        ) from None
    except InvalidArgumentError:
        raise
    except SyntaxError as error:
        where = f"{_shown(error.filename or module)}, line {error.lineno}: "
        raise _failed(module, f"{where}{type(error).__name__}: {error.msg}") from None
    except Exception as error:  # whatever a module raises
        if isinstance(error, ModuleNotFoundError) and (error.name or " ") in _above(module):
            raise _failed(module, f"there is no module {error.name!r} in {os.getcwd()} or installed"
            ) from None  # fmt: skip
        where = own_line(error)
        raise _failed(
            module, f"{type(error).__name__}: {error}{f' ({where})' * bool(where)}"
        ) from None


def _take_along(module: ModuleType) -> None:
    """Have functions of a module sent to other processes whole: these may not find it."""
    if not _is_own(getattr(module, "__file__", None) or ""):
        return
    import cloudpickle

    package = sys.modules.get(module.__name__.partition(".")[0], module)
    if package.__name__ not in cloudpickle.list_registry_pickle_by_value():
        cloudpickle.register_pickle_by_value(package)


def _failed(module: str, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"Cannot import {_shown(module)}: {why}")


def _imported_file(path: Path) -> ModuleType:
    """A file, as `python path` runs it: under its own name, with its folder first on the path."""
    name = path.stem
    if not path.is_file():
        raise InvalidArgumentError(f"There is no file {_shown(str(path))}.")
    if (loaded := sys.modules.get(name)) is not None:
        if Path(getattr(loaded, "__file__", None) or "").resolve() == path:
            return loaded
        raise InvalidArgumentError(
            f"{_shown(str(path))} has the name of the module {name!r}, which is in use; rename it."
        )
    _put_first(str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _put_first(folder: str) -> None:
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _is_own(filename: str) -> bool:
    """Whether a file is neither of this package nor of Python or an installed one."""
    installed = filename.startswith(LIBRARIES) or "-packages" in filename
    if installed:  # unless it was asked for
        installed = not any(
            getattr(sys.modules.get(text.partition(":")[0].partition(".")[0]), "__file__", "")
            == filename
            for _, text in _found.values()
        )
    return os.path.isfile(filename) and not installed and not filename.startswith(PACKAGE)


def _above(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def _shown(module: str) -> str:
    """A file as seen from here, or from its root if that is shorter; a module as it is."""
    if not os.path.isabs(module):
        return module
    try:
        return min(os.path.relpath(module), module, key=len)
    except ValueError:  # on another drive
        return module


def _listed(names: list[str]) -> str:
    return ", ".join(sorted(names)[:10]) or "no names"
