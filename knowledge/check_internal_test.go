package knowledge

import "testing"

func TestParseRange(t *testing.T) {
	t.Parallel()
	forms := rangeForms()
	// Of each form: numbers inside and outside.
	for in, want := range map[string]struct{ in, out []float64 }{
		"5":             {[]float64{5}, []float64{4, 6}},
		"75+":           {[]float64{75, 90}, []float64{74}},
		"từ 75":         {[]float64{75, 90}, []float64{74}},
		"75 trở lên":    {[]float64{75}, []float64{74}},
		"Trên 6":        {[]float64{6.1, 7}, []float64{6}},
		"dưới 6":        {[]float64{0, 5.9}, []float64{6}},
		"đến 5":         {[]float64{0, 5}, []float64{6}},
		"5 trở xuống":   {[]float64{5}, []float64{6}},
		"70-74":         {[]float64{70, 74}, []float64{69, 75}},
		"70 – 74":       {[]float64{70, 74}, []float64{69, 75}},
		"từ 70  đến 74": {[]float64{70, 74}, []float64{69, 75}},
		"1,5":           {[]float64{1.5}, []float64{1, 15}},
		"74-70":         {},
		"bảy mươi":      {},
		"":              {},
		"-5":            {},
		"9999999999":    {},
		"70-74-80":      {},
		"dưới 6 tuổi ạ": {},
		"1.000.000":     {},
	} {
		r, ok := parseRange(in, forms)
		if ok != (len(want.in) > 0) {
			t.Errorf("%q: ok %v", in, ok)
			continue
		}
		for _, x := range want.in {
			if !r.Contains(x) {
				t.Errorf("%q does not contain %v", in, x)
			}
		}
		for _, x := range want.out {
			if ok && r.Contains(x) {
				t.Errorf("%q contains %v", in, x)
			}
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	who := func(groups ...[]Term) VerdictRow { return VerdictRow{Conditions: []Condition{{"ai", groups}}} }
	any := func(values ...string) []Term {
		var out []Term
		for _, v := range values {
			out = append(out, Term{Value: v})
		}
		return out
	}
	age := func(s string) VerdictRow {
		r, _ := parseRange(s, rangeForms())
		return VerdictRow{Numbers: []NumberCondition{{"tuổi", []Range{r}}}}
	}
	say := func(s ...string) VerdictRow { return VerdictRow{Say: s} }
	notSay := func(s ...string) VerdictRow { return VerdictRow{NotSay: s} }
	for name, test := range map[string]struct {
		a, b VerdictRow
		want bool
	}{
		"everybody covers all":      {VerdictRow{}, who(any("nghèo")), true},
		"a group not everybody":     {who(any("nghèo")), VerdictRow{}, false},
		"same":                      {who(any("nghèo")), who(any("nghèo")), true},
		"one of two":                {who(any("nghèo", "cận nghèo")), who(any("nghèo")), true},
		"two of one":                {who(any("nghèo")), who(any("nghèo", "cận nghèo")), false},
		"both needed":               {who(any("nghèo"), any("cao tuổi")), who(any("nghèo")), false},
		"one of both needed":        {who(any("nghèo")), who(any("cao tuổi"), any("nghèo")), true},
		"not is another thing":      {who([]Term{{"nghèo", true}}), who(any("nghèo")), false},
		"wider age":                 {age("70+"), age("75-80"), true},
		"narrower age":              {age("75-80"), age("70+"), false},
		"under and up to":           {age("dưới 6"), age("đến 6"), false},
		"up to and under":           {age("đến 6"), age("dưới 6"), true},
		"over and from":             {age("trên 6"), age("từ 6"), false},
		"age against none":          {age("70+"), VerdictRow{}, false},
		"shorter phrase":            {say("nằm viện"), say("mẹ nằm viện"), true},
		"phrase inside a word":      {say("an"), say("anh em"), false},
		"accents do not count":      {say("nam vien"), say("nằm viện"), true},
		"phrase against none":       {say("nằm viện"), VerdictRow{}, false},
		"forbids what is forbidden": {notSay("mẹ nằm viện"), notSay("nằm viện"), true},
		"forbids more than b":       {notSay("nằm viện"), notSay("mẹ nằm viện"), false},
		"forbids, b does not":       {notSay("nằm viện"), VerdictRow{}, false},
	} {
		if got := covers(foldSayings(test.a), foldSayings(test.b)); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	text := "Được 2.530.000 đồng. Hỏi xã: ở đâu?\nHết…"
	var got []string
	for _, s := range sentences(text) {
		if text[s.offset:s.offset+len(s.text)] != s.text {
			t.Errorf("%q is not at %d", s.text, s.offset)
		}
		got = append(got, s.text)
	}
	if len(got) != 4 || got[0] != "Được 2.530.000 đồng." || syllables(got[0]) != 3 {
		t.Errorf("got %q", got)
	}
}
