package media

import (
	"archive/zip"
	"bytes"
	"strings"
)

// Office documents are containers, and some of what they may contain is a
// program. An officer opens what a stranger sent, so one with macros is refused.

// isDocx tells a Word document without macros.
func isDocx(data []byte) bool {
	if !at(data, 0, "PK\x03\x04") {
		return false
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	types, document := false, false
	for _, f := range archive.File {
		name := strings.ToLower(f.Name)
		switch {
		case strings.HasSuffix(name, "vbaproject.bin"):
			return false
		case name == "[content_types].xml":
			types = true
		case name == "word/document.xml":
			document = true
		}
	}
	return types && document
}

// isDoc tells an old Word document without macros: a compound file that has a
// stream of that name. Names stand in it in two bytes a letter.
func isDoc(data []byte) bool {
	return at(data, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") &&
		bytes.Contains(data, wide("WordDocument")) && !bytes.Contains(data, wide("_VBA_PROJECT"))
}

func wide(name string) []byte {
	var out []byte
	for _, c := range []byte(name) {
		out = append(out, c, 0)
	}
	return out
}
