package arch_test

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// forOperators lists the files of packages that speak to residents whose
// Vietnamese only operators and officers read.
func forOperators() []string {
	return []string{
		"bot/telegram/config.go", "bot/telegram/examine.go",
		"bot/zalobot/config.go", "bot/zalobot/examine.go", "bot/zalobot/run.go", "bot/zalobot/trouble.go",
		"bot/zalooa/account.go", "bot/zalooa/codes.go", "bot/zalooa/config.go",
		"bot/zalooa/examine.go", "bot/zalooa/health.go", "bot/zalooa/keeper.go", "bot/zalooa/window.go",
		"internal/app/channels.go",
	}
}

// What a resident reads stands in a file of texts, where an editor finds it.
func TestNoSentenceForResidentsIsInGo(t *testing.T) {
	t.Parallel()
	packages := parse(t)
	for _, folder := range []string{"bot/telegram", "bot/zalobot", "bot/zalooa", "internal/delivery", "internal/exchange", "internal/app"} {
		for _, src := range packages.packages[folder] {
			wiring := folder == "internal/app" && !strings.HasPrefix(path.Base(src.path), "channel")
			if src.test || wiring || slices.Contains(forOperators(), src.path) {
				continue
			}
			ast.Inspect(src.file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && vietnamese(lit.Value) {
					t.Errorf("%s: %s is Vietnamese in Go: residents' texts belong into bot/texts.vi.yaml", src.path, lit.Value)
				}
				return true
			})
		}
	}
}

// vietnamese reports whether a text has a letter that only Vietnamese uses here.
func vietnamese(s string) bool {
	return strings.ContainsAny(s, "ăâđêôơư") || strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x1EA0 && r <= 0x1EF9 || strings.ContainsRune("àáãèéìíòóõùúýĂÂĐÊÔƠƯÀÁÃÈÉÌÍÒÓÕÙÚÝĩũĨŨ", r)
	})
}

func TestVietnameseIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{`"Nhắn số để chọn"`: true, `"Gặp cán bộ"`: true, `"Đợi"`: true, `"menu"`: false, `"✓ "`: false, `"…"`: false} {
		if got := vietnamese(text); got != want {
			t.Errorf("%s is Vietnamese: %t, want %t", text, got, want)
		}
	}
}
