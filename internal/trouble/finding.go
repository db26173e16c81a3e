package trouble

// Finding is one thing that was looked at. Texts are Vietnamese and hold no secret.
type Finding struct {
	// Area groups findings for machines: "store", "telegram".
	Area string `json:"area"`
	// Name says what was looked at.
	Name  string `json:"name"`
	Grade Grade  `json:"grade"`
	// Code is of the trouble; empty if all is well.
	Code Code `json:"code,omitempty"`
	// Text says how it is, without a full stop; Cure what to do, if anything.
	Text string `json:"text"`
	Cure string `json:"cure,omitempty"`
}

// Well tells that something is as it should be.
func Well(area, name, text string) Finding {
	return Finding{Area: area, Name: name, Grade: Good, Text: text}
}

// Found tells of trouble, as bad as its code is; an empty text or cure is what
// the vocabulary says.
func Found(area, name string, code Code, text, cure string) Finding {
	t := New(code, "").With(text, cure)
	return Finding{Area: area, Name: name, Grade: code.Grade(), Code: code, Text: t.What, Cure: t.Cure}
}

// Milder returns the finding as a warning, where what is a fault in general is
// not one yet.
func (f Finding) Milder() Finding {
	if f.Grade == Fault {
		f.Grade = Warning
	}
	return f
}

// Trouble returns what was found as a trouble there is now; f is not [Good].
func (f Finding) Trouble() Trouble {
	return New(f.Code, "").With(f.Name+": "+sentence(f.Text), sentence(f.Cure))
}
