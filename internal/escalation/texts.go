package escalation

import (
	_ "embed"

	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/wording"
)

//go:embed texts.vi.yaml
var textsFile []byte

// textKey names a sentence of texts.vi.yaml. The keys stand in textkeys.go; a
// test checks that every key has words and that no words are without a key.
type textKey string

// texts are the sentences of cases, by folded key.
type texts map[string]string

func loadTexts(data []byte) (texts, error) { return wording.Read(data) }

// say returns a sentence with its gaps filled, see [wording.Fill].
func (t texts) say(key textKey, gaps ...string) string {
	return wording.Fill(t[strictyaml.Fold(string(key))], gaps...)
}

// has reports whether there are words for a key made at run time.
func (t texts) has(key textKey) bool { return t[strictyaml.Fold(string(key))] != "" }
