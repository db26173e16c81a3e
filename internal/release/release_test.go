package release_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/release"
)

const root = "../.."

var at = time.Date(2026, 11, 22, 6, 0, 0, 0, time.FixedZone("ICT", 7*3600))

// The table tells which licences we rely on; a module that came without being
// looked at, or under a licence that asks for more than its text, must not slip in.
func TestTableOfLicencesIsTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "licences.md"))
	if err != nil {
		t.Fatal(err)
	}
	known, err := release.ParseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	modules, err := release.Survey(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	want, err := release.Table(modules, known)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != want {
		t.Errorf("docs/licences.md is not true any more; run make licences. It should be:\n%s", want)
	}
}

func TestTableRefusesALicenceThatAsksForMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		module release.Module
		good   bool
	}{
		"permissive":                 {release.Module{Path: "a", Licence: "MIT", Linked: true}, true},
		"weak copyleft in tests":     {release.Module{Path: "a", Licence: "MPL-2.0"}, true},
		"weak copyleft in a program": {release.Module{Path: "a", Licence: "MPL-2.0", Linked: true}, false},
		"copyleft in tests":          {release.Module{Path: "a", Licence: "GPL-3.0"}, false},
		"unknown":                    {release.Module{Path: "a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, err := release.Table([]release.Module{test.module}, nil)
			if (err == nil) != test.good {
				t.Fatalf("got %v, want good: %t", err, test.good)
			}
			if !test.good {
				return
			}
			back, err := release.ParseTable(table)
			if err != nil || len(back) != 1 || back[0] != test.module {
				t.Errorf("read back %v, %v; want %v", back, err, test.module)
			}
		})
	}
}

// pack writes the files in the order given.
func pack(t *testing.T, write func(io.Writer, string, []release.File, time.Time) error, files []release.File) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, "doithoai-v1", files, at); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestArchivesDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	files := []release.File{{"doithoai", 0o755, []byte("program")}, {"docs/a.md", 0o644, []byte("a")}, {"LICENSE", 0o644, []byte("l")}}
	turned := slices.Clone(files)
	slices.Reverse(turned)
	for name, write := range map[string]func(io.Writer, string, []release.File, time.Time) error{"tar.gz": release.WriteTarGz, "zip": release.WriteZip} {
		if !bytes.Equal(pack(t, write, files), pack(t, write, turned)) {
			t.Errorf("%s: the order of the files changes the archive", name)
		}
	}
}

// What an archive tells about who packed it, and when: nothing but the commit.
func TestTarNamesNobody(t *testing.T) {
	t.Parallel()
	squeezed, err := gzip.NewReader(bytes.NewReader(pack(t, release.WriteTarGz, []release.File{{"doithoai", 0o755, []byte("program")}})))
	if err != nil {
		t.Fatal(err)
	}
	header, err := tar.NewReader(squeezed).Next()
	if err != nil {
		t.Fatal(err)
	}
	if header.Name != "doithoai-v1/doithoai" || header.Mode != 0o755 || !header.ModTime.Equal(at) {
		t.Errorf("got %s, %o, %s", header.Name, header.Mode, header.ModTime)
	}
	if header.Uid != 0 || header.Gid != 0 || header.Uname != "" || header.Gname != "" {
		t.Errorf("the archive names its maker: %d %d %q %q", header.Uid, header.Gid, header.Uname, header.Gname)
	}
}

func TestZipHoldsTheFiles(t *testing.T) {
	t.Parallel()
	data := pack(t, release.WriteZip, []release.File{{"doithoai.exe", 0o755, []byte("program")}})
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1 || archive.File[0].Name != "doithoai-v1/doithoai.exe" {
		t.Errorf("got %v", archive.File)
	}
}

func TestBill(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Path: "github.com/doithoai/doithoai"},
		Deps:     []*debug.Module{{Path: "example.org/a", Version: "v1.0.0+incompatible", Sum: "h1:x="}},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}},
	}
	table := []release.Module{{Path: "example.org/a", Version: "v1.0.0+incompatible", Licence: "MIT"}}
	first, err := release.Bill([]byte("program"), info, "v1", at, table)
	if err != nil {
		t.Fatal(err)
	}
	second, err := release.Bill([]byte("program"), info, "v1", at, table)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("two bills of one binary differ, %v", err)
	}
	var bill struct {
		BomFormat, SpecVersion string
		Metadata               struct{ Timestamp string }
		Components             []struct {
			Name, PURL string
			Licenses   []struct{ Expression string }
		}
	}
	if err := json.Unmarshal(first, &bill); err != nil {
		t.Fatal(err)
	}
	if bill.BomFormat != "CycloneDX" || bill.SpecVersion != "1.6" || bill.Metadata.Timestamp != "2026-11-21T23:00:00Z" {
		t.Errorf("got %+v", bill)
	}
	if n := len(bill.Components); n != 2 || bill.Components[0].Name != "std" {
		t.Fatalf("got %d components, want Go's own library and one module: %+v", n, bill.Components)
	}
	if got := bill.Components[1]; got.PURL != "pkg:golang/example.org/a@v1.0.0%2Bincompatible" || got.Licenses[0].Expression != "MIT" {
		t.Errorf("got %+v", got)
	}
}

func TestBillRefusesAModuleNobodyLookedAt(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{Deps: []*debug.Module{{Path: "example.org/new", Version: "v1.0.0"}}}
	if _, err := release.Bill(nil, info, "v1", at, nil); err == nil || !strings.Contains(err.Error(), "example.org/new") {
		t.Errorf("got %v, want the module named", err)
	}
}

// The archive is what an operator has: what the walk-through names must be in it.
func TestCarriedHoldsWhatTheWalkThroughUses(t *testing.T) {
	t.Parallel()
	files, err := release.Carried(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"LICENSE", "README.vi.md", "docs/van-hanh.md", "deploy/Caddyfile", "deploy/doithoai.service", "deploy/doithoai.sh",
		"deploy/doithoai.yaml", "deploy/doithoai.env", "deploy/doithoai-backup.service", "deploy/doithoai-backup.timer",
	} {
		if !slices.ContainsFunc(files, func(f release.File) bool { return f.Name == want }) {
			t.Errorf("%s is not in the archive", want)
		}
	}
}
