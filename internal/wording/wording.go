package wording

import (
	"fmt"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Read returns the sentences of a file by their folded keys, see
// [strictyaml.Fold].
func Read(data []byte) (map[string]string, error) {
	node, faults := strictyaml.Decode(data)
	for _, f := range faults {
		if !f.Warning {
			return nil, fmt.Errorf("read texts: line %d: %s", f.Line, f.Message)
		}
	}
	sentences := make(map[string]string, len(node.Pairs))
	for _, p := range node.Pairs {
		sentences[p.Folded] = strings.TrimSpace(p.Value.Text)
	}
	return sentences, nil
}

// Fill returns a sentence with its gaps filled: «{mã}» takes the value after
// "mã". What a gap takes is not looked into again, so that what people write
// cannot fill another one.
func Fill(sentence string, gaps ...string) string {
	if len(gaps) == 0 {
		return sentence
	}
	pairs := make([]string, len(gaps)&^1)
	for i := 0; i+1 < len(gaps); i += 2 {
		pairs[i], pairs[i+1] = "{"+gaps[i]+"}", gaps[i+1]
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}
