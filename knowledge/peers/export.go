package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// today is the day the product is asked for and whose texts the engines get.
func today() knowledge.Date { return knowledge.DateOf(time.Now()) }

// runExport writes, from the built-in base and the evaluation sets, the
// questions and three knowledge bases for the engines:
//
//	own     an entry's title, its own questions, all its texts
//	taught  and the learning wordings of the entry
//	each    as taught, but each wording is a document of its own
func runExport(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: peers export EVAL-FOLDER OUT-FOLDER")
	}
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		return fmt.Errorf("load the built-in base: %d faults", len(report.Faults))
	}
	asked, err := evaluation(base, args[0])
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, q := range asked {
		err = errors.Join(err, enc.Encode(q))
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(args[1], "questions.jsonl"), lines.Bytes(), 0o600); err != nil {
		return err
	}
	own := documents(base)
	taught := teach(own, base.Learning)
	for name, documents := range map[string][]document{"own": own, "taught": taught, "each": each(taught)} {
		data, err := json.MarshalIndent(documents, "", " ")
		if err != nil {
			return err
		}
		folder := filepath.Join(args[1], name)
		if err := errors.Join(os.MkdirAll(folder, 0o750), os.WriteFile(filepath.Join(folder, "kb.json"), data, 0o600)); err != nil {
			return err
		}
		wordings := 0
		for _, d := range documents {
			wordings += len(d.Questions)
		}
		fmt.Fprintf(os.Stderr, "%s: %d documents, %d wordings\n", name, len(documents), wordings)
	}
	return nil
}

// evaluation reads the sets. Questions that live by what was said before are
// left out: no engine but the product knows conversations. So are emergencies,
// which the product answers by a way of its own.
func evaluation(base *knowledge.Base, folder string) ([]question, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no evaluation sets in %s", folder)
	}
	var asked []question
	for _, file := range files {
		var read []knowledge.Question
		if err := readLines(file, &read); err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		set, _, _ := strings.Cut(name, "-")
		for _, q := range read {
			if len(q.Context) > 0 || q.Kind == "crisis" {
				continue
			}
			a := question{Q: q.Q, ID: q.ID, Also: q.Also, Kind: q.Kind, Set: set, File: name}
			if len(base.Versions(q.ID)) == 0 {
				a.ID, a.Also = "", nil
			}
			asked = append(asked, a)
		}
	}
	return asked, nil
}

// documents makes one of each entry that holds today, but emergencies, and a
// last one without an id of what is not ours to answer.
func documents(base *knowledge.Base) []document {
	var list []document
	for _, id := range base.IDs() {
		e, ok := base.Entry(id, today())
		if ok && e.Kind != knowledge.Emergency {
			list = append(list, document{ID: id, Title: e.Name, Questions: e.Questions, Text: text(base, e)})
		}
	}
	var other document
	for _, r := range base.Referrals {
		other.Questions = append(other.Questions, r.Questions...)
	}
	for _, p := range base.Phrases {
		other.Questions = append(other.Questions, p.Questions...)
	}
	return append(list, other)
}

// text is all a resident may read of an entry, with today's figures. What
// cannot be shown today is left out.
func text(base *knowledge.Base, e knowledge.Entry) string {
	parts := []string{e.Answer, e.Who, e.Benefit, e.How, strings.Join(e.Papers, "\n"), e.Where, e.Time, e.Notes}
	for _, row := range e.Verdicts {
		parts = append(parts, row.Text)
	}
	var shown []string
	for _, part := range parts {
		if s, err := base.Render(part, today()); err == nil && s != "" {
			shown = append(shown, s)
		}
	}
	return strings.Join(shown, "\n")
}

// teach adds the wordings the product learned from to their documents.
func teach(own []document, learning []knowledge.Question) []document {
	taught := slices.Clone(own)
	at := map[string]int{knowledge.NoEntry: len(taught) - 1}
	for i, d := range taught {
		taught[i].Questions = slices.Clone(d.Questions)
		at[d.ID] = i
	}
	for _, q := range learning {
		if i, ok := at[q.ID]; ok && len(q.Context) == 0 && q.Kind != "crisis" {
			taught[i].Questions = append(taught[i].Questions, q.Q)
		}
	}
	return taught
}

// each gives every wording a document, and the texts of an entry one more.
func each(taught []document) []document {
	var list []document
	for _, d := range taught {
		if d.ID != "" {
			list = append(list, document{ID: d.ID + "#0", Title: d.Title, Questions: []string{}, Text: d.Text})
		}
		for i, q := range d.Questions {
			list = append(list, document{ID: fmt.Sprintf("%s#%d", d.ID, i+1), Questions: []string{q}})
		}
	}
	return list
}
