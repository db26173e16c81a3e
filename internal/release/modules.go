package release

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Module is a module that the program or its tests need.
type Module struct {
	Path    string
	Version string
	Licence string // SPDX
	Linked  bool   // part of a binary we give out
	dir     string // in the module cache; empty if nothing there needed it
}

// targets are the machines that a release is built for; a module may be needed
// on one only.
func targets() []string { return []string{"linux/amd64", "linux/arm64", "windows/amd64"} }

// Survey asks the go command which modules go.mod of the project at root names,
// which of them are linked, and reads their licences in the module cache. It
// needs no network once the project was built and tested.
func Survey(ctx context.Context, root string) ([]Module, error) {
	paths, err := required(ctx, root)
	if err != nil {
		return nil, err
	}
	linked := map[string]bool{}
	for _, target := range targets() {
		system, machine, _ := strings.Cut(target, "/")
		out, err := ask(ctx, root, []string{"GOOS=" + system, "GOARCH=" + machine},
			"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./cmd/doithoai")
		if err != nil {
			return nil, err
		}
		for path := range strings.FieldsSeq(string(out)) {
			linked[path] = true
		}
	}
	out, err := ask(ctx, root, nil, append([]string{"list", "-m", "-json"}, paths...)...)
	if err != nil {
		return nil, err
	}
	var modules []Module
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var m struct{ Path, Version, Dir string }
		if err := decoder.Decode(&m); err != nil {
			return nil, fmt.Errorf("read modules: %w", err)
		}
		found := Module{Path: m.Path, Version: m.Version, Linked: linked[m.Path], dir: m.Dir}
		if m.Dir != "" {
			if found.Licence, err = licenceOf(m.Dir); err != nil {
				return nil, fmt.Errorf("module %s: %w", m.Path, err)
			}
		}
		modules = append(modules, found)
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// required lists the modules that go.mod names.
func required(ctx context.Context, root string) ([]string, error) {
	out, err := ask(ctx, root, nil, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var file struct{ Require []struct{ Path string } }
	if err := json.Unmarshal(out, &file); err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	var paths []string
	for _, r := range file.Require {
		paths = append(paths, r.Path)
	}
	return paths, nil
}

// ask runs the go command in the project.
func ask(ctx context.Context, root string, environ []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments are this package's own
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), environ...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(said.Bytes()))
	}
	return out, nil
}
