package main

import (
	"encoding/json"
	"io"

	"github.com/doithoai/doithoai/knowledge"
)

// decision is what «kb ask --json» prints: a stable form for machines.
type decision struct {
	Decision   knowledge.Act         `json:"decision"`
	Entry      string                `json:"entry"`
	Entries    []string              `json:"entries"`
	Verdict    knowledge.Verdict     `json:"verdict"`
	Facet      knowledge.Facet       `json:"facet"`
	Slots      map[string]any        `json:"slots"`
	Candidates []knowledge.Candidate `json:"candidates"`
	Text       string                `json:"text"`
	Why        *why                  `json:"why,omitempty"` // with --explain
}

func newDecision(d knowledge.Decision, text string) decision {
	out := decision{
		Decision: d.Act, Entry: d.Entry, Entries: d.Entries, Verdict: d.Verdict, Facet: d.Facet,
		Slots: map[string]any{}, Candidates: d.Candidates, Text: text,
	}
	for kind, values := range d.Frame.Slots {
		out.Slots[kind] = values
	}
	for kind, values := range d.Frame.Numbers {
		out.Slots[kind] = values
	}
	if out.Entries == nil {
		out.Entries = []string{}
	}
	if out.Candidates == nil {
		out.Candidates = []knowledge.Candidate{}
	}
	return out
}

// printJSON writes one value a line, with Vietnamese and «<» as they are.
func printJSON(out io.Writer, value any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}
