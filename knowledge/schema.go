package knowledge

import "github.com/doithoai/doithoai/internal/keyfile"

// EntrySchema is the name of the schema of entry files; the special files'
// schemas have the names of the files.
const EntrySchema = "muc"

// SchemaNames lists what [Schema] knows.
func SchemaNames() []string { return []string{EntrySchema, "so_lieu", "dia_danh", "chu_de", "tu_dien"} }

// Schema returns the JSON Schema (draft 2020-12) of a kind of file, for
// editors that complete and check while typing. It is printed from the tables
// the loader reads by; the loader checks more.
func Schema(name string) ([]byte, bool) {
	var keys []keyfile.Key
	var title string
	switch name {
	case EntrySchema:
		keys, title = entryTable().Keys(), "Một mục kiến thức"
	case "so_lieu":
		keys, title = figuresTable().Keys(), "Số liệu"
	case "dia_danh":
		keys, title = placesTable().Keys(), "Địa danh"
	case "chu_de":
		keys, title = topicsTable().Keys(), "Chủ đề, việc ngoài phạm vi, câu thường"
	case "tu_dien":
		keys, title = lexiconTable().Keys(), "Từ điển"
	default:
		return nil, false
	}
	schema, err := keyfile.Schema(title, keys)
	return schema, err == nil
}
