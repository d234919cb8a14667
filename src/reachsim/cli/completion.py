"""`reachsim completion`: what a shell needs to complete commands, options and their values."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

HELP = "print a script with which bash, zsh or fish completes what is typed"
DESCRIPTION = """\
Print a script with which a shell completes commands, options and their values; elsewhere it completes files.

  bash:  eval "$(reachsim completion bash)"            in ~/.bashrc
  zsh:   eval "$(reachsim completion zsh)"             in ~/.zshrc, after compinit
  fish:  reachsim completion fish | source             in ~/.config/fish/config.fish"""
SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run(arguments: argparse.Namespace) -> int:
    """Print it; 0."""
    from reachsim.cli.main import make_parser

    write = {"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell]
    print("\n".join(write(list(commands_of(make_parser())))))
    return 0


@dataclass(frozen=True)
class Option:
    """An option. `value`: whether it takes one; `choices`: those that it may be."""

    names: tuple[str, ...]
    value: bool
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Command:
    """A command with its subcommands. `path`: its words; `choices`: of what it takes besides options."""

    path: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    subcommands: tuple[str, ...]
    choices: tuple[str, ...]


def commands_of(parser: argparse.ArgumentParser, path: tuple[str, ...] = (), text: str = "") -> Iterator[Command]:
    """A command and all below it, as its parser has them."""
    options: list[Option] = []
    below: dict[str, tuple[argparse.ArgumentParser, str]] = {}
    choices: tuple[str, ...] = ()
    for action in parser._actions:
        known = tuple(map(str, action.choices)) if action.choices is not None else ()
        if isinstance(action, argparse._SubParsersAction):
            helps = {each.dest: each.help or "" for each in action._choices_actions}
            below = {name: (sub, helps.get(name, "")) for name, sub in action.choices.items()}
        elif action.option_strings:
            options.append(Option(tuple(action.option_strings), action.nargs != 0, known, _line(action.help)))
        else:
            choices += known
    yield Command(path, _line(text), tuple(options), tuple(below), choices)
    for name, (sub, its_help) in below.items():
        yield from commands_of(sub, (*path, name), its_help)


def _line(text: str | None) -> str:
    """The help of an option in a few words that no shell reads anything into."""
    plain = (text or "").replace("%%", "%").partition(";")[0].partition(":")[0]
    return "".join(letter for letter in plain if letter.isalnum() or letter in " -.,()")


def _words(command: Command) -> str:
    names = [name for option in command.options for name in option.names]
    return " ".join([*command.subcommands, *command.choices, *names])


def _cases(commands: list[Command], indent: str) -> Iterator[str]:
    """Lines of a `case` of sh: of each command the words that may come, and of each of its options the values."""
    for command in commands:
        yield f'{indent}"{" ".join(command.path)}") words="{_words(command)}"'
        values = [option for option in command.options if option.value]
        if values:
            yield f'{indent}  case "$previous" in'
            for option in values:
                yield f'{indent}    {"|".join(option.names)}) words="{" ".join(option.choices)}"; value=1 ;;'
            yield f"{indent}  esac"
        yield f"{indent}  ;;"


def _known(commands: list[Command]) -> str:
    return "|".join(f'"{" ".join(command.path)}"' for command in commands if command.path)


def _bash(commands: list[Command]) -> Iterator[str]:
    yield "_reachsim() {"
    yield '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path="" words="" value="" word'
    yield '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield '    case "${path:+$path }$word" in'
    yield f'      {_known(commands)}) path="${{path:+$path }}$word" ;;'
    yield "    esac"
    yield "  done"
    yield '  case "$path" in'
    yield from _cases(commands, "    ")
    yield "  esac"
    yield '  if [[ -z "$value" && "$current" != -* && -n "$path" && "$words" == -* ]]; then words=""; fi'
    yield '  COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield "}"
    yield "complete -o bashdefault -o default -F _reachsim reachsim"


def _zsh(commands: list[Command]) -> Iterator[str]:
    yield "#compdef reachsim"
    yield "_reachsim() {"
    yield '  local current="${words[CURRENT]}" previous="${words[CURRENT-1]}" where="" candidates="" value="" word'
    yield '  for word in "${(@)words[2,CURRENT-1]}"; do'
    yield '    case "${where:+$where }$word" in'
    yield f'      {_known(commands)}) where="${{where:+$where }}$word" ;;'
    yield "    esac"
    yield "  done"
    yield '  case "$where" in'
    for line in _cases(commands, "    "):
        yield line.replace('words="', 'candidates="')
    yield "  esac"
    yield '  if [[ -z "$value" && "$current" != -* && -n "$where" && "$candidates" == -* ]]; then candidates=""; fi'
    yield '  if [[ -n "$candidates" ]]; then compadd -- ${=candidates}; else _files; fi'
    yield "}"
    yield 'if [[ "${funcstack[1]}" == _reachsim ]]; then _reachsim "$@"; else compdef _reachsim reachsim; fi'


def _fish(commands: list[Command]) -> Iterator[str]:
    texts = {command.path: command.help for command in commands}
    for command in commands:
        seen = [f"__fish_seen_subcommand_from {word}" for word in command.path]
        below = f"not __fish_seen_subcommand_from {' '.join(command.subcommands)}" if command.subcommands else ""
        here = "; and ".join([*seen, *([below] if below else [])])
        condition = f"-n '{here}' " if here else ""
        for name in command.subcommands:
            yield f"complete -c reachsim {condition}-f -a {name} -d '{texts[(*command.path, name)]}'"
        if command.choices:
            yield f"complete -c reachsim {condition}-f -a '{' '.join(command.choices)}'"
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r" if option.value else ""
            yield f"complete -c reachsim {condition}{names}{value} -d '{option.help}'"
