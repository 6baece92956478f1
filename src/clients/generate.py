#!/usr/bin/env python3
"""Writes the models of the clients from the OpenAPI document: generate.py DOCUMENT [--check].

The document is what `accruedb schema --openapi` prints. Python's `model.py` and TypeScript's `model.ts` get the same
types, the same operations and an exception for each problem. With `--check`, nothing is written; a model that is not
what the document says ends it with 1. No package is needed.
"""

import json
import keyword
import re
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTE = "Made by src/clients/generate.py from the OpenAPI document. Not to be changed by hand."
# by hand in the facades
BY_HAND = {"batch"}


def camel(name, upper=False):
    words = re.split(r"[_\W]+", name)
    first = words[0].capitalize() if upper else words[0]
    return first + "".join(word.capitalize() for word in words[1:])


def text_of(schema):
    return " ".join(schema.get("description", "").split())


class Document:
    """The document, in the order in which it is written down."""

    def __init__(self, path):
        self.json = json.loads(Path(path).read_text())
        self.schemas = self.json["components"]["schemas"]
        self.problems = self.json["x-problems"]

    def operations(self):
        for path, methods in self.json["paths"].items():
            for method, operation in methods.items():
                yield Operation(path, method.upper(), operation)

    def objects(self):
        return {name: schema for name, schema in self.schemas.items() if "properties" in schema}

    def aliases(self):
        """The schemas that are no objects, each after those that it names."""
        left = {name: schema for name, schema in self.schemas.items() if "properties" not in schema}
        while left:
            ready = [name for name, schema in left.items() if not (names_in(schema) & set(left)) - {name}]
            for name in ready:
                yield name, left.pop(name)


def names_in(schema):
    return {name.rsplit("/", 1)[-1] for name in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema))}


class Operation:
    def __init__(self, path, method, operation):
        self.path, self.method, self.id = path, method, operation["operationId"]
        self.summary = operation["summary"]
        parameters = operation["parameters"]
        self.in_path = [p for p in parameters if p["in"] == "path"]
        self.is_command = any(p["name"] == "Idempotency-Key" for p in parameters)
        self.query = [p for p in parameters if p["in"] == "query" and not (self.is_command and p["name"] == "dry_run")]
        content = operation.get("requestBody", {}).get("content", {})
        self.body = content.get("application/json", {}).get("schema")
        self.body_is_required = operation.get("requestBody", {}).get("required", False)
        answered = operation["responses"]["200"]["content"]
        self.answer = answered.get("application/json", {}).get("schema")
        # a look, or a command with its key, may be sent again whatever happened
        self.is_page = bool(self.answer) and "rows" in self.answer.get("properties", {})


class Language:
    """A type of the document in the words of a language."""

    def type(self, schema):
        if "$ref" in schema:
            return self.name(schema["$ref"].rsplit("/", 1)[-1])
        if "anyOf" in schema:
            [one] = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
            return self.optional(self.type(one))
        if "enum" in schema:
            return self.words(schema["enum"])
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        known = [self.plain(kind, schema) for kind in kinds if kind != "null"]
        if not known:
            return self.ANY
        type = self.either(known)
        return self.optional(type) if "null" in kinds else type

    def plain(self, kind, schema):
        if kind == "array":
            return self.list(self.type(schema.get("items", {})))
        if kind == "object":
            values = schema.get("additionalProperties", True)
            patterns = list(schema.get("patternProperties", {}).values())
            values = patterns[0] if patterns else values
            return self.map(self.type(values if isinstance(values, dict) else {}))
        return self.PLAIN[kind]


class Python(Language):
    ANY = "Any"
    PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

    def name(self, name):
        return name

    def optional(self, type):
        return f"Optional[{type}]"

    def words(self, words):
        return f"Literal[{', '.join(json.dumps(word) for word in words)}]"

    def either(self, types):
        return types[0] if len(types) == 1 else f"Union[{', '.join(types)}]"

    def list(self, type):
        return f"List[{type}]"

    def map(self, type):
        return f"Dict[str, {type}]"

    def doc(self, indent, text):
        if not text:
            return []
        pad = " " * indent
        lines = textwrap.wrap(text.replace("\\", "\\\\"), 110 - indent)
        if len(lines) == 1:
            return [f'{pad}"""{lines[0]}"""']
        return [f'{pad}"""{lines[0]}'] + [pad + line for line in lines[1:]] + [f'{pad}"""']

    def schema(self, name, schema):
        required = schema.get("required", [])
        fields = {field: self.type(of) for field, of in schema["properties"].items()}
        if any(keyword.iskeyword(field) for field in fields):
            # a field named as a word of the language
            inner = ", ".join(f'{json.dumps(field)}: {json.dumps(type)}' for field, type in fields.items())
            return [f'{name} = TypedDict("{name}", {{{inner}}}, total=False)', ""]
        must = {field: type for field, type in fields.items() if field in required}
        may = {field: type for field, type in fields.items() if field not in required}
        lines = []
        base = "TypedDict"
        if must and may:
            base = f"_{name}"
            lines += [f"class {base}(TypedDict):"] + [f"    {field}: {type}" for field, type in must.items()] + ["", ""]
        total = ", total=False" if may else ""
        lines += [f"class {name}({base}{total}):"] + self.doc(4, text_of(schema))
        return lines + [f"    {field}: {type}" for field, type in (may or must).items()] + ["" if fields else "    pass"]

    def operation(self, operation):
        safe = lambda name: name + "_" if keyword.iskeyword(name) else name
        arguments = ["self"] + [f"{p['name']}: {self.type(id_type(p))}" for p in operation.in_path]
        if operation.body:
            default = "" if operation.body_is_required else " = None"
            type = self.type(operation.body)
            arguments.append(f"body: {type if operation.body_is_required else self.optional(type)}{default}")
        named = [f"{safe(p['name'])}: Optional[{self.type(p['schema'])}] = None" for p in operation.query]
        if operation.is_command:
            named += ["key: Optional[str] = None", "dry_run: bool = False"]
        if named:
            arguments += ["*"] + named
        path = ", ".join(p["name"] for p in operation.in_path) + ("," if len(operation.in_path) == 1 else "")
        query = ", ".join(f"{json.dumps(p['name'])}: {safe(p['name'])}" for p in operation.query)
        if operation.is_command:
            type, call = "Receipt", f'self._command("{operation.id}", ({path}), body, key, dry_run)'
        elif operation.is_page:
            type = f"Pages[{self.type(operation.answer['properties']['rows']['items'])}]"
            call = f'self._pages("{operation.id}", ({path}), {{{query}}})'
        elif operation.answer:
            type = self.type(operation.answer)
            body = ", body" if operation.body else ""
            call = f'self._object("{operation.id}", ({path}), {{{query}}}{body})'
        else:
            type, call = "str", f'self._text("{operation.id}", ({path}), {{{query}}})'
        head = f"    def {operation.id}({', '.join(arguments)}) -> {type}:"
        return [head] + self.doc(8, operation.summary) + [f"        return {call}", ""]

    def write(self, document):
        lines = [f'"""The types, operations and problems of AccrueDB.\n\n{NOTE}\n"""', ""]
        lines += ["from __future__ import annotations", ""]
        lines += ["from typing import Any, Dict, List, Literal, Optional, TypedDict, Union", ""]
        lines += ["from .base import Base, Pages, Refused", ""]
        for name, schema in document.aliases():
            lines.append(f"{name} = {self.type(schema)}")
        for name, schema in document.objects().items():
            lines += ["", ""] + self.schema(name, schema)
        for code, problem in document.problems.items():
            lines += ["", "", f"class {problem_name(code, document)}(Refused):"] + self.doc(4, problem["about"])
            lines += ["", f'    code = "{code}"'] + [
                f"    {name}: {self.type(of)}" for name, of in problem["figures"].items()
            ]
        lines += ["", "", "PROBLEMS: Dict[str, type] = {"]
        lines += [f'    "{code}": {problem_name(code, document)},' for code in document.problems] + ["}", "", ""]
        lines += ["OPERATIONS: Dict[str, Any] = {"]
        for operation in document.operations():
            lines.append(f'    "{operation.id}": ("{operation.method}", "{operation.path}"),')
        lines += ["}", "", "", "class Operations(Base):", '    """An operation each."""', ""]
        for operation in document.operations():
            if operation.id not in BY_HAND:
                lines += self.operation(operation)
        return "\n".join(lines).rstrip() + "\n"


