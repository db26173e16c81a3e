package keyfile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/keyfile"
)

type dog struct {
	keyfile.Located
	name, note string
	likes      []string
	tricks     []string
	big        bool
}

func dogs() keyfile.Table[dog] {
	return keyfile.NewTable(
		keyfile.Text("tên", "tên con chó", func(d *dog) *string { return &d.name }).Required().AtMost(10),
		keyfile.Text("ghi chú", "điều gì cũng được", func(d *dog) *string { return &d.note }),
		keyfile.IDs("thích", "những thứ nó thích", func(d *dog) *[]string { return &d.likes }),
		keyfile.Lines("trò", "mỗi trò một dòng", func(d *dog) *[]string { return &d.tricks }),
		keyfile.OneOf("lớn", "có hay không", []keyfile.Choice[bool]{keyfile.Word("có", true), keyfile.Word("không", false)}, func(d *dog) *bool { return &d.big }),
	)
}

type kennel struct{ dogs []dog }

func kennels() keyfile.Table[kennel] {
	return keyfile.NewTable(keyfile.Rows("chó", "mỗi mục một con", dogs(), func(k *kennel) *[]dog { return &k.dogs }).Required())
}

func read(text string) (kennel, keyfile.Report) {
	var faults []keyfile.Fault
	r := &keyfile.Reader{File: "cho.yaml", Faults: &faults}
	var k kennel
	if n := r.Decode([]byte(text)); n != nil {
		k = keyfile.ReadMap(r, n, kennels())
	}
	return k, keyfile.Report{Faults: keyfile.Sort(faults), Files: 1}
}

func TestReadMap(t *testing.T) {
	t.Parallel()
	k, report := read("CHO:\n  - Tên: Vàng\n    thich: xương, bóng; ngủ\n    trò: |\n      - ngồi\n      nằm\n    lon: Co\n  - tên: Mực\n")
	if len(report.Faults) > 0 || len(k.dogs) != 2 {
		t.Fatal(k, report.Text())
	}
	d := k.dogs[0]
	if d.name != "Vàng" || !slices.Equal(d.likes, []string{"xương", "bóng", "ngủ"}) || !slices.Equal(d.tricks, []string{"ngồi", "nằm"}) || !d.big {
		t.Errorf("got %+v", d)
	}
	if d.InFile() != "cho.yaml" || d.At("thích").Line != 3 || d.At("ghi chú") != d.Start() || d.Mark("ghi chú") != nil || k.dogs[1].Start().Line != 8 {
		t.Errorf("places: %v, %v, %v", d.At("thích"), d.Start(), k.dogs[1].Start())
	}
}

// One reading tells all there is to mend.
func TestReadMapTellsEveryFault(t *testing.T) {
	t.Parallel()
	_, report := read("chó:\n  - tênn: Vàng\n    lớn: hơi lớn\n    ghi chú:\n      a: b\n    thích:\n      x: y\n  - tên:\nmèo: Mướp\n")
	want := []string{"unknown-key 2", "missing 2", "choice 3", "colon 5", "colon 7", "missing 8", "unknown-key 9"}
	var got []string
	for _, f := range report.Faults {
		if f.File != "cho.yaml" || f.Message == "" || f.Cure == "" {
			t.Errorf("incomplete fault %+v", f)
		}
		got = append(got, f.Code+" "+string(rune('0'+f.Line)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v\n%s", got, want, report.Text())
	}
	if text := report.Text(); report.OK() || !strings.Contains(text, "cho.yaml:2:5: ") || !strings.Contains(text, "Có phải ý là «tên»?") {
		t.Errorf("got\n%s", text)
	}
}

func TestSchemaIsJSON(t *testing.T) {
	t.Parallel()
	schema, err := keyfile.Schema("Chó", kennels().Keys())
	if err != nil || !json.Valid(schema) || !strings.Contains(string(schema), `"maxLength": 10`) {
		t.Errorf("got %s (%v)", schema, err)
	}
}
