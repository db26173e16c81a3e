package bot

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Every key has words in texts.vi.yaml, and all words there have a key.
func TestTextsAreComplete(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "texts.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "textKey" {
			key, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, strictyaml.Fold(key))
		}
		return true
	})
	words, err := loadTexts(textsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if words.words[k] == "" {
			t.Errorf("key %s has no words", k)
		}
	}
	if days := strings.Split(words.say(textWeekdays), "\n"); len(days) != 7 {
		t.Errorf("days of the week: %q", days)
	}
	for k, w := range words.words {
		if !slices.Contains(keys, k) {
			t.Errorf("words without a key: %s", k)
		}
		for _, never := range []string{"cho biết mã OTP", "gửi mã OTP", "nhập số căn cước", "cho số tài khoản"} {
			if strings.Contains(w, never) {
				t.Errorf("%s asks for what the bot never asks: %q", k, w)
			}
		}
	}
}
