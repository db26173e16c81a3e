package arch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	link     = regexp.MustCompile(`(?:\]\(|src=")([^)"\s]+)[)"]`)
)

// A map that names a street that is gone is worse than no map.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	var documents []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	if len(documents) < 4 {
		t.Fatalf("found %d documents, want the README and its companions", len(documents))
	}
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range namedPaths(string(text), document) {
			matches, err := filepath.Glob(filepath.Join(root, path))
			if err != nil || len(matches) == 0 {
				t.Errorf("%s names %s, which is not there", strings.TrimPrefix(document, root+"/"), path)
			}
		}
	}
}

// namedPaths returns the paths of the project that a document names: link
// targets, seen from the document, and code spans that begin with one of our
// top-level folders. What holds < or … is a pattern, not a path.
func namedPaths(text, document string) []string {
	var paths []string
	for _, match := range link.FindAllStringSubmatch(text, -1) {
		target, _, _ := strings.Cut(match[1], "#")
		if target == "" || strings.Contains(target, ":") {
			continue
		}
		rel, err := filepath.Rel(root, filepath.Join(filepath.Dir(document), target))
		if err == nil {
			paths = append(paths, rel)
		}
	}
	for _, match := range codeSpan.FindAllStringSubmatch(text, -1) {
		span := match[1]
		first, _, slash := strings.Cut(span, "/")
		if !slash || strings.ContainsAny(span, "<… ()") || !ourFolder(first) {
			continue
		}
		path, _, _ := strings.Cut(span, ":")
		paths = append(paths, path)
	}
	return paths
}

func ourFolder(name string) bool {
	switch name {
	case "cmd", "bot", "knowledge", "internal", "docs", "deploy", "scripts", ".ci", ".vscode":
		return true
	}
	return false
}

func TestNamedPaths(t *testing.T) {
	t.Parallel()
	text := "see [the guide](docs/bien-tap.md#so), <img src=\"docs/a.png\">, `bot/message.go:12`, `internal/store/<tech>store/`, `a/b`, [x](https://example.org/y)"
	got := strings.Join(namedPaths(text, root+"/README.md"), " ")
	if want := "docs/bien-tap.md docs/a.png bot/message.go"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
