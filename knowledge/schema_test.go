package knowledge_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/knowledge"
)

func resolve(t *testing.T, name string) *jsonschema.Resolved {
	t.Helper()
	data, ok := knowledge.Schema(name)
	if !ok {
		t.Fatalf("no schema %q", name)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// plain is a file as a program without our types sees it.
func plain(n *strictyaml.Node) any {
	switch {
	case n == nil:
		return nil
	case n.Kind == strictyaml.Map:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key] = plain(p.Value)
		}
		return out
	case n.Kind == strictyaml.List:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plain(item))
		}
		return out
	}
	return n.Text
}

func schemaOf(name string) string {
	if path.Dir(name) != "." {
		return knowledge.EntrySchema
	}
	return strings.TrimSuffix(name, ".yaml")
}

// What the loader takes, the schema takes.
func TestSchemaAcceptsTheSample(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"testdata/sample", "testdata/faults/keys-in-any-spelling"} {
		files := os.DirFS(dir)
		err := fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
			if err != nil || path.Ext(name) != ".yaml" {
				return err
			}
			data, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			n, faults := strictyaml.Decode(data)
			if len(faults) > 0 {
				t.Errorf("%s: %v", name, faults)
			}
			if err := resolve(t, schemaOf(name)).Validate(plain(n)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// What is wrong in form, the schema refuses.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"unknown-key", "missing-fields", "colon-in-paper", "rows", "period-backwards"} {
		refused := false
		files := os.DirFS("testdata/faults/" + dir)
		names, err := fs.Glob(files, "*/*.yaml")
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := strictyaml.Decode(data)
			refused = refused || resolve(t, schemaOf(name)).Validate(plain(n)) != nil
		}
		if want := dir != "period-backwards"; refused != want {
			t.Errorf("%s: refused %v, want %v", dir, refused, want)
		}
	}
}

func TestSchemaNames(t *testing.T) {
	t.Parallel()
	for _, name := range knowledge.SchemaNames() {
		data, ok := knowledge.Schema(name)
		if !ok || !json.Valid(data) {
			t.Errorf("%s: %v", name, ok)
		}
		if strings.Contains(string(data), `"description": ""`) {
			t.Errorf("%s: a key without a description", name)
		}
	}
	if _, ok := knowledge.Schema("khac"); ok {
		t.Error("a schema of nothing")
	}
}
