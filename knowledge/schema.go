package knowledge

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// EntrySchema is the name of the schema of entry files; the special files'
// schemas have the names of the files.
const EntrySchema = "muc"

// SchemaNames lists what [Schema] knows.
func SchemaNames() []string { return []string{EntrySchema, "so_lieu", "dia_danh", "chu_de", "tu_dien"} }

// Schema returns the JSON Schema (draft 2020-12) of a kind of file, for
// editors that complete and check while typing. It is printed from the tables
// the loader reads by; the loader checks more.
func Schema(name string) ([]byte, bool) {
	var keys []fieldKey
	var title string
	switch name {
	case EntrySchema:
		keys, title = entryTable().keys(), "Một mục kiến thức"
	case "so_lieu":
		keys, title = figuresTable().keys(), "Số liệu"
	case "dia_danh":
		keys, title = placesTable().keys(), "Địa danh"
	case "chu_de":
		keys, title = topicsTable().keys(), "Chủ đề, việc ngoài phạm vi, câu thường"
	case "tu_dien":
		keys, title = lexiconTable().keys(), "Từ điển"
	default:
		return nil, false
	}
	schema := mapSchema(keys)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	out, err := json.MarshalIndent(schema, "", "  ")
	return append(out, '\n'), err == nil
}

type object = map[string]any

func mapSchema(keys []fieldKey) object {
	properties, patterns := object{}, object{}
	var all []any
	for _, k := range keys {
		value := valueSchema(k)
		value["description"] = k.about
		properties[k.name] = value
		patterns[keyPattern(k.name)] = value
		if k.need {
			// The second way says: not every key fails to be a spelling of this one.
			all = append(all, object{"anyOf": []any{
				object{"required": []string{k.name}},
				object{"not": object{"propertyNames": object{"not": object{"pattern": keyPattern(k.name)}}}},
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

func valueSchema(k fieldKey) object {
	text := object{"type": scalar()}
	switch k.shape.form {
	case formText:
		if k.max > 0 {
			text["maxLength"] = k.max
		}
	case formLines, formIDs:
		return object{"anyOf": []any{text, object{"type": "array", "items": object{"type": scalar()}}}}
	case formDate:
		return object{"type": []string{"string", "null"}, "pattern": `^(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}.*)?$`}
	case formChoice:
		var pattern []string
		for _, c := range k.shape.choices {
			pattern = append(pattern, letters(c))
		}
		return object{"anyOf": []any{object{"enum": k.shape.choices}, object{"type": "string", "pattern": "^(" + strings.Join(pattern, "|") + ")?$"}}}
	case formRows:
		rows := object{"type": "array", "items": mapSchema(k.shape.rows)}
		if k.shape.orLines {
			return object{"anyOf": []any{rows, text}}
		}
		return rows
	case formMap:
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
