package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// The check of hidden state is code with cases, so it has a test of its own.
func TestHiddenStateIsFound(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ code, want string }{
		"error sentinel":       {`var ErrGone = errors.New("gone")`, ""},
		"pattern":              {`var space = regexp.MustCompile(" +")`, ""},
		"interface check":      {`var _ I = (*T)(nil)`, ""},
		"table":                {`var table = map[string]int{"a": 1}; func f() int { return table["a"] }`, ""},
		"shadowed by a local":  {`var table = []int{1}; func f() { table := []int{2}; table[0] = 3 }`, ""},
		"embedded":             {"//go:embed a.txt\nvar Text string", ""},
		"init":                 {`func init() {}`, "init function"},
		"method called init":   {`type T int; func (T) init() {}`, ""},
		"lock":                 {`var mu sync.Mutex`, "without a value"},
		"map to be filled":     {`var cache = make(map[string]int)`, "package state"},
		"pointer":              {`var global = &T{}`, "package state"},
		"exported":             {`var Default = T{}`, "exported"},
		"table written to":     {`var table = map[string]int{}; func f() { table["a"] = 1 }`, "changes the package variable table"},
		"field written to":     {`var config = T{}; func f() { config.a.b++ }`, "changes the package variable config"},
		"address handed out":   {`var config = T{}; func f() *T { return &config }`, "changes the package variable config"},
		"entry deleted":        {`var table = map[string]int{}; func f() { delete(table, "a") }`, "changes the package variable table"},
		"reassigned elsewhere": {`var now = time.Now; func f() { now = nil }`, "changes the package variable now"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "p.go", "package p\n"+c.code, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(hiddenState(fset, "p", []*ast.File{file}), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
