package release

import (
	"fmt"
	"strings"
)

// tableHead begins docs/licences.md.
const tableHead = `# Licences of what we build on

Made by ` + "`make licences`" + ` from the module cache; a test fails when it is not true, when a module is missing, or when a licence is not
permissive. The program itself is under Apache-2.0. The texts go with every archive, in its folder «licences», with that of Go's standard library
(BSD-3-Clause). What only tests use is not part of a binary.

| module | version | licence | in |
| --- | --- | --- | --- |
`

const (
	inProgram = "program"
	inTests   = "tests"
)

// Table renders modules as docs/licences.md. A module that no package needs, so
// that the cache does not hold it, keeps the licence that known tells.
func Table(modules []Module, known []Module) (string, error) {
	before := map[string]Module{}
	for _, m := range known {
		before[m.Path] = m
	}
	var out strings.Builder
	out.WriteString(tableHead)
	for _, m := range modules {
		where := inTests
		if m.Linked {
			where = inProgram
		}
		if m.Licence == "" && !m.Linked {
			m.Licence = before[m.Path].Licence
		}
		if !permissive(m.Licence, m.Linked) {
			return "", fmt.Errorf("module %s: licence «%s» may not be used in %s", m.Path, m.Licence, where)
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", m.Path, m.Version, m.Licence, where)
	}
	return out.String(), nil
}

// ParseTable reads what [Table] wrote.
func ParseTable(text string) ([]Module, error) {
	_, rows, found := strings.Cut(text, "| --- | --- | --- | --- |\n")
	if !found {
		return nil, fmt.Errorf("table of licences: no table")
	}
	var modules []Module
	for line := range strings.Lines(rows) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 {
			return nil, fmt.Errorf("table of licences: %q has not four cells", strings.TrimSpace(line))
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		modules = append(modules, Module{Path: cells[0], Version: cells[1], Licence: cells[2], Linked: cells[3] == inProgram})
	}
	return modules, nil
}
