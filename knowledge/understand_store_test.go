package knowledge

import (
	"bytes"
	"testing"
)

// FuzzReadings feeds damaged stores: a store is refused or read whole, and what
// was read can be compared with.
func FuzzReadings(f *testing.F) {
	u := &understanding{in: newInterpreter(Lexicon{}, nil, map[string]int{"nghèo": 3, "hoc": 2}), near: newLexical([]wording{
		{0, []uint64{3, 9}}, {1, []uint64{9, 1 << 60}}, {1, nil},
	})}
	u.in.rememberWord("nghèo")
	var stored bytes.Buffer
	if err := u.writeReadings(&stored); err != nil {
		f.Fatal(err)
	}
	f.Add(stored.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readReadings(data, 2)
		if err != nil {
			return
		}
		for _, c := range r.near.byClass([]uint64{3, 9}, 2) {
			if c < 0 || c > 1.001 {
				t.Errorf("likeness %v", c)
			}
		}
	})
}

func TestReadingsComeBack(t *testing.T) {
	u := &understanding{in: newInterpreter(Lexicon{}, nil, map[string]int{"ngheo": 3, "hoc": 2}), near: newLexical([]wording{
		{0, []uint64{3, 9}}, {1, []uint64{9, 1 << 60}}, {1, nil},
	})}
	u.in.rememberWord("nghèo")
	var stored bytes.Buffer
	if err := u.writeReadings(&stored); err != nil {
		t.Fatal(err)
	}
	r, err := readReadings(stored.Bytes(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.vocabulary) != 2 || r.vocabulary["ngheo"] != 3 || len(r.marked) != 1 || r.marked[0] != "nghèo" {
		t.Errorf("words came back as %v %v", r.vocabulary, r.marked)
	}
	for _, question := range [][]uint64{{3, 9}, {9}, {1 << 60}, {5}, nil} {
		want, got := u.near.byClass(question, 2), r.near.byClass(question, 2)
		if want[0] != got[0] || want[1] != got[1] {
			t.Errorf("%v: likeness %v, was %v", question, got, want)
		}
	}
	for cut := range stored.Len() {
		if _, err := readReadings(stored.Bytes()[:cut], 2); err == nil {
			t.Errorf("cut at %d was accepted", cut)
		}
	}
}
