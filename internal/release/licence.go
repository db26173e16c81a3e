package release

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// papers are the files of a module that go with every copy of it.
var papers = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)(\.(txt|md))?$`)

// licences are the texts we know, by a sentence that each holds and by its SPDX
// name. The first that fits decides, so the stricter stand first.
func licences() []struct{ name, sentence string } {
	return []struct{ name, sentence string }{
		{"MPL-2.0", "mozilla public license version 2.0"}, // names the GNU licences
		{"AGPL-3.0", "gnu affero general public license"},
		{"LGPL-3.0", "gnu lesser general public license"},
		{"GPL-3.0", "gnu general public license"},
		{"Apache-2.0", "apache license version 2.0"},
		{"BSD-3-Clause", "neither the name of"},
		{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	}
}

// permissive reports whether a licence lets us give the program to anybody with
// nothing more than the text of the licence. MPL-2.0 asks for more, and may
// stand in tests, which are not given out as a program.
func permissive(licence string, linked bool) bool {
	switch licence {
	case "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "MIT", "ISC", "MIT AND Apache-2.0":
		return true
	case "MPL-2.0":
		return !linked
	}
	return false
}

// classify names the licence that a text is; empty if it is none we know.
func classify(text string) string {
	text = strings.ToLower(strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n", r)
	}), " "))
	text = strings.ReplaceAll(text, "license, version", "license version")
	var found []string
	for _, l := range licences() {
		if strings.Contains(text, l.sentence) {
			found = append(found, l.name)
		}
	}
	switch {
	case len(found) == 0:
		return ""
	case slices.Contains(found, "MIT") && slices.Contains(found, "Apache-2.0"):
		return "MIT AND Apache-2.0" // two parts of one module
	}
	return found[0]
}

// paper is a licence or a notice of a module.
type paper struct {
	name string
	data []byte
}

// papersOf reads what a module's folder says about its licence.
func papersOf(dir string) ([]paper, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read module: %w", err)
	}
	var found []paper
	for _, entry := range entries {
		if entry.IsDir() || !papers.MatchString(entry.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read licence: %w", err)
		}
		found = append(found, paper{entry.Name(), data})
	}
	return found, nil
}

// licenceOf names the licence of a module by its papers.
func licenceOf(dir string) (string, error) {
	found, err := papersOf(dir)
	if err != nil {
		return "", err
	}
	for _, p := range found {
		if name := classify(string(p.data)); name != "" {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s holds no licence that is known", dir)
}
