package escalation

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

//go:embed texts.vi.yaml
var textsFile []byte

// textKey names a sentence of texts.vi.yaml. The keys stand in textkeys.go; a
// test checks that every key has words and that no words are without a key.
type textKey string

// texts are the sentences of cases, by folded key.
type texts map[string]string

func loadTexts(data []byte) (texts, error) {
	node, faults := strictyaml.Decode(data)
	for _, f := range faults {
		if !f.Warning {
			return nil, fmt.Errorf("read texts: line %d: %s", f.Line, f.Message)
		}
	}
	t := texts{}
	for _, p := range node.Pairs {
		t[p.Folded] = strings.TrimSpace(p.Value.Text)
	}
	return t, nil
}

// say returns a sentence with its gaps filled: «{mã}» takes the value after
// "mã". What a gap takes is not looked into again, so that what people write
// cannot fill another one.
func (t texts) say(key textKey, gaps ...string) string {
	pairs := make([]string, len(gaps))
	for i := 0; i+1 < len(gaps); i += 2 {
		pairs[i], pairs[i+1] = "{"+gaps[i]+"}", gaps[i+1]
	}
	return strings.NewReplacer(pairs...).Replace(t[strictyaml.Fold(string(key))])
}

// has reports whether there are words for a key made at run time.
func (t texts) has(key textKey) bool { return t[strictyaml.Fold(string(key))] != "" }
