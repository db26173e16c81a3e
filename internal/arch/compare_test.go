package arch_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"testing"
)

// secretNames are the names of what nobody may guess bit by bit.
var secretNames = regexp.MustCompile(`(?i)(secret|signature|password|hmac|token|mac|apikey)$`)

// meetStrangers are the packages in which a value that somebody sent is held
// against a secret of ours.
func meetStrangers() []string {
	return []string{
		"bot/telegram", "bot/webchat", "bot/zalobot", "bot/zalooa",
		"internal/app", "internal/control", "internal/media", "internal/staff", "internal/webhook",
	}
}

// An == stops at the first byte that differs, and the time it took tells which:
// secrets are compared with hmac.Equal or subtle.ConstantTimeCompare.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	t.Parallel()
	sources := parse(t)
	for _, folder := range meetStrangers() {
		for _, src := range sources.packages[folder] {
			if src.test {
				continue
			}
			ast.Inspect(src.file, func(node ast.Node) bool {
				if a, b, ok := compared(node); ok && (isSecret(a) || isSecret(b)) && !isKnown(a) && !isKnown(b) {
					t.Errorf("%s compares a secret in a time that tells of it", sources.fset.Position(node.Pos()))
				}
				return true
			})
		}
	}
}

// compared returns what a node compares byte by byte.
func compared(node ast.Node) (a, b ast.Expr, ok bool) {
	switch node := node.(type) {
	case *ast.BinaryExpr:
		return node.X, node.Y, node.Op == token.EQL || node.Op == token.NEQ
	case *ast.CallExpr:
		f, selected := node.Fun.(*ast.SelectorExpr)
		if !selected || len(node.Args) != 2 {
			return nil, nil, false
		}
		from, named := f.X.(*ast.Ident)
		quick := named && (from.Name == "bytes" && (f.Sel.Name == "Equal" || f.Sel.Name == "Compare") || from.Name == "strings" && (f.Sel.Name == "EqualFold" || f.Sel.Name == "Compare"))
		return node.Args[0], node.Args[1], quick
	}
	return nil, nil, false
}

func isSecret(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return secretNames.MatchString(e.Name) && !slices.Contains(harmless(), e.Name)
	case *ast.SelectorExpr:
		return isSecret(e.Sel)
	case *ast.IndexExpr:
		return isSecret(e.X)
	case *ast.SliceExpr:
		return isSecret(e.X)
	case *ast.CallExpr: // of what is about to be compared: string(mac), head.Get("token")
		return len(e.Args) == 1 && isSecret(e.Args[0]) || isSecret(e.Fun)
	}
	return false
}

// harmless are names that end like a secret and are none.
func harmless() []string { return []string{"classToken", "ChannelToken"} }

// isKnown tells a value that everybody may know: a literal, nil, a length.
func isKnown(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.SelectorExpr:
		return isKnown(e.Sel)
	case *ast.Ident:
		return e.Name == "nil" || slices.Contains(harmless(), e.Name)
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.Ident)
		return ok && f.Name == "len"
	}
	return false
}
