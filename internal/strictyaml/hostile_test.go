package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// A file that is made to use up a machine ends as a fault, or as the few lines
// that it is.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	const size = strictyaml.MaxSize - 64
	fill := func(part string) string { return strings.Repeat(part, size/len(part)) }
	var aliases strings.Builder
	aliases.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for n := 1; n < 30; n++ {
		fmt.Fprintf(&aliases, "a%d: &a%d [%s]\n", n, n, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", n-1), 10), ", "))
	}
	var stairs strings.Builder
	for n := 0; stairs.Len() < size-2000 && n < 1200; n++ {
		stairs.WriteString(strings.Repeat(" ", n) + "a:\n")
	}
	for name, text := range map[string]string{
		"aliases of aliases": aliases.String(),
		"open brackets":      "a: " + fill("["),
		"open braces":        "a: " + fill("{a: "),
		"dashes":             fill("- "),
		"questions":          fill("? "),
		"stairs":             stairs.String(),
		"merges":             "a: &a\n  b: c\nd:\n" + fill("  <<: *a\n"),
		"one long key":       fill("k") + ": x\n",
		"quotes":             fill("\""),
		"tabs":               fill("\t"),
		"tags":               fill("!"),
		"decomposed":         "a: " + fill("e\u0301"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := strictyaml.Decode([]byte(text))
			if len(faults) == 0 && name != "stairs" && name != "one long key" {
				t.Errorf("no fault in %d bytes", len(text))
			}
		})
	}
}
