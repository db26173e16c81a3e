package knowledge_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "write the golden files anew")

// today is the day tests check for; the sample's reviews are due later.
const today knowledge.Date = 20261121

// overlay is the sample base with the files of a folder put over it.
func overlay(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, root := range []string{"testdata/sample", dir} {
		if root == "" {
			continue
		}
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name == golden {
				return err
			}
			data, err := os.ReadFile(filepath.Join(root, name))
			files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

const golden = "report.golden"

// Each folder of testdata/faults holds what an editor left, put over the
// sample, and the report this editor gets.
func TestFaults(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/faults/[^.]*")
	if err != nil || len(dirs) == 0 {
		t.Fatal(dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			base, report := knowledge.Options{Today: today}.Load(overlay(t, dir))
			if (base != nil) != report.OK() {
				t.Errorf("base %v although OK is %v", base != nil, report.OK())
			}
			for _, f := range report.Faults {
				if f.Message == "" || f.Cure == "" || f.Code == "" {
					t.Errorf("incomplete fault %+v", f)
				}
			}
			got := report.Text()
			file := filepath.Join(dir, golden)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
