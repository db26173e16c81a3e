package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestTally(t *testing.T) {
	questions := []question{
		{ID: "a", Set: "judge"},
		{ID: "a", Also: []string{"b"}, Set: "judge"},
		{ID: "a", Set: "judge"},
		{ID: "a", Set: "judge"},
		{Set: "judge"},
		{Set: "judge"},
		{ID: "a", Set: "dev"},
	}
	var answers []answer
	for i, top := range []string{`[["a",3]]`, `[["b",2],["a",1]]`, `[["c",9],["a",1]]`, `[]`, `[]`, `[["c",2]]`, `[["c",1]]`} {
		a := answer{I: i}
		if err := json.Unmarshal([]byte(top), &a.Top); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	got := result{answers: answers}.tally(questions, "judge", "")
	counts := fmt.Sprint(got.inScope, got.right, got.wrong, got.reciprocal, got.other, got.silent, got.separation())
	if want := "4 2 1 2.5 2 1 0.875"; counts != want {
		t.Errorf("got %s, want %s", counts, want)
	}
}

func TestByEntry(t *testing.T) {
	cases := map[string]struct {
		documents []hit
		want      string
	}{
		"best document of each": {[]hit{{"a#2", 3}, {"a#0", 2}, {"b#1", 1}}, "[{a 3} {b 1}]"},
		"not ours":              {[]hit{{"#7", 3}, {"a#0", 2}}, "[]"},
		"not ours, but later":   {[]hit{{"a#0", 3}, {"#7", 2}, {"b#1", 1}}, "[{a 3} {b 1}]"},
		"whole entries":         {[]hit{{"a", 3}, {"b", 2}}, "[{a 3} {b 2}]"},
	}
	for name, c := range cases {
		if got := fmt.Sprint(byEntry(c.documents)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
