package arch_test

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// A program without hidden state can be started twice in one process, as its
// tests do. So: no init, and no package variable that anything can change.
func TestNoHiddenState(t *testing.T) {
	t.Parallel()
	packages := parse(t)
	for _, folder := range packages.folders() {
		var files []*ast.File
		for _, src := range packages.packages[folder] {
			if !src.test {
				files = append(files, src.file)
			}
		}
		for _, fault := range hiddenState(packages.fset, folder, files) {
			t.Error(fault)
		}
	}
}

// hiddenState checks the files of one package.
func hiddenState(fset *token.FileSet, folder string, files []*ast.File) []string {
	// Imports are not resolved: only the package's own names matter here.
	uses := map[*ast.Ident]types.Object{}
	config := types.Config{
		Importer: noImports{},
		Error:    func(error) {},
	}
	pkg, _ := config.Check(folder, fset, files, &types.Info{Uses: uses})
	var faults []string
	report := func(node ast.Node, text string) {
		faults = append(faults, fset.Position(node.Pos()).String()+": "+text)
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Name.Name == "init" {
					report(decl, "an init function: let the caller call it")
				}
			case *ast.GenDecl:
				if decl.Tok == token.VAR {
					checkVars(decl, report)
				}
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			for _, changed := range changes(node) {
				name := rootName(changed)
				if name == nil {
					continue
				}
				if v, ok := uses[name].(*types.Var); ok && v.Parent() == pkg.Scope() {
					report(changed, "changes the package variable "+name.Name)
				}
			}
			return true
		})
	}
	return faults
}

// checkVars refuses package variables that are born to be changed, and
// exported ones that another package could change.
func checkVars(decl *ast.GenDecl, report func(ast.Node, string)) {
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		embedded := isEmbedded(decl.Doc) || isEmbedded(spec.Doc)
		for i, name := range spec.Names {
			sentinel := strings.HasPrefix(name.Name, "Err") || strings.HasPrefix(name.Name, "err")
			switch {
			case name.Name == "_" || embedded:
			case len(spec.Values) == 0:
				report(name, name.Name+" is a package variable without a value: somebody means to change it")
			case i < len(spec.Values) && isFreshState(spec.Values[i]):
				report(name, name.Name+" is package state")
			case name.IsExported() && !sentinel:
				report(name, name.Name+" is an exported variable: make it a constant or a function")
			}
		}
	}
}

func isEmbedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// isFreshState tells a value that makes sense only if it is changed later.
func isFreshState(value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.UnaryExpr:
		return value.Op == token.AND
	case *ast.CallExpr:
		name, ok := value.Fun.(*ast.Ident)
		return ok && (name.Name == "make" || name.Name == "new")
	}
	return false
}

// changes returns the operands that a node assigns to, or lends to somebody
// who may.
func changes(node ast.Node) []ast.Expr {
	switch node := node.(type) {
	case *ast.AssignStmt:
		if node.Tok != token.DEFINE {
			return node.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{node.X}
	case *ast.UnaryExpr:
		if node.Op == token.AND {
			return []ast.Expr{node.X}
		}
	case *ast.CallExpr:
		name, ok := node.Fun.(*ast.Ident)
		if ok && (name.Name == "delete" || name.Name == "clear") && len(node.Args) > 0 {
			return node.Args[:1]
		}
	}
	return nil
}

// rootName finds x in x, x.f, x[i] and *x.
func rootName(expr ast.Expr) *ast.Ident {
	for {
		switch e := expr.(type) {
		case *ast.Ident:
			return e
		case *ast.SelectorExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		default:
			return nil
		}
	}
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }
