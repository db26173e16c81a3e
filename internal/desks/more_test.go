package desks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/knowledge"
)

// The days of Tết are demanded in time, not before they can be known.
func TestTetIsDemandedInTime(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, test := range []struct{ name, on, want string }{
		{"the next one, long before", "21/02/2026", "warning"},
		{"sixty days before it can be", "22/11/2026", "error"},
		{"the day before it can begin", "20/01/2027", "error"},
		{"in the middle of it", "10/02/2027", "error"},
		{"past; the next is far", "21/02/2027", "warning"},
	} {
		day, err := time.ParseInLocation("02/01/2006", test.on, w.Zone)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		d, report := desks.Load(desks.FileName, edit(t, "tết: |\n  05/02/2027 - 11/02/2027\n", ""), w, day)
		for _, f := range report.Faults {
			if f.Code == "tet" && (got == "" || f.Severity == "error") {
				got = string(f.Severity)
			}
		}
		if got != test.want || (d == nil) != (test.want == "error") {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// An absence that is past troubles nobody.
func TestPastAbsencesAreForgotten(t *testing.T) {
	t.Parallel()
	file := edit(t, "08/12/2026 - 12/12/2026, thay: minh", "08/12/2026 - 12/12/2026, thay: lan")
	w := world(t)
	if d, _ := desks.Load(desks.FileName, file, w, now(t)); d != nil {
		t.Error("covers in a circle are loaded")
	}
	if d, report := desks.Load(desks.FileName, file, w, now(t).AddDate(0, 1, 0)); d == nil {
		t.Error(report.Text())
	}
}

func TestLoadFile(t *testing.T) {
	t.Parallel()
	w := world(t)
	if d, report := desks.LoadFile("testdata/can_bo.yaml", w, now(t)); d == nil {
		t.Error(report.Text())
	}
	huge := filepath.Join(t.TempDir(), "huge.yaml")
	if err := os.WriteFile(huge, []byte(strings.Repeat("# x\n", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"testdata/none.yaml": "missing-file", "testdata": "unreadable", huge: "too-big"} {
		if d, report := desks.LoadFile(path, w, now(t)); d != nil || len(report.Faults) != 1 || report.Faults[0].Code != want {
			t.Errorf("%s: got %+v, want %s", path, report.Faults, want)
		}
	}
}

// What the check takes, the schema takes; what is wrong in form, it refuses.
func TestSchema(t *testing.T) {
	t.Parallel()
	data, err := desks.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), `"description": ""`) {
		t.Error("a key without a description")
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	slips := slips(t)
	for name, want := range map[string]bool{
		"the-example-itself": true, "keys-in-any-spelling": true, "unknown-keys": false, "choice-wrong": false,
		"cover-circle": true, // only the check can know
	} {
		n, faults := strictyaml.Decode(edit(t, slips[name]...))
		if n == nil {
			t.Fatal(faults)
		}
		if err := resolved.Validate(plain(n)); (err == nil) != want {
			t.Errorf("%s: got %v, want accepted %t", name, err, want)
		}
	}
	n, _ := strictyaml.Decode([]byte(desks.Sample()))
	if err := resolved.Validate(plain(n)); err != nil {
		t.Error(err)
	}
}

// plain is a file as a program without our types sees it.
func plain(n *strictyaml.Node) any {
	switch n.Kind {
	case strictyaml.Map:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key] = plain(p.Value)
		}
		return out
	case strictyaml.List:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plain(item))
		}
		return out
	}
	return n.Text
}

// fewPlaces is what the example and its slips name: the whole of the built-in
// base takes too long to load and to go through for a fuzzer.
func fewPlaces(t testing.TB) desks.World {
	w := desks.World{Zone: zone(t)}
	for _, id := range []string{"tinh-khe", "an-phu", "truong-quang-trong"} {
		w.Places = append(w.Places, knowledge.Place{ID: id, Name: strings.ReplaceAll(id, "-", " "), Kind: "xã", OldNames: []string{"Nghĩa Hà"}})
	}
	for _, id := range []string{"bao-hiem-y-te", "vay-von", "nha-o", "giao-duc"} {
		w.Topics = append(w.Topics, knowledge.Topic{ID: id, Name: id})
	}
	w.Topics[2].Name = "Nhà ở, đất ở"
	return w
}

// Nothing in a file makes it panic or hang, and what is loaded can be used.
func FuzzLoad(f *testing.F) {
	for _, pieces := range slips(f) {
		f.Add(edit(f, pieces...))
	}
	f.Add([]byte(desks.Sample()))
	w, when := fewPlaces(f), now(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, report := desks.Load(desks.FileName, data, w, when)
		if (d != nil) != report.OK() {
			t.Fatalf("loaded is %t although OK is %t", d != nil, report.OK())
		}
		if d == nil {
			return
		}
		if _, ok := d.Route("tinh-khe", "vay-von", when); !ok {
			t.Fatal("nobody is reached today")
		}
		for _, desk := range d.All() {
			due := d.Due(desk.ID, when)
			if !due.After(when) {
				t.Fatalf("%s promises %v", desk.ID, due)
			}
			for _, rung := range d.Rungs(desk.ID) {
				if at := d.RungAt(desk.ID, rung, when, due); at.Before(when) || !d.Calendar(desk.ID).Open(at) {
					t.Fatalf("%s is reminded at %v", desk.ID, at)
				}
			}
		}
	})
}
