package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// The part of CycloneDX 1.6 that a static program needs.
type (
	bill struct {
		Format       string       `json:"bomFormat"`
		Spec         string       `json:"specVersion"`
		Serial       string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     billHead     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependence `json:"dependencies"`
	}
	billHead struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Licences   []licensed `json:"licenses,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licensed struct {
		Expression string `json:"expression"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependence struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn"`
	}
)

// Bill writes the bill of materials (CycloneDX 1.6) of a binary: what the linker
// put in by the binary's own account, with the licences of the table. It fails on
// a module that the table does not know in that version.
func Bill(binary []byte, info *debug.BuildInfo, version string, at time.Time, table []Module) ([]byte, error) {
	licence := map[string]string{}
	for _, m := range table {
		licence[m.Path+"@"+m.Version] = m.Licence
	}
	sum := sha256.Sum256(binary)
	main := component{
		Type: "application", Name: "doithoai", Version: version,
		PURL:     purl(info.Main.Path, version),
		Hashes:   []hash{{"SHA-256", hex.EncodeToString(sum[:])}},
		Licences: []licensed{{"Apache-2.0"}},
	}
	main.Ref = main.PURL
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "vcs.revision", "vcs.time":
			main.Properties = append(main.Properties, property{"doithoai:" + s.Key, s.Value})
		}
	}
	parts := []component{{
		Type: "library", Name: "std", Version: info.GoVersion,
		Ref: purl("std", strings.TrimPrefix(info.GoVersion, "go")), PURL: purl("std", strings.TrimPrefix(info.GoVersion, "go")),
		Licences: []licensed{{"BSD-3-Clause"}},
	}}
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		name, known := licence[d.Path+"@"+d.Version]
		if !known {
			return nil, fmt.Errorf("bill of materials: docs/licences.md does not know %s %s; run make licences", d.Path, d.Version)
		}
		parts = append(parts, component{
			Type: "library", Ref: purl(d.Path, d.Version), Name: d.Path, Version: d.Version, PURL: purl(d.Path, d.Version),
			Licences:   []licensed{{name}},
			Properties: []property{{"doithoai:go.sum", d.Sum}},
		})
	}
	on := dependence{Ref: main.Ref}
	for _, p := range parts {
		on.On = append(on.On, p.Ref)
	}
	b := bill{
		Format: "CycloneDX", Spec: "1.6", Serial: serial(sum), Version: 1,
		Metadata:   billHead{Timestamp: at.UTC().Format(time.RFC3339), Component: main},
		Components: parts, Dependencies: []dependence{on},
	}
	out, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("bill of materials: %w", err)
	}
	return append(out, '\n'), nil
}

// purl is a package URL; the letters of a Go path and version need no escape but
// for the plus of a version.
func purl(path, version string) string {
	return "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
}

// serial is a UUID (of version 8: ours to define) that belongs to the binary, so
// that the bill comes out the same each time.
func serial(sum [sha256.Size]byte) string {
	id := sum
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}
