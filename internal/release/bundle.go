package release

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Product is one built binary and what it is called.
type Product struct {
	Root    string // of the project's source
	Binary  string // file
	Version string
	At      time.Time // of the commit
}

// carried are the files of the project that go with every binary: patterns
// below its root, which keep their place.
func carried() []string {
	return []string{
		"LICENSE", "*.md", "docs/*.md", "docs/adr/*.md", "docs/images/*.png", "docs/schema/*.json",
		"deploy/doithoai.*", "deploy/doithoai-backup.*", "deploy/Caddyfile",
		"deploy/grafana/*", "deploy/prometheus/*",
	}
}

// Bundle gathers what an archive holds: the binary, the papers, the files for
// running it, the licences of all that is linked and the bill of materials.
func Bundle(ctx context.Context, p Product) ([]File, error) {
	binary, err := os.ReadFile(p.Binary)
	if err != nil {
		return nil, fmt.Errorf("read binary: %w", err)
	}
	info, err := buildinfo.ReadFile(p.Binary)
	if err != nil {
		return nil, fmt.Errorf("read binary: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(p.Root, "docs", "licences.md"))
	if err != nil {
		return nil, fmt.Errorf("read table of licences: %w", err)
	}
	table, err := ParseTable(string(text))
	if err != nil {
		return nil, err
	}
	bill, err := Bill(binary, info, p.Version, p.At, table)
	if err != nil {
		return nil, err
	}
	name := "doithoai"
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "GOOS", Value: "windows"}) {
		name = "doithoai.exe"
	}
	files := []File{{name, 0o755, binary}, {"sbom.cdx.json", 0o644, bill}}
	own, err := Carried(p.Root)
	if err != nil {
		return nil, err
	}
	texts, err := texts(ctx, p.Root, info)
	if err != nil {
		return nil, err
	}
	return append(append(files, own...), texts...), nil
}

// Carried reads the files of the project at root that go with every binary.
func Carried(root string) ([]File, error) {
	var files []File
	for _, pattern := range carried() {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read what goes along: %w", err)
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return nil, err
			}
			mode := fs.FileMode(0o644)
			if strings.HasSuffix(name, ".sh") {
				mode = 0o755
			}
			files = append(files, File{filepath.ToSlash(rel), mode, data})
		}
	}
	return files, nil
}

// texts reads the licences of what is linked, Go's own among them.
func texts(ctx context.Context, root string, info *buildinfo.BuildInfo) ([]File, error) {
	out, err := ask(ctx, root, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{"go": strings.TrimSpace(string(out))}
	args := []string{"list", "-m", "-f", "{{.Path}} {{.Dir}}"}
	for _, d := range info.Deps {
		args = append(args, d.Path)
	}
	if len(info.Deps) > 0 {
		if out, err = ask(ctx, root, nil, args...); err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
			dirs[path] = dir
		}
	}
	var files []File
	for path, dir := range dirs {
		found, err := papersOf(dir)
		if err != nil {
			return nil, fmt.Errorf("licence of %s: %w", path, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("licence of %s: none in %s", path, dir)
		}
		for _, p := range found {
			files = append(files, File{"licences/" + path + "/" + p.name, 0o644, p.data})
		}
	}
	return files, nil
}
