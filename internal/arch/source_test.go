package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the project, seen from this package.
const root = "../.."

// source is one parsed Go file.
type source struct {
	path string // from the top, with slashes
	file *ast.File
	test bool
}

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// tree holds the sources by package folder, as in order().
type tree struct {
	fset     *token.FileSet
	packages map[string][]source
}

// parse reads every Go file of the project.
func parse(t *testing.T) tree {
	t.Helper()
	found := tree{fset: token.NewFileSet(), packages: map[string][]source{}}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			hidden := strings.HasPrefix(name, ".") && path != root || strings.HasPrefix(name, "_")
			if hidden || name == "testdata" || otherModule(path) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(found.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		folder := filepath.ToSlash(filepath.Dir(rel))
		found.packages[folder] = append(found.packages[folder], source{rel, file, strings.HasSuffix(name, "_test.go")})
		return nil
	})
	if err != nil {
		t.Fatalf("parse the sources: %v", err)
	}
	if len(found.packages) < 3 {
		t.Fatalf("found %d packages under %s, want the whole project", len(found.packages), root)
	}
	return found
}

// otherModule tells a folder whose code the program cannot import: a module of
// its own has its own dependencies.
func otherModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil && folder != root
}

// folders returns the package folders in order.
func (tr tree) folders() []string {
	var names []string
	for name := range tr.packages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