class TypeScript(Language):
    ANY = "any"
    PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}

    def name(self, name):
        return "CivilDate" if name == "Date" else name

    def optional(self, type):
        return f"{type} | null"

    def words(self, words):
        return " | ".join(json.dumps(word) for word in words)

    def either(self, types):
        return " | ".join(types)

    def list(self, type):
        return f"Array<{type}>"

    def map(self, type):
        return f"Record<string, {type}>"

    def doc(self, indent, text):
        if not text:
            return []
        pad = " " * indent
        lines = textwrap.wrap(text.replace("*/", "* /"), 110 - indent)
        if len(lines) == 1:
            return [f"{pad}/** {lines[0]} */"]
        return [f"{pad}/**"] + [f"{pad} * {line}" for line in lines] + [f"{pad} */"]

    def schema(self, name, schema):
        required = schema.get("required", [])
        lines = self.doc(0, text_of(schema)) + [f"export interface {self.name(name)} {{"]
        for field, of in schema["properties"].items():
            mark = "" if field in required else "?"
            lines += self.doc(2, text_of(of)) + [f"  {field}{mark}: {self.type(of)};"]
        return lines + ["}", ""]

    def operation(self, operation):
        arguments = [f"{p['name']}: {self.type(id_type(p))}" for p in operation.in_path]
        if operation.body:
            type = self.type(operation.body)
            arguments.append(f"body: {type}" if operation.body_is_required else f"body: {type} = {{}}")
        query = [f"{p['name']}?: {self.type(p['schema'])}" for p in operation.query]
        path = f"[{', '.join(p['name'] for p in operation.in_path)}]"
        if operation.is_command:
            arguments.append("how: How = {}")
            type, call = "Promise<Receipt>", f'this.sendCommand("{operation.id}", {path}, body, how)'
        else:
            if query:
                arguments.append(f"query: {{ {'; '.join(query)} }} = {{}}")
            asked = "query" if query else "{}"
            if operation.is_page:
                type = f"Pages<{self.type(operation.answer['properties']['rows']['items'])}>"
                call = f'this.getPages("{operation.id}", {path}, {asked})'
            elif operation.answer:
                type = f"Promise<{self.type(operation.answer)}>"
                body = ", body" if operation.body else ""
                call = f'this.getObject("{operation.id}", {path}, {asked}{body})'
            else:
                type, call = "Promise<string>", f'this.getText("{operation.id}", {path}, {asked})'
        head = f"  {camel(operation.id)}({', '.join(arguments)}): {type} {{"
        return self.doc(2, operation.summary) + [head, f"    return {call};", "  }", ""]

    def write(self, document):
        lines = [f"// The types, operations and problems of AccrueDB. {NOTE}", ""]
        lines += ['import { Base, How, Pages, Refused } from "./base.js";', ""]
        for name, schema in document.aliases():
            lines += self.doc(0, text_of(schema)) + [f"export type {self.name(name)} = {self.type(schema)};"]
        lines.append("")
        for name, schema in document.objects().items():
            lines += self.schema(name, schema)
        for code, problem in document.problems.items():
            lines += self.doc(0, problem["about"]) + [f"export class {problem_name(code, document)} extends Refused {{"]
            lines += [f"  declare readonly {name}: {self.type(of)};" for name, of in problem["figures"].items()]
            lines += ["}", ""]
        lines += ["export const PROBLEMS: Record<string, typeof Refused> = {"]
        lines += [f"  {code}: {problem_name(code, document)}," for code in document.problems] + ["};", ""]
        lines += ["export const OPERATIONS: Record<string, [string, string]> = {"]
        for operation in document.operations():
            lines.append(f'  {operation.id}: ["{operation.method}", "{operation.path}"],')
        lines += ["};", "", "/** An operation each. */", "export abstract class Operations extends Base {"]
        for operation in document.operations():
            if operation.id not in BY_HAND:
                lines += self.operation(operation)
        return "\n".join(lines).rstrip() + "\n}\n"


def id_type(parameter):
    """An id in a path may be a number or a text."""
    schema = parameter["schema"]
    return {"type": ["string", "integer"]} if schema.get("pattern") else schema


def problem_name(code, document):
    name = camel(code, upper=True)
    return name + "Problem" if name in document.schemas else name


def main():
    document = Document(sys.argv[1])
    wanted = {
        HERE / "python/accruedb/model.py": Python().write(document),
        HERE / "typescript/src/model.ts": TypeScript().write(document),
    }
    if "--check" not in sys.argv:
        for path, text in wanted.items():
            path.write_text(text)
        return 0
    stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for name in stale:
        print(f"{name} is not what the document says: src/clients/generate.py writes it anew", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
