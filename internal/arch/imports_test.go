package arch_test

import (
	"slices"
	"strings"
	"testing"
)

// lineOf returns the line of each package in order().
func lineOf() map[string]int {
	lines := map[string]int{}
	for i, names := range order() {
		for _, name := range names {
			lines[name] = i + 1
		}
	}
	return lines
}

func TestEveryPackageHasItsLine(t *testing.T) {
	t.Parallel()
	lines, packages := lineOf(), parse(t)
	for _, folder := range packages.folders() {
		if lines[folder] == 0 {
			t.Errorf("%s has no line in order(): decide where it stands", folder)
		}
	}
	for name := range lines {
		if len(packages.packages[name]) == 0 {
			t.Errorf("order() names %s, which has no Go files", name)
		}
	}
}

func TestImportsPointUp(t *testing.T) {
	t.Parallel()
	lines, packages := lineOf(), parse(t)
	for _, folder := range packages.folders() {
		for _, src := range packages.packages[folder] {
			for _, path := range src.imports() {
				target, ours := strings.CutPrefix(path, module+"/")
				if !ours || src.test {
					continue
				}
				if slices.Contains(suites(), target) && !slices.Contains(byHand(), folder) {
					t.Errorf("%s imports %s: only test files may import a suite", src.path, target)
				}
				if slices.Contains(forSuites(), target) && !slices.Contains(byHand(), folder) && !slices.Contains(suites(), folder) {
					t.Errorf("%s imports %s: only suites may import it", src.path, target)
				}
				if lines[target] >= lines[folder] {
					t.Errorf("%s (line %d) imports %s (line %d): imports point up only",
						src.path, lines[folder], target, lines[target])
				}
			}
		}
	}
}

func TestThirdPartyModulesStayInTheirPlace(t *testing.T) {
	t.Parallel()
	packages := parse(t)
	for _, folder := range packages.folders() {
		for _, src := range packages.packages[folder] {
			for _, path := range src.imports() {
				first, _, _ := strings.Cut(path, "/")
				if !strings.Contains(first, ".") || strings.HasPrefix(path, module+"/") || path == module {
					continue
				}
				at, known := placeOf(path)
				switch {
				case !known:
					t.Errorf("%s imports %s, which thirdParty() does not list", src.path, path)
				case at.tests && (src.test || slices.Contains(suites(), folder)):
				case !slices.Contains(at.packages, folder):
					t.Errorf("%s imports %s: it may appear in %v only (in tests: %t)", src.path, path, at.packages, at.tests)
				}
			}
		}
	}
}

// placeOf finds the module an import path belongs to.
func placeOf(path string) (place, bool) {
	for name, at := range thirdParty() {
		if path == name || strings.HasPrefix(path, name+"/") {
			return at, true
		}
	}
	return place{}, false
}
