package keyfile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Schema returns the JSON Schema (draft 2020-12) of a file whose top is a map
// with these keys, for programs that complete and check while typing. The
// readers check more.
func Schema(title string, keys []Key) ([]byte, error) {
	schema := mapSchema(keys)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("print schema: %w", err)
	}
	return append(out, '\n'), nil
}

type object = map[string]any

func mapSchema(keys []Key) object {
	properties, patterns := object{}, object{}
	var all []any
	for _, k := range keys {
		value := valueSchema(k)
		value["description"] = k.About
		properties[k.Name] = value
		patterns[keyPattern(k.Name)] = value
		if k.Need {
			// The second way says: not every key fails to be a spelling of this one.
			all = append(all, object{"anyOf": []any{
				object{"required": []string{k.Name}},
				object{"not": object{"propertyNames": object{"not": object{"pattern": keyPattern(k.Name)}}}},
			}})
		}
	}
	schema := object{"type": "object", "properties": properties, "patternProperties": patterns, "additionalProperties": false}
	if len(all) > 0 {
		schema["allOf"] = all
	}
	return schema
}

// scalar is what a text may look like to a program that types YAML's scalars;
// we read them all as text.
func scalar() []string { return []string{"string", "number", "boolean", "null"} }

func valueSchema(k Key) object {
	text := object{"type": scalar()}
	switch k.Shape.Form {
	case FormText:
		if k.Max > 0 {
			text["maxLength"] = k.Max
		}
	case FormLines, FormIDs:
		return object{"anyOf": []any{text, object{"type": "array", "items": object{"type": scalar()}}}}
	case FormDate:
		return object{"type": []string{"string", "null"}, "pattern": `^(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}.*)?$`}
	case FormChoice:
		var pattern []string
		for _, c := range k.Shape.Choices {
			pattern = append(pattern, letters(c))
		}
		return object{"anyOf": []any{object{"enum": k.Shape.Choices}, object{"type": "string", "pattern": "^(" + strings.Join(pattern, "|") + ")?$"}}}
	case FormRows:
		rows := object{"type": "array", "items": mapSchema(k.Shape.Rows)}
		if k.Shape.OrLines {
			return object{"anyOf": []any{rows, text}}
		}
		return rows
	case FormMap:
		return object{"type": []string{"object", "null"}, "additionalProperties": object{"anyOf": []any{text, object{"type": "array", "items": object{"type": scalar()}}}}}
	}
	return text
}

// keyPattern matches every spelling of a key that folds to the same.
func keyPattern(name string) string { return "^" + letters(name) + "$" }

func letters(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == ' ':
			b.WriteString("[ _-]*")
		case unicode.IsLetter(r):
			base := []rune(strictyaml.Fold(string(r)))
			set := []rune{r, unicode.ToUpper(r)}
			set = append(set, base...)
			for _, c := range base {
				set = append(set, unicode.ToUpper(c))
			}
			slices.Sort(set)
			b.WriteString("[" + string(slices.Compact(set)) + "]")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}
